package desk

import (
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
		by, err := tx.DecidedBy(g.key, ev.Effect)
		if err != nil {
			return err
		}
		if g.decidedBy == nil {
			g.decidedBy = map[string]string{}
		}
		g.decidedBy[ev.Effect] = by
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

// second refuses an approval by who decided the act: four_eyes, of kind [recourse.Forbidden].
func (g *group) second(ev *recourse.Event, by string) error {
	if decided, asked := g.decidedBy[ev.Effect]; ev.Type == recourse.EffectApproved && asked && by != "" && decided == by {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "four_eyes", Field: "effect", Message: "an amount like this takes two: you decided it, and somebody else approves it", Hint: "ask another person who may approve"}
	}
	return nil
}
