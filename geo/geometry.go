package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

// go-geom reads and writes geometry at the edges (EWKB to and from PostGIS,
// where SRID and Z survive); orb works inside. Only this file goes between.

// SRID is the spatial reference of every stored geometry: WGS 84, lon lat.
const SRID = 4326

// DecodePoint reads the EWKB of a 2D point. nil bytes are no point.
func DecodePoint(b []byte) (*orb.Point, error) {
	if b == nil {
		return nil, nil
	}
	p, err := PointOf(b)
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// EncodePoint writes a point as EWKB; nil gives nil.
func EncodePoint(p *orb.Point) []byte {
	if p == nil {
		return nil
	}
	b, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, []float64{p[0], p[1]}).SetSRID(SRID), ewkb.NDR)
	if err != nil {
		return nil // cannot happen: a 2D point has a form
	}
	return b
}

// DecodeBoundary reads the EWKB of a polygon or multipolygon; Z and M are
// dropped. nil bytes are an empty boundary.
func DecodeBoundary(b []byte) (orb.MultiPolygon, error) {
	if b == nil {
		return nil, nil
	}
	if err := checkEWKB(b); err != nil {
		return nil, err
	}
	d := ewkbDecoder{rest: b}
	kind := d.header()
	d.points = make([]orb.Point, 0, len(b)/d.stride) // one place for all of them
	switch kind {
	case ewkbMultiPG:
		return d.multiPolygon()
	case ewkbPolygon:
		return orb.MultiPolygon{d.polygon()}, nil
	}
	return nil, fmt.Errorf("geo: EWKB of type %d is no boundary", kind)
}

// EncodeBoundary writes a boundary as little-endian EWKB, byte for byte as
// PostGIS's ST_AsEWKB writes the same multipolygon. An empty one gives nil.
func EncodeBoundary(mp orb.MultiPolygon) []byte {
	if len(mp) == 0 {
		return nil
	}
	coords := make([][][]geom.Coord, len(mp))
	for i, poly := range mp {
		coords[i] = make([][]geom.Coord, len(poly))
		for j, ring := range poly {
			coords[i][j] = make([]geom.Coord, len(ring))
			for k, p := range ring {
				coords[i][j][k] = geom.Coord{p[0], p[1]}
			}
		}
	}
	g, err := geom.NewMultiPolygon(geom.XY).SetCoords(coords)
	if err != nil {
		return nil // cannot happen: every coordinate has two numbers
	}
	b, err := ewkb.Marshal(g.SetSRID(SRID), ewkb.NDR)
	if err != nil {
		return nil // cannot happen: 2D multipolygons have a form
	}
	return b
}

// DecodeLine reads the EWKB of a line of at least two points; Z and M are
// dropped.
func DecodeLine(b []byte) (orb.LineString, error) {
	if err := checkEWKB(b); err != nil {
		return nil, err
	}
	g, err := ewkb.Unmarshal(b)
	if err != nil {
		return nil, err
	}
	l, ok := g.(*geom.LineString)
	if !ok || l.NumCoords() < 2 {
		return nil, fmt.Errorf("geo: %T is no line", g)
	}
	flat, stride := l.FlatCoords(), l.Stride()
	line := make(orb.LineString, 0, l.NumCoords())
	for k := 0; k+1 < len(flat); k += stride {
		line = append(line, orb.Point{flat[k], flat[k+1]})
	}
	return line, nil
}

// EncodeLine writes a line as EWKB.
func EncodeLine(line orb.LineString) []byte {
	flat := make([]float64, 0, 2*len(line))
	for _, p := range line {
		flat = append(flat, p[0], p[1])
	}
	b, err := ewkb.Marshal(geom.NewLineStringFlat(geom.XY, flat).SetSRID(SRID), ewkb.NDR)
	if err != nil {
		return nil // cannot happen: a 2D line has a form
	}
	return b
}

// Rewind turns exterior rings counter-clockwise and holes clockwise, as RFC
// 7946 section 3.1.6 asks of output. It changes mp in place and returns it.
func Rewind(mp orb.MultiPolygon) orb.MultiPolygon {
	for _, poly := range mp {
		for i, ring := range poly {
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if o := ring.Orientation(); o != 0 && o != want {
				ring.Reverse()
			}
		}
	}
	return mp
}

// Indonesia is the extent that a point must lie in, with a margin: the
// country reaches from 95.0° to 141.1° E and from 11.1° S to 6.1° N.
var Indonesia = orb.Bound{Min: orb.Point{94.5, -11.5}, Max: orb.Point{141.5, 6.5}}

// CheckPoint reports what is wrong with a point for Indonesia: not finite,
// axes swapped (with the swapped point as suggestion), or outside the country.
// It returns nil for a good point.
func CheckPoint(p orb.Point) *FieldError {
	switch {
	case !finite(p):
		return &FieldError{Pointer: "/geometry", Code: "not_finite", Message: Text{
			ID: "Koordinat bukan angka.", EN: "The coordinates are not numbers."}}
	case Indonesia.Contains(p):
		return nil
	case Indonesia.Contains(orb.Point{p[1], p[0]}):
		return &FieldError{Pointer: "/geometry", Code: "swapped_axes",
			Detail: map[string]any{"suggestion": [2]float64{p[1], p[0]}},
			Message: Text{
				ID: "Lintang dan bujur tertukar: bujur harus ditulis lebih dahulu.",
				EN: "Latitude and longitude are swapped: longitude comes first."}}
	}
	return &FieldError{Pointer: "/geometry", Code: "outside_indonesia", Message: Text{
		ID: "Titik berada di luar Indonesia.", EN: "The point lies outside Indonesia."}}
}

func finite(p orb.Point) bool {
	return !math.IsNaN(p[0]) && !math.IsInf(p[0], 0) && !math.IsNaN(p[1]) && !math.IsInf(p[1], 0)
}
