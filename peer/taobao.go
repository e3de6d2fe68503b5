package peer

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Taobao stands in for the Taobao Open Platform: it wants the app's key, a session, a right signature by one of the three
// methods and a clock that is at most ten minutes off, fields, one status at a time, at most 100 a page, and stretches of at
// most a day for trades. Make it with [NewTaobao]; any path is its own.
type Taobao struct {
	key, secret, session string
	clock                func() time.Time

	mu      sync.Mutex
	refunds []map[string]any
	trades  []map[string]any
	expired bool
	asked   map[string]int
}

// NewTaobao makes one with an app's key and secret and a supplier's session.
func NewTaobao(key, secret, session string, clock func() time.Time) *Taobao {
	return &Taobao{key: key, secret: secret, session: session, clock: clock, asked: map[string]int{}}
}

// Expire ends the supplier's session.
func (s *Taobao) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expired = true
}

// Asked is how often a method was asked for.
func (s *Taobao) Asked(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[method]
}

// Refund adds a refund, or changes the one of that refund_id. It wants refund_id, tid, status and modified (GMT+8).
func (s *Taobao) Refund(refund map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refunds = put(s.refunds, "refund_id", refund)
}

// Trade adds a trade, or changes the one of that tid. It wants tid, status and modified.
func (s *Taobao) Trade(trade map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trades = put(s.trades, "tid", trade)
}

func put(list []map[string]any, key string, one map[string]any) []map[string]any {
	for i := range list {
		if list[i][key] == one[key] {
			list[i] = one
			return list
		}
	}
	return append(list, one)
}

// topZone is the platform's.
var topZone = time.FixedZone("GMT+8", 8*3600)

const topStamp = "2006-01-02 15:04:05"

// ServeHTTP serves. Errors are answered with 200, as the platform does.
func (s *Taobao) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAsked)
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		topError(w, 22, "Invalid HTTP action", "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.PostForm
	method := q.Get("method")
	s.asked[method]++
	if code, message := s.refuse(q); code != 0 {
		topError(w, code, message, "")
		return
	}
	switch method {
	case "taobao.refunds.receive.get":
		s.listRefunds(w, q)
	case "taobao.trades.sold.increment.get":
		s.listTrades(w, q)
	case "taobao.trade.fullinfo.get":
		for _, t := range s.trades {
			if t["tid"] == q.Get("tid") {
				topAnswer(w, "trade_fullinfo_get_response", map[string]any{"trade": t})
				return
			}
		}
		topError(w, 15, "Remote service error", "isv.trade-not-exist")
	default:
		topError(w, 22, "Invalid method", "")
	}
}

// refuse checks what every request must have.
func (s *Taobao) refuse(q url.Values) (code int, message string) {
	at, err := time.ParseInLocation(topStamp, q.Get("timestamp"), topZone)
	off := s.clock().Sub(at)
	switch {
	case q.Get("app_key") != s.key:
		return 29, "Invalid app Key"
	case err != nil || off > 10*time.Minute || off < -10*time.Minute:
		return 31, "Invalid timestamp"
	case q.Get("v") != "2.0" || q.Get("format") != "json":
		return 41, "Invalid arguments"
	case q.Get("sign") == "":
		return 24, "Missing signature"
	case q.Get("sign") != topSign(q, s.secret):
		return 25, "Invalid signature"
	case q.Get("session") == "":
		return 26, "Missing session"
	case q.Get("session") != s.session || s.expired:
		return 27, "Invalid session"
	case q.Get("fields") == "":
		return 40, "Missing required arguments: fields"
	}
	return 0, ""
}

// topSign is the signature as the platform makes it.
func topSign(q url.Values, secret string) string {
	var names []string
	for n := range q {
		if n != "sign" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	all := ""
	for _, n := range names {
		all += n + q.Get(n)
	}
	of := map[string]func() hash.Hash{"hmac": md5.New, "hmac-sha256": sha256.New}[q.Get("sign_method")]
	if q.Get("sign_method") == "md5" {
		sum := md5.Sum([]byte(secret + all + secret))
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	if of == nil {
		return "?"
	}
	mac := hmac.New(of, []byte(secret))
	mac.Write([]byte(all))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

func topError(w http.ResponseWriter, code int, message, sub string) {
	topAnswer(w, "error_response", map[string]any{"code": code, "msg": message, "sub_code": sub, "request_id": "15xyz"})
}

func topAnswer(w http.ResponseWriter, name string, v any) {
	w.Header().Set("Content-Type", "text/javascript;charset=UTF-8")
	json.NewEncoder(w).Encode(map[string]any{name: v})
}

// page gives a page of what was modified in the stretch that is asked for and passes a filter; ok is false when the
// request was answered with an error.
func (s *Taobao) page(w http.ResponseWriter, q url.Values, all []map[string]any, longest time.Duration, keep func(map[string]any) bool) (list []map[string]any, more, ok bool) {
	from, err1 := time.ParseInLocation(topStamp, q.Get("start_modified"), topZone)
	to, err2 := time.ParseInLocation(topStamp, q.Get("end_modified"), topZone)
	no, err3 := strconv.Atoi(q.Get("page_no"))
	size, err4 := strconv.Atoi(q.Get("page_size"))
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || no < 1 || size < 1 || size > 100 || to.Before(from) || longest > 0 && to.Sub(from) > longest || q.Get("use_has_next") != "true" {
		topError(w, 41, "Invalid arguments", "isv.invalid-parameter")
		return nil, false, false
	}
	list = []map[string]any{}
	for _, one := range all {
		at, err := time.ParseInLocation(topStamp, one["modified"].(string), topZone)
		if err == nil && !at.Before(from) && !at.After(to) && keep(one) {
			list = append(list, one)
		}
	}
	start := min((no-1)*size, len(list))
	end := min(start+size, len(list))
	return list[start:end], end < len(list), true
}

func (s *Taobao) listRefunds(w http.ResponseWriter, q url.Values) {
	if status := q.Get("status"); status == "" || strings.Contains(status, ",") {
		topError(w, 41, "Invalid arguments: status", "isv.invalid-parameter")
		return
	}
	list, more, ok := s.page(w, q, s.refunds, 0, func(r map[string]any) bool {
		return r["status"] == q.Get("status") && (q.Get("buyer_nick") == "" || r["buyer_nick"] == q.Get("buyer_nick"))
	})
	if ok {
		topAnswer(w, "refunds_receive_get_response", map[string]any{"has_next": more, "refunds": map[string]any{"refund": list}})
	}
}

func (s *Taobao) listTrades(w http.ResponseWriter, q url.Values) {
	list, more, ok := s.page(w, q, s.trades, 24*time.Hour, func(map[string]any) bool { return true })
	if ok {
		short := []map[string]any{}
		for _, t := range list {
			short = append(short, map[string]any{"tid": t["tid"], "status": t["status"], "modified": t["modified"], "buyer_nick": t["buyer_nick"]})
		}
		topAnswer(w, "trades_sold_increment_get_response", map[string]any{"has_next": more, "trades": map[string]any{"trade": short}})
	}
}
