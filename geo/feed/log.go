package feed

import (
	"context"

	"github.com/patok-id/patok/geo"
)

// Log is the database's numbered log of changes.
type Log interface {
	// Load reads everything that is published, in one transaction.
	Load(ctx context.Context) (geo.Content, error)
	// Changes reads at most limit revisions above after, oldest first.
	Changes(ctx context.Context, after int64, limit int) (geo.Segment, error)
	// Listen calls wake once it listens and whenever something may be new. It
	// returns when the connection is lost or ctx ends.
	Listen(ctx context.Context, wake func()) error
	// Digests reads count and sum per collection, and the position they hold for.
	Digests(ctx context.Context) (epoch string, revision int64, byCollection map[string]geo.Digest, err error)
}

// Target is the memory that follows. Only the follower writes to it.
type Target interface {
	// Reset replaces everything, in one step for readers.
	Reset(content geo.Content)
	// Apply adds revisions, in one step for readers, and says what they did.
	Apply(batch []geo.Revision) []geo.Event
	// Position is the epoch and the revision that readers see.
	Position() (epoch string, revision int64)
	// Freeze keeps what readers see now, for its digests later.
	Freeze() (epoch string, revision int64, digests func() map[string]geo.Digest)
}
