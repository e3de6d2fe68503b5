package stripe

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/intake"
	"recourse/peer"
)

var at = time.Unix(1700000000, 0)

func connection(secret string) *recourse.Connection {
	return &recourse.Connection{Merchant: "m", ID: "stripe", Secrets: map[string]string{"secret": secret}}
}

// delivery of a body with a signature that openssl made:
// printf '%s' '1700000000.{"id":"evt_1","type":"refund.updated"}' | openssl dgst -sha256 -hmac whsec_test
func delivery(header string) *intake.Delivery {
	return &intake.Delivery{At: at, Header: http.Header{headerSignature: {header}}, Body: []byte(`{"id":"evt_1","type":"refund.updated"}`)}
}

func TestVerify(t *testing.T) {
	for header, code := range map[string]string{
		"t=1700000000,v1=" + opensslSignature:                                     "",
		"t=1700000000,v1=" + strings.Repeat("00", 32) + ",v1=" + opensslSignature: "",
		"t=1700000000,v0=" + opensslSignature:                                     "signature_wrong",
		"t=1700000000,v1=" + strings.Repeat("00", 32):                             "signature_wrong",
		"t=1700000001,v1=" + opensslSignature:                                     "signature_wrong",
		"v1=" + opensslSignature:                                                  "signature_wrong",
		"":                                                                        "signature_wrong",
		"t=1700000000,v1=zz":                                                      "signature_wrong",
		"t=1700000000" + strings.Repeat(",v1=00", 20) + ",v1=" + opensslSignature: "signature_wrong",
	} {
		d := delivery(header)
		if err := Reader.Verify(connection("whsec_old\nwhsec_test"), d); recourse.CodeOf(err) != code || code == "" && (d.ID != "evt_1" || d.Topic != "refund.updated") {
			t.Errorf("%s: %v, %+v", header, err, d)
		}
	}
	if err := Reader.Verify(connection(""), delivery("t=1700000000,v1="+opensslSignature)); recourse.CodeOf(err) != "signature_wrong" {
		t.Error("without a secret everything is let in")
	}
	for off, code := range map[time.Duration]string{5 * time.Minute: "", 5*time.Minute + time.Second: "signature_old", -5*time.Minute - time.Second: "signature_old"} {
		d := delivery("t=1700000000,v1=" + opensslSignature)
		d.At = at.Add(off)
		if err := Reader.Verify(connection("whsec_test"), d); recourse.CodeOf(err) != code {
			t.Errorf("%s: %v", off, err)
		}
	}
}

// read signs an event as the stand-in does, verifies and reads it.
func told(t *testing.T, topic string, object map[string]any) intake.Meaning {
	t.Helper()
	req, err := peer.StripeWebhook("http://x.test/", "whsec_test", "evt_1", topic, object, at)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	d := &intake.Delivery{At: at, Header: req.Header, Body: body}
	if err := Reader.Verify(connection("whsec_test"), d); err != nil {
		t.Fatal(err)
	}
	m, err := Reader.Read(connection("whsec_test"), d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRefund(t *testing.T) {
	object := map[string]any{"id": "re_1", "amount": 1588, "currency": "eur", "payment_intent": "pi_1", "charge": "ch_1", "status": "succeeded",
		"metadata": map[string]string{"recourse_effect": "1001-1/3", "recourse_order": "1001"}}
	m := told(t, "refund.created", object)
	e := m.Events[0]
	if e.Type != recourse.RefundSucceeded || e.Effect != "1001-1/3" || e.Order != "1001" || e.Amount != (recourse.Money{Minor: 1588, Currency: "EUR"}) || *e.Payment != (recourse.Payment{Provider: "stripe", ID: "pi_1"}) {
		t.Errorf("%+v", e)
	}
	if again := told(t, "charge.refund.updated", object); again.Events[0].ID != e.ID {
		t.Errorf("%s and %s", again.Events[0].ID, e.ID)
	}
	object["status"], object["failure_reason"] = "failed", "expired_or_canceled_card"
	if f := told(t, "refund.failed", object).Events[0]; f.Type != recourse.RefundFailedNow || f.ID == e.ID || f.Reason != "expired_or_canceled_card" {
		t.Errorf("%+v", f)
	}
	object["status"] = "odd"
	if m := told(t, "refund.updated", object); m.Note != NoteStatus || len(m.Events) != 0 {
		t.Errorf("%+v", m)
	}
}

func TestDispute(t *testing.T) {
	object := map[string]any{"id": "dp_1", "amount": 5988, "currency": "eur", "payment_intent": "pi_1", "charge": "ch_1", "reason": "product_not_received", "evidence_details": map[string]any{"due_by": 1700600000}}
	for status, want := range map[string]recourse.EventType{"needs_response": recourse.DisputeOpened, "warning_needs_response": recourse.DisputeOpened, "won": recourse.DisputeWon, "warning_closed": recourse.DisputeWon, "lost": recourse.DisputeLost, "under_review": ""} {
		object["status"] = status
		m := told(t, "charge.dispute.updated", object)
		if want == "" {
			if len(m.Events) != 0 {
				t.Errorf("%s: %+v", status, m)
			}
			continue
		}
		e := m.Events[0]
		if e.Type != want || e.Amount.Minor != 5988 || e.Payment.ID != "pi_1" || want == recourse.DisputeOpened && (e.Due.Unix() != 1700600000 || e.Reason != "product_not_received") {
			t.Errorf("%s: %+v", status, e)
		}
	}
}

func TestOthers(t *testing.T) {
	if m := told(t, "charge.refunded", map[string]any{"id": "ch_1"}); m.Note != NoteByRefund {
		t.Errorf("%+v", m)
	}
	if m := told(t, "customer.created", map[string]any{"id": "cus_1"}); !m.Unknown {
		t.Errorf("%+v", m)
	}
	for _, body := range []string{`{`, `{"type":"refund.updated","data":{"object":{}}}`, `{"type":"refund.updated","data":{"object":[]}}`, `{"type":"charge.dispute.closed"}`} {
		if _, err := Reader.Read(connection(""), &intake.Delivery{Body: []byte(body)}); recourse.CodeOf(err) != "stripe_event" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"evt_1","type":"refund.updated","created":1,"data":{"object":{"id":"re_1","amount":1,"currency":"isk","status":"failed","metadata":{"recourse_order":"1"}}}}`), "t=1,v1=00")
	f.Add([]byte(`{"id":"evt_1","type":"charge.dispute.closed","created":1,"data":{"object":{"id":"dp_1","status":"won"}}}`), "t=1,v1=00,v1=01")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		if err := Reader.Verify(connection("s"), &intake.Delivery{At: at, Header: http.Header{headerSignature: {header}}, Body: body}); err == nil {
			t.Error("a signature was guessed")
		}
		m, err := Reader.Read(connection("s"), &intake.Delivery{Body: bytes.Clone(body)})
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

// opensslSignature was made by openssl, as the comment on delivery says.
const opensslSignature = "278fcb5fa884d4e428712b48422f192c9b52ee752c2a3c9dbb6b0b9a1ae4a8bd"

func TestUnits(t *testing.T) {
	for _, tt := range []struct {
		m    recourse.Money
		want int64
		ok   bool
	}{
		{recourse.Money{Minor: 1588, Currency: "EUR"}, 1588, true}, {recourse.Money{Minor: 1500, Currency: "JPY"}, 1500, true}, {recourse.Money{Minor: 1500, Currency: "ISK"}, 150000, true},
		{recourse.Money{Minor: 1500, Currency: "UGX"}, 150000, true}, {recourse.Money{Minor: 1500, Currency: "MGA"}, 15, true}, {recourse.Money{Minor: 1550, Currency: "MGA"}, 0, false},
		{recourse.Money{Minor: 1230, Currency: "KWD"}, 1230, true}, {recourse.Money{Minor: 1234, Currency: "KWD"}, 0, false}, {recourse.Money{Minor: 0, Currency: "EUR"}, 0, false}, {recourse.Money{Minor: -1, Currency: "EUR"}, 0, false},
		{recourse.Money{Minor: 10000, Currency: "CLF"}, 0, false},
	} {
		got, ok := Units(tt.m)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%s: %d %v", tt.m, got, ok)
		}
		if ok && Money(got, string(tt.m.Currency)) != tt.m {
			t.Errorf("%s comes back as %s", tt.m, Money(got, string(tt.m.Currency)))
		}
	}
}
