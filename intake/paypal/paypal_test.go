package paypal

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
	"recourse/peer"
)

var at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func eur(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }

// account is a stand-in of PayPal, and a connection to it.
type account struct {
	*testing.T
	*peer.PayPal
	url  string
	c    *recourse.Connection
	peer *call.Client
	asks atomic.Int64 // for certificates
}

func open(t *testing.T) *account {
	t.Helper()
	a := &account{T: t, PayPal: peer.NewPayPal("client", "secret"), peer: call.New(call.Options{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, certPath) {
			a.asks.Add(1)
		}
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	roots, err := a.Roots()
	if err != nil {
		t.Fatal(err)
	}
	a.url = server.URL
	a.c = &recourse.Connection{Merchant: "m", ID: "paypal", Settings: map[string]string{"url": a.url, "webhook": "1JE4291016473214C", "roots": roots}, Secrets: map[string]string{}}
	return a
}

// told is a delivery of the stand-in's.
func (a *account) told(topic string, resource any) *intake.Delivery {
	a.Helper()
	req, err := peer.PayPalWebhook(a.url, a.url, "1JE4291016473214C", "1", topic, resource, at)
	if err != nil {
		a.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		a.Fatal(err)
	}
	return &intake.Delivery{At: at, Header: req.Header, Body: body}
}

// check verifies a delivery as the door does.
func (a *account) check(d *intake.Delivery) error {
	if err := Reader.Verify(a.c, d); err != nil {
		return err
	}
	return Reader.Prove(a.Context(), a.c, a.peer, d)
}

// meaning is what a delivery means that is verified first.
func (a *account) meaning(topic string, resource any) intake.Meaning {
	a.Helper()
	d := a.told(topic, resource)
	if err := a.check(d); err != nil {
		a.Fatal(err)
	}
	m, err := Reader.Read(a.c, d)
	if err != nil {
		a.Fatal(err)
	}
	return m
}

func TestVerify(t *testing.T) {
	a := open(t)
	for range 2 {
		d := a.told("PAYMENT.CAPTURE.REFUNDED", map[string]any{})
		if err := a.check(d); err != nil || d.ID != "69cd13f0-d67a-11e5-1" || d.Topic != "PAYMENT.CAPTURE.REFUNDED" {
			t.Fatalf("%v, %+v", err, d)
		}
	}
	if n := a.asks.Load(); n != 1 {
		t.Errorf("the certificate was asked for %d times", n)
	}
	for name, tt := range map[string]struct {
		change func(*intake.Delivery)
		code   string
	}{
		"another body":            {func(d *intake.Delivery) { d.Body = bytes.Replace(d.Body, []byte("WH-1"), []byte("WH-2"), 1) }, "signature_wrong"},
		"another transmission":    {func(d *intake.Delivery) { d.Header.Set(headerID, "69cd13f0-d67a-11e5-2") }, "signature_wrong"},
		"another instant":         {func(d *intake.Delivery) { d.Header.Set(headerTime, "2026-03-02T10:00:01Z") }, "signature_wrong"},
		"no instant":              {func(d *intake.Delivery) { d.Header.Del(headerTime) }, "signature_wrong"},
		"another signature":       {func(d *intake.Delivery) { d.Header.Set(headerSignature, "AAAA") }, "signature_wrong"},
		"a signature that is no":  {func(d *intake.Delivery) { d.Header.Set(headerSignature, "*") }, "signature_wrong"},
		"another algorithm":       {func(d *intake.Delivery) { d.Header.Set(headerAlgorithm, "SHA1withRSA") }, "signature_wrong"},
		"a certificate elsewhere": {func(d *intake.Delivery) { d.Header.Set(headerCert, "https://evil.example"+certPath+"CERT-1") }, "signature_wrong"},
		"no certificate there":    {func(d *intake.Delivery) { d.Header.Set(headerCert, a.url+certPath+"CERT-none") }, "signature_wrong"},
		"parts in the id":         {func(d *intake.Delivery) { d.Header.Set(headerID, "a|b") }, "signature_wrong"},
		"too old":                 {func(d *intake.Delivery) { d.At = at.Add(oldest + time.Second) }, "signature_old"},
		"ahead":                   {func(d *intake.Delivery) { d.At = at.Add(-ahead - time.Second) }, "signature_old"},
		"no event":                {func(d *intake.Delivery) { d.Body = []byte(`{}`) }, "paypal_event"},
		"no JSON":                 {func(d *intake.Delivery) { d.Body = []byte(`{`) }, "paypal_event"},
	} {
		d := a.told("PAYMENT.CAPTURE.REFUNDED", map[string]any{})
		tt.change(d)
		if err := a.check(d); recourse.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.c.Settings["webhook"] = "ANOTHER"
	if err := a.check(a.told("X", nil)); recourse.CodeOf(err) != "signature_wrong" {
		t.Errorf("another webhook's: %v", err)
	}
	delete(a.c.Settings, "webhook")
	if err := a.check(a.told("X", nil)); recourse.CodeOf(err) != "signature_wrong" {
		t.Errorf("without the webhook's id: %v", err)
	}
}

// TestCertificate: only PayPal's own host shows certificates, and only PayPal's own count.
func TestCertificate(t *testing.T) {
	live, sandbox := &recourse.Connection{Settings: map[string]string{}}, &recourse.Connection{Settings: map[string]string{"environment": "sandbox"}}
	for address, want := range map[string][2]bool{
		"https://api.paypal.com" + certPath + "CERT-1":                 {true, false},
		"https://api-m.paypal.com" + certPath + "CERT-1":               {true, false},
		"https://api.sandbox.paypal.com" + certPath + "CERT-1":         {false, true},
		"http://api.paypal.com" + certPath + "CERT-1":                  {},
		"https://api.paypal.com:8443" + certPath + "CERT-1":            {},
		"https://api.paypal.com.evil.example" + certPath + "CERT-1":    {},
		"https://evil.example\\@api.paypal.com" + certPath + "CERT-1":  {},
		"https://api.paypal.com@evil.example" + certPath + "CERT-1":    {},
		"https://user@api.paypal.com" + certPath + "CERT-1":            {},
		"https://api.paypal.com/v1/other/CERT-1":                       {},
		"https://api.paypal.com" + certPath + "../../redirect":         {},
		"https://api.paypal.com" + certPath + "%2e%2e/CERT":            {},
		"https://api.paypal.com" + certPath:                            {},
		"https://api.paypal.com" + certPath + "CERT-1?to=x":            {},
		"https://api.paypal.com" + certPath + strings.Repeat("A", 500): {},
		"https://169.254.169.254" + certPath + "CERT-1":                {},
		"": {},
	} {
		if got := [2]bool{certified(live, address), certified(sandbox, address)}; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	a := open(t)
	d := a.told("X", nil)
	delete(a.c.Settings, "roots")
	if err := a.check(d); recourse.CodeOf(err) != "signature_wrong" {
		t.Errorf("an authority that nobody knows: %v", err)
	}
	ch := parse(pemOf(t, a))
	for name, tt := range map[string]struct {
		alone bool
		at    time.Time
		cn    string
		ok    bool
	}{
		"alone, from PayPal's host": {true, at, "", true}, "not yet good": {true, at.AddDate(-40, 0, 0), "", false}, "over": {true, at.AddDate(40, 0, 0), "", false}, "another's": {true, at, "www.evil.example", false}, "another's at the end": {true, at, "paypal.com.evil.example", false},
	} {
		leaf := *ch.leaf
		if tt.cn != "" {
			leaf.DNSNames = []string{tt.cn}
		}
		if err := (&chain{leaf: &leaf}).check("", tt.at); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func pemOf(t *testing.T, a *account) []byte {
	t.Helper()
	answer, err := a.peer.Do(t.Context(), http.MethodGet, a.told("X", nil).Header.Get(headerCert), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Body
}

// TestFetching: strangers cannot make PayPal be asked without end, and PayPal's silence is no refusal.
func TestFetching(t *testing.T) {
	a := open(t)
	now := at.Add(24 * time.Hour) // a time of its own, for the rate
	away := 0
	for i := range 40 {
		d := a.told("X", nil)
		d.At = now
		d.Header.Set(headerTime, now.Format(time.RFC3339))
		d.Header.Set(headerCert, a.url+certPath+"CERT-x"+strings.Repeat("y", i))
		err := a.check(d)
		if recourse.KindOf(err) == recourse.Unavailable {
			away++
		} else if recourse.CodeOf(err) != "signature_wrong" {
			t.Fatal(err)
		}
	}
	if n := a.asks.Load(); n > fetchBurst || away != 40-int(n) {
		t.Errorf("asked %d times, put off %d times", n, away)
	}
	b := open(t)
	b.peer = call.New(call.Options{Timeout: time.Millisecond, Transport: deaf{}})
	d := b.told("X", nil)
	d.At = now.Add(time.Hour)
	d.Header.Set(headerTime, d.At.Format(time.RFC3339))
	if err := b.check(d); recourse.KindOf(err) != recourse.Unavailable {
		t.Errorf("PayPal away: %v", err)
	}
}

// deaf answers nothing.
type deaf struct{}

func (deaf) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// TestRefunds: refunds of ours by their numbers, all others by their payment, in both versions of PayPal's API.
func TestRefunds(t *testing.T) {
	a := open(t)
	a.Pay("CAP1", eur(5988))
	ours := map[string]any{"id": "R1", "status": "PENDING", "custom_id": "1001-1/3", "invoice_id": Invoice("1001-1/3", "0a1b2c3d-1111-5222-8333-444455556666"), "amount": map[string]string{"value": "15.88", "currency_code": "EUR"}}
	for status, want := range map[string]recourse.EventType{"PENDING": recourse.RefundSentNow, "COMPLETED": recourse.RefundSucceeded, "FAILED": recourse.RefundFailedNow, "CANCELLED": recourse.RefundFailedNow} {
		ours["status"], ours["status_details"] = status, map[string]string{"reason": "ECHECK"}
		e := a.meaning("PAYMENT.REFUND."+status, ours).Events[0]
		if e.Type != want || e.Effect != "1001-1/3" || e.Amount != eur(1588) || want == recourse.RefundFailedNow && e.Reason != "echeck" {
			t.Errorf("%s: %+v", status, e)
		}
	}
	byHand := a.meaning("PAYMENT.CAPTURE.REFUNDED", a.ByHand("CAP1", eur(1000))).Events[0]
	if byHand.Type != recourse.RefundSucceeded || byHand.Effect != "" || byHand.Order != "" || byHand.Amount != eur(1000) || *byHand.Payment != (recourse.Payment{Provider: "paypal", ID: "CAP1"}) || byHand.ID != "R1/refund.succeeded" || !byHand.Time.Equal(at) {
		t.Errorf("%+v", byHand)
	}
	sale := a.meaning("PAYMENT.SALE.REFUNDED", map[string]any{"id": "R9", "state": "completed", "sale_id": "SALE1", "amount": map[string]string{"total": "-5.00", "currency": "EUR"}}).Events[0]
	if sale.Type != recourse.RefundSucceeded || sale.Amount != eur(500) || sale.Payment.ID != "SALE1" {
		t.Errorf("%+v", sale)
	}
	for _, shops := range []map[string]any{{"custom_id": "1001-1/3", "invoice_id": "INV-7"}, {"custom_id": "1001", "invoice_id": "1001-0A1B2C3D1111"}, {"custom_id": "", "invoice_id": "-0a1b2c3d1111"}} {
		shops["id"], shops["status"] = "R1", "COMPLETED"
		if e := a.meaning("PAYMENT.CAPTURE.REFUNDED", shops).Events[0]; e.Effect != "" {
			t.Errorf("the shop's own numbers are taken for ours: %+v", e)
		}
	}
	if m := a.meaning("PAYMENT.CAPTURE.REFUNDED", map[string]any{"id": "R1", "status": "ODD"}); m.Note != NoteStatus {
		t.Errorf("%+v", m)
	}
}

func TestDisputes(t *testing.T) {
	a := open(t)
	due := at.Add(72 * time.Hour)
	for _, tt := range []struct {
		topic, status, outcome string
		due, wantDue           time.Time
		want                   recourse.EventType
	}{
		{"CREATED", "OPEN", "", due, due, recourse.DisputeOpened},
		{"CREATED", "OPEN", "", time.Time{}, at.Add(inquiryFor), recourse.DisputeOpened},
		{"UPDATED", "WAITING_FOR_SELLER_RESPONSE", "", due, due, recourse.DisputeOpened},
		{"UPDATED", "WAITING_FOR_BUYER_RESPONSE", "", due, due, ""},
		{"UPDATED", "UNDER_REVIEW", "", due, due, ""},
		{"RESOLVED", "RESOLVED", "RESOLVED_BUYER_FAVOUR", due, due, recourse.DisputeLost},
		{"RESOLVED", "RESOLVED", "RESOLVED_SELLER_FAVOUR", due, due, recourse.DisputeWon},
		{"RESOLVED", "RESOLVED", "RESOLVED_WITH_PAYOUT", due, due, recourse.DisputeWon},
		{"RESOLVED", "RESOLVED", "CANCELED_BY_BUYER", due, due, recourse.DisputeWon},
		{"RESOLVED", "RESOLVED", "NONE", due, due, ""},
	} {
		m := a.meaning("CUSTOMER.DISPUTE."+tt.topic, peer.PayPalDispute("PP-D-1", "CAP1", tt.status, tt.outcome, eur(5988), at, tt.due))
		if tt.want == "" {
			if len(m.Events) != 0 || m.Note != NoteStatus {
				t.Errorf("%+v: %+v", tt, m)
			}
			continue
		}
		e := m.Events[0]
		if e.Type != tt.want || e.Amount != eur(5988) || e.Payment.ID != "CAP1" || e.ID != "PP-D-1/CAP1/"+string(tt.want) || tt.want == recourse.DisputeOpened && (!e.Due.Equal(tt.wantDue) || e.Reason != "merchandise_or_service_not_received") {
			t.Errorf("%+v: %+v", tt, e)
		}
	}
	two := peer.PayPalDispute("PP-D-2", "CAP1", "OPEN", "", eur(5988), at, due)
	two["disputed_transactions"] = []any{map[string]string{"seller_transaction_id": "CAP1"}, map[string]string{}, map[string]string{"seller_transaction_id": "CAP2"}}
	if m := a.meaning("CUSTOMER.DISPUTE.CREATED", two); len(m.Events) != 2 || m.Events[1].Payment.ID != "CAP2" || m.Events[1].Amount.Currency != "" {
		t.Errorf("%+v", m)
	}
}

func TestOthers(t *testing.T) {
	a := open(t)
	for topic, want := range map[string]intake.Meaning{"PAYMENT.CAPTURE.REVERSED": {Note: NoteReversed}, "PAYMENT.CAPTURE.COMPLETED": {Note: NoteStatus}, "INVOICING.INVOICE.PAID": {Unknown: true}} {
		if m := a.meaning(topic, map[string]any{}); m.Note != want.Note || m.Unknown != want.Unknown || len(m.Events) != 0 {
			t.Errorf("%s: %+v", topic, m)
		}
	}
	for _, body := range []string{`{`, `{"event_type":"PAYMENT.CAPTURE.REFUNDED"}`, `{"event_type":"PAYMENT.CAPTURE.REFUNDED","resource":[]}`, `{"event_type":"CUSTOMER.DISPUTE.CREATED","resource":{"dispute_id":"D","status":"OPEN"}}`, `{"event_type":"CUSTOMER.DISPUTE.CREATED","resource":{"dispute_id":"D","status":"OPEN","disputed_transactions":[{}]}}`} {
		if _, err := Reader.Read(a.c, &intake.Delivery{Body: []byte(body)}); recourse.CodeOf(err) != "paypal_event" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestCRC: the checksum is that of PayPal's documentation, of the body as it came, written as a number of ten.
func TestCRC(t *testing.T) {
	if n := crc32.ChecksumIEEE([]byte("123456789")); n != 3421780262 { // the check value of CRC-32/ISO-HDLC
		t.Error(n)
	}
}

func FuzzRead(f *testing.F) {
	for _, r := range []any{map[string]any{"id": "R1", "status": "COMPLETED", "amount": map[string]string{"value": "1.00", "currency_code": "EUR"}}, peer.PayPalDispute("D", "C", "OPEN", "", eur(100), at, at)} {
		for _, topic := range []string{"PAYMENT.CAPTURE.REFUNDED", "CUSTOMER.DISPUTE.CREATED"} {
			body, err := json.Marshal(map[string]any{"id": "WH-1", "event_type": topic, "create_time": at, "resource": r})
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body, "id", at.Format(time.RFC3339), "https://api.paypal.com"+certPath+"C")
		}
	}
	c := &recourse.Connection{Settings: map[string]string{"webhook": "W"}}
	f.Fuzz(func(t *testing.T, body []byte, id, stamp, cert string) {
		d := &intake.Delivery{At: at, Header: http.Header{headerID: {id}, headerTime: {stamp}, headerCert: {cert}, headerAlgorithm: {"SHA256withRSA"}}, Body: body}
		if Reader.Verify(c, d) == nil && !strings.HasPrefix(cert, "https://api.paypal.com/") && !strings.HasPrefix(cert, "https://api-m.paypal.com/") {
			t.Errorf("a certificate from %s", cert)
		}
		m, err := Reader.Read(c, &intake.Delivery{Body: bytes.Clone(body)})
		if err != nil {
			return
		}
		for i := range m.Events {
			if err := m.Events[i].Check(); err != nil {
				t.Error(err)
			}
		}
		_ = parse(body)
	})
}
