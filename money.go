package recourse

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Money is an exact amount in one currency: Minor counts its smallest units, so 29.90 EUR is {2990, "EUR"} and
// 2990 JPY is {2990, "JPY"}. Values are compared with ==. The zero value is no money in no currency: it is
// written as the empty text, and in Add, Sub and Cmp it goes with every currency, so that a sum can start from it.
//
// Minor lies between -math.MaxInt64 and math.MaxInt64; math.MinInt64 is never made here, which lets [Money.Neg]
// be exact without an error. Where a result would lie outside, the error is money_overflow.
type Money struct {
	Minor    int64
	Currency Currency
}

// ParseMoney reads an amount and a currency in either order, "29.90 EUR" or "EUR 29.90", with blanks between and
// around. Errors are of kind [Invalid]: money_malformed, and those of [ParseCurrency] and [ParseAmount].
func ParseMoney(s string) (Money, error) {
	amount, code, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		return Money{}, moneyRefused("money_malformed", "money", s, "write an amount and a currency, such as 29.90 EUR")
	}
	if isLetter(amount[0]) {
		amount, code = code, amount
	}
	currency, err := ParseCurrency(code)
	if err != nil {
		return Money{}, err
	}
	return ParseAmount(amount, currency)
}

// isLetter tells a currency from an amount, which has nothing of the kind.
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// ParseAmount reads a decimal number of currency's major unit: digits, with a minus sign before and a point
// inside where need be, and blanks around. Thousands separators, exponents, a plus sign and a point without
// digits on both sides are refused (money_malformed), since another reader may have meant another number; so
// are digits below the minor unit unless they are zeros (money_precision) and what int64 cannot hold (money_overflow).
func ParseAmount(decimal string, currency Currency) (Money, error) {
	digits, negative := strings.CutPrefix(strings.TrimSpace(decimal), "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	if !allDigits(whole) || pointed && !allDigits(fraction) {
		return Money{}, moneyRefused("money_malformed", "amount", decimal,
			"write digits with a point, without separators of thousands, such as 1234.50")
	}
	exponent := currency.Exponent()
	spare := len(fraction) - exponent
	if spare > 0 && strings.Trim(fraction[exponent:], "0") != "" {
		return Money{}, moneyRefused("money_precision", "amount", decimal,
			string(currency)+" has "+strconv.Itoa(exponent)+" decimals")
	}
	n, ok := appendDigits(0, whole)
	if ok {
		n, ok = appendDigits(n, fraction[:min(len(fraction), exponent)])
	}
	if ok && spare < 0 {
		n, ok = appendDigits(n, "0000"[:-spare])
	}
	if !ok {
		return Money{}, moneyRefused("money_overflow", "amount", decimal, "the amount is too large to be exact")
	}
	if negative {
		n = -n
	}
	return Money{n, currency}, nil
}

// allDigits takes only the ten digits of ASCII, and at least one of them. Other scripts have digits too, but whoever
// writes those may mean another grouping or another direction.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}

// appendDigits writes digits behind the decimal number n; ok is false when that passes math.MaxInt64.
func appendDigits(n int64, digits string) (longer int64, ok bool) {
	for i := range len(digits) {
		d := int64(digits[i] - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// moneyRefused is an amount that was not understood. It quotes what was read, so that a person finds it in the file.
func moneyRefused(code, what, input, hint string) error {
	return &Error{
		Kind: Invalid, Code: code,
		Message: what + ` "` + Shorten(strings.TrimSpace(input), 40) + `" cannot be read`,
		Hint:    hint,
	}
}

// String writes m as [ParseMoney] reads it, with every decimal of its currency: "29.90 EUR", "2990 JPY". The zero
// value is "". It is meant for files, logs and errors; people are shown money in the manner of their language.
func (m Money) String() string {
	return string(m.append(make([]byte, 0, 32)))
}

// AppendText appends what [Money.String] gives. It fails with currency_unknown when the text could not be read
// back, which only money put together by hand can bring about.
func (m Money) AppendText(b []byte) ([]byte, error) {
	if _, ok := m.Currency.denomination(); !ok && m != (Money{}) {
		return b, currencyRefused(string(m.Currency))
	}
	return m.append(b), nil
}

// MarshalText is [Money.AppendText] into a text of its own; in JSON, money is the string "29.90 EUR".
func (m Money) MarshalText() ([]byte, error) { return m.AppendText(nil) }

// UnmarshalText reads what MarshalText wrote, or any text that [ParseMoney] takes; the empty text is the zero value.
func (m *Money) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*m = Money{}
		return nil
	}
	*m, err = ParseMoney(string(text))
	return err
}

// minorPerMajor is how many minor units make a major one, by exponent.
var minorPerMajor = [...]uint64{1, 10, 100, 1000, 10000}

// append writes m without asking whether its currency exists.
func (m Money) append(b []byte) []byte {
	if m == (Money{}) {
		return b
	}
	if m.Minor < 0 {
		b = append(b, '-')
	}
	unit := minorPerMajor[m.Currency.Exponent()]
	b = strconv.AppendUint(b, magnitude(m.Minor)/unit, 10)
	if point := len(b); unit > 1 {
		// The 1 that keeps the zeros in front of the decimals gives its place to the point.
		b = strconv.AppendUint(b, unit+magnitude(m.Minor)%unit, 10)
		b[point] = '.'
	}
	b = append(b, ' ')
	return append(b, m.Currency...)
}

// magnitude is the absolute value of n, right for math.MinInt64 too.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Add gives m + o. It fails with currency_mismatch or money_overflow.
func (m Money) Add(o Money) (Money, error) {
	currency, err := m.with(o)
	if err != nil {
		return Money{}, err
	}
	sum := m.Minor + o.Minor
	if (sum > m.Minor) != (o.Minor > 0) || sum == math.MinInt64 {
		return Money{}, m.overflow()
	}
	return Money{sum, currency}, nil
}

// Sub gives m − o. It fails with currency_mismatch or money_overflow.
func (m Money) Sub(o Money) (Money, error) { return m.Add(o.Neg()) }

// Cmp is -1, 0 or +1 as m is less than, equal to or more than o. It fails with currency_mismatch.
func (m Money) Cmp(o Money) (int, error) {
	if _, err := m.with(o); err != nil {
		return 0, err
	}
	return cmp.Compare(m.Minor, o.Minor), nil
}

// with is the currency that m and o have in common, where the zero value goes with every currency.
func (m Money) with(o Money) (Currency, error) {
	switch {
	case m.Currency == o.Currency, o == Money{}:
		return m.Currency, nil
	case m == Money{}:
		return o.Currency, nil
	}
	return "", &Error{
		Kind: Invalid, Code: "currency_mismatch",
		Message: `"` + m.String() + `" and "` + o.String() + `" are in different currencies`,
		Hint:    "amounts are never converted",
	}
}

// overflow is the refusal of a sum or product with m. No order comes near; it is the sign of a wrong unit or of a
// column read as another.
func (m Money) overflow() error {
	return &Error{
		Kind: Invalid, Code: "money_overflow",
		Message: `the sum with "` + m.String() + `" is too large to be exact`,
	}
}

// Neg gives −m.
func (m Money) Neg() Money { return Money{-m.Minor, m.Currency} }

// IsZero reports whether m is nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Sign is -1, 0 or +1 as m is negative, nothing or positive.
func (m Money) Sign() int { return cmp.Compare(m.Minor, 0) }

// Mul gives m × n, the price of n pieces. It fails with money_overflow.
func (m Money) Mul(n int64) (Money, error) { return m.Scale(n, 1) }

// Scale gives m × num ÷ den, as for 20 % (20, 100) or a rate. The product is exact in 128 bits and rounded once, to
// the minor unit, halves to the even neighbour: that way roundings do not add up to one side's favour. It fails with
// money_scale when den is 0 and with money_overflow.
func (m Money) Scale(num, den int64) (Money, error) {
	if den == 0 {
		return Money{}, &Error{
			Kind: Invalid, Code: "money_scale",
			Message: `"` + m.String() + `" cannot be divided by 0`,
		}
	}
	q, ok := mulDiv(magnitude(m.Minor), magnitude(num), magnitude(den))
	if !ok {
		return Money{}, m.overflow()
	}
	return m.signed(q, m.Sign() < 0 != (num < 0) != (den < 0)), nil
}

// mulDiv is a×b÷den, halves to the even neighbour; ok is false when that passes math.MaxInt64.
func mulDiv(a, b, den uint64) (q uint64, ok bool) {
	hi, lo := bits.Mul64(a, b)
	if hi >= den {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, den)
	// Compared with what is missing to den, and not doubled, since twice the rest may not fit.
	if missing := den - rest; q <= math.MaxInt64 && (rest > missing || rest == missing && q%2 == 1) {
		q++
	}
	return q, q <= math.MaxInt64
}

// signed is the amount of the given magnitude in m's currency.
func (m Money) signed(magnitude uint64, negative bool) Money {
	if negative {
		return Money{-int64(magnitude), m.Currency}
	}
	return Money{int64(magnitude), m.Currency}
}

// Allocate splits m in proportion to weights, one share for each, in their order. The shares add up to m exactly, by
// the method of the largest remainder: each gets its part rounded towards nothing, and the minor units left over go
// one by one to the largest remainders, the first first where they are equal. Weights that are all 0 split evenly.
// It fails with money_weights when there are none, when one is negative, or when their sum passes math.MaxInt64.
func (m Money) Allocate(weights ...int64) ([]Money, error) {
	total, err := m.weigh(weights)
	if err != nil {
		return nil, err
	}
	if total == 0 {
		weights, total = slices.Repeat([]int64{1}, len(weights)), int64(len(weights))
	}
	var (
		whole      = magnitude(m.Minor)
		left       = whole
		shares     = make([]Money, len(weights))
		order      = make([]int, len(weights))
		remainders = make([]uint64, len(weights))
	)
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		var q uint64
		q, remainders[i] = bits.Div64(hi, lo, uint64(total))
		shares[i], order[i] = m.signed(q, m.Minor < 0), i
		left -= q
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		shares[i].Minor += int64(m.Sign())
	}
	return shares, nil
}

// weigh adds the weights up, or says why they cannot be used.
func (m Money) weigh(weights []int64) (total int64, err error) {
	for _, w := range weights {
		if total += w; w < 0 || total < 0 {
			return 0, m.weightsRefused("weights are counted from 0 and their sum is at most " +
				strconv.Itoa(math.MaxInt64) + "; one is " + strconv.FormatInt(w, 10))
		}
	}
	if len(weights) == 0 {
		return 0, m.weightsRefused("there is nobody to share it")
	}
	return total, nil
}

// weightsRefused is a fault of the caller more than of a person's input, but weights may come from a file.
func (m Money) weightsRefused(why string) error {
	return &Error{
		Kind: Invalid, Code: "money_weights",
		Message: `"` + m.String() + `" cannot be shared out: ` + why,
	}
}

// Share is what the pieces from (included) to to (excluded) cost when m pays for of pieces. It is the difference of
// two rounded costs, each from the first piece on, so that consecutive shares add up to the whole whatever the
// cuts: refunding pieces 0–1 today and 1–3 next week pays m, no cent more or less. from and to are held within
// 0..of; where that leaves no piece the share is nothing.
func (m Money) Share(from, to, of int64) Money {
	from, to = max(from, 0), min(to, of)
	if from >= to {
		return Money{0, m.Currency}
	}
	return Money{m.firstPieces(to, of) - m.firstPieces(from, of), m.Currency}
}

// firstPieces is the cost in minor units of the first n of so many pieces, 0 ≤ n ≤ of: never more than m, so that
// nothing can overflow.
func (m Money) firstPieces(n, of int64) int64 {
	q, _ := mulDiv(magnitude(m.Minor), uint64(n), uint64(of))
	return m.signed(q, m.Minor < 0).Minor
}
