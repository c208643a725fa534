package feed

import (
	"sync"

	"github.com/patok-id/patok/geo"
)

// behindLimit is how many events may wait for a subscriber before it is let go.
const behindLimit = 256

// Hub hands events to subscribers, and replays recent ones. It never waits for
// a subscriber.
type Hub struct {
	ring, limit int

	mu       sync.Mutex
	epoch    string
	revision int64       // of the newest event
	recent   []geo.Event // at most ring, without a hole, up to revision
	subs     map[*Subscription]struct{}
}

// NewHub returns a hub that keeps the newest ring events and serves at most
// limit subscribers at a time.
func NewHub(ring, limit int) *Hub {
	return &Hub{ring: ring, limit: limit, subs: map[*Subscription]struct{}{}}
}

// Subscription is one browser's stream of events.
type Subscription struct {
	Epoch    string // position when the subscription began
	Revision int64
	Events   <-chan geo.Event // replayed ones, then live ones; closed at the end

	hub    *Hub
	events chan geo.Event
	reload bool
}

// Subscribe begins a stream. With after, the events above that revision come
// first; when they are no longer known, the stream is at its end at once and
// Reload is true. Too many subscribers are an error of kind Unavailable.
func (h *Hub) Subscribe(after *int64) (*Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subs) >= h.limit {
		return nil, &geo.Error{Kind: geo.Unavailable, Op: "feed.Subscribe", Message: geo.Text{
			ID: "Terlalu banyak peramban yang mengikuti perubahan. Coba lagi nanti.",
			EN: "Too many browsers are following the changes. Try again later.",
		}}
	}
	var missed []geo.Event
	known := true
	if after != nil {
		missed, known = h.since(*after)
	}
	s := &Subscription{Epoch: h.epoch, Revision: h.revision, hub: h, events: make(chan geo.Event, len(missed)+behindLimit)}
	s.Events = s.events
	for _, e := range missed {
		s.events <- e
	}
	if known {
		h.subs[s] = struct{}{}
	} else {
		s.reload = true
		close(s.events)
	}
	return s, nil
}

// since returns the events above a revision, false when some are not kept.
func (h *Hub) since(revision int64) ([]geo.Event, bool) {
	missing := h.revision - revision
	if missing < 0 || missing > int64(len(h.recent)) {
		return nil, false
	}
	return h.recent[int64(len(h.recent))-missing:], true
}

// Reload reports, once Events is closed, whether the reader missed something
// and has to read everything anew.
func (s *Subscription) Reload() bool {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.reload
}

// Close ends the stream. It may be called more than once.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.end(s, false)
}

// Subscribers is how many there are now.
func (h *Hub) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// end ends a subscription, once. The lock is held.
func (h *Hub) end(s *Subscription, reload bool) {
	if _, ok := h.subs[s]; !ok {
		return
	}
	delete(h.subs, s)
	s.reload = reload
	close(s.events)
}

// publish hands out events. One who is too far behind is let go.
func (h *Hub) publish(events []geo.Event) {
	if len(events) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revision = events[len(events)-1].Revision
	h.recent = append(h.recent, events...)
	if over := len(h.recent) - h.ring; over > 0 {
		clear(h.recent[:over])
		h.recent = h.recent[over:]
	}
	for s := range h.subs {
		for _, e := range events {
			select {
			case s.events <- e:
				continue
			default:
			}
			h.end(s, true)
			break
		}
	}
}

// reset forgets everything: what came before is no longer told apart.
func (h *Hub) reset(epoch string, revision int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.epoch, h.revision, h.recent = epoch, revision, nil
	for s := range h.subs {
		h.end(s, true)
	}
}
