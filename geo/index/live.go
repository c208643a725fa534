package index

import (
	"sync/atomic"

	"github.com/patok-id/patok/geo"
)

// Live holds the current snapshot. Any number of readers call Snapshot; one
// follower calls Reset and Apply.
type Live struct{ current atomic.Pointer[Snapshot] }

// NewLive returns a holder of an empty snapshot.
func NewLive() *Live {
	l := new(Live)
	l.Reset(geo.Content{})
	return l
}

// Snapshot returns the current snapshot, never nil.
func (l *Live) Snapshot() *Snapshot { return l.current.Load() }

// Reset replaces the snapshot by content as a whole.
func (l *Live) Reset(content geo.Content) { l.current.Store(New(content)) }

// Refill begins to take everything anew. Readers go on with the snapshot.
func (l *Live) Refill() geo.Refill { return &refill{live: l, packer: newPacker()} }

// refill packs assets until it is done.
type refill struct {
	*packer
	live *Live
}

// Done publishes content with the assets.
func (r *refill) Done(content geo.Content) { r.live.current.Store(newSnapshot(content, r.packer)) }

// Apply publishes the snapshot after batch and returns its events.
func (l *Live) Apply(batch []geo.Revision) []geo.Event {
	next, events := l.Snapshot().Apply(batch)
	l.current.Store(next)
	return events
}

// Position is the epoch and the revision of the current snapshot.
func (l *Live) Position() (epoch string, revision int64) {
	s := l.Snapshot()
	return s.epoch, s.revision
}

// Digests are those of the current snapshot, with its position.
func (l *Live) Digests() (epoch string, revision int64, byCollection map[string]geo.Digest) {
	s := l.Snapshot()
	return s.epoch, s.revision, s.Digests()
}

// Freeze keeps the current snapshot for its digests later.
func (l *Live) Freeze() (epoch string, revision int64, digests func() map[string]geo.Digest) {
	s := l.Snapshot()
	return s.epoch, s.revision, s.Digests
}
