package handlers

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/patok-id/patok/geo"
)

// basemap is a raster map of somebody else's below our layers.
type basemap struct {
	URL         string `json:"url"` // with {z}, {x} and {y} in the order that the source has them
	Attribution string `json:"attribution"`
	MinZoom     int    `json:"min_zoom"`
	MaxZoom     int    `json:"max_zoom"`
	TileSize    int    `json:"tile_size"`
}

// readBasemap reads {"url","attribution","min_zoom"?,"max_zoom"?,"tile_size"?},
// or null for none.
func readBasemap(f *fields) *basemap {
	raw := maybe[json.RawMessage](f, "basemap")
	if raw == nil {
		return nil
	}
	members, err := object(*raw)
	if err != nil {
		f.bad("basemap", "type", "Harus objek atau null.", "Must be an object or null.")
		return nil
	}
	problems := len(*f.problems)
	in := f.inner("basemap", members)
	b := &basemap{URL: need[string](in, "url"), Attribution: need[string](in, "attribution"), MaxZoom: 19, TileSize: 256}
	for name, to := range map[string]*int{"min_zoom": &b.MinZoom, "max_zoom": &b.MaxZoom, "tile_size": &b.TileSize} {
		if in.has(name) {
			*to = need[int](in, name)
		}
	}
	in.unknown()
	if len(*f.problems) == problems {
		f.add(b.problems())
	}
	return b
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
