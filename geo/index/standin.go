package index

import (
	"github.com/paulmach/orb"
	"github.com/tidwall/btree"

	"github.com/patok-id/patok/geo"
)

// MergeZoom is the deepest zoom where a tile may show areas of a level above
// the one that is asked for.
const MergeZoom = 10

// LevelAt is the level of areas that a map shows at a zoom, where the zoom
// decides.
func LevelAt(z int) geo.Level {
	switch {
	case z < 5:
		return geo.LevelProvinsi
	case z < 8:
		return geo.LevelKabupaten
	case z < 10:
		return geo.LevelKecamatan
	}
	return geo.LevelKelurahan
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

// StandIns is Shapes of level by where they stand for the areas of a deeper
// level: with those between the two that nothing above them stands for.
func (s *Snapshot) StandIns(level, by geo.Level, b orb.Bound, each func(*Shape) bool) {
	more := true
	s.Shapes(by, b, func(shape *Shape) bool {
		more = each(shape)
		return more
	})
	for l := by + 1; l <= level && more; l++ {
		s.areas[l].orphansIn(b, func(shape *Shape) bool {
			if !s.standsFor(by, shape.Area.Code) {
				more = each(shape)
			}
			return more
		})
	}
}

// orphansIn calls each for the orphans whose extent touches b.
func (l *areaLayer) orphansIn(b orb.Bound, each func(*Shape) bool) {
	const few = 32
	if l.orphans.Len() > few {
		l.tree.Search(b.Min, b.Max, func(_, _ [2]float64, shape *Shape) bool {
			_, orphan := l.orphans.Get(shape.Area.ID)
			return !orphan || each(shape)
		})
		return
	}
	l.orphans.Scan(func(_ int64, shape *Shape) bool {
		return !shape.extent().Intersects(b) || each(shape)
	})
}

// standsFor reports whether an area between level by and code's parent is drawn.
func (s *Snapshot) standsFor(by geo.Level, code geo.Code) bool {
	for code = code.Parent(); code.Level() >= by; code = code.Parent() {
		if s.areas[code.Level()].draws(code) {
			return true
		}
	}
	return false
}

// CountAreas is how many areas of a level lie in an area by their codes.
func (s *Snapshot) CountAreas(level geo.Level, in geo.Code) int {
	n, _ := s.areas[level].counts.Get(in)
	return n
}

// orphaned finds the orphans of every level.
func (s *Snapshot) orphaned() {
	for level := geo.LevelKabupaten; level <= geo.LevelKelurahan; level++ {
		s.areas[level].byID.Scan(func(id int64, shape *Shape) bool {
			if shape.drawn && !s.areas[level-1].draws(shape.Area.Code.Parent()) {
				s.areas[level].orphans.Set(id, shape)
			}
			return true
		})
	}
}

// kin keeps the orphans after an area became held.
func (b *builder) kin(id int64, old, held *Shape, revision int64) {
	code := geo.CodeOfID(id)
	if l := b.next.areas[code.Level()]; held != nil && held.drawn && code.Level() > geo.LevelProvinsi &&
		!b.next.areas[code.Level()-1].draws(code.Parent()) {
		l.orphans.Set(id, held)
	}
	had, has := old != nil && old.drawn, held != nil && held.drawn
	if had != has {
		b.adopt(code, has, revision)
	}
}

// adopt does it for the areas below one that got a boundary, or lost it, and
// marks the tiles that may show them.
func (b *builder) adopt(code geo.Code, drawn bool, revision int64) {
	for level := code.Level() + 1; level <= geo.LevelKelurahan; level++ {
		l := b.areaLayer(level, revision)
		children := l.byID
		if drawn || level > code.Level()+1 {
			children = cloneMap(l.orphans)
		}
		descendants(children, level, code, func(child *Shape) {
			switch {
			case !child.drawn:
				return
			case level > code.Level()+1:
			case drawn:
				l.orphans.Delete(child.Area.ID)
			default:
				l.orphans.Set(child.Area.ID, child)
			}
			l.marks.markTo(MergeZoom, child.extent(), revision)
		})
	}
}

// descendants calls each for the areas in code among those of a level.
func descendants(areas *btree.Map[int64, *Shape], level geo.Level, code geo.Code, each func(*Shape)) {
	first := code.ID()
	for l := code.Level() + 1; l <= level; l++ {
		first *= 100
		if l == geo.LevelKelurahan {
			first *= 100
		}
	}
	areas.Ascend(first, func(_ int64, s *Shape) bool {
		inside := s.Area.Code.Within(code)
		if inside {
			each(s)
		}
		return inside
	})
}
