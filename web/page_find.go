package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"recourse"
	"recourse/search"
	"recourse/store"
	"recourse/web/view"
)

// mostFound is how many orders a search shows.
const mostFound = 50

// find goes to the order or the case of a number: its own, or that of a purchase or a parcel. What is no number that there
// is, is looked for by its words. What is asked comes in the body, since people look for what no address may hold.
func (s *site) find(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	asked := recourse.Shorten(strings.TrimSpace(v.r.PostFormValue("number")), 200)
	path, err := v.whereIs(asked)
	if err != nil {
		return err
	}
	if path != "" {
		http.Redirect(v.w, v.r, path, http.StatusSeeOther)
		return nil
	}
	return v.showFound(asked)
}

// showFound shows what has the words that are asked for.
func (v *visit) showFound(asked string) error {
	q := search.Ask(asked)
	found := &view.SearchFound{Asked: asked, Query: q}
	if err := v.settleIndex(); err != nil {
		return err
	}
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		v.decider(d)
		orders, err := tx.Search(v.who.Merchant, q.Terms, q.Begun, mostFound+1)
		if err != nil {
			return err
		}
		found.More = len(orders) > mostFound
		for _, o := range orders[:min(len(orders), mostFound)] {
			found.Keys = append(found.Keys, store.Key{Merchant: v.who.Merchant, Order: o})
		}
		if found.Files, err = tx.Files(found.Keys); err != nil {
			return err
		}
		found.Personal, err = tx.Personal(found.Keys)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(found.Keys) == 0 {
		status = http.StatusNotFound
	}
	p := v.page(v.read.T("search"))
	p.Here = "/"
	return v.show(status, view.SearchPage(p, view.NewSearch(v.read, found)))
}

// settleWithin is how long a search waits for what was decided just now to be found.
const settleWithin = 100 * time.Millisecond

// settleIndex puts what was decided just now into the index, as far as that is quickly done.
func (v *visit) settleIndex() error {
	for begun := time.Now(); time.Since(begun) < settleWithin; {
		more, err := v.desk.Index(v.r.Context(), v.who.Merchant)
		if err != nil || !more {
			if err != nil && context.Cause(v.r.Context()) == nil && recourse.KindOf(err) == recourse.Unavailable {
				return nil // what is in the index already can be found all the same
			}
			return err
		}
	}
	return nil
}

// whereIs is the page of what has a number; "" where nothing has.
func (v *visit) whereIs(number string) (path string, err error) {
	number = strings.TrimPrefix(number, "#")
	if number == "" || len(number) > 500 {
		return "", nil
	}
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		refs := []store.Ref{{Kind: "purchase", ID: number}, {Kind: "parcel", ID: number}}
		orders, err := tx.FindOrders(v.who.Merchant, refs)
		if err != nil {
			return err
		}
		candidates := []string{number, orders[refs[0]], orders[refs[1]]}
		if i := strings.LastIndexByte(number, '-'); i > 0 {
			candidates = append(candidates, number[:i])
		}
		for _, order := range candidates {
			if order == "" || path != "" {
				continue
			}
			k := store.Key{Merchant: v.who.Merchant, Order: order}
			files, err := tx.Files([]store.Key{k})
			if err != nil {
				return err
			}
			path = pathIn(files[k], number)
		}
		return nil
	})
	return path, err
}

// pathIn is the page in an order's file that a number means: the case that has it, the only open case, else the order.
func pathIn(f store.File, number string) string {
	if f.Version == 0 {
		return ""
	}
	if f.OrderFile.Case(number) != nil {
		return view.CasePath(number)
	}
	var open []string
	for _, c := range f.OrderFile.Cases {
		if c.Status == recourse.Open {
			open = append(open, c.ID)
		}
	}
	if len(open) == 1 {
		return view.CasePath(open[0])
	}
	return view.OrderPath(f.Order)
}
