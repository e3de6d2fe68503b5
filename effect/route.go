package effect

import (
	"slices"

	"recourse"
	"recourse/store"
)

// This file says which connection carries an act out. What no connection carries is a person's, as before there were any.

// Kind is what the runner knows of a kind of connection.
type Kind struct {
	Group string // shop, tracking, mail, payment, agent, any
	Acts  []recourse.EffectKind
	// Sender makes what carries acts out through a connection whose secrets are open; nil: it carries out none.
	Sender func(*recourse.Connection) Sender
}

func (k *Kind) does(e recourse.EffectKind) bool {
	return k != nil && k.Sender != nil && slices.Contains(k.Acts, e)
}

// ByHand is the setting of a shop that pays no refunds back by itself.
const ByHand = "hand"

// Route is the connection that carries an act out; nil: a person does.
//
// A refund goes the way that its shop says in its setting refunds: "shop" through itself, "hand" by a person, else the id
// of the connection that pays. The shop is the connection that told the order, or the only one of that kind. Letters and
// requests go by the connection that sends mail, where the one they go to has an address.
func Route(e *recourse.Effect, file *recourse.OrderFile, all []store.Connection, kind func(string) *Kind) *store.Connection {
	if e.Kind == recourse.EffectRefund {
		return payer(e, file, all, kind)
	}
	if !addressed(e, file, all, kind) {
		return nil
	}
	for i := range all {
		c := &all[i]
		if k := kind(c.Kind); c.Status != recourse.ConnectionGone && k.does(e.Kind) && k.Group == "mail" {
			return c
		}
	}
	return nil
}

// payer is the connection that pays a refund back.
func payer(e *recourse.Effect, file *recourse.OrderFile, all []store.Connection, kind func(string) *Kind) *store.Connection {
	shop := shopOf(file.Order.Channel, all, kind)
	if shop == nil {
		return nil
	}
	c := shop
	switch by := shop.Setting("refunds", "shop"); by {
	case ByHand:
		return nil
	case "shop":
	default:
		if c = named(by, all); c == nil {
			return nil
		}
	}
	if !kind(c.Kind).does(e.Kind) || c.Status == recourse.ConnectionGone || aboveLimit(&c.Connection, e.Amount) || aboveLimit(&shop.Connection, e.Amount) {
		return nil
	}
	return c
}

// shopOf is the connection that is an order's channel, or the only one that could be.
func shopOf(channel string, all []store.Connection, kind func(string) *Kind) *store.Connection {
	if c := named(channel, all); c != nil {
		return c
	}
	var only *store.Connection
	for i := range all {
		if c := &all[i]; c.Kind == channel && c.Status != recourse.ConnectionGone && kind(c.Kind) != nil {
			if only != nil {
				return nil // nobody can say which
			}
			only = c
		}
	}
	return only
}

func named(id string, all []store.Connection) *store.Connection {
	for i := range all {
		if id != "" && all[i].ID == id {
			return &all[i]
		}
	}
	return nil
}

// aboveLimit says that an amount is more than a connection pays without a person's hand: its setting limit, as "200.00 EUR".
// An amount in another currency is above it, whatever the rate of the day.
func aboveLimit(c *recourse.Connection, amount recourse.Money) bool {
	text := c.Setting("limit", "")
	if text == "" {
		return false
	}
	limit, err := recourse.ParseMoney(text)
	return err != nil || limit.Currency != amount.Currency || amount.Minor > limit.Minor
}

// addressed says that the one whom a letter or a request goes to can be written to.
func addressed(e *recourse.Effect, file *recourse.OrderFile, all []store.Connection, kind func(string) *Kind) bool {
	to := e.To
	if e.Kind != recourse.EffectMessage {
		to = recourse.PartyAgent // requests are the agent's, whoever it asks in turn
	}
	switch to {
	case recourse.PartyBuyer:
		return file.Order.Buyer != nil && file.Order.Buyer.Email != ""
	case recourse.PartyAgent:
		return setting(all, kind, "agent", "email") != ""
	case recourse.PartyMerchant, recourse.PartySupplier:
		return true // who sends mail knows their addresses, or says that there is none
	}
	return false
}

// setting is that of the first connection of a group that has it.
func setting(all []store.Connection, kind func(string) *Kind, group, name string) string {
	for i := range all {
		c := &all[i]
		if k := kind(c.Kind); k != nil && k.Group == group && c.Status == recourse.ConnectionActive && c.Settings[name] != "" {
			return c.Settings[name]
		}
	}
	return ""
}
