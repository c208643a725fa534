package tiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/maypok86/otter/v2"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// ContentType is the media type of a tile.
const ContentType = "application/vnd.mapbox-vector-tile"

// Wanted says which tile.
type Wanted struct {
	Snapshot *index.Snapshot
	Layers   []string // what ParseLayers has read
	ID       ID
	Filter   index.Filter
	Join     *Join // nil for no figures
}

// Tile is the bytes of a tile in one coding, with their strong ETag (quoted).
// An empty tile has neither. The bytes are shared: nobody changes them.
type Tile struct {
	Body []byte
	ETag string
}

// Empty reports whether nothing lies in the tile.
func (t Tile) Empty() bool { return len(t.Body) == 0 }

// Admit waits for a place to make a tile in; leave gives it back.
type Admit func(ctx context.Context) (leave func(), err error)

// Source answers tiles from snapshots through a cache. Each coding of a tile is
// made once, when it is first asked for, and kept by itself: what nobody asks for
// again is what goes when memory is short. A tile as it was drawn is kept too, for
// the next coding. Drawing it anew takes less time than unpacking it.
type Source struct {
	cache    *otter.Cache[key, Tile]
	encoders sync.Pool // of *Encoder
	coders   *coders
}

// key is what a tile is made from. Two snapshots with the same key hold the
// same content of the tile, see Snapshot.TileRevision.
type key struct {
	lineage  uint64
	layers   string
	filter   string // "" for everything
	join     string // what figures were joined, "" for none
	id       ID
	revision int64
	coding   Coding // "" for the tile as it was drawn, which has no ETag
}

// keptBeside is about what the cache itself needs per entry.
const keptBeside = 300

// NewSource returns a source whose cache holds about maxBytes of tiles.
func NewSource(maxBytes int) (*Source, error) {
	cache, err := otter.New(&otter.Options[key, Tile]{
		MaximumWeight: uint64(max(1, maxBytes)), // otter takes no 0; a tile weighs more than 1
		Weigher: func(k key, t Tile) uint32 {
			return uint32(len(t.Body) + len(k.layers) + len(k.filter) + len(k.join) + keptBeside)
		},
		Executor: func(work func()) { work() }, // no goroutine that nobody waits for
	})
	if err != nil {
		return nil, geo.Wrap("tiles.NewSource", err)
	}
	coders, err := newCoders()
	if err != nil {
		return nil, geo.Wrap("tiles.NewSource", err)
	}
	return &Source{cache: cache, coders: coders, encoders: sync.Pool{New: func() any { return NewEncoder() }}}, nil
}

// Kept returns a tile if the cache holds it in this coding. It draws and packs
// nothing. A tile that does not exist is not held.
func (c *Source) Kept(w Wanted, coding Coding) (Tile, bool) {
	if !w.ID.Valid() {
		return Tile{}, false
	}
	return c.cache.GetIfPresent(keyOf(w, coding))
}

// Tile returns a tile in a coding. What the cache does not hold is made when
// admit gives a place for it; nil gives one at once. The same is never made twice
// at the same time: who comes second waits for the first, or for ctx. A tile that
// does not exist is NotFound.
func (c *Source) Tile(ctx context.Context, w Wanted, coding Coding, admit Admit) (Tile, error) {
	if !w.ID.Valid() {
		return Tile{}, geo.NotFoundError("tiles.Tile")
	}
	tile, err := c.cache.Get(ctx, keyOf(w, coding), otter.LoaderFunc[key, Tile](func(ctx context.Context, k key) (Tile, error) {
		if admit != nil {
			leave, err := admit(ctx)
			if err != nil {
				return Tile{}, err
			}
			defer leave()
		}
		return c.make(ctx, w, k)
	}))
	if err != nil && ctx.Err() != nil {
		return Tile{}, ctx.Err()
	}
	return tile, geo.Wrap("tiles.Tile", err)
}

func keyOf(w Wanted, coding Coding) key {
	k := key{lineage: w.Snapshot.Lineage(), layers: w.Layers[0], filter: w.Filter.Key(), join: w.Join.key(), id: w.ID, coding: coding}
	if len(w.Layers) > 1 {
		k.layers = strings.Join(w.Layers, ",")
	}
	for _, layer := range w.Layers {
		k.revision = max(k.revision, w.Snapshot.TileRevision(layer, w.ID.Z, w.ID.X, w.ID.Y))
	}
	return k
}

// make draws the tile, unless another coding's maker has or does, and packs it.
// Whoever calls it has a place: who draws never waits for one.
func (c *Source) make(ctx context.Context, w Wanted, k key) (Tile, error) {
	drawn := k
	drawn.coding = ""
	raw, err := c.cache.Get(ctx, drawn, otter.LoaderFunc[key, Tile](func(context.Context, key) (Tile, error) {
		return c.draw(w)
	}))
	if err != nil || raw.Empty() {
		return Tile{}, err
	}
	body, err := c.coders.pack(raw.Body, k.coding)
	if err != nil {
		return Tile{}, err
	}
	return Tile{Body: body, ETag: etag(body)}, nil
}

func (c *Source) draw(w Wanted) (Tile, error) {
	e := c.encoders.Get().(*Encoder)
	defer c.encoders.Put(e)
	raw, err := e.encode(w.Snapshot, w.Layers, w.Filter, w.ID, w.Join)
	return Tile{Body: raw}, err
}

// etag is the strong validator of these very bytes, so each coding has its own
// (RFC 9110 section 8.8.3).
func etag(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// Held reports what the cache holds, for /metrics: tiles in all their codings,
// and bytes.
func (c *Source) Held() (tiles int, size int64) {
	return c.cache.EstimatedSize(), int64(c.cache.WeightedSize())
}
