package auth

import (
	"sync"
	"time"
)

// brakes slow down guessing by three keys: the client's address, the account's
// name, and both together. From one address the wait grows four times as long
// as the name's own, so that who hammers on an account leaves it open to its
// owner elsewhere; and where the owner has logged in before, guesses from other
// addresses do not count.
type brakes struct {
	addresses, names, pairs *Throttle
	lines                   *tally

	mu    sync.Mutex
	homes map[string]bool // pairs that have logged in
}

// maxHomes bounds what is kept of successful log-ins.
const maxHomes = 20_000

func newBrakes() *brakes {
	return &brakes{
		addresses: NewThrottle(50, time.Second, 5*time.Minute),
		names:     NewThrottle(5, time.Second, 5*time.Minute),
		pairs:     NewThrottle(5, 4*time.Second, 20*time.Minute),
		lines:     newTally(time.Minute, 20_000),
		homes:     map[string]bool{},
	}
}

// outcome is what became of a try. One that nobody tells about was wrong.
type outcome int

const (
	succeeded outcome = iota
	unmade            // through no fault of who tried; or right so far
)

// begin admits a try, and returns how to tell its outcome; or nil and how long
// to wait. An empty name or address is not looked at. refused has a count when
// it is time for a line about tries that were refused.
func (b *brakes) begin(name, address string, now time.Time) (done func(outcome), wait time.Duration, refused refusals) {
	address = addressKey(address)
	pair := name + " " + address
	type stage struct {
		throttle *Throttle
		key      string
	}
	var stages []stage
	if address != "" {
		stages = append(stages, stage{b.addresses, address})
	}
	if name != "" {
		stages = append(stages, stage{b.pairs, pair})
		if address == "" || !b.home(pair) {
			stages = append(stages, stage{b.names, name})
		}
	}
	for i, s := range stages {
		if wait, ok := s.throttle.Begin(s.key, now); !ok {
			if i > 0 && address != "" {
				b.addresses.Refund(address)
			}
			return nil, wait, b.lines.add(s.key, now)
		}
	}
	for _, s := range stages {
		refused = refused.and(b.lines.rest(s.key))
	}
	return func(o outcome) {
		for _, s := range stages {
			if o == succeeded && s.throttle != b.addresses {
				s.throttle.Succeed(s.key)
			} else {
				s.throttle.Refund(s.key)
			}
		}
		if o == succeeded && name != "" {
			b.welcome(pair)
		}
	}, 0, refused
}

func (b *brakes) home(pair string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.homes[pair]
}

func (b *brakes) welcome(pair string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.homes) >= maxHomes {
		clear(b.homes)
	}
	b.homes[pair] = true
}
