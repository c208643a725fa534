package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/patok-id/patok/geo"
)

// Ops returns the handler of the operators' listener: /metrics, /healthz,
// /readyz and /digests. It has no log-in: it must not be reachable by the
// public.
func (s *Server) Ops() http.Handler {
	r := chi.NewRouter()
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, geo.NotFoundError("handlers.Ops")) })
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, notAllowed([]string{http.MethodGet}))
	})
	r.Get("/metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP)
	r.Get("/healthz", s.healthz)
	r.Get("/readyz", s.readyz)
	r.Get("/digests", s.digests)
	return r
}

// digestsInfo is what this node holds, for comparison with the database.
type digestsInfo struct {
	Epoch       string                `json:"epoch"`
	Revision    int64                 `json:"revision"`
	Ready       bool                  `json:"ready"`
	Check       string                `json:"check,omitempty"` // what its trees and maps disagree on
	Collections map[string]geo.Digest `json:"collections,omitempty"`
	Collection  string                `json:"collection,omitempty"`
	Digests     map[int64]int64       `json:"digests,omitempty"` // id → digest
}

// digests answers count and sum per collection, or with ?collection= the
// digest of each of its features.
func (s *Server) digests(w http.ResponseWriter, r *http.Request) {
	p, err := readParams(r, "collection")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	at := s.Live.Snapshot()
	info := digestsInfo{Epoch: at.Epoch(), Revision: at.Revision(), Ready: s.Follower.Ready()}
	if name, one := p["collection"]; one {
		info.Collection, info.Digests = name, at.DigestList(name)
		if info.Digests == nil {
			s.fail(w, r, geo.NotFoundError("handlers.digests"))
			return
		}
	} else {
		info.Collections = at.Digests()
		if err := at.Check(); err != nil {
			info.Check = err.Error()
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if err := writeJSON(w, r, http.StatusOK, info); err != nil {
		s.fail(w, r, err)
	}
}
