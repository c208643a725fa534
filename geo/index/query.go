package index

import (
	"context"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// Query returns one page of a collection, in the order of ids, and the exact
// size of the whole selection. An unknown collection is NotFound, an unknown
// property in Equal is BadRequest; ctx's end is returned as it is.
func (s *Snapshot) Query(ctx context.Context, q geo.Query) (geo.Page, error) {
	if q.Limit <= 0 {
		q.Limit = geo.DefaultLimit
	}
	q.Limit = min(q.Limit, geo.MaxLimit)
	if level := geo.LevelOf(q.Collection); level != 0 {
		return s.queryAreas(ctx, s.areas[level], q)
	}
	if q.Collection != geo.AllAssets && s.Type(q.Collection) == nil {
		return geo.Page{}, geo.NotFoundError("index.Query")
	}
	return s.queryAssets(ctx, q)
}

func (s *Snapshot) queryAssets(ctx context.Context, q geo.Query) (geo.Page, error) {
	match, err := s.assetFilter(q)
	if err != nil {
		return geo.Page{}, err
	}
	sel := newSelection(ctx, q, func(a *geo.Asset) int64 { return a.ID }, match)
	layers := s.assetLayers(q.Collection)
	boxed := slices.ContainsFunc(layers, func(l *assetLayer) bool { return !coversAll(q.Bounds, l.tree) })
	switch {
	case boxed:
		for _, l := range layers {
			l.search(q, sel.take)
		}
	case len(q.Equal) == 0 && q.Search == "":
		sel.scanCounted(s.assetsByID(q.Collection), countIn(layers, q))
	default:
		sel.scan(s.assetsByID(q.Collection))
	}
	page := geo.Page{}
	page.Assets, page.Matched, page.Next = sel.page()
	return page, ctx.Err()
}

// countIn is how many assets a query selects that asks for an area at most.
func countIn(layers []*assetLayer, q geo.Query) int {
	n := 0
	for _, l := range layers {
		c, _ := l.counts.Get(q.Area)
		if q.LocatedOnly {
			n += c.placed
		} else {
			n += c.total
		}
	}
	return n
}

// search calls take for every asset that touches one of the query's boxes.
func (l *assetLayer) search(q geo.Query, take func(*geo.Asset) bool) {
	for i, b := range q.Bounds {
		l.tree.Search(b.Min, b.Max, func(p, _ [2]float64, a *geo.Asset) bool {
			return inAny(q.Bounds[:i], p) || take(a)
		})
	}
	if !q.LocatedOnly {
		l.unplaced.Scan(func(_ int64, a *geo.Asset) bool { return take(a) })
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

func (s *Snapshot) queryAreas(ctx context.Context, l *areaLayer, q geo.Query) (geo.Page, error) {
	match, err := areaFilter(q)
	if err != nil {
		return geo.Page{}, err
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
	page := geo.Page{Areas: make([]*geo.Area, len(shapes)), Matched: matched, Next: next}
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
