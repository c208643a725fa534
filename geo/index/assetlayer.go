package index

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// assetLayer holds the assets of one type: a section of the pack without its
// dead rows, and what is fresh, which came after the pack was made. Only the
// builder that copied a layer writes to it, before it is published.
type assetLayer struct {
	section *section
	dead    deadSet
	fresh   *btree.Map[int64, *fresh]   // by id
	tree    *rtree.RTreeG[*fresh]       // those of fresh with a point
	counts  *btree.Map[geo.Code, count] // of all, by claimed code and each code above it
	summed  []string                    // the attributes that are summed, as in the section
	marks   marks
}

// fresh is an asset that is not in the pack.
type fresh struct {
	asset *geo.Asset
	key   uint64   // of its position, where it has one
	sums  []uint32 // by the layer's summed
}

// sum makes the layer sum these attributes from now on.
func (l *assetLayer) sum(p *pack, fields []string) {
	if slices.Equal(fields, l.summed) {
		return
	}
	l.summed = fields
	l.sumAgain(p)
	old := l.fresh
	l.fresh, l.tree = new(btree.Map[int64, *fresh]), new(rtree.RTreeG[*fresh])
	old.Scan(func(_ int64, f *fresh) bool {
		l.put(f.asset)
		return true
	})
}

// sumAgain has the section sum what the layer sums, where it does not.
func (l *assetLayer) sumAgain(p *pack) {
	same := func(m sums, field string) bool { return m.field == field }
	if slices.EqualFunc(l.section.sums, l.summed, same) {
		return
	}
	s := *l.section
	s.sums = nil
	for _, field := range l.summed {
		s.sums = append(s.sums, newSums(p, &s, field))
	}
	l.section = &s
}

// count is how many assets there are, and how many have a point.
type count struct{ total, placed int }

func newAssetLayer(revision int64, section *section, summed []string) *assetLayer {
	return &assetLayer{
		section: section,
		fresh:   new(btree.Map[int64, *fresh]),
		tree:    new(rtree.RTreeG[*fresh]),
		counts:  new(btree.Map[geo.Code, count]),
		summed:  summed,
		marks:   newMarks(assetMargin, revision),
	}
}

// clone returns a layer that shares every node with l until one is written.
func (l *assetLayer) clone() *assetLayer {
	c := *l
	c.fresh, c.tree, c.counts, c.marks = cloneMap(l.fresh), cloneTree(l.tree), cloneMap(l.counts), l.marks.clone()
	return &c
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

// len is how many assets there are.
func (l *assetLayer) len() int { return len(l.section.rows) - l.dead.n + l.fresh.Len() }

// placed is how many of them have a point.
func (l *assetLayer) placed() int {
	c, _ := l.counts.Get("")
	return c.placed
}

func (l *assetLayer) insert(a *geo.Asset) {
	l.put(a)
	l.count(a.AreaCode, 1, located(a))
}

// put adds a fresh asset, uncounted.
func (l *assetLayer) put(a *geo.Asset) {
	f := &fresh{asset: a, sums: summedValues(a, l.summed)}
	if located(a) {
		f.key = PositionOf(*a.Point).Key()
		l.tree.Insert(*a.Point, *a.Point, f)
	}
	l.fresh.Set(a.ID, f)
}

// removeFresh takes out a fresh asset by its id. Its own point is the rectangle
// held in the tree.
func (l *assetLayer) removeFresh(id int64) {
	f, _ := l.fresh.Delete(id)
	if located(f.asset) {
		l.tree.Delete(*f.asset.Point, *f.asset.Point, f)
	}
	l.count(f.asset.AreaCode, -1, located(f.asset))
}

// removeRow takes out a row of the section, which is of asset a.
func (l *assetLayer) removeRow(row int, a *geo.Asset) {
	l.dead = l.dead.with(row)
	l.count(a.AreaCode, -1, located(a))
}

func (l *assetLayer) count(code geo.Code, n int, hasPoint bool) {
	placed := 0
	if hasPoint {
		placed = n
	}
	for ; ; code = code.Parent() {
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

// countSection counts the rows of the section, area by area.
func (l *assetLayer) countSection(p *pack) {
	s := l.section
	for from := 0; from < len(s.byArea); {
		area, c, to := s.rows[s.byArea[from]].area, count{}, from
		for ; to < len(s.byArea) && s.rows[s.byArea[to]].area == area; to++ {
			c.total++
			if int(s.byArea[to]) < s.placed() {
				c.placed++
			}
		}
		for code := geo.Code(p.texts.of(area)); ; code = code.Parent() {
			sum, _ := l.counts.Get(code)
			l.counts.Set(code, count{sum.total + c.total, sum.placed + c.placed})
			if code == "" {
				break
			}
		}
		from = to
	}
}

// extent is the box around all points; false without any.
func (l *assetLayer) extent() (orb.Bound, bool) {
	if l.placed() == 0 {
		return orb.Bound{}, false
	}
	live := func(row int) bool { return !l.dead.has(row) }
	b, any := l.section.tree.extent(l.section.points, live)
	if l.tree.Len() > 0 {
		min, max := l.tree.Bounds()
		if over := (orb.Bound{Min: min, Max: max}); any {
			b = b.Union(over)
		} else {
			b = over
		}
	}
	return b, true
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
