package account

import (
	"sync"
	"time"

	"recourse/store"
)

const (
	// remember is how long a token that was found is not looked up again: thousands of requests a second must not each ask
	// the database who they are. It is real time, whatever the clock that expiry is judged by.
	remember = 5 * time.Second
	// mostRemembered bounds the memory; beyond it everything is forgotten and looked up again.
	mostRemembered = 10_000
)

// cache holds tokens that were found. What is not known is never held: it costs whoever tries, not us, and a token must
// work from the moment that it is issued.
type cache struct {
	mu    sync.RWMutex
	found map[cacheKey]cached
}

type cacheKey struct{ merchant, hash string }

type cached struct {
	token store.Token
	until time.Time
}

func (c *cache) get(merchant, hash string) (store.Token, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f, ok := c.found[cacheKey{merchant, hash}]
	return f.token, ok && time.Now().Before(f.until)
}

func (c *cache) put(t store.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found == nil || len(c.found) >= mostRemembered {
		c.found = map[cacheKey]cached{}
	}
	c.found[cacheKey{t.Merchant, t.Hash}] = cached{t, time.Now().Add(remember)}
}

func (c *cache) drop(merchant, hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.found, cacheKey{merchant, hash})
}
