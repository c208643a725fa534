package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// undoInfo is what became of an undo.
type undoInfo struct {
	DryRun bool `json:"dry_run"`
	Undone struct {
		Deleted  int `json:"deleted"`
		Reverted int `json:"reverted"`
		Restored int `json:"restored"`
	} `json:"undone"`
	Kept      []keptInfo `json:"kept"`
	KeptTotal int        `json:"kept_total"`
	Revision  *int64     `json:"revision"`
}

type keptInfo struct {
	Collection string `json:"collection"`
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Why        string `json:"why"`
}

// undo takes back a revision, or what somebody did in a time, as one new
// revision. With ?dry_run=true it tells what it would do.
func (s *Server) undo(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	q, err := readParams(r, "dry_run")
	if err != nil {
		return err
	}
	dry, err := q.flag("dry_run")
	if err != nil {
		return err
	}
	u, err := readUndo(w, r)
	if err != nil {
		return err
	}
	u.DryRun = dry
	report, err := s.Store.Undo(r.Context(), p, u)
	if err != nil {
		return err
	}
	info := undoInfo{DryRun: report.DryRun, Kept: make([]keptInfo, len(report.Kept)), KeptTotal: report.KeptTotal}
	info.Undone.Deleted, info.Undone.Reverted, info.Undone.Restored = report.Deleted, report.Reverted, report.Restored
	for i, k := range report.Kept {
		info.Kept[i] = keptInfo{k.Collection, k.ID, k.Name, k.Why.In(language(r))}
	}
	if report.Revision != 0 {
		s.Follower.Wake()
		info.Revision = &report.Revision
		w.Header().Set("Patok-Revision", strconv.FormatInt(report.Revision, 10))
	}
	return writePrivate(w, r, http.StatusOK, info)
}

// readUndo reads what shall be undone: a revision, or an actor from a time until
// another.
func readUndo(w http.ResponseWriter, r *http.Request) (geo.Undo, error) {
	var u geo.Undo
	f, err := readFields(w, r, maxRevertBytes)
	if err != nil {
		return u, err
	}
	u.Type, u.Area = valueOf(maybe[string](f, "type")), readCode(f, "area")
	u.Reason = strings.TrimSpace(need[string](f, "reason"))
	f.add(geo.CheckReason(u.Reason))
	if f.has("revision") {
		if u.Revision = need[int64](f, "revision"); u.Revision < 1 {
			f.bad("revision", "range", "Harus nomor sebuah revisi.", "Must be the number of a revision.")
		}
		return u, f.done("handlers.readUndo")
	}
	u.Actor, u.From, u.Until = need[string](f, "actor"), need[time.Time](f, "from"), need[time.Time](f, "until")
	if u.Until.Before(u.From) {
		f.bad("until", "range", "Berakhir sebelum mulai.", "Ends before it begins.")
	}
	return u, f.done("handlers.readUndo")
}
