package address

import (
	"slices"
	"strings"

	"recourse"
)

// overseas are the French departments and territories overseas that have a country code of their own, by the first digits
// of their postcodes (La Poste). Lines to France do not go there, and customs lie between.
var overseas = map[string]string{"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "986": "WF", "987": "PF", "988": "NC", "980": "MC"}

// bare is a postcode as it is compared: in capitals, without blanks and hyphens.
func bare(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' || r == '\u202f' || r == '–' || r == '.' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}

// PostcodeFits says whether a postcode looks like those of a country; known is false where the country's are not known, or
// it has none.
func PostcodeFits(country, code string) (fits, known bool) {
	c := rules().countries[country]
	if c == nil || c.postcode == nil {
		return true, false
	}
	return c.postcode.MatchString(bare(code)), true
}

func (c *checker) lookPostcode() {
	if c.postcode == "" {
		needs := c.country != "" && !(&recourse.Address{Country: c.country, City: "x", Street: "x"}).Deliverable()
		if needs && c.lacks(Postcode, "") {
			c.find(Postcode, Wrong, "postcode_missing", c.example()...)
		}
		return
	}
	if c.rule == nil || c.rule.postcode == nil {
		return
	}
	code := bare(c.postcode)
	switch {
	case c.rule.postcode.MatchString(code):
	case c.rule.digits == len(code)+1 && figures(code) == len(code) && c.rule.postcode.MatchString("0"+code):
		c.find(Postcode, Doubtful, "postcode_zero", c.example()...) // a spreadsheet took a zero away
		return
	default:
		c.find(Postcode, Wrong, "postcode_shape", c.example()...)
		return
	}
	if all := code[:1]; strings.Count(code, all) == len(code) && len(code) > 3 && (all == "0" || all == "9" && c.country != "NO" && c.country != "DK") || code == "12345" && c.country == "US" && c.region == "" {
		c.find(Postcode, Doubtful, "postcode_invented")
	}
	if to := overseas[code[:min(3, len(code))]]; c.country == "FR" && to != "" {
		c.find(Postcode, Doubtful, "postcode_overseas", text("country", to))
	}
}

func (c *checker) example() []recourse.Arg {
	if c.rule == nil || c.rule.example == "" {
		return nil
	}
	return []recourse.Arg{text("example", c.rule.example)}
}

func (c *checker) lookRegion() {
	if c.rule == nil || len(c.rule.regions) == 0 && !c.rule.region {
		return
	}
	if c.region == "" {
		if c.rule.region && c.lacks(Region, "") {
			c.find(Region, Doubtful, "region_missing")
		}
		return
	}
	if len(c.rule.regions) == 0 {
		return
	}
	r := c.rule.regionOf(c.region)
	if r == nil {
		c.find(Region, Doubtful, "region_unknown")
		return
	}
	code := bare(c.postcode)
	if code == "" || !c.rule.postcode.MatchString(code) || r.has(code) {
		return
	}
	severity := Doubtful
	if r.sure {
		severity = Wrong
	}
	c.find(Postcode, severity, "postcode_region", text("region", r.name), text("begins", r.shown))
}

// has says whether a postcode lies in a region.
func (r *region) has(code string) bool {
	return slices.ContainsFunc(r.spans, func(s span) bool {
		n := min(len(s.from), len(code))
		return code[:n] >= s.from && code[:n] <= s.to
	})
}
