package track_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/call"
	"recourse/desk"
	"recourse/effect/track"
	"recourse/intake"
	reader "recourse/intake/track"
	"recourse/peer"
	"recourse/playbook"
	"recourse/store"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a desk, a registrar and a stand-in of 17TRACK.
type world struct {
	t          *testing.T
	at         time.Time
	desk       *desk.Desk
	service    *peer.SeventeenTrack
	faulty     *peer.Faulty
	registrar  *track.Registrar
	connection *recourse.Connection
	told       int
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, at: noon}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "recourse.db"))
	if err != nil {
		t.Fatal(err)
	}
	w.desk = desk.New(s, w.now)
	t.Cleanup(func() { w.desk.Close(); s.Close() })
	book, err := playbook.Builtin("dropship")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Put(t.Context(), "shop", "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	w.service = peer.NewSeventeenTrack("K", 1000, w.now)
	w.faulty = &peer.Faulty{Handler: w.service}
	server := httptest.NewServer(w.faulty)
	t.Cleanup(server.Close)
	w.connection = &recourse.Connection{Merchant: "shop", ID: "t17", Kind: "17track", Settings: map[string]string{"url": server.URL + "/track/v2.4"}, Status: recourse.ConnectionActive, CreatedAt: noon}
	client := call.New(call.Options{Timeout: 150 * time.Millisecond})
	w.registrar = &track.Registrar{
		Store: s, Now: w.now, Node: "n",
		Open: func(context.Context, string, string) (*recourse.Connection, *call.Client, error) {
			opened := *w.connection
			opened.Secrets = map[string]string{"key": "K"}
			return &opened, client, nil
		},
		Put: w.put,
	}
	return w
}

func (w *world) now() time.Time { return w.at }

// put reads what was fetched as the worker of deliveries does, and tells the desk.
func (w *world) put(ctx context.Context, merchant, id string, all []intake.Delivery) error {
	for i := range all {
		m, err := reader.SeventeenTrack().Read(w.connection, &all[i])
		if err != nil {
			w.t.Error(err)
		}
		for _, e := range m.Events {
			e.Source = id
			w.tell(e)
		}
	}
	return nil
}

func (w *world) tell(e recourse.Event) {
	w.t.Helper()
	w.told++
	if _, err := w.desk.Tell(w.t.Context(), "shop", desk.Fact{Event: e}); err != nil {
		w.t.Error(err)
	}
}

func (w *world) connect() {
	w.t.Helper()
	if err := w.desk.Store().Write(w.t.Context(), func(tx *store.Tx) error {
		return tx.PutConnection(&store.Connection{Connection: *w.connection})
	}); err != nil {
		w.t.Fatal(err)
	}
}

// ship places an order, buys it and hands a parcel over.
func (w *world) ship(order, number, carrier string) {
	w.t.Helper()
	price := recourse.Money{Minor: 2990, Currency: "EUR"}
	for i, e := range []recourse.Event{
		{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Items: []recourse.Line{{Line: 1, SKU: "S", Quantity: 1, Price: price}}, Paid: price, ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Street: "1 rue du Lac", Postcode: "69001"}}},
		{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: order, Purchase: "T" + order}},
		{Type: recourse.ParcelShipped, Data: recourse.Data{Purchase: "T" + order, Parcel: number, Tracking: number, Carrier: carrier}},
	} {
		e.Source, e.ID, e.Time = "test", fmt.Sprint(order, "-", i), w.at
		w.tell(e)
	}
}

// rounds makes rounds until nothing is due at this instant.
func (w *world) rounds() {
	w.t.Helper()
	for range 100 {
		n, err := w.registrar.Round(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	w.t.Fatal("it never ends")
}

func (w *world) list() map[string]store.Tracking {
	w.t.Helper()
	out := map[string]store.Tracking{}
	if err := w.desk.Store().Read(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.Trackings("shop", 0, 1000)
		for _, t := range all {
			out[t.Tracking] = t
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestLife follows a number from its first appearance to the day when nobody waits for it any more.
func TestLife(t *testing.T) {
	w := newWorld(t)
	w.ship("1000", "LP000000001000", "") // before there was a service
	w.connect()
	w.ship("1001", "LP000000001001", "")
	w.rounds()
	if n, tags := w.service.Registered(); !slices.Equal(n, []string{"LP000000001000", "LP000000001001"}) || tags[1] != "recourse:1001:LP000000001001" || w.service.Spent() != 2 {
		t.Fatal(n, tags, w.service.Spent())
	}
	w.at = noon.Add(25 * time.Hour)
	w.rounds()
	if w.service.Asked("register") != 1 || w.service.Asked("gettrackinfo") != 0 || w.service.Asked("stoptrack") != 0 {
		t.Error("a number that is well was asked for again")
	}
	// It arrives; a week later nobody waits for news.
	w.tell(recourse.Event{Source: "t17", ID: "d", Type: recourse.ParcelScanned, Time: w.at, Data: recourse.Data{Parcel: "LP000000001001", Status: recourse.Delivered, Leg: recourse.International}})
	w.at = w.at.Add(6 * 24 * time.Hour)
	w.rounds()
	if n, _ := w.service.Registered(); len(n) != 2 {
		t.Error("stopped too early", n)
	}
	w.at = w.at.Add(3 * 24 * time.Hour)
	w.rounds()
	if n, _ := w.service.Registered(); !slices.Equal(n, []string{"LP000000001000"}) {
		t.Error("not stopped", n)
	}
	if l := w.list(); len(l) != 1 {
		t.Error(l)
	}
}

// TestSilent: a number of which nothing is heard is looked up; what the service gave up is taken up again, once, and what
// it knows that no webhook told is taken in.
func TestSilent(t *testing.T) {
	w := newWorld(t)
	w.connect()
	for _, n := range []string{"1", "2", "3"} {
		w.ship(n, "LP00000000000"+n, "")
	}
	w.rounds()
	w.service.Scan("LP000000000002", peer.Scan{At: noon.Add(time.Hour), Word: "InTransit_PickedUp", Text: "accepted", Place: "Shenzhen", Country: "CN"})
	w.service.GiveUp("LP000000000002")
	w.service.Scan("LP000000000003", peer.Scan{At: noon.Add(9 * 24 * time.Hour), Word: "InTransit_CustomsRequiringInformation", Text: "invoice wanted", Place: "Roissy", Country: "FR"}) // its webhook got lost
	w.at = noon.Add(11 * 24 * time.Hour)
	told := w.told
	w.rounds()
	l := w.list()
	if l["LP000000000001"].Failure != "tracking_not_found" || l["LP000000000002"].Failure != "tracking_expired" || l["LP000000000003"].Failure != "" || w.service.Asked("retrack") != 1 || w.told == told {
		t.Errorf("%+v %d", l, w.service.Asked("retrack"))
	}
	var silent []string
	if err := w.desk.Store().Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.SilentTrackings("shop", w.at.Add(-track.SilentAfter), 10)
		for _, s := range all {
			silent = append(silent, s.Tracking)
		}
		return err
	}); err != nil || !slices.Equal(silent, []string{"LP000000000001", "LP000000000002"}) {
		t.Error(silent, err)
	}
	if l["LP000000000003"].ParcelStatus != recourse.CustomsHold {
		t.Error("what the webhook missed was not taken in")
	}
	w.at = noon.Add(200 * 24 * time.Hour)
	w.rounds()
	if n, _ := w.service.Registered(); len(n) != 0 || len(w.list()) != 0 {
		t.Error("watched for ever", n)
	}
}

// TestRefused: a number whose carrier cannot be told is tried with the carrier's name, then again on other days, then
// shown; a quota that is used up and a key that is refused wait.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	w.connect()
	w.service.Unknown("YW000000000001")
	w.service.Unknown("YW000000000002")
	w.ship("1", "YW000000000001", "Yanwen Economic")
	w.ship("2", "YW000000000002", "Nobody Express")
	w.rounds()
	l := w.list()
	if l["YW000000000001"].Status != store.TrackingWatched || l["YW000000000002"].Status != store.TrackingWaiting || l["YW000000000002"].Failure != "tracking_carrier_unknown" {
		t.Fatalf("%+v", l)
	}
	for range 5 {
		w.at = w.at.Add(25 * time.Hour)
		w.rounds()
	}
	if l = w.list(); l["YW000000000002"].Status != store.TrackingRefused || l["YW000000000002"].Tries != 4 {
		t.Errorf("%+v", l["YW000000000002"])
	}
	w.registrar.Open = func(context.Context, string, string) (*recourse.Connection, *call.Client, error) {
		opened := *w.connection
		opened.Secrets = map[string]string{"key": "wrong"}
		return &opened, call.New(call.Options{}), nil
	}
	w.ship("3", "LP000000000003", "")
	w.rounds()
	if err := w.desk.Store().Read(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Connection("shop", "t17")
		if c.Failure != "tracking_key" || !c.OpenUntil.After(w.at) {
			t.Error(c.Failure, c.OpenUntil)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if l = w.list(); l["LP000000000003"].Status != store.TrackingWaiting || !l["LP000000000003"].NextAt.After(w.at) {
		t.Errorf("%+v", l["LP000000000003"])
	}
}

// TestBrokenLine registers fifty numbers through a line that breaks in every way, on two nodes: each is charged once, and none
// is forgotten.
func TestBrokenLine(t *testing.T) {
	w := newWorld(t)
	w.connect()
	seed := rand.Uint64()
	w.faulty.Choose(peer.Random(rand.New(rand.NewPCG(seed, 1)), 2))
	for i := range 50 {
		w.ship(fmt.Sprint(i), fmt.Sprintf("LP%012d", i), "")
	}
	other := *w.registrar
	other.Node = "m"
	watched := func() (n int) {
		for _, t := range w.list() {
			if t.Status == store.TrackingWatched {
				n++
			}
		}
		return n
	}
	for i := 0; watched() < 50; i++ {
		if i > 200 {
			t.Fatal("it never ends; seed", seed)
		}
		for _, r := range []*track.Registrar{w.registrar, &other} {
			if _, err := r.Round(t.Context()); err != nil {
				t.Fatal(err, "seed", seed)
			}
		}
		w.at = w.at.Add(10 * time.Minute)
	}
	if n, _ := w.service.Registered(); len(n) != 50 || w.service.Spent() != 50 {
		t.Error(len(n), w.service.Spent(), "seed", seed)
	}
}

// TestPaused: nothing is asked for a connection that is not active, and all of it when it is again.
func TestPaused(t *testing.T) {
	w := newWorld(t)
	w.connection.Status = recourse.ConnectionPaused
	w.connect()
	w.ship("1", "LP000000000001", "")
	w.rounds()
	w.at = w.at.Add(2 * time.Hour)
	w.rounds()
	if w.service.Asked("register") != 0 {
		t.Error("it was asked")
	}
	w.connection.Status = recourse.ConnectionActive
	w.connect()
	w.at = w.at.Add(2 * time.Hour)
	w.rounds()
	if w.service.Asked("register") != 1 {
		t.Error("it was not asked")
	}
}

// TestNoSecrets: nothing of a key is in what a row or a connection keeps of a failure.
func TestNoSecrets(t *testing.T) {
	w := newWorld(t)
	w.connect()
	w.faulty.Choose(func(r *http.Request) peer.Fault { return peer.CutAfter })
	w.ship("1", "LP000000000001", "")
	w.rounds()
	for _, l := range w.list() {
		if strings.Contains(fmt.Sprintf("%+v", l), "17token") || l.Tries != 1 {
			t.Errorf("%+v", l)
		}
	}
}
