package index

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/patok-id/patok/geo"
)

// Live holds the current snapshot. Any number of readers call Snapshot; one
// follower calls Refill, Reset and Apply; Run packs anew what has changed.
type Live struct {
	current atomic.Pointer[Snapshot]

	publishing sync.Mutex    // held by whoever replaces the snapshot
	touched    *[]int64      // ids that changed since a pack is being made; nil when none is
	due        chan struct{} // one pending wish for a new pack
}

// NewLive returns a holder of an empty snapshot.
func NewLive() *Live {
	l := &Live{due: make(chan struct{}, 1)}
	l.Reset(geo.Content{})
	return l
}

// Snapshot returns the current snapshot, never nil.
func (l *Live) Snapshot() *Snapshot { return l.current.Load() }

// Reset replaces the snapshot by content as a whole.
func (l *Live) Reset(content geo.Content) { l.publish(New(content)) }

func (l *Live) publish(s *Snapshot) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	l.current.Store(s)
}

// Refill begins to take everything anew. Readers go on with the snapshot.
func (l *Live) Refill() geo.Refill { return &refill{live: l, packer: newPacker()} }

// refill packs assets until it is done.
type refill struct {
	*packer
	live *Live
}

// Done publishes content with the assets.
func (r *refill) Done(content geo.Content) { r.live.publish(newSnapshot(content, r.packer)) }

// Apply publishes the snapshot after batch and returns its events.
func (l *Live) Apply(batch []geo.Revision) []geo.Event {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	next, events := l.Snapshot().Apply(batch)
	l.current.Store(next)
	if l.touched != nil {
		for _, r := range batch {
			for _, c := range r.Changes {
				*l.touched = append(*l.touched, c.ID)
			}
		}
	}
	if next.loose() {
		select {
		case l.due <- struct{}{}:
		default: // one is pending already
		}
	}
	return events
}

// Run packs anew whenever much has changed, until ctx ends.
func (l *Live) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.due:
		}
		if l.Snapshot().loose() {
			l.Repack()
		}
	}
}

// Repack takes what is fresh into a new pack and publishes a snapshot over it,
// with the same content, while readers and the follower go on. One at a time.
func (l *Live) Repack() {
	l.publishing.Lock()
	from, touched := l.Snapshot(), new([]int64)
	l.touched = touched
	l.publishing.Unlock()

	packed := from.packed()

	l.publishing.Lock()
	defer l.publishing.Unlock()
	l.touched = nil
	if now := l.Snapshot(); now.lineage == from.lineage {
		l.current.Store(now.over(packed, *touched))
	}
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
