package intake

import (
	"strings"
	"testing"

	"recourse"
)

// TestReadRates: rates of currencies with different decimals are exact; a row that is none is told with its place.
func TestReadRates(t *testing.T) {
	all, err := ReadRates(strings.NewReader("\ufeffday,base,quote,rate\n2026-03-02, eur ,CNY,7.8512\n2026-03-02,USD,JPY,149.5\n2026-03-02,KWD,EUR,3\n"), "r.csv")
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	for i, want := range []struct {
		one  recourse.Money
		give int64
	}{{recourse.Money{Minor: 10_000, Currency: "EUR"}, 78_512}, {recourse.Money{Minor: 200, Currency: "USD"}, 299}, {recourse.Money{Minor: 1000, Currency: "KWD"}, 300}} {
		if m, err := want.one.Scale(all[i].Num, all[i].Den); err != nil || m.Minor != want.give {
			t.Errorf("%s is %d %s, %d is wanted: %v", want.one, m.Minor, all[i].Quote, want.give, err)
		}
	}
	for text, what := range map[string]string{
		"": "there is no rate", "day,base,quote,rate": "there is no rate", "2026-03-02,EUR,CNY": "four columns", "02/03/2026,EUR,CNY,7": "is no day", "2026-03-02,EUR,ABC1,7": "is no currency",
		"2026-03-02,EUR,EUR,1": "two currencies", "2026-03-02,EUR,CNY,0": "is no rate", "2026-03-02,EUR,CNY,-1": "is no rate", "2026-03-02,EUR,CNY,1e3": "is no rate", "2026-03-02,EUR,CNY,1/3": "is no rate",
		"2026-03-02,EUR,CNY,99999999999999999999": "is no rate", "2026-03-02,EUR,CNY,7,8512": "four columns", "2026-03-02,EUR,CNY,\"7": "cannot be read",
	} {
		if all, err := ReadRates(strings.NewReader(text), "r.csv"); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q gives %v and %v, %q is wanted", text, all, err, what)
		}
	}
}

func FuzzReadRates(f *testing.F) {
	f.Add("day,base,quote,rate\n2026-03-02,EUR,CNY,7.8512\n")
	f.Add("2026-03-02,KWD,JPY,0.000001")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadRates(strings.NewReader(text), "r.csv")
		for _, r := range all {
			if err != nil || r.Num <= 0 || r.Den <= 0 || r.Base == r.Quote {
				t.Fatalf("%q gives %+v and %v", text, r, err)
			}
		}
	})
}
