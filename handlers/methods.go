package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

// notFound answers for paths that no route has: a small page for people who
// mistyped, a problem for programs.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if prefersHTML(r) && safe(r.Method) && !strings.HasPrefix(r.URL.Path, "/api") && !strings.HasPrefix(r.URL.Path, "/tiles/") {
		s.page.missing(w, r)
		return
	}
	s.fail(w, r, geo.NotFoundError("handlers.notFound"))
}

// methodNotAllowed answers 405 with Allow, and OPTIONS.
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	p, err := s.principal(r)
	if err != nil {
		p = geo.Public // what may be done is then what everybody may do
	}
	allow := s.allowed(r, p)
	if r.Method == http.MethodOptions {
		s.options(w, r, allow)
		return
	}
	s.fail(w, r, notAllowed(allow))
}

// notAllowed is the refusal 405.
func notAllowed(allow []string) error {
	list := strings.Join(allow, ", ")
	return &refusal{status: http.StatusMethodNotAllowed, slug: "method-not-allowed", header: http.Header{"Allow": {list}}, detail: geo.Text{
		ID: "Alamat ini hanya menerima " + list + ".", EN: "This address takes " + list + " only."}}
}

// options answers OPTIONS: which methods this caller may use here, and for a
// page of another site that it may read.
func (s *Server) options(w http.ResponseWriter, r *http.Request, allow []string) {
	h := w.Header()
	h.Set("Allow", strings.Join(allow, ", "))
	h.Set("Cache-Control", "no-store")
	if slices.Contains(allow, http.MethodPatch) {
		h.Set("Accept-Patch", typeMergePatch)
	}
	if r.Header.Get("Access-Control-Request-Method") != "" && publicRead(r) {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, Last-Event-ID, "+minRevision)
		h.Set("Access-Control-Max-Age", "3600")
	}
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// allowed lists the methods that p may use on r's path, as things stand.
func (s *Server) allowed(r *http.Request, p geo.Principal) []string {
	path := r.URL.Path
	if r.URL.RawPath != "" {
		path = r.URL.RawPath
	}
	allow := []string{}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		matched := chi.NewRouteContext()
		if !s.routes.Match(matched, method, path) {
			continue
		}
		if method != http.MethodGet && !s.mayUse(matched, p) {
			continue
		}
		allow = append(allow, method)
		if method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	return append(allow, http.MethodOptions)
}

// mayUse reports whether p may use a changing method of the route matched.
func (s *Server) mayUse(matched *chi.Context, p geo.Principal) bool {
	collection := matched.URLParam("collection")
	switch {
	case collection == "" && matched.RoutePattern() == "/api/settings":
		return geo.Can(p, geo.ActionAdminister, geo.Target{}, s.Clock())
	case collection == "":
		return true
	case geo.LevelOf(collection) != 0:
		return matched.RoutePattern() == patternItem+"/revert" && s.mayAnywhere(p, geo.ActionAdminister, "")
	case s.Live.Snapshot().Type(collection) == nil:
		return false
	}
	return s.mayAnywhere(p, geo.ActionEdit, collection)
}
