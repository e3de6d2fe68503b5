package web

import (
	"time"

	"recourse/account"
	"recourse/desk"
)

// Chores is the answer of what is to be mended.
type Chores struct {
	Count  int     `json:"count"`
	Chores []Chore `json:"chores"`
}

// Chore is one thing to mend.
type Chore struct {
	Kind       desk.ChoreKind `json:"kind"`
	Connection string         `json:"connection,omitempty"`
	Webhook    string         `json:"webhook,omitempty"`
	Name       string         `json:"name" doc:"Of the connection or the webhook, for people."`
	Reason     string         `json:"reason,omitempty" doc:"A code: what went wrong last."`
	N          int            `json:"n,omitempty" doc:"Failures in a row, deliveries, or letters."`
	Since      time.Time      `json:"since,omitzero"`
	Until      time.Time      `json:"until,omitzero" doc:"The other side is left alone until then."`
	Receipt    string         `json:"receipt,omitempty" doc:"The oldest of the deliveries."`
}

func (c *call) chores() error {
	all, err := c.Desk.Chores(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	out := Chores{Count: len(all), Chores: []Chore{}}
	for i := range all {
		k := &all[i]
		out.Chores = append(out.Chores, Chore{k.Kind, k.Connection, k.Webhook, k.Name, k.Reason, k.N, k.Since, k.Until, k.Receipt})
	}
	return c.send(out)
}

// SettledReceipt names a delivery that a person saw to.
type SettledReceipt struct {
	Receipt string `json:"receipt"`
}

func (c *call) settleReceipt() error {
	h, err := c.hubHere()
	if err != nil {
		return err
	}
	var what SettledReceipt
	if err := c.decode(c.w, c.r, &what); err != nil {
		return err
	}
	if err := h.Settle(c.r.Context(), c.who.Merchant, c.r.PathValue("connection"), what.Receipt, c.who.Name); err != nil {
		return err
	}
	return c.send(what)
}

// choreAPI are the operations about them.
var choreAPI = []route{
	{method: "GET", path: "/api/v1/chores", name: "listChores", sum: "What is to be mended", about: "Connections that failed or ended, deliveries that could not be read, letters that nobody understood, webhooks that were switched off. What is mended is gone by itself.", needs: account.Read,
		answer: Chores{}, serve: (*call).chores},
	{method: "POST", path: "/api/v1/connections/{connection}/settle", name: "settleReceipt", sum: "Say that a delivery was seen to", about: "One that could not be read, or was not understood, and that a person dealt with by another way.", needs: account.Manage, body: SettledReceipt{}, answer: SettledReceipt{}, problems: []int{404, 409}, serve: (*call).settleReceipt},
}
