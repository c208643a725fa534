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

// exposed are the headers that pages of other sites may read.
const exposed = "ETag, Patok-Revision, Patok-Stale, Patok-As-Of, Content-Crs, Retry-After"

// protect sets the headers that every answer carries. Their values are shared
// by all answers: whoever wants another sets one, and changes none.
func (s *Server) protect(next http.Handler) http.Handler {
	noSniff, policy := []string{"nosniff"}, []string{apiPolicy}
	secure, everybody, readable := []string{"max-age=31536000"}, []string{"*"}, []string{exposed}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"], h["Content-Security-Policy"] = noSniff, policy
		if s.secure(r) {
			h["Strict-Transport-Security"] = secure
		}
		if publicRead(r) {
			h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = everybody, readable
		}
		next.ServeHTTP(w, r)
	})
}

// protectDocument sets the headers of what a browser opens as a page of its own.
func protectDocument(h http.Header) {
	if strings.HasPrefix(h.Get("Content-Type"), typeHTML) {
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
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
