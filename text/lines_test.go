package text

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"recourse"
)

// TestFindingsHaveWords: whatever the look at addresses finds is said in every language, with what to do; and so is every limit
// of a shipping line, and every kind of number that customs want. No words are there that nothing says.
func TestFindingsHaveWords(t *testing.T) {
	wanted := map[string]bool{}
	gather := func(pattern, form, section, with string) {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(string(data), -1) {
				wanted[section+m[1]] = true
				if with != "" {
					wanted[section+m[1]+with] = true
				}
			}
		}
	}
	gather("../sourcing/address/[a-z]*.go", `c\.find\([^"]*, "([a-z_]+)"`, "finding.", "_do")
	gather("../sourcing/address/address.go", `Field = "([a-z_]+)"`, "address_field.", "")
	gather("../sourcing/address/taxid.go", `"([a-z_]+)": +(?:func|exactly|shaped|cuit|israeli|ecuadorian|taiwanese)`, "tax.", "")
	gather("../sourcing/[a-z]*.go", `Limit: "([a-z]+)"`, "excess.", "")
	gather("../sourcing/line.go", `look\("([a-z]+)"`, "excess.", "")
	if len(wanted) < 100 {
		t.Fatalf("only %d were found", len(wanted))
	}
	for _, lang := range []string{"en", "fr", "zh"} {
		own := In(lang).own
		for key := range wanted {
			if own[key].text == "" {
				t.Errorf("%s says nothing for %s", lang, key)
			}
		}
		for key := range own {
			section, _, _ := strings.Cut(key, ".")
			if !wanted[strings.TrimSuffix(key, "_bare")] && (section == "finding" || section == "tax" || section == "excess" || section == "address_field") {
				t.Errorf("%s says %s, and nothing does", lang, key)
			}
		}
	}
	say, do := In("fr").Finding("postcode_region", []recourse.Arg{{Name: "region", Text: "California"}, {Name: "begins", Text: "900-961"}})
	if say != "Ce code postal n’est pas dans\u00a0: California." || !strings.Contains(do, "900-961") {
		t.Errorf("%q, %q", say, do)
	}
	if s := In("fr").Excess("weight", 2705, 2000, ""); s != "2,705 kg, 2 kg au plus" {
		t.Errorf("%q", s)
	}
	if s := In("en").Excess("longest", 1205, 600, ""); s != "longest side 120.5 cm, 60 cm at most" {
		t.Errorf("%q", s)
	}
}
