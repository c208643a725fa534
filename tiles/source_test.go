package tiles

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
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

// plain asks for a tile as it is.
func (c *Source) plain(t testing.TB, s *index.Snapshot, layers []string, id ID) Tile {
	t.Helper()
	tile, err := c.Tile(t.Context(), Wanted{Snapshot: s, Layers: layers, ID: id}, Identity, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

// unpack reads a coding with its usual reader.
func unpack(t *testing.T, coding Coding, b []byte) []byte {
	t.Helper()
	var from io.Reader = bytes.NewReader(b)
	var err error
	switch coding {
	case Gzip:
		from, err = gzip.NewReader(from)
	case Brotli:
		from = brotli.NewReader(from)
	case Zstd:
		from, err = zstd.NewReader(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(from)
	if err != nil {
		t.Fatalf("%s: %v", coding, err)
	}
	return raw
}

var codings = []Coding{Identity, Gzip, Brotli, Zstd}

func TestSource(t *testing.T) {
	ctx, c := t.Context(), newSource(t)
	s := index.New(randomContent(geotest.Random(t)))
	id := ID{8, 207, 133}
	want, tags := encode(t, s, allLayers, id), map[string]bool{}
	for _, coding := range codings {
		wanted := Wanted{Snapshot: s, Layers: allLayers, ID: id}
		if _, kept := c.Kept(wanted, coding); kept {
			t.Errorf("%s is kept before it was asked for", coding)
		}
		tile, err := c.Tile(ctx, wanted, coding, nil)
		if err != nil || !bytes.Equal(unpack(t, coding, tile.Body), want) {
			t.Errorf("%s is not the tile: %v", coding, err)
		}
		if again, kept := c.Kept(wanted, coding); !kept || &again.Body[0] != &tile.Body[0] {
			t.Errorf("%s is not kept", coding)
		}
		if !strings.HasPrefix(tile.ETag, `"`) || !strings.HasSuffix(tile.ETag, `"`) || tags[tile.ETag] {
			t.Errorf("the ETag of %s is %s", coding, tile.ETag)
		}
		tags[tile.ETag] = true
	}
	for _, coding := range codings {
		empty, err := c.Tile(ctx, Wanted{Snapshot: s, Layers: allLayers, ID: ID{8, 0, 0}}, coding, nil)
		if err != nil || !empty.Empty() || empty.ETag != "" {
			t.Error("an empty tile is not", empty, err)
		}
	}
	nowhere := Wanted{Snapshot: s, Layers: allLayers, ID: ID{8, 0, 256}}
	if _, err := c.Tile(ctx, nowhere, Gzip, nil); geo.KindOf(err) != geo.NotFound {
		t.Errorf("a tile that does not exist: %v", err)
	}
	if _, kept := c.Kept(nowhere, Gzip); kept {
		t.Error("a tile that does not exist is kept")
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Tile(gone, Wanted{Snapshot: s, Layers: allLayers, ID: ID{9, 415, 267}}, Gzip, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has gone: %v", err)
	}
	if n, size := c.Held(); n != 10 || size < int64(len(want)) {
		t.Errorf("%d tiles of %d bytes are held", n, size)
	}
}

func TestSourceFollowsTheSnapshot(t *testing.T) {
	c := newSource(t)
	s := index.New(randomContent(geotest.Random(t)))
	near, far := ID{14, 13288, 8547}, ID{14, 13000, 8000}
	p := index.Unproject(orb.Point{(float64(near.X) + 0.5) / (1 << 14), (float64(near.Y) + 0.5) / (1 << 14)})
	rt := []string{"rt"}
	first := c.plain(t, s, rt, near)
	c.plain(t, s, rt, far)
	next, _ := s.Apply([]geo.Revision{{Number: 6, Changes: []geo.Change{{Collection: "rt", ID: 9999,
		Asset: &geo.Asset{ID: 9999, Type: "rt", Version: 1, Point: &p}}}}})
	second := c.plain(t, next, rt, near)
	if first.ETag == second.ETag || decode(t, second.Body)["rt"].features[9999].kind != typePoint {
		t.Error("the new asset is not in the tile")
	}
	held, _ := c.Held()
	c.plain(t, next, rt, far)
	if now, _ := c.Held(); now != held {
		t.Error("a tile far from the change was made anew")
	}
	// Everything loaded anew at the same revision: nothing old may come back.
	reloaded := index.New(geo.Content{Epoch: "e", Revision: 6, Types: s.Types()})
	if !c.plain(t, reloaded, rt, near).Empty() {
		t.Error("a tile from before the reload came back")
	}
	if c.plain(t, s, rt, near).ETag != first.ETag {
		t.Error("the older snapshot gives another tile than before")
	}
}

// TestSourceIsBounded: what the cache holds stays below what it may.
func TestSourceIsBounded(t *testing.T) {
	const most = 50_000
	c, err := NewSource(most)
	if err != nil {
		t.Fatal(err)
	}
	s := index.New(randomContent(geotest.Random(t)))
	drawn := 0
	for _, id := range tilesOver(orb.Bound{Min: orb.Point{111.9, -7.9}, Max: orb.Point{112.1, -7.7}}, 13) {
		for _, coding := range codings {
			tile, err := c.Tile(t.Context(), Wanted{Snapshot: s, Layers: allLayers, ID: id}, coding, nil)
			if err != nil {
				t.Fatal(err)
			}
			drawn += len(tile.Body)
			if _, size := c.Held(); size > most {
				t.Fatalf("%d bytes are held", size)
			}
		}
	}
	if drawn < 2*most {
		t.Fatalf("%d bytes would fit", drawn)
	}
}

// TestStormOfOneTile: however many ask for a tile that is not kept, in whichever
// coding, it is drawn once, and each coding packed once by somebody with a place.
func TestSourceOfNoBytesKeepsNothing(t *testing.T) {
	c, err := NewSource(0)
	if err != nil {
		t.Fatal(err)
	}
	s, id := index.New(randomContent(geotest.Random(t))), ID{}
	if c.plain(t, s, []string{geo.AllAssets}, id).Empty() {
		t.Fatal("no tile")
	}
	if _, held := c.Kept(Wanted{Snapshot: s, Layers: []string{geo.AllAssets}, ID: id}, Identity); held {
		t.Error("a tile is kept")
	}
}

func TestStormOfOneTile(t *testing.T) {
	c, s := newSource(t), index.New(randomContent(geotest.Random(t)))
	wanted := Wanted{Snapshot: s, Layers: allLayers, ID: ID{8, 207, 133}}
	begin := make(chan struct{})
	var admitted atomic.Int64
	admit := func(context.Context) (func(), error) { admitted.Add(1); <-begin; return func() {}, nil }
	bodies := make([][]byte, 500)
	var group sync.WaitGroup
	for i := range bodies {
		group.Go(func() {
			tile, err := c.Tile(t.Context(), wanted, codings[i%len(codings)], admit)
			if err != nil {
				t.Error(err)
			}
			bodies[i] = tile.Body
		})
	}
	close(begin)
	group.Wait()
	for i, body := range bodies {
		if &body[0] != &bodies[i%len(codings)][0] {
			t.Fatalf("answer %d was made for itself", i)
		}
	}
	if n := admitted.Load(); n != int64(len(codings)) {
		t.Errorf("%d took a place for %d codings", n, len(codings))
	}
	if held, _ := c.Held(); held != len(codings)+1 {
		t.Errorf("%d tiles are held", held)
	}
}

// TestMakerLeaves: when who makes a tile goes away before their turn, the next who
// waits for it makes it.
func TestMakerLeaves(t *testing.T) {
	c, s := newSource(t), index.New(randomContent(geotest.Random(t)))
	wanted := Wanted{Snapshot: s, Layers: allLayers, ID: ID{8, 207, 133}}
	first, leave := context.WithCancel(t.Context())
	queued, ended := make(chan struct{}), make(chan error, 2)
	go func() {
		_, err := c.Tile(first, wanted, Gzip, func(ctx context.Context) (func(), error) {
			close(queued)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ended <- err
	}()
	<-queued
	go func() {
		tile, err := c.Tile(t.Context(), wanted, Gzip, nil)
		if tile.Empty() {
			err = errors.Join(err, errors.New("no tile"))
		}
		ended <- err
	}()
	leave()
	one, other := <-ended, <-ended
	if !errors.Is(errors.Join(one, other), context.Canceled) || (one != nil) == (other != nil) {
		t.Errorf("%v, %v", one, other)
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
			for i, id := range ids {
				coding := codings[i%len(codings)]
				tile, err := c.Tile(context.Background(), Wanted{Snapshot: s, Layers: allLayers, ID: id}, coding, nil)
				if err != nil || !bytes.Equal(unpack(t, coding, tile.Body), want[id]) {
					t.Errorf("%v: wrong bytes, %v", id, err)
				}
			}
		})
	}
	group.Wait()
}

// TestWarm: after it every tile down to the zoom comes from the cache.
func TestWarm(t *testing.T) {
	c, s := newSource(t), index.New(randomContent(geotest.Random(t)))
	warm := []Coding{Gzip, Zstd}
	if err := c.Warm(t.Context(), Wanted{Snapshot: s, Layers: allLayers}, 5, warm, nil); err != nil {
		t.Fatal(err)
	}
	found := 0
	for z := range 6 {
		for x := range 1 << z {
			for y := range 1 << z {
				wanted := Wanted{Snapshot: s, Layers: allLayers, ID: ID{z, x, y}}
				if len(encode(t, s, allLayers, wanted.ID)) == 0 {
					continue
				}
				for _, coding := range warm {
					if tile, kept := c.Kept(wanted, coding); !kept || tile.Empty() {
						t.Errorf("%v is not there as %s", wanted.ID, coding)
					}
				}
				found++
			}
		}
	}
	if found < 6 {
		t.Errorf("%d tiles hold something", found)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := newSource(t).Warm(gone, Wanted{Snapshot: s, Layers: allLayers}, 5, warm, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("for a server that ends: %v", err)
	}
}
