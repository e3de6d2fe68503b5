package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/time/rate"
)

// pacer keeps strangers from asking too often: so many at once, then so many a second, for each key. It is kept in
// memory, each node for itself.
type pacer struct {
	mu    sync.Mutex
	each  rate.Limit // a second
	burst int
	all   map[string]*rate.Limiter
}

// mostPaced bounds the memory; beyond it everything is forgotten.
const mostPaced = 20_000

func newPacer(each rate.Limit, burst int) *pacer {
	return &pacer{each: each, burst: burst, all: map[string]*rate.Limiter{}}
}

// allow says whether one more is within the pace.
func (p *pacer) allow(key string) bool {
	p.mu.Lock()
	l := p.all[key]
	if l == nil {
		if len(p.all) >= mostPaced {
			clear(p.all)
		}
		l = rate.NewLimiter(p.each, p.burst)
		p.all[key] = l
	}
	p.mu.Unlock()
	return l.Allow()
}

// from is the address that a request came from, as far as one stranger is told from another by it: of IPv6 the network.
// Behind a proxy it is the one that the proxy saw.
func (s *Server) from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if list := r.Header.Get("X-Forwarded-For"); s.Secure && list != "" {
		host = strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	if a = a.Unmap(); a.Is6() {
		network, _ := a.Prefix(64)
		return network.String()
	}
	return a.String()
}
