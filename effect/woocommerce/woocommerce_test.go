package woocommerce_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/woocommerce"
	intake "recourse/intake/woocommerce"
	"recourse/peer"
)

const key = "0a1b2c3d-1111-5222-8333-444455556666"

var start = time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)

func eur(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }

// shop is a stand-in with the order of the intake room's example behind faults, and a sender for it.
type shop struct {
	*peer.WooCommerce
	faulty *peer.Faulty
	sender *woocommerce.Sender
	c      *recourse.Connection
	client *call.Client
}

func open(t testing.TB, timeout time.Duration) *shop {
	t.Helper()
	s := &shop{WooCommerce: peer.NewWooCommerce("ck", "cs")}
	s.Now = func() time.Time { return start }
	body, err := os.ReadFile("../../intake/woocommerce/testdata/order.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(string(body)); err != nil {
		t.Fatal(err)
	}
	s.faulty = &peer.Faulty{Handler: s.WooCommerce}
	server := httptest.NewUnstartedServer(s.faulty)
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	s.c = &recourse.Connection{Merchant: "m", ID: "woo", Settings: map[string]string{"url": server.URL}, Secrets: map[string]string{"key": "ck", "key_secret": "cs"}}
	s.client = call.New(call.Options{Timeout: timeout})
	s.sender = woocommerce.New(s.c, s.client)
	return s
}

// task is a refund of 10.00 for one of the three lamps and 4.90 + 0.98 of shipping.
func task() *effect.Task {
	file := &recourse.OrderFile{
		Order:   recourse.Order{ID: "10727", Ref: "727", Paid: eur(5988), Shipping: eur(588), Lines: []recourse.Line{{Line: 1, Quantity: 3, Price: eur(1000), Ref: "315"}, {Line: 2, Quantity: 1, Price: eur(2400), Ref: "316"}}},
		Refunds: []recourse.Refund{{ID: "10727-1/3", Lines: []recourse.Pieces{{Line: 1, Quantity: 1}}, Shares: []recourse.Money{eur(1000)}, Amount: eur(1588), Shipping: eur(588)}},
	}
	return &effect.Task{Effect: recourse.Effect{ID: "10727-1/3", Kind: recourse.EffectRefund, Amount: eur(1588)}, Key: key, File: file, Attempt: 1, FirstAt: start, AskedAt: start, Now: start}
}

func TestRefund(t *testing.T) {
	s := open(t, time.Second)
	o := s.sender.Send(t.Context(), task())
	if o.Result != effect.Done || o.Ref == "" || o.Amount != eur(1588) {
		t.Fatalf("%+v", o)
	}
	if left, n := s.Left(727); left != eur(1588) || n != 1 {
		t.Errorf("left %s in %d", left, n)
	}
	lines := fmt.Sprint(s.Order(727)["refunds"])
	if !strings.Contains(lines, "[recourse 10727-1/3 0a1b2c3d]") {
		t.Error(lines)
	}
	if again := s.sender.Send(t.Context(), task()); again.Result != effect.Done || again.Ref != o.Ref {
		t.Errorf("asked for again: %+v", again)
	}
	if found := s.sender.Find(t.Context(), task()); found.Result != effect.Done || found.Ref != o.Ref || found.Amount != eur(1588) {
		t.Errorf("looked for: %+v", found)
	}
	if _, n := s.Left(727); n != 1 {
		t.Errorf("money left %d times", n)
	}
}

// TestShares: what each line takes back, with its taxes, adds up to the last cent; where it cannot, the amount goes alone.
func TestShares(t *testing.T) {
	all := func(x *effect.Task) {
		x.Amount = eur(5988)
		x.File.Refunds[0] = recourse.Refund{ID: x.ID, Lines: []recourse.Pieces{{Line: 1, Quantity: 3}, {Line: 2, Quantity: 1}}, Shares: []recourse.Money{eur(3000), eur(2400)}, Amount: eur(5988), Shipping: eur(588)}
	}
	for name, tt := range map[string]struct {
		change func(*effect.Task)
		want   string
	}{
		"a piece and shipping": {func(*effect.Task) {}, `[map[id:1315 meta_data:[map[key:_refunded_item_id value:315]] quantity:-1 total:-8.33] map[id:1317 meta_data:[map[key:_refunded_item_id value:317]] quantity:0 total:-4.90]]`},
		"all":                  {all, `[map[id:1315 meta_data:[map[key:_refunded_item_id value:315]] quantity:-3 total:-25.00] map[id:1316 meta_data:[map[key:_refunded_item_id value:316]] quantity:-1 total:-20.00] map[id:1317 meta_data:[map[key:_refunded_item_id value:317]] quantity:0 total:-4.90]]`},
		"a part of a price": {func(x *effect.Task) {
			x.Amount = eur(500)
			x.File.Refunds[0].Amount, x.File.Refunds[0].Shares, x.File.Refunds[0].Shipping = eur(500), []recourse.Money{eur(500)}, recourse.Money{}
		}, `[map[id:1315 meta_data:[map[key:_refunded_item_id value:315]] quantity:0 total:-4.17]]`},
		"a gesture":              {func(x *effect.Task) { x.File.Refunds = nil }, `[]`},
		"a line the shop lost":   {func(x *effect.Task) { x.File.Order.Lines[0].Ref = "1" }, `[]`},
		"shares that fall short": {func(x *effect.Task) { x.File.Refunds[0].Shares[0] = eur(999) }, `[]`},
	} {
		s, x := open(t, time.Second), task()
		tt.change(x)
		if o := s.sender.Send(t.Context(), x); o.Result != effect.Done {
			t.Errorf("%s: %+v", name, o)
			continue
		}
		if got := fmt.Sprint(s.RefundLines(727, 0)); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestRefused: what the shop says no to, or what is not asked at all.
func TestRefused(t *testing.T) {
	gateway := func(words string) func(*shop, *effect.Task) {
		return func(s *shop, _ *effect.Task) {
			s.Gateway = func(int64, recourse.Money) error { return errors.New(words) }
		}
	}
	for name, tt := range map[string]struct {
		change func(*shop, *effect.Task)
		result effect.Result
		code   string
	}{
		"more than was paid":         {func(_ *shop, x *effect.Task) { x.Amount = eur(5989) }, effect.Refused, woocommerce.CodeAmount},
		"nothing":                    {func(_ *shop, x *effect.Task) { x.Amount = eur(0) }, effect.Refused, woocommerce.CodeAmount},
		"another currency":           {func(_ *shop, x *effect.Task) { x.Amount.Currency = "USD" }, effect.Refused, woocommerce.CodeCurrency},
		"an order of another book":   {func(_ *shop, x *effect.Task) { x.File.Order.Ref = "" }, effect.Refused, woocommerce.CodeNoRef},
		"an order that is gone":      {func(_ *shop, x *effect.Task) { x.File.Order.Ref = "728" }, effect.Refused, woocommerce.CodeOrderUnknown},
		"a key that is gone":         {func(s *shop, _ *effect.Task) { s.Key = "other" }, effect.Later, effect.CodeUnauthorized},
		"a gateway without refunds":  {gateway("The payment gateway for this order does not support automatic refunds."), effect.Refused, woocommerce.CodeNoGateway},
		"a gateway that says no":     {gateway("Charge ch_1 has already been refunded."), effect.Refused, woocommerce.CodeGateway},
		"a gateway that is silent":   {gateway("cURL error 28: Operation timed out after 70001 milliseconds"), effect.Unknown, woocommerce.CodeGatewaySilent},
		"a gateway with other words": {gateway("Une erreur est survenue."), effect.Unknown, woocommerce.CodeGatewaySilent},
		"no by a slow gateway":       {gateway("Insufficient funds: try again"), effect.Unknown, woocommerce.CodeGatewaySilent},
	} {
		s, x := open(t, time.Second), task()
		tt.change(s, x)
		o := s.sender.Send(t.Context(), x)
		if o.Result != tt.result || o.Code != tt.code {
			t.Errorf("%s: %+v", name, o)
		}
		if _, n := s.Left(727); n != 0 {
			t.Errorf("%s: money left", name)
		}
	}
}

// TestSilentGateway: when the shop's gateway did not answer it, the refund's absence is no sign that nothing left.
func TestSilentGateway(t *testing.T) {
	s, x := open(t, time.Second), task()
	s.Gateway = func(int64, recourse.Money) error { return errors.New("cURL error 28") }
	o := s.sender.Send(t.Context(), x)
	x.Refs, x.Now = append(x.Refs, o.Ref), start.Add(48*time.Hour)
	if o := s.sender.Find(t.Context(), x); o.Result != effect.Unknown || o.Code != woocommerce.CodeGatewaySilent {
		t.Errorf("%+v", o)
	}
}

// TestDied: the shop dies when its gateway has paid. The refund's reason is there and nothing else: it must never be asked
// for again.
func TestDied(t *testing.T) {
	s, x := open(t, time.Second), task()
	s.Died = func() bool { return true }
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Unknown {
		t.Fatalf("%+v", o)
	}
	x.Now = start.Add(48 * time.Hour)
	if o := s.sender.Find(t.Context(), x); o.Result != effect.Unknown || o.Code != woocommerce.CodeGatewaySilent || o.Ref == "" {
		t.Errorf("%+v", o)
	}
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Unknown {
		t.Errorf("%+v", o)
	}
	if _, n := s.Left(727); n != 1 {
		t.Errorf("money left %d times", n)
	}
}

// TestSilence: after a request without an answer, nobody asks again before ten minutes have passed since the last one.
func TestSilence(t *testing.T) {
	s, x := open(t, time.Second), task()
	x.FirstAt, x.AskedAt = start.Add(-time.Hour), start
	for at, want := range map[time.Duration]effect.Result{0: effect.Unknown, 9 * time.Minute: effect.Unknown, 10 * time.Minute: effect.Later} {
		x.Now = start.Add(at)
		if o := s.sender.Find(t.Context(), x); o.Result != want || want == effect.Unknown && !o.RetryAt.Equal(start.Add(10*time.Minute)) {
			t.Errorf("after %s: %+v", at, o)
		}
	}
}

func TestWrittenDownOnly(t *testing.T) {
	s, x := open(t, time.Second), task()
	s.c.Settings["api_refund"] = "no"
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Taken || o.Code != woocommerce.CodeByHand {
		t.Errorf("%+v", o)
	}
	if _, n := s.Left(727); n != 0 {
		t.Error("money left")
	}
	if o := s.sender.Find(t.Context(), x); o.Result != effect.Taken {
		t.Errorf("%+v", o)
	}
}

// TestFaults: every fault at every request. Money leaves at most once, and what is said of it is true.
func TestFaults(t *testing.T) {
	for _, f := range peer.Faults {
		for at := range 3 { // the order, its refunds, the refund
			s, x := open(t, 100*time.Millisecond), task()
			n := 0
			s.faulty.Choose(func(r *http.Request) peer.Fault {
				n++
				if n == at+1 {
					return f
				}
				return peer.None
			})
			name := fmt.Sprintf("fault %d at request %d", f, at)
			o := s.sender.Send(t.Context(), x)
			_, paid := s.Left(727)
			if at < 2 && f == peer.Twice || f == peer.None || f == peer.Slow {
				if o.Result != effect.Done || paid != 1 {
					t.Errorf("%s: %+v, paid %d", name, o, paid)
				}
				continue
			}
			if at == 2 && f == peer.Twice { // the line itself doubled it: a shop without keys cannot know
				continue
			}
			if paid > 1 || o.Result == effect.Done && paid != 1 || (o.Result == effect.Later || o.Result == effect.Refused) && paid != 0 {
				t.Errorf("%s: %+v, paid %d", name, o, paid)
			}
			if o.Result != effect.Unknown {
				continue
			}
			x.Now = start.Add(time.Hour)
			s.faulty.Choose(func(*http.Request) peer.Fault { return peer.ErrorBefore })
			if o := s.sender.Find(t.Context(), x); o.Result != effect.Unknown {
				t.Errorf("%s: a shop that does not say: %+v", name, o)
			}
			s.faulty.Choose(nil)
			if o := s.sender.Find(t.Context(), x); (paid == 1) != (o.Result == effect.Done) || paid == 0 && o.Result != effect.Later {
				t.Errorf("%s: found %+v, paid %d", name, o, paid)
			}
		}
	}
}

func TestAddress(t *testing.T) {
	s, x := open(t, time.Second), task()
	x.Kind = recourse.EffectCorrectAddress
	x.File.Order.ShipTo = &recourse.Address{Country: "FR", City: "Rezé", Postcode: "44400", Street: "1 rue Neuve", Name: "Zoé Léger"}
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Done {
		t.Fatalf("%+v", o)
	}
	before := len(s.Log)
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Done || len(s.Log) != before+1 {
		t.Errorf("set again though it stands so: %+v", o)
	}
	if a := s.Order(727)["shipping"].(map[string]any); a["city"] != "Rezé" || a["last_name"] != "Léger" {
		t.Errorf("%v", a)
	}
	s.WooCommerce.Set(727, "status", "completed")
	if o := s.sender.Send(t.Context(), x); o.Result != effect.Refused || o.Code != woocommerce.CodeNotEditable {
		t.Errorf("%+v", o)
	}
}

// TestMirror: each notice twice; the order stands as after one.
func TestMirror(t *testing.T) {
	s := open(t, time.Second)
	tell := func(n *effect.Notice) {
		t.Helper()
		n.File = task().File
		for range 2 {
			if o := woocommerce.Mirror(t.Context(), s.c, s.client, n); o.Result != effect.Done {
				t.Errorf("%+v", o)
			}
		}
	}
	tell(&effect.Notice{Note: "Recourse 10727-1: held by customs [n1]"})
	if notes := s.Notes(727); len(notes) != 1 {
		t.Errorf("%q", notes)
	}
	tell(&effect.Notice{Notice: recourse.Notice{Type: recourse.NoticeReplacementShipped, Data: recourse.NoticeData{Parcel: &recourse.Parcel{Tracking: "NEW1", Carrier: "DHL", ShippedAt: start}}}})
	if meta := fmt.Sprint(s.Order(727)["meta_data"]); strings.Count(meta, "NEW1") != 1 || !strings.Contains(meta, "6A123") || !strings.Contains(meta, "wpml_language") {
		t.Error(meta)
	}
	paid := &effect.Notice{Notice: recourse.Notice{ID: "n2", Type: recourse.NoticeRefundDone, Data: recourse.NoticeData{Refund: &task().File.Refunds[0]}}}
	tell(paid)
	if refunds := s.Order(727)["refunds"].([]map[string]any); len(refunds) != 0 {
		t.Errorf("the shop pays itself, and is told of its own refund: %v", refunds)
	}
	s.c.Settings["refunds"] = "stripe"
	tell(paid)
	if refunds := s.Order(727)["refunds"].([]map[string]any); len(refunds) != 1 || refunds[0]["total"] != "-15.88" {
		t.Errorf("%v", refunds)
	}
	tell(&effect.Notice{Notice: recourse.Notice{ID: "n3", Type: recourse.NoticeOrderCancelled}})
	if o := s.Order(727); o["status"] != "cancelled" || !strings.Contains(fmt.Sprint(o["meta_data"]), intake.CancelledMeta) {
		t.Errorf("%v", o["status"])
	}
	if _, n := s.Left(727); n != 0 {
		t.Error("keeping in step moved money")
	}
}
