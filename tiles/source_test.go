package tiles

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func newSource(t testing.TB) *Source {
	t.Helper()
	c, err := NewSource(64 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSource(t *testing.T) {
	ctx, c := context.Background(), newSource(t)
	s := index.New(randomContent(geotest.Random(t)))
	id := ID{8, 207, 133}
	tile, err := c.Tile(ctx, s, allLayers, index.Filter{}, id, nil)
	if err != nil || !bytes.Equal(tile.Raw, encode(t, s, allLayers, id)) {
		t.Fatal("the source gives another tile than the encoder", err)
	}
	zipped, err := gzip.NewReader(bytes.NewReader(tile.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(zipped); err != nil || !bytes.Equal(raw, tile.Raw) {
		t.Error("the gzip bytes are not the tile", err)
	}
	if tile.RawETag == tile.GzipETag || !strings.HasPrefix(tile.RawETag, `"`) || !strings.HasSuffix(tile.GzipETag, `"`) {
		t.Errorf("ETags %s and %s", tile.RawETag, tile.GzipETag)
	}
	if again, _ := c.Tile(ctx, s, allLayers, index.Filter{}, id, nil); &again.Raw[0] != &tile.Raw[0] {
		t.Error("a tile was made twice")
	}
	if empty, err := c.Tile(ctx, s, allLayers, index.Filter{}, ID{8, 0, 0}, nil); err != nil || !empty.Empty() || empty.RawETag != "" {
		t.Error("an empty tile is not", empty, err)
	}
	if _, err := c.Tile(ctx, s, allLayers, index.Filter{}, ID{8, 0, 256}, nil); geo.KindOf(err) != geo.NotFound {
		t.Errorf("a tile that does not exist: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Tile(gone, s, allLayers, index.Filter{}, ID{9, 415, 267}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has gone: %v", err)
	}
	if n, size := c.Held(); n != 2 || size < int64(len(tile.Raw)) {
		t.Errorf("%d tiles of %d bytes are held", n, size)
	}
}

func TestSourceFollowsTheSnapshot(t *testing.T) {
	ctx, c := context.Background(), newSource(t)
	s := index.New(randomContent(geotest.Random(t)))
	near, far := ID{14, 13288, 8547}, ID{14, 13000, 8000}
	p := index.Unproject(orb.Point{(float64(near.X) + 0.5) / (1 << 14), (float64(near.Y) + 0.5) / (1 << 14)})
	first, _ := c.Tile(ctx, s, []string{"rt"}, index.Filter{}, near, nil)
	_, _ = c.Tile(ctx, s, []string{"rt"}, index.Filter{}, far, nil)
	next, _ := s.Apply([]geo.Revision{{Number: 6, Changes: []geo.Change{{Collection: "rt", ID: 9999,
		Asset: &geo.Asset{ID: 9999, Type: "rt", Version: 1, Point: &p}}}}})
	second, _ := c.Tile(ctx, next, []string{"rt"}, index.Filter{}, near, nil)
	if first.RawETag == second.RawETag || decode(t, second.Raw)["rt"].features[9999].kind != typePoint {
		t.Error("the new asset is not in the tile")
	}
	held, _ := c.Held()
	if _, _ = c.Tile(ctx, next, []string{"rt"}, index.Filter{}, far, nil); held != 3 {
		t.Errorf("%d tiles are held, want 3", held)
	}
	if now, _ := c.Held(); now != held {
		t.Error("a tile far from the change was made anew")
	}
	// Everything loaded anew at the same revision: nothing old may come back.
	reloaded := index.New(geo.Content{Epoch: "e", Revision: 6, Types: s.Types()})
	if tile, err := c.Tile(ctx, reloaded, []string{"rt"}, index.Filter{}, near, nil); err != nil || !tile.Empty() {
		t.Error("a tile from before the reload came back", err)
	}
	if old, _ := c.Tile(ctx, s, []string{"rt"}, index.Filter{}, near, nil); old.RawETag != first.RawETag {
		t.Error("the older snapshot gives another tile than before")
	}
}

func TestSourceIsSharedByMany(t *testing.T) {
	c, s := newSource(t), index.New(randomContent(geotest.Random(t)))
	want := map[ID][]byte{}
	ids := tilesOver(orb.Bound{Min: orb.Point{111.95, -7.85}, Max: orb.Point{112.05, -7.75}}, 12)
	for _, id := range ids {
		want[id] = encode(t, s, allLayers, id)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, id := range ids {
				tile, err := c.Tile(context.Background(), s, allLayers, index.Filter{}, id, nil)
				if err != nil || !bytes.Equal(tile.Raw, want[id]) {
					t.Errorf("%v: wrong bytes, %v", id, err)
				}
			}
		})
	}
	group.Wait()
}
