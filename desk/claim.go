package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/sourcing"
	"recourse/store"
)

// mostWindows is how many claim windows of its own a merchant may have.
const mostWindows = 5000

// WindowTable are the claim windows of a merchant.
type WindowTable struct {
	Own      []recourse.ListedWindow
	BuiltIn  []recourse.ListedWindow
	Markets  map[string]string // the marketplace of suppliers, as a person said; of "" that of all others
	Known    []SupplierMarket  // the suppliers of purchases, each with the marketplace that it counts to
	Playbook recourse.ClaimWindow
	HasBook  bool // the playbook has a setting that holds where no row does
}

// SupplierMarket is a supplier with its marketplace, and by what it is known.
type SupplierMarket struct {
	Supplier    string
	Marketplace string
	By          string // said, address, usual; "": not known
}

// suppliersListed is how many suppliers stand in a list of their marketplaces.
const suppliersListed = 500

// Windows reads a merchant's claim windows, and what they are chosen by.
func (d *Desk) Windows(ctx context.Context, merchant string) (out WindowTable, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if out.Own, err = tx.Windows(merchant); err != nil {
			return err
		}
		out.BuiltIn = sourcing.Windows()
		if out.Markets, err = tx.Marketplaces(merchant); err != nil {
			return err
		}
		m, err := tx.MerchantOnce(merchant)
		if err != nil {
			return err
		}
		t, err := d.windows.of(tx, m)
		if err != nil {
			return err
		}
		suppliers, err := tx.SuppliersKnown(merchant, suppliersListed)
		if err != nil {
			return err
		}
		for _, s := range suppliers {
			if s != "" {
				out.Known = append(out.Known, t.known(s))
			}
		}
		decider, err := d.policies.of(tx, merchant, &recourse.OrderFile{})
		if err == nil {
			out.Playbook, out.HasBook = decider.PlaybookWindow()
		}
		return err
	})
	return out, err
}

func (t *windowTable) known(supplier string) SupplierMarket {
	s := SupplierMarket{Supplier: supplier, Marketplace: t.marketplace(supplier)}
	switch {
	case t.markets[supplier] != "":
		s.By = "said"
	case sourcing.MarketplaceOf(t.urls[supplier])+sourcing.MarketplaceOf(supplier) != "":
		s.By = "address"
	case s.Marketplace != "":
		s.By = "usual"
	}
	return s
}

// PutWindows keeps claim windows of a merchant's own, in place of those for the same supplier, marketplace and problem; running
// cases are told those that hold now. Errors are those of [recourse.ListedWindow.Check], windows_many, and windows_calendar where
// nobody knows the business days of a country.
func (d *Desk) PutWindows(ctx context.Context, merchant string, all []recourse.ListedWindow, by string) error {
	for i := range all {
		w := &all[i]
		for _, f := range []*string{&w.Supplier, &w.Marketplace, &w.Problem, &w.Country, &w.Source, &w.Note} {
			*f = strings.TrimSpace(*f)
		}
		w.Marketplace, w.Country = strings.ToLower(w.Marketplace), strings.ToUpper(w.Country)
		if err := w.Check(); err != nil {
			return err
		}
	}
	return d.changeWindows(ctx, merchant, func(tx *store.Tx) error {
		if err := d.calendarsFor(tx, merchant, all); err != nil {
			return err
		}
		if err := tx.PutWindows(merchant, all, d.clock(), by); err != nil {
			return err
		}
		own, err := tx.Windows(merchant)
		if err == nil && len(own) > mostWindows {
			err = &recourse.Error{Kind: recourse.TooLarge, Code: "windows_many", Message: "there would be more than 5,000 claim windows of your own"}
		}
		return err
	})
}

// calendarsFor refuses windows that count business days of a country for which there is no calendar.
func (d *Desk) calendarsFor(tx *store.Tx, merchant string, all []recourse.ListedWindow) error {
	decider, err := d.policies.of(tx, merchant, &recourse.OrderFile{})
	if err != nil {
		return err
	}
	for i := range all {
		if c := all[i].Country; c != "" {
			if _, ok := decider.Calendars.Calendar(c); !ok {
				return &recourse.Error{Kind: recourse.Invalid, Code: "windows_calendar", Field: "country", Message: "there is no calendar of the business days of " + c, Hint: "leave it out to count calendar days"}
			}
		}
	}
	return nil
}

// DropWindow takes a claim window of the merchant's own away: window_unknown, of kind [recourse.NotFound], where there is none.
func (d *Desk) DropWindow(ctx context.Context, merchant, supplier, marketplace, problem string) error {
	return d.changeWindows(ctx, merchant, func(tx *store.Tx) error {
		there, err := tx.DropWindow(merchant, supplier, marketplace, problem)
		if err == nil && !there {
			err = &recourse.Error{Kind: recourse.NotFound, Code: "window_unknown", Message: "there is no claim window of your own for that"}
		}
		return err
	})
}

// PutMarketplace says which marketplace a supplier belongs to, "" for all of which nothing else is known; an empty marketplace
// takes it back. Errors: market_long.
func (d *Desk) PutMarketplace(ctx context.Context, merchant, supplier, marketplace string) error {
	supplier, marketplace = strings.TrimSpace(supplier), strings.ToLower(strings.TrimSpace(marketplace))
	if len(marketplace) > 60 || len(supplier) > 500 || strings.ContainsFunc(marketplace+supplier, func(r rune) bool { return r < ' ' }) {
		return &recourse.Error{Kind: recourse.Invalid, Code: "market_long", Field: "marketplace", Message: "the name of a marketplace has 60 letters at most"}
	}
	return d.changeWindows(ctx, merchant, func(tx *store.Tx) error { return tx.PutMarketplace(merchant, supplier, marketplace) })
}

// sweptAtOnce is for how many rounds running cases are looked at before whoever changed a window has their answer; the rest is
// done in the background.
const sweptAtOnce = 8

func (d *Desk) changeWindows(ctx context.Context, merchant string, change func(tx *store.Tx) error) error {
	if err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		return change(tx)
	}); err != nil {
		return err
	}
	after := ""
	for range sweptAtOnce {
		last, err := d.sweepClaims(ctx, merchant, after)
		if err != nil || last == "" {
			return err
		}
		after = last
	}
	return nil
}

// WindowFor says which window holds for what is bought from a supplier, for a problem that a buyer reports, and all that were
// considered, the most specific first.
func (t *WindowTable) WindowFor(supplier, problem string) (holds recourse.ClaimWindow, ok bool) {
	market := t.Markets[""]
	for _, k := range t.Known {
		if k.Supplier == supplier {
			market = k.Marketplace
		}
	}
	all := recourse.WindowsOf(slices.Concat(t.Own, t.BuiltIn), supplier, market)
	if w := recourse.WindowFor(all, recourse.Situation(problem), true); w != nil {
		return *w, true
	}
	return t.Playbook, t.HasBook
}

// Claims are the claims of a merchant's cases.
func (d *Desk) Claims(ctx context.Context, merchant string, f store.ClaimFilter) (out []store.Claim, err error) {
	f.Now = d.clock()
	err = d.store.Read(ctx, func(tx *store.Tx) error { out, err = tx.Claims(merchant, f); return err })
	return out, err
}

// ClaimSpan is what a calendar of claims shows: those that end in its span, what was missed in the year before now, and what can
// be filtered by.
type ClaimSpan struct {
	Claims       []store.Claim
	Missed       []store.ClaimSum
	Suppliers    []string
	Marketplaces []string
}

// ClaimSpan reads a calendar of claims.
func (d *Desk) ClaimSpan(ctx context.Context, merchant string, f store.ClaimFilter) (out ClaimSpan, err error) {
	f.Now = d.clock()
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if out.Claims, err = tx.Claims(merchant, f); err != nil {
			return err
		}
		if out.Missed, err = tx.MissedClaims(merchant, f.Now.AddDate(-1, 0, 0), f.Now); err != nil {
			return err
		}
		out.Suppliers, out.Marketplaces, err = tx.ClaimSuppliers(merchant, suppliersListed)
		return err
	})
	return out, err
}

// ClaimOf is the claim window of a case; false where it has none.
func (d *Desk) ClaimOf(ctx context.Context, merchant, id string) (c store.Claim, ok bool, err error) {
	all, err := d.Claims(ctx, merchant, store.ClaimFilter{Case: id, Limit: 1})
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// DaysLeft is how many days are left until an instant, begun ones counted; negative: it is over, for so many days.
func DaysLeft(at, now time.Time) int {
	const day = 24 * time.Hour
	d := at.Sub(now)
	if d < 0 {
		return -int((-d + day - 1) / day)
	}
	return int((d + day - 1) / day)
}
