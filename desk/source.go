package desk

import (
	"context"
	"slices"
	"sync"
	"time"

	"recourse"
	"recourse/insight"
	"recourse/sourcing"
	"recourse/store"
)

// This file looks for goods elsewhere: what a case's lines want, which offers could fill them, in which order, and why. It
// only reads. What a person or the playbook makes of it is told as offers.found and remedy.chosen.

// Sourcing is what was found for one line of a case.
type Sourcing struct {
	Line   recourse.Line
	Want   sourcing.Want
	Ranked []sourcing.Ranked // the best first; those that cannot be taken behind
	Looked int               // how many offers were compared
}

// candidatesFor is how many offers are compared for a line.
const candidatesFor = 200

// ratesFor is how many days old a rate may be.
const ratesFor = 7

// Source ranks the offers that could fill a case's lines, at most so many of each: case_unknown, of kind
// [recourse.NotFound], when the merchant has no such case.
func (d *Desk) Source(ctx context.Context, merchant, id string, most int) (out []Sourcing, err error) {
	v, err := d.Case(ctx, merchant, id)
	if err != nil {
		return nil, err
	}
	c := v.File.Case(id)
	terms := sourcing.Terms{Now: d.clock(), Similar: true, Most: most}
	policy := v.Decider.PolicyOf(&c.Run)
	terms.China, _ = v.Decider.Calendars.Calendar("CN")
	terms.MaxIncrease, terms.Similar = int(policy.MaxIncrease()), policy.Value("reorder.similar").Text != "refuse"
	return out, d.store.Read(ctx, func(tx *store.Tx) error {
		records, err := d.records(tx, merchant)
		if err != nil {
			return err
		}
		if terms.Lines, err = linesOf(tx, merchant); err != nil {
			return err
		}
		for _, p := range c.Lines {
			line := v.File.Order.Line(p.Line)
			if line == nil {
				continue
			}
			s := Sourcing{Line: *line, Want: sourcing.WantOf(v.File, c, line, p.Quantity)}
			if err := d.rank(tx, merchant, &s, terms, records); err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
}

func (d *Desk) rank(tx *store.Tx, merchant string, s *Sourcing, terms sourcing.Terms, records map[string]sourcing.Record) error {
	numbers, err := tx.FindOffers(merchant, s.Want.SKU, sourcing.Keys(s.Want.Title), candidatesFor)
	if err != nil {
		return err
	}
	offers, err := tx.Offers(merchant, numbers)
	if err != nil {
		return err
	}
	links, err := linksOf(tx, merchant, s.Want.SKU)
	if err != nil {
		return err
	}
	if terms.Rates, err = ratesOf(tx, merchant, offers, &s.Want, terms.Now); err != nil {
		return err
	}
	all := make([]sourcing.Candidate, len(offers))
	for i := range offers {
		o := &offers[i]
		all[i] = sourcing.Candidate{Offer: o.Offer, ID: o.SKU, Number: o.Number, Title: o.Title, Link: links[o.Number], Line: o.Line, SeenAt: o.SeenAt, Record: records[o.Supplier]}
	}
	s.Looked = len(all)
	s.Ranked = sourcing.Rank(s.Want, all, terms)
	return nil
}

// mostLinks is how many offers may be tied to one SKU.
const mostLinks = 1000

func linksOf(tx *store.Tx, merchant, sku string) (map[int64]sourcing.Link, error) {
	out := map[int64]sourcing.Link{}
	if sku == "" {
		return out, nil
	}
	all, err := tx.Substitutes(merchant, sku, mostLinks)
	for _, s := range all {
		out[s.Offer] = sourcing.Link(s.Link)
	}
	return out, err
}

// ratesOf are the rates that comparing some offers takes: into the currency that the pieces cost, and into that which they
// were sold in.
func ratesOf(tx *store.Tx, merchant string, offers []store.Offer, w *sourcing.Want, now time.Time) (out []sourcing.Rate, err error) {
	asked := map[[2]recourse.Currency]bool{}
	for i := range offers {
		for _, to := range []recourse.Currency{w.Cost.Currency, w.Sold.Currency} {
			pair := [2]recourse.Currency{offers[i].Price.Currency, to}
			if pair[0] == to || to == "" || asked[pair] {
				continue
			}
			asked[pair] = true
			r, known, err := tx.RateOn(merchant, pair[0], to, recourse.DateOf(now.UTC()), ratesFor)
			if err != nil {
				return nil, err
			}
			if known {
				out = append(out, sourcing.Rate{From: pair[0], To: to, Num: r.Num, Den: r.Den, Day: r.Day})
			}
		}
	}
	return out, nil
}

// recordOf says which troubles of a purchase count against its supplier, and as what.
var recordOf = map[recourse.Situation]sourcing.Mark{
	"late_shipment": sourcing.MarkLate, "out_of_stock": sourcing.MarkOutOfStock, "supplier_unresponsive": sourcing.MarkSilent,
	"wrong_item": sourcing.MarkClaim, "missing_item": sourcing.MarkClaim, "damaged_item": sourcing.MarkClaim, "not_as_described": sourcing.MarkClaim,
}

// recordsFor is how far back a supplier's record goes: older marks weigh nothing.
const recordsFor = 5 * 365

// keptRecords are the suppliers' records of a merchant, with what they were counted from.
type keptRecords struct {
	key     reportKey
	at      time.Time
	records map[string]sourcing.Record
}

// recordCache keeps the records of the merchants that were asked for last.
type recordCache struct {
	mu  sync.Mutex
	all map[string]keptRecords
}

const (
	mostRecordCaches = 64
	recordsStand     = time.Hour // marks fade slowly
)

// Records are the scorecards of a merchant's suppliers, counted from the facts that the figures are made of.
func (d *Desk) Records(ctx context.Context, merchant string) (out map[string]sourcing.Record, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, err = d.records(tx, merchant)
		return err
	})
	return out, err
}

func (d *Desk) records(tx *store.Tx, merchant string) (map[string]sourcing.Record, error) {
	count, err := tx.InsightCount(merchant)
	if err != nil {
		return nil, err
	}
	news, err := tx.InsightNewsNames(merchant)
	if err != nil {
		return nil, err
	}
	now, key := d.clock(), newReportKey(merchant, count, news, &insight.Query{})
	d.suppliers.mu.Lock()
	kept := d.suppliers.all[merchant]
	d.suppliers.mu.Unlock()
	if kept.key == key && kept.records != nil && now.Sub(kept.at).Abs() < recordsStand {
		return kept.records, nil
	}
	happened, err := happenings(tx, merchant, count.Generation, now)
	if err != nil {
		return nil, err
	}
	out := make(map[string]sourcing.Record, len(happened))
	for supplier, all := range happened {
		out[supplier] = sourcing.NewRecord(all, now)
	}
	merged, err := mergedSuppliers(tx, merchant)
	if err != nil {
		return nil, err
	}
	for name, to := range merged { // offers keep the name that their list has
		if r, ok := out[to]; ok {
			out[name] = r
		}
	}
	d.suppliers.keep(merchant, keptRecords{key, now, out})
	return out, nil
}

func (c *recordCache) keep(merchant string, k keptRecords) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= mostRecordCaches {
		c.all = map[string]keptRecords{}
	}
	c.all[merchant] = k
}

// happenings are what suppliers did, by their names; those that were merged into another are the other's.
func happenings(tx *store.Tx, merchant string, generation int64, now time.Time) (map[string][]sourcing.Happening, error) {
	merged, err := mergedSuppliers(tx, merchant)
	if err != nil {
		return nil, err
	}
	out := map[string][]sourcing.Happening{}
	take := func(body []byte) error {
		facts, err := insight.Decode(body)
		for i := range facts {
			if h, ok := happening(&facts[i]); ok {
				name := facts[i].Supplier
				if to := merged[name]; to != "" {
					name = to
				}
				out[name] = append(out[name], h)
			}
		}
		return err
	}
	today := insight.Day(now.Unix())
	if err := tx.EachInsightDay(merchant, generation, int64(insight.Trade), today-recordsFor, today+1, func(_ int64, body []byte) error { return take(body) }); err != nil {
		return nil, err
	}
	recent, err := tx.InsightNewsOf(merchant, 1<<62)
	if err != nil {
		return nil, err
	}
	for _, n := range recent {
		if err := take(n.Body); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func happening(f *insight.Weighed) (sourcing.Happening, bool) {
	h := sourcing.Happening{At: time.Unix(f.At, 0), Times: int(f.Weight)}
	switch f.Kind {
	case insight.Bought:
		h.Mark = sourcing.MarkBought
	case insight.Replied:
		h.Mark, h.Took = sourcing.MarkAnswered, time.Duration(f.N)*time.Second
	case insight.Troubled:
		h.Mark = recordOf[recourse.Situation(f.Situation)]
	}
	return h, h.Mark != "" && f.Supplier != ""
}

func mergedSuppliers(tx *store.Tx, merchant string) (map[string]string, error) {
	all, err := tx.Suppliers(merchant)
	out := map[string]string{}
	for _, s := range all {
		if s.Merged != "" {
			out[s.ID] = s.Merged
		}
	}
	for from, to := range out { // of one that was merged again
		for range len(out) {
			next := out[to]
			if next == "" || next == from {
				break
			}
			to = next
		}
		out[from] = to
	}
	return out, err
}

// PutOffers keeps offers of a merchant, with the keys that they are found by, and says how many were new.
func (d *Desk) PutOffers(ctx context.Context, merchant string, all []store.Offer) (added int, err error) {
	for i := range all {
		all[i].Keys = sourcing.Keys(all[i].Title)
		if all[i].SeenAt.IsZero() {
			all[i].SeenAt = d.clock()
		}
	}
	for part := range slices.Chunk(all, maxBatch) {
		n := 0
		err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
			if err := tx.HoldMerchant(merchant); err != nil {
				return err
			}
			n, err = tx.PutOffers(merchant, part)
			return err
		})
		if err != nil {
			return added, err
		}
		added += n
	}
	return added, nil
}
