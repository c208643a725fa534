package tiles

import (
	"cmp"
	"math"
	"slices"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// areaKeys are the properties of areas.
var areaKeys = []string{"code", "name", "kind", "level", "parent_code", "areas"}

// MaxAreas is how many areas a tile shows. Up to zoom index.MergeZoom a tile
// that more areas of a level touch shows those above them instead, of the
// deepest level that fits, each with how many it stands for.
const MaxAreas = 1500

// find gathers the areas that a tile shows for those of a level, by id.
func (e *Encoder) find(s *index.Snapshot, level geo.Level, id ID) []*index.Shape {
	if e.shown == level {
		return e.shapes
	}
	e.shown = level
	b := id.bound(buffer + 1)
	for by := level; ; by-- {
		last := id.Z > index.MergeZoom || by == geo.LevelProvinsi || by <= e.filter.Area.Level()
		e.shapes = e.shapes[:0]
		s.StandIns(level, by, b, func(shape *index.Shape) bool {
			if shape.Area.Code.Within(e.filter.Area) {
				e.shapes = append(e.shapes, shape)
			}
			return last || len(e.shapes) <= MaxAreas
		})
		if last || len(e.shapes) <= MaxAreas {
			break
		}
	}
	slices.SortFunc(e.shapes, func(a, b *index.Shape) int { return cmp.Compare(a.Area.ID, b.Area.ID) })
	e.stands = e.stands[:0]
	for _, shape := range e.shapes {
		n := 0
		if a := shape.Area; a.Level < level {
			n = s.CountAreas(level, a.Code)
		}
		e.stands = append(e.stands, uint64(n))
	}
	return e.shapes
}

// forget lets go of what it found: the buffer outlives the snapshot.
func (e *Encoder) forget() {
	clear(e.shapes)
	e.shapes, e.shown = e.shapes[:0], 0
}

// areas writes the polygons of a level's areas. One that is smaller than the
// grid does not vanish: it becomes a square of one step, drawn by the tiles that
// its middle lies in.
func (e *Encoder) areas(s *index.Snapshot, level geo.Level, id ID) {
	e.layer.begin(e.keys)
	shapes := e.find(s, level, id)
	e.noder.begin(id)
	for i, shape := range shapes {
		e.noder.add(&shape.Outline, i)
	}
	for i, shape := range shapes {
		cursor := cell{}
		rings := e.noder.polygon(i)
		for _, ring := range rings {
			cursor = e.layer.ring(ring, cursor)
		}
		if len(rings) == 0 {
			square, ok := e.noder.square(&shape.Outline)
			if !ok {
				continue
			}
			e.layer.ring(square[:], cursor)
		}
		e.areaProperties(shape.Area, e.stands[i])
		e.layer.feature(shape.Area.ID, typePolygon)
	}
}

// labels writes the label points of the same areas.
func (e *Encoder) labels(s *index.Snapshot, level geo.Level, id ID) {
	e.layer.begin(e.keys)
	for i, shape := range e.find(s, level, id) {
		p := shape.Area.LabelPoint
		if onEarth := math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90; !onEarth {
			continue
		}
		if at := e.units.round(index.PositionOf(p)); at.inBuffer() {
			e.areaProperties(shape.Area, e.stands[i])
			e.layer.point(at)
			e.layer.feature(shape.Area.ID, typePoint)
		}
	}
}

// areaProperties writes what a tile says of an area, and how many it stands for.
func (e *Encoder) areaProperties(a *geo.Area, stands uint64) {
	l := e.layer
	l.text(0, string(a.Code))
	l.text(1, a.Name)
	l.text(2, string(a.Kind))
	l.uint(3, uint64(a.Level))
	l.text(4, string(a.ParentCode))
	if stands > 0 {
		l.uint(5, stands)
	}
	e.join.add(l, a.Code)
}
