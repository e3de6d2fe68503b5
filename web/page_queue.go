package web

import (
	"net/http"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// queueRoutes are the pages of the queue.
var queueRoutes = []pageRoute{
	{pattern: "GET /{$}", access: access{page, account.Read}, serve: (*site).queue},
	{pattern: "POST /find", access: access{page, account.Read}, serve: (*site).find},
}

// pageRows is how many cases a page of the queue shows: a morning's work, and read in one look at the database.
const pageRows = 50

// queue shows the open cases.
func (v *visit) queue() error {
	f := view.FilterOf(v.r.URL.Query())
	found, err := v.lookFor(f)
	if err != nil {
		return err
	}
	p := v.page(v.read.T("queue"))
	return v.show(http.StatusOK, view.QueuePage(p, view.NewQueue(v.read, f, found)))
}

func (s *site) queue(v *visit) error { return v.queue() }

// lookFor reads a page of the queue in one transaction: the rows, their files, the acts that wait, and the counts.
func (v *visit) lookFor(f view.Filter) (*view.Found, error) {
	found := &view.Found{}
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		v.decider(d)
		cf, err := f.Cases(v.read, pageRows)
		if err != nil {
			return err
		}
		if found.Cases, found.Next, err = tx.Cases(v.who.Merchant, cf); err != nil {
			return err
		}
		if err := v.lookInto(tx, found); err != nil {
			return err
		}
		return v.count(tx, f, found)
	})
	return found, err
}

// lookInto reads the files of the rows, which say what was bought and what is asked, and the refunds among their acts.
func (v *visit) lookInto(tx *store.Tx, found *view.Found) (err error) {
	seen := map[store.Key]bool{}
	var keys []store.Key
	for i := range found.Cases {
		if k := (store.Key{Merchant: v.who.Merchant, Order: found.Cases[i].Order}); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	if found.Files, err = tx.Files(keys); err != nil {
		return err
	}
	if found.Approvals, err = tx.Effects(v.who.Merchant, view.RefundIDs(found.Files)); err != nil {
		return err
	}
	if len(keys) == 0 {
		some, err := tx.Keys(v.who.Merchant, "", 1)
		found.Orders = len(some) > 0
		return err
	}
	found.Orders = true
	return nil
}

// count counts what the filters would show, each by itself and never further than anybody reads: whatever else is
// filtered, the numbers beside the links say how much there is in all.
func (v *visit) count(tx *store.Tx, f view.Filter, found *view.Found) error {
	found.Whens, found.Waits, found.Situation = map[view.When]int{}, map[recourse.Party]int{}, map[recourse.Situation]int{}
	situations, err := tx.Situations(v.who.Merchant)
	if err != nil {
		return err
	}
	most := view.CountLimit
	n := func(f store.CaseFilter) int {
		f.Status = recourse.Open
		many := 0
		if err == nil {
			many, err = tx.CountCases(v.who.Merchant, f, most+1)
		}
		return many
	}
	if found.Most = most; n(store.CaseFilter{}) > most {
		most = view.CountLess
		found.Most = most
	}
	for _, w := range view.Whens {
		from, before := v.read.Span(w)
		found.Whens[w] = n(store.CaseFilter{DueAfter: from, DueBefore: before})
	}
	for _, p := range []recourse.Party{recourse.PartyMerchant, recourse.PartyBuyer} {
		found.Waits[p] = n(store.CaseFilter{Waits: p})
	}
	for _, s := range situations {
		found.Situation[s] = n(store.CaseFilter{Situation: s})
	}
	return err
}

// find goes to the order or the case of a number: its own, or that of a purchase or a parcel. The number comes in the
// body, since people also look for what no address may hold.
func (s *site) find(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	number := strings.TrimSpace(v.r.PostFormValue("number"))
	path, err := v.whereIs(number)
	if err != nil {
		return err
	}
	if path == "" {
		title := v.read.T("found_none", "number", recourse.Shorten(number, 60))
		return v.show(http.StatusNotFound, view.Fault(v.page(title), title, v.read.T("found_none_say")))
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
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
