package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
)

// caseActCmd tells a case something.
type caseActCmd struct {
	Case          string            `arg:"" help:"The case, as in 1001-1."`
	Choice        string            `arg:"" help:"What: a remedy (refund, reorder, …), an answer to the open question, or an event (claim.approved, …). recourse case show lists those that are possible now."`
	Confirm       bool              `help:"Do it though the buyer would then have money and goods."`
	AsBuyer       bool              `help:"It is the buyer's choice, told by you."`
	Field         map[string]string `help:"A field of the event, as in --field reason='weight matches' or --field 'lines=[1]'." short:"f" mapsep:"none" placeholder:"NAME=VALUE"`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// Run tells it, and what followed.
func (c *caseActCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	v, err := o.Case(ctx, o.merchant, c.Case)
	if err != nil {
		return hinted(err, "recourse case list shows them")
	}
	option, err := c.option(v.Options(c.Case))
	if err != nil {
		return err
	}
	ev, err := c.event(option, v)
	if err != nil {
		return err
	}
	return o.told(ctx, s, desk.Fact{Event: ev, By: c.name()}, c.languageFlag, c.JSON)
}

// option finds the way that was named among those there are.
func (c *caseActCmd) option(all []decide.Option) (*decide.Option, error) {
	party := recourse.PartyMerchant
	if c.AsBuyer {
		party = recourse.PartyBuyer
	}
	var names []string
	for i := range all {
		o := &all[i]
		if o.Event == recourse.RemedyChosen && !slices.Contains(o.By, party) {
			continue
		}
		if c.Choice == chosenWord(o) || slices.Contains(o.Choices, c.Choice) {
			return o, nil
		}
		names = append(names, chosenWord(o))
	}
	e := &recourse.Error{Kind: recourse.Conflict, Code: "not_possible", Field: "choice", Message: fmt.Sprintf("%q is nothing that %s can be told now", recourse.Shorten(c.Choice, 60), c.Case)}
	if e.Hint = recourse.Nearest(c.Choice, names); len(names) == 0 {
		e.Hint = "nothing can: it is closed"
	}
	return nil, e
}

// event is what is told.
func (c *caseActCmd) event(o *decide.Option, v *desk.View) (recourse.Event, error) {
	fields := map[string]any{"order": v.File.Order.ID, "case": c.Case}
	if o.Event == recourse.RemedyChosen {
		fields["remedy"], fields["by"] = o.Remedy, recourse.PartyMerchant
		if c.AsBuyer {
			fields["by"] = recourse.PartyBuyer
		}
		if o.Confirm && !c.Confirm {
			return recourse.Event{}, &recourse.Error{Kind: recourse.Conflict, Code: "confirm", Field: "confirm", Message: "the buyer would have the money and the goods", Hint: "if that is meant, add --confirm"}
		}
		if c.Confirm {
			fields["confirmed"] = true
		}
	}
	k := v.File.Case(c.Case)
	if slices.Contains(o.Fields, "purchase") && k.Purchase != "" {
		fields["purchase"] = k.Purchase
	}
	if slices.Contains(o.Fields, "parcel") && k.Parcel != "" {
		fields["parcel"] = k.Parcel
	}
	for name, value := range c.Field {
		fields[name] = fieldValue(value)
	}
	raw, err := json.Marshal(fields)
	if err != nil { // unreachable: texts and JSON that was read
		return recourse.Event{}, err
	}
	data, err := recourse.DecodeData(o.Event, raw)
	return recourse.Event{Source: "desk", Type: o.Event, Data: data}, err
}

// fieldValue is JSON where it is a list, an object or a truth, and a text otherwise: numbers of purchases and parcels are
// no numbers.
func fieldValue(s string) any {
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") || s == "true" || s == "false" {
		if json.Valid([]byte(s)) {
			return json.RawMessage(s)
		}
	}
	return s
}

// told tells a fact and prints what followed.
func (o *office) told(ctx context.Context, s *streams, f desk.Fact, in languageFlag, asJSON bool) error {
	r, err := o.Tell(ctx, o.merchant, f)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(s.out, jsonResult(r))
	}
	v, err := o.Order(ctx, o.merchant, r.Order)
	if err != nil {
		return err
	}
	p := in.page(s, o, v)
	t := teller{w: s.out, words: p.Language, file: v.File, told: map[string]int{}}
	t.decision(decide.Decision{Entries: r.Entries, Effects: r.Effects})
	for _, c := range v.File.Cases {
		if slices.ContainsFunc(r.Entries, func(e recourse.Entry) bool { return e.Case == c.ID }) {
			p.standing(c)
		}
	}
	return nil
}

// jsonResult is what became of a fact.
func jsonResult(r desk.Result) any {
	return struct {
		Status  desk.Status       `json:"status"`
		Order   string            `json:"order"`
		ID      string            `json:"id"`
		Seq     int64             `json:"seq"`
		Entries []recourse.Entry  `json:"entries"`
		Effects []recourse.Effect `json:"effects"`
	}{r.Status, r.Order, r.ID, r.Seq, r.Entries, r.Effects}
}

// effectFlags name an act, and say who speaks.
type effectFlags struct {
	Effect        string `arg:"" name:"act" help:"The act, as in 1001-1/2; or the case, where only one of its acts can be meant."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
	languageFlag  `embed:""`
}

// tell says of an act what became of it.
func (c *effectFlags) tell(ctx context.Context, s *streams, t recourse.EventType, reason string) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	id, err := c.meant(ctx, o, t)
	if err != nil {
		return err
	}
	ev := recourse.Event{Source: "desk", Type: t, Data: recourse.Data{Effect: id, Reason: reason}}
	return hinted(o.told(ctx, s, desk.Fact{Event: ev, By: c.name()}, c.languageFlag, c.JSON), "recourse case show lists a case's acts")
}

// meant is the act that was named: by its own id, or by that of a case of which one act alone can be meant.
func (c *effectFlags) meant(ctx context.Context, o *office, t recourse.EventType) (string, error) {
	if strings.Contains(c.Effect, "/") {
		return c.Effect, nil
	}
	v, err := o.Case(ctx, o.merchant, c.Effect)
	if err != nil {
		return "", hinted(err, "name an act, as in 1001-1/2")
	}
	decides := t == recourse.EffectApproved || t == recourse.EffectRejected
	var ids []string
	for _, e := range v.EffectsOf(c.Effect) {
		waits := e.Effect.Approval == recourse.ApprovalNeeded
		if e.Status != store.Done && e.Status != store.Dropped && e.Kind != recourse.EffectAsk && waits == decides {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 1 {
		return ids[0], nil
	}
	hint := "none of its acts stands so"
	if len(ids) > 1 {
		hint = "name one of " + strings.Join(ids, ", ")
	}
	return "", &recourse.Error{Kind: recourse.Invalid, Code: "act", Field: "act", Message: fmt.Sprintf("%d acts of %s can be meant", len(ids), c.Effect), Hint: hint}
}

// approveCmd approves an act.
type approveCmd struct {
	effectFlags `embed:""`
}

// Run approves it.
func (c *approveCmd) Run(ctx context.Context, s *streams) error {
	return c.tell(ctx, s, recourse.EffectApproved, "")
}

// rejectCmd rejects an act.
type rejectCmd struct {
	Reason      string `help:"Why, as it will stand in the history."`
	effectFlags `embed:""`
}

// Run rejects it.
func (c *rejectCmd) Run(ctx context.Context, s *streams) error {
	return c.tell(ctx, s, recourse.EffectRejected, c.Reason)
}

// doneCmd marks an act as carried out.
type doneCmd struct {
	Reason      string `help:"A note, as it will stand in the history."`
	effectFlags `embed:""`
}

// Run marks it.
func (c *doneCmd) Run(ctx context.Context, s *streams) error {
	return c.tell(ctx, s, recourse.EffectDone, c.Reason)
}

// failedCmd marks an act as tried in vain.
type failedCmd struct {
	Reason      string `help:"Why, as it will stand in the history."`
	effectFlags `embed:""`
}

// Run marks it.
func (c *failedCmd) Run(ctx context.Context, s *streams) error {
	return c.tell(ctx, s, recourse.EffectFailed, c.Reason)
}
