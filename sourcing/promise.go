package sourcing

import (
	"time"

	"recourse"
)

// ships is when a listing is handed over that takes so many days until then: business days in China, where suppliers work.
// One that ships at once does so on the next day that is one.
func (r *ranker) ships(days int) time.Time {
	china := r.terms.China
	if china == nil {
		return r.terms.Now.AddDate(0, 0, days)
	}
	today := recourse.DateOf(r.terms.Now.In(china.Location()))
	if days == 0 && !china.IsBusinessDay(today) {
		days = 1
	}
	return china.Add(r.terms.Now, days).In(r.terms.Now.Location())
}

// against is an offer's price in the currency of the purchase, and keeps with the offer by which rate: whoever decides on it
// has no other. false: there is no rate, or the sum would not fit.
func (r *ranker) against(o *Ranked, to recourse.Currency) (recourse.Money, bool) {
	o.Exchanged = recourse.Exchange{}
	if o.Price.Currency == to {
		return o.Price, to != ""
	}
	for _, x := range r.terms.Rates {
		if x.From != o.Price.Currency || x.To != to || x.Num <= 0 || x.Den <= 0 {
			continue
		}
		is, err := recourse.NewExchange(o.Price, to, x.Num, x.Den, x.Day)
		if err != nil {
			return recourse.Money{}, false
		}
		o.Exchanged = is
		return is.Sum, true
	}
	return recourse.Money{}, false
}

// NoRate are the arguments of the block no_rate: which rate is missing, and for which day.
func NoRate(from, to recourse.Currency, at time.Time) []recourse.Arg {
	return []recourse.Arg{{Name: "from", Text: string(from)}, {Name: "to", Text: string(to)}, {Name: "at", At: at}}
}
