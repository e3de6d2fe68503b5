package desk

import (
	"cmp"
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"recourse"
	"recourse/sourcing"
	"recourse/store"
)

// This file has the suppliers: what is known of each, by what it did, and what a person wrote down of it. A supplier is known by
// the name that purchases have; nobody has to enter it first.

// SupplierCard is a supplier with its record.
type SupplierCard struct {
	store.Supplier
	Record   sourcing.Record
	Standing int  // 0 to 1000
	Known    bool // enough was bought there to say so
	Offers   int
	Merged   []string // other names that are this supplier
}

// Suppliers are a merchant's suppliers: those that are written down, that have offers, or that something was bought from. One that
// was merged into another stands under the other.
func (d *Desk) Suppliers(ctx context.Context, merchant string) (out []SupplierCard, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, err = d.supplierCards(tx, merchant)
		return err
	})
	return out, err
}

func (d *Desk) supplierCards(tx *store.Tx, merchant string) ([]SupplierCard, error) {
	records, err := d.records(tx, merchant)
	if err != nil {
		return nil, err
	}
	written, err := tx.Suppliers(merchant)
	if err != nil {
		return nil, err
	}
	counts, err := tx.OfferCounts(merchant)
	if err != nil {
		return nil, err
	}
	merged, err := mergedSuppliers(tx, merchant)
	if err != nil {
		return nil, err
	}
	cards := map[string]*SupplierCard{}
	of := func(id string) *SupplierCard {
		if to := merged[id]; to != "" {
			id = to
		}
		if cards[id] == nil {
			cards[id] = &SupplierCard{Supplier: store.Supplier{ID: id, Name: id}}
		}
		return cards[id]
	}
	for _, s := range written {
		if c := of(s.ID); merged[s.ID] != "" {
			c.Merged = append(c.Merged, s.ID)
		} else {
			c.Supplier = s
		}
	}
	for id, n := range counts {
		of(id).Offers += n
	}
	for id, r := range records {
		of(id).Record = r
	}
	out := make([]SupplierCard, 0, len(cards))
	for _, c := range cards {
		c.Name = cmp.Or(c.Name, c.ID)
		c.Standing, c.Known = c.Record.Standing()
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b SupplierCard) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// SupplierFile is all that is known of one supplier.
type SupplierFile struct {
	SupplierCard
	Marks  map[sourcing.Mark]sourcing.Weighed
	Listed []store.Offer
	Cases  []store.Case // the newest
}

// How many offers and cases of a supplier are read at once.
const (
	offersOfSupplier = 100
	casesOfSupplier  = 30
)

// Supplier reads a supplier: supplier_unknown, of kind [recourse.NotFound], where nothing is known of that name. A name that was
// merged gives the supplier that it was merged into.
func (d *Desk) Supplier(ctx context.Context, merchant, id string) (out SupplierFile, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		cards, err := d.supplierCards(tx, merchant)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(cards, func(c SupplierCard) bool { return c.ID == id || slices.Contains(c.Merged, id) })
		if at < 0 {
			return supplierUnknown(id)
		}
		out.SupplierCard = cards[at]
		count, err := tx.InsightCount(merchant)
		if err != nil {
			return err
		}
		happened, err := happenings(tx, merchant, count.Generation, d.clock())
		if err != nil {
			return err
		}
		out.Marks = sourcing.Weigh(happened[out.ID], d.clock())
		return out.read(tx, merchant)
	})
	return out, err
}

// read reads a supplier's offers and cases, by all its names.
func (f *SupplierFile) read(tx *store.Tx, merchant string) error {
	for _, name := range append([]string{f.ID}, f.Merged...) {
		listed, err := tx.ListOffers(merchant, store.OfferFilter{Supplier: name, Limit: offersOfSupplier})
		if err != nil {
			return err
		}
		cases, _, err := tx.Cases(merchant, store.CaseFilter{Supplier: name, Sort: store.ByOpened, Limit: casesOfSupplier})
		if err != nil {
			return err
		}
		f.Listed, f.Cases = append(f.Listed, listed...), append(f.Cases, cases...)
	}
	slices.SortStableFunc(f.Cases, func(a, b store.Case) int { return b.OpenedAt.Compare(a.OpenedAt) })
	f.Listed, f.Cases = f.Listed[:min(len(f.Listed), offersOfSupplier)], f.Cases[:min(len(f.Cases), casesOfSupplier)]
	return nil
}

func supplierUnknown(id string) error {
	return &recourse.Error{Kind: recourse.NotFound, Code: "supplier_unknown", Field: "supplier", Message: "there is no supplier " + recourse.Shorten(id, 60)}
}

// PutSupplier keeps what a person writes down of a supplier. Errors, all of kind [recourse.Invalid]: supplier_name, supplier_email,
// supplier_url, supplier_long.
func (d *Desk) PutSupplier(ctx context.Context, merchant string, s store.Supplier) error {
	wrong := func(code, field, message string) error {
		return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: field, Message: message}
	}
	for _, f := range []*string{&s.ID, &s.Name, &s.Email, &s.Language, &s.URL, &s.Note} {
		if *f = strings.TrimSpace(*f); len(*f) > 2000 {
			return wrong("supplier_long", "note", "what is written is too long: 2,000 letters at most")
		}
	}
	if s.ID == "" || len(s.ID) > 500 {
		return wrong("supplier_name", "supplier", "a supplier has a name, as purchases have it")
	}
	if a, err := mail.ParseAddress(s.Email); s.Email != "" && (err != nil || a.Address != s.Email) {
		return wrong("supplier_email", "email", "this is no mail address")
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return wrong("supplier_url", "url", "the address of a page begins with https://")
	}
	s.Name, s.ChangedAt = cmp.Or(s.Name, s.ID), d.clock()
	return d.store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Suppliers(merchant)
		if err != nil {
			return err
		}
		before := ""
		if at := slices.IndexFunc(all, func(o store.Supplier) bool { return o.ID == s.ID }); at >= 0 {
			s.Merged, before = all[at].Merged, all[at].URL
		}
		if s.URL != before { // its address says which marketplace it belongs to, and so how long claims can be filed
			if err := tx.HoldMerchant(merchant); err != nil {
				return err
			}
			if err := tx.WindowsChanged(merchant); err != nil {
				return err
			}
		}
		return tx.PutSupplier(merchant, s)
	})
}

// MergeSupplier says that one name is another supplier from now on: its record, its offers, its cases and its purchases are the
// other's, and the people of both see and answer what was asked by either name. Facts keep the name that they were told with, so
// that nothing in hand is lost and history is as it was; into "" undoes it: the name is one of its own again. Errors: supplier_unknown, and supplier_circle where
// the other was merged into this one.
func (d *Desk) MergeSupplier(ctx context.Context, merchant, from, into, by string) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		cards, err := d.supplierCards(tx, merchant)
		if err != nil {
			return err
		}
		known := func(id string) bool {
			return slices.ContainsFunc(cards, func(c SupplierCard) bool { return c.ID == id || slices.Contains(c.Merged, id) })
		}
		merged, err := mergedSuppliers(tx, merchant)
		if err != nil {
			return err
		}
		switch {
		case !known(from):
			return supplierUnknown(from)
		case into != "" && !known(into):
			return supplierUnknown(into)
		case into == from || into != "" && merged[into] == from:
			return &recourse.Error{Kind: recourse.Conflict, Code: "supplier_circle", Field: "into", Message: "a supplier cannot be merged into itself, or into one that was merged into it"}
		}
		all, err := tx.Suppliers(merchant)
		if err != nil {
			return err
		}
		s := store.Supplier{ID: from, Name: from}
		if at := slices.IndexFunc(all, func(o store.Supplier) bool { return o.ID == from }); at >= 0 {
			s = all[at]
		}
		s.Merged, s.ChangedAt, s.ChangedBy = into, d.clock(), by
		if err := tx.PutSupplier(merchant, s); err != nil {
			return err
		}
		return tx.PutAudit(mergedAudit(merchant, s, merged[from]))
	})
	if err == nil {
		d.suppliers.drop(merchant)
	}
	return err
}

// mergedAudit is who said that two names are one supplier, or are not any more.
func mergedAudit(merchant string, s store.Supplier, was string) store.Audit {
	what := store.AuditMerged
	if s.Merged == "" {
		what = store.AuditParted
	}
	return store.Audit{Merchant: merchant, At: s.ChangedAt, By: s.ChangedBy, What: what, About: s.ID, Changes: []store.FieldChange{{Field: "supplier", Was: was, Is: s.Merged}}}
}

func (c *recordCache) drop(merchant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, merchant)
}

// FindOffers are offers by words of their titles or by a SKU, the nearest first; all, by number, where nothing is asked for. The
// second is the number behind which the list goes on; 0: it ends.
func (d *Desk) FindOffers(ctx context.Context, merchant, words, supplier string, after int64, limit int) (out []store.Offer, next int64, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if words == "" {
			out, err = tx.ListOffers(merchant, store.OfferFilter{Supplier: supplier, After: after, Limit: limit + 1})
			if len(out) > limit {
				out = out[:limit]
				next = out[limit-1].Number
			}
			return err
		}
		numbers, err := tx.FindOffers(merchant, words, sourcing.Keys(words), limit)
		if err != nil {
			return err
		}
		if out, err = tx.Offers(merchant, numbers); err != nil {
			return err
		}
		if supplier != "" {
			names, err := tx.SupplierNames(merchant, supplier)
			if err != nil {
				return err
			}
			out = slices.DeleteFunc(out, func(o store.Offer) bool { return !slices.Contains(names, o.Supplier) })
		}
		slices.SortFunc(out, func(a, b store.Offer) int {
			return cmp.Compare(slices.Index(numbers, a.Number), slices.Index(numbers, b.Number))
		})
		return nil
	})
	return out, next, err
}

// PutRates keeps rates.
func (d *Desk) PutRates(ctx context.Context, merchant string, all []store.Rate) error {
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		return tx.PutRates(merchant, all)
	})
}
