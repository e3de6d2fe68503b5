package intake

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// countryList has a line for each country of ISO 3166-1: its two letters and its English names (those of the
// tz database's iso3166.tab and of Unicode CLDR), parted by tabs.
//
//go:embed countries.txt
var countryList string

// otherNames are names that shops and agents write besides, or wrote until a country was renamed.
//
// Names are only added that mean one country to everyone. "Georgia" is here by ISO as the country; an
// export that means the state has the country in another column.
var otherNames = map[string]string{
	"usa": "US", "united states of america": "US", "u s a": "US", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
	"wales": "GB", "northern ireland": "GB", "korea": "KR", "republic of korea": "KR", "korea republic of": "KR", "russian federation": "RU", "viet nam": "VN",
	"czech republic": "CZ", "macedonia": "MK", "holland": "NL", "the netherlands": "NL", "turkey": "TR", "ivory coast": "CI", "swaziland": "SZ",
	"burma": "MM", "cape verde": "CV", "uae": "AE", "hong kong": "HK", "hong kong sar": "HK", "macau": "MO", "macao": "MO", "taiwan province of china": "TW",
	"republic of ireland": "IE", "moldova republic of": "MD", "tanzania united republic of": "TZ", "iran islamic republic of": "IR",
	"bolivia plurinational state of": "BO", "venezuela bolivarian republic of": "VE", "brunei darussalam": "BN", "mainland china": "CN", "prc": "CN",
	"中国": "CN", "美国": "US", "英国": "GB", "法国": "FR", "德国": "DE", "brasil": "BR", "deutschland": "DE", "espana": "ES", "españa": "ES", "italia": "IT",
}

// Made when the first address is read: a command that reads no book does not pay for it.
var countries = sync.OnceValues(func() (codes map[string]string, names map[string]string) {
	codes, names = map[string]string{}, map[string]string{}
	for line := range strings.Lines(countryList) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		codes[parts[0]] = parts[0]
		for _, name := range parts[1:] {
			names[foldName(name)] = parts[0]
		}
	}
	for name, code := range otherNames {
		names[name] = code
	}
	return codes, names
})

// country gives the ISO 3166-1 code for a code or an English name; ok is false when it is neither.
//
// An unknown country rejects the row instead of being left empty. Whether a parcel crosses a border
// decides what can be done about it, so an address without a country is a fact of its own and must not
// be made out of a typing error.
func country(text []byte) (code string, ok bool) {
	codes, names := countries()
	if code, ok = codes[string(text)]; ok {
		return code, true
	}
	if len(text) > 100 {
		return "", false
	}
	if code, ok = codes[strings.ToUpper(string(text))]; ok {
		return code, true
	}
	code, ok = names[foldName(string(text))]
	return code, ok
}

// foldName leaves letters and single blanks, so that "Korea, Republic of" and "korea republic of" are one.
func foldName(s string) string {
	s = strings.ReplaceAll(s, "&", " and ")
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }), " ")
}
