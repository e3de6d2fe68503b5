package peer

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// AfterShip stands in for AfterShip Tracking, version 2026-07: it wants its key, keeps a tracking once, lists them by cursor,
// and sends its webhook with the right signature. Make it with [NewAfterShip]; its address is that of a server with the path
// /tracking/2026-07.
type AfterShip struct {
	key, secret string
	clock       func() time.Time

	mu        sync.Mutex
	trackings map[string]*watched // by number
	asked     map[string]int      // requests by method and path
	unknown   map[string]bool
	told      int
}

// NewAfterShip makes one with an API key and a webhook secret.
func NewAfterShip(key, secret string, clock func() time.Time) *AfterShip {
	return &AfterShip{key: key, secret: secret, clock: clock, trackings: map[string]*watched{}, asked: map[string]int{}, unknown: map[string]bool{}}
}

// Unknown makes a number one whose courier cannot be told, unless it is named.
func (s *AfterShip) Unknown(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown[number] = true
}

// Registered are the numbers that are kept, sorted.
func (s *AfterShip) Registered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for n := range s.trackings {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Stopped are those that were marked as completed, sorted.
func (s *AfterShip) Stopped() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for n, t := range s.trackings {
		if t.stopped {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Scan adds a checkpoint to a number that is kept, and says whether it is.
func (s *AfterShip) Scan(number string, scan Scan) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trackings[number]
	if t == nil {
		return false
	}
	t.scans, t.updated, t.state = append(t.scans, scan), s.clock(), ""
	return true
}

// Tell sends what is known of a number to a webhook, signed as AfterShip signs.
func (s *AfterShip) Tell(ctx context.Context, url, number string) error {
	s.mu.Lock()
	s.told++
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", s.told)
	msg := s.tracking(number)
	s.mu.Unlock()
	body, err := json.Marshal(map[string]any{"ts": s.clock().Unix(), "event": "tracking_update", "event_id": id, "is_tracking_first_tag": true, "msg": msg})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(s.secret))
	mac.Write(body)
	return post(ctx, url, http.Header{"Aftership-Hmac-Sha256": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}, body)
}

// tracking is the tracking object.
func (s *AfterShip) tracking(number string) map[string]any {
	t := s.trackings[number]
	points := []map[string]any{}
	for _, c := range t.scans {
		tag, _, _ := strings.Cut(c.Word, "_")
		points = append(points, map[string]any{"checkpoint_time": c.At.Format(time.RFC3339), "created_at": c.At.Format(time.RFC3339), "location": c.Place, "country_region": emptyNil(c.Country), "tag": tag, "subtag": c.Word, "message": c.Text})
	}
	word := t.word("Pending_001")
	tag, _, _ := strings.Cut(word, "_")
	return map[string]any{"id": t.id, "tracking_number": number, "slug": t.slug, "order_id": t.order, "custom_fields": t.custom, "tag": tag, "subtag": word, "active": !t.stopped,
		"updated_at": t.updated.UTC().Format(time.RFC3339), "origin_country_region": emptyNil(t.from), "destination_country_region": emptyNil(t.to), "checkpoints": points}
}

// ServeHTTP serves.
func (s *AfterShip) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/tracking/2026-07/trackings")
	if !ok {
		afterShipError(w, http.StatusNotFound, 404, "The URI requested is invalid.")
		return
	}
	if r.Header.Get("as-api-key") != s.key {
		afterShipError(w, http.StatusUnauthorized, 401, "The API key is invalid.")
		return
	}
	body := readAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[r.Method]++
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case r.Method == http.MethodPost && path == "":
		s.create(w, r, body)
	case r.Method == http.MethodGet && path == "":
		s.list(w, r)
	case r.Method == http.MethodPut && len(parts) == 1:
		s.change(w, parts[0], "", body)
	case r.Method == http.MethodPost && len(parts) == 2:
		s.change(w, parts[0], parts[1], body)
	default:
		afterShipError(w, http.StatusNotFound, 404, "The URI requested is invalid.")
	}
}

func afterShipError(w http.ResponseWriter, status, code int, message string) {
	afterShipJSON(w, status, code, message, map[string]any{})
}

func afterShipJSON(w http.ResponseWriter, status, code int, message string, data any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"meta": map[string]any{"code": code, "message": message}, "data": data})
}

func (s *AfterShip) create(w http.ResponseWriter, r *http.Request, body []byte) {
	var ask struct {
		Number string            `json:"tracking_number"`
		Slug   string            `json:"slug"`
		Order  string            `json:"order_id"`
		Custom map[string]string `json:"custom_fields"`
	}
	known := json.NewDecoder(strings.NewReader(string(body)))
	known.DisallowUnknownFields()
	if r.Header.Get("Content-Type") != "application/json" || known.Decode(&ask) != nil {
		afterShipError(w, http.StatusBadRequest, 4001, "Invalid JSON data.")
		return
	}
	t := s.trackings[ask.Number]
	switch {
	case len(ask.Number) < 4 || len(ask.Number) > 100:
		afterShipError(w, http.StatusBadRequest, 4005, "The value of `tracking_number` is invalid.")
	case t != nil:
		afterShipJSON(w, http.StatusBadRequest, 4003, "Tracking already exists.", map[string]any{"id": t.id, "tracking_number": ask.Number})
	case s.unknown[ask.Number] && ask.Slug == "":
		afterShipError(w, http.StatusBadRequest, 4012, "Cannot detect courier.")
	default:
		sum := sha256.Sum256([]byte(ask.Number))
		s.trackings[ask.Number] = &watched{id: hex.EncodeToString(sum[:12]), slug: ask.Slug, order: ask.Order, custom: ask.Custom, registered: s.clock(), updated: s.clock()}
		afterShipJSON(w, http.StatusCreated, 201, "", s.tracking(ask.Number))
	}
}

func (s *AfterShip) change(w http.ResponseWriter, id, act string, body []byte) {
	number := ""
	for n, t := range s.trackings {
		if t.id == id {
			number = n
		}
	}
	t := s.trackings[number]
	var ask struct {
		Reason string            `json:"reason"`
		Custom map[string]string `json:"custom_fields"`
	}
	json.Unmarshal(body, &ask)
	switch {
	case t == nil:
		afterShipError(w, http.StatusNotFound, 4004, "Tracking does not exist.")
	case act == "":
		t.custom = ask.Custom
		afterShipJSON(w, http.StatusOK, 200, "", s.tracking(number))
	case act == "mark-as-completed" && !slices.Contains([]string{"DELIVERED", "LOST", "RETURNED_TO_SENDER"}, ask.Reason):
		afterShipError(w, http.StatusBadRequest, 4015, "The value of `reason` is invalid.")
	case act == "mark-as-completed":
		t.stopped = true
		afterShipJSON(w, http.StatusOK, 200, "", s.tracking(number))
	case act == "retrack" && !t.stopped && t.state == "":
		afterShipError(w, http.StatusBadRequest, 4016, "Retrack is not allowed. This tracking is active.")
	case act == "retrack" && t.retracked:
		afterShipError(w, http.StatusBadRequest, 4017, "Retrack is not allowed. You can only retrack each tracking once.")
	case act == "retrack":
		t.stopped, t.retracked, t.state = false, true, ""
		afterShipJSON(w, http.StatusOK, 200, "", s.tracking(number))
	default:
		afterShipError(w, http.StatusNotFound, 404, "The URI requested is invalid.")
	}
}

func (s *AfterShip) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	wanted := strings.FieldsFunc(q.Get("tracking_numbers"), func(c rune) bool { return c == ',' })
	if err != nil || limit < 1 || limit > 200 || len(wanted) > 50 {
		afterShipError(w, http.StatusBadRequest, 4007, "The value of `limit` is invalid.")
		return
	}
	var since time.Time
	if v := q.Get("updated_at_min"); v != "" {
		if since, err = time.Parse(time.RFC3339, v); err != nil {
			afterShipError(w, http.StatusBadRequest, 4007, "The value of `updated_at_min` is invalid.")
			return
		}
	}
	var names []string
	for n, t := range s.trackings {
		if !t.updated.Before(since) && (len(wanted) == 0 || slices.Contains(wanted, n)) && n > q.Get("cursor") {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	more := len(names) > limit
	all := []any{}
	for _, n := range names[:min(limit, len(names))] {
		all = append(all, s.tracking(n))
	}
	cursor := ""
	if more {
		cursor = names[limit-1]
	}
	afterShipJSON(w, http.StatusOK, 200, "", map[string]any{"pagination": map[string]any{"total": len(names), "next_cursor": cursor, "has_next_page": more}, "trackings": all})
}
