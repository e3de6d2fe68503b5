package peer

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse"
)

// PayPal stands in for PayPal's refunds: tokens that end, captures and their orders, a request id that is remembered for
// 45 days, and invoice numbers that are taken once only. [PayPalWebhook] signs what it tells.
type PayPal struct {
	Client, Secret string
	Now            func() time.Time // default time.Now
	Status         func() string    // what a new refund begins with: COMPLETED when nil; PENDING, FAILED
	NoOrders       bool             // captures name no order, as those of old integrations

	mu       sync.Mutex
	next     int
	tokens   map[string]time.Time
	Tokens   int // how many were given
	captures map[string]*payCapture
	refunds  []*payRefund
	answers  map[string]payAnswer
}

type payCapture struct {
	id, order string
	amount    recourse.Money
	refunded  int64
}

type payRefund struct {
	capture string
	Fields  map[string]any
	amount  recourse.Money
}

type payAnswer struct {
	at     time.Time
	status int
	body   []byte
}

// NewPayPal makes an account without payments.
func NewPayPal(client, secret string) *PayPal {
	return &PayPal{Client: client, Secret: secret, tokens: map[string]time.Time{}, captures: map[string]*payCapture{}, answers: map[string]payAnswer{}}
}

func (s *PayPal) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Pay makes a payment.
func (s *PayPal) Pay(capture string, amount recourse.Money) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.captures[capture] = &payCapture{id: capture, order: "O-" + capture, amount: amount}
}

// Left are the amounts that went back and bear an act's id.
func (s *PayPal) Left(custom string) (out []recourse.Money) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refunds {
		if r.Fields["custom_id"] == custom && r.Fields["status"] != "FAILED" {
			out = append(out, r.amount)
		}
	}
	return out
}

// Move gives a refund another status, as days go by.
func (s *PayPal) Move(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refunds {
		if r.Fields["id"] == id {
			r.Fields["status"] = status
			if status == "FAILED" {
				s.captures[r.capture].refunded -= r.amount.Minor
			}
		}
	}
}

// Forget ends all tokens.
func (s *PayPal) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// ServeHTTP serves the API.
func (s *PayPal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		payError(w, http.StatusBadRequest, "INVALID_REQUEST", "", "the body cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet && r.URL.Path == certificate {
		s.showCertificate(w)
		return
	}
	if r.URL.Path == "/v1/oauth2/token" {
		s.token(w, r, string(body))
		return
	}
	text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if until, ok := s.tokens[text]; !ok || !until.After(s.now()) {
		payJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token", "error_description": "Token signature verification failed"})
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch route := r.Method + " " + strings.Join(parts[:min(3, len(parts))], "/"); {
	case route == "POST v2/payments/captures" && len(parts) == 5 && parts[4] == "refund":
		s.keyed(w, r, parts[3], body)
	case route == "GET v2/payments/captures" && len(parts) == 4:
		s.capture(w, parts[3])
	case route == "GET v2/payments/refunds" && len(parts) == 4:
		s.refund(w, parts[3])
	case route == "GET v2/checkout/orders" && len(parts) == 4:
		s.order(w, parts[3])
	default:
		payError(w, http.StatusNotFound, "NOT_FOUND", "", "no such address")
	}
}

func (s *PayPal) token(w http.ResponseWriter, r *http.Request, body string) {
	client, secret, _ := r.BasicAuth()
	if client != s.Client || secret != s.Secret || body != "grant_type=client_credentials" {
		payJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": "Client Authentication failed"})
		return
	}
	s.Tokens++
	text := "A21AA" + strconv.Itoa(s.Tokens)
	s.tokens[text] = s.now().Add(9 * time.Hour)
	payJSON(w, http.StatusOK, map[string]any{"access_token": text, "token_type": "Bearer", "expires_in": 32400})
}

// keyed refunds a capture once for a request id.
func (s *PayPal) keyed(w http.ResponseWriter, r *http.Request, capture string, body []byte) {
	key := r.Header.Get("PayPal-Request-Id")
	if key == "" || len(key) > 108 {
		payError(w, http.StatusBadRequest, "INVALID_REQUEST", "", "This stand-in wants a PayPal-Request-Id of at most 108 characters")
		return
	}
	if before, known := s.answers[key]; known && s.now().Sub(before.at) < 45*24*time.Hour {
		payWrite(w, before.status, before.body)
		return
	}
	status, answer := s.make(capture, body)
	data, err := json.Marshal(answer)
	if err != nil {
		status = http.StatusInternalServerError
	}
	if status == http.StatusCreated {
		s.answers[key] = payAnswer{s.now(), http.StatusOK, data}
	}
	payWrite(w, status, data)
}

func (s *PayPal) make(capture string, body []byte) (int, any) {
	var want struct {
		Amount struct {
			Value    string `json:"value"`
			Currency string `json:"currency_code"`
		} `json:"amount"`
		Custom  string `json:"custom_id"`
		Invoice string `json:"invoice_id"`
		Note    string `json:"note_to_payer"`
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&want); err != nil {
		return http.StatusBadRequest, payFault("INVALID_REQUEST", "MALFORMED_REQUEST_JSON", err.Error())
	}
	c := s.captures[capture]
	if c == nil {
		return http.StatusNotFound, payFault("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.")
	}
	amount, err := recourse.ParseMoney(want.Amount.Value + " " + want.Amount.Currency)
	if err != nil || len(want.Invoice) > 127 || len(want.Custom) > 127 || len(want.Note) > 255 {
		return http.StatusBadRequest, payFault("INVALID_REQUEST", "INVALID_PARAMETER_VALUE", fmt.Sprint(err))
	}
	issue := ""
	switch {
	case slices.ContainsFunc(s.refunds, func(r *payRefund) bool { return r.Fields["invoice_id"] == want.Invoice && want.Invoice != "" }):
		issue = "DUPLICATE_INVOICE_ID"
	case amount.Currency != c.amount.Currency:
		issue = "REFUND_CAPTURE_CURRENCY_MISMATCH"
	case c.refunded == c.amount.Minor:
		issue = "CAPTURE_FULLY_REFUNDED"
	case amount.Minor > c.amount.Minor-c.refunded:
		issue = "REFUND_AMOUNT_EXCEEDED"
	}
	if issue != "" {
		return http.StatusUnprocessableEntity, payFault("UNPROCESSABLE_ENTITY", issue, "The requested action could not be performed.")
	}
	s.next++
	status := "COMPLETED"
	if s.Status != nil {
		status = s.Status()
	}
	if status != "FAILED" {
		c.refunded += amount.Minor
	}
	r := &payRefund{capture: capture, amount: amount, Fields: map[string]any{"id": "R" + strconv.Itoa(s.next), "status": status, "amount": map[string]string{"value": want.Amount.Value, "currency_code": want.Amount.Currency}, "custom_id": want.Custom, "invoice_id": want.Invoice, "note_to_payer": want.Note}}
	s.refunds = append(s.refunds, r)
	return http.StatusCreated, r.Fields
}

func (s *PayPal) capture(w http.ResponseWriter, id string) {
	c := s.captures[id]
	if c == nil {
		payError(w, http.StatusNotFound, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.")
		return
	}
	status := "COMPLETED"
	if c.refunded > 0 {
		status = "PARTIALLY_REFUNDED"
	}
	if c.refunded == c.amount.Minor {
		status = "REFUNDED"
	}
	out := map[string]any{"id": id, "status": status}
	if !s.NoOrders {
		out["supplementary_data"] = map[string]any{"related_ids": map[string]string{"order_id": c.order}}
	}
	payJSON(w, http.StatusOK, out)
}

func (s *PayPal) refund(w http.ResponseWriter, id string) {
	for _, r := range s.refunds {
		if r.Fields["id"] == id {
			payJSON(w, http.StatusOK, r.Fields)
			return
		}
	}
	payError(w, http.StatusNotFound, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.")
}

func (s *PayPal) order(w http.ResponseWriter, id string) {
	refunds := []any{}
	found := false
	for _, c := range s.captures {
		if c.order != id {
			continue
		}
		found = true
		for _, r := range s.refunds {
			if r.capture == c.id {
				refunds = append(refunds, r.Fields)
			}
		}
	}
	if !found {
		payError(w, http.StatusNotFound, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.")
		return
	}
	payJSON(w, http.StatusOK, map[string]any{"id": id, "status": "COMPLETED", "purchase_units": []any{map[string]any{"payments": map[string]any{"refunds": refunds}}}})
}

func payFault(name, issue, message string) any {
	out := map[string]any{"name": name, "message": message, "debug_id": "b1d1f06c7246c"}
	if issue != "" {
		out["details"] = []any{map[string]string{"issue": issue, "description": message}}
	}
	return out
}

func payError(w http.ResponseWriter, status int, name, issue, message string) {
	payJSON(w, status, payFault(name, issue, message))
}

func payJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
	}
	payWrite(w, status, data)
}

func payWrite(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
