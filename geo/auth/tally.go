package auth

import (
	"sync"
	"time"
)

// tally counts refused tries by key, and tells at most once per window and key
// how many there were: the first at once.
type tally struct {
	window   time.Duration
	capacity int

	mu   sync.Mutex
	keys map[string]*counted
}

type counted struct {
	told    time.Time
	pending refusals
}

// refusals are tries that were refused since a time; a count of 0 says nothing.
type refusals struct {
	count int
	since time.Time
}

// and adds others to r.
func (r refusals) and(others refusals) refusals {
	if r.count == 0 || others.count > 0 && others.since.Before(r.since) {
		r.since = others.since
	}
	r.count += others.count
	return r
}

func newTally(window time.Duration, capacity int) *tally {
	return &tally{window: window, capacity: capacity, keys: map[string]*counted{}}
}

// add counts a refused try of key. It returns what there is to tell, when it is
// time to.
func (t *tally) add(key string, now time.Time) refusals {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.keys[key]
	if c == nil {
		if len(t.keys) >= t.capacity {
			clear(t.keys)
		}
		c = &counted{}
		t.keys[key] = c
	}
	if c.pending.count++; c.pending.count == 1 {
		c.pending.since = now
	}
	if !c.told.IsZero() && now.Sub(c.told) < t.window {
		return refusals{}
	}
	told := c.pending
	c.told, c.pending = now, refusals{}
	return told
}

// rest returns what was not told of key yet: a try of it is admitted again.
func (t *tally) rest(key string) refusals {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.keys[key]
	if c == nil {
		return refusals{}
	}
	told := c.pending
	c.pending = refusals{}
	return told
}
