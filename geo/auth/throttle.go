package auth

import (
	"net/netip"
	"sync"
	"time"
)

// Throttle slows down guessing: after a few free tries each further one under
// the same key has to wait longer, doubling up to a limit. A key without tries
// for a while is forgotten. It may be used by many goroutines.
type Throttle struct {
	free     int           // tries without waiting
	first    time.Duration // wait after the first try beyond them
	longest  time.Duration
	forget   time.Duration // after the last try
	capacity int           // keys held at most

	mu    sync.Mutex
	tries map[string]*tries
}

type tries struct {
	count int
	next  time.Time // no try before
	last  time.Time
}

// NewThrottle returns a throttle with free tries, then waits from first,
// doubling to longest.
func NewThrottle(free int, first, longest time.Duration) *Throttle {
	return &Throttle{free: free, first: first, longest: longest, forget: 2 * longest, capacity: 20_000, tries: map[string]*tries{}}
}

// Begin counts a try of key before it is made, so that many at once gain
// nothing. It returns how long to wait when the try is not allowed now; such a
// try is not counted, so that a right password works once the wait is over.
func (t *Throttle) Begin(key string, now time.Time) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.tries[key]
	if e == nil || now.Sub(e.last) > t.forget {
		if e == nil && len(t.tries) >= t.capacity {
			t.shed(now)
		}
		e = &tries{}
		t.tries[key] = e
	}
	if wait := e.next.Sub(now); wait > 0 {
		return wait, false
	}
	e.count++
	e.last = now
	if over := e.count - t.free; over >= 0 {
		delay := t.longest
		if over < 20 {
			delay = min(t.longest, t.first<<over)
		}
		e.next = now.Add(delay)
	}
	return 0, true
}

// Succeed forgets the tries of key.
func (t *Throttle) Succeed(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries, key)
}

// Refund takes back one try of key, which was a good one or was never made.
func (t *Throttle) Refund(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.tries[key]; e != nil && e.count > 0 {
		e.count--
		if e.count < t.free {
			e.next = time.Time{}
		}
	}
}

// shed makes room: what is forgotten goes, and when that is not enough the
// entries that hold nobody back. A flood of new names never frees a held one
// while others are left.
func (t *Throttle) shed(now time.Time) {
	for key, e := range t.tries {
		if now.Sub(e.last) > t.forget || !e.next.After(now) {
			delete(t.tries, key)
		}
	}
	for key := range t.tries {
		if len(t.tries) < t.capacity {
			return
		}
		delete(t.tries, key)
	}
}

// addressKey groups an IPv6 client by its /64, which one household or one
// attacker has to itself.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
