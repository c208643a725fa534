package handlers

import (
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

func (s *Server) openapi(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	return writeJSON(w, r, http.StatusOK, map[string]any{})
}
