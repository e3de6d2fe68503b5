package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/insight"
	"recourse/store"
)

// This file keeps the figures right. A decision says what it changes about them, and that is saved with it, as news. In the
// background the news are put to their days. Whoever reads takes the days and the news together: nothing is ever missing, and
// nothing is counted twice.

// learn notes what a step tells for ever, before the figures of the order as a whole are compared.
func (g *group) learn(before, after *recourse.OrderFile, ev *recourse.Event, now time.Time) {
	for _, f := range insight.Told(before, after, ev, now) {
		g.learned = append(g.learned, insight.Weighed{Fact: f, Weight: 1})
	}
}

// figures is what the change of an order changes about the figures, as bytes.
func (g *group) figures(before, after *recourse.OrderFile) []byte {
	facts := append(g.learned, insight.Diff(insight.Of(before), insight.Of(after))...)
	if g.personal != nil {
		facts = append(facts, insight.Diff(g.buyer(before), g.buyer(after))...)
	}
	return insight.Encode(facts)
}

// buyer is the fact whose the order is; it only changes when personal fields were told, and then they were read.
func (g *group) buyer(f *recourse.OrderFile) []insight.Fact {
	return buyerOf(f, g.personal, g.salt)
}

func buyerOf(f *recourse.OrderFile, p *store.Personal, salt []byte) []insight.Fact {
	if p == nil || f.Order.Buyer == nil || p.Fields[f.Order.Buyer.Email] == "" {
		return nil
	}
	if fact, ok := insight.Buyer(f, insight.BuyerKey(salt, p.Fields[f.Order.Buyer.Email])); ok {
		return []insight.Fact{fact}
	}
	return nil
}

// Insights counts the figures of a merchant.
func (d *Desk) Insights(tx *store.Tx, merchant string, q insight.Query) (*insight.Report, error) {
	c, err := tx.InsightCount(merchant)
	if err != nil {
		return nil, err
	}
	counting := insight.NewCounting(q)
	for part, spans := range q.Spans() {
		for _, s := range spans {
			if err := tx.EachInsightDay(merchant, c.Generation, int64(part), s[0], s[1], func(_ int64, body []byte) error { return counting.Add(body) }); err != nil {
				return nil, err
			}
		}
	}
	news, err := tx.InsightNewsOf(merchant, 1<<62)
	if err != nil {
		return nil, err
	}
	for _, n := range news {
		if err := counting.Add(n.Body); err != nil {
			return nil, err
		}
	}
	r := counting.Report()
	r.Partial = c.Wanted
	return r, nil
}

// How the figures are written: how often, and how many bytes of news at once.
const (
	rollEvery = 5 * time.Second
	rollMost  = 8 << 20
)

// keepInsights puts news to their days, and counts the history where that is wanted, for all merchants.
func (d *Desk) keepInsights(ctx context.Context) error {
	var merchants []string
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) { merchants, err = tx.InsightMerchants(); return err }); err != nil {
		return err
	}
	for _, m := range merchants {
		if err := d.RollInsights(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// RollInsights puts a merchant's news to their days; before, its history is counted if that is wanted. It is done in the
// background, and may be done at any time by anybody: of two who do it at once one has nothing to do.
func (d *Desk) RollInsights(ctx context.Context, merchant string) error {
	var c store.InsightCount
	if err := d.store.Read(ctx, func(tx *store.Tx) (err error) { c, err = tx.InsightCount(merchant); return err }); err != nil {
		return err
	}
	if c.Wanted {
		if err := d.countHistory(ctx, merchant); err != nil || !d.counted(ctx, merchant) {
			return err
		}
	}
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = d.roll(ctx, merchant); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) counted(ctx context.Context, merchant string) bool {
	var c store.InsightCount
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) { c, err = tx.InsightCount(merchant); return err })
	return err == nil && !c.Wanted
}

// roll puts some of the news to their days, and says whether there may be more. It is reckoned from a snapshot, so that
// deciding goes on meanwhile, and written only if nobody else has written days since.
func (d *Desk) roll(ctx context.Context, merchant string) (more bool, err error) {
	var c store.InsightCount
	var news []store.InsightNews
	var days []store.InsightDay
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if c, err = tx.InsightCount(merchant); err != nil || c.Wanted {
			return err
		}
		if news, err = tx.InsightNewsOf(merchant, rollMost); err != nil || len(news) == 0 {
			return err
		}
		days, err = mergeDays(tx, merchant, c.Generation, news)
		return err
	})
	if err != nil || len(news) == 0 {
		return false, err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.SetInsightCount(merchant, c.Rolled, store.InsightCount{Generation: c.Generation, Rolled: c.Rolled + 1})
		if err != nil || !ok {
			more = false
			return err
		}
		more = true
		if err := tx.PutInsightDays(merchant, c.Generation, days); err != nil {
			return err
		}
		ids := make([]string, len(news))
		for i, n := range news {
			ids[i] = n.ID
		}
		return tx.DropInsightNews(merchant, ids)
	})
	return more, err
}

// mergeDays are the bodies of the days that news are about, with the news in them.
func mergeDays(tx *store.Tx, merchant string, generation int64, news []store.InsightNews) ([]store.InsightDay, error) {
	bodies := make([][]byte, len(news))
	for i, n := range news {
		bodies[i] = n.Body
	}
	fresh, err := insight.Pages(bodies...)
	if err != nil {
		return nil, err
	}
	return mergePages(tx, merchant, generation, fresh)
}

// mergePages puts facts into the bodies of their pages, as they are kept. Facts that are given are taken out of the map.
func mergePages(tx *store.Tx, merchant string, generation int64, fresh map[insight.Page][]insight.Weighed) (days []store.InsightDay, err error) {
	put := func(p insight.Page, body []byte) error {
		merged, err := insight.Merge(body, fresh[p])
		days = append(days, store.InsightDay{Part: int64(p.Part), Day: p.Day, Body: merged})
		delete(fresh, p)
		return err
	}
	for _, part := range []insight.Part{insight.Troubles, insight.Trade} {
		first, last := int64(1)<<62, int64(-1)<<62
		for p := range fresh {
			if p.Part == part {
				first, last = min(first, p.Day), max(last, p.Day)
			}
		}
		if err := tx.EachInsightDay(merchant, generation, int64(part), first, last, func(day int64, body []byte) error {
			p := insight.Page{Part: part, Day: day}
			if len(fresh[p]) == 0 {
				return nil
			}
			return put(p, body)
		}); err != nil {
			return nil, err
		}
	}
	for p := range fresh {
		if err := put(p, nil); err != nil {
			return nil, err
		}
	}
	return days, nil
}

// countFor is how long a node may count on without telling that it is alive.
const countFor = 5 * time.Minute

// flushAt is how many facts are held before they are written, while history is counted.
const flushAt = 400_000

// historian counts the history of a merchant anew: from one snapshot, into days of a new generation. What is decided
// meanwhile stands in the news, which stay; those that the snapshot had are in its files.
type historian struct {
	desk     *Desk
	merchant store.Merchant
	next     int64 // the generation that is made
	verifier verifier
	held     []insight.Weighed
}

// errElsewhere ends a count that another node is at.
var errElsewhere = errors.New("the figures are counted by another node")

// countHistory makes the days of a merchant from all orders, with the steps of their histories.
func (d *Desk) countHistory(ctx context.Context, merchant string) error {
	h := &historian{desk: d, verifier: verifier{desk: d, merchant: merchant, deciders: map[[2]string]*decide.Decider{}}}
	var c store.InsightCount
	var news []store.InsightNews
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = tx.InsightCount(merchant); err != nil {
			return err
		}
		if h.merchant, err = tx.Merchant(merchant); err != nil {
			return err
		}
		h.next = c.Generation + 1
		if news, err = tx.InsightNewsOf(merchant, 1<<62); err != nil {
			return err
		}
		if err := h.begin(ctx, c.Generation); err != nil {
			return err
		}
		if err := h.all(ctx, tx); err != nil {
			return err
		}
		return h.flush(ctx)
	})
	if errors.Is(err, errElsewhere) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.SetInsightCount(merchant, c.Rolled, store.InsightCount{Generation: h.next, Rolled: c.Rolled + 1})
		if err != nil || !ok {
			return err
		}
		if err := tx.DropInsightDays(merchant, h.next); err != nil {
			return err
		}
		ids := make([]string, len(news))
		for i, n := range news {
			ids[i] = n.ID
		}
		return tx.DropInsightNews(merchant, ids)
	})
}

// begin takes the count for this node, and clears what an earlier one has left half done.
func (h *historian) begin(ctx context.Context, good int64) error {
	return h.desk.store.Write(ctx, func(tx *store.Tx) error {
		if err := h.lease(tx); err != nil {
			return err
		}
		return tx.DropInsightDays(h.merchant.ID, good)
	})
}

func (h *historian) lease(tx *store.Tx) error {
	now := h.desk.clock()
	got, err := tx.Lease("insight-"+h.merchant.ID, h.desk.node, now, now.Add(countFor))
	if err == nil && !got {
		err = errElsewhere
	}
	return err
}

// all counts every order.
func (h *historian) all(ctx context.Context, tx *store.Tx) error {
	for after := ""; ; {
		keys, err := tx.Keys(h.merchant.ID, after, verifyAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		after = keys[len(keys)-1].Order
		files, err := tx.Files(keys)
		if err != nil {
			return err
		}
		personal, err := tx.Personal(keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			f := files[k]
			h.add(insight.Of(f.OrderFile))
			h.add(buyerOf(f.OrderFile, personal[k], h.merchant.Salt))
			if err := h.steps(tx, f); err != nil {
				return err
			}
		}
		if len(h.held) >= flushAt {
			if err := h.flush(ctx); err != nil {
				return err
			}
		}
	}
}

func (h *historian) add(facts []insight.Fact) {
	for _, f := range facts {
		h.held = append(h.held, insight.Weighed{Fact: f, Weight: 1})
	}
}

// steps makes the decisions of an order again, where any of them can tell something for ever: somebody was asked.
func (h *historian) steps(tx *store.Tx, f store.File) error {
	if len(f.OrderFile.Cases) == 0 && !slices.ContainsFunc(f.OrderFile.Purchases, func(p recourse.Purchase) bool { return !p.AnsweredAt.IsZero() }) {
		return nil
	}
	file := &recourse.OrderFile{}
	var acts []store.Act
	for seq := int64(1); ; {
		entries, err := tx.History(f.Key, seq, maxHistory)
		if err != nil || len(entries) == 0 {
			return err
		}
		for i := range entries {
			r := &entries[i].Record
			d, err := h.verifier.decider(tx, r, file)
			if err != nil {
				return err
			}
			before := file
			file, acts, _ = again(d, file, acts, r)
			h.add(insight.Told(before, file, r.Event, r.At))
		}
		seq += int64(len(entries))
	}
}

// flush writes what was counted, into the days of the new generation.
func (h *historian) flush(ctx context.Context) error {
	fresh := map[insight.Page][]insight.Weighed{}
	for _, f := range h.held {
		p := insight.PageOf(&f.Fact)
		fresh[p] = append(fresh[p], f)
	}
	h.held = h.held[:0]
	return h.desk.store.Write(ctx, func(tx *store.Tx) error {
		if err := h.lease(tx); err != nil {
			return err
		}
		days, err := mergePages(tx, h.merchant.ID, h.next, fresh)
		if err != nil {
			return err
		}
		return tx.PutInsightDays(h.merchant.ID, h.next, days)
	})
}
