package tiles

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// quilt is a rectangle of areas that share their borders point by point, with
// straight sides and ragged borders within; some borders are near each other.
type quilt struct {
	columns, rows int
	corners       map[[2]int]orb.Point
	edges         map[[3]int][]orb.Point // from a corner to the east (0) or the north (1)
}

var quiltBound = orb.Bound{Min: orb.Point{112, -7.9}, Max: orb.Point{112.2, -7.7}}

func newQuilt(rnd *rand.Rand, columns, rows int) *quilt {
	q := &quilt{columns, rows, map[[2]int]orb.Point{}, map[[3]int][]orb.Point{}}
	size := [2]float64{0.2 / float64(columns), 0.2 / float64(rows)}
	for x := range columns + 1 {
		for y := range rows + 1 {
			p := orb.Point{quiltBound.Min[0] + float64(x)*size[0], quiltBound.Min[1] + float64(y)*size[1]}
			if x > 0 && x < columns && y > 0 && y < rows {
				p[0] += (rnd.Float64() - 0.5) * 0.3 * size[0]
				p[1] += (rnd.Float64() - 0.5) * 0.3 * size[1]
			}
			if x == columns {
				p[0] = quiltBound.Max[0]
			}
			if y == rows {
				p[1] = quiltBound.Max[1]
			}
			q.corners[[2]int{x, y}] = p
		}
	}
	for x := range columns + 1 {
		for y := range rows + 1 {
			q.edges[[3]int{x, y, 0}] = q.edge(rnd, [2]int{x, y}, [2]int{x + 1, y}, y == 0 || y == rows)
			q.edges[[3]int{x, y, 1}] = q.edge(rnd, [2]int{x, y}, [2]int{x, y + 1}, x == 0 || x == columns)
		}
	}
	return q
}

// edge wanders from corner to corner, to and fro across the straight line but
// never as far as the triangles to the cells' middles reach.
func (q *quilt) edge(rnd *rand.Rand, from, to [2]int, straight bool) []orb.Point {
	a, b := q.corners[from], q.corners[to]
	points := []orb.Point{a}
	n := 2 + rnd.IntN(60)
	for i := 1; i < n; i++ {
		t := float64(i) / float64(n)
		off := 0.0
		if !straight {
			off = (rnd.Float64() - 0.5) * 0.25 * min(t, 1-t)
		}
		points = append(points, orb.Point{a[0] + t*(b[0]-a[0]) - off*(b[1]-a[1]), a[1] + t*(b[1]-a[1]) + off*(b[0]-a[0])})
	}
	return append(points, b)
}

// areas are the cells, counter-clockwise from the south-west corner.
func (q *quilt) areas() []*geo.Area {
	var areas []*geo.Area
	for x := range q.columns {
		for y := range q.rows {
			areas = append(areas, q.area(x, y))
		}
	}
	return areas
}

// pins touch the corners of the quilt from outside. A position where two areas
// meet stays at every zoom; without them its outline would lose its corners.
func pins() []*geo.Area {
	var areas []*geo.Area
	for i, corner := range quiltBound.ToRing()[:4] {
		away := func(d float64) float64 { return 0.05 * d }
		dx, dy := 1.0, 1.0
		if corner[0] == quiltBound.Min[0] {
			dx = -1
		}
		if corner[1] == quiltBound.Min[1] {
			dy = -1
		}
		code := geo.Code(fmt.Sprintf("36.01.01.1%03d", i+1))
		ring := orb.Ring{corner, {corner[0] + away(dx), corner[1] + away(2*dy)}, {corner[0] + away(2*dx), corner[1] + away(dy)}, corner}
		areas = append(areas, &geo.Area{ID: code.ID(), Code: code, Level: code.Level(), Boundary: orb.MultiPolygon{{ring}}, LabelPoint: corner, Version: 1})
	}
	return areas
}

func (q *quilt) area(x, y int) *geo.Area {
	reversed := func(points []orb.Point) []orb.Point {
		points = slices.Clone(points)
		slices.Reverse(points)
		return points
	}
	var ring orb.Ring
	for _, side := range [][]orb.Point{
		q.edges[[3]int{x, y, 0}], q.edges[[3]int{x + 1, y, 1}], reversed(q.edges[[3]int{x, y + 1, 0}]), reversed(q.edges[[3]int{x, y, 1}]),
	} {
		ring = append(ring, side[:len(side)-1]...)
	}
	ring = append(ring, ring[0])
	code := geo.Code(fmt.Sprintf("35.%02d.%02d.1%03d", 1+x%8, 1+y%8, 1+x/8*100+y/8))
	return &geo.Area{
		ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(), Name: "Desa " + string(code),
		Boundary: orb.MultiPolygon{{ring}}, LabelPoint: ring[0], Version: 1,
	}
}

// TestBordersAreSharedAtEveryZoom cancels every piece of border that two areas
// have in common. What is left, exactly, is the outline of all together: where
// there was a gap or an overlap of any size, its edges would be left too.
func TestBordersAreSharedAtEveryZoom(t *testing.T) {
	rnd := geotest.Random(t)
	for _, size := range [][2]int{{3, 4}, {12, 9}, {25, 25}} {
		s := index.New(geo.Content{Areas: append(newQuilt(rnd, size[0], size[1]).areas(), pins()...)})
		var shapes []*index.Shape
		s.Shapes(geo.LevelKelurahan, quiltBound, func(shape *index.Shape) bool {
			shapes = append(shapes, shape)
			return true
		})
		for z := range MaxZoom + 1 {
			ids := tilesOver(quiltBound, z)
			rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			for _, id := range ids[:min(len(ids), 4)] {
				var n noder
				n.begin(id)
				for i, shape := range shapes {
					n.add(&shape.Outline, i)
				}
				var all [][]cell
				for i, shape := range shapes {
					rings := n.polygon(i)
					if shape.Area.Code.Within("36") {
						continue
					}
					if problem := ""; len(rings) > 0 {
						if problem = invalid(rings); problem != "" {
							t.Fatalf("%v: area %d: %s", id, i, problem)
						}
					}
					for _, ring := range rings {
						all = append(all, slices.Clone(ring))
					}
				}
				checkQuilt(t, id, all)
			}
		}
	}
}

func checkQuilt(t *testing.T, id ID, rings [][]cell) {
	t.Helper()
	frame := frameOf(id)
	for _, e := range cancel(pieces(rings)) {
		onFrame := e.a.x == e.b.x && (e.a.x == frame[0].x || e.a.x == frame[1].x) || e.a.y == e.b.y && (e.a.y == frame[0].y || e.a.y == frame[1].y)
		if !onFrame {
			t.Fatalf("%v: the edge %v has no counterpart", id, e)
		}
	}
	sum := int64(0)
	for _, ring := range rings {
		sum += area2(ring)
	}
	if want := 2 * int64(frame[1].x-frame[0].x) * int64(frame[1].y-frame[0].y); sum != want {
		t.Fatalf("%v: %d half units, together they are %d", id, sum, want)
	}
}

// frameOf is the quilt's rectangle in a tile, as far as the buffer reaches.
func frameOf(id ID) [2]cell {
	var n noder
	n.begin(id)
	at := func(p orb.Point) cell {
		c := n.snap(n.wide(index.PositionOf(p)))
		return cell{max(low, min(high, c.x)), max(low, min(high, c.y))}
	}
	return [2]cell{at(quiltBound.LeftTop()), at(quiltBound.RightBottom())}
}

// pieces are the edges of rings, divided where a vertex of any ring lies on them.
func pieces(rings [][]cell) []edge {
	byX := map[int32][]cell{}
	for _, ring := range rings {
		for _, c := range ring {
			byX[c.x] = append(byX[c.x], c)
		}
	}
	for x, cells := range byX {
		slices.SortFunc(cells, compareCells)
		byX[x] = slices.Compact(cells)
	}
	var all []edge
	for _, ring := range rings {
		for i, a := range ring {
			e := edge{a, ring[(i+1)%len(ring)]}
			on := []cell{e.a, e.b}
			for x := min(e.a.x, e.b.x); x <= max(e.a.x, e.b.x); x++ {
				for _, c := range byX[x] {
					if cross(e.a, e.b, c) == 0 && between(&e, c) {
						on = append(on, c)
					}
				}
			}
			slices.SortFunc(on, compareCells)
			if on = slices.Compact(on); less(e.b, e.a) {
				slices.Reverse(on)
			}
			for k := 1; k < len(on); k++ {
				all = append(all, edge{on[k-1], on[k]})
			}
		}
	}
	return all
}
