package view

import (
	"slices"
	"strings"
)

// regions are the countries of ISO 3166-1, by their two letters.
var regions = strings.Fields(`AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN
GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV
LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT
PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US
UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`)

// countries are all countries by their names in the reader's language; the one that is given is among them in any case.
func (r Reader) countries(given string) []FieldOption {
	out := []FieldOption{{"", ""}}
	for _, code := range regions {
		out = append(out, FieldOption{code, r.Country(code)})
	}
	if given != "" && !slices.Contains(regions, given) {
		out = append(out, FieldOption{given, r.Country(given)})
	}
	slices.SortFunc(out[1:], func(a, b FieldOption) int { return strings.Compare(folded(a.Label), folded(b.Label)) })
	return out
}

var unaccented = strings.NewReplacer("É", "E", "Î", "I", "Å", "A", "é", "e", "è", "e", "ô", "o", "’", " ")

// folded puts names that begin with an accent where readers look for them.
func folded(s string) string { return unaccented.Replace(s) }
