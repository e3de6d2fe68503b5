package web

import (
	"strconv"

	"recourse"
	"recourse/store"
)

const (
	standardPage = 50
	mostOnPage   = 200
)

// order shows an order.
func (c *call) order() error {
	v, err := c.Desk.Order(c.r.Context(), c.who.Merchant, c.r.PathValue("order"))
	if err != nil {
		return inParameter("order", err)
	}
	c.version(v.Version)
	return c.send(orderAnswer(c.lang(), v))
}

// history shows a part of an order's history.
func (c *call) history() error {
	limit, err := c.limit(standardPage, mostOnPage)
	if err != nil {
		return err
	}
	from := int64(1)
	if s := c.query.Get("from"); s != "" {
		if from, err = strconv.ParseInt(s, 10, 64); err != nil || from < 1 {
			return inParameter("from", &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Message: `from cannot be "` + recourse.Shorten(s, 40) + `"`, Hint: "the number of an entry, from 1"})
		}
	}
	order := c.r.PathValue("order")
	v, err := c.Desk.History(c.r.Context(), c.who.Merchant, order, from, limit)
	if err != nil {
		return inParameter("order", err)
	}
	out := HistoryAnswer{Order: order, Version: v.Version, History: []Past{}}
	for i := range v.History {
		out.History = append(out.History, past(c.lang(), &v.History[i], ""))
	}
	if n := len(v.History); n > 0 && v.History[n-1].Seq < v.Version {
		out.Next = v.History[n-1].Seq + 1
	}
	c.version(v.Version)
	return c.send(out)
}

// showCase shows a case with all that one needs to decide about it.
func (c *call) showCase() error {
	id := c.r.PathValue("case")
	v, err := c.Desk.Case(c.r.Context(), c.who.Merchant, id)
	if err != nil {
		return inParameter("case", err)
	}
	c.version(v.Version)
	return c.send(caseAnswer(c.lang(), v, id))
}

// cases lists cases.
func (c *call) cases() error {
	f, err := c.caseFilter()
	if err != nil {
		return err
	}
	var found []store.Case
	var next store.Cursor
	err = c.Desk.Store().Read(c.r.Context(), func(tx *store.Tx) (err error) {
		found, next, err = tx.Cases(c.who.Merchant, f)
		return err
	})
	if err != nil {
		return err
	}
	out, l := Cases{Cases: make([]CaseRow, len(found)), Next: next.String()}, c.lang()
	for i := range found {
		out.Cases[i] = caseRow(l, &found[i])
	}
	return c.send(out)
}

// caseFilter reads which cases are wanted.
func (c *call) caseFilter() (f store.CaseFilter, err error) {
	get := c.query.Get
	f = store.CaseFilter{Situation: recourse.Situation(get("situation")), Supplier: get("supplier"), Country: get("country"), Channel: get("channel"), Order: get("order"), Sort: store.ByDue}
	words := func(name string, of ...string) string {
		v, bad := c.word(name, of...)
		if err == nil {
			err = bad
		}
		return v
	}
	f.Status = recourse.CaseStatus(words("status", "open", "closed"))
	f.Outcome = recourse.Outcome(words("outcome", texts(recourse.Outcomes)...))
	f.Waits = recourse.Party(words("waits", "buyer", "merchant"))
	if s := words("sort", texts(store.Sorts)...); s != "" {
		f.Sort = store.Sort(s)
	}
	if err != nil {
		return f, err
	}
	if f.DueBefore, err = c.instant("due_before"); err != nil {
		return f, err
	}
	if f.DueAfter, err = c.instant("due_after"); err != nil {
		return f, err
	}
	if s := get("amount"); s != "" {
		if f.Least, err = recourse.ParseMoney(s); err != nil {
			return f, inParameter("amount", err)
		}
	}
	if f.After, err = c.cursor(); err != nil {
		return f, err
	}
	f.Limit, err = c.limit(standardPage, mostOnPage)
	return f, err
}

// effects lists effects.
func (c *call) effects() error {
	status, err := c.word("status", texts(store.EffectStatuses)...)
	if err != nil {
		return err
	}
	if status == "" {
		status = string(store.Pending)
	}
	approval, err := c.word("approval", string(recourse.ApprovalNeeded), string(recourse.ApprovalGiven), string(store.ApprovalRejected))
	if err != nil {
		return err
	}
	f := store.EffectFilter{Status: store.EffectStatus(status), Approval: recourse.Approval(approval), Kind: recourse.EffectKind(c.query.Get("kind"))}
	if f.After, err = c.cursor(); err != nil {
		return err
	}
	limit, err := c.limit(standardPage, mostOnPage)
	if err != nil {
		return err
	}
	f.Limit = limit + 1
	found, err := c.Desk.Acts(c.r.Context(), c.who.Merchant, f)
	if err != nil {
		return err
	}
	var out Effects
	if len(found) > limit {
		found = found[:limit]
		out.Next = found[limit-1].Place().String()
	}
	out.Effects = acts(c.lang(), found)
	return c.send(out)
}
