package tiles

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// areaKeys are the properties of areas.
var areaKeys = []string{"code", "name", "kind", "level", "parent_code"}

// Encode makes a tile of what the filter selects of layers, which ParseLayers has
// read. It returns nil when the tile is empty. The same content always gives the
// same bytes.
func Encode(s *index.Snapshot, layers []string, filter index.Filter, id ID) ([]byte, error) {
	return newEncoder().encode(s, layers, filter, id, nil)
}

// encoder holds the buffers of an encoding. It makes one tile at a time.
type encoder struct {
	layer  *layer
	grid   grid
	units  units
	tile   []byte
	shapes []*index.Shape
	rings  polygonBuffers
	filter index.Filter
	join   *Join    // of this tile; nil for none
	keys   []string // of areas with the join's

	drawing   *index.Drawing
	maxPoints int
	texts     numbers // the values of the drawing's texts
	looks     numbers // by what assets share, the end of its tags in lookTags
	lookTags  []byte  // tags, and behind each how many bytes they are
}

func newEncoder() *encoder {
	return &encoder{layer: newLayer(), drawing: index.NewDrawing(), maxPoints: MaxPoints}
}

func (e *encoder) encode(s *index.Snapshot, layers []string, filter index.Filter, id ID, join *Join) ([]byte, error) {
	if !id.Valid() {
		return nil, geo.NotFoundError("tiles.Encode")
	}
	e.grid, e.units, e.tile = newGrid(id), newUnits(id), e.tile[:0]
	e.filter, e.join, e.keys = filter, join, join.keys()
	for _, name := range drawnLayers(layers) {
		collection, labels := strings.CutSuffix(name, index.LabelSuffix)
		level := geo.LevelOf(collection)
		switch {
		case level != 0 && labels:
			e.labels(s, level, id)
		case level != 0:
			e.areas(s, level, id)
		default:
			e.assets(s, name, id)
		}
		e.tile = e.layer.appendTo(e.tile, name)
	}
	if len(e.tile) == 0 {
		return nil, nil
	}
	return slices.Clone(e.tile), nil
}

// found gathers the areas whose extent touches the tile, by id.
func (e *encoder) found(s *index.Snapshot, level geo.Level, id ID) []*index.Shape {
	e.shapes = e.shapes[:0]
	s.Shapes(level, id.bound(buffer+1), func(shape *index.Shape) bool {
		e.shapes = append(e.shapes, shape)
		return true
	})
	slices.SortFunc(e.shapes, func(a, b *index.Shape) int { return cmp.Compare(a.Area.ID, b.Area.ID) })
	return e.shapes
}

func (e *encoder) areas(s *index.Snapshot, level geo.Level, id ID) {
	e.layer.begin(e.keys)
	for _, shape := range e.found(s, level, id) {
		if e.polygons(shape) {
			e.areaProperties(shape.Area)
			e.layer.feature(shape.Area.ID, typePolygon)
		}
	}
	clear(e.shapes)
}

func (e *encoder) labels(s *index.Snapshot, level geo.Level, id ID) {
	e.layer.begin(e.keys)
	for _, shape := range e.found(s, level, id) {
		if p := shape.Area.LabelPoint; math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 {
			if at := e.grid.cell(index.Project(p)); at.inBuffer() {
				e.areaProperties(shape.Area)
				e.layer.point(at)
				e.layer.feature(shape.Area.ID, typePoint)
			}
		}
	}
	clear(e.shapes)
}

func (e *encoder) areaProperties(a *geo.Area) {
	l := e.layer
	l.text(0, string(a.Code))
	l.text(1, a.Name)
	l.text(2, string(a.Kind))
	l.uint(3, uint64(a.Level))
	l.text(4, string(a.ParentCode))
	e.join.add(l, a.Code)
}

// grid is the world's grid of a zoom, seen from one tile.
type grid struct {
	scale  float64 // units around the world
	x0, y0 float64 // the tile's corner, in units
}

func newGrid(id ID) grid {
	return grid{
		scale: extent * math.Exp2(float64(id.Z)),
		x0:    float64(id.X) * extent,
		y0:    float64(id.Y) * extent,
	}
}

// cell snaps a position in the unit square to the nearest unit. The rounding
// is done in the world's grid, so every tile of a zoom rounds alike.
func (g grid) cell(p orb.Point) cell { return g.snap(p, 1) }

// snap is cell on a grid of step units.
func (g grid) snap(p orb.Point, step float64) cell {
	return cell{
		int32(math.Floor(p[0]*g.scale/step+0.5)*step - g.x0),
		int32(math.Floor(p[1]*g.scale/step+0.5)*step - g.y0),
	}
}

const (
	low  = -buffer
	high = extent + buffer
)

func (c cell) inBuffer() bool { return c.x >= low && c.x <= high && c.y >= low && c.y <= high }
