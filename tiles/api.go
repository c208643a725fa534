// Package tiles makes Mapbox Vector Tiles 2.1 from a snapshot.
package tiles

import (
	"context"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// MaxZoom is the deepest zoom: there every point stands alone.
const MaxZoom = 16

// ContentType is the media type of a tile.
const ContentType = "application/vnd.mapbox-vector-tile"

// ID names a tile in the XYZ scheme: column X from the west, row Y from the
// north.
type ID struct{ Z, X, Y int }

// ParseTile reads a tile's numbers: plain digits, no sign, no leading zero.
// Whatever names no tile is NotFound.
func ParseTile(z, x, y string) (ID, error) { return ID{}, nil }

// ParseLayers reads a comma list of layers: collections, and label layers such
// as kelurahan_label (which come with their level's collection anyway). An
// unknown one is NotFound, a repeated one or more than 16 is BadRequest.
func ParseLayers(s *index.Snapshot, list string) ([]string, error) { return nil, nil }

// Encode makes a tile of layers. It returns nil when the tile is empty.
func Encode(s *index.Snapshot, layers []string, id ID) ([]byte, error) { return nil, nil }

// Tile is an encoded tile in both codings with their strong ETags (quoted).
// All of an empty tile's members are empty.
type Tile struct {
	Raw, Gzip         []byte
	RawETag, GzipETag string
}

// Empty reports whether nothing lies in the tile.
func (t Tile) Empty() bool { return len(t.Raw) == 0 }

// Source answers tiles from snapshots through a cache.
type Source struct{}

// NewSource returns a source whose cache holds at most maxBytes of tiles.
func NewSource(maxBytes int) (*Source, error) { return &Source{}, nil }

// Tile returns a tile of snapshot s. The same tile is never made twice at the
// same time. The bytes are shared: nobody changes them.
func (c *Source) Tile(ctx context.Context, s *index.Snapshot, layers []string, id ID) (Tile, error) {
	return Tile{}, nil
}

// TileJSON is a TileJSON 3.0.0 document.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Version      string        `json:"version"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	Center       [3]float64    `json:"center"`
	Attribution  string        `json:"attribution,omitempty"`
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes one layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// Describe returns the TileJSON of layers; baseURL is the server's origin
// without a slash at the end.
func Describe(s *index.Snapshot, layers []string, baseURL string) TileJSON { return TileJSON{} }

// Style returns a MapLibre style of every layer for other map programs.
func Style(s *index.Snapshot, baseURL string) map[string]any { return nil }

var _ geo.Kind // the errors above are *geo.Error
