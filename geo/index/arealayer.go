package index

import (
	"github.com/paulmach/orb"
	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"github.com/patok-id/patok/geo"
)

// Shape is an area with its boundary prepared for reading. It is shared:
// nobody changes it.
type Shape struct {
	Area  *geo.Area
	Bound orb.Bound        // of the boundary, in degrees
	Unit  orb.MultiPolygon // the boundary in the unit square of Project
	drawn bool             // has a boundary that a map can show
}

func newShape(a *geo.Area) *Shape {
	s := &Shape{Area: a, drawn: len(a.Boundary) > 0}
	for _, polygon := range a.Boundary {
		unit := make(orb.Polygon, len(polygon))
		for i, ring := range polygon {
			unit[i] = make(orb.Ring, len(ring))
			for j, p := range ring {
				s.drawn = s.drawn && onEarth(p)
				unit[i][j] = Project(p)
			}
		}
		s.Unit = append(s.Unit, unit)
	}
	if !s.drawn {
		s.Unit = nil
		return s
	}
	s.Bound = a.Boundary.Bound()
	return s
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

// areaLayer holds the areas of one level.
type areaLayer struct {
	byID   *btree.Map[int64, *Shape]
	tree   *rtree.RTreeG[*Shape] // those with a boundary, by extent
	counts *btree.Map[geo.Code, int]
	marks  marks
}

func newAreaLayer(revision int64) *areaLayer {
	return &areaLayer{
		byID:   new(btree.Map[int64, *Shape]),
		tree:   new(rtree.RTreeG[*Shape]),
		counts: new(btree.Map[geo.Code, int]),
		marks:  newMarks(revision),
	}
}

func (l *areaLayer) clone() *areaLayer {
	return &areaLayer{
		byID:   cloneMap(l.byID),
		tree:   cloneTree(l.tree),
		counts: cloneMap(l.counts),
		marks:  l.marks.clone(),
	}
}

func (l *areaLayer) insert(s *Shape) {
	l.byID.Set(s.Area.ID, s)
	if b := s.extent(); b != nil {
		l.tree.Insert(b.Min, b.Max, s)
	}
	l.count(s.Area.Code, 1)
}

func (l *areaLayer) remove(s *Shape) {
	l.byID.Delete(s.Area.ID)
	if b := s.extent(); b != nil {
		l.tree.Delete(b.Min, b.Max, s)
	}
	l.count(s.Area.Code, -1)
}

func (l *areaLayer) count(code geo.Code, n int) {
	for ; ; code = code.Parent() {
		c, _ := l.counts.Get(code)
		if c += n; c == 0 {
			l.counts.Delete(code)
		} else {
			l.counts.Set(code, c)
		}
		if code == "" {
			return
		}
	}
}

// Shapes calls each for the areas of level whose extent touches b, in no
// order, until each returns false.
func (s *Snapshot) Shapes(level geo.Level, b orb.Bound, each func(*Shape) bool) {
	if level < geo.LevelProvinsi || level > geo.LevelKelurahan {
		return
	}
	s.areas[level].tree.Search(b.Min, b.Max, func(_, _ [2]float64, shape *Shape) bool {
		return each(shape)
	})
}
