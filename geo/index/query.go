package index

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// Selected is one page of a query, in the order of ids, whose assets are not
// read yet.
type Selected struct {
	Areas   []*geo.Area
	Matched int   // features of the whole selection, exact
	Next    int64 // After of the next page; 0 when this is the last

	snapshot   *Snapshot
	candidates []candidate
}

// Len is how many features the page holds.
func (p *Selected) Len() int { return len(p.candidates) + len(p.Areas) }

// Assets reads the page's assets one after the other into the same memory: each
// is good until the next, and nobody changes it.
func (p *Selected) Assets(yield func(*geo.Asset) bool) {
	memory := new(held)
	for _, c := range p.candidates {
		if !yield(p.snapshot.read(c, memory)) {
			return
		}
	}
}

// Query is Select with the assets read.
func (s *Snapshot) Query(ctx context.Context, q geo.Query) (geo.Page, error) {
	p, err := s.Select(ctx, q)
	return geo.Page{Assets: s.assets(p.candidates), Areas: p.Areas, Matched: p.Matched, Next: p.Next}, err
}

// Select returns one page of a collection and the exact size of the whole
// selection. An unknown collection is NotFound, an unknown property in Equal is
// BadRequest; ctx's end is returned as it is.
func (s *Snapshot) Select(ctx context.Context, q geo.Query) (Selected, error) {
	if q.Limit <= 0 {
		q.Limit = geo.DefaultLimit
	}
	q.Limit = min(q.Limit, geo.MaxLimit)
	if level := geo.LevelOf(q.Collection); level != 0 {
		return s.queryAreas(ctx, s.areas[level], q)
	}
	if q.Collection != geo.AllAssets && s.Type(q.Collection) == nil {
		return Selected{}, geo.NotFoundError("index.Select")
	}
	return s.queryAssets(ctx, q)
}

func (s *Snapshot) queryAssets(ctx context.Context, q geo.Query) (Selected, error) {
	filter, err := s.assetFilter(q)
	if err != nil {
		return Selected{}, err
	}
	sel := newSelection(ctx, q, func(c candidate) int64 { return c.id }, filter.match)
	layers := s.assetLayers(q.Collection)
	boxed := slices.ContainsFunc(layers, func(l *assetLayer) bool { return !l.within(q.Bounds) })
	switch {
	case boxed:
		for _, l := range layers {
			l.search(q, sel.take)
		}
	case q.Area != "" && 8*countIn(layers, q.Area, false) < countIn(layers, "", false):
		for _, l := range layers {
			l.inArea(s.pack, q.Area, sel.take)
		}
	case filter.counted():
		sel.matched = countIn(layers, q.Area, q.LocatedOnly)
		s.ascend(layers, q.After+1, sel.takeUntilFull)
	default:
		s.ascend(layers, math.MinInt64, sel.takeInOrder)
	}
	page := Selected{snapshot: s}
	page.candidates, page.Matched, page.Next = sel.page()
	return page, ctx.Err()
}

// countIn is how many assets are claimed for an area, or those with a point.
func countIn(layers []*assetLayer, area geo.Code, located bool) int {
	n := 0
	for _, l := range layers {
		c, _ := l.counts.Get(area)
		if located {
			n += c.placed
		} else {
			n += c.total
		}
	}
	return n
}

// within reports whether the boxes select nothing, since one holds everything.
func (l *assetLayer) within(bounds []orb.Bound) bool {
	return coversAll(bounds, l.tree) && (len(bounds) == 0 || l.section.placed() == 0 ||
		slices.ContainsFunc(bounds, l.section.tree.within))
}

// search calls take for every asset that touches one of the query's boxes.
func (l *assetLayer) search(q geo.Query, take func(candidate) bool) {
	for i, b := range q.Bounds {
		l.eachIn(b, func(c candidate, p orb.Point) bool { return inAny(q.Bounds[:i], p) || take(c) })
	}
	if !q.LocatedOnly {
		l.eachUnplaced(take)
	}
}

func inAny(bounds []orb.Bound, p orb.Point) bool {
	for _, b := range bounds {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

func (s *Snapshot) queryAreas(ctx context.Context, l *areaLayer, q geo.Query) (Selected, error) {
	match, err := areaFilter(q)
	if err != nil {
		return Selected{}, err
	}
	sel := newSelection(ctx, q, func(s *Shape) int64 { return s.Area.ID }, match)
	switch {
	case !coversAll(q.Bounds, l.tree):
		l.search(q, sel.take)
	case len(q.Equal) == 0 && q.Search == "" && !q.LocatedOnly:
		n, _ := l.counts.Get(q.Area)
		sel.scanCounted(l.byID, n)
	default:
		sel.scan(l.byID)
	}
	shapes, matched, next := sel.page()
	page := Selected{Areas: make([]*geo.Area, len(shapes)), Matched: matched, Next: next}
	for i, shape := range shapes {
		page.Areas[i] = shape.Area
	}
	return page, ctx.Err()
}

// search calls take for every area that touches one of the query's boxes; one
// without a boundary touches all of them.
func (l *areaLayer) search(q geo.Query, take func(*Shape) bool) {
	for i, b := range q.Bounds {
		l.tree.Search(b.Min, b.Max, func(_, _ [2]float64, shape *Shape) bool {
			seen := slices.ContainsFunc(q.Bounds[:i], shape.touches)
			return seen || !shape.touches(b) || take(shape)
		})
	}
	if l.tree.Len() < l.byID.Len() {
		l.byID.Scan(func(_ int64, shape *Shape) bool { return shape.drawn || take(shape) })
	}
}

// coversAll reports whether no box is asked for, or one holds everything in
// the tree, so that the boxes select nothing.
func coversAll[T any](bounds []orb.Bound, tree *rtree.RTreeG[T]) bool {
	min, max := tree.Bounds()
	return len(bounds) == 0 || tree.Len() == 0 || slices.ContainsFunc(bounds, func(b orb.Bound) bool {
		return b.Contains(min) && b.Contains(max)
	})
}
