package address

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

//go:embed countries.csv
var countriesFile string

//go:embed regions.csv
var regionsFile string

// country is what is known of a country's addresses.
type country struct {
	code        string
	postcode    *regexp.Regexp // without blanks and hyphens; nil: there are none
	digits      int            // of a postcode of nothing but so many digits; 0: it is another
	example     string
	region      bool // addresses name one
	calling     string
	fewest      int // digits of a telephone number without the calling code
	most        int
	tax         string // the kind of number that customs want
	must        bool   // without it they hold every parcel; else they may ask for it
	number      bool   // a street without a number is rare
	regions     map[string]*region
	regionNames map[string]*region // by code and by every name, folded
}

// region is a state or a province with the postcodes that lie in it.
type region struct {
	code  string
	name  string
	spans []span
	shown string
	sure  bool // the postcodes of a region lie in no other
}

// span are postcodes from one beginning to another, both included.
type span struct{ from, to string }

type ruleBook struct{ countries map[string]*country }

// rules are read once. The files are part of the program: what is wrong in them stops it.
var rules = sync.OnceValue(func() *ruleBook {
	b := &ruleBook{countries: map[string]*country{}}
	for _, row := range table(countriesFile) {
		c := &country{code: row["country"], example: row["example"], region: row["region"] == "yes", calling: row["calling"], tax: row["tax"], must: row["ask"] == "must", number: row["number"] == "yes", regions: map[string]*region{}, regionNames: map[string]*region{}}
		if row["postcode"] != "" {
			c.postcode = regexp.MustCompile(`^(?:` + row["postcode"] + `)$`)
		}
		for n := 3; n < 9; n++ {
			if row["postcode"] == `\d{`+strconv.Itoa(n)+`}` || row["postcode"] == `\d{5}(\d{4})?` && n == 5 {
				c.digits = n
			}
		}
		from, to, ranged := strings.Cut(row["phone"], "-")
		c.fewest, _ = strconv.Atoi(from)
		if c.most = c.fewest; ranged {
			c.most, _ = strconv.Atoi(to)
		}
		b.countries[c.code] = c
	}
	for _, row := range table(regionsFile) {
		b.addRegion(row)
	}
	return b
})

func (b *ruleBook) addRegion(row map[string]string) {
	names := strings.Split(row["names"], ";")
	r := &region{code: row["region"], name: names[0], shown: row["postcodes"], sure: row["sure"] == "yes"}
	for _, s := range strings.Fields(row["postcodes"]) {
		from, to, ranged := strings.Cut(s, "-")
		if !ranged {
			to = from
		}
		r.spans = append(r.spans, span{from, to})
	}
	c := b.countries[row["country"]]
	c.regions[r.code] = r
	for _, n := range append(names, r.code) {
		c.regionNames[folded(n)] = r
	}
}

// table is a file as rows by the names of its columns.
func table(file string) (out []map[string]string) {
	all, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		panic(err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

// folded is a name in small letters without accents and signs, by which names are compared.
func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x2ff && (r < 0x300 || r > 0x36f) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isoCodes are the codes of ISO 3166-1, and XK, which carriers use for Kosovo.
const isoCodes = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ
DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM
PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`

var codes = sync.OnceValue(func() []string { return strings.Fields(isoCodes) })

// Countries are the codes of the countries of which rules are known.
func Countries() (out []string) {
	for _, c := range codes() {
		if rules().countries[c] != nil {
			out = append(out, c)
		}
	}
	return out
}

// RegionName is the full name of a region, however a shop writes it: as a code, with the country before it, or as a name; ""
// where it is not known.
func RegionName(country, region string) string {
	if r := rules().countries[country].regionOf(region); r != nil {
		return r.name
	}
	return ""
}

// regionOf is the region of that code or name; nil where there is none, or none are known.
func (c *country) regionOf(name string) *region {
	if c == nil || name == "" {
		return nil
	}
	f := folded(name)
	if r := c.regionNames[f]; r != nil {
		return r
	}
	return c.regionNames[strings.TrimPrefix(f, strings.ToLower(c.code))]
}
