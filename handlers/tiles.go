package handlers

import (
	"net/http"
	"slices"
	"strconv"

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
	join, err := s.tileJoin(r, layers)
	if err != nil {
		return err
	}
	document := tiles.Describe(at, layers, s.origin(r))
	if join != nil {
		document = document.Joined(join.Names, joinedTiles(r))
	}
	return writeJSON(w, r, http.StatusOK, document)
}

// xyzTile answers a tile under its XYZ address: zoom, column, row.
func (s *Server) xyzTile(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if !slices.Contains([]string{"mvt", "pbf"}, pathParam(r, "ext")) {
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

func (s *Server) tile(w http.ResponseWriter, r *http.Request, at *index.Snapshot, list, x, y string) error {
	layers, err := tiles.ParseLayers(at, list)
	if err != nil {
		return err
	}
	join, err := s.tileJoin(r, layers)
	if err != nil {
		return err
	}
	id, err := tiles.ParseTile(pathParam(r, "z"), x, y)
	if err != nil {
		return err
	}
	tile, err := s.Tiles.Tile(r.Context(), at, layers, index.Filter{}, id, join)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Encoding")
	if tile.Empty() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	body, etag := tile.Raw, tile.RawETag
	if len(tile.Gzip) > 0 && acceptsCoding(r, "gzip") {
		body, etag = tile.Gzip, tile.GzipETag
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if notModified(r, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", tiles.ContentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return nil
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
