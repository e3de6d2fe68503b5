package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/account"
	"recourse/calendar"
	"recourse/desk"
	"recourse/hub"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
	"recourse/vault"
	"recourse/web"
)

// start is when the tests' world begins.
var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// shop is a server on a fresh database, with one merchant and a token for each role.
type shop struct {
	t      testing.TB
	desk   *desk.Desk
	store  *store.Store
	server *web.Server
	http   *httptest.Server
	tokens map[account.Role]string
	mu     sync.Mutex
	at     time.Time
}

func (s *shop) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// ring is a fresh key to what is sealed.
func ring(t testing.TB) *vault.Ring {
	t.Helper()
	r, err := vault.Parse(vault.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wait moves the clock on and lets what is due act.
func (s *shop) wait(d time.Duration) {
	s.t.Helper()
	s.mu.Lock()
	s.at = s.at.Add(d)
	s.mu.Unlock()
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	for {
		n, err := s.desk.Drain(context.Background(), all)
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// patient is a server that gives up on nothing: tests run on machines that do much else.
var patient = web.Options{Deadline: 5 * time.Minute, BodyTime: time.Minute}

// databases runs a test on both databases.
func databases(t *testing.T, test func(*shop)) {
	t.Run("sqlite", func(t *testing.T) { test(open(t, filepath.Join(t.TempDir(), "web.db"), patient)) })
	t.Run("postgres", func(t *testing.T) { test(open(t, pgtest.New(t), patient)) })
}

func open(t testing.TB, address string, o web.Options) *shop {
	t.Helper()
	st, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, store: st, at: start, tokens: map[account.Role]string{}}
	s.desk = desk.New(st, s.now)
	t.Cleanup(func() { s.desk.Close(); st.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Desk, o.Accounts = s.desk, account.New(st, s.now)
	o.Hub = hub.New(hub.Options{Desk: s.desk, Vault: ring(t)})
	o.Hooks = hooksFor(t, st, s.now)
	for _, id := range []string{"shop", "other"} {
		if err := s.desk.Put(t.Context(), id, "A shop", policy, calendar.Default(), "test"); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range account.Roles {
		if s.tokens[r], err = o.Accounts.Issue(t.Context(), "shop", string(r)+"-token", r, store.TokenAPI, 0); err != nil {
			t.Fatal(err)
		}
	}
	if s.tokens["other"], err = o.Accounts.Issue(t.Context(), "other", "other", account.Owner, store.TokenAPI, 0); err != nil {
		t.Fatal(err)
	}
	if s.server, err = web.New(o); err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(s.server.Handler())
	t.Cleanup(s.http.Close)
	return s
}

// got is an answer.
type got struct {
	*http.Response
	body string
	json any
}

// at is what stands at a path of the answer's JSON: "cases.0.case".
func (g got) at(path string) any {
	v := g.json
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i := 0
			for _, c := range part {
				i = i*10 + int(c-'0')
			}
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (g got) text(path string) string { s, _ := g.at(path).(string); return s }

// ask sends a request as the owner, unless another Authorization is among the headers ("": none).
func (s *shop) ask(method, path, body string, headers ...string) got {
	s.t.Helper()
	r, err := http.NewRequest(method, s.http.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.tokens[account.Owner])
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return got{Response: resp} // it has no end
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	g := got{Response: resp, body: string(data)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err := d.Decode(&g.json); err != nil {
			s.t.Errorf("%s %s: no JSON: %v: %s", method, path, err, data)
		}
		conforms(s.t, method, path, resp, data)
	}
	return g
}

func (s *shop) as(r account.Role) string { return "Bearer " + s.tokens[r] }

// event is a CloudEvent.
func event(id, kind, data string) string {
	return `{"specversion":"1.0","id":"` + id + `","source":"test","type":"` + kind + `","data":` + data + `}`
}

const order1001 = `{"order":"1001","channel":"shopify","buyer":{"name":"Ada Lovelace","email":"ada@example.org","locale":"fr"},"ship_to":{"country":"FR","city":"Paris","postcode":"75001","street":"1 rue de Rivoli","name":"Ada Lovelace"},` +
	`"lines":[{"line":1,"sku":"LAMP","title":"Lamp","quantity":2,"price":"29.90 EUR"}],"paid":"59.80 EUR"}`

// tell tells an event that has to be taken.
func (s *shop) tell(id, kind, data string) got {
	s.t.Helper()
	g := s.ask("POST", "/api/v1/events", event(id, kind, data))
	if g.StatusCode != 200 || g.text("status") != "taken" {
		s.t.Fatalf("%s is not taken: %d %s", kind, g.StatusCode, g.body)
	}
	return g
}

// outOfStock makes a case with a refund that waits for approval, and gives the refund's effect.
func (s *shop) outOfStock() (effect string) {
	s.t.Helper()
	s.tell("e1", "order.placed", order1001)
	s.tell("e2", "purchase.placed", `{"order":"1001","purchase":"T1","supplier":"Lamps","lines":[1],"cost":"80.00 CNY","ship_by":"2026-03-05T00:00:00Z"}`)
	g := s.tell("e3", "purchase.out_of_stock", `{"purchase":"T1"}`)
	for i := range 10 {
		if g.text("effects."+string(rune('0'+i))+".kind") == "refund" {
			return g.text("effects." + string(rune('0'+i)) + ".effect")
		}
	}
	s.t.Fatalf("no refund was decided: %s", g.body)
	return ""
}

// scenario is one request with what has to come of it, in the manner of PocketBase's.
type scenario struct {
	name         string
	method, path string
	body         string
	headers      []string
	status       int
	contains     []string
	excludes     []string
	header       [2]string
}

func (c scenario) run(s *shop) {
	s.t.Helper()
	g := s.ask(c.method, c.path, c.body, c.headers...)
	if g.StatusCode != c.status {
		s.t.Errorf("%s: %s %s: %d, %d is wanted: %.600s", c.name, c.method, c.path, g.StatusCode, c.status, g.body)
	}
	for _, want := range c.contains {
		if !strings.Contains(g.body, want) {
			s.t.Errorf("%s: %s %s: %q is not in the answer: %.600s", c.name, c.method, c.path, want, g.body)
		}
	}
	for _, not := range c.excludes {
		if strings.Contains(g.body, not) {
			s.t.Errorf("%s: %s %s: %q is in the answer: %.600s", c.name, c.method, c.path, not, g.body)
		}
	}
	if c.header[0] != "" && g.Header.Get(c.header[0]) != c.header[1] {
		s.t.Errorf("%s: %s %s: %s is %q, %q is wanted", c.name, c.method, c.path, c.header[0], g.Header.Get(c.header[0]), c.header[1])
	}
	if c.status >= 400 {
		isProblem(s.t, c.name, g)
	}
	for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
		if g.Header.Get(h) == "" {
			s.t.Errorf("%s: the answer has no %s", c.name, h)
		}
	}
}

func isProblem(t testing.TB, name string, g got) {
	t.Helper()
	if ct := g.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("%s: an error is answered as %s: %.300s", name, ct, g.body)
		return
	}
	for _, member := range []string{"type", "title", "code"} {
		if g.text(member) == "" {
			t.Errorf("%s: the problem has no %s: %s", name, member, g.body)
		}
	}
	if n, _ := g.at("status").(json.Number); n.String() != strings.Fields(g.Status)[0] {
		t.Errorf("%s: the problem's status is %v, the answer's %s", name, g.at("status"), g.Status)
	}
}
