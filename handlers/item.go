package handlers

import (
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// item answers one feature. Those who may see more of an asset than the public
// get it from the store, everybody else from the snapshot. As of ?datetime=
// or ?release= it is what everybody could see, for all alike.
func (s *Server) item(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	const op = "handlers.item"
	params, err := readParams(r, append([]string{"datetime", "release"}, joinParams[:]...)...)
	if err != nil {
		return err
	}
	join, err := params.joinQuery()
	if err != nil {
		return err
	}
	when, err := params.when()
	if err != nil {
		return err
	}
	id, err := featureID(r)
	if err != nil {
		return err
	}
	if err := accepts(r, typeGeoJSON); err != nil {
		return err
	}
	collection := pathParam(r, "collection")
	level := geo.LevelOf(collection)
	if join != nil && level == 0 {
		return unknownParameter("indicators")
	}
	if when != nil {
		return s.itemAsOf(w, r, at, featureKey{collection, id}, when, join)
	}
	if level != 0 {
		area := at.Area(id)
		if area == nil || area.Level != level {
			return geo.NotFoundError(op)
		}
		var figures *indicator.Figures
		if join != nil {
			if figures, err = s.joinedFor(w, r, join, level); err != nil {
				return err
			}
		}
		body := s.withLinks(r, appendJoined(nil, area, figures), collection, id)
		writeFeature(w, r, http.StatusOK, etagOf(area.Version, body), body)
		return nil
	}
	a, v, err := s.assetFor(r, p, at, id)
	if err != nil {
		return err
	}
	if collection != geo.AllAssets && collection != a.Type {
		return geo.NotFoundError(op)
	}
	if err := s.noteReading(r, p, at, a); err != nil {
		return err
	}
	s.writeAsset(w, r, http.StatusOK, at, a, v)
	return nil
}

// assetFor returns the asset with this id in the fullest view that p has.
// What p may not see is NotFound.
func (s *Server) assetFor(r *http.Request, p geo.Principal, at *index.Snapshot, id int64) (*geo.Asset, view, error) {
	published := at.Asset(id)
	if !p.Anonymous() && (published == nil || s.may(p, geo.ActionReadFull, published)) {
		a, err := s.Store.Asset(r.Context(), p, id)
		if err == nil {
			return a, s.viewFor(p, a), nil
		}
		if k := geo.KindOf(err); k != geo.NotFound && (published == nil || k != geo.Unavailable) {
			return nil, public, err
		}
	}
	if published == nil {
		return nil, public, geo.NotFoundError("handlers.assetFor")
	}
	return published, public, nil
}

// writeAsset answers with one asset as a Feature with links and a strong ETag.
func (s *Server) writeAsset(w http.ResponseWriter, r *http.Request, status int, at *index.Snapshot, a *geo.Asset, v view) {
	body := s.withLinks(r, appendAsset(nil, at, a, v), a.Type, a.ID)
	if v != public || !safe(r.Method) {
		w.Header().Set("Cache-Control", "private, no-store, no-transform")
	}
	writeFeature(w, r, status, etagOf(a.Version, body), body)
}

// withLinks puts the links of a single feature at its end.
func (s *Server) withLinks(r *http.Request, body []byte, collection string, id int64) []byte {
	body = member(body[:len(body)-1], "links")
	now := link{Href: s.itemURL(r, collection, id), Rel: "self", Type: typeGeoJSON, Title: "This feature"}
	links := []link{now, {Href: s.collectionURL(r, collection), Rel: "collection", Type: typeJSON, Title: collection}}
	if asked := r.URL.Query(); asked.Has("datetime") {
		links[0].Href = withQuery(now.Href, asked)
		now.Rel, now.Title = "latest-version", "This feature as it is now"
		links = append(links, now)
	}
	return append(appendLinks(body, links), '}')
}

// writeFeature answers one feature. It is never compressed on the way: a proxy
// that did would weaken the ETag, and every If-Match would fail after it.
func writeFeature(w http.ResponseWriter, r *http.Request, status int, etag string, body []byte) {
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Content-Crs", "<"+crs84+">")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache, no-transform")
	}
	h.Add("Vary", "Authorization, Cookie")
	if safe(r.Method) && notModified(r, etag) {
		h.Add("Vary", "Accept, Accept-Encoding, Accept-Language")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeBody(w, r, status, typeGeoJSON+utf8Suffix, body)
}
