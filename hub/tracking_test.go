package hub_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/desk"
	"recourse/effect/track"
	"recourse/hub"
	"recourse/intake"
	"recourse/peer"
)

// at sends every request to another server, its path as it is: a kind's own address stays as it is written.
type at struct{ *url.URL }

func (a at) RoundTrip(r *http.Request) (*http.Response, error) {
	again := r.Clone(r.Context())
	again.URL.Scheme, again.URL.Host, again.Host = a.Scheme, a.Host, a.Host
	return http.DefaultTransport.RoundTrip(again)
}

// kindAt is a kind whose peer is another server.
func kindAt(t *testing.T, name string, h http.Handler) *connect.Kind {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	k := *connect.KindOf(name)
	k.Client = func(*recourse.Connection) *call.Client {
		return call.New(call.Options{Transport: at{u}, Timeout: time.Second})
	}
	return &k
}

// door serves webhooks of a connection.
func (w *world) door(connection string) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var body strings.Builder
		buf := make([]byte, 1<<16)
		for {
			n, err := r.Body.Read(buf)
			body.Write(buf[:n])
			if err != nil {
				break
			}
		}
		a, err := w.Take(r.Context(), shop, connection, r.Header, []byte(body.String()))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusUnauthorized)
			return
		}
		rw.WriteHeader(a.Status)
	}))
	w.Cleanup(server.Close)
	return server.URL
}

func (w *world) registrar() *track.Registrar {
	return &track.Registrar{
		Store: w.store, Now: w.now, Node: "n",
		Open: func(ctx context.Context, merchant, id string) (*recourse.Connection, *call.Client, error) {
			c, err := w.Connection(ctx, merchant, id)
			if err != nil {
				return nil, nil, err
			}
			return c.Connection, c.Client, nil
		},
		Put: func(ctx context.Context, merchant, id string, all []intake.Delivery) error {
			c, err := w.Connection(ctx, merchant, id)
			if err != nil {
				return err
			}
			return w.Put(ctx, c, all)
		},
	}
}

func (w *world) tell(events ...recourse.Event) {
	w.Helper()
	for i, e := range events {
		e.Source, e.ID, e.Time = "test", fmt.Sprint(e.Type, i, e.Order), w.now()
		_, err := w.desk.Tell(w.Context(), shop, desk.Fact{Event: e})
		w.must(err)
	}
}

// TestTrackedParcel follows a parcel by both services: registered by itself, held by customs, released, delivered. A case opens
// and closes; what is told twice, or by another order's number, changes nothing.
func TestTrackedParcel(t *testing.T) {
	for _, kind := range []string{"17track", "aftership"} {
		t.Run(kind, func(t *testing.T) {
			var w *world
			clock := func() time.Time { return w.now() }
			seventeen, ship := peer.NewSeventeenTrack("K", 100, clock), peer.NewAfterShip("K", "W", clock)
			var h http.Handler = seventeen
			scan, tell, words := seventeen.Scan, seventeen.Tell, []string{"InTransit_CustomsRequiringInformation", "InTransit_CustomsReleased", "Delivered_Other"}
			if kind == "aftership" {
				h, scan, tell, words = ship, ship.Scan, ship.Tell, []string{"Exception_006", "InTransit_005", "Delivered_001"}
			}
			w = open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{Kinds: []*connect.Kind{kindAt(t, kind, h)}})
			_, err := w.Add(t.Context(), shop, hub.Change{ID: "parcels", Kind: kind, Secrets: secretsOf(kind), By: "Inès"})
			w.must(err)
			w.must(w.Test(t.Context(), shop, "parcels"))
			price := recourse.Money{Minor: 2990, Currency: "EUR"}
			w.tell(recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001", Items: []recourse.Line{{Line: 1, SKU: "S", Quantity: 1, Price: price}}, Paid: price, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue du Lac", Postcode: "69001"}}},
				recourse.Event{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "1001", Purchase: "T1"}},
				recourse.Event{Type: recourse.ParcelShipped, Data: recourse.Data{Purchase: "T1", Parcel: "fulfilment-7", Tracking: "LP00123456789012"}})
			if _, err := w.registrar().Round(t.Context()); err != nil {
				t.Fatal(err)
			}
			address := w.door("parcels")
			for i, want := range []recourse.ParcelStatus{recourse.CustomsHold, recourse.CustomsReleased, recourse.Delivered} {
				w.pass(24 * time.Hour)
				if !scan("LP00123456789012", peer.Scan{At: w.now(), Word: words[i], Text: "duties of 4.20 EUR", Place: "Roissy", Country: "FR"}) {
					t.Fatal("the number is not registered")
				}
				for range 2 {
					w.must(tell(t.Context(), address, "LP00123456789012"))
					w.read()
				}
				f := w.file("1001")
				p := f.Parcel("fulfilment-7")
				if len(f.Parcels) != 1 || p == nil || p.Status != want || p.Leg != recourse.International || !p.StatusAt.Equal(w.now()) {
					t.Fatalf("%+v", f.Parcels)
				}
				open := len(f.Cases) == 1 && f.Cases[0].Status == recourse.Open && f.Cases[0].Situation == "customs_hold"
				if open != (want == recourse.CustomsHold) || want == recourse.CustomsHold && (p.Customs == nil || p.Customs.Asks != "duties of 4.20 EUR") {
					t.Errorf("%s: %+v %+v", want, f.Cases, p.Customs)
				}
			}
			before := w.version("1001")
			for range 2 {
				_, err := w.Poll(t.Context())
				w.must(err)
				w.read()
				w.pass(7 * time.Hour)
			}
			if w.version("1001") != before {
				t.Error("what was fetched was told again")
			}
		})
	}
}

func secretsOf(kind string) map[string]string {
	if kind == "aftership" {
		return map[string]string{"key": "K", "secret": "W"}
	}
	return map[string]string{"key": "K"}
}

// TestUnknownNumber keeps what is told of a number that no order has, says so, and takes it in once its order is known.
func TestUnknownNumber(t *testing.T) {
	var w *world
	p := peer.NewSeventeenTrack("K", 100, func() time.Time { return w.now() })
	w = open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{Kinds: []*connect.Kind{kindAt(t, "17track", p)}})
	_, err := w.Add(t.Context(), shop, hub.Change{ID: "parcels", Kind: "17track", Secrets: secretsOf("17track"), By: "Inès"})
	w.must(err)
	c, err := w.Connection(t.Context(), shop, "parcels")
	w.must(err)
	d := intake.Delivery{ID: "d", Topic: "TRACKING_UPDATED", Body: []byte(`{"event":"TRACKING_UPDATED","data":{"number":"LP00999999999999","track_info":{"latest_event":{"time_utc":"2026-03-01T02:00:00Z","location":"Shenzhen","sub_status":"InTransit_PickedUp"}}}}`)}
	w.must(w.Put(t.Context(), c, []intake.Delivery{d}))
	w.read()
	r := w.receipt("parcels", "d")
	if r.Events != 0 || r.Note != "order_unknown" {
		t.Errorf("%s %s %d", r.Status, r.Note, r.Events)
	}
	// Its order becomes known: what was told is not lost.
	price := recourse.Money{Minor: 2990, Currency: "EUR"}
	w.tell(recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1001", Items: []recourse.Line{{Line: 1, SKU: "S", Quantity: 1, Price: price}}, Paid: price}},
		recourse.Event{Type: recourse.ParcelShipped, Data: recourse.Data{Order: "1001", Parcel: "LP00999999999999"}})
	w.pass(time.Hour)
	w.read()
	if p := w.file("1001").Parcel("LP00999999999999"); p == nil || p.Status != recourse.InTransit {
		t.Errorf("%+v", p)
	}
}
