package index

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Locate returns the areas that contain the point, from provinsi down. The
// boundary itself counts as inside, so a point on a shared border lies in both
// neighbours; where areas of a level overlap it returns all of them, by id.
func (s *Snapshot) Locate(p orb.Point) []*geo.Area {
	if !onEarth(p) {
		return nil
	}
	var room [4 * geo.LevelKelurahan]boxed
	near, ends := room[:0], [geo.LevelKelurahan + 1]int{}
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		s.areas[level].tree.Search(p, p, func(_, _ [2]float64, shape *Shape) bool {
			near = append(near, boxed{shape: shape})
			return true
		})
		ends[level] = len(near)
	}
	for i := range near { // shapes lie far apart: one after the other at once, the memory is waited for once
		near[i].known = near[i].shape.look(p)
	}
	found := make([]*geo.Area, 0, geo.LevelKelurahan)
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		from := len(found)
		for _, b := range near[ends[level-1]:ends[level]] {
			if b.shape.holds(p, b.known) {
				found = append(found, b.shape.Area)
			}
		}
		slices.SortFunc(found[from:], func(a, b *geo.Area) int { return cmp.Compare(a.ID, b.ID) })
	}
	return found
}

// boxed is a shape whose box holds a point, and what is known of the point.
type boxed struct {
	shape *Shape
	known uint64
}

// Contains reports whether the point lies in the area's boundary or on it. It
// reckons in plain degrees, as PostGIS's geometry does.
func (s *Shape) Contains(p orb.Point) bool {
	return s.holds(p, s.look(p))
}

// holds is Contains for a point of which look has told what is known.
func (s *Shape) holds(p orb.Point, known uint64) bool {
	return known == cellInside || known == cellCut && s.contains(p)
}

// look says what the box and the raster know of a point.
func (s *Shape) look(p orb.Point) uint64 {
	if !s.Bound.Contains(p) {
		return cellOutside
	}
	return s.raster.look(p)
}

// contains is Contains by the edges themselves.
func (s *Shape) contains(p orb.Point) bool {
	if len(s.bands.edges) > 0 {
		return s.bands.contain(p)
	}
	inside, on := ringCrossings(s.ring, p)
	for _, ring := range s.rings {
		if on {
			break
		}
		var odd bool
		odd, on = ringCrossings(ring, p)
		inside = inside != odd // in a hole, an even number of rings is around the point
	}
	return on || inside
}

// ringCrossings reports whether a ray to the east crosses an odd number of the
// ring's edges, or the point lies on one.
func ringCrossings(ring orb.Ring, p orb.Point) (odd, on bool) {
	for i := 1; i < len(ring); i++ {
		a, b := &ring[i-1], &ring[i]
		if a[1] > p[1] && b[1] > p[1] || a[1] < p[1] && b[1] < p[1] {
			continue
		}
		crosses, on := crossing(*a, *b, p)
		if on {
			return false, true
		}
		odd = odd != crosses
	}
	return odd, false
}

// crossing reports whether a ray from p to the east crosses the edge a-b, or p
// lies on it. An edge holds its lower end and not its upper one, so a ray
// through a vertex counts once.
func crossing(a, b, p orb.Point) (crosses, on bool) {
	if a[1] > p[1] && b[1] > p[1] || a[1] < p[1] && b[1] < p[1] || a[0] < p[0] && b[0] < p[0] {
		return false, false
	}
	side := (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
	if side == 0 && min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) {
		return false, true
	}
	return (a[1] > p[1]) != (b[1] > p[1]) && (side > 0) == (b[1] > a[1]), false
}

// touches reports whether the boundary and the box share a point.
func (s *Shape) touches(b orb.Bound) bool {
	if !s.drawn || !s.Bound.Intersects(b) {
		return false
	}
	if b.Contains(s.Bound.Min) && b.Contains(s.Bound.Max) || s.Contains(b.Min) {
		return true
	}
	for _, polygon := range s.Area.Boundary {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				if segmentTouches(ring[i-1], ring[i], b) {
					return true
				}
			}
		}
	}
	return false
}

// segmentTouches clips the segment a-b by the box (Liang and Barsky 1984).
func segmentTouches(a, b orb.Point, box orb.Bound) bool {
	enter, leave := 0.0, 1.0
	for axis := range 2 {
		delta := b[axis] - a[axis]
		if delta == 0 {
			if a[axis] < box.Min[axis] || a[axis] > box.Max[axis] {
				return false
			}
			continue
		}
		t0, t1 := (box.Min[axis]-a[axis])/delta, (box.Max[axis]-a[axis])/delta
		enter, leave = max(enter, min(t0, t1)), min(leave, max(t0, t1))
	}
	return enter <= leave
}
