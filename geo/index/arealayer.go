package index

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// Shape is an area with its boundary prepared for reading. It is shared:
// nobody changes it.
type Shape struct {
	Bound   orb.Bound // of the boundary, in degrees
	raster  raster    // beside Bound, since looking up a place is to touch little memory
	ring    orb.Ring  // the boundary's first
	Area    *geo.Area
	bands   bands
	rings   []orb.Ring // those behind the first
	Outline Outline    // empty where a map cannot show the boundary
	drawn   bool       // has a boundary that a map can show
}

func newShape(a *geo.Area) *Shape {
	s := &Shape{Area: a, drawn: len(a.Boundary) > 0}
	for _, polygon := range a.Boundary {
		for _, ring := range polygon {
			for _, p := range ring {
				s.drawn = s.drawn && onEarth(p)
			}
		}
	}
	if s.drawn {
		s.Bound = a.Boundary.Bound()
		s.Outline = newOutline(a.Boundary)
		s.takeRings()
	}
	return s
}

func (s *Shape) takeRings() {
	for _, polygon := range s.Area.Boundary {
		for _, ring := range polygon {
			if s.ring == nil {
				s.ring = ring
			} else {
				s.rings = append(s.rings, ring)
			}
		}
	}
	s.bands = newBands(s.ring, s.rings, s.Bound)
	s.raster = newRaster(s)
}

// extent is the box of everything that tiles draw of the area.
func (s *Shape) extent() *orb.Bound {
	if s == nil || !s.drawn {
		return nil
	}
	b := s.Bound
	if onEarth(s.Area.LabelPoint) {
		b = b.Extend(s.Area.LabelPoint)
	}
	return &b
}

// source is where the boundary comes from, "" when unknown.
func (s *Shape) source() string {
	if a := s.Area; a.Source != "" && a.Year != 0 {
		return fmt.Sprintf("%s (%d)", a.Source, a.Year)
	}
	return s.Area.Source
}

// areaLayer holds the areas of one level.
type areaLayer struct {
	byID    *btree.Map[int64, *Shape]
	tree    *rtree.RTreeG[*Shape] // those with a boundary, by extent
	counts  *btree.Map[geo.Code, int]
	sources *btree.Map[string, int]   // how many of tree come from each
	orphans *btree.Map[int64, *Shape] // those of tree whose parent has no boundary
	marks   marks
}

func newAreaLayer(revision int64) *areaLayer {
	return &areaLayer{
		byID:    new(btree.Map[int64, *Shape]),
		tree:    new(rtree.RTreeG[*Shape]),
		counts:  new(btree.Map[geo.Code, int]),
		sources: new(btree.Map[string, int]),
		orphans: new(btree.Map[int64, *Shape]),
		marks:   newMarks(areaMargin, revision),
	}
}

func (l *areaLayer) clone() *areaLayer {
	return &areaLayer{
		byID:    cloneMap(l.byID),
		tree:    cloneTree(l.tree),
		counts:  cloneMap(l.counts),
		sources: cloneMap(l.sources),
		orphans: cloneMap(l.orphans),
		marks:   l.marks.clone(),
	}
}

func (l *areaLayer) insert(s *Shape) {
	l.byID.Set(s.Area.ID, s)
	if b := s.extent(); b != nil {
		l.tree.Insert(b.Min, b.Max, s)
		tally(l.sources, s.source(), 1)
	}
	l.count(s.Area.Code, 1)
}

func (l *areaLayer) remove(s *Shape) {
	l.byID.Delete(s.Area.ID)
	l.orphans.Delete(s.Area.ID)
	if b := s.extent(); b != nil {
		l.tree.Delete(b.Min, b.Max, s)
		tally(l.sources, s.source(), -1)
	}
	l.count(s.Area.Code, -1)
}

func (l *areaLayer) count(code geo.Code, n int) {
	for ; ; code = code.Parent() {
		tally(l.counts, code, n)
		if code == "" {
			return
		}
	}
}

// tally adds n to a count; 0 is not kept.
func tally[K ~string](counts *btree.Map[K, int], key K, n int) {
	if old, _ := counts.Get(key); old+n != 0 {
		counts.Set(key, old+n)
	} else {
		counts.Delete(key)
	}
}

// draws reports whether the layer has the area with a boundary.
func (l *areaLayer) draws(code geo.Code) bool {
	s, _ := l.byID.Get(code.ID())
	return s != nil && s.drawn
}

// Sources calls each for the sources of a level's boundaries, with how many
// areas come from it.
func (s *Snapshot) Sources(level geo.Level, each func(source string, areas int)) {
	s.areas[level].sources.Scan(func(source string, areas int) bool {
		each(source, areas)
		return true
	})
}
