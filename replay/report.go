package replay

import (
	"maps"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
)

// Report is what a policy would have meant for a book, in cases, acts, money and days.
//
// It speaks of what was requested, not of what happened: in a replay nobody approves a refund, and the
// answers of the world are those that the book has. Amounts stand by currency and are never converted;
// the merchant's debts and claims are apart, as in the ledger.
type Report struct {
	Policy     string                                   `json:"policy,omitempty"` // the playbook's name
	Orders     int                                      `json:"orders"`
	Purchases  int                                      `json:"purchases"`
	Situations map[recourse.Situation]*SituationSummary `json:"situations"`
	Effects    map[string]int                           `json:"effects"`  // by kind
	Messages   map[string]int                           `json:"messages"` // by party and template
	Asked      map[string]int                           `json:"asked"`    // questions put, by party and question; put again for the same case counts as a reminder
	Reminders  map[string]int                           `json:"reminders"`
	// Refunds are requested less withdrawn, by currency; Recoveries likewise, of the merchant's own money.
	Refunds    map[recourse.Currency]recourse.Money `json:"refunds"`
	Recoveries map[recourse.Currency]recourse.Money `json:"recoveries"`
	Waited     Waited                               `json:"waited"`
	// Whole is how long buyers in trouble waited for goods or money, Money what went to and fro, in each currency.
	Whole Whole                       `json:"whole"`
	Money map[recourse.Currency]*Sums `json:"money"`
	Again Again                       `json:"again"` // goods bought again
	Twice Twice                       `json:"twice"` // goods and money, or goods twice, for the same pieces
	// Assumed is what the replay took for given where the book is silent; none: nobody answered.
	Assumed []Assumed `json:"assumed,omitempty"`

	tally map[tally]int // of Effects, Messages, Asked and Reminders, until they are told
}

// tally is what is counted of an effect: a key that costs no new string.
//
// Millions of effects are counted in a replay, while the distinct ones are few: names are put together
// once each, in tell.
type tally struct {
	kind  recourse.EffectKind
	party recourse.Party
	name  string // template or question
	again bool   // a question put before in the same case
}

// tell gives the tallies their names.
//
// A reminder is a question as well, but it is counted apart: what a merchant wants to know is how many
// decisions a policy leaves to people, not how often it repeats itself.
func (r *Report) tell() {
	for t, n := range r.tally {
		r.Effects[string(t.kind)] += n
		name := string(t.party) + " " + t.name
		switch {
		case t.kind == recourse.EffectMessage:
			r.Messages[name] += n
		case t.again:
			r.Reminders[name] += n
		case t.kind == recourse.EffectAsk:
			r.Asked[name] += n
		}
	}
	r.tally = nil
}

// SituationSummary counts the cases of one situation.
//
// Opened counts by the situation at the beginning, Closed and Open by the one at the end: a case that
// began late and ran out of stock is opened there and closed here, and Became says how many did so.
type SituationSummary struct {
	Opened int                        `json:"opened"`
	Became map[recourse.Situation]int `json:"became"` // other situations
	Closed map[recourse.Outcome]int   `json:"closed"`
	Open   int                        `json:"open"` // still open at the end
}

// Waited sums how long cases stayed open, which is how long a buyer waited for the trouble to end: until the case
// was closed, or the end of the replay.
type Waited struct {
	Cases   int     `json:"cases"`
	Days    float64 `json:"days"`    // in all
	Average float64 `json:"average"` // days a case
	Longest float64 `json:"longest"` // days
	seconds int64   // in all: whole, so that the order of adding does not show
}

// newReport is a report with all its maps: zero counts are told as empty, not as missing.
func newReport() *Report {
	return &Report{
		Situations: map[recourse.Situation]*SituationSummary{}, Effects: map[string]int{}, Messages: map[string]int{}, Asked: map[string]int{}, Reminders: map[string]int{},
		tally: map[tally]int{}, Refunds: map[recourse.Currency]recourse.Money{}, Recoveries: map[recourse.Currency]recourse.Money{},
		Whole: newWhole(), Money: map[recourse.Currency]*Sums{},
	}
}

// situation is the summary of a situation, begun when it is first met.
func (r *Report) situation(name recourse.Situation) *SituationSummary {
	s := r.Situations[name]
	if s == nil {
		s = &SituationSummary{Became: map[recourse.Situation]int{}, Closed: map[recourse.Outcome]int{}}
		r.Situations[name] = s
	}
	return s
}

// take counts what one decision did.
//
// A case that was split off another is not counted as opened: it is the same trouble, told apart
// later. Its entry says which case it came from.
func (r *Report) take(d decide.Decision, sum *summary) {
	for i := range d.Entries {
		switch e := &d.Entries[i]; e.Kind {
		case recourse.EntryOpened:
			if e.From == "" {
				r.situation(recourse.Situation(e.To)).Opened++
			}
		case recourse.EntryBecame:
			r.situation(recourse.Situation(e.From)).Became[recourse.Situation(e.To)]++
		}
	}
	for i := range d.Effects {
		r.effect(&d.Effects[i], sum)
	}
}

// effect counts one act. A withdrawn refund is taken off again, so that the sum is what would have
// left the house. Sums are kept even for what a person would have had to approve.
func (r *Report) effect(e *recourse.Effect, sum *summary) {
	t := tally{kind: e.Kind}
	switch e.Kind {
	case recourse.EffectMessage:
		t.party, t.name = e.To, e.Template
	case recourse.EffectAsk:
		t.party, t.name = e.Of, e.Question
		t.again = sum.again(question{e.Case, e.Of, e.Question})
	case recourse.EffectRefund:
		r.Refunds[e.Amount.Currency] = plus(r.Refunds[e.Amount.Currency], e.Amount)
	case recourse.EffectWithdrawRefund:
		r.Refunds[e.Amount.Currency] = plus(r.Refunds[e.Amount.Currency], e.Amount.Neg())
	case recourse.EffectRecovery:
		r.Recoveries[e.Amount.Currency] = plus(r.Recoveries[e.Amount.Currency], e.Amount)
	case recourse.EffectWithdrawRecovery:
		r.Recoveries[e.Amount.Currency] = plus(r.Recoveries[e.Amount.Currency], e.Amount.Neg())
	}
	r.tally[t]++
	sum.effect(e)
}

// plus adds two amounts of one currency, or an amount to nothing; a sum too large for an amount stays as it was.
func plus(a, b recourse.Money) recourse.Money {
	if a.Currency == "" {
		return b
	}
	sum, err := a.Add(b)
	if err != nil {
		return a
	}
	return sum
}

// file counts how an order stands at the end.
//
// What is still open has waited until the end of the replay, not until the end of the book's facts,
// where an end was given.
func (r *Report) file(d *decide.Decider, f *recourse.OrderFile, until time.Time, sum *summary) {
	r.worth(d, f, sum)
	r.Orders++
	r.Purchases += len(f.Purchases)
	end := until
	if end.IsZero() {
		end = f.Now
	}
	for i := range f.Cases {
		c := f.Cases[i]
		s := r.situation(c.Situation)
		if c.Status == recourse.Open {
			s.Open++
			r.Waited.add(end.Sub(c.OpenedAt))
		} else {
			s.Closed[c.Outcome]++
			r.Waited.add(c.ClosedAt.Sub(c.OpenedAt))
		}
		sum.cases = append(sum.cases, string(c.Situation)+" "+string(c.Status)+" "+string(c.Outcome))
	}
}

// add takes the time that one case was open. Seconds are added up whole: floating sums would depend on
// the order in which workers finish.
func (w *Waited) add(d time.Duration) {
	w.Cases++
	w.seconds += int64(d / time.Second)
	w.Longest = max(w.Longest, d.Hours()/24)
}

// finish reckons what is told from what was added up.
func (w *Waited) finish() {
	w.Days = float64(w.seconds) / (24 * 3600)
	if w.Cases > 0 {
		w.Average = w.Days / float64(w.Cases)
	}
}

// merge adds another worker's report. Only what is counted directly is merged; averages and names are
// made from the sums afterwards.
func (r *Report) merge(o *Report) {
	r.Orders += o.Orders
	r.Purchases += o.Purchases
	for name, s := range o.Situations {
		t := r.situation(name)
		t.Opened += s.Opened
		t.Open += s.Open
		count(t.Became, s.Became)
		count(t.Closed, s.Closed)
	}
	count(r.tally, o.tally)
	for c, m := range o.Refunds {
		r.Refunds[c] = plus(r.Refunds[c], m)
	}
	for c, m := range o.Recoveries {
		r.Recoveries[c] = plus(r.Recoveries[c], m)
	}
	r.Waited.Cases += o.Waited.Cases
	r.Waited.seconds += o.Waited.seconds
	r.Waited.Longest = max(r.Waited.Longest, o.Waited.Longest)
	r.mergeWorth(o)
}

// count adds the counts of one map to those of another.
func count[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// summary is one order under one policy, as far as two policies can be compared by it.
//
// Cases are words without ids and effects counts without instants: a policy that waits three days
// instead of two but does the same to everyone is no difference to the buyer's money, and the report
// shows its days elsewhere.
type summary struct {
	compared bool // else nothing is kept but the questions
	cases    []string
	effects  map[string]int
	refunded recourse.Money
	asked    []question
	whole    time.Time // when the last of the order's cases was made whole; zero: it had none
}

// question is a question put in a case.
//
// The party belongs to it: the same question put to the merchant after the buyer was silent is a new
// one.
type question struct {
	caseID   string
	of       recourse.Party
	question string
}

// again says whether a question was put before in the same case.
func (s *summary) again(q question) bool {
	if slices.Contains(s.asked, q) {
		return true
	}
	s.asked = append(s.asked, q)
	return false
}

// effect counts an act for the comparison; without a second policy that would only cost time.
func (s *summary) effect(e *recourse.Effect) {
	if !s.compared {
		return
	}
	if s.effects == nil {
		s.effects = map[string]int{}
	}
	s.effects[EffectWords(e)]++
	switch e.Kind {
	case recourse.EffectRefund:
		s.refunded = plus(s.refunded, e.Amount)
	case recourse.EffectWithdrawRefund:
		s.refunded = plus(s.refunded, e.Amount.Neg())
	}
}

// Difference is an order for which two policies do not do the same.
type Difference struct {
	Order string `json:"order"`
	// Cases under each policy, and the acts that only one of them orders, with how often more.
	Before []string       `json:"before"`
	After  []string       `json:"after"`
	Only   map[string]int `json:"only"` // act → how many more times under the second policy; negative: fewer
	// Refunds less withdrawn, under each.
	RefundBefore recourse.Money `json:"refund_before,omitzero"`
	RefundAfter  recourse.Money `json:"refund_after,omitzero"`
	// When the buyer had goods or money, under each; left out where that is not by the end, or nothing was owed.
	WholeBefore time.Time `json:"whole_before,omitzero"`
	WholeAfter  time.Time `json:"whole_after,omitzero"`
}

// compare notes an order for which the first two policies did not do the same. The list is cut from
// time to time, so that a book in which everything differs does not fill the memory; the count goes
// on.
func (r *Result) compare(order string, a, b *summary) {
	r.sooner(a.whole, b.whole)
	only := map[string]int{}
	for k, n := range b.effects {
		if n != a.effects[k] {
			only[k] = n - a.effects[k]
		}
	}
	for k, n := range a.effects {
		if _, both := b.effects[k]; !both {
			only[k] = -n
		}
	}
	if len(only) == 0 && slices.Equal(a.cases, b.cases) {
		return
	}
	r.Changed++
	r.Differs = append(r.Differs, Difference{order, a.cases, b.cases, only, a.refunded, b.refunded, reached(a.whole), reached(b.whole)})
	if len(r.Differs) >= 2*maxDiffers {
		r.sortDiffers()
	}
}

// Acts are the acts of a difference in words, those that are more first, sorted.
func (d *Difference) Acts() []string {
	keys := slices.Collect(maps.Keys(d.Only))
	slices.SortFunc(keys, func(a, b string) int {
		if (d.Only[a] > 0) != (d.Only[b] > 0) {
			if d.Only[a] > 0 {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return keys
}
