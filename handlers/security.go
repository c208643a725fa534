package handlers

import (
	"net/http"
	"strings"

	"github.com/patok-id/patok/geo"
)

// apiPolicy is the Content-Security-Policy of everything that is no page.
const apiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pagePolicy is the policy of the map page. host is the base map's origin, or
// empty.
func pagePolicy(host string) string {
	if host != "" {
		host = " " + host
	}
	return "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:" + host +
		"; font-src 'self'; connect-src 'self'" + host + "; manifest-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
}

// protect sets the headers that every answer carries.
func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Content-Security-Policy", apiPolicy)
		h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if s.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if publicRead(r) {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Expose-Headers", "ETag, Patok-Revision, Patok-Stale, Patok-As-Of, Content-Crs, Retry-After")
		}
		next.ServeHTTP(w, r)
	})
}

// publicRead reports whether pages of other sites may read the answer: what
// everybody gets alike, never what belongs to a log-in. With "*" a browser
// sends no cookie.
func publicRead(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
		return false
	}
	switch path := r.URL.Path; path {
	case "/api", "/api/", "/api/conformance", "/api/openapi.json", "/api/docs", "/api/types", "/api/collections",
		"/api/locate", "/api/nearest", "/api/search", "/api/summary", patternEvents:
		return true
	default:
		for _, folder := range []string{"/api/collections/", "/tiles/", "/styles/", "/fonts/", "/icons/"} {
			if strings.HasPrefix(path, folder) {
				return true
			}
		}
		return false
	}
}

// sameOrigin refuses changes that another site's page asks a browser for.
// Programs with a bearer token are let through: no browser adds one by itself.
func (s *Server) sameOrigin(r *http.Request) error {
	if r.Header.Get("Authorization") != "" || safe(r.Method) {
		return nil
	}
	if err := s.crossOrigin.Check(r); err != nil {
		return csrf("Permintaan ini datang dari situs lain.", "This request came from another site.")
	}
	_, err := r.Cookie(s.cookieName(r))
	if err == nil && r.URL.Path != "/api/session" && r.Header.Get("Patok-Request") != "1" {
		return csrf("Kepala Patok-Request: 1 diperlukan.", "The header Patok-Request: 1 is required.")
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

func csrf(id, en string) error {
	return &refusal{status: http.StatusForbidden, slug: "csrf", detail: geo.Text{ID: id, EN: en}}
}
