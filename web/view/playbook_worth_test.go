package view

import (
	"strings"
	"testing"

	"recourse"
	"recourse/replay"
)

// TestWorthMeasures: what is nothing under both policies is left out, each currency stands by itself, and days that one policy
// does not reach are a dash.
func TestWorthMeasures(t *testing.T) {
	days := 10.25
	eur := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }
	a := &replay.Report{Whole: replay.Whole{Money: 3, Never: 1, Median: &days}, Money: map[recourse.Currency]*replay.Sums{"EUR": {RefundsDone: eur(3000), Loss: eur(3000)}}}
	b := &replay.Report{Whole: replay.Whole{Money: 1, Never: 3}, Again: replay.Again{Purchases: 1, Dearer: 1}, Money: map[recourse.Currency]*replay.Sums{
		"EUR": {RefundsDone: eur(1000), Loss: eur(1000)}, "JPY": {BoughtAgain: recourse.Money{Minor: 500, Currency: "JPY"}}}}
	for lang, want := range map[string]string{
		"en": "Buyers who got their money back: 3 1 −2|Buyers with neither by today: 1 3 +2|Days until goods or money, the middle one: 10.2 – –|Purchases made again: 0 1 +1|Dearer than what failed: 0 1 +1|" +
			"Refunds that arrived · EUR: €30.00 €10.00 −€20.00|Goods bought again · JPY: JP¥0 JP¥500 +JP¥500|Net loss: refunds and goods bought again, less money that came back · EUR: €30.00 €10.00 −€20.00",
		"zh": "至今两者皆无的买家: 1 3 +2",
	} {
		var got []string
		for _, m := range reader(t, lang).worthMeasures(a, b) {
			got = append(got, m.Label+": "+m.Was+" "+m.Is+" "+m.Diff)
		}
		if all := strings.Join(got, "|"); !strings.Contains(all, want) || lang == "en" && all != want {
			t.Errorf("%s: got\n%s\nwant\n%s", lang, all, want)
		}
	}
}
