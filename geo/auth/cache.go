package auth

import (
	"sync"
	"time"

	"github.com/patok-id/patok/geo"
)

// What a token was looked up as.
const (
	fromSession byte = 's'
	fromBearer  byte = 'b'
)

func cacheKey(kind byte, hash []byte) string { return string(kind) + string(hash) }

// cache keeps who a token belongs to for a moment, so that a page's burst of
// requests asks the database once. Its age bounds how long an ended session
// or a changed grant lives on in a process.
type cache struct {
	age      time.Duration
	capacity int

	mu      sync.Mutex
	entries map[string]cached
}

type cached struct {
	principal geo.Principal
	until     time.Time
}

func newCache(age time.Duration, capacity int) *cache {
	return &cache{age: age, capacity: capacity, entries: map[string]cached{}}
}

func (c *cache) get(key string, now time.Time) (geo.Principal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok || !now.Before(e.until) {
		delete(c.entries, key)
		return geo.Public, false
	}
	return e.principal, true
}

func (c *cache) put(key string, p geo.Principal, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.capacity {
		clear(c.entries)
	}
	c.entries[key] = cached{principal: p, until: now.Add(c.age)}
}

func (c *cache) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}
