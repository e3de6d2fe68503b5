package recourse

import "strings"

// Currency is a currency of ISO 4217 by its alphabetic code: three capital letters, "EUR". The zero value
// names none. [ParseCurrency] is the only way to make one out of a stranger's text.
type Currency string

// activeCurrencies is the list of ISO 4217 (maintained by SIX, amendments up to 2026), by the number of
// digits of the minor unit. Left out are the codes nobody can be paid in: metals (XAU), units of account of
// institutions (XDR, XSU, XUA, XAD) and the codes for tests and for none (XTS, XXX).
var activeCurrencies = [...]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF " +
		"CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
		"GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL " +
		"MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR " +
		"PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
		"TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

// withdrawnCurrencies are codes still met in old order books, or written by habit, with what took their place.
// They are refused and not converted: the amount would have to change too, at a rate that only the merchant knows.
var withdrawnCurrencies = map[Currency]Currency{
	"ANG": "XCG", "ATS": "EUR", "BEF": "EUR", "BGN": "EUR", "BYR": "BYN", "CUC": "CUP", "CYP": "EUR",
	"DEM": "EUR", "EEK": "EUR", "ESP": "EUR", "FIM": "EUR", "FRF": "EUR", "GHC": "GHS", "GRD": "EUR",
	"HRK": "EUR", "IEP": "EUR", "ITL": "EUR", "LTL": "EUR", "LUF": "EUR", "LVL": "EUR", "MRO": "MRU",
	"MTL": "EUR", "MZM": "MZN", "NLG": "EUR", "NTD": "TWD", "PTE": "EUR", "RMB": "CNY", "ROL": "RON",
	"RUR": "RUB", "SIT": "EUR", "SKK": "EUR", "SLL": "SLE", "STD": "STN", "TRL": "TRY", "VEB": "VES",
	"VEF": "VES", "ZMK": "ZMW", "ZWD": "ZWG", "ZWL": "ZWG",
}

// denomination is what is known of one currency. It holds the code itself so that parsed money shares one
// string per currency and keeps no row of an order book alive.
type denomination struct {
	currency Currency
	exponent int
}

// denominations is keyed by bytes, not by string, so that a code in small letters is found without allocating.
var denominations = indexCurrencies()

// indexCurrencies is run once, before anything else: the list above is for readers, the index for look-ups.
func indexCurrencies() map[[3]byte]denomination {
	index := make(map[[3]byte]denomination, 192)
	for exponent, codes := range activeCurrencies {
		for code := range strings.FieldsSeq(codes) {
			index[[3]byte([]byte(code))] = denomination{Currency(code), exponent}
		}
	}
	return index
}

// ParseCurrency reads an ISO 4217 code in any case, blanks around it ignored. Errors, all of kind [Invalid]:
// currency_withdrawn for a code that has been replaced, the hint naming what replaced it, and
// currency_unknown for all else that is not in the list.
func ParseCurrency(s string) (Currency, error) {
	code := strings.TrimSpace(s)
	if len(code) == 3 {
		if d, ok := denominations[upperCode(code)]; ok {
			return d.currency, nil
		}
	}
	return "", currencyRefused(code)
}

// upperCode gives the three bytes of code in capitals; what is no letter stays and is then not found.
func upperCode(code string) [3]byte {
	key := [3]byte{code[0], code[1], code[2]}
	for i, c := range key {
		if 'a' <= c && c <= 'z' {
			key[i] = c - ('a' - 'A')
		}
	}
	return key
}

// currencyRefused tells a code that once was one from a code that never was: the first is an old book that needs a
// rate, the second a typing error or a wrong column.
func currencyRefused(code string) error {
	if successor, ok := withdrawnCurrencies[Currency(strings.ToUpper(code))]; ok {
		return &Error{
			Kind: Invalid, Code: "currency_withdrawn",
			Message: `currency "` + code + `" is not, or no longer, a code of ISO 4217`,
			Hint:    "its place is taken by " + string(successor) + "; amounts are not converted",
		}
	}
	return &Error{
		Kind: Invalid, Code: "currency_unknown",
		Message: `unknown currency "` + Shorten(code, 20) + `"`,
		Hint:    "use a three-letter code of ISO 4217, such as EUR",
	}
}

// Exponent is the number of digits of the minor unit, 0 to 4: 2 for EUR, 0 for JPY, 3 for KWD. A code that
// ISO 4217 does not list has 2, the commonest; [ParseCurrency] lets none in.
func (c Currency) Exponent() int {
	if d, ok := c.denomination(); ok {
		return d.exponent
	}
	return 2
}

// denomination finds what is known of c; ok is false for the zero value and whatever was not parsed.
func (c Currency) denomination() (d denomination, ok bool) {
	if len(c) != 3 {
		return denomination{}, false
	}
	d, ok = denominations[[3]byte{c[0], c[1], c[2]}]
	return d, ok
}
