// Package address looks at where parcels are to go before anything is bought, since an international mistake cannot be
// mended. It is pure: what it knows of countries, regions and the numbers that customs want is data inside the program, each
// with its source. A finding is a code with the field at fault; whoever shows it has the words.
//
// Wrong is only what cannot be right: a postcode that the country does not have, a number whose last digit contradicts the
// others. All else that looks odd is doubtful: it is shown to a person, and stops nothing. Of a country without rules only
// what holds everywhere is looked at, and the report says so. Nothing is ever put right by itself.
//
//	address.go   the report, and what is looked at in which order
//	rules.go     countries and regions, as data
//	postcode.go  postcodes, and the regions that they lie in
//	taxid.go     the numbers by which customs know people
//	odd.go       names, streets, telephone numbers and letters that look odd
package address

import (
	"cmp"
	"slices"
	"strings"

	"recourse"
)

// Severity says how bad a finding is.
type Severity string

// Wrong cannot be right; doubtful may be.
const (
	Wrong    Severity = "wrong"
	Doubtful Severity = "doubtful"
)

// Field is the field of an address that a finding is about, as an address has it in JSON.
type Field string

// The fields of an address.
const (
	Country  Field = "country"
	Region   Field = "region"
	City     Field = "city"
	Postcode Field = "postcode"
	Street   Field = "street"
	Name     Field = "name"
	Phone    Field = "phone"
	TaxID    Field = "tax_id"
)

// Finding is one thing that is not as it should be. Its arguments say what would be, and hold nothing personal.
type Finding struct {
	Code     string         `json:"code"`
	Field    Field          `json:"field"`
	Severity Severity       `json:"severity"`
	Args     []recourse.Arg `json:"args,omitempty"`
}

// Report is what was found, the wrong before the doubtful.
type Report struct {
	Country  string    `json:"country,omitempty"`
	Ruled    bool      `json:"ruled"` // false: no rules of this country are known, and only what holds everywhere was looked at
	Findings []Finding `json:"findings"`
}

// Wrong says that something of the address cannot be right.
func (r *Report) Wrong() bool { return len(r.Findings) > 0 && r.Findings[0].Severity == Wrong }

// Faults are the codes of what cannot be right, each once.
func (r *Report) Faults() (codes []string) {
	for _, f := range r.Findings {
		if f.Severity == Wrong && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// Terms are what is known beside the address.
type Terms struct {
	Name    string // of the buyer, where the address has none of its own
	NoBoxes bool   // the shipping line does not deliver to post office boxes
}

// maxField is how many bytes of a field are looked at.
const maxField = 2000

// Check looks at an address. Fields that a partial address leaves out, and those that were erased, are not looked at; no
// address at all has no findings.
func Check(a *recourse.Address, t Terms) Report {
	c := checker{report: Report{Findings: []Finding{}}, terms: t}
	if a == nil {
		return c.report
	}
	c.partial = a.Partial
	for _, f := range []struct {
		to   *string
		from string
		name Field
	}{{&c.country, a.Country, Country}, {&c.region, a.Region, Region}, {&c.city, a.City, City}, {&c.postcode, a.Postcode, Postcode}, {&c.street, a.Street, Street}, {&c.name, cmp.Or(a.Name, t.Name), Name}, {&c.phone, a.Phone, Phone}, {&c.tax, a.TaxID, TaxID}} {
		*f.to = c.told(f.name, f.from)
	}
	c.country = strings.ToUpper(c.country)
	c.rule = rules().countries[c.country]
	c.report.Country, c.report.Ruled = c.country, c.rule != nil
	for _, look := range []func(){c.lookCountry, c.lookStreet, c.lookCity, c.lookPostcode, c.lookRegion, c.lookTax, c.lookName, c.lookPhone, c.lookLetters} {
		look()
	}
	slices.SortStableFunc(c.report.Findings, func(a, b Finding) int { return cmp.Compare(order(a.Severity), order(b.Severity)) })
	return c.report
}

func order(s Severity) int {
	if s == Wrong {
		return 0
	}
	return 1
}

type checker struct {
	report                                                    Report
	terms                                                     Terms
	rule                                                      *country // nil: none is known
	partial                                                   bool
	erased                                                    []Field
	country, region, city, postcode, street, name, phone, tax string
}

// told is a value without blanks around it; what was erased counts as not asked for.
func (c *checker) told(f Field, s string) string {
	s = strings.TrimSpace(recourse.Shorten(s, maxField))
	if s == "—" {
		c.erased = append(c.erased, f)
		return ""
	}
	return s
}

func (c *checker) find(f Field, s Severity, code string, args ...recourse.Arg) {
	c.report.Findings = append(c.report.Findings, Finding{Code: code, Field: f, Severity: s, Args: args})
}

// lacks says that a field is empty though it should not be.
func (c *checker) lacks(f Field, value string) bool {
	return value == "" && !c.partial && !slices.Contains(c.erased, f)
}

func (c *checker) lookCountry() {
	switch {
	case c.lacks(Country, c.country):
		c.find(Country, Wrong, "country_missing")
	case c.country != "" && !slices.Contains(codes(), c.country):
		c.find(Country, Wrong, "country_unknown")
	}
}

func (c *checker) lookStreet() {
	switch {
	case c.lacks(Street, c.street):
		c.find(Street, Wrong, "street_missing")
		return
	case c.street == "":
		return
	case isTest(c.street):
		c.find(Street, Doubtful, "street_test")
	case significant(c.street) < 3:
		c.find(Street, Doubtful, "street_short")
	case c.rule != nil && c.rule.number && !strings.ContainsAny(c.street, "0123456789") && !isBox(c.street):
		c.find(Street, Doubtful, "street_number")
	}
	if hasMail(c.street) {
		c.find(Street, Doubtful, "street_mail")
	}
	if isBox(c.street) {
		severity := Doubtful
		if c.terms.NoBoxes {
			severity = Wrong
		}
		c.find(Street, severity, "street_box")
	}
}

func (c *checker) lookCity() {
	switch {
	case c.lacks(City, c.city):
		c.find(City, Wrong, "city_missing")
	case c.city == "":
	case isTest(c.city):
		c.find(City, Doubtful, "city_test")
	case figures(c.city) >= 3:
		c.find(City, Doubtful, "city_digits")
	case hasMail(c.city):
		c.find(City, Doubtful, "city_mail")
	}
}

func text(name, value string) recourse.Arg { return recourse.Arg{Name: name, Text: value} }
