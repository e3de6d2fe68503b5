package text

import "strconv"

// Decimal writes a number of tenths with one decimal: 45 is «4.5», and 40 is «4.0».
func (l *Language) Decimal(tenths int64) string {
	sign := ""
	if tenths < 0 {
		sign, tenths = l.get("format.minus"), -tenths
	}
	return sign + l.number(tenths/10) + l.get("format.decimal") + strconv.FormatInt(tenths%10, 10)
}
