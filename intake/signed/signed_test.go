package signed_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"recourse"
	"recourse/intake"
	"recourse/intake/signed"
)

// The vector of the specification's own libraries (Standard Webhooks, libraries/go/webhook_test.go).
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorBody      = `{"test": 2432232314}`
	vectorAt        = 1614265330
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func connection(secret, old string) *recourse.Connection {
	return &recourse.Connection{ID: "c", Secrets: map[string]string{"secret": secret, "old_secret": old}}
}

func delivery(id string, at int64, signature, body string) *intake.Delivery {
	return &intake.Delivery{At: time.Unix(at, 0), Body: []byte(body), Header: http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(at, 10)}, "Webhook-Signature": {signature}}}
}

func TestVector(t *testing.T) {
	d := delivery(vectorID, vectorAt, vectorSignature, vectorBody)
	if err := signed.Reader.Verify(connection(vectorSecret, ""), d); err != nil {
		t.Fatal(err)
	}
	if d.ID != vectorID {
		t.Errorf("the delivery is %q", d.ID)
	}
	h, err := signed.Sign(vectorSecret, vectorID, time.Unix(vectorAt, 0), []byte(vectorBody))
	if err != nil || h.Get("Webhook-Signature") != vectorSignature {
		t.Errorf("signed: %v %v", h, err)
	}
}

// TestOtherLibrary: what the specification's own library signs is verified here, and the other way round.
func TestOtherLibrary(t *testing.T) {
	other, err := standardwebhooks.NewWebhook(vectorSecret)
	if err != nil {
		t.Fatal(err)
	}
	now, body := time.Now(), []byte(`{"type":"order.placed"}`)
	signature, err := other.Sign("msg_1", now, body)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]*recourse.Connection{
		"the secret": connection(vectorSecret, ""), "the old one": connection("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)), vectorSecret),
		"several": connection("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 24))+" "+vectorSecret, ""), "without its mark": connection(strings.TrimPrefix(vectorSecret, "whsec_"), ""),
	} {
		for _, list := range []string{signature, "v1a,AAAA v1,AAAA " + signature} {
			d := delivery("msg_1", now.Unix(), list, string(body))
			if err := signed.Reader.Verify(c, d); err != nil || d.Topic != "order.placed" {
				t.Errorf("%s: %v %q", what, err, d.Topic)
			}
		}
	}
	h, err := signed.Sign(vectorSecret, "msg_2", now, body)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Verify(body, h); err != nil {
		t.Errorf("the other library: %v", err)
	}
}

// TestPublicKey: who signs with a private key of their own is known by the public one.
func TestPublicKey(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := connection("whpk_"+base64.StdEncoding.EncodeToString(public), "")
	sum := ed25519.Sign(private, []byte("msg_1.1700000000.{}"))
	good := "v1a," + base64.StdEncoding.EncodeToString(sum)
	if err := signed.Reader.Verify(c, delivery("msg_1", 1700000000, good, "{}")); err != nil {
		t.Error(err)
	}
	for _, bad := range []*intake.Delivery{delivery("msg_2", 1700000000, good, "{}"), delivery("msg_1", 1700000000, "v1"+good[3:], "{}"), delivery("msg_1", 1700000000, good[:20], "{}")} {
		if err := signed.Reader.Verify(c, bad); recourse.CodeOf(err) != "signature_wrong" {
			t.Errorf("%v", err)
		}
	}
}

func TestTolerance(t *testing.T) {
	for _, off := range []time.Duration{signed.Tolerance, -signed.Tolerance} {
		d := delivery(vectorID, vectorAt, vectorSignature, vectorBody)
		d.At = d.At.Add(off)
		if err := signed.Reader.Verify(connection(vectorSecret, ""), d); err != nil {
			t.Errorf("%v: %v", off, err)
		}
		d.At = d.At.Add(off / 300)
		if err := signed.Reader.Verify(connection(vectorSecret, ""), d); recourse.CodeOf(err) != "signature_wrong" {
			t.Errorf("beyond %v: %v", off, err)
		}
	}
}

func TestSecrets(t *testing.T) {
	for _, bad := range []string{"hunter2", "whsec_", "whsec_AAAA", "whpk_AAAA", "whsec_!", vectorSecret + " x", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		if _, err := signed.Secrets(bad); recourse.CodeOf(err) != "secret_malformed" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

const order = `"data": {"order": "1001", "lines": [{"line": 1, "title": "Kite", "quantity": 1, "price": "10.00 EUR"}]}`

func TestRead(t *testing.T) {
	for _, test := range []struct{ body, ids, code string }{
		{`{"type": "order.placed", ` + order + `}`, "msg_1/1", ""},
		{`{"type": "recourse.order.placed", "id": "E1", "timestamp": "2026-03-01T09:00:00Z", ` + order + `}`, "E1", ""},
		{`{"specversion": "1.0", "id": "E1", "source": "erp", "type": "order.placed", "time": "2026-03-01T09:00:00Z", ` + order + `}`, "E1", ""},
		{`[{"type": "order.placed", ` + order + `}, {"type": "order.cancel_requested", "data": {"order": "1001"}}]`, "msg_1/1 msg_1/2", ""},
		{`[{"type": "coupon.created"}, {"type": "order.cancel_requested", "data": {"order": "1001"}}]`, "msg_1/2", ""},
		{`[]`, "", ""}, {`{"type": "coupon.created"}`, "", ""},
		{``, "", "json"}, {`null`, "", "event_missing"}, {`7`, "", "json"}, {`{"type": 7}`, "", "json"}, {`{}`, "", "event_missing"},
		{`{"specversion": "2.0", "id": "1", "type": "order.placed"}`, "", "event_version"}, {`{"specversion": "1.0", "type": "order.placed"}`, "", "event_missing"},
		{`{"type": "order.placed", "time": "yesterday"}`, "", "time_malformed"}, {`{"type": "order.placed", "data_base64": "AA=="}`, "", "event_data"},
		{`{"type": "order.placed", "data": {"order": "1001", "colour": 1}}`, "", "event_field"}, {`{"type": "order.placed", "data": {"order": "1001"}}`, "", "event_missing"},
		{strings.Repeat("[", 40), "", "json_depth"}, {"[" + strings.Repeat("{},", signed.MaxEvents) + "{}]", "", "event_count"},
	} {
		m, err := signed.Reader.Read(&recourse.Connection{ID: "mine"}, &intake.Delivery{ID: "msg_1", Body: []byte(test.body)})
		var ids []string
		for _, ev := range m.Events {
			ids = append(ids, ev.ID)
		}
		if strings.Join(ids, " ") != test.ids || recourse.CodeOf(err) != test.code {
			t.Errorf("%.60s: %q %v, want %q %q", test.body, ids, err, test.ids, test.code)
		}
		if unknown := strings.HasPrefix(test.body, `{"type": "coupon`); m.Unknown != unknown {
			t.Errorf("%.60s: unknown %v", test.body, m.Unknown)
		}
	}
	m, err := signed.Reader.Read(&recourse.Connection{ID: "mine"}, &intake.Delivery{ID: "1", Body: []byte(`{"specversion": "1.0", "id": "E1", "source": "desk", "type": "order.placed", ` + order + `}`)})
	if err != nil || m.Events[0].Source != "" {
		t.Errorf("somebody speaks as the desk: %+v %v", m, err)
	}
}

func FuzzSigned(f *testing.F) {
	f.Add([]byte(`{"type": "order.placed", ` + order + `}`))
	f.Add([]byte(`[{"type": "coupon.created"}, 7]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := &intake.Delivery{ID: "msg_1", Body: body}
		m, err := signed.Reader.Read(&recourse.Connection{ID: "mine"}, d)
		again, err2 := signed.Reader.Read(&recourse.Connection{ID: "mine"}, d)
		if len(m.Events) != len(again.Events) || recourse.CodeOf(err) != recourse.CodeOf(err2) {
			t.Fatal("read twice, it means something else")
		}
		for i := range m.Events {
			if m.Events[i].ID == "" || m.Events[i].ID != again.Events[i].ID {
				t.Fatal("an event has no id of its own")
			}
		}
		if err := signed.Reader.Verify(connection(vectorSecret, ""), &intake.Delivery{Body: body, At: time.Unix(vectorAt, 0), Header: http.Header{"Webhook-Id": {string(body)}, "Webhook-Timestamp": {strconv.Itoa(vectorAt)}, "Webhook-Signature": {string(body)}}}); err == nil {
			t.Fatal("verified without a signature")
		}
	})
}
