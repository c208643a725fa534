package index

import (
	"bytes"
	"cmp"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// apart is how far around an area, in degrees, its neighbours are looked for:
// twice what two boundaries may be apart whose positions are the same.
const apart = 2e-7

// loadAreas puts areas into empty layers, on all cores.
func (s *Snapshot) loadAreas(areas []*geo.Area) {
	shapes := make([]*Shape, len(areas))
	inParallel(len(areas), func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			shapes[i] = newShape(areas[i])
		}
	})
	var byLevel [geo.LevelKelurahan + 1][]*Shape
	for _, shape := range shapes {
		level := shape.Area.Code.Level()
		s.areas[level].insert(shape)
		byLevel[level] = append(byLevel[level], shape)
	}
	s.orphaned()
	for level, shapes := range byLevel {
		for i, from := range s.areas[level].simplified(shapes) {
			shapes[i].Outline.From = from
		}
	}
}

// inParallel runs work on all cores; next gives each the numbers below n that are
// left.
func inParallel(n int, work func(next func() (int, bool))) {
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			work(func() (int, bool) {
				i := int(taken.Add(1)) - 1
				return i, i < n
			})
		})
	}
	workers.Wait()
}

// simplified works out Outline.From of shapes in the layer.
func (l *areaLayer) simplified(shapes []*Shape) [][]uint8 {
	found := make([][]uint8, len(shapes))
	inParallel(len(shapes), func(next func() (int, bool)) {
		var s simplifier
		var around []*Outline
		for i, ok := next(); ok; i, ok = next() {
			shape := shapes[i]
			around = around[:0]
			l.near(shape.Bound, func(other *Shape) {
				if other != shape && shape.Outline.meets(&other.Outline) {
					around = append(around, &other.Outline)
				}
			})
			found[i] = s.simplify(&shape.Outline, around)
		}
	})
	return found
}

// near calls each for the areas that can have something to do with what lies in
// b.
func (l *areaLayer) near(b orb.Bound, each func(*Shape)) {
	b = b.Pad(apart)
	l.tree.Search(b.Min, b.Max, func(_, _ [2]float64, s *Shape) bool {
		each(s)
		return true
	})
}

// areaEdits are the areas of a level that a batch changes, by id, as they were
// before; nil for one that was not there.
type areaEdits map[int64]*Shape

func (e *areaEdits) keep(id int64, old *Shape) {
	if *e == nil {
		*e = areaEdits{}
	}
	if _, again := (*e)[id]; !again {
		(*e)[id] = old
	}
}

// settle ends a batch: it simplifies the changed boundaries and their
// neighbours, and marks the tiles that show a difference.
func (b *builder) settle() {
	for level, edits := range b.edits {
		if len(edits) == 0 {
			continue
		}
		l := b.next.areas[level]
		b.simplifyAround(l, edits)
		for id, old := range edits {
			held, _ := l.byID.Get(id)
			b.markArea(l, old, held)
		}
	}
}

// simplifyAround simplifies the edited areas and those near them, as they were
// or are now.
func (b *builder) simplifyAround(l *areaLayer, edits areaEdits) {
	seen := map[*Shape]bool{}
	var shapes []*Shape
	add := func(s *Shape) {
		if !seen[s] {
			seen[s], shapes = true, append(shapes, s)
		}
	}
	for id, old := range edits {
		held, _ := l.byID.Get(id)
		for _, s := range []*Shape{old, held} {
			if s != nil && s.drawn {
				l.near(s.Bound, add)
			}
		}
	}
	for i, from := range l.simplified(shapes) {
		switch s := shapes[i]; {
		case s.Outline.From == nil: // new, nobody reads it yet
			s.Outline.From = from
		case !bytes.Equal(s.Outline.From, from):
			again := *s
			again.Outline.From = from
			l.replace(s, &again)
			if _, edited := edits[s.Area.ID]; !edited {
				b.markArea(l, s, &again)
			}
		}
	}
}

// replace puts a shape in another one's place that differs in From alone.
func (l *areaLayer) replace(old, again *Shape) {
	l.byID.Set(old.Area.ID, again)
	if _, orphan := l.orphans.Get(old.Area.ID); orphan {
		l.orphans.Set(old.Area.ID, again)
	}
	e := old.extent()
	l.tree.Delete(e.Min, e.Max, old)
	l.tree.Insert(e.Min, e.Max, again)
}

// markArea marks the tiles that an area's change can be seen in.
func (b *builder) markArea(l *areaLayer, old, held *Shape) {
	revision := b.next.revision
	if (old == nil) != (held == nil) {
		b.markAbove(l, cmp.Or(old, held).Area.Code)
	}
	was, is := old.extent(), held.extent()
	if was == nil || is == nil || !described(old.Area, held.Area) {
		l.marks.mark(was, revision)
		l.marks.mark(is, revision)
		return
	}
	if *was != *is { // another number of areas may touch a tile
		l.marks.markTo(MergeZoom, was, revision)
		l.marks.markTo(MergeZoom, is, revision)
	}
	if old.Area.LabelPoint != held.Area.LabelPoint {
		l.marks.markPoint(old.Area.LabelPoint, revision)
		l.marks.markPoint(held.Area.LabelPoint, revision)
	}
	differs := false
	old.Outline.differences(&held.Outline, func(least, most Position) {
		l.marks.markBox(markZoom, least.unit(), most.unit(), revision)
		differs = true
	})
	if differs { // a boundary too small to be drawn is a square in its middle
		l.marks.markPoint(old.Bound.Center(), revision)
		l.marks.markPoint(held.Bound.Center(), revision)
	}
}

// markAbove marks where areas above code may stand for the layer's areas in
// them, and tell how many those are.
func (b *builder) markAbove(l *areaLayer, code geo.Code) {
	for code = code.Parent(); code != ""; code = code.Parent() {
		above, _ := b.next.areas[code.Level()].byID.Get(code.ID())
		l.marks.markTo(MergeZoom, above.extent(), b.next.revision)
	}
}

func (m *marks) markPoint(p orb.Point, revision int64) {
	if onEarth(p) {
		m.mark(&orb.Bound{Min: p, Max: p}, revision)
	}
}

// described reports whether tiles say the same of two areas.
func described(a, b *geo.Area) bool {
	return a.Code == b.Code && a.Name == b.Name && a.Kind == b.Kind && a.Level == b.Level && a.ParentCode == b.ParentCode
}
