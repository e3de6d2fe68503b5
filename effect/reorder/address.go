package reorder

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recourse"
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
	if name := regions[to.Country][strings.ToUpper(strings.TrimPrefix(strings.ToUpper(region), to.Country+"-"))]; name != "" {
		region = name
	}
	if region == "" && withoutProvince[to.Country] {
		b.set(province, "other")
		b.changed(province)
		return
	}
	b.must(province, region)
}

// regions are the full names of those that shops write as codes (ISO 3166-2).
var regions = map[string]map[string]string{
	"US": pairs("AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;PR Puerto Rico;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming"),
	"CA": pairs("AB Alberta;BC British Columbia;MB Manitoba;NB New Brunswick;NL Newfoundland and Labrador;NS Nova Scotia;NT Northwest Territories;NU Nunavut;ON Ontario;PE Prince Edward Island;QC Quebec;SK Saskatchewan;YT Yukon"),
	"AU": pairs("ACT Australian Capital Territory;NSW New South Wales;NT Northern Territory;QLD Queensland;SA South Australia;TAS Tasmania;VIC Victoria;WA Western Australia"),
	"BR": pairs("AC Acre;AL Alagoas;AP Amapa;AM Amazonas;BA Bahia;CE Ceara;DF Distrito Federal;ES Espirito Santo;GO Goias;MA Maranhao;MT Mato Grosso;MS Mato Grosso do Sul;MG Minas Gerais;PA Para;PB Paraiba;PR Parana;PE Pernambuco;PI Piaui;RJ Rio de Janeiro;RN Rio Grande do Norte;RS Rio Grande do Sul;RO Rondonia;RR Roraima;SC Santa Catarina;SP Sao Paulo;SE Sergipe;TO Tocantins"),
}

func pairs(list string) map[string]string {
	m := map[string]string{}
	for _, p := range strings.Split(list, ";") {
		code, name, _ := strings.Cut(p, " ")
		m[code] = name
	}
	return m
}

// postcodes are how those of a country look, without blanks (Universal Postal Union, member countries' addressing pages).
var postcodes = func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for form, countries := range map[string]string{
		`\d{4}`: "AR AT AU BE BG CH CY DK HU LU LV NO NZ PH SI ZA TN", `\d{5}`: "DE DZ EE ES FI FR HR ID IT KR MA MC MX MY PK RS SA SE SK CZ GR TH TR UA VN",
		`\d{6}`: "CN CO IN KZ RO RU SG BY", `\d{7}`: "CL IL JP", `\d{3}-?\d{4}`: "JP", `\d{3}-?\d{4}|\d{7}`: "CL", `\d{5}-?\d{3}`: "BR", `\d{4}-?\d{3}`: "PT", `\d{2}-?\d{3}`: "PL",
		`\d{5}(-?\d{4})?`: "US PR", `[A-Z]\d[A-Z]\d[A-Z]\d`: "CA", `[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}`: "GB", `[A-Z]\d[\dW][A-Z\d]{4}`: "IE", `\d{4}[A-Z]{2}`: "NL", `(LT-?)?\d{5}`: "LT", `\d{3}`: "IS", `[A-Z]{3}\d{4}`: "MT",
	} {
		for _, c := range strings.Fields(countries) {
			m[c] = regexp.MustCompile(`^(?:` + form + `)$`)
		}
	}
	m["JP"], m["CL"] = regexp.MustCompile(`^\d{3}-?\d{4}$`), regexp.MustCompile(`^\d{3}-?\d{4}$`)
	return m
}()

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
	if form := postcodes[to.Country]; form != nil && !form.MatchString(strings.ReplaceAll(code, " ", "")) {
		b.wrong(zip, "reorder_zip", "no postcode of %s looks like that", Country(to.Country))
	}
	b.set(zip, strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-') {
			return r
		}
		return ' '
	}, code)), " "))
}
