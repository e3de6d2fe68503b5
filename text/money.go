package text

import (
	"strconv"
	"strings"

	"recourse"
)

// Money writes an amount in the manner of the language: "1 234,50 €", "€1,234.50", "80.00 元". Every digit of the
// currency's minor unit is written, none is rounded. A sign that several currencies share (¥, $) never stands alone.
// Money in no currency is nothing to tell: "".
//
// How many digits follow the point is the currency's, how they are written the language's. In minor
// units:
//
//	123450 EUR   two digits after the point    1234.50
//	1200   JPY   no minor unit, no point        1200
//	5      USD   filled up with noughts         0.05
//	1500   KWD   three digits after the point   1.500
//
// The place of the sign, the mark of the decimals and the one between the thousands are lines of the
// language's file; a currency without a line of its own takes money.other, which names its code.
//
// A minus stands in front of all, never between the sign of the currency and the digits.
func (l *Language) Money(m recourse.Money) string {
	if m.Currency == "" {
		return ""
	}
	code := string(m.Currency)
	s := fill(l.get("money."+code, "money.other"), values{"amount": l.amount(m), "code": code})
	if m.Minor < 0 {
		return l.get("format.minus") + s
	}
	return s
}

// amount is the magnitude of m in major units. The digits are those of the minor units with a point put among them,
// so that nothing can be lost on the way.
func (l *Language) amount(m recourse.Money) string {
	digits := strings.TrimPrefix(strconv.FormatInt(m.Minor, 10), "-")
	exponent := m.Currency.Exponent()
	// Five cents are "005" before the point is put in: one digit at least stands in front of it.
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - exponent
	s := l.grouped(digits[:point])
	if exponent > 0 {
		s += l.get("format.decimal") + digits[point:]
	}
	return s
}

// number writes a whole number.
func (l *Language) number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		return l.get("format.minus") + l.grouped(digits)
	}
	return l.grouped(s)
}

// grouped puts the language's sign between the thousands.
//
// It expects digits alone: sign and decimals are put around it by who calls. Groups are of three
// everywhere; the lakhs of India are not among the languages that the program brings.
func (l *Language) grouped(digits string) string {
	group := l.get("format.group")
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}
