package geo

import (
	"time"

	"github.com/paulmach/orb"
)

// Operation is what a change did.
type Operation string

// The operations.
const (
	Create Operation = "create"
	Update Operation = "update"
	Delete Operation = "delete"

	Restore Operation = "restore" // in histories: a create of what had been deleted
)

// Content is everything that is published, as of one revision: what a node
// starts from. Where assets are handed on one by one, Assets stays empty.
type Content struct {
	Epoch       string
	Revision    int64
	CommittedAt time.Time
	Began       time.Time    // when the first revision was committed; zero without one
	Types       []*AssetType // by Position
	Areas       []*Area
	Assets      []*Asset
}

// Refill takes everything that is published anew, while readers go on with what
// there is. One that is never done is dropped.
type Refill interface {
	// Add takes one asset, and copies what it keeps of it.
	Add(asset *Asset)
	// Done replaces everything by content and the assets, in one step for readers.
	Done(content Content)
}

// Segment is a run of revisions without a hole, oldest first. It is empty when
// nothing is new. Clock is the database's newest revision when the segment was
// read: a clock behind the reader's own position means a restore. Large says that
// the next revision changed so much that loading everything anew costs less.
type Segment struct {
	Epoch     string
	Clock     int64
	Revisions []Revision
	Large     bool
}

// Revision is one committed transaction, and what it did to published features.
// It may hold no change (a held asset, a change taken back within it).
type Revision struct {
	Number      int64
	CommittedAt time.Time
	Changes     []Change
	Withdrawn   []int64 // accounts that may have lost a right: forget what is known of them
	Figures     bool    // figures were published, or the registry of indicators changed
}

// Change is the state of one feature after a revision. Exactly one of Asset,
// Area and Type is set unless it is a delete; an asset that is no longer
// published is a delete.
type Change struct {
	Collection string // of the feature; "types" for the registry
	ID         int64  // 0 for the registry
	Delete     bool
	Asset      *Asset
	Area       *Area
	Type       *AssetType
}

// Event is one revision as browsers hear of it.
type Event struct {
	Revision    int64
	CommittedAt time.Time
	Changes     []EventChange
}

// FiguresCollection is the collection of the event that published figures, or
// their registry, have changed; it has no id.
const FiguresCollection = "figures"

// EventChange names a feature that changed, and where it was or is. Extent is
// nil for features without a place.
type EventChange struct {
	Collection string
	ID         int64
	Operation  Operation
	Extent     *orb.Bound
}
