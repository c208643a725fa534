package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// auditStore is the log of who did or tried what.
type auditStore interface {
	// AuditLines lists lines, newest first, for those who administer everything.
	AuditLines(ctx context.Context, by geo.Principal, f geo.AuditFilter) ([]geo.AuditEntry, int64, error)
}

// auditLine is one line of the audit log.
type auditLine struct {
	ID      int64          `json:"id"`
	At      time.Time      `json:"at"`
	Actor   string         `json:"actor"`
	Action  string         `json:"action"`
	Target  string         `json:"target"`
	Detail  map[string]any `json:"detail"`
	Address string         `json:"address"`
}

// auditLog lists the audit log, newest first.
func (s *Server) auditLog(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.Clock()) {
		return &geo.Error{Kind: geo.Forbidden, Op: "handlers.auditLog", Message: geo.Text{
			ID: "Hanya administrator yang dapat membaca catatan audit.", EN: "Only an administrator may read the audit log."}}
	}
	before, limit, q, err := readPage(r, "actor", "action", "from", "until")
	if err != nil {
		return err
	}
	f := geo.AuditFilter{Actor: q["actor"], Action: q["action"], Before: before, Limit: limit}
	if f.From, err = q.time("from"); err != nil {
		return err
	}
	if f.Until, err = q.time("until"); err != nil {
		return err
	}
	entries, next, err := s.Store.AuditLines(r.Context(), p, f)
	if err != nil {
		return err
	}
	list := make([]auditLine, len(entries))
	for i, e := range entries {
		list[i] = auditLine{ID: e.ID, At: e.At.UTC(), Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Address: e.Address}
		if e.Detail == nil {
			list[i].Detail = map[string]any{}
		}
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"entries": list, "next": s.nextAfter(r, next)})
}
