package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// errEWKB refuses EWKB that promises more than it holds.
var errEWKB = errors.New("geo: malformed EWKB")

// The flags and types of EWKB (PostGIS, liblwgeom/lwin_wkb.c).
const (
	ewkbZ, ewkbM, ewkbSRID                        = 0x80000000, 0x40000000, 0x20000000
	ewkbPoint, ewkbLine, ewkbPolygon, ewkbMultiPG = 1, 2, 3, 6
)

// PointOf reads the EWKB of a point, and allocates nothing; Z and M are dropped.
// An empty point is none.
func PointOf(b []byte) (orb.Point, error) {
	if err := checkEWKB(b); err != nil {
		return orb.Point{}, err
	}
	d := ewkbDecoder{rest: b}
	if kind := d.header(); kind != ewkbPoint {
		return orb.Point{}, fmt.Errorf("geo: EWKB of type %d is no point", kind)
	}
	p := d.point()
	if !finite(p) {
		return orb.Point{}, fmt.Errorf("geo: point %v is not finite", p)
	}
	return p, nil
}

// ewkbDecoder decodes EWKB that checkEWKB found whole.
type ewkbDecoder struct {
	rest   []byte
	order  binary.ByteOrder
	stride int         // bytes of a position
	points []orb.Point // room for the points of rings
}

// header reads byte order, flags and SRID, and gives the type.
func (d *ewkbDecoder) header() uint32 {
	d.order = orderOf(d.rest)
	kind := d.order.Uint32(d.rest[1:])
	d.rest = d.rest[5:]
	if kind&ewkbSRID != 0 {
		d.rest = d.rest[4:]
	}
	d.stride = strideOf(kind)
	return kind &^ (ewkbZ | ewkbM | ewkbSRID)
}

func (d *ewkbDecoder) count() int {
	n := d.order.Uint32(d.rest)
	d.rest = d.rest[4:]
	return int(n)
}

func (d *ewkbDecoder) point() orb.Point {
	p := orb.Point{math.Float64frombits(d.order.Uint64(d.rest)), math.Float64frombits(d.order.Uint64(d.rest[8:]))}
	d.rest = d.rest[d.stride:]
	return p
}

// polygon reads what follows a polygon's header.
func (d *ewkbDecoder) polygon() orb.Polygon {
	poly := make(orb.Polygon, d.count())
	for i := range poly {
		from := len(d.points)
		for range d.count() {
			d.points = append(d.points, d.point())
		}
		poly[i] = d.points[from:len(d.points):len(d.points)]
	}
	return poly
}

// multiPolygon reads what follows a multipolygon's header.
func (d *ewkbDecoder) multiPolygon() (orb.MultiPolygon, error) {
	mp := make(orb.MultiPolygon, d.count())
	for i := range mp {
		if kind := d.header(); kind != ewkbPolygon {
			return nil, fmt.Errorf("geo: EWKB of type %d is no polygon", kind)
		}
		mp[i] = d.polygon()
	}
	return mp, nil
}

// orderOf gives the byte order that a geometry's first byte names.
func orderOf(b []byte) binary.ByteOrder {
	if b[0] == 0 {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// strideOf gives the bytes of a position under a type's flags.
func strideOf(kind uint32) int {
	stride := 16
	if kind&ewkbZ != 0 {
		stride += 8
	}
	if kind&ewkbM != 0 {
		stride += 8
	}
	return stride
}

// checkEWKB walks the headers of a point, line, polygon or multipolygon. The decoder
// makes room for as many coordinates as a header promises, so a count must fit
// the bytes that are there before it is believed.
func checkEWKB(b []byte) error {
	rest, err := skipGeometry(b, 0)
	if err == nil && len(rest) > 0 {
		err = errEWKB
	}
	return err
}

func skipGeometry(b []byte, depth int) (rest []byte, err error) {
	if len(b) < 5 || depth > 1 {
		return nil, errEWKB
	}
	order := orderOf(b)
	kind := order.Uint32(b[1:])
	b = b[5:]
	if kind&ewkbSRID != 0 {
		if len(b) < 4 {
			return nil, errEWKB
		}
		b = b[4:]
	}
	position := strideOf(kind)
	switch kind &^ (ewkbZ | ewkbM | ewkbSRID) {
	case ewkbPoint:
		return skip(b, position)
	case ewkbLine:
		return skipPositions(b, order, position)
	case ewkbPolygon:
		return skipEach(b, order, func(b []byte) ([]byte, error) { return skipPositions(b, order, position) })
	case ewkbMultiPG:
		return skipEach(b, order, func(b []byte) ([]byte, error) { return skipGeometry(b, depth+1) })
	}
	return nil, errEWKB
}

// skipPositions skips a count and as many positions of so many bytes.
func skipPositions(b []byte, order binary.ByteOrder, size int) ([]byte, error) {
	n, b, err := count(b, order)
	if err != nil || n > len(b)/size {
		return nil, errEWKB
	}
	return skip(b, n*size)
}

// skipEach skips a count and as many parts.
func skipEach(b []byte, order binary.ByteOrder, part func([]byte) ([]byte, error)) ([]byte, error) {
	n, b, err := count(b, order)
	if err != nil || n > len(b) {
		return nil, errEWKB
	}
	for range n {
		if b, err = part(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func count(b []byte, order binary.ByteOrder) (int, []byte, error) {
	if len(b) < 4 {
		return 0, nil, errEWKB
	}
	return int(order.Uint32(b)), b[4:], nil
}

func skip(b []byte, n int) ([]byte, error) {
	if len(b) < n {
		return nil, errEWKB
	}
	return b[n:], nil
}
