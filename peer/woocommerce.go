package peer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

// WooCommerce stands in for a shop on WooCommerce, its REST API wc/v3 and its webhooks. As the real one it honours no
// key for refunds, writes a refund's fields only after its payment gateway has answered, takes the refund away again when
// the gateway refuses, and switches a webhook off after five failures in a row.
type WooCommerce struct {
	Key, KeySecret string           // of the REST API
	Now            func() time.Time // default time.Now
	// Gateway is asked for the money of a refund; an error is its refusal, in the words that the shop passes on. nil: it pays.
	Gateway func(order int64, amount recourse.Money) error
	// Died says that the shop dies after its gateway has paid, before it has written that down. nil: never.
	Died func() bool

	mu       sync.Mutex
	next     int64
	orders   map[int64]*WooOrder
	webhooks []*wooWebhook
	left     map[int64]int64 // minor units that left, by order
	payments map[int64]int   // how often
	paid     []WooPayment
	Log      []string // the requests that were let in
}

// WooOrder is an order with what hangs on it, as it is told. Fields holds the rest of what the REST API gives.
type WooOrder struct {
	Fields   map[string]any
	Refunds  []map[string]any
	Notes    []map[string]any
	Currency recourse.Currency
	Total    recourse.Money
}

// WooPayment is money that left through a shop's gateway, with the reason that was given.
type WooPayment struct {
	Order  int64
	Amount recourse.Money
	Reason string
}

// Payments are all that left, the oldest first.
func (s *WooCommerce) Payments() []WooPayment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.paid)
}

type wooWebhook struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Topic    string `json:"topic"`
	URL      string `json:"delivery_url"`
	Secret   string `json:"-"`
	failures int
}

// NewWooCommerce makes a shop without orders.
func NewWooCommerce(key, keySecret string) *WooCommerce {
	return &WooCommerce{Key: key, KeySecret: keySecret, next: 100, orders: map[int64]*WooOrder{}, left: map[int64]int64{}, payments: map[int64]int{}}
}

func (s *WooCommerce) now() time.Time {
	if s.Now != nil {
		return s.Now().UTC()
	}
	return time.Now().UTC()
}

const wooTime = "2006-01-02T15:04:05"

// Add takes in an order as JSON of the REST API, of which id, currency and total must be there.
func (s *WooCommerce) Add(body string) (int64, error) {
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		return 0, err
	}
	number, ok := fields["id"].(json.Number)
	if !ok {
		return 0, fmt.Errorf("the order has no id")
	}
	id, err := number.Int64()
	if err != nil {
		return 0, err
	}
	currency, err := recourse.ParseCurrency(fmt.Sprint(fields["currency"]))
	if err != nil {
		return 0, err
	}
	total, err := recourse.ParseAmount(fmt.Sprint(fields["total"]), currency)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, told := fields["date_modified_gmt"]; !told {
		fields["date_modified_gmt"] = s.now().Format(wooTime)
	}
	s.orders[id] = &WooOrder{Fields: fields, Currency: currency, Total: total}
	s.next = max(s.next, id)
	return id, nil
}

// Left is what left of an order's money through the gateway, and in how many payments.
func (s *WooCommerce) Left(order int64) (recourse.Money, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return recourse.Money{Minor: s.left[order], Currency: s.orders[order].Currency}, s.payments[order]
}

// Order is a copy of an order as the REST API gives it.
func (s *WooCommerce) Order(id int64) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[id].told()
}

// RefundLines are the lines of an order's refund, counted from 0.
func (s *WooCommerce) RefundLines(order int64, refund int) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[order].Refunds[refund]["line_items"]
}

// Set changes a field of an order as a person of the shop does.
func (s *WooCommerce) Set(order int64, field string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[order].Fields[field] = value
	s.touch(s.orders[order])
}

// Notes are the texts of an order's notes.
func (s *WooCommerce) Notes(id int64) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, n := range s.orders[id].Notes {
		out = append(out, fmt.Sprint(n["note"]))
	}
	return out
}

// told is the order as the API and webhooks give it: of a refund only id, reason and total.
func (o *WooOrder) told() map[string]any {
	out := map[string]any{}
	for k, v := range o.Fields {
		out[k] = v
	}
	short := []map[string]any{}
	for _, r := range o.Refunds {
		short = append(short, map[string]any{"id": r["id"], "reason": r["reason"], "total": "-" + fmt.Sprint(r["amount"])})
	}
	out["refunds"] = short
	return out
}

// ServeHTTP serves wc/v3.
func (s *WooCommerce) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	path, ok := strings.CutPrefix(r.URL.Path, "/wp-json/wc/v3/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	user, password, _ := r.BasicAuth()
	if user != s.Key || password != s.KeySecret {
		wooError(w, http.StatusUnauthorized, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		wooError(w, http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Log = append(s.Log, r.Method+" "+path)
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch parts[0] {
	case "orders":
		s.serveOrders(w, r, parts[1:], body)
	case "webhooks":
		s.serveWebhooks(w, r, parts[1:], body)
	default:
		wooError(w, http.StatusNotFound, "rest_no_route", "No route was found matching the URL and request method.")
	}
}

func (s *WooCommerce) serveOrders(w http.ResponseWriter, r *http.Request, parts []string, body []byte) {
	if len(parts) == 0 {
		s.list(w, r)
		return
	}
	id, _ := strconv.ParseInt(parts[0], 10, 64)
	o := s.orders[id]
	if o == nil {
		wooError(w, http.StatusNotFound, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
		return
	}
	switch route := r.Method + " " + strings.Join(parts[1:], "/"); route {
	case "GET ":
		wooJSON(w, http.StatusOK, o.told())
	case "PUT ":
		s.change(w, o, body)
	case "GET refunds":
		wooPages(w, r, o.Refunds)
	case "POST refunds":
		s.refund(w, id, o, body)
	case "GET notes":
		wooJSON(w, http.StatusOK, append([]map[string]any{}, o.Notes...))
	case "POST notes":
		var n map[string]any
		if json.Unmarshal(body, &n) != nil || n["note"] == nil {
			wooError(w, http.StatusBadRequest, "rest_missing_callback_param", "Missing parameter(s): note")
			return
		}
		o.Notes = append(o.Notes, n)
		wooJSON(w, http.StatusCreated, n)
	default:
		wooError(w, http.StatusNotFound, "rest_no_route", "No route was found matching the URL and request method.")
	}
}

// list gives orders by their last change, from an instant on.
func (s *WooCommerce) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var after time.Time
	if v := q.Get("modified_after"); v != "" {
		var err error
		if after, err = time.Parse(wooTime, v); err != nil {
			wooError(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): modified_after")
			return
		}
	}
	var all []map[string]any
	for _, o := range s.orders {
		if at, _ := time.Parse(wooTime, fmt.Sprint(o.Fields["date_modified_gmt"])); at.After(after) {
			all = append(all, o.told())
		}
	}
	slices.SortFunc(all, func(a, b map[string]any) int {
		return strings.Compare(fmt.Sprint(a["date_modified_gmt"], a["id"]), fmt.Sprint(b["date_modified_gmt"], b["id"]))
	})
	wooPages(w, r, all)
}

func (s *WooCommerce) change(w http.ResponseWriter, o *WooOrder, body []byte) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		wooError(w, http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
		return
	}
	if status, told := fields["status"]; told && !slices.Contains([]any{"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"}, status) {
		wooError(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): status")
		return
	}
	for k, v := range fields {
		if k == "meta_data" {
			v = wooMeta(o.Fields[k], v)
		}
		o.Fields[k] = v
	}
	s.touch(o)
	wooJSON(w, http.StatusOK, o.told())
}

// touch says that an order changed now; to the second, as the shop does.
func (s *WooCommerce) touch(o *WooOrder) { o.Fields["date_modified_gmt"] = s.now().Format(wooTime) }

// wooMeta sets fields by their keys.
func wooMeta(is, more any) any {
	all, _ := is.([]any)
	add, _ := more.([]any)
	for _, m := range add {
		one, _ := m.(map[string]any)
		all = slices.DeleteFunc(slices.Clone(all), func(x any) bool { old, _ := x.(map[string]any); return old["key"] == one["key"] })
		all = append(all, m)
	}
	return all
}

// wooRefund is the body of a request for a refund.
type wooRefund struct {
	Amount string `json:"amount"`
	Reason string `json:"reason"`
	Pay    *bool  `json:"api_refund"`
	Meta   []any  `json:"meta_data"`
	Lines  []struct {
		ID       int64  `json:"id"`
		Quantity int    `json:"quantity"`
		Total    string `json:"refund_total"`
		Tax      []struct {
			ID    int64  `json:"id"`
			Total string `json:"refund_total"`
		} `json:"refund_tax"`
	} `json:"line_items"`
}

// refund makes a refund in the order of the real one's steps: written down with its reason, paid by the gateway, marked as
// paid, and last the fields.
func (s *WooCommerce) refund(w http.ResponseWriter, id int64, o *WooOrder, body []byte) {
	var want wooRefund
	if err := json.Unmarshal(body, &want); err != nil {
		wooError(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): "+err.Error())
		return
	}
	amount, err := recourse.ParseAmount(want.Amount, o.Currency)
	if err != nil || amount.Minor <= 0 {
		wooError(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): amount")
		return
	}
	if amount.Minor > o.Total.Minor-o.refunded() {
		wooError(w, http.StatusInternalServerError, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
		return
	}
	lines, err := o.lines(&want, amount)
	if err != nil {
		wooError(w, http.StatusBadRequest, "rest_invalid_param", err.Error())
		return
	}
	s.next++
	made := map[string]any{"id": s.next, "amount": want.Amount, "reason": want.Reason, "date_created_gmt": s.now().Format(wooTime), "refunded_payment": false, "meta_data": []any{}, "line_items": lines}
	o.Refunds = append(o.Refunds, made)
	s.touch(o)
	if want.Pay == nil || *want.Pay {
		if s.Gateway != nil {
			if err := s.Gateway(id, amount); err != nil {
				o.Refunds = o.Refunds[:len(o.Refunds)-1]
				wooError(w, http.StatusInternalServerError, "woocommerce_rest_cannot_create_order_refund", err.Error())
				return
			}
		}
		s.left[id] += amount.Minor
		s.payments[id]++
		s.paid = append(s.paid, WooPayment{id, amount, want.Reason})
		if s.Died != nil && s.Died() {
			panic(http.ErrAbortHandler)
		}
		made["refunded_payment"] = true
	}
	made["meta_data"] = want.Meta
	if o.refunded() == o.Total.Minor {
		o.Fields["status"] = "refunded"
	}
	wooJSON(w, http.StatusCreated, made)
}

func (o *WooOrder) refunded() (sum int64) {
	for _, r := range o.Refunds {
		m, _ := recourse.ParseAmount(fmt.Sprint(r["amount"]), o.Currency)
		sum += m.Minor
	}
	return sum
}

// lines checks the lines of a refund: they must be the order's, and add up to the amount. The real shop takes any sum;
// here a wrong one is a fault of whoever asked.
func (o *WooOrder) lines(want *wooRefund, amount recourse.Money) ([]any, error) {
	out := []any{}
	var sum int64
	for _, l := range want.Lines {
		if !o.has(l.ID) {
			return nil, fmt.Errorf("the order has no line %d", l.ID)
		}
		for _, t := range append([]string{l.Total}, taxes(l.Tax)...) {
			m, err := recourse.ParseAmount(t, o.Currency)
			if err != nil {
				return nil, err
			}
			sum += m.Minor
		}
		out = append(out, map[string]any{"id": l.ID + 1000, "quantity": -l.Quantity, "total": "-" + l.Total,
			"meta_data": []any{map[string]any{"key": "_refunded_item_id", "value": strconv.FormatInt(l.ID, 10)}}})
	}
	if len(want.Lines) > 0 && sum != amount.Minor {
		return nil, fmt.Errorf("the lines add up to %d and the amount is %d", sum, amount.Minor)
	}
	return out, nil
}

func taxes(all []struct {
	ID    int64  `json:"id"`
	Total string `json:"refund_total"`
}) []string {
	var out []string
	for _, t := range all {
		out = append(out, t.Total)
	}
	return out
}

func (o *WooOrder) has(id int64) bool {
	for _, list := range []string{"line_items", "shipping_lines", "fee_lines"} {
		items, _ := o.Fields[list].([]any)
		for _, i := range items {
			if m, _ := i.(map[string]any); fmt.Sprint(m["id"]) == strconv.FormatInt(id, 10) {
				return true
			}
		}
	}
	return false
}

func wooJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func wooError(w http.ResponseWriter, status int, code, message string) {
	wooJSON(w, status, map[string]any{"code": code, "message": message, "data": map[string]any{"status": status}})
}

// wooPages answers one page of a list, with the headers that say how many there are.
func wooPages[T any](w http.ResponseWriter, r *http.Request, all []T) {
	q := r.URL.Query()
	per, err := strconv.Atoi(q.Get("per_page"))
	if err != nil {
		per = 10
	}
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		page = 1
	}
	if per < 1 || per > 100 || page < 1 {
		wooError(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): per_page")
		return
	}
	w.Header().Set("X-WP-Total", strconv.Itoa(len(all)))
	w.Header().Set("X-WP-TotalPages", strconv.Itoa((len(all)+per-1)/per))
	from := min((page-1)*per, len(all))
	wooJSON(w, http.StatusOK, append([]T{}, all[from:min(from+per, len(all))]...))
}

func (s *WooCommerce) serveWebhooks(w http.ResponseWriter, r *http.Request, parts []string, body []byte) {
	var want struct {
		wooWebhook
		Secret string `json:"secret"`
	}
	if r.Method != http.MethodGet && json.Unmarshal(body, &want) != nil {
		wooError(w, http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
		return
	}
	switch {
	case r.Method == http.MethodGet && len(parts) == 0:
		wooPages(w, r, s.webhooks)
	case r.Method == http.MethodPost && len(parts) == 0:
		if want.Topic == "" || want.URL == "" {
			wooError(w, http.StatusBadRequest, "rest_missing_callback_param", "Missing parameter(s): topic, delivery_url")
			return
		}
		s.next++
		h := &wooWebhook{ID: s.next, Name: want.Name, Status: "active", Topic: want.Topic, URL: want.URL, Secret: want.Secret}
		s.webhooks = append(s.webhooks, h)
		wooJSON(w, http.StatusCreated, h)
	case r.Method == http.MethodPut && len(parts) == 1:
		for _, h := range s.webhooks {
			if strconv.FormatInt(h.ID, 10) == parts[0] {
				h.Status, h.failures = want.Status, 0
				if want.Secret != "" {
					h.Secret = want.Secret
				}
				wooJSON(w, http.StatusOK, h)
				return
			}
		}
		wooError(w, http.StatusNotFound, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
	default:
		wooError(w, http.StatusNotFound, "rest_no_route", "No route was found matching the URL and request method.")
	}
}

// Tell sends an order to every active webhook of a topic, as the shop does after a change: signed, with an id of its own
// for each delivery, and not again when it failed. It gives how many took it.
func (s *WooCommerce) Tell(client *http.Client, topic string, order int64) (int, error) {
	s.mu.Lock()
	var body []byte
	var err error
	if topic == "order.deleted" {
		body, err = json.Marshal(map[string]any{"id": order})
	} else {
		body, err = json.Marshal(s.orders[order].told())
	}
	var hooks []wooWebhook
	for _, h := range s.webhooks {
		if h.Topic == topic && h.Status == "active" {
			hooks = append(hooks, *h)
		}
	}
	s.mu.Unlock()
	took := 0
	for i := range hooks {
		if err != nil {
			break
		}
		h := &hooks[i]
		req, e := wooCall(h, topic, body, s.id())
		if err = e; err != nil {
			break
		}
		res, e := client.Do(req)
		good := e == nil && (res.StatusCode/100 == 2 || res.StatusCode == 301 || res.StatusCode == 302)
		if e == nil {
			res.Body.Close()
		}
		s.answered(h.ID, good)
		if good {
			took++
		}
	}
	return took, err
}

// Ping is what a shop sends when a webhook is saved.
func (s *WooCommerce) Ping(client *http.Client, address string, webhook int64) (int, error) {
	res, err := client.Post(address, "application/x-www-form-urlencoded", strings.NewReader("webhook_id="+strconv.FormatInt(webhook, 10)))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

func (s *WooCommerce) id() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return s.next
}

// answered counts failures in a row: five switch the webhook off.
func (s *WooCommerce) answered(webhook int64, good bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.webhooks {
		switch {
		case h.ID != webhook:
		case good:
			h.failures = 0
		default:
			if h.failures++; h.failures >= 5 {
				h.Status = "disabled"
			}
		}
	}
}

func wooCall(h *wooWebhook, topic string, body []byte, delivery int64) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodPost, h.URL, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(h.Secret))
	mac.Write(body)
	resource, event, _ := strings.Cut(topic, ".")
	for name, value := range map[string]string{
		"Content-Type": "application/json", "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": resource, "X-WC-Webhook-Event": event,
		"X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "X-WC-Webhook-ID": strconv.FormatInt(h.ID, 10),
		"X-WC-Webhook-Delivery-ID": fmt.Sprintf("%032x", delivery),
	} {
		req.Header.Set(name, value)
	}
	return req, nil
}
