package index

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Snapshot is the published content as of one revision. It is immutable and
// may be read by any number of goroutines. What it returns is shared: nobody
// changes an asset, an area or a type that came from a snapshot.
type Snapshot struct{}

// New makes a snapshot of content. It keeps the features that content points
// to. Features with coordinates that are no numbers are left out of the trees.
func New(content geo.Content) *Snapshot { return &Snapshot{} }

// Apply returns the snapshot after batch, and one event per new revision. The
// receiver does not change. Revisions at or below the snapshot's are skipped;
// within a revision, a change whose version is not above the held one does
// nothing. Only one goroutine may apply to a snapshot and its descendants.
func (s *Snapshot) Apply(batch []geo.Revision) (*Snapshot, []geo.Event) { return s, nil }

// Revision is the revision that the snapshot shows.
func (s *Snapshot) Revision() int64 { return 0 }

// Epoch names the database's line of revisions; a restore begins a new one.
func (s *Snapshot) Epoch() string { return "" }

// CommittedAt is when the snapshot's revision was committed.
func (s *Snapshot) CommittedAt() time.Time { return time.Time{} }

// Types returns the registry by Position.
func (s *Snapshot) Types() []*geo.AssetType { return nil }

// Type returns the asset type called name, nil when there is none.
func (s *Snapshot) Type(name string) *geo.AssetType { return nil }

// Collections returns the names of all collections: asset types by Position,
// assets, then the area levels from provinsi down.
func (s *Snapshot) Collections() []string { return nil }

// Asset returns the asset with this id, nil when none is published.
func (s *Snapshot) Asset(id int64) *geo.Asset { return nil }

// Area returns the area with this id, nil when there is none.
func (s *Snapshot) Area(id int64) *geo.Area { return nil }

// AreaByCode returns the area with this code, nil when there is none.
func (s *Snapshot) AreaByCode(code geo.Code) *geo.Area { return nil }

// Query returns one page of a collection. An unknown collection is NotFound,
// an unknown property in Equal is BadRequest.
func (s *Snapshot) Query(ctx context.Context, q geo.Query) (geo.Page, error) {
	return geo.Page{}, nil
}

// Locate returns the areas that contain the point, its boundary included, from
// provinsi down; where areas of a level overlap, all of them, by id.
func (s *Snapshot) Locate(p orb.Point) []*geo.Area { return nil }

// Neighbor is an asset and how far it is.
type Neighbor struct {
	Asset     *geo.Asset
	DistanceM float64 // on the WGS 84 ellipsoid
}

// Nearest returns the limit assets of collections that are nearest to p,
// nearest first, equal distances by id. An unknown collection is NotFound.
func (s *Snapshot) Nearest(p orb.Point, collections []string, limit int) ([]Neighbor, error) {
	return nil, nil
}

// Hit is one result of Search: an area or an asset.
type Hit struct {
	Area  *geo.Area
	Asset *geo.Asset
}

// Search returns at most limit areas and assets whose name or code holds q in
// any case: areas first, names that begin with q before those that hold it.
// A code may be written with or without dots.
func (s *Snapshot) Search(ctx context.Context, q string, limit int) ([]Hit, error) { return nil, nil }

// Count is how many assets of a type there are, and how many have a point.
type Count struct {
	Type   string `json:"type"`
	Total  int    `json:"total"`
	Placed int    `json:"placed"`
}

// Summary returns the exact counts per asset type, by Position, and the number
// of areas per level collection, in area and below it; "" is everywhere.
func (s *Snapshot) Summary(area geo.Code) (counts []Count, areas map[string]int) { return nil, nil }

// Extent returns the smallest box around a collection's features; false when
// it has none with a place.
func (s *Snapshot) Extent(collection string) (orb.Bound, bool) { return orb.Bound{}, false }

// TileRevision returns the revision that last may have changed tile z/x/y of a
// layer: a collection, or {level}_label. Bytes of a tile are the same as long
// as this and Lineage are.
func (s *Snapshot) TileRevision(layer string, z, x, y int) int64 { return 0 }

// Lineage tells snapshots apart that were loaded anew: it is random per New,
// and kept by Apply. Caches have it in their keys.
func (s *Snapshot) Lineage() uint64 { return 0 }

// Digests returns count and sum per collection, assets left out.
func (s *Snapshot) Digests() map[string]geo.Digest { return nil }

// DigestList returns the digest of every feature of a collection by id, nil
// for an unknown collection.
func (s *Snapshot) DigestList(collection string) map[int64]int64 { return nil }

// Check reports where trees, maps and counters disagree, nil when they agree.
func (s *Snapshot) Check() error { return nil }

// Live holds the current snapshot. Readers call Snapshot; one follower calls
// Reset and Apply.
type Live struct{}

// NewLive returns a holder of an empty snapshot.
func NewLive() *Live { return &Live{} }

// Snapshot returns the current snapshot, never nil.
func (l *Live) Snapshot() *Snapshot { return nil }

// Reset replaces the snapshot by content as a whole.
func (l *Live) Reset(content geo.Content) {}

// Apply publishes the snapshot after batch and returns its events.
func (l *Live) Apply(batch []geo.Revision) []geo.Event { return nil }

// Position is the epoch and the revision of the current snapshot.
func (l *Live) Position() (epoch string, revision int64) { return "", 0 }

// Digests are those of the current snapshot, with its position.
func (l *Live) Digests() (epoch string, revision int64, byCollection map[string]geo.Digest) {
	return "", 0, nil
}
