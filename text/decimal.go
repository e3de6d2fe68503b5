package text

import (
	"strconv"
	"strings"
)

// Decimal writes a number of tenths with one decimal: 45 is «4.5», and 40 is «4.0».
func (l *Language) Decimal(tenths int64) string {
	sign := ""
	if tenths < 0 {
		sign, tenths = l.get("format.minus"), -tenths
	}
	return sign + l.number(tenths/10) + l.get("format.decimal") + strconv.FormatInt(tenths%10, 10)
}

// fraction writes so many parts of a whole with the decimals that say something: 2700 of 1000 are «2.7», 30000 are «30».
func (l *Language) fraction(n, whole, decimals int) string {
	rest := strconv.Itoa(n % whole)
	rest = strings.TrimRight(strings.Repeat("0", decimals-len(rest))+rest, "0")
	if rest == "" {
		return l.number(int64(n / whole))
	}
	return l.number(int64(n/whole)) + l.get("format.decimal") + rest
}
