package paypal_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/effect/paypal"
	"recourse/peer"
)

const key = "0a1b2c3d-1111-5222-8333-444455556666"

var start = time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)

func eur(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }

type account struct {
	*peer.PayPal
	faulty *peer.Faulty
	sender *paypal.Sender
	c      *recourse.Connection
	now    time.Time
}

func open(t testing.TB, timeout time.Duration) *account {
	t.Helper()
	a := &account{PayPal: peer.NewPayPal("client", "secret"), now: start}
	a.Now = func() time.Time { return a.now }
	a.Pay("CAP1", eur(5988))
	a.faulty = &peer.Faulty{Handler: a.PayPal}
	server := httptest.NewUnstartedServer(a.faulty)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	a.c = &recourse.Connection{Merchant: "m", ID: "paypal", Settings: map[string]string{"url": server.URL, "client": "client"}, Secrets: map[string]string{"secret": "secret"}}
	a.sender = paypal.New(a.c, call.New(call.Options{Timeout: timeout}))
	return a
}

func task() *effect.Task {
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001", Payment: &recourse.Payment{Provider: "paypal", ID: "CAP1"}}}
	return &effect.Task{Effect: recourse.Effect{ID: "1001-1/3", Case: "1001-1", Kind: recourse.EffectRefund, Amount: eur(1588)}, Key: key, Shop: "A shop", File: file, Attempt: 1, FirstAt: start, AskedAt: start, Now: start}
}

func TestRefund(t *testing.T) {
	a := open(t, time.Second)
	o := a.sender.Send(t.Context(), task())
	if o.Result != effect.Done || o.Ref == "" || o.Amount != eur(1588) {
		t.Fatalf("%+v", o)
	}
	found := a.sender.Find(t.Context(), task())
	x := task()
	x.Refs = []string{"", o.Ref}
	byID, again := a.sender.Find(t.Context(), x), a.sender.Send(t.Context(), task())
	for _, other := range []effect.Outcome{found, byID, again} {
		if other.Result != effect.Done || other.Ref != o.Ref {
			t.Errorf("%+v", other)
		}
	}
	if left := a.Left("1001-1/3"); len(left) != 1 || a.Tokens != 1 {
		t.Errorf("left %v, %d tokens", left, a.Tokens)
	}
}

// TestOfAnother: another refund of the same payment is not this one.
func TestOfAnother(t *testing.T) {
	a, x := open(t, time.Second), task()
	a.sender.Send(t.Context(), task())
	x.ID, x.Key = "1001-1/4", "ffffffff-1111-5222-8333-444455556666"
	if o := a.sender.Find(t.Context(), x); o.Result != effect.Later {
		t.Errorf("%+v", o)
	}
}

func TestTokenEnds(t *testing.T) {
	a := open(t, time.Second)
	a.sender.Find(t.Context(), task())
	a.Forget()
	if o := a.sender.Send(t.Context(), task()); o.Result != effect.Done || a.Tokens != 2 {
		t.Errorf("%+v, %d tokens", o, a.Tokens)
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[string]effect.Result{"COMPLETED": effect.Done, "PENDING": effect.Taken, "FAILED": effect.Refused, "CANCELLED": effect.Refused, "ODD": effect.Unknown} {
		a := open(t, time.Second)
		a.Status = func() string { return status }
		if o := a.sender.Send(t.Context(), task()); o.Result != want {
			t.Errorf("%s: %+v", status, o)
		}
	}
	a := open(t, time.Second)
	a.Status = func() string { return "PENDING" }
	x := task()
	x.Refs = []string{a.sender.Send(t.Context(), x).Ref}
	for status, want := range map[string]effect.Result{"COMPLETED": effect.Done, "FAILED": effect.Refused} {
		a.Move(x.Refs[0], status)
		if o := a.sender.Find(t.Context(), x); o.Result != want {
			t.Errorf("%s: %+v", status, o)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*account, *effect.Task)
		result effect.Result
		code   string
	}{
		"more than was paid":    {func(_ *account, x *effect.Task) { x.Amount = eur(5989) }, effect.Refused, "refund_amount_exceeded"},
		"another currency":      {func(_ *account, x *effect.Task) { x.Amount.Currency = "USD" }, effect.Refused, "refund_capture_currency_mismatch"},
		"no payment":            {func(_ *account, x *effect.Task) { x.File.Order.Payment = nil }, effect.Refused, paypal.CodeNoPayment},
		"Stripe's payment":      {func(_ *account, x *effect.Task) { x.File.Order.Payment.Provider = "stripe" }, effect.Refused, paypal.CodeNoPayment},
		"a payment that is not": {func(_ *account, x *effect.Task) { x.File.Order.Payment.ID = "CAP9" }, effect.Refused, paypal.CodeNoPayment},
		"a step too fine":       {func(_ *account, x *effect.Task) { x.Amount = recourse.Money{Minor: 1050, Currency: "HUF"} }, effect.Refused, paypal.CodeUnit},
		"a client that is gone": {func(a *account, _ *effect.Task) { a.Client = "other" }, effect.Later, effect.CodeUnauthorized},
		"the same act under another key": {func(a *account, x *effect.Task) {
			a.sender.Send(t.Context(), task())
			x.Key = key[:13] + "-9999"
		}, effect.Unknown, "duplicate_invoice_id"},
	} {
		a, x := open(t, time.Second), task()
		tt.change(a, x)
		if o := a.sender.Send(t.Context(), x); o.Result != tt.result || o.Code != tt.code {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// TestAfterTheRequestID: what a request did that was not answered is found when its id is long forgotten; where PayPal
// cannot tell, a person is asked.
func TestAfterTheRequestID(t *testing.T) {
	for name, tt := range map[string]struct {
		fault    peer.Fault
		noOrders bool
		want     effect.Result
	}{"it happened": {peer.CutAfter, false, effect.Done}, "it did not": {peer.CutBefore, false, effect.Later}, "nobody can tell": {peer.CutAfter, true, effect.Unknown}, "nothing at all left": {peer.CutBefore, true, effect.Later}} {
		a, x := open(t, time.Second), task()
		a.NoOrders = tt.noOrders
		a.faulty.Choose(func(r *http.Request) peer.Fault {
			if strings.HasSuffix(r.URL.Path, "/refund") {
				return tt.fault
			}
			return peer.None
		})
		if o := a.sender.Send(t.Context(), x); o.Result != effect.Unknown {
			t.Fatalf("%s: %+v", name, o)
		}
		a.faulty.Choose(nil)
		a.now = start.Add(50 * 24 * time.Hour)
		x.Now = a.now
		if o := a.sender.Find(t.Context(), x); o.Result != tt.want {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// TestFaults: every fault at every request; nothing is said that is not so.
func TestFaults(t *testing.T) {
	for _, f := range peer.Faults {
		for at := range 2 { // the token, the refund
			a, x := open(t, 100*time.Millisecond), task()
			n := 0
			a.faulty.Choose(func(*http.Request) peer.Fault {
				n++
				if n == at+1 {
					return f
				}
				return peer.None
			})
			o := a.sender.Send(t.Context(), x)
			for tries := 0; o.Result != effect.Done && tries < 4; tries++ {
				if o.Result == effect.Unknown {
					o = a.sender.Find(t.Context(), x)
				}
				if o.Result == effect.Later {
					o = a.sender.Send(t.Context(), x)
				}
			}
			if left := a.Left("1001-1/3"); len(left) != 1 || o.Result != effect.Done {
				t.Errorf("fault %d at request %d: %+v, left %v", f, at, o, left)
			}
		}
	}
}

// TestRuns: random runs through everything that can go wrong, requests that come twice among it.
func TestRuns(t *testing.T) { runs(t).Run(t, 25) }

func runs(t *testing.T) effecttest.Suite {
	t.Helper()
	a := peer.NewPayPal("client", "secret")
	var now atomic.Int64
	a.Now = func() time.Time { return time.UnixMicro(now.Load()) }
	return effecttest.Suite{
		Peer: a,
		Kind: func(url string) effect.Kind {
			peer := call.New(call.Options{Timeout: 100 * time.Millisecond})
			return effect.Kind{Group: "payment", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: func(c *recourse.Connection) effect.Sender {
				own := *c
				own.Settings = map[string]string{"url": url, "client": "client"}
				return paypal.New(&own, peer)
			}}
		},
		Connection: recourse.Connection{ID: "paypal", Kind: "paypal", Secrets: map[string]string{"secret": "secret"}},
		Left:       func(effectID, _ string) []recourse.Money { return a.Left(effectID) },
		Order: func(d *recourse.Data) {
			d.Payment = &recourse.Payment{Provider: "paypal", ID: "CAP" + d.Order}
			a.Pay(d.Payment.ID, d.Paid)
		},
		Faults: peer.Faults,
		Clock:  func(at time.Time) { now.Store(at.UnixMicro()) },
		// Certain: an order tells its refunds for ever.
		Certain: true,
	}
}
