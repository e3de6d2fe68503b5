package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

func hexOf(h store.Hash) string { return hex.EncodeToString(h[:]) }

// events takes in one event, or many. Whoever gets an answer knows that what it says is durable.
func (c *call) events() error {
	preview, err := c.preview()
	if err != nil {
		return err
	}
	kind := mediaType(c.r)
	most, within := int64(maxBody), c.BodyTime
	switch {
	case kind == typeBatch, kind == "application/json" && !isBinary(c.r):
		most, within = maxBatch, c.BatchTime
	case kind != typeEvent && kind != "application/json":
		return errMedia(typeEvent + " or " + typeBatch)
	}
	b, err := c.body(c.w, c.r, most, within)
	if err != nil {
		return err
	}
	defer release(b)
	data := bytes.TrimSpace(b.Bytes())
	if err := screen(data); err != nil {
		return err
	}
	if kind == typeBatch || kind == "application/json" && len(data) > 0 && data[0] == '[' && !isBinary(c.r) {
		return c.batch(data, preview)
	}
	if len(data) > maxBody {
		return tooLarge(maxBody)
	}
	return c.single(kind, data, preview)
}

// single takes in one event. One that is refused is an error.
func (c *call) single(kind string, data []byte, preview bool) (err error) {
	var f desk.Fact
	if isBinary(c.r) && kind != typeEvent {
		f.Event, err = binaryEvent(c.r.Header, data)
	} else {
		f.Event, err = parseEvent(data)
	}
	if err == nil {
		err = permit(c.r.Context(), c.Desk, c.who, &f.Event)
	}
	if err == nil {
		f.Version, err = c.wanted()
	}
	if err != nil {
		return err
	}
	f.By = c.who.Name
	results, err := c.tell(c.r.Context(), []desk.Fact{f}, preview)
	if err != nil {
		return err
	}
	if results[0].Status == desk.Refused {
		return placed(results[0].Err)
	}
	return c.send(c.told([]desk.Fact{f}, results, preview)[0])
}

// batch takes in many events. One that is refused stops none of the others: each has its own answer.
func (c *call) batch(data []byte, preview bool) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return jsonError(err)
	}
	if len(raw) > maxEvents {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "event_count", Message: strconv.Itoa(len(raw)) + " events, " + strconv.Itoa(maxEvents) + " are the most in a batch"}
	}
	facts := make([]desk.Fact, len(raw))
	answers := make([]desk.Result, len(raw))
	var good []desk.Fact
	var places []int
	for i := range raw {
		ev, err := parseEvent(raw[i])
		if err == nil {
			err = permit(c.r.Context(), c.Desk, c.who, &ev)
		}
		facts[i] = desk.Fact{Event: ev, By: c.who.Name}
		if err != nil {
			answers[i] = desk.Result{Status: desk.Refused, ID: ev.ID, Err: err}
			continue
		}
		good, places = append(good, facts[i]), append(places, i)
	}
	results, err := c.tell(c.r.Context(), good, preview)
	if err != nil {
		return err
	}
	for i, r := range results {
		answers[places[i]] = r
	}
	told := c.told(facts, answers, preview)
	for i := range told {
		told[i].place(i)
	}
	return c.send(Batch{told})
}

// place says where in the batch what is at fault stands.
func (t *Told) place(i int) {
	if t.Error == nil {
		return
	}
	for j := range t.Error.Errors {
		if f := &t.Error.Errors[j]; f.Header == "" && f.Parameter == "" {
			f.Pointer = "/" + strconv.Itoa(i) + f.Pointer
		}
	}
}

// tell hands facts to the desk. Where the same fact is told twice at once, the second is called a duplicate before it is
// known what became of the first; it is told again, and is then a duplicate of what is saved, or takes the place of what
// was refused.
func (s *Server) facts(ctx context.Context, merchant string, facts []desk.Fact, preview bool) ([]desk.Result, error) {
	run := s.Desk.Handle
	if preview {
		run = s.Desk.Preview
	}
	results, err := run(ctx, merchant, facts)
	if err != nil || preview {
		return results, err
	}
	for range maxAgain {
		var again []desk.Fact
		var places []int
		for i, r := range results {
			if r.Status == desk.Duplicate && r.Seq == 0 {
				again, places = append(again, facts[i]), append(places, i)
			}
		}
		if len(again) == 0 {
			break
		}
		more, err := run(ctx, merchant, again)
		if err != nil {
			return nil, err
		}
		for i, r := range more {
			results[places[i]] = r
		}
	}
	return results, nil
}

// maxAgain bounds how often the same facts are told again, and a choice is held against an order that moves on.
const maxAgain = 8

func (c *call) tell(ctx context.Context, facts []desk.Fact, preview bool) ([]desk.Result, error) {
	if len(facts) == 0 {
		return nil, nil
	}
	return c.facts(ctx, c.who.Merchant, facts, preview)
}

// told are results as they are sent.
func (c *call) told(facts []desk.Fact, results []desk.Result, preview bool) []Told {
	out := make([]Told, len(results))
	var unsure []store.Key
	for i := range results {
		r := &results[i]
		t := Told{ID: r.ID, Source: facts[i].Event.Source, Status: r.Status, Order: r.Order, Version: r.Seq, Effects: decided(r.Effects), Preview: preview}
		var sure bool
		if r.Cases != nil {
			t.Cases = standing(r.Cases)
		} else if t.Cases, sure = touched(r.Entries); !sure {
			unsure = append(unsure, store.Key{Merchant: c.who.Merchant, Order: r.Order})
		}
		if r.Err != nil {
			p := problemOf(placed(r.Err))
			t.Error, t.Order = &p, ""
		}
		if preview {
			t.Version = 0
		}
		out[i] = t
	}
	c.complete(out, unsure)
	return out
}

// standing are cases as they stand after a fact that was taken in just now.
func standing(cases []*recourse.Case) []Touched {
	out := make([]Touched, len(cases))
	for i, k := range cases {
		out[i] = Touched{Case: k.ID, Situation: k.Situation, Status: k.Status}
	}
	return out
}

// touched are the cases that some entries are about, as far as the entries tell how they stand, and whether they tell
// it of all of them.
func touched(entries []recourse.Entry) (out []Touched, sure bool) {
	out = []Touched{}
	at := map[string]int{}
	for _, e := range entries {
		if e.Case == "" {
			continue
		}
		i, ok := at[e.Case]
		if !ok {
			i = len(out)
			at[e.Case], out = i, append(out, Touched{Case: e.Case})
		}
		switch e.Kind {
		case recourse.EntryOpened:
			out[i].Situation, out[i].Status = recourse.Situation(e.To), recourse.Open
		case recourse.EntryReopened:
			out[i].Status = recourse.Open
		case recourse.EntryBecame:
			out[i].Situation = recourse.Situation(e.To)
		case recourse.EntryClosed:
			out[i].Status = recourse.Closed
		}
	}
	for _, t := range out {
		if t.Situation == "" || t.Status == "" {
			return out, false
		}
	}
	return out, true
}

// completeWithin is how long that may take, beside the time of the request.
const completeWithin = 5 * time.Second

// complete fills in how cases stand where the entries did not tell. What was done is done by now, and must not be
// answered with an error because the time of the request is over, or the database went away since: then cases of which
// it is not known how they stand are left out.
func (c *call) complete(told []Told, unsure []store.Key) {
	if len(unsure) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), completeWithin)
	defer cancel()
	var found map[store.Key][]store.Case
	err := c.Desk.Store().Read(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.CasesOf(unsure)
		return err
	})
	if err != nil {
		c.Log.Warn("an answer is sent without how its cases stand", "error", err)
	}
	for i := range told {
		for j := range told[i].Cases {
			told[i].Cases[j].fill(found[store.Key{Merchant: c.who.Merchant, Order: told[i].Order}])
		}
		told[i].Cases = slices.DeleteFunc(told[i].Cases, func(t Touched) bool { return t.Situation == "" || t.Status == "" })
	}
}

// fill takes from the rows of cases what is not known of one.
func (t *Touched) fill(rows []store.Case) {
	for i := range rows {
		if rows[i].ID == t.Case {
			t.Situation, t.Status = cmp.Or(t.Situation, rows[i].Situation), cmp.Or(t.Status, rows[i].Status)
		}
	}
}
