package hub_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/connect"
	"recourse/hub"
	"recourse/peer"
	"recourse/store"
)

// elsewhere sends every request to another address.
type elsewhere struct{ *url.URL }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	own := r.Clone(r.Context())
	own.URL.Scheme, own.URL.Host = e.Scheme, e.Host
	return http.DefaultTransport.RoundTrip(own)
}

// TestShopify: what happens in a shop arrives on the desk by webhooks in any order and by the look at the shop, once; and
// what the shop asks about its buyers is done.
func TestShopify(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	lamps := peer.NewShopify("lamps")
	lamps.Points, lamps.Restore = 1e9, 1e9
	server := httptest.NewServer(lamps)
	defer server.Close()
	there, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kind := *connect.KindOf("shopify")
	kind.Client = func(*recourse.Connection) *call.Client { return call.New(call.Options{Transport: elsewhere{there}}) }
	w := open(t, filepath.Join(t.TempDir(), "recourse.db"), hub.Options{Kinds: []*connect.Kind{&kind}})
	lamps.Now = w.now
	_, err = w.Add(t.Context(), shop, hub.Change{ID: "lamps", Kind: "shopify", Name: "Lamps", Settings: map[string]string{"shop": "lamps"},
		Secrets: map[string]string{"token": lamps.Token, "secret": lamps.Secret}, By: "Inès"})
	w.must(err)
	eur := func(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }
	hear := func() {
		t.Helper()
		for _, hook := range peer.Muddle(rng, lamps.Webhooks()) {
			if _, err := w.Take(t.Context(), shop, "lamps", hook.Header, hook.Body); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			w.read()
			w.pass(2 * time.Second) // some waited while another asked
		}
	}
	o := lamps.Place(peer.ShopifyOrder{Buyer: recourse.Buyer{Name: "Marie Curie", Email: "marie@example.org", Locale: "fr"},
		ShipTo: recourse.Address{Country: "FR", City: "Paris", Postcode: "75002", Street: "1 Rue de la Paix", Name: "Marie Curie"},
		Lines:  []peer.ShopifyLine{{SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: eur(2990)}, {SKU: "CABLE", Title: "Cable", Quantity: 2, Price: eur(1245)}}})
	w.pass(time.Hour)
	f := lamps.Fulfil(o, "YunExpress")
	w.pass(time.Hour)
	lamps.Retrack(o, f, "YT100")
	w.pass(time.Hour)
	lamps.Scan(o, f, "IN_TRANSIT", "Lyon")
	w.pass(time.Hour)
	lamps.Refund(o, "goodwill", eur(2990), map[int64]int{o.Lines[0].ID: 1})
	hear()

	file := w.file("1001")
	if file.Order.Channel != "lamps" || !strings.HasSuffix(file.Order.Ref, strconv.FormatInt(o.ID, 10)) || len(file.Order.Lines) != 2 || file.Order.Paid != eur(5480) {
		t.Errorf("%+v", file.Order)
	}
	if len(file.Parcels) != 1 || file.Parcels[0].Tracking != "YT100" || file.Parcels[0].Status != recourse.InTransit {
		t.Errorf("%+v", file.Parcels)
	}
	if len(file.Refunds) != 1 || !file.Refunds[0].Outside || file.Refunds[0].Amount != eur(2990) || file.Refunds[0].Status != recourse.RefundDone {
		t.Errorf("%+v", file.Refunds)
	}
	before := w.version("1001")
	if n, err := w.Poll(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d looked at, %v", n, err)
	}
	w.read()
	if after := w.file("1001"); len(after.Refunds) != 1 || len(after.Parcels) != 1 || w.version("1001") != before {
		t.Errorf("the look at the shop told something twice: version %d, then %d", before, w.version("1001"))
	}

	lamps.Tell("customers/redact", map[string]any{"shop_domain": lamps.Domain, "customer": map[string]any{"id": 1, "email": "marie@example.org"}, "orders_to_redact": []int64{o.ID}})
	hear()
	w.must(w.store.Read(t.Context(), func(tx *store.Tx) error {
		k := store.Key{Merchant: shop, Order: "1001"}
		people, err := tx.Personal([]store.Key{k})
		if p := people[k]; p != nil && len(p.Fields) > 0 {
			t.Errorf("%d personal fields are left", len(p.Fields))
		}
		return err
	}))
	lamps.Tell("app/uninstalled", map[string]any{"id": 1, "email": "owner@example.org"})
	hear()
	if c, err := w.Connection(t.Context(), shop, "lamps"); err != nil || c.Status != recourse.ConnectionGone {
		t.Errorf("%v %v", c, err)
	}
}

func (w *world) file(order string) *recourse.OrderFile {
	w.Helper()
	k := store.Key{Merchant: shop, Order: order}
	var files map[store.Key]store.File
	w.must(w.store.Read(w.Context(), func(tx *store.Tx) (err error) {
		files, err = tx.Files([]store.Key{k})
		return err
	}))
	return files[k].OrderFile
}
