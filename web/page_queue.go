package web

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// queueRoutes are the pages of the queue.
var queueRoutes = slices.Concat(bulkRoutes, viewRoutes, liveRoutes, []pageRoute{
	{pattern: "GET /{$}", access: access{page, account.Read}, serve: (*site).queue},
	{pattern: "GET /queue", access: access{page, account.Read}, serve: (*site).queuePart},
	{pattern: "POST /find", access: access{page, account.Read}, serve: (*site).find},
})

// pageRows is how many cases a page of the queue shows: a morning's work, and read in one look at the database.
const pageRows = 50

// queue shows the open cases.
func (s *site) queue(v *visit) error {
	q, err := v.lookFor(view.FilterOf(v.r.URL.Query()))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.QueuePage(v.page(v.read.T("queue")), q))
}

// queuePart shows what changes of the queue, for a page that is open already.
func (s *site) queuePart(v *visit) error {
	q, err := v.lookFor(view.FilterOf(v.r.URL.Query()))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.QueuePart(v.page(v.read.T("queue")), q))
}

// lookFor reads a page of the queue in one transaction: the rows, their files, and the counts.
func (v *visit) lookFor(f view.Filter) (q view.Queue, err error) {
	found := &view.Found{}
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		v.decider(d)
		if found.Facets, err = v.facetsOf(tx); err != nil {
			return err
		}
		people, err := tx.People(v.who.Merchant)
		if err != nil {
			return err
		}
		found.Asked = view.Asked{Me: v.who.Name, People: v.people(people, found.Facets), Team: v.team(people), Currency: found.Facets.Currency}
		if err := v.list(tx, f, found); err != nil {
			return err
		}
		if err := v.lookInto(tx, found); err != nil {
			return err
		}
		return v.count(tx, f, found)
	})
	if err != nil {
		return q, err
	}
	q = view.NewQueue(v.read, f, found, v.rights())
	q.Chores, err = v.chores()
	return q, err
}

// list reads the rows: what the shop's people have to do, and behind the last of it what waits for others.
func (v *visit) list(tx *store.Tx, f view.Filter, found *view.Found) error {
	parts := f.Cases(v.read, found.Asked)
	at, after, err := f.Place(len(parts))
	if err != nil {
		return err
	}
	for ; at < len(parts) && len(found.Cases) < pageRows; at++ {
		c := parts[at]
		c.After, c.Limit, after = after, pageRows-len(found.Cases), store.Cursor{}
		rows, next, err := tx.Cases(v.who.Merchant, c)
		if err != nil {
			return err
		}
		found.Cases = append(found.Cases, rows...)
		switch {
		case next.ID != "":
			found.Next = view.Behind(at, next)
		case len(found.Cases) == pageRows && at+1 < len(parts):
			found.Next = "~" // the next part from its beginning
		}
	}
	return nil
}

// people are those whose cases can be looked for: all who work for the merchant or did, who looks, and who looks after a
// case already.
func (v *visit) people(all []store.Person, f store.Facets) []string {
	names := append([]string{v.who.Name}, f.Assignees...)
	for i := range all {
		if account.Role(all[i].Role) != account.Supplier {
			names = append(names, all[i].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// lookInto reads the files of the rows, which say what was bought and what is asked.
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
func (v *visit) count(tx *store.Tx, f view.Filter, found *view.Found) (err error) {
	m := v.who.Merchant
	if found.All, err = tx.Situations(m); err != nil {
		return err
	}
	if found.Views, err = tx.QueueViews(m, v.who.Name); err != nil {
		return err
	}
	if found.Burning, err = tx.Burning(m, v.read.Now.Add(time.Microsecond), view.CountLess+1); err != nil {
		return err
	}
	all, err := tx.CountCases(m, store.CaseFilter{Status: recourse.Open}, view.CountLimit+1)
	if err != nil {
		return err
	}
	if found.Most = view.CountLimit; all > view.CountLimit {
		found.Most = view.CountLess
	}
	found.Counts = map[string]int{}
	for _, c := range view.Counted(f, found) {
		if found.Counts[c.Query()], err = v.countOne(tx, c, found); err != nil {
			return err
		}
	}
	return nil
}

// countOne counts the cases of a filter. Both parts of the list are counted at once where they can be: those that are open,
// then the few that are closed and have something to do.
func (v *visit) countOne(tx *store.Tx, f view.Filter, found *view.Found) (n int, err error) {
	parts := f.Cases(v.read, found.Asked)
	if len(parts) == 2 {
		parts[1].Turn = "" // whose turn it is, while it is open
		parts[0].Status = recourse.Closed
	}
	for _, c := range parts {
		if n > found.Most {
			break
		}
		more, err := tx.CountCases(v.who.Merchant, c, found.Most+1)
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

// facetShelf keeps for a few seconds what is filtered by: it changes slowly, and reading it costs more than the page.
type facetShelf struct {
	mu  sync.Mutex
	all map[string]shelved
}

type shelved struct {
	facets store.Facets
	at     time.Time
}

const (
	// facetsOf is from how many cases the values are taken, those that are due first.
	facetsOf = 400
	// facetsFor is how long they are kept.
	facetsFor = 15 * time.Second
	// mostShelved is of how many merchants.
	mostShelved = 1000
)

func (v *visit) facetsOf(tx *store.Tx) (store.Facets, error) {
	s := &v.facets
	s.mu.Lock()
	known, ok := s.all[v.who.Merchant]
	s.mu.Unlock()
	if ok && time.Since(known.at) < facetsFor && len(known.facets.Countries) > 0 {
		return known.facets, nil
	}
	f, err := tx.Facets(v.who.Merchant, facetsOf)
	if err != nil {
		return f, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil || len(s.all) >= mostShelved {
		s.all = map[string]shelved{}
	}
	s.all[v.who.Merchant] = shelved{f, time.Now()}
	return f, nil
}
