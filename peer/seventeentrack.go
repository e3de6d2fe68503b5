package peer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// SeventeenTrack stands in for 17TRACK, version 2.4: it wants its key, JSON, at most 40 numbers and known methods, registers a
// number once, counts what each registering costs, and sends its webhook with the right signature. Make it with
// [NewSeventeenTrack]; its address is that of a server with the path /track/v2.4.
type SeventeenTrack struct {
	key   string
	clock func() time.Time

	mu      sync.Mutex
	numbers map[string]*watched
	quota   int
	spent   int
	asked   map[string]int // requests by method
	unknown map[string]bool
}

// NewSeventeenTrack makes one with a key and a quota of numbers.
func NewSeventeenTrack(key string, quota int, clock func() time.Time) *SeventeenTrack {
	return &SeventeenTrack{key: key, clock: clock, numbers: map[string]*watched{}, quota: quota, asked: map[string]int{}, unknown: map[string]bool{}}
}

// Unknown makes a number one whose carrier cannot be told, unless the carrier is named.
func (s *SeventeenTrack) Unknown(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown[number] = true
}

// Spent is how much of the quota was used: one for each number, however often it was registered.
func (s *SeventeenTrack) Spent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent
}

// Asked is how often a method was asked for.
func (s *SeventeenTrack) Asked(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[method]
}

// Registered are the numbers that are watched, sorted, with the tag that each has.
func (s *SeventeenTrack) Registered() (numbers, tags []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, w := range s.numbers {
		if !w.stopped {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		tags = append(tags, s.numbers[n].tag)
	}
	return numbers, tags
}

// Scan adds a checkpoint to a number that is registered, and says whether it is.
func (s *SeventeenTrack) Scan(number string, scan Scan) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.numbers[number]
	if w == nil {
		return false
	}
	w.scans, w.updated, w.state = append(w.scans, scan), s.clock(), ""
	return true
}

// GiveUp makes a number expire, as 17TRACK does with those that are silent, and stops it.
func (s *SeventeenTrack) GiveUp(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.numbers[number]; w != nil {
		w.state, w.stopped, w.updated = "Expired_Other", true, s.clock()
	}
}

// Between says where a number comes from and goes to: two letters each.
func (s *SeventeenTrack) Between(number, from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.numbers[number]; w != nil {
		w.from, w.to = from, to
	}
}

// Tell sends what is known of a number to a webhook, signed as 17TRACK signs.
func (s *SeventeenTrack) Tell(ctx context.Context, url, number string) error {
	s.mu.Lock()
	event := "TRACKING_UPDATED"
	data := s.story(number)
	s.mu.Unlock()
	body, err := json.Marshal(map[string]any{"event": event, "data": data})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(string(body) + "/" + s.key))
	return post(ctx, url, http.Header{"Sign": {hex.EncodeToString(sum[:])}}, body)
}

// story is what gettrackinfo and the webhook say of a number.
func (s *SeventeenTrack) story(number string) map[string]any {
	w := s.numbers[number]
	if w == nil {
		w = &watched{}
	}
	events := []map[string]any{}
	for _, c := range slices.Backward(w.scans) {
		events = append(events, map[string]any{"time_iso": c.At.Format(time.RFC3339), "time_utc": c.At.UTC().Format("2006-01-02T15:04:05Z"), "description": c.Text, "location": c.Place, "stage": nil, "sub_status": c.Word,
			"address": map[string]any{"country": emptyNil(c.Country), "state": nil, "city": nil}})
	}
	word := w.word("NotFound_Other")
	main, _, _ := strings.Cut(word, "_")
	info := map[string]any{
		"shipping_info": map[string]any{"shipper_address": map[string]any{"country": emptyNil(w.from)}, "recipient_address": map[string]any{"country": emptyNil(w.to)}},
		"latest_status": map[string]any{"status": main, "sub_status": word, "sub_status_descr": nil},
		"tracking":      map[string]any{"providers": []map[string]any{{"provider": map[string]any{"key": w.carrier}, "events": events}}},
	}
	if len(events) > 0 {
		info["latest_event"] = events[0]
	}
	return map[string]any{"number": number, "carrier": w.carrier, "param": nil, "tag": emptyNil(w.tag), "track_info": info}
}

func emptyNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// seventeenAsk is one number of a request.
type seventeenAsk struct {
	Number  string `json:"number"`
	Carrier int    `json:"carrier"`
	Tag     string `json:"tag"`
	Items   struct {
		Tag string `json:"tag"`
	} `json:"items"` // of changeinfo
}

// ServeHTTP serves.
func (s *SeventeenTrack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/track/v2.4/")
	if !ok || r.Method != http.MethodPost || !slices.Contains(strings.Fields("register changeinfo stoptrack retrack gettrackinfo gettracklist getquota"), method) {
		http.NotFound(w, r)
		return
	}
	if r.Header.Get("17token") != s.key {
		seventeenError(w, http.StatusUnauthorized, -18010002, "Invalid security key.")
		return
	}
	if r.Header.Get("Content-Type") != "application/json" {
		seventeenError(w, http.StatusOK, -18010013, "Invalid submitted data.")
		return
	}
	body := readAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[method]++
	switch method {
	case "getquota":
		seventeenJSON(w, map[string]any{"code": 0, "data": map[string]any{"quota_total": s.quota, "quota_used": s.spent, "quota_remain": s.quota - s.spent}})
	case "gettracklist":
		s.list(w, body)
	default:
		s.each(w, method, body)
	}
}

func seventeenJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func seventeenError(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"code": code, "data": map[string]any{"errors": []map[string]any{{"code": code, "message": message}}}})
}

func (s *SeventeenTrack) each(w http.ResponseWriter, method string, body []byte) {
	var asks []seventeenAsk
	switch err := json.Unmarshal(body, &asks); {
	case err != nil || len(asks) == 0:
		seventeenError(w, http.StatusOK, -18010013, "Invalid submitted data.")
		return
	case len(asks) > 40:
		seventeenError(w, http.StatusOK, -18010014, "Tracking numbers exceed the 40 limit.")
		return
	}
	accepted, rejected := []any{}, []any{}
	for _, a := range asks {
		if good, code, message := s.one(method, a); code == 0 {
			accepted = append(accepted, good)
		} else {
			rejected = append(rejected, map[string]any{"number": a.Number, "error": map[string]any{"code": code, "message": message}})
		}
	}
	seventeenJSON(w, map[string]any{"code": 0, "data": map[string]any{"accepted": accepted, "rejected": rejected}})
}

// one does a method for one number.
func (s *SeventeenTrack) one(method string, a seventeenAsk) (good any, code int, message string) {
	n := s.numbers[a.Number]
	if method == "register" {
		return s.register(a, n)
	}
	if n == nil {
		return nil, -18019902, "Tracking number is not registered yet. Register first."
	}
	if method == "changeinfo" {
		n.tag = a.Items.Tag
	}
	plain := map[string]any{"number": a.Number, "carrier": n.carrier}
	switch {
	case method == "changeinfo":
	case method == "stoptrack" && n.stopped:
		return nil, -18019906, "Only numbers that are tracked can be stopped."
	case method == "stoptrack":
		n.stopped = true
	case method == "retrack" && !n.stopped:
		return nil, -18019904, "Only stopped numbers can be tracked again."
	case method == "retrack" && n.retracked:
		return nil, -18019905, "A number can be tracked again once."
	case method == "retrack":
		n.stopped, n.retracked, n.state = false, true, ""
	default:
		return s.story(a.Number), 0, ""
	}
	return plain, 0, ""
}

func (s *SeventeenTrack) register(a seventeenAsk, n *watched) (good any, code int, message string) {
	switch {
	case len(a.Number) < 5 || len(a.Number) > 50 || strings.ContainsFunc(a.Number, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	}):
		return nil, -18010012, "The format of data 'number' is invalid."
	case len(a.Tag) > 100:
		return nil, -18010012, "The format of data 'tag' is invalid."
	case n != nil:
		return nil, -18019901, "Tracking number " + a.Number + " is already registered."
	case s.unknown[a.Number] && a.Carrier == 0:
		return nil, -18019903, "Carrier cannot be detected."
	case s.spent >= s.quota:
		return nil, -18019908, "The quota is used up."
	}
	s.spent++
	s.numbers[a.Number] = &watched{carrier: max(a.Carrier, 3011), tag: a.Tag, registered: s.clock(), updated: s.clock()}
	return map[string]any{"origin": 1, "number": a.Number, "carrier": max(a.Carrier, 3011)}, 0, ""
}

// seventeenPage is how many numbers a page of the list has.
const seventeenPage = 40

func (s *SeventeenTrack) list(w http.ResponseWriter, body []byte) {
	var ask struct {
		Page int `json:"page_no"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.Page < 1 {
		seventeenError(w, http.StatusOK, -18010011, "The value of data 'page_no' is invalid.")
		return
	}
	var names []string
	for n := range s.numbers {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := s.numbers[b].updated.Compare(s.numbers[a].updated); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	from := min((ask.Page-1)*seventeenPage, len(names))
	accepted := []any{}
	for _, n := range names[from:min(from+seventeenPage, len(names))] {
		state := "Tracking"
		if s.numbers[n].stopped {
			state = "Stopped"
		}
		accepted = append(accepted, map[string]any{"number": n, "carrier": s.numbers[n].carrier, "tracking_status": state, "track_time": s.numbers[n].updated.UTC().Format("2006-01-02T15:04:05Z")})
	}
	pages := (len(names) + seventeenPage - 1) / seventeenPage
	seventeenJSON(w, map[string]any{"code": 0, "page": map[string]any{"data_total": len(names), "page_total": pages, "page_no": ask.Page, "page_size": seventeenPage}, "data": map[string]any{"accepted": accepted, "rejected": []any{}}})
}
