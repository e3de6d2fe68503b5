package stripe_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/stripe"
	"recourse/peer"
)

const key = "0a1b2c3d-1111-5222-8333-444455556666"

var start = time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)

type account struct {
	*peer.Stripe
	faulty *peer.Faulty
	sender *stripe.Sender
	c      *recourse.Connection
	now    time.Time
}

func open(t testing.TB, timeout time.Duration) *account {
	t.Helper()
	a := &account{Stripe: peer.NewStripe("sk_test_1"), now: start}
	a.Now = func() time.Time { return a.now }
	a.Pay("pi_1", "ch_1", "eur", 5988)
	a.faulty = &peer.Faulty{Handler: a.Stripe}
	server := httptest.NewUnstartedServer(a.faulty)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	a.c = &recourse.Connection{Merchant: "m", ID: "stripe", Settings: map[string]string{"url": server.URL}, Secrets: map[string]string{"key": "sk_test_1"}}
	a.sender = stripe.New(a.c, call.New(call.Options{Timeout: timeout}))
	return a
}

func task() *effect.Task {
	file := &recourse.OrderFile{Order: recourse.Order{ID: "1001", Payment: &recourse.Payment{Provider: "stripe", ID: "pi_1"}}}
	return &effect.Task{Effect: recourse.Effect{ID: "1001-1/3", Case: "1001-1", Kind: recourse.EffectRefund, Amount: recourse.Money{Minor: 1588, Currency: "EUR"}}, Key: key, File: file, Attempt: 1, FirstAt: start, AskedAt: start, Now: start}
}

func TestRefund(t *testing.T) {
	a := open(t, time.Second)
	o := a.sender.Send(t.Context(), task())
	if o.Result != effect.Done || o.Ref == "" || o.Amount != (recourse.Money{Minor: 1588, Currency: "EUR"}) {
		t.Fatalf("%+v", o)
	}
	again, found := a.sender.Send(t.Context(), task()), a.sender.Find(t.Context(), task())
	if again.Ref != o.Ref || again.Result != effect.Done || found.Ref != o.Ref || found.Result != effect.Done {
		t.Errorf("%+v, %+v", again, found)
	}
	byCharge := task()
	byCharge.File.Order.Payment.ID, byCharge.Key = "ch_1", "another"
	if o := a.sender.Send(t.Context(), byCharge); o.Result != effect.Done {
		t.Errorf("%+v", o)
	}
	if left, n := a.Left("pi_1"); left != 2*1588 || n != 2 {
		t.Errorf("%d left in %d", left, n)
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[string]effect.Result{"succeeded": effect.Done, "pending": effect.Taken, "requires_action": effect.Taken, "failed": effect.Refused, "odd": effect.Unknown} {
		a := open(t, time.Second)
		a.Status = func() string { return status }
		o := a.sender.Send(t.Context(), task())
		if o.Result != want || status == "failed" && o.Code != "expired_or_canceled_card" {
			t.Errorf("%s: %+v", status, o)
		}
	}
	a := open(t, time.Second)
	a.Status = func() string { return "pending" }
	o := a.sender.Send(t.Context(), task())
	a.Move(o.Ref, "canceled", "")
	if o := a.sender.Find(t.Context(), task()); o.Result != effect.Refused || o.Code != "canceled" {
		t.Errorf("%+v", o)
	}
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*account, *effect.Task)
		result effect.Result
		code   string
	}{
		"more than was paid":    {func(_ *account, x *effect.Task) { x.Amount.Minor = 5989 }, effect.Refused, stripe.CodeAmount},
		"another currency":      {func(_ *account, x *effect.Task) { x.Amount.Currency = "USD" }, effect.Refused, stripe.CodeCurrency},
		"no payment":            {func(_ *account, x *effect.Task) { x.File.Order.Payment = nil }, effect.Refused, stripe.CodeNoPayment},
		"PayPal's payment":      {func(_ *account, x *effect.Task) { x.File.Order.Payment.Provider = "paypal" }, effect.Refused, stripe.CodeNoPayment},
		"a payment that is not": {func(_ *account, x *effect.Task) { x.File.Order.Payment.ID = "pi_9" }, effect.Refused, stripe.CodeNoPayment},
		"no id of Stripe's":     {func(_ *account, x *effect.Task) { x.File.Order.Payment.ID = "../x" }, effect.Refused, stripe.CodeNoPayment},
		"a step too fine":       {func(_ *account, x *effect.Task) { x.Amount = recourse.Money{Minor: 1005, Currency: "KWD"} }, effect.Refused, stripe.CodeUnit},
		"a key that is gone":    {func(a *account, _ *effect.Task) { a.Key = "other" }, effect.Later, effect.CodeUnauthorized},
		"paid back already": {func(a *account, x *effect.Task) {
			y := task()
			y.Key, y.Amount.Minor = "first", 5988
			a.sender.Send(t.Context(), y)
		}, effect.Refused, stripe.CodeRefunded},
		"a key of another request": {func(a *account, x *effect.Task) {
			y := task()
			y.Amount.Minor = 1
			a.sender.Send(t.Context(), y)
		}, effect.Unknown, stripe.CodeKeyReused},
	} {
		a, x := open(t, time.Second), task()
		tt.change(a, x)
		if o := a.sender.Send(t.Context(), x); o.Result != tt.result || o.Code != tt.code {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// TestAfterTheKey: a request was heard and not answered; its key is forgotten after a day. The refund is found by its
// metadata, and where it is not, it is asked for again.
func TestAfterTheKey(t *testing.T) {
	for fault, want := range map[peer.Fault]int{peer.CutAfter: 1, peer.CutBefore: 1} {
		a, x := open(t, time.Second), task()
		a.faulty.Choose(func(r *http.Request) peer.Fault {
			if r.Method == http.MethodPost {
				return fault
			}
			return peer.None
		})
		if o := a.sender.Send(t.Context(), x); o.Result != effect.Unknown {
			t.Fatalf("%+v", o)
		}
		a.faulty.Choose(nil)
		a.now = start.Add(72 * time.Hour)
		x.Now, x.Attempt = a.now, 2
		o := a.sender.Find(t.Context(), x)
		if (fault == peer.CutAfter) != (o.Result == effect.Done) || fault == peer.CutBefore && o.Result != effect.Later {
			t.Errorf("fault %d: %+v", fault, o)
		}
		if o := a.sender.Send(t.Context(), x); o.Result != effect.Done {
			t.Errorf("fault %d: %+v", fault, o)
		}
		if _, n := a.Left("pi_1"); n != want {
			t.Errorf("fault %d: money left %d times", fault, n)
		}
	}
}

// TestAbsence: while the key holds, what is not there may be asked for at once; later when nothing can be on its way.
func TestAbsence(t *testing.T) {
	a, x := open(t, time.Second), task()
	for _, tt := range []struct {
		first, asked time.Duration // ago
		want         effect.Result
	}{{time.Minute, time.Second, effect.Later}, {24 * time.Hour, time.Minute, effect.Unknown}, {24 * time.Hour, 11 * time.Minute, effect.Later}} {
		x.FirstAt, x.AskedAt = start.Add(-tt.first), start.Add(-tt.asked)
		if o := a.sender.Find(t.Context(), x); o.Result != tt.want {
			t.Errorf("%+v: %+v", tt, o)
		}
	}
}

// TestFaults: every fault at every request, and again until it is known: money leaves exactly once.
func TestFaults(t *testing.T) {
	for _, f := range peer.Faults {
		for at := range 2 {
			a, x := open(t, 100*time.Millisecond), task()
			n := 0
			a.faulty.Choose(func(*http.Request) peer.Fault {
				n++
				if n == at+1 {
					return f
				}
				return peer.None
			})
			name := fmt.Sprintf("fault %d at request %d", f, at)
			o := a.sender.Send(t.Context(), x)
			for tries := 0; o.Result != effect.Done && tries < 3; tries++ {
				if o.Result == effect.Unknown {
					o = a.sender.Find(t.Context(), x)
				}
				if o.Result == effect.Later {
					// The answer to a key is kept, an error too: after a day it is a new request.
					a.now = a.now.Add(25 * time.Hour)
					x.Attempt, x.Now = x.Attempt+1, a.now
					o = a.sender.Send(t.Context(), x)
				}
			}
			if _, left := a.Left("pi_1"); left != 1 || o.Result != effect.Done {
				t.Errorf("%s: %+v, money left %d times", name, o, left)
			}
		}
	}
}
