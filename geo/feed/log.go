package feed

import (
	"context"

	"github.com/patok-id/patok/geo"
)

// Log is the database's numbered log of changes.
type Log interface {
	// Load reads everything that is published, as of one revision. Assets go to
	// add one by one, in no order, and not into the content; what add is given
	// holds during the call only.
	Load(ctx context.Context, add func(*geo.Asset)) (geo.Content, error)
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
	// Refill begins to take everything anew. Readers go on with what there is.
	Refill() geo.Refill
	// Apply adds revisions, in one step for readers, and says what they did.
	Apply(batch []geo.Revision) []geo.Event
	// Position is the epoch and the revision that readers see.
	Position() (epoch string, revision int64)
	// Freeze keeps what readers see now, for its digests later.
	Freeze() (epoch string, revision int64, digests func() map[string]geo.Digest)
}
