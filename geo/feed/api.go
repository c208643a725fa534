// Package feed follows the database's log of changes into memory, and fans it
// out to browsers.
package feed

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/patok-id/patok/geo"
)

// Log is the database's numbered log of changes.
type Log interface {
	// Load reads everything that is published, in one transaction.
	Load(ctx context.Context) (geo.Content, error)
	// Changes reads at most limit revisions above after, oldest first.
	Changes(ctx context.Context, after int64, limit int) (geo.Batch, error)
	// Listen calls wake once it listens and whenever something may be new. It
	// returns when the connection is lost or ctx ends.
	Listen(ctx context.Context, wake func()) error
	// Digests reads count and sum per collection, with their position.
	Digests(ctx context.Context) (epoch string, revision int64, byCollection map[string]geo.Digest, err error)
}

// Target is the memory that follows. Only the follower writes to it.
type Target interface {
	Reset(content geo.Content)
	Apply(batch []geo.Revision) []geo.Event
	Position() (epoch string, revision int64)
	Digests() (epoch string, revision int64, byCollection map[string]geo.Digest)
}

// Options are a follower's intervals; zero members take the defaults.
type Options struct {
	Poll       time.Duration // between looks at the log; 200 ms
	BatchLimit int           // revisions per look; 500
	BackoffMin time.Duration // first wait after an error; 100 ms
	BackoffMax time.Duration // longest wait after an error; 5 s
	Compare    time.Duration // between comparisons of digests; 5 min
}

// Counters count what happened since the start, for /metrics.
type Counters struct {
	Revisions atomic.Int64 // applied
	Changes   atomic.Int64 // applied
	Reloads   atomic.Int64 // full loads, the first one included
	Broken    atomic.Int64 // batches against the invariant
	Errors    atomic.Int64 // failed reads of the log
	Compared  atomic.Int64 // comparisons of digests
	Different atomic.Int64 // comparisons that found a difference: alarms
	Listening atomic.Int64 // 1 while wake-ups arrive
}

// Follower keeps a Target at the log's newest revision.
type Follower struct{ Counters Counters }

// NewFollower returns a follower of log into target that publishes to hub.
func NewFollower(log Log, target Target, hub *Hub, logger *slog.Logger, opts Options) *Follower {
	return &Follower{}
}

// Run follows until ctx ends. It returns ctx's error, nothing else: whatever
// goes wrong with the database is tried again with backoff.
func (f *Follower) Run(ctx context.Context) error { return nil }

// Wake makes the follower look at the log now. It never blocks.
func (f *Follower) Wake() {}

// Ready reports whether the target was loaded and follows without a break. It
// stays true while the database is away; Lag tells for how long.
func (f *Follower) Ready() bool { return false }

// Lag is how long ago the target was last known to be at the log's end.
func (f *Follower) Lag() time.Duration { return 0 }

// WaitFor returns once the target has revision, or ctx's end as Unavailable.
func (f *Follower) WaitFor(ctx context.Context, revision int64) error { return nil }

// Hub hands events to subscribers, and replays recent ones.
type Hub struct{}

// NewHub returns a hub that keeps the newest ring events and serves at most
// limit subscribers at a time.
func NewHub(ring, limit int) *Hub { return &Hub{} }

// Subscribers is how many there are now.
func (h *Hub) Subscribers() int { return 0 }

// Subscription is one browser's stream of events.
type Subscription struct {
	Epoch    string // position when the subscription began
	Revision int64
	Events   <-chan geo.Event // replayed ones, then live; closed at the end
}

// Subscribe begins a stream. With after, the events above that revision come
// first; when they are no longer known the stream is at its end at once, with
// Reload true. Too many subscribers are Unavailable.
func (h *Hub) Subscribe(after *int64) (*Subscription, error) { return nil, nil }

// Reload reports, once Events is closed, whether the reader missed something
// and has to read everything anew.
func (s *Subscription) Reload() bool { return false }

// Close ends the stream. It may be called more than once.
func (s *Subscription) Close() {}
