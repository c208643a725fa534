package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

// tileJSON describes the tiles of a list of layers (TileJSON 3.0.0).
func (s *Server) tileJSON(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	layers, err := tiles.ParseLayers(at, pathParam(r, "layers"))
	if err != nil {
		return err
	}
	_, join, err := s.tileQuery(r, at, layers)
	if err != nil {
		return err
	}
	document := tiles.Describe(at, layers, s.origin(r))
	if join != nil {
		document = document.Joined(join.Names)
	}
	document.Tiles[0] += tileAddress(r)
	return writeJSON(w, r, http.StatusOK, document)
}

// xyzTile answers a tile under its XYZ address: zoom, column, row.
func (s *Server) xyzTile(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if ext := pathParam(r, "ext"); ext != "mvt" && ext != "pbf" {
		return geo.NotFoundError("handlers.xyzTile")
	}
	return s.tile(w, r, at, pathParam(r, "layers"), pathParam(r, "x"), pathParam(r, "y"))
}

// collectionTile answers the same tile under its OGC API Tiles address: zoom,
// row, column.
func (s *Server) collectionTile(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	name := pathParam(r, "collection")
	if !isCollection(at, name) {
		return geo.NotFoundError("handlers.collectionTile")
	}
	return s.tile(w, r, at, name, pathParam(r, "col"), pathParam(r, "row"))
}

// tile answers a tile, from the cache at once, or else when its turn comes to be
// made.
func (s *Server) tile(w http.ResponseWriter, r *http.Request, at *index.Snapshot, list, x, y string) error {
	layers, err := tiles.ParseLayers(at, list)
	if err != nil {
		return err
	}
	filter, join, err := s.tileQuery(r, at, layers)
	if err != nil {
		return err
	}
	id, err := tiles.ParseTile(pathParam(r, "z"), x, y)
	if err != nil {
		return err
	}
	wanted, coding := tiles.Wanted{Snapshot: at, Layers: layers, ID: id, Filter: filter, Join: join}, tileCoding(r)
	tile, kept := s.Tiles.Kept(wanted, coding)
	if !kept {
		if tile, err = s.makeTile(r, wanted, coding); err != nil {
			return err
		}
	}
	writeTile(w, r, tile, coding)
	return nil
}

// tileQuery reads what of the layers a tile shows, and the figures that its areas
// are to be given, nil for none. What v says is for caches alone.
func (s *Server) tileQuery(r *http.Request, at *index.Snapshot, layers []string) (filter index.Filter, join *tiles.Join, err error) {
	if r.URL.RawQuery == "" {
		return filter, nil, nil
	}
	p, err := readParams(r, append([]string{"v", "type", "area"}, joinParams[:]...)...)
	if err != nil {
		return filter, nil, err
	}
	if filter.Area, err = p.area(); err != nil {
		return filter, nil, err
	}
	if filter.Types, err = p.types(at); err != nil {
		return filter, nil, err
	}
	if filter.Types != nil && !slices.Contains(layers, geo.AllAssets) {
		return filter, nil, unknownParameter("type")
	}
	join, err = s.tileJoin(r, p, layers)
	return filter, join, err
}

// types reads a list of asset types, which comes in order and without repetition;
// absent is all, and nil.
func (p params) types(at *index.Snapshot) ([]string, error) {
	text, given := p["type"]
	if !given {
		return nil, nil
	}
	list := strings.Split(text, ",")
	slices.Sort(list)
	list = slices.Compact(list)
	if slices.ContainsFunc(list, func(name string) bool { return at.Type(name) == nil }) {
		return nil, invalidParameter("type", "harus berisi jenis aset yang ada.", "must hold types of assets that there are.")
	}
	return list, nil
}

// tileAddress is the query that asks a tile for the same as r, "" for none.
func tileAddress(r *http.Request) string {
	asked := r.URL.Query()
	asked.Del("v")
	return withQuery("", asked)
}

// makeTile makes a tile that is not kept.
func (s *Server) makeTile(r *http.Request, wanted tiles.Wanted, coding tiles.Coding) (tiles.Tile, error) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	return s.Tiles.Tile(ctx, wanted, coding, func(ctx context.Context) (leave func(), err error) {
		at, err := s.gate.enter(ctx, interactive, clientOf(geo.Public, r))
		if err != nil {
			return nil, err
		}
		return at.leave, nil
	})
}

// tileCoding is the coding in which a tile is sent: of those that the client wants
// alike the one that packs best for the time it takes.
func tileCoding(r *http.Request) tiles.Coding {
	return tiles.Coding(chosenCoding(r, string(tiles.Zstd), string(tiles.Brotli), string(tiles.Gzip), string(tiles.Identity)))
}

// Header values that all tiles share; nobody changes them.
var (
	tileCaching = []string{"no-cache"}
	tileType    = []string{tiles.ContentType}
	tileCodings = map[tiles.Coding][]string{tiles.Gzip: {string(tiles.Gzip)}, tiles.Brotli: {string(tiles.Brotli)}, tiles.Zstd: {string(tiles.Zstd)}}
)

func writeTile(w http.ResponseWriter, r *http.Request, tile tiles.Tile, coding tiles.Coding) {
	h := w.Header()
	h["Cache-Control"], h["Vary"] = tileCaching, append(h["Vary"], "Accept-Encoding")
	if tile.Empty() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h["Etag"] = []string{tile.ETag}
	if notModified(r, tile.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if coding != tiles.Identity {
		h["Content-Encoding"] = tileCodings[coding]
	}
	h["Content-Type"], h["Content-Length"] = tileType, []string{strconv.Itoa(len(tile.Body))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(tile.Body)
	}
}

// style answers the MapLibre style of all layers for other map programs.
func (s *Server) style(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if _, err := readParams(r, "v"); err != nil {
		return err
	}
	if pathParam(r, "name") != "patok" {
		return geo.NotFoundError("handlers.style")
	}
	return writeJSON(w, r, http.StatusOK, tiles.Style(at, s.origin(r)))
}
