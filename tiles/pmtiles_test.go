package tiles

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo/geotest"
)

// readArchive is an archive as its bytes have it, read by nothing of ours.
type readArchive struct {
	t        testing.TB
	header   []byte
	metadata map[string]any
	section  []byte // leaf directories
	data     []byte
	tiles    map[uint64][]byte // packed, by number
	entries  int
	deepest  int // levels of directories
}

func (a *readArchive) uint64(at int) uint64 { return binary.LittleEndian.Uint64(a.header[at:]) }

func (a *readArchive) degrees(at int) float64 {
	return float64(int32(binary.LittleEndian.Uint32(a.header[at:]))) / 1e7
}

// openArchive reads a whole archive and holds it to the specification.
func openArchive(t testing.TB, b []byte) *readArchive {
	t.Helper()
	a := &readArchive{t: t, header: b[:127], tiles: map[uint64][]byte{}}
	if string(b[:8]) != "PMTiles\x03" {
		t.Fatalf("it begins with %q", b[:8])
	}
	section := func(at int) []byte {
		from := a.uint64(at)
		return b[from : from+a.uint64(at+8)]
	}
	if end := a.uint64(8) + a.uint64(16); end > 16<<10 {
		t.Errorf("the root directory ends at %d", end)
	}
	if end := a.uint64(56) + a.uint64(64); end != uint64(len(b)) {
		t.Errorf("the tiles end at %d of %d", end, len(b))
	}
	if !bytes.Equal(b[96:100], []byte{1, 2, 2, 1}) {
		t.Errorf("clustered, compressions, kind: %v", b[96:100])
	}
	if err := json.Unmarshal(unzip(t, section(24)), &a.metadata); err != nil {
		t.Fatal(err)
	}
	a.section, a.data = section(40), section(56)
	a.read(section(8), 1)
	offsets := a.clustered()
	for at, want := range map[int]int{72: len(a.tiles), 80: a.entries, 88: offsets} {
		if a.uint64(at) != uint64(want) {
			t.Errorf("the header's number at %d is %d, not %d", at, a.uint64(at), want)
		}
	}
	return a
}

// read reads a directory and those below it.
func (a *readArchive) read(packed []byte, depth int) {
	a.deepest = max(a.deepest, depth)
	for _, e := range readDirectory(a.t, packed) {
		if e.run == 0 {
			a.read(a.section[e.offset:e.offset+uint64(e.length)], depth+1)
			continue
		}
		a.entries++
		for n := range uint64(e.run) {
			if _, again := a.tiles[e.tile+n]; again {
				a.t.Fatalf("tile %d is there twice", e.tile+n)
			}
			a.tiles[e.tile+n] = a.data[e.offset : e.offset+uint64(e.length)]
		}
	}
}

// clustered checks that contents stand in the order in which tiles first have
// them, without a gap, and counts them.
func (a *readArchive) clustered() int {
	numbers := make([]uint64, 0, len(a.tiles))
	for n := range a.tiles {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	end, contents := 0, 0
	for _, n := range numbers {
		at := cap(a.data) - cap(a.tiles[n])
		if at > end {
			a.t.Fatalf("tile %d is at %d, behind a gap from %d on", n, at, end)
		}
		if at == end {
			end += len(a.tiles[n])
			contents++
		}
	}
	if end != len(a.data) {
		a.t.Errorf("%d bytes of tiles belong to none", len(a.data)-end)
	}
	return contents
}

func readDirectory(t testing.TB, packed []byte) []entry {
	t.Helper()
	r := &reader{t, unzip(t, packed)}
	entries := make([]entry, r.uvarint())
	if len(entries) == 0 {
		t.Fatal("an empty directory")
	}
	last := uint64(0)
	for i := range entries {
		last += r.uvarint()
		entries[i].tile = last
	}
	for i := range entries {
		entries[i].run = uint32(r.uvarint())
	}
	for i := range entries {
		if entries[i].length = uint32(r.uvarint()); entries[i].length == 0 {
			t.Fatal("an entry of no bytes")
		}
	}
	for i := range entries {
		switch offset := r.uvarint(); {
		case offset > 0:
			entries[i].offset = offset - 1
		case i == 0:
			t.Fatal("the first entry follows nothing")
		default:
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		}
	}
	if len(r.b) > 0 {
		t.Fatalf("%d bytes behind a directory", len(r.b))
	}
	return entries
}

func unzip(t testing.TB, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// numberOf is a tile's number by the specification's own steps, from the top bit
// down.
func numberOf(id ID) uint64 {
	number := uint64(0)
	for z := range id.Z {
		number += 1 << (2 * z)
	}
	x, y := id.X, id.Y
	for side := 1 << id.Z >> 1; side > 0; side >>= 1 {
		right, down := x&side != 0, y&side != 0
		quadrant := 0
		switch {
		case right && !down:
			quadrant = 3
		case right && down:
			quadrant = 2
		case down:
			quadrant = 1
		}
		number += uint64(quadrant) * uint64(side) * uint64(side)
		x, y = x&(side-1), y&(side-1)
		if !down {
			if right {
				x, y = side-1-x, side-1-y
			}
			x, y = y, x
		}
	}
	return number
}

// TestTilesAreNumbered compares the numbers with the table of the
// specification's own tests and with the way back.
func TestTilesAreNumbered(t *testing.T) {
	for number, id := range []ID{{0, 0, 0}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}, {1, 1, 0}, {2, 0, 0}, {2, 1, 0}, {2, 1, 1}, {2, 0, 1}, {2, 0, 2}} {
		if got := numberOf(id); got != uint64(number) {
			t.Errorf("%v is %d, not %d", id, got, number)
		}
	}
	if got := numberOf(ID{12, 3423, 1763}); got != 19078479 {
		t.Errorf("12/3423/1763 is %d", got)
	}
	rnd := geotest.Random(t)
	for range 10_000 {
		z := rnd.IntN(MaxZoom + 1)
		h := rnd.Uint64N(1 << (2 * z))
		id := tileAt(z, h)
		if got := numberOf(id); got != firstTile(z)+h {
			t.Fatalf("%d of zoom %d is %v, which is %d", h, z, id, got)
		}
		if above := (ID{z - 1, id.X / 2, id.Y / 2}); z > 0 && tileAt(z-1, h/4) != above {
			t.Fatalf("%d of zoom %d is not in %v", h, z, above)
		}
	}
}

// TestDirectoriesOfAnySize reads back what was put in, with leaves where the
// root has no room, and leaves of leaves.
func TestDirectoriesOfAnySize(t *testing.T) {
	rnd := geotest.Random(t)
	for _, c := range []struct{ entries, perLeaf, maxRoot, deepest int }{
		{1, leafEntries, maxRoot, 1}, {2000, leafEntries, maxRoot, 1}, {leafEntries, leafEntries, maxRoot, 1}, {leafEntries, leafEntries, 1000, 2},
		{20_000, leafEntries, maxRoot, 2}, {2000, 32, 100, 3},
	} {
		d := newDirectory()
		d.perLeaf, d.maxRoot = c.perLeaf, c.maxRoot
		var want []entry
		next, offset := uint64(0), uint64(0)
		for range c.entries {
			e := entry{tile: next + rnd.Uint64N(3), offset: offset, length: 1 + rnd.Uint32N(2), run: 1 + rnd.Uint32N(3)}
			want = append(want, e)
			next, offset = e.tile+uint64(e.run), offset+uint64(e.length)
			for n := range uint64(e.run) {
				if err := d.add(e.tile+n, e.offset, e.length); err != nil {
					t.Fatal(err)
				}
			}
		}
		root, err := d.root()
		if err != nil || len(root) > c.maxRoot {
			t.Fatalf("a root of %d bytes: %v", len(root), err)
		}
		a := &readArchive{t: t, section: d.section, data: make([]byte, offset), tiles: map[uint64][]byte{}}
		a.read(root, 1)
		if a.deepest != c.deepest || a.entries != c.entries || uint64(a.entries) != d.entries || uint64(len(a.tiles)) != d.tiles {
			t.Errorf("%d entries: %d of %d tiles, %d levels", c.entries, a.entries, len(a.tiles), a.deepest)
		}
		for _, e := range want {
			for n := range uint64(e.run) {
				if got := a.tiles[e.tile+n]; len(got) != int(e.length) || cap(a.data)-cap(got) != int(e.offset) {
					t.Fatalf("tile %d: %d bytes at %d, want %+v", e.tile+n, len(got), cap(a.data)-cap(got), e)
				}
			}
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
