package stripe

import (
	"strings"

	"recourse"
)

// Stripe counts most currencies as ISO 4217 does. These are the others (its documentation, «Supported currencies»): how
// many decimals Stripe counts. Amounts of ISK and UGX have two that must be 00, for old times' sake; MGA is counted whole.
var stripeDecimals = map[recourse.Currency]int{"ISK": 2, "UGX": 2, "MGA": 0}

// Units is an amount as Stripe counts it; false where it cannot pay it exactly: of currencies with three decimals it pays
// steps of ten.
func Units(m recourse.Money) (int64, bool) {
	if m.Minor <= 0 || m.Minor > 99_999_999_999 {
		return 0, false
	}
	own := m.Currency.Exponent()
	if own > 3 || own == 3 && m.Minor%10 != 0 {
		return 0, false
	}
	theirs, special := stripeDecimals[m.Currency]
	n := m.Minor
	if !special {
		return n, true
	}
	for ; own < theirs; own++ {
		n *= 10
	}
	for ; own > theirs; own-- {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}

// Money is an amount that Stripe counts; nothing where its currency is not known.
func Money(units int64, currency string) recourse.Money {
	c, err := recourse.ParseCurrency(strings.ToUpper(currency))
	if err != nil {
		return recourse.Money{}
	}
	own := c.Exponent()
	theirs, special := stripeDecimals[c]
	if !special {
		theirs = own
	}
	for ; own < theirs; own++ {
		units /= 10
	}
	for ; own > theirs; own-- {
		units *= 10
	}
	return recourse.Money{Minor: units, Currency: c}
}
