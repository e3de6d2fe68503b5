package woocommerce

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/intake"
)

func connection() *recourse.Connection {
	return &recourse.Connection{Merchant: "m", ID: "woo", Kind: "woocommerce", Settings: map[string]string{}, Secrets: map[string]string{"secret": "whsec", "key": "ck", "key_secret": "cs"}}
}

func example(t testing.TB, change ...string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/order.json")
	if err != nil {
		t.Fatal(err)
	}
	s := string(body)
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(s, change[i]) {
			t.Fatalf("the example has no %s", change[i])
		}
		s = strings.Replace(s, change[i], change[i+1], 1)
	}
	return []byte(s)
}

func told(t *testing.T, topic string, body []byte) intake.Meaning {
	t.Helper()
	m, err := Reader.Read(connection(), &intake.Delivery{Topic: topic, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Events {
		if err := m.Events[i].Check(); err != nil {
			t.Error(err)
		}
	}
	return m
}

// TestSignature holds a signature that openssl made: printf '%s' '{"id":1}' | openssl dgst -sha256 -hmac whsec -binary | base64
func TestSignature(t *testing.T) {
	d := func(header http.Header) *intake.Delivery {
		return &intake.Delivery{Header: header, Body: []byte(`{"id":1}`)}
	}
	good := http.Header{}
	good.Set("X-WC-Webhook-Signature", opensslSignature)
	good.Set("X-WC-Webhook-Topic", "order.deleted")
	good.Set("X-WC-Webhook-Delivery-ID", "deadbeef")
	one := d(good)
	if err := Reader.Verify(connection(), one); err != nil || one.ID != "deadbeef" || one.Topic != "order.deleted" {
		t.Errorf("%v, %+v", err, one)
	}
	for name, h := range map[string]http.Header{"none": {}, "no base64": {headerSignature: {"%%%"}}, "another": {headerSignature: {strings.Replace(opensslSignature, opensslSignature[:1], "A", 1)}}, "empty": {headerSignature: {""}}} {
		if err := Reader.Verify(connection(), d(h)); recourse.CodeOf(err) != "signature_wrong" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := connection()
	c.Secrets["secret"] = ""
	if err := Reader.Verify(c, d(good)); err == nil {
		t.Error("a connection without a secret lets everything in")
	}
}

func TestPing(t *testing.T) {
	for body, ok := range map[string]bool{"webhook_id=7": true, "webhook_id=": false, "webhook_id=7&x=1": false, "webhook_id=" + strings.Repeat("7", 40): false, `{"id":1}`: false} {
		d := &intake.Delivery{Header: http.Header{}, Body: []byte(body)}
		err := Reader.Verify(connection(), d)
		if (err == nil) != ok || ok && d.ID != "ping" {
			t.Errorf("%s: %v, %q", body, err, d.ID)
		}
	}
	if m := told(t, "ping", []byte("webhook_id=7")); m.Note != NotePing || len(m.Events) > 0 {
		t.Errorf("%+v", m)
	}
}

// TestOrder reads an order with a discount on one line alone, three pieces for 30.00, taxes on top, and a parcel.
func TestOrder(t *testing.T) {
	m := told(t, "order.created", example(t))
	if len(m.Events) != 2 || m.Order != "10727" {
		t.Fatalf("%+v", m)
	}
	e := m.Events[0]
	eur := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }
	if e.Type != recourse.OrderPlaced || e.Ref != "727" || e.Order != "10727" || e.Paid != eur(5988) || e.Shipping != eur(588) || e.Discount != eur(0) || e.Tax != eur(998) ||
		!e.Time.Equal(time.Date(2026, 11, 2, 9, 4, 5, 0, time.UTC)) || *e.Payment != (recourse.Payment{Provider: "stripe", ID: "ch_3PxWoo"}) {
		t.Errorf("%+v", e)
	}
	if *e.Buyer != (recourse.Buyer{Name: "Zoé Léger", Email: "zoe@example.com", Locale: "fr"}) || e.ShipTo.Street != "9 quai de la Fosse, 2e étage" || e.ShipTo.Name != "Zoé Léger, Atelier Zoé" || e.ShipTo.Phone != "+33 6 12 34 56 78" {
		t.Errorf("%+v, %+v", e.Buyer, e.ShipTo)
	}
	if l := e.Items[0]; l.Quantity != 3 || l.Price != eur(1000) || l.Ref != "315" || l.SKU != "LAMP-1" || e.Items[1].Price != eur(2400) {
		t.Errorf("%+v", e.Items)
	}
	order := recourse.Order{Lines: e.Items, Paid: e.Paid, Shipping: e.Shipping, Discount: e.Discount, Tax: e.Tax}
	if a, b := order.PaidFor(1), order.PaidFor(2); a != eur(3000) || b != eur(2400) {
		t.Errorf("paid for the lines: %s, %s", a, b)
	}
	if p := m.Events[1]; p.Type != recourse.ParcelShipped || p.Tracking != "6A123" || p.Carrier != "Colissimo" || p.Time.Year() != 2025 {
		t.Errorf("%+v", p)
	}
}

// TestSameFactSameID: webhook and back-fill tell the same fact by the same id; another state of the order in the same
// second is another fact.
func TestSameFactSameID(t *testing.T) {
	a, b := told(t, "order.created", example(t)), told(t, "order.updated", example(t))
	c := told(t, "order.updated", example(t, "9 quai", "10 quai"))
	if a.Events[0].ID != b.Events[0].ID || a.Events[1].ID != b.Events[1].ID || a.Events[0].ID == c.Events[0].ID || a.Events[1].ID != c.Events[1].ID {
		t.Errorf("%s %s %s", a.Events[0].ID, b.Events[0].ID, c.Events[0].ID)
	}
}

func TestStatuses(t *testing.T) {
	paid := `"date_paid_gmt":"2026-11-02T09:04:40"`
	types := func(m intake.Meaning) (out string) {
		for _, e := range m.Events {
			if e.Type != recourse.ParcelShipped {
				out += string(e.Type) + " "
			}
		}
		return out + m.Note
	}
	for status, want := range map[string][2]string{ // paid, not paid
		"pending":        {"order.placed ", "not_paid"},
		"on-hold":        {"order.placed ", "not_paid"},
		"processing":     {"order.placed ", "order.placed "},
		"completed":      {"order.placed ", "order.placed "},
		"cancelled":      {"order.placed order.cancel_requested ", "not_paid"},
		"failed":         {"order.placed ", "not_paid"},
		"refunded":       {"order.placed ", "order.placed "},
		"checkout-draft": {"not_paid", "not_paid"},
		"wc-own-status":  {"order.placed ", "not_paid"},
	} {
		change := []string{`"status":"processing"`, `"status":"` + status + `"`}
		if got := types(told(t, "order.updated", example(t, change...))); got != want[0] {
			t.Errorf("%s, paid: %s", status, got)
		}
		if got := types(told(t, "order.updated", example(t, append(change, paid, `"date_paid_gmt":null`)...))); got != want[1] {
			t.Errorf("%s, not paid: %s", status, got)
		}
	}
	echo := example(t, `"status":"processing"`, `"status":"cancelled"`, `"key":"odd"`, `"key":"`+CancelledMeta+`"`)
	if got := types(told(t, "order.updated", echo)); got != "order.placed " {
		t.Errorf("a cancellation that was made here is news: %s", got)
	}
	if m := told(t, "order.deleted", []byte(`{"id":727}`)); m.Note != NoteDeleted {
		t.Errorf("%+v", m)
	}
	if m := told(t, "product.updated", []byte(`{}`)); !m.Unknown {
		t.Errorf("%+v", m)
	}
}

// TestMoney: currencies without decimals and with three, and shops that reckon with more decimals than the currency has.
func TestMoney(t *testing.T) {
	for _, tt := range []struct {
		currency, total, tax, quantity string
		price, discount                int64
		line                           int64
	}{
		{"JPY", "1000", "100", "3", 367, 1, 1100},
		{"KWD", "10.500", "0.525", "2", 5513, 1, 11025},
		{"EUR", "8.3333", "1.6667", "1", 1000, 0, 1000},
		{"EUR", "0", "0", "2", 0, 0, 0},
		{"EUR", "10.00", "0", "1.5", 500, 0, 1000},
	} {
		body := `{"id":1,"number":"1","status":"processing","currency":"` + tt.currency + `","total":"` + tt.total + `","date_modified_gmt":"2026-11-02T09:05:00","line_items":[{"id":5,"quantity":` + tt.quantity + `,"total":"` + tt.total + `","total_tax":"` + tt.tax + `"}]}`
		body = strings.Replace(body, `"total":"`+tt.total+`","date`, `"total":"99999","date`, 1)
		e := told(t, "order.updated", []byte(body)).Events[0]
		order := recourse.Order{Lines: e.Items, Paid: e.Paid, Shipping: e.Shipping, Discount: e.Discount, Tax: e.Tax}
		if e.Items[0].Price.Minor != tt.price || e.Discount.Minor != tt.discount || order.PaidFor(1).Minor != tt.line {
			t.Errorf("%s %s: a piece %s, discount %s, paid for %s", tt.total, tt.currency, e.Items[0].Price, e.Discount, order.PaidFor(1))
		}
	}
}

func TestRefunds(t *testing.T) {
	whole := example(t, `"status":"processing"`, `"status":"refunded"`, `"refunds":[]`, `"refunds":[{"id":900,"reason":"sorry","total":"-59.88"}]`)
	m := told(t, "order.updated", whole)
	e := m.Events[len(m.Events)-1]
	if e.ID != "refund/900" || e.Type != recourse.RefundSucceeded || e.Amount.Minor != 5988 || len(e.Lines) != 2 || e.Effect != "" {
		t.Errorf("%+v", e)
	}
	part := example(t, `"refunds":[]`, `"refunds":[{"id":901,"reason":"","total":"-10.00"}]`)
	if m := told(t, "order.updated", part); m.Note != NoteRefundLater || len(m.Events) != 2 {
		t.Errorf("%+v", m)
	}
	ours := example(t, `"refunds":[]`, `"refunds":[{"id":902,"reason":"Recourse `+Mark("10727-1/3", "0a1b2c3d-0000")+`","total":"-10.00"}]`)
	if m := told(t, "order.updated", ours); m.Note != NoteOurRefund || len(m.Events) != 2 {
		t.Errorf("%+v", m)
	}
	if e, k := Marked("Recourse " + Mark("10727-1/3", "0a1b2c3d-0000")); e != "10727-1/3" || k != "0a1b2c3d" {
		t.Errorf("%s %s", e, k)
	}
	fetched := example(t, `"refunds":[]`, `"refunds":[],"recourse_refunds":[
		{"id":903,"date_created_gmt":"2026-11-03T10:00:00","amount":"20.00","reason":"","refunded_payment":true,"meta_data":[],"line_items":[{"id":999,"quantity":-2,"total":"-16.67","meta_data":[{"key":"_refunded_item_id","value":"315"}]}]},
		{"id":904,"date_created_gmt":"2026-11-03T10:00:00","amount":"10.00","reason":"","refunded_payment":true,"meta_data":[{"key":"_recourse_effect","value":"10727-1/3"}],"line_items":[{"id":999,"quantity":-1,"total":"-8","meta_data":[{"key":"_refunded_item_id","value":"315"}]}]},
		{"id":905,"date_created_gmt":"2026-11-03T10:00:00","amount":"1.00","reason":"x `+Mark("10727-1/4", "0a1b2c3d-0000")+`","refunded_payment":false,"meta_data":[],"line_items":[]}]`)
	m = told(t, "order.updated", fetched)
	if len(m.Events) != 4 {
		t.Fatalf("%+v", m.Events)
	}
	a, b := m.Events[2], m.Events[3]
	if a.Effect != "" || len(a.Lines) != 1 || a.Lines[0] != (recourse.Pieces{Line: 1, Quantity: 2}) || a.Amount.Minor != 2000 {
		t.Errorf("made in the shop: %+v", a)
	}
	if b.ID != "refund/904" || b.Effect != "10727-1/3" || len(b.Lines) != 0 {
		t.Errorf("made here: %+v", b)
	}
}

func TestBadInput(t *testing.T) {
	for body, code := range map[string]string{
		`{`: "woocommerce_json", `[]`: "woocommerce_json", `{"id":1} {}`: "woocommerce_json", `{"id":0}`: "woocommerce_order", `{"id":"x"}`: "woocommerce_json",
		`{"id":1,"status":"processing","currency":"XXX","line_items":[{"id":1}]}`:                                "woocommerce_currency",
		`{"id":1,"status":"processing","currency":"EUR","line_items":[]}`:                                        "woocommerce_lines",
		`{"id":1,"status":"processing","currency":"EUR","total":"1,00","line_items":[{"id":1}]}`:                 "woocommerce_amount",
		`{"id":1,"status":"processing","currency":"EUR","line_items":[{"id":1,"total":"-5"}]}`:                   "woocommerce_amount",
		`{"id":1,"status":"processing","currency":"EUR","date_created_gmt":"yesterday","line_items":[]}`:         "woocommerce_json",
		`{"id":1,"status":"processing","currency":"EUR","total":"99999999999999999999","line_items":[{"id":1}]}`: "woocommerce_amount",
	} {
		_, err := Reader.Read(connection(), &intake.Delivery{Topic: "order.updated", Body: []byte(body)})
		if recourse.CodeOf(err) != code {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("order.updated", example(f))
	f.Add("order.updated", example(f, `"refunds":[]`, `"refunds":[{"id":1,"total":"-1"}],"recourse_refunds":[{"id":1,"amount":"1"}]`))
	f.Add("order.deleted", []byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, topic string, body []byte) {
		m, err := Reader.Read(connection(), &intake.Delivery{Topic: topic, Body: body})
		if err != nil {
			return
		}
		for i := range m.Events {
			if err := m.Events[i].Check(); err != nil {
				t.Error(err)
			}
		}
	})
}

// opensslSignature was made by openssl, as the comment on TestSignature says.
const opensslSignature = "zC8fc2J1qFdixyP4o8Kfvsu3wUJ60d2+FFia1JA2pik="
