package geo

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

// TestDecodingEqualsGoGeom has the other library write what PostGIS may send: both
// byte orders, Z and M, holes, parts, empty ones.
func TestDecodingEqualsGoGeom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	layouts := []geom.Layout{geom.XY, geom.XYZ, geom.XYM, geom.XYZM}
	for n := range 500 {
		layout, want := layouts[n%len(layouts)], orb.MultiPolygon{}
		var coords [][][]geom.Coord
		for range rnd.IntN(4) {
			poly, rings := orb.Polygon{}, [][]geom.Coord{}
			for range 1 + rnd.IntN(3) {
				ring, line := orb.Ring{}, []geom.Coord{}
				for range 4 + rnd.IntN(60) {
					c := make(geom.Coord, layout.Stride())
					for i := range c {
						c[i] = rnd.NormFloat64()
					}
					ring, line = append(ring, orb.Point{c[0], c[1]}), append(line, c)
				}
				poly, rings = append(poly, ring), append(rings, line)
			}
			want, coords = append(want, poly), append(coords, rings)
		}
		g := geom.NewMultiPolygon(layout).MustSetCoords(coords).SetSRID(SRID * (n % 2))
		got, err := DecodeBoundary(encoded(t, g, n))
		if err != nil || !orb.Equal(got, want) {
			t.Fatalf("%v became %v, %v", want, got, err)
		}
		if len(coords) == 0 {
			continue
		}
		got, err = DecodeBoundary(encoded(t, geom.NewPolygon(layout).MustSetCoords(coords[0]), n))
		if err != nil || !orb.Equal(got, want[:1]) {
			t.Fatalf("%v became %v, %v", want[0], got, err)
		}
		p, err := DecodePoint(encoded(t, geom.NewPoint(layout).MustSetCoords(coords[0][0][0]), n))
		if err != nil || *p != want[0][0][0] {
			t.Fatalf("%v became %v, %v", want[0][0][0], p, err)
		}
		if _, err := DecodePoint(encoded(t, g, n)); err == nil {
			t.Fatal("a multipolygon is read as a point")
		}
		if _, err := DecodeBoundary(encoded(t, geom.NewPoint(layout).MustSetCoords(coords[0][0][0]), n)); err == nil {
			t.Fatal("a point is read as a boundary")
		}
	}
	if _, err := DecodePoint(encoded(t, geom.NewPointEmpty(geom.XY), 0)); err == nil {
		t.Error("an empty point is one")
	}
}

// encoded writes g in one of both byte orders.
func encoded(t *testing.T, g geom.T, n int) []byte {
	t.Helper()
	order := []binary.ByteOrder{ewkb.NDR, ewkb.XDR}[n/8%2]
	b, err := ewkb.Marshal(g, order)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
