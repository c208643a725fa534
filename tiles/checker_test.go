package tiles

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// decodedLayer is a layer as the bytes have it, read by nothing of ours.
type decodedLayer struct {
	name     string
	features map[int64]decodedFeature
	ids      []int64
}

type decodedFeature struct {
	kind       uint64
	properties map[string]any
	rings      [][]cell // of a polygon; for a point one ring of one position
}

// reader reads protobuf, and stops the test at the first wrong byte.
type reader struct {
	t testing.TB
	b []byte
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.t.Fatal("broken varint")
	}
	r.b = r.b[n:]
	return v
}

// field reads a tag and its value: a number, or bytes.
func (r *reader) field() (number, value uint64, bytes []byte) {
	tag := r.uvarint()
	if tag&7 == 1 { // a double
		if len(r.b) < 8 {
			r.t.Fatal("length beyond the end")
		}
		value, r.b = binary.LittleEndian.Uint64(r.b), r.b[8:]
		return tag >> 3, value, nil
	}
	switch value = r.uvarint(); tag & 7 {
	case 0:
	case 2:
		if value > uint64(len(r.b)) {
			r.t.Fatal("length beyond the end")
		}
		bytes, r.b = r.b[:value], r.b[value:]
	default:
		r.t.Fatalf("wire type %d", tag&7)
	}
	return tag >> 3, value, bytes
}

// decode reads a tile and holds it to MVT 2.1: V1 to V3 of the checklist.
func decode(t testing.TB, tile []byte) map[string]decodedLayer {
	t.Helper()
	layers := map[string]decodedLayer{}
	for r := (&reader{t, tile}); len(r.b) > 0; {
		number, _, body := r.field()
		if number != 3 {
			t.Fatalf("field %d in a tile", number)
		}
		l := decodeLayer(t, body)
		if _, again := layers[l.name]; again || len(l.features) == 0 {
			t.Fatalf("layer %q is empty or there twice", l.name)
		}
		layers[l.name] = l
	}
	return layers
}

func decodeLayer(t testing.TB, body []byte) decodedLayer {
	l := decodedLayer{features: map[int64]decodedFeature{}}
	var keys []string
	var values []any
	var features [][]byte
	seen := map[uint64]int{}
	r := &reader{t, body}
	if body[0] != 15<<3 {
		t.Error("the version is not first")
	}
	for len(r.b) > 0 {
		number, value, b := r.field()
		seen[number]++
		switch number {
		case 15:
			if value != 2 {
				t.Errorf("version %d", value)
			}
		case 1:
			l.name = string(b)
		case 2:
			features = append(features, b)
		case 3:
			keys = append(keys, string(b))
		case 4:
			values = append(values, decodeValue(t, b))
		case 5:
			if value != extent {
				t.Errorf("extent %d", value)
			}
		default:
			t.Errorf("field %d in a layer", number)
		}
	}
	if seen[15] != 1 || seen[1] != 1 || seen[5] != 1 {
		t.Errorf("layer %q lacks version, name or extent, or repeats it", l.name)
	}
	unique(t, "key", keys)
	unique(t, "value", values)
	used := map[uint64]bool{}
	for _, b := range features {
		id, f := decodeFeature(t, b, keys, values, used)
		if _, again := l.features[id]; again {
			t.Errorf("id %d is there twice in %q", id, l.name)
		}
		l.features[id], l.ids = f, append(l.ids, id)
	}
	if len(used) != len(keys) {
		t.Errorf("layer %q has keys that nothing uses", l.name)
	}
	return l
}

func unique[T comparable](t testing.TB, what string, all []T) {
	seen := map[T]bool{}
	for _, v := range all {
		if seen[v] {
			t.Errorf("%s %v is there twice", what, v)
		}
		seen[v] = true
	}
}

func decodeValue(t testing.TB, b []byte) any {
	r := &reader{t, b}
	number, value, text := r.field()
	if len(r.b) > 0 {
		t.Error("a value of two fields")
	}
	switch number {
	case 1:
		return string(text)
	case 3:
		return math.Float64frombits(value)
	case 5:
		return value
	case 7:
		return value == 1
	}
	t.Errorf("a value of kind %d", number)
	return nil
}

func decodeFeature(t testing.TB, b []byte, keys []string, values []any, used map[uint64]bool) (int64, decodedFeature) {
	f := decodedFeature{properties: map[string]any{}}
	var id uint64
	var shape []byte
	for r := (&reader{t, b}); len(r.b) > 0; {
		number, value, body := r.field()
		switch number {
		case 1:
			id = value
		case 2:
			for tags := (&reader{t, body}); len(tags.b) > 0; {
				k, v := tags.uvarint(), tags.uvarint()
				if k >= uint64(len(keys)) || v >= uint64(len(values)) {
					t.Fatalf("tag %d %d beyond the end", k, v)
				}
				if _, again := f.properties[keys[k]]; again {
					t.Errorf("key %s is there twice in a feature", keys[k])
				}
				f.properties[keys[k]], used[k] = values[v], true
			}
		case 3:
			f.kind = value
		case 4:
			shape = body
		}
	}
	if id == 0 || len(shape) == 0 {
		t.Error("a feature without id or shape")
	}
	f.rings = decodeShape(t, shape, f.kind)
	if f.kind == typePolygon {
		if problem := invalid(f.rings); problem != "" {
			t.Errorf("polygon %d: %s", id, problem)
		}
	}
	return int64(id), f
}

func decodeShape(t testing.TB, shape []byte, kind uint64) [][]cell {
	var rings [][]cell
	var ring []cell
	cursor := cell{}
	r := &reader{t, shape}
	move := func() cell {
		cursor.x += unzigzag(r.uvarint())
		cursor.y += unzigzag(r.uvarint())
		return cursor
	}
	for len(r.b) > 0 {
		command := r.uvarint()
		switch n := command >> 3; command & 7 {
		case commandMoveTo:
			if len(ring) > 0 || n != 1 {
				t.Error("a MoveTo within a ring, or of several")
			}
			ring = []cell{move()}
			if kind == typePoint {
				rings, ring = append(rings, ring), nil
			}
		case commandLineTo:
			if kind != typePolygon || len(ring) != 1 || n < 2 {
				t.Errorf("a LineTo of %d after %d positions", n, len(ring))
			}
			for range n {
				before := cursor
				if ring = append(ring, move()); cursor == before {
					t.Error("a LineTo that goes nowhere")
				}
			}
			if ring[0] == cursor {
				t.Error("the last position repeats the first")
			}
		case commandClosePath:
			if kind != typePolygon || n != 1 || len(ring) < 3 {
				t.Error("a ClosePath out of place")
			}
			rings, ring = append(rings, ring), nil
		default:
			t.Fatalf("command %d", command&7)
		}
	}
	if len(ring) > 0 || kind == typePoint && len(rings) != 1 {
		t.Error("a ring without end, or a point that is none")
	}
	return rings
}

func unzigzag(v uint64) int32 { return int32(v>>1) ^ -int32(v&1) }

// invalid says what is wrong with the rings of a polygon, by the plainest
// means: every pair of edges is looked at.
func invalid(rings [][]cell) string {
	exterior := 0
	for i, ring := range rings {
		switch area := area2(ring); {
		case area == 0:
			return "a ring without area"
		case area > 0:
			exterior = i
		case i == 0:
			return "a hole comes first"
		case !around(rings[exterior], ring):
			return "a hole is not in the exterior before it"
		}
		for _, c := range ring {
			if !c.inBuffer() {
				return fmt.Sprintf("%v lies outside the buffer", c)
			}
		}
	}
	edges := edgesOf(rings)
	for i := range edges {
		for j := range i {
			if overlap(&edges[i], &edges[j]) {
				return fmt.Sprintf("edges %v and %v cross or lie on each other", edges[i], edges[j])
			}
		}
	}
	for _, ring := range rings {
		sorted := slices.SortedFunc(slices.Values(ring), compareCells)
		if len(slices.Compact(sorted)) != len(ring) {
			return "a ring visits a position twice"
		}
	}
	return ""
}

// sided is an edge that knows its neighbours.
type sided struct {
	edge
	ring, place int
	last        bool // the ring's last edge, a neighbour of its first
}

func edgesOf(rings [][]cell) []sided {
	var edges []sided
	for r, ring := range rings {
		for i, a := range ring {
			edges = append(edges, sided{edge{a, ring[(i+1)%len(ring)]}, r, i, i == len(ring)-1})
		}
	}
	return edges
}

func neighbours(e, f *sided) bool {
	if e.ring != f.ring {
		return false
	}
	return e.place-f.place == 1 || f.place-e.place == 1 || e.last && f.place == 0 || f.last && e.place == 0
}

// touch reports whether two edges have a position in common.
func touch(e, f *edge) bool {
	c1, c2 := cross(e.a, e.b, f.a), cross(e.a, e.b, f.b)
	d1, d2 := cross(f.a, f.b, e.a), cross(f.a, f.b, e.b)
	if (c1 > 0) != (c2 > 0) && (d1 > 0) != (d2 > 0) && c1 != 0 && c2 != 0 && d1 != 0 && d2 != 0 {
		return true
	}
	return c1 == 0 && between(e, f.a) || c2 == 0 && between(e, f.b) ||
		d1 == 0 && between(f, e.a) || d2 == 0 && between(f, e.b)
}

// overlap reports whether two edges cross, lie on each other, or, in one ring,
// meet at all other than as neighbours.
func overlap(e, f *sided) bool {
	c1, c2 := cross(e.a, e.b, f.a), cross(e.a, e.b, f.b)
	d1, d2 := cross(f.a, f.b, e.a), cross(f.a, f.b, e.b)
	if c1 != 0 && c2 != 0 && d1 != 0 && d2 != 0 {
		return (c1 > 0) != (c2 > 0) && (d1 > 0) != (d2 > 0)
	}
	if e.ring == f.ring && !neighbours(e, f) {
		return touch(&e.edge, &f.edge)
	}
	if c1 != 0 || c2 != 0 {
		return false // they meet in one position
	}
	least, most := cell{max(min(e.a.x, e.b.x), min(f.a.x, f.b.x)), max(min(e.a.y, e.b.y), min(f.a.y, f.b.y))},
		cell{min(max(e.a.x, e.b.x), max(f.a.x, f.b.x)), min(max(e.a.y, e.b.y), max(f.a.y, f.b.y))}
	return least.x <= most.x && least.y <= most.y && least != most
}

// stepAt is the grid of a tile, in units.
func stepAt(id ID) float64 { return float64(int(1) << stepBits(id.Z)) }
