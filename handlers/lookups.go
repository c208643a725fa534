package handlers

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// The sizes of the lists for people.
const (
	nearestLimit, maxNearest = 10, 100
	searchLimit, maxSearch   = 10, 50
	maxNearestCollections    = 16
)

// locate answers the areas that contain a point, from provinsi down.
func (s *Server) locate(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	p, err := readParams(r, "lon", "lat")
	if err != nil {
		return err
	}
	point, err := p.lonLat()
	if err != nil {
		return err
	}
	if err := accepts(r, typeGeoJSON); err != nil {
		return err
	}
	areas := at.Locate(point)
	buffer := s.buffers.get()
	defer s.buffers.put(buffer)
	b := s.beginList(*buffer, s.selfLink(r), len(areas), len(areas))
	for _, a := range areas {
		b = appendArea(nextFeature(b), a, false)
	}
	*buffer = endList(b)
	writeBody(w, r, http.StatusOK, typeGeoJSON+utf8Suffix, *buffer)
	return nil
}

// nearest answers the assets that are nearest to a point.
func (s *Server) nearest(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	p, err := readParams(r, "lon", "lat", "collection", "limit")
	if err != nil {
		return err
	}
	point, err := p.lonLat()
	if err != nil {
		return err
	}
	limit, err := p.limit("limit", nearestLimit, maxNearest)
	if err != nil {
		return err
	}
	collections := []string{geo.AllAssets}
	if list, given := p["collection"]; given {
		if collections = strings.Split(list, ","); len(collections) > maxNearestCollections {
			return invalidParameter("collection", "terlalu panjang.", "names too many.")
		}
	}
	if err := accepts(r, typeGeoJSON); err != nil {
		return err
	}
	neighbors, err := at.Nearest(point, collections, limit)
	if err != nil {
		return err
	}
	buffer := s.buffers.get()
	defer s.buffers.put(buffer)
	b, features := s.beginList(*buffer, s.selfLink(r), -1, len(neighbors)), newFeatureWriter(at)
	for i := range neighbors {
		b = features.asset(nextFeature(b), neighbors[i].Asset, public, &neighbors[i].DistanceM)
	}
	*buffer = endList(b)
	writeBody(w, r, http.StatusOK, typeGeoJSON+utf8Suffix, *buffer)
	return nil
}

func (s *Server) selfLink(r *http.Request) []link {
	return []link{{Href: withQuery(s.origin(r)+r.URL.EscapedPath(), r.URL.Query()), Rel: "self", Type: typeGeoJSON}}
}

// searchResult is a line of the search box.
type searchResult struct {
	Collection string          `json:"collection"`
	ID         int64           `json:"id"`
	Name       string          `json:"name"`
	Context    string          `json:"context"`
	Point      json.RawMessage `json:"point"`
	BBox       json.RawMessage `json:"bbox"`
	Type       *string         `json:"type"`
}

// search finds areas and assets by name or code.
func (s *Server) search(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	p, err := readParams(r, "q", "limit")
	if err != nil {
		return err
	}
	q, err := p.search()
	if err != nil {
		return err
	}
	limit, err := p.limit("limit", searchLimit, maxSearch)
	if err != nil {
		return err
	}
	w, leave, err := s.admit(w, r, geo.Public, interactive)
	if err != nil {
		return err
	}
	defer leave()
	results := []searchResult{}
	if q != "" {
		hits, err := at.Search(r.Context(), q, limit)
		if err != nil {
			return err
		}
		for _, h := range hits {
			results = append(results, resultOf(at, h, language(r)))
		}
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"results": results})
}

func resultOf(at *index.Snapshot, h index.Hit, lang string) searchResult {
	if a := h.Area; a != nil {
		result := searchResult{Collection: a.Level.Collection(), ID: a.ID, Name: a.Name, Context: areaContext(at, a)}
		if len(a.Boundary) > 0 {
			result.Point, result.BBox = appendPosition(nil, a.LabelPoint), appendBound(nil, a.Bound())
		}
		return result
	}
	a := h.Asset
	result := searchResult{Collection: a.Type, ID: a.ID, Name: a.Name, Type: &a.Type}
	parts := []string{}
	if t := at.Type(a.Type); t != nil {
		parts = append(parts, t.Label.In(lang))
	}
	if area := at.AreaByCode(a.AreaCode); area != nil {
		parts = append(parts, area.Name)
	}
	result.Context = strings.Join(parts, " · ")
	if a.Point != nil {
		result.Point = appendPosition(nil, *a.Point)
	}
	return result
}

// areaContext says where an area lies, by its parent.
func areaContext(at *index.Snapshot, a *geo.Area) string {
	parent := at.AreaByCode(a.ParentCode)
	switch {
	case a.ParentCode == "" || parent == nil:
		return string(a.Code)
	case parent.Level == geo.LevelKecamatan && !strings.HasPrefix(parent.Name, "Kec"):
		return "Kec. " + parent.Name
	}
	return parent.Name
}

// summary counts the assets of an area, exactly.
func (s *Server) summary(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	p, err := readParams(r, "area")
	if err != nil {
		return err
	}
	area, err := p.area()
	if err != nil {
		return err
	}
	counts, areas := at.Summary(area)
	if counts == nil {
		counts = []index.Count{}
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"revision": at.Revision(), "as_of": at.CommittedAt().UTC().Format(time.RFC3339Nano), "counts": counts, "areas": areas,
	})
}

// types answers the registry, in the order of forms and legends.
func (s *Server) types(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	list := at.Types()
	if list == nil {
		list = []*geo.AssetType{}
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"types": list})
}

// doubts lists the assets that somebody should look at and the caller may read fully.
func (s *Server) doubts(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "limit", "cursor")
	if err != nil {
		return err
	}
	limit, err := q.limit("limit", geo.DefaultLimit, 1000)
	if err != nil {
		return err
	}
	after, err := q.cursor()
	if err != nil {
		return err
	}
	if err := accepts(r, typeGeoJSON); err != nil {
		return err
	}
	assets, next, err := s.Store.Doubts(r.Context(), p, after, limit)
	if err != nil {
		return err
	}
	if err := s.noteReading(r, p, at, assets...); err != nil {
		return err
	}
	links := s.selfLink(r)
	if next != 0 {
		query := r.URL.Query()
		query.Set("cursor", cursorAfter(next))
		links = append(links, link{Href: withQuery(s.origin(r)+"/api/doubts", query), Rel: "next", Type: typeGeoJSON})
	}
	b, features := s.beginList(nil, links, -1, len(assets)), newFeatureWriter(at)
	for _, a := range assets {
		b = features.asset(nextFeature(b), a, s.viewFor(p, a), nil)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	writeBody(w, r, http.StatusOK, typeGeoJSON+utf8Suffix, endList(b))
	return nil
}
