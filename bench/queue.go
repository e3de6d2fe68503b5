package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// What is required of the queue.
const (
	queueCases = 1_000_000
	queueLate  = 30 // ms
	// queueCallers is how many people look at the same time: one for each processor. More would measure their waiting for
	// each other.
	queueCallers = 2
)

// queueNow is when the queue is looked at; half of the cases are overdue by then.
var queueNow = lifeBegins.AddDate(0, 3, 0)

// openMolds are orders of scenarios that have an open case at their end.
func openMolds(ctx context.Context) (molds []mold, open int, err error) {
	_, ill, err := newPlots()
	if err != nil {
		return nil, 0, err
	}
	var stories [][]arrival
	for i := range ill {
		stories = append(stories, ill[i].story(number('m', i)))
	}
	all, err := newMolds(ctx, stories)
	if err != nil {
		return nil, 0, err
	}
	for _, m := range all {
		n := 0
		cases := m.of("cases")
		for _, row := range cases.inserted {
			if row[cases.table.column("status")] == "open" {
				n++
			}
		}
		if n > 0 {
			molds, open = append(molds, m), open+n
		}
	}
	return molds, open, nil
}

// story is a plot of an order of that number, at the plot's own instants.
func (p *plot) story(number string) (story []arrival) {
	own := p.events[0].Order
	for i, ev := range p.events {
		for _, name := range []*string{&ev.Order, &ev.Case} {
			*name = strings.Replace(*name, own, number, 1)
		}
		for _, name := range []*string{&ev.Purchase, &ev.Parcel} {
			if *name != "" {
				*name = number + "-" + *name
			}
		}
		ev.Source, ev.ID = "bench", fmt.Sprintf("%s/%d", number, i)
		story = append(story, arrival{desk.Fact{Event: ev, By: "bench"}, p.start.Add(p.after[i])})
	}
	return story
}

// of are the mold's rows of one table.
func (m *mold) of(name string) *written {
	return &m.rows[slices.Index(deskTables, name)]
}

// spreadCases gives the cases of an order other dates, amounts, suppliers and countries, so that each filter and order
// of the queue has to look for what it shows. The order's file keeps the mold's.
func spreadCases(r *rand.Rand) func([]written) {
	countries := []string{"FR", "DE", "US", "GB", "ES", "IT", "NL", "BE", "PL", "SE"}
	return func(rows []written) {
		cases := &rows[slices.Index(deskTables, "cases")]
		opened := queueNow.Add(-time.Duration(r.Int64N(int64(60 * 24 * time.Hour))))
		supplier, country := fmt.Sprintf("supplier-%04d", r.IntN(2000)), countries[r.IntN(len(countries))]
		for _, row := range cases.inserted {
			set := func(column string, v any) { row[cases.table.column(column)] = v }
			set("opened_at", opened.UnixMicro())
			set("supplier", supplier)
			set("country", country)
			set("amount", 500+r.Int64N(50_000))
			if row[cases.table.column("status")] == "open" {
				set("due_at", queueNow.Add(time.Duration(r.Int64N(int64(60*24*time.Hour)))-30*24*time.Hour).UnixMicro())
			}
		}
	}
}

// fillQueue makes a database with so many open cases. What the queue does not look at is left out: history, facts,
// purchases' names and personal fields.
func fillQueue(ctx context.Context, path string, want int) (orders int, err error) {
	if err := withDesk(ctx, path, func() time.Time { return queueNow }); err != nil {
		return 0, err
	}
	molds, open, err := openMolds(ctx)
	if err != nil {
		return 0, err
	}
	for i := range molds {
		for _, name := range []string{"events", "refs", "personal"} {
			molds[i].of(name).inserted = nil
		}
	}
	spread := spreadCases(rand.New(rand.NewPCG(1, 2)))
	orders = (want*len(molds) + open - 1) / open
	return orders, clone(ctx, path, orders, func(i int) (*mold, func([]written)) {
		return &molds[i%len(molds)], func(rows []written) {
			spread(rows)
			rows[slices.Index(deskTables, "history")].inserted = nil // only needed for the order's hash
		}
	})
}

// looks are the addresses that are asked for in turn. Where NEXT stands the cursor of the answer before is put.
var pageLooks = []string{"/", "/?after=NEXT", "/?after=NEXT", "/?waits=merchant", "/?waits=buyer", "/?when=overdue", "/?when=today", "/?when=week", "/?situation=out_of_stock", "/?situation=late_shipment&waits=merchant",
	"/?situation=damaged_item&after=NEXT", "/?supplier=supplier-0042", "/?supplier=supplier-1042&waits=merchant", "/?turn=others", "/?turn=others&after=NEXT", "/?only=approve", "/?only=unread", "/?only=snoozed", "/?who=mine", "/?who=nobody",
	"/?country=SE", "/?country=XX", "/?least=500", "/?least=100&situation=late_shipment", "/queue?when=today"}

// findLooks are words that are looked for: many, few and none have them.
var findLooks = []string{"find refund", "find supplier", "find c00001", "find c0000", "find kite red", "find nobodyatall", "find 屏幕"}

var apiLooks = []string{"?status=open", "?status=open&cursor=NEXT", "?status=open&cursor=NEXT", "?status=open&sort=opened", "?status=open&sort=opened&cursor=NEXT", "?status=open&sort=amount", "?status=open&sort=amount&cursor=NEXT",
	"?status=open&situation=late_shipment", "?status=open&situation=damaged_item&sort=amount", "?status=open&supplier=supplier-0007", "?supplier=supplier-0008&sort=opened", "?status=open&waits=merchant", "?status=open&country=SE",
	"?status=open&country=PL&sort=amount", "?status=open&due_before=2026-05-20T00:00:00Z", "?status=open&due_after=2026-06-20T00:00:00Z&limit=200", "?status=open&amount=200.00+EUR", "?status=open&amount=400.00+EUR&sort=amount",
	"?status=closed", "?status=closed&outcome=refunded", ""}

// runQueue looks at the queue of a shop with a million open cases, as a page and over the API.
func runQueue(o options) ([]line, error) {
	dir, err := freshSQLite()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	path, err := dir.next()
	if err != nil {
		return nil, err
	}
	ctx, n := context.Background(), o.or(queueCases)
	orders, err := fillQueue(ctx, path, n)
	if err != nil {
		return nil, err
	}
	d, err := openDesk(ctx, path, func() time.Time { return queueNow })
	if err != nil {
		return nil, err
	}
	defer closeDesk(d)
	s, err := newSite(ctx, d, shop)
	if err != nil {
		return nil, err
	}
	defer s.close()
	link, err := s.accounts.Issue(ctx, shop, "bench", account.Owner, store.TokenLink, time.Hour)
	if err != nil {
		return nil, err
	}
	session, _, err := s.accounts.Redeem(ctx, link, account.Visit{})
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d cases of %d orders", n, orders)
	page, err := s.look(o, pageLooks, "Cookie: recourse_session="+session+"\r\n", []byte("after="))
	if err != nil {
		return nil, err
	}
	perSecond, err := indexQueue(ctx, d, path)
	if err != nil {
		return nil, err
	}
	find, err := s.look(o, findLooks, "Cookie: recourse_session="+session+"\r\n", []byte("after="))
	if err != nil {
		return nil, err
	}
	api, err := s.look(o, prefixed("/api/v1/cases", apiLooks), "Authorization: Bearer "+s.token+"\r\n", []byte(`"next":"`))
	if err != nil {
		return nil, err
	}
	found := find.line(".find.p99", fmt.Sprintf("%s; %.0f orders/s put into the index", note, perSecond))
	return []line{page.line(".page.p99", note), found, api.line(".api.p99", note)}, nil
}

// indexQueue puts all orders into the index of words, as the program does in the background, and says how many a second.
func indexQueue(ctx context.Context, d *desk.Desk, path string) (perSecond float64, err error) {
	b, err := openBare(path)
	if err != nil {
		return 0, err
	}
	defer b.close()
	done, err := b.db.ExecContext(ctx, `INSERT INTO search_todo (merchant, order_id, version, cases) SELECT merchant, order_id, version, 0 FROM orders`)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	begun := time.Now()
	for more := true; more && err == nil; {
		more, err = d.Index(ctx, "")
	}
	return float64(n) / time.Since(begun).Seconds(), err
}

func prefixed(prefix string, all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = prefix + s
	}
	return out
}

// seen are the times of some addresses.
type seen struct {
	all  []time.Duration
	slow []string // the addresses of which more than one answer in ten was late, the slowest first
}

func (s *seen) line(name, note string) line {
	l := latency(name, percentile(s.all, 99), queueLate)
	l.Note = fmt.Sprintf("%s; %d answers, p50 %.1f ms", note, len(s.all), percentile(s.all, 50))
	if len(s.slow) > 0 {
		l.Note += "; late at p90: " + strings.Join(s.slow[:min(8, len(s.slow))], ", ")
	}
	return l
}

// look asks for the addresses in turn, by a few callers, for as long as three rounds take. Each is asked for once before.
func (s *site) look(o options, looks []string, headers string, next []byte) (*seen, error) {
	var mu sync.Mutex
	took := map[string][]time.Duration{}
	one := func(times int, until time.Time) error {
		w, err := dial(s.address)
		if err != nil {
			return err
		}
		defer w.conn.Close()
		for i, cursor := 0, ""; i < times*len(looks) && time.Now().Before(until); i++ {
			look := looks[i%len(looks)]
			begun := time.Now()
			status, err := s.lookAt(w, strings.Replace(look, "NEXT", cursor, 1), headers)
			if err == nil && status != 200 {
				err = fmt.Errorf("%s: %d: %s", look, status, w.body)
			}
			if err != nil {
				return err
			}
			mu.Lock()
			took[look] = append(took[look], time.Since(begun))
			mu.Unlock()
			cursor = cursorIn(w.body, next)
		}
		return nil
	}
	if err := one(1, time.Now().Add(time.Hour)); err != nil {
		return nil, err
	}
	clear(took)
	var wait sync.WaitGroup
	var errs [queueCallers]error
	until := time.Now().Add(handleRounds * o.atLeast)
	for c := range errs {
		wait.Go(func() { errs[c] = one(1<<30, until) })
	}
	wait.Wait()
	return summed(took), errors.Join(errs[:]...)
}

// lookAt asks for an address, or for words: what is found by none is answered with 404.
func (s *site) lookAt(w *wire, look, headers string) (status int, err error) {
	words, find := strings.CutPrefix(look, "find ")
	if !find {
		return w.ask("GET", look, headers, nil)
	}
	status, err = w.ask("POST", "/find", headers+"Content-Type: application/x-www-form-urlencoded\r\n", []byte("number="+url.QueryEscape(words)))
	if status == 404 {
		status = 200
	}
	return status, err
}

func summed(took map[string][]time.Duration) *seen {
	s := &seen{}
	late := map[string]float64{}
	for look, times := range took {
		slices.Sort(times)
		if p := percentile(times, 90); p > queueLate {
			late[look] = p
		}
		s.all = append(s.all, times...)
	}
	slices.Sort(s.all)
	for _, look := range slices.SortedFunc(maps.Keys(late), func(a, b string) int { return cmp.Compare(late[b], late[a]) }) {
		s.slow = append(s.slow, fmt.Sprintf("%s %.0f ms", look, late[look]))
	}
	return s
}

// cursorIn finds the cursor of the next page in an answer, as a text for an address.
func cursorIn(body, mark []byte) string {
	_, rest, _ := bytes.Cut(body, mark)
	if end := bytes.IndexAny(rest, `"&`); end >= 0 {
		text, err := url.QueryUnescape(string(rest[:end]))
		if err == nil {
			return url.QueryEscape(text)
		}
	}
	return ""
}
