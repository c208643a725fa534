package exchange

import (
	"bytes"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// CoordinateDecimals is 1 cm on the ground, as fine as RFC 7946 section 11.2
// finds sensible.
const CoordinateDecimals = 7

// AppendNumber writes a finite number with at most that many decimals, and none
// that are zeros at its end.
func AppendNumber(b []byte, f float64, digits int) []byte {
	if scaled, ok := scale(f, digits); ok {
		return appendScaled(b, scaled, digits)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', digits, 64)
	if digits > 0 {
		b = bytes.TrimRight(b, "0")
		b = bytes.TrimSuffix(b, []byte("."))
	}
	if string(b[start:]) == "-0" {
		b = append(b[:start], '0')
	}
	return b
}

// scale is f times 10 to the power of digits as a whole number, where it is sure
// that rounding there is rounding f: at coordinates it mostly is, and several times
// as fast as strconv.
func scale(f float64, digits int) (int64, bool) {
	if digits > CoordinateDecimals || !(math.Abs(f) < 1e6) {
		return 0, false
	}
	product := f * math.Pow10(digits)
	whole := math.Round(product)
	return int64(whole), math.Abs(product-whole) < 0.499 // a product is off by 1e-3 at most
}

// appendScaled writes n divided by 10 to the power of digits, without the zeros at
// its end.
func appendScaled(b []byte, n int64, digits int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	b = strconv.AppendInt(b, n/unit, 10)
	part := n % unit
	if part == 0 {
		return b
	}
	b = append(append(b, '.'), "0000000"[:digits]...)
	for i := len(b) - 1; part > 0; i-- {
		b[i], part = byte('0'+part%10), part/10
	}
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// AppendPosition writes a position of GeoJSON.
func AppendPosition(b []byte, p orb.Point) []byte {
	b = AppendNumber(append(b, '['), p[0], CoordinateDecimals)
	b = AppendNumber(append(b, ','), p[1], CoordinateDecimals)
	return append(b, ']')
}

// AppendBoundary writes a boundary as a geometry of GeoJSON with exterior rings
// counter-clockwise and holes clockwise (RFC 7946, section 3.1.6), null where
// there is none. It changes nothing in mp.
func AppendBoundary(b []byte, mp orb.MultiPolygon) []byte {
	if len(mp) == 0 {
		return append(b, "null"...)
	}
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, polygon := range mp {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, ring := range polygon {
			if j > 0 {
				b = append(b, ',')
			}
			want := orb.CCW
			if j > 0 {
				want = orb.CW
			}
			b = appendRing(b, ring, ring.Orientation() == -want)
		}
		b = append(b, ']')
	}
	return append(b, ']', '}')
}

func appendRing(b []byte, ring orb.Ring, backwards bool) []byte {
	b = append(b, '[')
	for i := range ring {
		if i > 0 {
			b = append(b, ',')
		}
		if backwards {
			b = AppendPosition(b, ring[len(ring)-1-i])
		} else {
			b = AppendPosition(b, ring[i])
		}
	}
	return append(b, ']')
}
