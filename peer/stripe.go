package peer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Stripe stands in for Stripe's refunds: with a state, which stripe-mock has not, and strict on Idempotency-Key. The first
// answer to a key, an error of the server's too, is what every later request with that key gets for 24 hours; a key with
// other parameters is refused.
type Stripe struct {
	Key string           // the secret key
	Now func() time.Time // default time.Now
	// Status is what a new refund begins with: succeeded when nil. Other words of Stripe's: pending, requires_action, failed.
	Status func() string

	mu       sync.Mutex
	next     int
	payments map[string]*stripePayment // by payment intent and by charge
	refunds  []map[string]any
	answers  map[string]stripeAnswer
	left     map[string]int // payments back, by payment intent
}

type stripePayment struct {
	intent, charge, currency string
	amount, refunded         int64
}

type stripeAnswer struct {
	at     time.Time
	print  string
	status int
	body   []byte
}

// NewStripe makes an account without payments.
func NewStripe(key string) *Stripe {
	return &Stripe{Key: key, payments: map[string]*stripePayment{}, answers: map[string]stripeAnswer{}, left: map[string]int{}}
}

func (s *Stripe) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Pay makes a payment of so many of the currency's units, as Stripe counts them.
func (s *Stripe) Pay(intent, charge, currency string, amount int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &stripePayment{intent: intent, charge: charge, currency: currency, amount: amount}
	s.payments[intent], s.payments[charge] = p, p
}

// Left is how much of a payment was paid back, and in how many refunds.
func (s *Stripe) Left(id string) (amount int64, refunds int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.payments[id]
	return p.refunded, s.left[p.intent]
}

// LeftFor are the amounts of refunds that bear a value among their metadata, those left out that failed.
func (s *Stripe) LeftFor(value string) (amounts []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refunds {
		for _, v := range r["metadata"].(map[string]string) {
			if v == value && r["status"] != "failed" && r["status"] != "canceled" {
				amounts = append(amounts, r["amount"].(int64))
			}
		}
	}
	return amounts
}

// Move gives a refund another status, as days go by: failed gives the money back.
func (s *Stripe) Move(refund, status, reason string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refunds {
		if r["id"] != refund {
			continue
		}
		r["status"] = status
		if status == "failed" || status == "canceled" {
			r["failure_reason"] = reason
			p := s.payments[r["charge"].(string)]
			p.refunded -= r["amount"].(int64)
			s.left[p.intent]--
		}
		return r
	}
	return nil
}

// ServeHTTP serves /v1.
func (s *Stripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+s.Key {
		stripeError(w, http.StatusUnauthorized, "invalid_request_error", "", "Invalid API Key provided")
		return
	}
	if r.Header.Get("Stripe-Version") == "" {
		stripeError(w, http.StatusBadRequest, "invalid_request_error", "", "This stand-in wants a Stripe-Version")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		stripeError(w, http.StatusBadRequest, "invalid_request_error", "", "the body cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/refunds":
		s.keyed(w, r, body)
	case r.Method == http.MethodGet && r.URL.Path == "/v1/refunds":
		s.list(w, r.URL.Query())
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/refunds/"):
		s.one(w, strings.TrimPrefix(r.URL.Path, "/v1/refunds/"))
	case r.Method == http.MethodGet && (strings.HasPrefix(r.URL.Path, "/v1/payment_intents/") || strings.HasPrefix(r.URL.Path, "/v1/charges/")):
		s.payment(w, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
	default:
		stripeError(w, http.StatusNotFound, "invalid_request_error", "", "Unrecognized request URL")
	}
}

// keyed makes a refund once for a key.
func (s *Stripe) keyed(w http.ResponseWriter, r *http.Request, body []byte) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > 255 || key == "" {
		stripeError(w, http.StatusBadRequest, "invalid_request_error", "", "This stand-in wants an Idempotency-Key of at most 255 characters")
		return
	}
	before, known := s.answers[key]
	if known && s.now().Sub(before.at) < 24*time.Hour {
		if before.print != string(body) {
			stripeError(w, http.StatusBadRequest, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters they were first used with.")
			return
		}
		w.Header().Set("Idempotent-Replayed", "true")
		stripeWrite(w, before.status, before.body)
		return
	}
	status, answer := s.refund(body)
	data, err := json.Marshal(answer)
	if err != nil {
		status = http.StatusInternalServerError
	}
	if status != http.StatusTooManyRequests {
		s.answers[key] = stripeAnswer{s.now(), string(body), status, data}
	}
	stripeWrite(w, status, data)
}

var stripeReasons = []string{"", "duplicate", "fraudulent", "requested_by_customer"}

func (s *Stripe) refund(body []byte) (int, any) {
	q, err := url.ParseQuery(string(body))
	if err != nil {
		return http.StatusBadRequest, stripeFault("invalid_request_error", "", "the body is no form")
	}
	for name := range q {
		if !slices.Contains([]string{"payment_intent", "charge", "amount", "reason"}, name) && !strings.HasPrefix(name, "metadata[") {
			return http.StatusBadRequest, stripeFault("invalid_request_error", "parameter_unknown", "Received unknown parameter: "+name)
		}
	}
	p := s.payments[q.Get("payment_intent")+q.Get("charge")]
	if p == nil {
		return http.StatusNotFound, stripeFault("invalid_request_error", "resource_missing", "No such payment")
	}
	amount, err := strconv.ParseInt(q.Get("amount"), 10, 64)
	if err != nil || amount <= 0 {
		return http.StatusBadRequest, stripeFault("invalid_request_error", "parameter_invalid_integer", "Invalid integer: amount")
	}
	if !slices.Contains(stripeReasons, q.Get("reason")) {
		return http.StatusBadRequest, stripeFault("invalid_request_error", "", "Invalid reason")
	}
	if p.refunded == p.amount {
		return http.StatusBadRequest, stripeFault("invalid_request_error", "charge_already_refunded", "Charge has already been refunded.")
	}
	if amount > p.amount-p.refunded {
		return http.StatusBadRequest, stripeFault("invalid_request_error", "", fmt.Sprintf("Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, p.amount-p.refunded))
	}
	return http.StatusOK, s.make(p, amount, q)
}

func (s *Stripe) make(p *stripePayment, amount int64, q url.Values) map[string]any {
	s.next++
	metadata := map[string]string{}
	for name, v := range q {
		if key, ok := strings.CutPrefix(name, "metadata["); ok {
			metadata[strings.TrimSuffix(key, "]")] = v[0]
		}
	}
	status := "succeeded"
	if s.Status != nil {
		status = s.Status()
	}
	r := map[string]any{"id": "re_" + strconv.Itoa(s.next), "object": "refund", "amount": amount, "currency": p.currency, "payment_intent": p.intent, "charge": p.charge,
		"status": status, "metadata": metadata, "created": s.now().Unix(), "reason": q.Get("reason")}
	if status == "failed" {
		r["failure_reason"] = "expired_or_canceled_card"
	} else {
		p.refunded += amount
		s.left[p.intent]++
	}
	s.refunds = append(s.refunds, r)
	return r
}

// list gives the refunds of a payment, the newest first, a hundred at most.
func (s *Stripe) list(w http.ResponseWriter, q url.Values) {
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 10
	}
	found := []map[string]any{}
	past := q.Get("starting_after") == ""
	more := false
	for _, r := range slices.Backward(s.refunds) {
		if v := q.Get("payment_intent"); v != "" && r["payment_intent"] != v {
			continue
		}
		if v := q.Get("charge"); v != "" && r["charge"] != v {
			continue
		}
		if !past {
			past = r["id"] == q.Get("starting_after")
			continue
		}
		if more = len(found) == limit; more {
			break
		}
		found = append(found, r)
	}
	stripeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": found, "has_more": more, "url": "/v1/refunds"})
}

func (s *Stripe) one(w http.ResponseWriter, id string) {
	for _, r := range s.refunds {
		if r["id"] == id {
			stripeJSON(w, http.StatusOK, r)
			return
		}
	}
	stripeError(w, http.StatusNotFound, "invalid_request_error", "resource_missing", "No such refund")
}

func (s *Stripe) payment(w http.ResponseWriter, id string) {
	p := s.payments[id]
	if p == nil {
		stripeError(w, http.StatusNotFound, "invalid_request_error", "resource_missing", "No such payment")
		return
	}
	stripeJSON(w, http.StatusOK, map[string]any{"id": id, "currency": p.currency, "amount": p.amount, "amount_refunded": p.refunded, "latest_charge": p.charge, "payment_intent": p.intent})
}

func stripeFault(kind, code, message string) any {
	return map[string]any{"error": map[string]any{"type": kind, "code": code, "message": message}}
}

func stripeError(w http.ResponseWriter, status int, kind, code, message string) {
	stripeJSON(w, status, stripeFault(kind, code, message))
}

func stripeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
	}
	stripeWrite(w, status, data)
}

func stripeWrite(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// StripeWebhook makes a call that tells of an event, signed as Stripe signs at an instant.
func StripeWebhook(address, secret, id, topic string, object any, at time.Time) (*http.Request, error) {
	body, err := json.Marshal(map[string]any{"id": id, "object": "event", "type": topic, "created": at.Unix(), "livemode": false, "data": map[string]any{"object": object}})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "." + string(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Stripe-Signature", "t="+stamp+",v1="+hex.EncodeToString(mac.Sum(nil)))
	return req, nil
}
