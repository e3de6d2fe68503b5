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
	age   int // how often something was taken out: what was read before then may be out of date
	found map[cacheKey]cached
}

type cacheKey struct{ merchant, hash string }

// found is a token with who acts by it.
type found struct {
	token store.Token
	who   Actor
}

type cached struct {
	found
	until time.Time
}

// get is what was found, and the age of the cache by which to put what is looked up instead.
func (c *cache) get(merchant, hash string) (found, int, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f, ok := c.found[cacheKey{merchant, hash}]
	return f.found, c.age, ok && time.Now().Before(f.until)
}

func (c *cache) put(f found, age int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age != c.age {
		return
	}
	if c.found == nil || len(c.found) >= mostRemembered {
		c.found = map[cacheKey]cached{}
	}
	c.found[cacheKey{f.token.Merchant, f.token.Hash}] = cached{f, time.Now().Add(remember)}
}

// clear forgets all: somebody's rights have changed.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = nil
	c.age++
}

func (c *cache) drop(merchant, hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.found, cacheKey{merchant, hash})
	c.age++
}

// familiar remembers from where people have signed in.
type familiar struct {
	mu    sync.Mutex
	known map[string]bool
}

func (f *familiar) has(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known[key]
}

func (f *familiar) add(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= mostRemembered {
		f.known = map[string]bool{}
	}
	f.known[key] = true
}
