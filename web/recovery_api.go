package web

import (
	"time"

	"recourse"
	"recourse/desk"
	"recourse/effect/dossier"
	"recourse/store"
	"recourse/web/view"
)

// AwaitedAnswer is a recovery that is awaited.
type AwaitedAnswer struct {
	Recovery string         `json:"recovery"`
	Case     string         `json:"case"`
	Order    string         `json:"order"`
	Supplier string         `json:"supplier,omitempty"`
	Purchase string         `json:"purchase,omitempty"`
	Amount   recourse.Money `json:"amount,omitzero" doc:"Still open; none where it is not known."`
	Unknown  bool           `json:"amount_unknown,omitempty"`
	Received recourse.Money `json:"received,omitzero" doc:"So far."`
	Since    time.Time      `json:"since"`
	Days     int            `json:"days" doc:"Whole days that it has been awaited."`
	Age      string         `json:"age" doc:"week: 0 to 7 days, month: 8 to 30, two_months: 31 to 60, three_months: 61 to 90, older."`
	Chases   int            `json:"chases" doc:"How often somebody was chased for it."`
	Chased   time.Time      `json:"chased,omitzero" doc:"When last."`
	Next     time.Time      `json:"next,omitzero" doc:"When somebody is chased for it next."`
	Rule     string         `json:"rule,omitempty" doc:"The playbook's setting by which that is."`
	Every    string         `json:"every,omitempty" doc:"Its value."`
	Unread   int            `json:"unread,omitempty" doc:"Messages of its case that nobody has read."`
	MayChase bool           `json:"may_chase,omitempty" doc:"The playbook lets a person chase it now."`
	MayDrop  bool           `json:"may_write_off,omitempty" doc:"The playbook lets a person write it off."`
}

func (c *call) awaitedAnswer(a *desk.Awaited) AwaitedAnswer { return NewAwaitedAnswer(a, c.Desk.Now()) }

// NewAwaitedAnswer tells a recovery to a program.
func NewAwaitedAnswer(a *desk.Awaited, now time.Time) AwaitedAnswer {
	days := a.Age(now)
	return AwaitedAnswer{Recovery: a.Ref, Case: a.Case, Order: a.Order, Supplier: a.Supplier, Purchase: a.Purchase, Amount: a.Amount, Unknown: a.Unknown, Received: a.Received, Since: a.Since.UTC(), Days: days, Age: desk.RecoveryAges[desk.AgeGroup(days)].Name,
		Chases: a.Chases, Chased: a.Chased, Next: a.Next, Rule: a.Rule.Arg("setting").Text, Every: a.Rule.Arg("after").Text, Unread: a.Unread, MayChase: a.CanChase, MayDrop: a.CanDrop}
}

// RecoveriesAnswer are the recoveries that are awaited.
type RecoveriesAnswer struct {
	Recoveries []AwaitedAnswer `json:"recoveries"`
	Sums       []AgeSum        `json:"sums" doc:"By age and currency."`
}

// AgeSum is what is awaited of one age in one currency.
type AgeSum struct {
	Age     string         `json:"age"`
	Amount  recourse.Money `json:"amount,omitzero"`
	Unknown int            `json:"amount_unknown,omitempty" doc:"How many there are of unknown amount."`
}

// NewRecoveriesAnswer tells recoveries to a program.
func NewRecoveriesAnswer(all []desk.Awaited, now time.Time) RecoveriesAnswer {
	out := RecoveriesAnswer{Recoveries: []AwaitedAnswer{}, Sums: []AgeSum{}}
	type key struct {
		age      int
		currency recourse.Currency
	}
	place := map[key]int{}
	for i := range all {
		a := NewAwaitedAnswer(&all[i], now)
		out.Recoveries = append(out.Recoveries, a)
		k := key{desk.AgeGroup(a.Days), a.Amount.Currency}
		at, known := place[k]
		if !known {
			at = len(out.Sums)
			place[k] = at
			out.Sums = append(out.Sums, AgeSum{Age: a.Age})
		}
		if a.Unknown {
			out.Sums[at].Unknown++
		} else if sum, err := out.Sums[at].Amount.Add(a.Amount); err == nil {
			out.Sums[at].Amount = sum
		}
	}
	return out
}

func (c *call) recoveries() error {
	age, err := c.word("age", ages()...)
	if err != nil {
		return err
	}
	all, err := c.Desk.Recoveries(c.r.Context(), c.who.Merchant, mostAwaited)
	if err != nil {
		return err
	}
	supplier, now := c.r.URL.Query().Get("supplier"), c.Desk.Now()
	var wanted []desk.Awaited
	for i := range all {
		a := &all[i]
		if (supplier == "" || a.Supplier == supplier) && (age == "" || desk.RecoveryAges[desk.AgeGroup(a.Age(now))].Name == age) {
			wanted = append(wanted, *a)
		}
	}
	return c.send(NewRecoveriesAnswer(wanted, now))
}

// ChaseEvent is the fact by which somebody chases a recovery now, in the agent's language: not_offered, of kind
// [recourse.Conflict], where the playbook lets nobody.
func ChaseEvent(r view.Reader, a *desk.Awaited, agent string) (recourse.Event, error) {
	if !a.CanChase {
		return recourse.Event{}, recoveryRefused("chase")
	}
	return recourse.Event{Type: recourse.MessageWritten, Data: recourse.Data{Order: a.Order, Case: a.Case, Purchase: a.Purchase, To: recourse.PartyAgent, Text: r.ChaseWords(a, agent)}}, nil
}

func (c *call) chaseRecovery() error {
	a, err := c.Desk.Recovery(c.r.Context(), c.who.Merchant, c.r.PathValue("recovery"))
	if err != nil {
		return inParameter("recovery", err)
	}
	var agent string
	err = c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		agent, err = dossier.AgentLanguage(tx, c.who.Merchant)
		return err
	})
	if err != nil {
		return err
	}
	_, zone, err := c.Desk.MoneySettings(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	ev, err := ChaseEvent(view.NewReader(c.lang(), zone, c.Desk.Now()), a, agent)
	if err != nil {
		return err
	}
	if err := permit(c.r.Context(), c.Desk, c.who, &ev); err != nil {
		return err
	}
	return c.act(ev, nil)
}
