package view

import (
	"recourse"
	"recourse/replay"
)

// worthMeasures tell what buyers and merchant were left with under two policies: who has goods or money, after how many days,
// and at what loss. Rows that would say nothing of either are left out.
func (r Reader) worthMeasures(a, b *replay.Report) (out []Measure) {
	number := func(label string, was, is int, part bool) {
		if was != 0 || is != 0 {
			out = append(out, Measure{Label: label, Was: r.Number(was), Is: r.Number(is), Diff: r.signed(is - was), Same: was == is, Part: part})
		}
	}
	number(r.T("trial_whole_money"), a.Whole.Money, b.Whole.Money, false)
	number(r.T("trial_whole_goods"), a.Whole.Goods, b.Whole.Goods, false)
	number(r.T("trial_whole_never"), a.Whole.Never, b.Whole.Never, false)
	out = append(out, r.reachedMeasure(r.T("trial_whole_median"), a.Whole.Median, b.Whole.Median)...)
	out = append(out, r.reachedMeasure(r.T("trial_whole_most"), a.Whole.P90, b.Whole.P90)...)
	number(r.T("trial_again"), a.Again.Purchases, b.Again.Purchases, false)
	number(r.T("trial_again_dearer"), a.Again.Dearer, b.Again.Dearer, true)
	number(r.T("trial_again_cheaper"), a.Again.Cheaper, b.Again.Cheaper, true)
	number(r.T("trial_twice"), a.Twice.Orders, b.Twice.Orders, false)
	for _, row := range []struct {
		label string
		of    func(*replay.Sums) recourse.Money
	}{
		{r.T("trial_arrived"), func(s *replay.Sums) recourse.Money { return s.RefundsDone }},
		{r.T("trial_received"), func(s *replay.Sums) recourse.Money { return s.RecoveriesReceived }},
		{r.T("trial_bought_again"), func(s *replay.Sums) recourse.Money { return s.BoughtAgain }},
		{r.T("trial_loss"), func(s *replay.Sums) recourse.Money { return s.Loss }},
	} {
		was, is := moneyOf(a, b, row.of)
		out = append(out, r.moneyMeasures(row.label, was, is)...)
	}
	return out
}

// moneyOf is one of the sums under each policy, in the currencies in which either has it.
func moneyOf(a, b *replay.Report, of func(*replay.Sums) recourse.Money) (was, is map[recourse.Currency]recourse.Money) {
	was, is = map[recourse.Currency]recourse.Money{}, map[recourse.Currency]recourse.Money{}
	for _, report := range []*replay.Report{a, b} {
		for c := range report.Money {
			var x, y recourse.Money
			if s := a.Money[c]; s != nil {
				x = of(s)
			}
			if s := b.Money[c]; s != nil {
				y = of(s)
			}
			if x.Minor != 0 || y.Minor != 0 {
				was[c], is[c] = x, y
			}
		}
	}
	return was, is
}

// reachedMeasure tells days that one of the policies may not have reached by today; nothing where neither has.
func (r Reader) reachedMeasure(label string, was, is *float64) []Measure {
	if was == nil && is == nil {
		return nil
	}
	if was != nil && is != nil {
		return []Measure{r.dayMeasure(label, *was, *is)}
	}
	m := Measure{Label: label, Was: "–", Is: "–", Diff: "–"}
	if was != nil {
		m.Was = r.dayMeasure(label, *was, *was).Was
	}
	if is != nil {
		m.Is = r.dayMeasure(label, *is, *is).Is
	}
	return []Measure{m}
}
