package index

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// assetLayer holds the assets of one type. Only the builder that copied it
// writes to it, before it is published.
type assetLayer struct {
	byID     *btree.Map[int64, *geo.Asset]
	unplaced *btree.Map[int64, *geo.Asset] // those of byID without a point
	tree     *rtree.RTreeG[*geo.Asset]     // those of byID with a point
	counts   *btree.Map[geo.Code, count]   // by claimed code and each code above it
	marks    marks
}

// count is how many assets there are, and how many have a point.
type count struct{ total, placed int }

func newAssetLayer(revision int64) *assetLayer {
	return &assetLayer{
		byID:     new(btree.Map[int64, *geo.Asset]),
		unplaced: new(btree.Map[int64, *geo.Asset]),
		tree:     new(rtree.RTreeG[*geo.Asset]),
		counts:   new(btree.Map[geo.Code, count]),
		marks:    newMarks(revision),
	}
}

// clone returns a layer that shares every node with l until one is written.
func (l *assetLayer) clone() *assetLayer {
	return &assetLayer{
		byID:     cloneMap(l.byID),
		unplaced: cloneMap(l.unplaced),
		tree:     cloneTree(l.tree),
		counts:   cloneMap(l.counts),
		marks:    l.marks.clone(),
	}
}

// cloneMap copies m without writing to it. Map.Copy gives both sides a new
// owner's number so that neither writes to the shared nodes; it is called on a
// shadow here, since m is published, never written again, and being read.
func cloneMap[K ~int64 | ~uint64 | ~string, V any](m *btree.Map[K, V]) *btree.Map[K, V] {
	shadow := *m
	return shadow.Copy()
}

// cloneTree is cloneMap for R-trees, whose Copy works alike.
func cloneTree[T any](t *rtree.RTreeG[T]) *rtree.RTreeG[T] {
	shadow := *t
	return shadow.Copy()
}

func (l *assetLayer) insert(a *geo.Asset) {
	l.byID.Set(a.ID, a)
	if located(a) {
		l.tree.Insert(*a.Point, *a.Point, a)
	} else {
		l.unplaced.Set(a.ID, a)
	}
	l.count(a, 1)
}

// remove takes out a, which must be the very asset that was inserted: its own
// point is the rectangle held in the tree.
func (l *assetLayer) remove(a *geo.Asset) {
	l.byID.Delete(a.ID)
	if located(a) {
		l.tree.Delete(*a.Point, *a.Point, a)
	} else {
		l.unplaced.Delete(a.ID)
	}
	l.count(a, -1)
}

func (l *assetLayer) count(a *geo.Asset, n int) {
	placed := 0
	if located(a) {
		placed = n
	}
	for code := a.AreaCode; ; code = code.Parent() {
		c, _ := l.counts.Get(code)
		c.total, c.placed = c.total+n, c.placed+placed
		if c.total == 0 {
			l.counts.Delete(code)
		} else {
			l.counts.Set(code, c)
		}
		if code == "" {
			return
		}
	}
}

// located reports whether the asset has a point that a map can show.
func located(a *geo.Asset) bool { return a.Point != nil && onEarth(*a.Point) }

// onEarth is false for numbers that are no position, NaN and infinity too.
func onEarth(p orb.Point) bool {
	return math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90
}

// extent is the box of the asset's point, nil without one.
func extent(a *geo.Asset) *orb.Bound {
	if a == nil || !located(a) {
		return nil
	}
	return &orb.Bound{Min: *a.Point, Max: *a.Point}
}

// union is the box around both; nil counts as nothing.
func union(a, b *orb.Bound) *orb.Bound {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	u := a.Union(*b)
	return &u
}
