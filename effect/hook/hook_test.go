package hook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/effect/hook"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
	"recourse/vault"
)

const shop = "shop"

var march = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// databases runs a test on both databases.
func databases(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "recourse.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.New(t)) })
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a desk with a merchant, and a service that tells what happens there.
type bench struct {
	*testing.T
	*hook.Service
	desk  *desk.Desk
	clock *clock
	ring  *vault.Ring
}

func opened(t *testing.T, address string) *bench {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: &clock{at: march}}
	b.desk = desk.New(s, b.clock.now)
	t.Cleanup(func() { b.desk.Close(); s.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.desk.Put(t.Context(), shop, "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	if b.ring, err = vault.Parse(vault.NewKey()); err != nil {
		t.Fatal(err)
	}
	b.Service = b.node(hook.Options{})
	return b
}

// node is another service on the same database.
func (b *bench) node(o hook.Options) *hook.Service {
	o.Store, o.Ring, o.Clock, o.Loopback = b.desk.Store(), b.ring, b.clock.now, true
	return hook.New(o)
}

// deliver lets everything be delivered that is due now.
func (b *bench) deliver(nodes ...*hook.Service) {
	b.Helper()
	if nodes == nil {
		nodes = []*hook.Service{b.Service}
	}
	for _, s := range nodes {
		if err := s.Round(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for _, s := range nodes {
		s.Wait()
	}
}

// settle delivers until nothing more comes.
func (b *bench) settle(r *receiver) {
	b.Helper()
	for last := -1; last != len(r.heard()); {
		last = len(r.heard())
		b.deliver()
	}
}

func (b *bench) add(w hook.Wanted) (hook.Webhook, string) {
	b.Helper()
	made, secret, err := b.Add(b.Context(), shop, w, "Ann")
	if err != nil {
		b.Fatal(err)
	}
	return made, secret
}

func (b *bench) webhook(id string) hook.Webhook {
	b.Helper()
	w, err := b.Webhook(b.Context(), shop, id)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

func (b *bench) deliveries(id string) []hook.Delivery {
	b.Helper()
	all, _, err := b.Deliveries(b.Context(), shop, id, "", store.Cursor{}, 1000)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// tell tells the desk that an order's purchase is out of stock: a case opens, a refund is asked for.
func (b *bench) tell(order string) {
	b.Helper()
	line := recourse.Line{Line: 1, SKU: "S", Title: "Lamp", Quantity: 1, Price: recourse.Money{Minor: 2990, Currency: "EUR"}}
	results, err := b.desk.Handle(b.Context(), shop, []desk.Fact{
		{Event: recourse.Event{Source: "t", ID: order + "-1", Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Channel: "main", Ref: "gid-" + order, Items: []recourse.Line{line}, Paid: line.Price,
			Buyer: &recourse.Buyer{Name: "Anne Durand", Email: "anne@example.com", Locale: "fr"}, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue du Lac", Postcode: "69001", Name: "Anne Durand"}}}},
		{Event: recourse.Event{Source: "t", ID: order + "-2", Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "P" + order, Supplier: "灯具店", Cost: recourse.Money{Minor: 8000, Currency: "CNY"}, Lines: []recourse.Pieces{{Line: 1}}}}},
		{Event: recourse.Event{Source: "t", ID: order + "-3", Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Purchase: "P" + order, Reason: "sold out, says Mr Zhang"}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			b.Fatal(r.Err)
		}
	}
}

// put puts notices of an order to be handed out, so many.
func (b *bench) put(order string, from, to int) {
	b.Helper()
	if err := b.desk.Store().Write(b.Context(), func(tx *store.Tx) error {
		var all []store.Notice
		for i := from; i < to; i++ {
			all = append(all, store.Notice{Merchant: shop, Order: order, Place: store.NoticePlace(int64(i), 0), ID: "msg_" + order + "_" + number(i), Type: recourse.NoticeCaseMoved, At: march.Add(time.Duration(i) * time.Second),
				Data: []byte(`{"order":"` + order + `","version":` + number(i) + `}`)})
		}
		return tx.PutNotices(all...)
	}); err != nil {
		b.Fatal(err)
	}
}

func number(i int) string {
	return string([]byte{byte('1' + i/1000%9), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})
}

// request is what a receiver heard.
type request struct {
	id   string
	head http.Header
	body string
}

// receiver is a webhook's other end.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	all    []request
	answer func(n int, r *http.Request, w http.ResponseWriter) // n: from 1; nil: 204
}

func newReceiver(t *testing.T, answer func(n int, r *http.Request, w http.ResponseWriter)) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (v *receiver) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	v.all = append(v.all, request{r.Header.Get("webhook-id"), r.Header.Clone(), string(body)})
	n, answer := len(v.all), v.answer
	v.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(n, r, w)
}

func (v *receiver) heard() []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.all)
}

func (v *receiver) ids() (out []string) {
	for _, r := range v.heard() {
		out = append(out, r.id)
	}
	return out
}

func (v *receiver) become(answer func(n int, r *http.Request, w http.ResponseWriter)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answer = answer
}

func status(code int) func(int, *http.Request, http.ResponseWriter) {
	return func(_ int, _ *http.Request, w http.ResponseWriter) { w.WriteHeader(code) }
}

// verified checks a request by the library of the specification; it looks at the signature and not at the clock.
func verified(t *testing.T, secret string, r request) {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.VerifyIgnoringTimestamp([]byte(r.body), r.head); err != nil {
		t.Errorf("%s: %v", r.id, err)
	}
}

// TestTold lets a case open and looks at all that a webhook hears of it: signed, in order, once, with nobody's name.
func TestTold(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		b.tell("1000") // nobody is told yet, and nothing is written
		r := newReceiver(t, nil)
		w, secret := b.add(hook.Wanted{URL: r.URL + "/hooks?a=b", Name: "Warehouse"})
		b.tell("1001")
		b.settle(r)
		heard := r.heard()
		var kinds []string
		for _, h := range heard {
			verified(t, secret, h)
			for _, who := range []string{"Anne", "anne@", "rue du Lac", "Zhang", "␟", "69001"} {
				if strings.Contains(h.body, who) {
					t.Errorf("%s tells %s: %s", h.id, who, h.body)
				}
			}
			if h.head.Get("Content-Type") != "application/json" || !strings.Contains(h.body, `"order":"1001"`) || len(h.body) > 20_000 {
				t.Errorf("%v %s", h.head, h.body)
			}
			kinds = append(kinds, h.body[9:strings.Index(h.body, `",`)])
		}
		for _, k := range []recourse.NoticeType{recourse.NoticeCaseOpened, recourse.NoticeRecoveryRequested, recourse.NoticeEffectDecided} {
			if !slices.Contains(kinds, string(k)) {
				t.Errorf("%s was not told: %v", k, kinds)
			}
		}
		if kinds[0] != string(recourse.NoticeCaseOpened) {
			t.Errorf("%s came first", kinds[0])
		}
		if ids := r.ids(); len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
			t.Errorf("something came twice: %v", ids)
		}
		if is := b.webhook(w.ID); is.Waiting != 0 || is.Failed != 0 || is.Failure != "" || !is.SucceededAt.Equal(march) {
			t.Errorf("%+v", is)
		}
	})
}

// TestPersonal: who was set to be told is told who the buyer is, until the buyer is erased; and so is what was answered.
func TestPersonal(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		b := opened(t, address)
		r := newReceiver(t, func(_ int, _ *http.Request, w http.ResponseWriter) {
			w.Write([]byte("thanks, Anne Durand <anne@example.com>, call +33 4 12 34 56 78, key whsec_abcdef=="))
		})
		w, _ := b.add(hook.Wanted{URL: r.URL, Personal: true, Events: []string{"case.opened"}})
		b.tell("1001")
		b.settle(r)
		if heard := r.heard(); len(heard) != 1 || !strings.Contains(heard[0].body, "Anne Durand") || !strings.Contains(heard[0].body, "1 rue du Lac") || strings.Contains(heard[0].body, "␟") {
			t.Fatalf("%+v", heard)
		}
		d := b.deliveries(w.ID)[0]
		if !strings.Contains(d.Answer, "thanks") || strings.Contains(d.Answer, "Anne") || strings.Contains(d.Answer, "@") || strings.Contains(d.Answer, "34 56") || strings.Contains(d.Answer, "abcdef") {
			t.Errorf("kept of the answer: %q", d.Answer)
		}
		if _, err := b.desk.Erase(t.Context(), shop, "1001", "Ann"); err != nil {
			t.Fatal(err)
		}
		if err := b.Replay(t.Context(), shop, w.ID, d.ID, "Ann"); err != nil {
			t.Fatal(err)
		}
		if d := b.deliveries(w.ID)[0]; d.Answer != "" {
			t.Errorf("kept after the buyer was erased: %q", d.Answer)
		}
		b.deliver()
		heard := r.heard()
		if last := heard[len(heard)-1]; len(heard) != 2 || last.id != d.ID || strings.Contains(last.body, "Anne") || strings.Contains(last.body, "Lac") {
			t.Errorf("%+v", last)
		}
	})
}

// TestFilter: types and families, and nothing else.
func TestFilter(t *testing.T) {
	b := opened(t, filepath.Join(t.TempDir(), "recourse.db"))
	r := newReceiver(t, nil)
	b.add(hook.Wanted{URL: r.URL, Events: []string{"recovery.*", "case.opened", "case.opened"}})
	b.tell("1001")
	b.settle(r)
	for _, h := range r.heard() {
		if !strings.HasPrefix(h.body, `{"type":"recovery.`) && !strings.HasPrefix(h.body, `{"type":"case.opened"`) {
			t.Errorf("%s", h.body)
		}
	}
	if len(r.heard()) < 2 {
		t.Errorf("%d were heard", len(r.heard()))
	}
	for code, w := range map[string]hook.Wanted{
		"webhook_event": {URL: r.URL, Events: []string{"case.open"}}, "webhook_name": {URL: r.URL, Name: strings.Repeat("x", 101)}, "webhook_signature": {URL: r.URL, Signature: "v2"},
		"url_scheme": {URL: "http://example.org"}, "url_malformed": {URL: "x"}, "url_password": {URL: "https://a:b@example.org"}, "address_private": {URL: "https://10.1.2.3/"},
	} {
		if _, _, err := b.Add(t.Context(), shop, w, "Ann"); recourse.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := b.Webhook(t.Context(), "other", "x"); recourse.CodeOf(err) != "webhook_unknown" {
		t.Errorf("%v", err)
	}
}
