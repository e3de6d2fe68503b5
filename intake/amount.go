package intake

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"recourse"
)

// decimalMark says what separates the decimals in the amounts of a book.
//
// It is stated once for a whole book, in the profile, and never derived from the cells: a book whose
// first thousand prices happen to be below a thousand proves nothing about the row after them.
type decimalMark byte

const (
	// markUnstated: the book's numbers must speak for themselves. Where both marks stand in a number, or one
	// of them twice, the last is plain; a single one before exactly three digits is not ("1,234" is either),
	// and such a number is rejected rather than guessed.
	markUnstated decimalMark = iota
	markPoint
	markComma
)

// symbols are the signs that stand for currencies. Where one stands for several, it is only checked against the
// currency that the book names otherwise.
//
// The plain dollar and the yen sign are why this is a list and not one currency each. "$12.50" in a book
// that names no currency is refused as currency_ambiguous; in a book in CAD the same cell is simply
// 12.50 Canadian dollars, and in a book in EUR it is a currency_conflict.
var symbols = map[string][]recourse.Currency{
	"€": {"EUR"}, "£": {"GBP"}, "R$": {"BRL"}, "zł": {"PLN"}, "₩": {"KRW"}, "₹": {"INR"}, "₽": {"RUB"}, "₺": {"TRY"}, "₫": {"VND"}, "₴": {"UAH"}, "₪": {"ILS"}, "฿": {"THB"},
	"¥": {"CNY", "JPY"}, "￥": {"CNY", "JPY"}, "元": {"CNY"}, "円": {"JPY"}, "kr": {"DKK", "ISK", "NOK", "SEK"}, "kr.": {"DKK"}, "Fr.": {"CHF"}, "Kč": {"CZK"}, "Ft": {"HUF"}, "lei": {"RON"},
	"US$": {"USD"}, "A$": {"AUD"}, "C$": {"CAD"}, "CA$": {"CAD"}, "AU$": {"AUD"}, "NZ$": {"NZD"}, "HK$": {"HKD"}, "S$": {"SGD"}, "NT$": {"TWD"}, "MX$": {"MXN"},
	"$": {"USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "BRL"},
}

// parseAmount reads an amount as people and shops write it: digits, separators of thousands, a decimal mark,
// a sign, and before or behind it the currency's code or symbol. currency is what the book says otherwise; ""
// when only the amount itself can tell.
//
// With the mark unstated and the book in EUR these are read, and mean what is beside them:
//
//	12.9        12.90
//	1.234,56    1234.56    the last mark is the other kind
//	1 234,56    1234.56    blanks part the thousands
//	1.234.567   1234567.00 the same mark twice
//	€ 12,90     12.90
//
// These are turned away, each with a code that says why:
//
//	1,234       amount_ambiguous   twelve hundred, or one and a bit
//	US$ 12.90   currency_conflict  the row is in EUR
//	-12.90      amount_negative
//	12.90 x 2 € amount_malformed
//
// A refund of a thousand times the sum is the price of one wrong guess, and a rejected row that a person
// mends in a minute is the price of none.
func parseAmount(text []byte, mark decimalMark, currency recourse.Currency) (recourse.Money, *fault) {
	if m, ok := plainAmount(text, mark, currency); ok {
		return m, nil
	}
	number, told, f := splitCurrency(text, currency)
	if f != nil {
		return recourse.Money{}, f
	}
	if told == "" {
		return recourse.Money{}, amountFault(text, "currency_missing", "neither the amount nor the book names a currency", "name the currency in the profile or as an option")
	}
	plain, f := plainDecimal(number, mark)
	if f != nil {
		return recourse.Money{}, f
	}
	m, err := recourse.ParseAmount(plain, told)
	if err != nil {
		return recourse.Money{}, moneyFault(text, err)
	}
	return checkAmount(text, m)
}

// maxAmount bounds an amount in minor units: what the nouns take, about 11,000 milliards of a currency with cents.
//
// Sums over the lines of an order are held to the same bound, so that no addition of two amounts that
// passed here can overflow.
const maxAmount = 1 << 50

// checkAmount refuses an amount that was read well and cannot be true of an order.
//
// A negative amount is most often a refund that a shop's accounting export lists among its sales. Taken
// as a sale it would lower what the buyer is thought to have paid.
func checkAmount(text []byte, m recourse.Money) (recourse.Money, *fault) {
	if m.Minor < 0 {
		return recourse.Money{}, amountFault(text, "amount_negative", "the amount is less than nothing", "an order book holds what was sold; refunds are told otherwise")
	}
	if m.Minor > maxAmount {
		return recourse.Money{}, amountFault(text, "amount_range", "so large an amount cannot be", "")
	}
	return m, nil
}

// plainAmount is the way of nearly every cell: digits, a point (or the stated comma), at most as many decimals
// as the currency has. ok is false for all that needs a closer look.
//
// What it takes must be exactly what the long way would take, with the same result: it saves time and
// decides nothing. So it leaves alone a sign, a currency, blanks, more decimals than the currency has,
// three decimals with the mark unstated, and any number of sixteen signs, which could overflow.
func plainAmount(text []byte, mark decimalMark, currency recourse.Currency) (recourse.Money, bool) {
	if currency == "" || len(text) == 0 || len(text) > 15 {
		return recourse.Money{}, false
	}
	var n int64
	decimals, point := 0, byte('.')
	if mark == markComma {
		point = ','
	}
	pointed := false
	for i, c := range text {
		switch {
		case c-'0' <= 9:
			n = n*10 + int64(c-'0')
			if pointed {
				decimals++
			}
		case c == point && !pointed && i > 0:
			pointed = true
		default:
			return recourse.Money{}, false
		}
	}
	exponent := currency.Exponent()
	if decimals > exponent || pointed && (decimals == 0 || decimals == 3 && mark == markUnstated) {
		return recourse.Money{}, false
	}
	for ; decimals < exponent; decimals++ {
		n *= 10
	}
	return recourse.Money{Minor: n, Currency: currency}, n <= maxAmount
}

// splitCurrency takes code or symbol off an amount. A currency that contradicts the book's is a fault.
//
// The sign may stand on either side of the currency ("-€5", "€-5"), and the typographic minus counts as
// one. A word on both sides ("EUR 5 each") is refused, since one of the two must mean something that
// nobody here has understood.
func splitCurrency(text []byte, currency recourse.Currency) (number []byte, told recourse.Currency, f *fault) {
	number = bytes.TrimFunc(text, isSpace)
	first := bytes.IndexAny(number, "0123456789")
	if first < 0 {
		return nil, "", amountFault(text, "amount_malformed", "there is no number in the amount", "")
	}
	last := bytes.LastIndexAny(number, "0123456789")
	before, behind := string(number[:first]), string(number[last+1:])
	number = number[first : last+1]
	sign := ""
	before, behind = strings.TrimFunc(before, isSpace), strings.TrimFunc(behind, isSpace)
	for _, minus := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(before, minus); ok {
			before, sign = rest, "-"
		} else if rest, ok := strings.CutSuffix(before, minus); ok {
			before, sign = rest, "-"
		}
	}
	before = strings.TrimFunc(before, isSpace)
	if before != "" && behind != "" {
		return nil, "", amountFault(text, "amount_malformed", "the amount has words on both sides", "")
	}
	number = append([]byte(sign), number...)
	told, f = namedCurrency(text, before+behind, currency)
	return number, told, f
}

// namedCurrency is the currency that word names, "" when there is no word and the book names none.
//
// A word that is no known sign is tried as a three-letter code. What the cell says and what the row says
// must agree; neither wins over the other, because a book where they differ has been mapped wrongly or
// put together from two.
func namedCurrency(text []byte, word string, currency recourse.Currency) (recourse.Currency, *fault) {
	if word == "" {
		return currency, nil
	}
	candidates := symbols[word]
	if candidates == nil {
		if strings.IndexFunc(word, unicode.IsLetter) < 0 {
			return "", amountFault(text, "amount_malformed", "the number has "+strconv.Quote(recourse.Shorten(word, 20))+" beside it", "")
		}
		c, err := recourse.ParseCurrency(word)
		if err != nil {
			return "", moneyFault(text, err)
		}
		candidates = []recourse.Currency{c}
	}
	if currency == "" {
		if len(candidates) == 1 {
			return candidates[0], nil
		}
		return "", amountFault(text, "currency_ambiguous", "the sign "+word+" stands for several currencies", "name the currency in the profile or as an option")
	}
	for _, c := range candidates {
		if c == currency {
			return currency, nil
		}
	}
	return "", amountFault(text, "currency_conflict", "the amount is in "+word+", the row in "+string(currency), "")
}

// plainDecimal rewrites a number as digits with a point. It refuses what can be read in two ways.
//
// Swiss books part thousands with an apostrophe and French ones with a narrow no-break space; all of
// these become a blank first, and are then checked like any other separator.
func plainDecimal(number []byte, mark decimalMark) (string, *fault) {
	s := strings.Map(func(r rune) rune {
		if isSpace(r) || r == '\'' || r == '’' {
			return ' '
		}
		return r
	}, string(number))
	point, f := pointIn(s, mark)
	if f != nil {
		return "", f
	}
	whole, fraction := s, ""
	if point >= 0 {
		whole, fraction = s[:point], s[point+1:]
	}
	joined, ok := joinThousands(whole)
	if !ok || point >= 0 && strings.Trim(fraction, "0123456789") != "" {
		return "", amountFault(number, "amount_malformed", "this is no number with the stated decimal mark", "")
	}
	if fraction == "" {
		return joined, nil
	}
	return joined + "." + fraction, nil
}

// pointIn is where the decimal mark stands; -1: there is none.
//
// With the mark unstated, a single mark before three digits is the one case that stays open. It is not
// open when nothing but zeros stands before it ("0.125" can be no thousands), nor with more than three
// digits there ("1234.567").
func pointIn(s string, mark decimalMark) (int, *fault) {
	switch mark {
	case markPoint:
		return strings.LastIndexByte(s, '.'), nil
	case markComma:
		return strings.LastIndexByte(s, ','), nil
	}
	at := strings.LastIndexAny(s, ".,")
	if at < 0 {
		return -1, nil
	}
	other := "."
	if s[at] == '.' {
		other = ","
	}
	switch {
	case strings.Contains(s[:at], other), strings.ContainsRune(s[:at], ' '):
		return at, nil // the other kind, or blanks, part the thousands
	case strings.Count(s, s[at:at+1]) > 1:
		return -1, nil // the same mark twice parts thousands
	case len(s)-at-1 == 3 && len(strings.TrimPrefix(s[:at], "-")) <= 3 && strings.Trim(s[:at], "-0") != "":
		return -1, amountFault([]byte(s), "amount_ambiguous", "the number can be read in two ways: is its mark for decimals or for thousands?",
			"say decimal: point or decimal: comma in the profile")
	}
	return at, nil
}

// joinThousands takes separators out of the whole part. They must all be the same and part it in threes.
//
// So "1,234,567" passes, and "12,34" with a stated point does not: read without regard to the groups it
// would be 1234, where its writer surely meant decimals.
func joinThousands(whole string) (string, bool) {
	sign := ""
	if rest, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", rest
	}
	at := strings.IndexAny(whole, " .,")
	if at < 0 {
		return sign + whole, whole != "" && strings.Trim(whole, "0123456789") == ""
	}
	groups := strings.Split(whole, whole[at:at+1])
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	return sign + strings.Join(groups, ""), true
}

// isSpace includes the no-break spaces that part thousands in French and other books.
func isSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\u00A0' || r == '\u202F' || r == '\u2009' || r == '\n' || r == '\r'
}

// amountFault says what is wrong with a value; its column is the caller's to know.
func amountFault(text []byte, code, reason, hint string) *fault {
	return &fault{value: string(text), code: code, reason: reason, hint: hint}
}

// moneyFault carries over what the root package says about money.
func moneyFault(text []byte, err error) *fault {
	f := amountFault(text, recourse.CodeOf(err), err.Error(), "")
	if e, ok := err.(*recourse.Error); ok {
		f.value, f.reason, f.hint = "", e.Message, e.Hint // the message quotes the value
	}
	return f
}

// parseQuantity reads a whole number of pieces, also as a spreadsheet writes it ("2.0").
//
// Nothing is rounded: "1.5" pieces is a fault, and so is 0, since a line of which nothing was bought is
// no line.
func parseQuantity(text []byte) (int, *fault) {
	whole, fraction, _ := bytes.Cut(text, []byte{'.'})
	n := -1
	if len(whole) > 0 && len(whole) <= 9 && len(bytes.Trim(fraction, "0")) == 0 {
		n = digits(whole)
	}
	switch {
	case n < 0:
		return 0, amountFault(text, "quantity_malformed", "this is no whole number", "write digits alone, such as 2")
	case n < 1 || n > maxQuantity:
		return 0, amountFault(text, "quantity_range", "a number from 1 to "+strconv.Itoa(maxQuantity)+" is wanted", "")
	}
	return n, nil
}

// A number beyond it is an article number in the wrong column rather than an order.
const maxQuantity = 1_000_000

// parseMeasure reads a length or weight and gives it in a unit factor times smaller, rounded. A unit behind the number must be in units.
//
// Measures serve to tell whether an order is too big to ship, so a gram or a millimetre is fine enough.
// A unit in the cell wins over the profile's: "1.2 kg" in a column of grams is 1200. An unknown unit is
// refused; to take the number and drop the word would be wrong by a factor of a thousand.
func parseMeasure(text []byte, mark decimalMark, factor float64, units map[string]float64) (int, *fault) {
	if n := digits(text[:min(len(text), 9)]); n >= 0 && len(text) <= 7 {
		return int(float64(n)*factor + 0.5), nil
	}
	last := bytes.LastIndexAny(text, "0123456789")
	if last < 0 {
		return 0, amountFault(text, "measure_malformed", "there is no number", "")
	}
	number, unit := text[:last+1], strings.ToLower(strings.TrimFunc(string(text[last+1:]), isSpace))
	if unit != "" {
		f, ok := units[unit]
		if !ok {
			return 0, amountFault(text, "measure_unit", "unknown unit "+strconv.Quote(recourse.Shorten(unit, 20)), "")
		}
		factor = f
	}
	plain, f := plainDecimal(number, mark)
	if f != nil {
		return 0, f
	}
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil || v < 0 || v*factor > 1e9 {
		return 0, amountFault(text, "measure_range", "such a measure cannot be", "")
	}
	return int(v*factor + 0.5), nil
}

var (
	weightUnits = map[string]float64{"g": 1, "gr": 1, "gram": 1, "grams": 1, "kg": 1000, "kgs": 1000, "克": 1, "千克": 1000, "公斤": 1000, "oz": 28.349523125, "lb": 453.59237, "lbs": 453.59237}
	lengthUnits = map[string]float64{"mm": 1, "cm": 10, "m": 1000, "in": 25.4, "厘米": 10, "毫米": 1}
)

// parseSize reads three measures in one cell, as in "32 x 28 x 6 cm".
//
// A unit behind the last number is that of all three. Agents write the sign between them as x, X, × or
// *, all of which are the same here.
func parseSize(text []byte, mark decimalMark, factor float64) (size recourse.Size, f *fault) {
	s := strings.NewReplacer("×", "x", "X", "x", "*", "x").Replace(string(text))
	parts := strings.Split(s, "x")
	if len(parts) != len(size) || !utf8.ValidString(s) {
		return size, amountFault(text, "size_malformed", "length, width and height are wanted", "write them as 32 x 28 x 6")
	}
	last := parts[len(parts)-1]
	unit := strings.ToLower(strings.TrimFunc(last[strings.LastIndexAny(last, "0123456789")+1:], isSpace))
	if u, ok := lengthUnits[unit]; ok {
		factor = u
	}
	for i, p := range parts {
		if size[i], f = parseMeasure([]byte(strings.TrimFunc(p, isSpace)), mark, factor, lengthUnits); f != nil {
			return recourse.Size{}, f
		}
	}
	return size, nil
}
