package geo

import (
	"encoding/binary"
	"errors"
)

// errEWKB refuses EWKB that promises more than it holds.
var errEWKB = errors.New("geo: malformed EWKB")

// The flags and types of EWKB (PostGIS, liblwgeom/lwin_wkb.c).
const (
	ewkbZ, ewkbM, ewkbSRID                        = 0x80000000, 0x40000000, 0x20000000
	ewkbPoint, ewkbLine, ewkbPolygon, ewkbMultiPG = 1, 2, 3, 6
)

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
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 0 {
		order = binary.BigEndian
	}
	kind := order.Uint32(b[1:])
	b = b[5:]
	if kind&ewkbSRID != 0 {
		if len(b) < 4 {
			return nil, errEWKB
		}
		b = b[4:]
	}
	position := 16
	if kind&ewkbZ != 0 {
		position += 8
	}
	if kind&ewkbM != 0 {
		position += 8
	}
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
