package tiles

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// made makes an archive and returns its bytes.
func made(t testing.TB, a Archive) []byte {
	t.Helper()
	a.Folder = t.TempDir()
	m, err := a.Make(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	if err != nil || n != m.Size() || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes: %v", n, m.Size(), err)
	}
	if left, err := os.ReadDir(a.Folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return b.Bytes()
}

// TestAnArchiveHasEveryTile compares an archive with all tiles around its
// content, the empty ones too.
func TestAnArchiveHasEveryTile(t *testing.T) {
	s := index.New(randomContent(geotest.Random(t)))
	layers := []string{"areas", "kecamatan", "assets"}
	const deepest = 14
	a := openArchive(t, made(t, Archive{Snapshot: s, Layers: layers, MinZoom: 3, MaxZoom: deepest, Name: "Kota", Release: "2026"}))
	seen := 0
	for z := 3; z <= deepest; z++ {
		for _, id := range tilesOver(orb.Bound{Min: orb.Point{111.6, -8.2}, Max: orb.Point{112.6, -7.4}}, z) {
			want, got := encode(t, s, layers, id), a.tiles[numberOf(id)]
			switch {
			case want == nil && got == nil:
			case want == nil || got == nil || !bytes.Equal(unzip(t, got), want):
				t.Fatalf("tile %v: %d bytes, want %d", id, len(got), len(want))
			default:
				seen++
			}
		}
	}
	if seen != len(a.tiles) || seen < 100 {
		t.Errorf("%d tiles of %d are elsewhere", len(a.tiles)-seen, len(a.tiles))
	}
	about := Describe(s, layers, "")
	for i, v := range []float64{about.Bounds[0], about.Bounds[1], about.Bounds[2], about.Bounds[3]} {
		if !near(a.degrees(102+4*i), v) {
			t.Errorf("bounds: %v, want %v", a.degrees(102+4*i), v)
		}
	}
	if a.header[100] != 3 || a.header[101] != deepest || a.header[118] != byte(about.Center[2]) || !near(a.degrees(119), about.Center[0]) || !near(a.degrees(123), about.Center[1]) {
		t.Errorf("zooms and center: % x", a.header[100:])
	}
	if m := a.metadata; m["name"] != "Kota" || m["patok_release"] != "2026" || m["patok_revision"] != "5" || len(m["vector_layers"].([]any)) != len(about.VectorLayers) {
		t.Errorf("metadata: %v", a.metadata)
	}
}

// TestTheSameContentGivesTheSameBytes loads content in two orders, and makes
// the archive on one core and on all.
func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	rnd := geotest.Random(t)
	content := randomContent(rnd)
	first := made(t, Archive{Snapshot: index.New(content), Layers: allLayers, MaxZoom: 13})
	rnd.Shuffle(len(content.Assets), func(i, j int) {
		content.Assets[i], content.Assets[j] = content.Assets[j], content.Assets[i]
	})
	slices.Reverse(content.Areas)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !bytes.Equal(first, made(t, Archive{Snapshot: index.New(content), Layers: allLayers, MaxZoom: 13})) {
		t.Error("the bytes are others")
	}
}

// TestTilesThatAreAlikeAreKeptOnce looks at the tiles within one large area.
func TestTilesThatAreAlikeAreKeptOnce(t *testing.T) {
	area := randomArea(rand.New(rand.NewPCG(1, 1)), 1)
	area.Boundary = orb.MultiPolygon{{{{112, -7.9}, {112.3, -7.9}, {112.3, -7.6}, {112, -7.6}, {112, -7.9}}}}
	area.LabelPoint = orb.Point{112.15, -7.75}
	s := index.New(geo.Content{Revision: 1, Areas: []*geo.Area{area}})
	a := openArchive(t, made(t, Archive{Snapshot: s, Layers: []string{"kelurahan"}, MinZoom: 16, MaxZoom: 16}))
	if contents := a.uint64(88); len(a.tiles) < 3000 || contents > 20 || a.entries > len(a.tiles)/5 {
		t.Errorf("%d tiles in %d entries and %d contents", len(a.tiles), a.entries, contents)
	}
}

// TestAnArchiveThatIsNotMade leaves nothing behind.
func TestAnArchiveThatIsNotMade(t *testing.T) {
	folder := t.TempDir()
	s := index.New(randomContent(geotest.Random(t)))
	ctx, cancel := context.WithCancel(t.Context())
	for _, c := range []struct {
		name string
		Archive
		want func(error) bool
	}{
		{"canceled", Archive{Snapshot: s, Layers: allLayers, MaxZoom: 16, Progress: func(now ArchiveProgress) {
			if now.Zoom == 9 {
				cancel()
			}
		}}, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"nothing to draw", Archive{Snapshot: index.New(geo.Content{}), Layers: []string{"assets"}, MaxZoom: 16}, kind(geo.NotFound)},
		{"zooms the wrong way", Archive{Snapshot: s, Layers: allLayers, MinZoom: 5, MaxZoom: 4}, kind(geo.BadRequest)},
		{"no such zoom", Archive{Snapshot: s, Layers: allLayers, MaxZoom: 17}, kind(geo.BadRequest)},
	} {
		within := t.Context()
		if c.Progress != nil {
			within = ctx
		}
		c.Folder = folder
		if m, err := c.Make(within); m != nil || !c.want(err) {
			t.Errorf("%s: %v %v", c.name, m, err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v %v", c.name, left, err)
		}
	}
}

func kind(k geo.Kind) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*geo.Error](err)
		return ok && e.Kind == k
	}
}
