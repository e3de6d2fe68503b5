package peer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse"
)

// paySigner signs what PayPal tells: a certificate in PayPal's name, by an authority of the stand-in's own.
type paySigner struct {
	key   *rsa.PrivateKey
	chain []byte // the certificate and the authority's, PEM
	roots string // the authority's
}

// theSigner is made once: keys take a while.
var theSigner = sync.OnceValues(func() (*paySigner, error) { return newSigner("messageverificationcerts.paypal.com") })

func newSigner(name string) (*paySigner, error) {
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	from := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The stand-in's authority"}, NotBefore: from, NotAfter: from.AddDate(60, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: from.AddDate(50, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, ca.Public(), ca)
	if err != nil {
		return nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), ca)
	if err != nil {
		return nil, err
	}
	write := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }
	return &paySigner{key: key, chain: append(write(leafDER), write(rootDER)...), roots: string(write(rootDER))}, nil
}

// certificate is where the stand-in shows its certificate.
const certificate = "/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"

// Roots are the authorities by which the stand-in's signatures are proved, PEM.
func (s *PayPal) Roots() (string, error) {
	signer, err := theSigner()
	if err != nil {
		return "", err
	}
	return signer.roots, nil
}

// showCertificate serves the certificate, which everybody may see.
func (s *PayPal) showCertificate(w http.ResponseWriter) {
	signer, err := theSigner()
	if err != nil {
		payError(w, http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "", err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(signer.chain)
}

// PayPalWebhook makes a call that tells of an event, signed as PayPal signs: base is where the stand-in is reached, webhook
// the id that PayPal gave the address. id names the event and the transmission.
func PayPalWebhook(address, base, webhook, id, topic string, resource any, at time.Time) (*http.Request, error) {
	signer, err := theSigner()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"id": "WH-" + id, "event_version": "1.0", "create_time": at.UTC().Format("2006-01-02T15:04:05.000Z"), "event_type": topic, "resource": resource})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	transmission, stamp := "69cd13f0-d67a-11e5-"+id, at.UTC().Format(time.RFC3339)
	hash := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d", transmission, stamp, webhook, crc32.ChecksumIEEE(body)))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA256, hash[:])
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "PAYPAL-TRANSMISSION-ID": transmission, "PAYPAL-TRANSMISSION-TIME": stamp, "PAYPAL-AUTH-ALGO": "SHA256withRSA",
		"PAYPAL-TRANSMISSION-SIG": base64.StdEncoding.EncodeToString(signature), "PAYPAL-CERT-URL": strings.TrimRight(base, "/") + certificate} {
		req.Header.Set(name, value)
	}
	return req, nil
}

// ByHand pays back what somebody refunds in PayPal's own pages, and gives the refund as a webhook tells it; nil: there is
// not so much.
func (s *PayPal) ByHand(capture string, amount recourse.Money) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.captures[capture]
	if c == nil || amount.Currency != c.amount.Currency || amount.Minor > c.amount.Minor-c.refunded {
		return nil
	}
	s.next++
	c.refunded += amount.Minor
	value, code, _ := strings.Cut(amount.String(), " ")
	r := &payRefund{capture: capture, amount: amount, Fields: map[string]any{"id": "R" + strconv.Itoa(s.next), "status": "COMPLETED", "amount": map[string]string{"value": value, "currency_code": code}}}
	s.refunds = append(s.refunds, r)
	return linked(r)
}

// Refund is a refund as a webhook tells it; nil: there is none of that id.
func (s *PayPal) Refund(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refunds {
		if r.Fields["id"] == id {
			return linked(r)
		}
	}
	return nil
}

// linked is a refund with the link to its capture.
func linked(r *payRefund) map[string]any {
	out := map[string]any{"links": []map[string]string{
		{"rel": "self", "method": "GET", "href": "https://api.paypal.com/v2/payments/refunds/" + fmt.Sprint(r.Fields["id"])},
		{"rel": "up", "method": "GET", "href": "https://api.paypal.com/v2/payments/captures/" + r.capture},
	}}
	for k, v := range r.Fields {
		out[k] = v
	}
	return out
}

// PayPalDispute is a dispute as PayPal tells it, of one payment.
func PayPalDispute(id, capture, status, outcome string, amount recourse.Money, opened, due time.Time) map[string]any {
	value, code, _ := strings.Cut(amount.String(), " ")
	d := map[string]any{"dispute_id": id, "create_time": opened.UTC().Format(time.RFC3339), "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "status": status, "dispute_life_cycle_stage": "INQUIRY",
		"dispute_amount":        map[string]string{"value": value, "currency_code": code},
		"disputed_transactions": []any{map[string]any{"seller_transaction_id": capture, "buyer_transaction_id": "B-" + capture, "seller": map[string]string{"merchant_id": "5V8A5UU6XVKRL"}}}}
	if !due.IsZero() {
		d["seller_response_due_date"] = due.UTC().Format(time.RFC3339)
	}
	if outcome != "" {
		d["dispute_outcome"] = map[string]any{"outcome_code": outcome}
	}
	return d
}
