package web

import (
	"crypto/sha256"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"recourse"
)

// Every token has a pace of its own, so that a program gone wild keeps no other from the desk: so many requests at once, then
// so many a second. How much is left is told in every answer, by the fields RateLimit-Policy and RateLimit of the IETF's
// draft-ietf-httpapi-ratelimit-headers, and how long to wait by Retry-After. It is kept in memory, each node for itself.

// Quota is the pace of a token; the zero value is none.
type Quota struct {
	Each  int // requests a second, on average
	Burst int // at once; 0: twice as many
}

// quotas are the tokens that asked lately, by the hash of their secret.
type quotas struct {
	Quota
	policy []string
	mu     sync.Mutex
	all    map[[32]byte]*rate.Limiter
}

// newQuotas is nil where there is no pace.
func newQuotas(q Quota) *quotas {
	if q.Each <= 0 {
		return nil
	}
	if q.Burst <= 0 {
		q.Burst = 2 * q.Each
	}
	window := int(math.Ceil(float64(q.Burst) / float64(q.Each)))
	return &quotas{Quota: q, policy: []string{`"token";q=` + strconv.Itoa(q.Burst) + ";w=" + strconv.Itoa(window)}, all: map[[32]byte]*rate.Limiter{}}
}

func (q *quotas) of(secret string) *rate.Limiter {
	key := sha256.Sum256([]byte(secret))
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.all[key]
	if l == nil {
		if len(q.all) >= mostPaced {
			clear(q.all)
		}
		l = rate.NewLimiter(rate.Limit(q.Each), q.Burst)
		q.all[key] = l
	}
	return l
}

// take counts a request of a program that is known, and tells it what is left: rate_limited, of kind [recourse.Unavailable],
// when it asks faster than it may.
func (q *quotas) take(w http.ResponseWriter, r *http.Request, now time.Time) error {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if q == nil || !strings.EqualFold(scheme, "Bearer") {
		return nil // a browser that looks
	}
	l := q.of(strings.TrimSpace(secret))
	ok, left := l.AllowN(now, 1), max(0, l.TokensAt(now))
	wait := func(tokens float64) string { return strconv.Itoa(int(math.Ceil(max(0, tokens) / float64(q.Each)))) }
	h := w.Header()
	h["Ratelimit-Policy"] = q.policy
	h.Set("RateLimit", `"token";r=`+strconv.Itoa(int(left))+";t="+wait(float64(q.Burst)-left))
	if ok {
		return nil
	}
	h.Set("Retry-After", wait(1-left))
	return &recourse.Error{Kind: recourse.Unavailable, Code: "rate_limited", Message: "this token asks more often than " + strconv.Itoa(q.Each) + " times a second", Hint: "wait for Retry-After, and send several events in one request"}
}
