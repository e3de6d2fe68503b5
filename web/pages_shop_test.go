package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/calendar"
	"recourse/desk"
	"recourse/effect/hook"
	"recourse/evidence"
	"recourse/hub"
	"recourse/playbook"
	"recourse/sample"
	"recourse/store"
	"recourse/web"
)

// pageNow is the Monday morning on which the tests look at the pages.
var pageNow = time.Date(2026, 3, 16, 8, 30, 0, 0, time.UTC)

const pageShop = "lune"

// house is a desk behind a server, for people to come in. Time stands still but where a test moves it.
type house struct {
	t        testing.TB
	desk     *desk.Desk
	accounts *account.Accounts
	evidence *evidence.Room
	hub      *hub.Hub
	hooks    *hook.Service
	url      string
	at       atomic.Int64
}

func (h *house) now() time.Time { return time.UnixMicro(h.at.Load()).UTC() }

// openHouse opens an empty shop in France.
func openHouse(t testing.TB) *house {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "pages.db"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t}
	h.at.Store(pageNow.UnixMicro())
	h.desk, h.accounts = desk.New(s, h.now), account.New(s, h.now)
	t.Cleanup(func() { h.desk.Close(); s.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(map[string]string{"merchant.country": "FR"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.desk.Put(t.Context(), pageShop, sample.ShopName, policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	h.evidence = openEvidence(t)
	h.hub = hub.New(hub.Options{Desk: h.desk, Vault: ring(t)})
	h.hooks = hooksFor(t, s, h.now)
	server, err := web.New(web.Options{Desk: h.desk, Accounts: h.accounts, Clock: h.now, Evidence: h.evidence, Hub: h.hub, Hooks: h.hooks})
	if err != nil {
		t.Fatal(err)
	}
	h.listen(server.Handler())
	return h
}

// listen gives the house an address. When the test is over, whoever still looks at a page is sent away first: a browser keeps
// the stream of what changes open, and a server that waits for its end would wait for good.
func (h *house) listen(handler http.Handler) {
	listening := httptest.NewServer(handler)
	h.t.Cleanup(func() { listening.CloseClientConnections(); listening.Close() })
	h.url = listening.URL
}

// live tells the sample shop's facts, each at its own instant, and lets deadlines act in between. Half a day before the
// look it stops, as if the program had been off over night: what came due since is still to act.
func (h *house) live() {
	h.t.Helper()
	for _, ev := range sample.Shop(pageNow) {
		h.pass(ev.Time)
		by := ev.Source
		if by == "desk" {
			by = "Inès Marchand"
		}
		if _, err := h.desk.Tell(h.t.Context(), pageShop, desk.Fact{Event: ev, By: by}); err != nil {
			h.t.Fatalf("%s of %s: %v", ev.Type, ev.Order, err)
		}
	}
	h.at.Store(pageNow.UnixMicro())
}

func (h *house) pass(to time.Time) {
	h.t.Helper()
	shards := make([]int, store.Shards)
	for i := range shards {
		shards[i] = i
	}
	for to.Before(pageNow.Add(-12 * time.Hour)) {
		var next time.Time
		if err := h.desk.Store().Read(h.t.Context(), func(tx *store.Tx) (err error) { next, err = tx.NextDue(); return err }); err != nil {
			h.t.Fatal(err)
		}
		if next.IsZero() || next.After(to) {
			break
		}
		h.at.Store(next.UnixMicro())
		if _, err := h.desk.Drain(h.t.Context(), shards); err != nil {
			h.t.Fatal(err)
		}
	}
	h.at.Store(to.UnixMicro())
}

// tell tells one fact.
func (h *house) tell(of recourse.EventType, data string) {
	h.t.Helper()
	d, err := recourse.DecodeData(of, []byte(data))
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.desk.Tell(h.t.Context(), pageShop, desk.Fact{By: "test", Event: recourse.Event{Source: "test", Type: of, Data: d}}); err != nil {
		h.t.Fatal(err)
	}
}

// link is an address that signs somebody in once.
func (h *house) link(name string, role account.Role) string {
	h.t.Helper()
	secret, err := h.accounts.Issue(h.t.Context(), pageShop, name, role, store.TokenLink, time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.url + "/signin/" + url.PathEscape(secret)
}

// person is somebody with a browser that has no scripts.
type person struct {
	*house
	client *http.Client
	lang   string
}

func (h *house) enter(name string, role account.Role) *person {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &person{house: h, client: &http.Client{Jar: jar}, lang: "en"}
	if status, body := p.get(strings.TrimPrefix(h.link(name, role), h.url)); status != http.StatusOK {
		h.t.Fatalf("%s could not sign in: %d %s", name, status, body)
	}
	return p
}

func (p *person) get(path string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.send(r)
}

func (p *person) post(path string, form url.Values) (int, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.send(r)
}

func (p *person) send(r *http.Request) (int, string) {
	p.t.Helper()
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", p.lang)
	resp, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// open is a case that is open, by its situation.
func (h *house) open(situation recourse.Situation) string {
	h.t.Helper()
	var found []store.Case
	err := h.desk.Store().Read(h.t.Context(), func(tx *store.Tx) (err error) {
		found, _, err = tx.Cases(pageShop, store.CaseFilter{Situation: situation, Status: recourse.Open, Limit: 1})
		return err
	})
	if err != nil || len(found) == 0 {
		h.t.Fatalf("no case of %s is open: %v", situation, err)
	}
	return found[0].ID
}

// newest is the case that was opened last among the open ones of a situation.
func (h *house) newest(situation recourse.Situation) string {
	h.t.Helper()
	var found []store.Case
	err := h.desk.Store().Read(h.t.Context(), func(tx *store.Tx) (err error) {
		found, _, err = tx.Cases(pageShop, store.CaseFilter{Situation: situation, Status: recourse.Open, Sort: store.ByOpened, Limit: 1})
		return err
	})
	if err != nil || len(found) == 0 {
		h.t.Fatalf("no case of %s is open: %v", situation, err)
	}
	return found[0].ID
}
