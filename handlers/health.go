package handlers

import (
	"net/http"
)

// readiness is what a load balancer and patok doctor ask.
type readiness struct {
	Ready    bool    `json:"ready"`
	Revision int64   `json:"revision"`
	Epoch    string  `json:"epoch"`
	LagS     float64 `json:"lag_s"`
}

// healthz answers that the process is alive.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	writeBody(w, r, http.StatusOK, "text/plain"+utf8Suffix, []byte("ok\n"))
}

// readyz answers whether this node shows what the database holds.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	at := s.Live.Snapshot()
	state := readiness{Ready: s.Follower.Ready(), Revision: at.Revision(), Epoch: at.Epoch(), LagS: s.Follower.Lag().Seconds()}
	status := http.StatusOK
	if !state.Ready {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	if err := writeJSON(w, r, status, state); err != nil {
		s.fail(w, r, err)
	}
}
