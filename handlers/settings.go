package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// settingBasemap is the setting's name in the store.
const settingBasemap = "basemap"

// settingsAge is how long a node goes on with the settings that it read.
const settingsAge = 5 * time.Second

type settingsInfo struct {
	Basemap *basemap `json:"basemap"`
}

// basemap is a raster map of somebody else's below our layers.
type basemap struct {
	URL         string `json:"url"` // with {z}, {x} and {y} in the order that the source has them
	Attribution string `json:"attribution"`
	MinZoom     int    `json:"min_zoom"`
	MaxZoom     int    `json:"max_zoom"`
	TileSize    int    `json:"tile_size"`
}

// settingsCache keeps the last settings read, also while the database is away.
type settingsCache struct {
	mu      sync.Mutex
	basemap *basemap
	read    time.Time
}

// basemap returns the base map of the city, nil for none. The page's policy
// and every session ask, so it is read at most every few seconds; when that
// fails the last one stands.
func (s *Server) basemap(ctx context.Context) *basemap {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	now := s.Clock()
	if now.Sub(s.settings.read) < settingsAge && now.Sub(s.settings.read) >= 0 {
		return s.settings.basemap
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	raw, err := s.Store.Setting(ctx, settingBasemap)
	s.settings.read = now // after a failure too: a page must not wait for a dead database each time
	if err != nil {
		s.Logger.Warn("settings not read", "error", err)
		return s.settings.basemap
	}
	var b *basemap
	if len(raw) > 0 && (json.Unmarshal(raw, &b) != nil || b != nil && len(b.problems()) > 0) {
		s.Logger.Warn("base map setting is not valid")
		b = nil
	}
	s.settings.basemap = b
	return b
}

// readSettings answers the settings that a page needs.
func (s *Server) readSettings(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, settingsInfo{Basemap: s.basemap(r.Context())})
}

// writeSettings changes them; the store decides who may.
func (s *Server) writeSettings(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	const op = "handlers.writeSettings"
	if err := noParams(r); err != nil {
		return err
	}
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.Clock()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator yang dapat mengubah setelan.", EN: "Only an administrator may change settings."}}
	}
	if err := contentType(r, typeJSON); err != nil {
		return err
	}
	members, err := readJSON(w, r, maxLoginBytes)
	if err != nil {
		return err
	}
	b, problems := readBasemap(members)
	if err := geo.InvalidFields(op, problems); err != nil {
		return err
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return geo.Wrap(op, err)
	}
	if err := s.Store.SetSetting(r.Context(), p, settingBasemap, raw); err != nil {
		return err
	}
	s.settings.mu.Lock()
	s.settings.basemap, s.settings.read = b, s.Clock()
	s.settings.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, r, http.StatusOK, settingsInfo{Basemap: b})
}

// readBasemap reads {"basemap": null | {…}} with exact names.
func readBasemap(members map[string]json.RawMessage) (*basemap, []geo.FieldError) {
	raw, given := members["basemap"]
	if !given || len(members) > 1 {
		return nil, []geo.FieldError{fieldProblem("/basemap", "required", "Isi hanya basemap.", "Give basemap only.")}
	}
	if string(raw) == "null" {
		return nil, nil
	}
	fields, err := object(raw)
	if err != nil {
		return nil, []geo.FieldError{fieldProblem("/basemap", "type", "Harus objek atau null.", "Must be an object or null.")}
	}
	b := &basemap{MaxZoom: 19, TileSize: 256}
	var problems []geo.FieldError
	targets := map[string]any{"url": &b.URL, "attribution": &b.Attribution, "min_zoom": &b.MinZoom, "max_zoom": &b.MaxZoom, "tile_size": &b.TileSize}
	for name, value := range fields {
		target, known := targets[name]
		if !known || json.Unmarshal(value, target) != nil || string(value) == "null" {
			problems = append(problems, fieldProblem("/basemap/"+name, "type", "Isian ini tidak dikenal atau salah jenisnya.", "Not known, or of the wrong type."))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return b, b.problems()
}

// plainHost is a host that can stand in a Content-Security-Policy: nothing in
// it can end the directive.
var plainHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$`)

// problems lists what is wrong with a base map.
func (b *basemap) problems() []geo.FieldError {
	var out []geo.FieldError
	u, err := url.Parse(b.URL)
	holds := strings.Contains(b.URL, "{z}") && strings.Contains(b.URL, "{x}") && strings.Contains(b.URL, "{y}")
	if err != nil || len(b.URL) > 500 || !holds || u.Scheme != "https" || u.User != nil || !plainHost.MatchString(u.Host) {
		out = append(out, fieldProblem("/basemap/url", "url", "Harus alamat https dengan {z}, {x} dan {y}.", "Must be an https address with {z}, {x} and {y}."))
	}
	if len(b.Attribution) > 300 || strings.TrimSpace(b.Attribution) == "" {
		out = append(out, fieldProblem("/basemap/attribution", "required", "Sebutkan sumber peta, paling panjang 300 huruf.", "Name the source, in at most 300 characters."))
	}
	if b.MinZoom < 0 || b.MaxZoom > 24 || b.MinZoom > b.MaxZoom {
		out = append(out, fieldProblem("/basemap/max_zoom", "range", "Zum harus 0 sampai 24.", "Zooms must be 0 to 24."))
	}
	if b.TileSize != 256 && b.TileSize != 512 {
		out = append(out, fieldProblem("/basemap/tile_size", "enum", "Harus 256 atau 512.", "Must be 256 or 512."))
	}
	return out
}

// origin is the base map's origin for the page's policy; empty without one.
func (b *basemap) origin() string {
	if b == nil {
		return ""
	}
	u, err := url.Parse(b.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
