package tiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/maypok86/otter/v2"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// ContentType is the media type of a tile.
const ContentType = "application/vnd.mapbox-vector-tile"

// Tile is an encoded tile in both codings with their strong ETags (quoted).
// All members of an empty tile are empty.
type Tile struct {
	Raw, Gzip         []byte
	RawETag, GzipETag string
}

// Empty reports whether nothing lies in the tile.
func (t Tile) Empty() bool { return len(t.Raw) == 0 }

// Source answers tiles from snapshots through a cache.
type Source struct {
	cache    *otter.Cache[key, Tile]
	encoders sync.Pool // of *encoder
	zippers  sync.Pool // of *gzip.Writer
}

// key is what a tile is made from. Two snapshots with the same key hold the
// same content of the tile, see Snapshot.TileRevision.
type key struct {
	lineage  uint64
	layers   string
	filter   string // index.Filter's Key
	join     string // what figures were joined, "" for none
	id       ID
	revision int64
}

// keptBeside is about what the cache itself needs per tile.
const keptBeside = 300

// NewSource returns a source whose cache holds about maxBytes of tiles.
func NewSource(maxBytes int) (*Source, error) {
	cache, err := otter.New(&otter.Options[key, Tile]{
		MaximumWeight: uint64(max(1, maxBytes)), // otter wants one; nothing fits into 1
		Weigher: func(k key, t Tile) uint32 {
			return uint32(len(t.Raw) + len(t.Gzip) + len(k.layers) + len(k.filter) + len(k.join) + keptBeside)
		},
		Executor: func(work func()) { work() }, // no goroutine that nobody waits for
	})
	if err != nil {
		return nil, geo.Wrap("tiles.NewSource", err)
	}
	return &Source{
		cache:    cache,
		encoders: sync.Pool{New: func() any { return newEncoder() }},
		zippers: sync.Pool{New: func() any {
			w, _ := gzip.NewWriterLevel(nil, gzipLevel) // the level is a good one
			return w
		}},
	}, nil
}

// gzipLevel packs tiles about as small as 6 does, in less time.
const gzipLevel = 5

// Tile returns a tile of what the filter selects of snapshot s, with join's
// figures unless it is nil. The same tile is never made twice at the same time:
// who comes second waits for the first, or for ctx. The bytes are shared: nobody
// changes them. A tile that does not exist is NotFound.
func (c *Source) Tile(ctx context.Context, s *index.Snapshot, layers []string, filter index.Filter, id ID, join *Join) (Tile, error) {
	if !id.Valid() {
		return Tile{}, geo.NotFoundError("tiles.Tile")
	}
	k := key{lineage: s.Lineage(), layers: strings.Join(layers, ","), filter: filter.Key(), join: join.key(), id: id}
	for _, layer := range layers {
		k.revision = max(k.revision, s.TileRevision(layer, id.Z, id.X, id.Y))
	}
	tile, err := c.cache.Get(ctx, k, otter.LoaderFunc[key, Tile](func(context.Context, key) (Tile, error) {
		return c.render(s, layers, filter, id, join)
	}))
	if err != nil && ctx.Err() != nil {
		return Tile{}, ctx.Err()
	}
	return tile, geo.Wrap("tiles.Tile", err)
}

func (c *Source) render(s *index.Snapshot, layers []string, filter index.Filter, id ID, join *Join) (Tile, error) {
	e := c.encoders.Get().(*encoder)
	defer c.encoders.Put(e)
	raw, err := e.encode(s, layers, filter, id, join)
	if err != nil || len(raw) == 0 {
		return Tile{}, err
	}
	zipped, err := c.zip(raw)
	if err != nil {
		return Tile{}, err
	}
	return Tile{Raw: raw, Gzip: zipped, RawETag: etag(raw), GzipETag: etag(zipped)}, nil
}

func (c *Source) zip(raw []byte) ([]byte, error) {
	w := c.zippers.Get().(*gzip.Writer)
	defer c.zippers.Put(w)
	var out bytes.Buffer
	out.Grow(len(raw)/2 + 64)
	w.Reset(&out)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(out.Bytes()), nil
}

// etag is the strong validator of these very bytes, so each coding has its own
// (RFC 9110 section 8.8.3).
func etag(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// Held reports what the cache holds, for /metrics: tiles and bytes.
func (c *Source) Held() (tiles int, size int64) {
	return c.cache.EstimatedSize(), int64(c.cache.WeightedSize())
}
