package auth

import (
	"sync"
	"time"

	"github.com/patok-id/patok/geo"
)

// How long what was looked up is taken for true: rememberTime while this node
// follows the log, which tells it of every right that is lost; staleTime while
// it lags more than that behind, and for who looks through another's eyes, whose
// own rights may end by their dates.
const (
	rememberTime = time.Minute
	staleTime    = time.Second
)

// memory keeps who a token belongs to, so that a request asks the database
// nothing. An account is forgotten when the log says that it may have lost a
// right.
type memory struct {
	lag      func() time.Duration
	capacity int

	mu         sync.Mutex
	entries    map[string]remembered
	generation int64 // counts what was forgotten
}

// remembered is who a token belongs to.
type remembered struct {
	principal geo.Principal
	looked    time.Time // in the database, before the answer
	until     time.Time // the end of the session or the token; zero is none
}

func newMemory(capacity int, lag func() time.Duration) *memory {
	return &memory{lag: lag, capacity: capacity, entries: map[string]remembered{}}
}

// get returns who key belongs to, unless that has to be looked up (anew). What
// is looked up then is put back under the generation that is returned.
func (m *memory) get(key string, now time.Time) (p geo.Principal, generation int64, ok bool) {
	m.mu.Lock()
	e, ok := m.entries[key]
	generation = m.generation
	m.mu.Unlock()
	if !ok || !e.until.IsZero() && !now.Before(e.until) {
		return geo.Public, generation, false
	}
	switch age := now.Sub(e.looked); {
	case age < 0, age >= rememberTime:
		return geo.Public, generation, false
	case age >= staleTime && (e.principal.ViewedBy != nil || m.lag() > staleTime):
		return geo.Public, generation, false
	}
	return e.principal, generation, true
}

// put keeps e, unless something was forgotten since generation: the look-up may
// have read what was true before.
func (m *memory) put(key string, e remembered, generation int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if len(m.entries) >= m.capacity {
		clear(m.entries)
	}
	m.entries[key] = e
}

// remove forgets one token.
func (m *memory) remove(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	delete(m.entries, key)
}

// forget forgets every token of accounts, and who looks through their eyes.
func (m *memory) forget(accounts []int64) {
	gone := make(map[int64]bool, len(accounts))
	for _, a := range accounts {
		gone[a] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	for key, e := range m.entries {
		if gone[e.principal.AccountID] || e.principal.ViewedBy != nil && gone[e.principal.ViewedBy.ID] {
			delete(m.entries, key)
		}
	}
}

// forgetAll forgets everything.
func (m *memory) forgetAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	clear(m.entries)
}
