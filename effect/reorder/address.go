package reorder

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recourse"
	"recourse/sourcing/address"
)

// letters that are no other letter with an accent.
var letters = strings.NewReplacer(
	"ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "Ae", "œ", "oe", "Œ", "Oe", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ð", "d", "Ð", "D", "þ", "th", "Þ", "Th", "ı", "i", "ŋ", "n", "&", " and ", "/", "-",
)

// plain writes a text in letters of ASCII, digits, hyphens and single blanks: DSers' template takes no «special
// characters», and does not say which it means [V], so that all others are left out.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(letters.Replace(s)) {
		switch {
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-'):
			b.WriteRune(r)
		case unicode.Is(unicode.Pd, r):
			b.WriteByte('-')
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Trim(strings.Join(strings.Fields(b.String()), " "), "- ")
}

// foreign says that a text has letters that plain cannot write.
func foreign(s string) bool {
	for _, r := range norm.NFD.String(letters.Replace(s)) {
		if r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return true
		}
	}
	return false
}

var (
	phoneSigns = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "-", "", "–", "", ".", "", "/", "", "(0)", "", "(", "", ")", "")
	phone      = regexp.MustCompile(`^\+?[0-9]{5,15}$`)
)

// Phone writes a telephone number as DSers takes it: digits, and a + before them where the country's number stands there.
// It fails with reorder_phone where it is none. Numbers have at most 15 digits (ITU-T E.164).
func Phone(s string) (string, error) {
	s = phoneSigns.Replace(told(s))
	if after, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + after
	}
	if s != "" && !phone.MatchString(s) {
		return "", &recourse.Error{Kind: recourse.Invalid, Code: "reorder_phone", Field: names[mobile], Message: "this is no telephone number"}
	}
	return s, nil
}

// withoutProvince are countries whose addresses name no province, so that shops have none; DSers wants one all the same,
// and «other» is what its lists end with [I].
var withoutProvince = set("AT BE BG CH CY CZ DE DK EE FI FR GB GR HR HU IE IL IS LT LU LV MC MT NL NO NZ PL PT RO RS SE SG SI SK HK MO")

func set(codes string) map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(codes) {
		m[c] = true
	}
	return m
}

// province is the region by its full name: the lists have no codes.
func (b *builder) province(to *recourse.Address) {
	region := told(to.Region)
	if name := address.RegionName(to.Country, region); name != "" {
		region = name
	}
	if region == "" && withoutProvince[to.Country] {
		b.set(province, "other")
		b.changed(province)
		return
	}
	b.must(province, region)
}

// noPostcode is written for a country that has none: the template wants something [I].
const noPostcode = "00000"

func (b *builder) postcode(to *recourse.Address) {
	code := strings.ToUpper(told(to.Postcode))
	if code == "" {
		if to.Country != "" && (&recourse.Address{Country: to.Country, City: "x", Street: "x"}).Deliverable() {
			b.set(zip, noPostcode)
			return
		}
		b.wrong(zip, "reorder_missing", "it is missing, and DSers wants it")
		return
	}
	if fits, _ := address.PostcodeFits(to.Country, code); !fits {
		b.wrong(zip, "reorder_zip", "no postcode of %s looks like that", Country(to.Country))
	}
	b.set(zip, strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-') {
			return r
		}
		return ' '
	}, code)), " "))
}
