package desk

import (
	"context"
	"slices"

	"recourse"
	"recourse/store"
)

// This file is about four eyes: above an amount, who approves that money leaves is another person than who decided it. A
// merchant asks for it by the setting four_eyes_above of a connection that pays, as "200.00 EUR".

// FourEyes is the setting's name.
const FourEyes = "four_eyes_above"

// eyes reads who decided the refunds that are to be approved and take a second person. Where nobody decided, because the
// playbook did on a fact that a system told, one person who approves is enough.
func (g *group) eyes(tx *store.Tx) error {
	for _, j := range g.jobs {
		ev := &j.fact.Event
		if ev.Type != recourse.EffectApproved || j.fact.By == "" {
			continue
		}
		amount := refundSum(g.change.Before.OrderFile, ev.Effect)
		if amount == (recourse.Money{}) {
			continue
		}
		all, err := tx.Connections(g.key.Merchant)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(c store.Connection) bool { return takesTwo(&c, amount) }) {
			continue
		}
		by, person, err := tx.DecidedBy(g.key, ev.Effect)
		if err != nil {
			return err
		}
		who := decider{person: person, names: []string{by}}
		if err := who.called(tx, g.key.Merchant, &j.fact); err != nil {
			return err
		}
		if g.decidedBy == nil {
			g.decidedBy = map[string]decider{}
		}
		g.decidedBy[ev.Effect] = who
	}
	return nil
}

func refundSum(f *recourse.OrderFile, id string) recourse.Money {
	for i := range f.Refunds {
		if f.Refunds[i].ID == id {
			return f.Refunds[i].Amount
		}
	}
	return recourse.Money{}
}

// takesTwo says that an amount is above what a connection lets one person decide. Another currency is above it, whatever
// the rate of the day, and so is everything where the setting cannot be read.
func takesTwo(c *store.Connection, amount recourse.Money) bool {
	text := c.Setting(FourEyes, "")
	if text == "" || c.Status == recourse.ConnectionGone {
		return false
	}
	bound, err := recourse.ParseMoney(text)
	return err != nil || bound.Currency != amount.Currency || amount.Minor > bound.Minor
}

// decider is who decided an act.
type decider struct {
	person string   // the id of their account; "": it was not kept
	names  []string // what they were called, then and else, as far as it has to be known
}

// called finds out under which other names the decider may be the one who approves. Where both accounts are known, names say
// nothing: two people may have the same one. A history from before ids were kept has names alone, and an approval by a
// program or on the command line has no account: then every name counts that the person bears or bore.
func (d *decider) called(tx *store.Tx, merchant string, f *Fact) error {
	known := d.person
	if known != "" && f.Person != "" {
		return nil
	}
	if known == "" {
		known = f.Person
	}
	if known == "" || d.names[0] == "" {
		return nil
	}
	names, err := tx.NamesOf(merchant, known)
	if err != nil {
		return err
	}
	if d.person != "" || slices.Contains(names, d.names[0]) {
		d.names = append(d.names, names...)
	}
	return nil
}

// is says whether somebody is the decider.
func (d *decider) is(f *Fact) bool {
	if d.person != "" && f.Person != "" {
		return d.person == f.Person
	}
	return f.By != "" && slices.Contains(d.names, f.By)
}

// second refuses an approval by who decided the act: four_eyes, of kind [recourse.Forbidden].
func (g *group) second(ev *recourse.Event, f *Fact) error {
	if who, asked := g.decidedBy[ev.Effect]; ev.Type == recourse.EffectApproved && asked && who.is(f) {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "four_eyes", Field: "effect", Message: "an amount like this takes two: you decided it, and somebody else approves it", Hint: "ask another person who may approve"}
	}
	return nil
}

type personKey struct{}

// InPerson is a context in which facts are told by a person, by the id of their account. A door sets it once, for whatever is
// told behind it.
func InPerson(ctx context.Context, person string) context.Context {
	if person == "" {
		return ctx
	}
	return context.WithValue(ctx, personKey{}, person)
}

func personOf(ctx context.Context) string {
	person, _ := ctx.Value(personKey{}).(string)
	return person
}
