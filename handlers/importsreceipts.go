package handlers

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// receiptInfo is the receipt of an import. Of a list's, report holds the counts
// alone.
type receiptInfo struct {
	ID       int64      `json:"id"`
	What     string     `json:"what"`
	File     string     `json:"file"`
	SHA256   string     `json:"sha256"`
	By       *geo.Who   `json:"by"`
	At       time.Time  `json:"at"`
	Report   importInfo `json:"report"`
	UndoneAt *time.Time `json:"undone_at"`
	CanUndo  bool       `json:"can_undo"`
}

func receiptInfoOf(c geo.Receipt, whole bool, lang string) (receiptInfo, error) {
	var report indicator.ImportReport
	if err := json.Unmarshal(c.Report, &report); err != nil {
		return receiptInfo{}, geo.Wrap("handlers.receiptInfoOf", err)
	}
	report.Receipt, report.Revision = c.ID, c.Revision
	if !whole {
		report.Verdicts, report.Batches, report.Differences = nil, nil, nil
	}
	return receiptInfo{ID: c.ID, What: c.What, File: c.File, SHA256: hex.EncodeToString(c.SHA256), By: c.By, At: c.At,
		Report: importInfoOf(report, lang), UndoneAt: c.UndoneAt, CanUndo: c.CanUndo}, nil
}

// receipts answers a page of the caller's imports, newest first.
func (s *Server) receipts(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	before, limit, _, err := readPage(r)
	if err != nil {
		return err
	}
	list, next, err := s.Store.Receipts(r.Context(), p, before, limit)
	if err != nil {
		return err
	}
	infos := make([]receiptInfo, len(list))
	for i, c := range list {
		if infos[i], err = receiptInfoOf(c, false, language(r)); err != nil {
			return err
		}
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"imports": infos, "next": s.nextAfter(r, next)})
}

// receipt answers one import with all that it said.
func (s *Server) receipt(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := onlyID(r, "import")
	if err != nil {
		return err
	}
	c, err := s.Store.Receipt(r.Context(), p, id)
	if err != nil {
		return err
	}
	info, err := receiptInfoOf(c, true, language(r))
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, info)
}

// undoImport takes back what an import did.
func (s *Server) undoImport(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := onlyID(r, "import")
	if err != nil {
		return err
	}
	why, err := reason(r)
	if err != nil {
		return err
	}
	done, err := s.Store.UndoImport(r.Context(), p, id, why)
	if err != nil {
		return err
	}
	s.Follower.Wake()
	w.Header().Set("Patok-Revision", strconv.FormatInt(done.Revision, 10))
	return writePrivate(w, r, http.StatusOK, map[string]any{"undone": done.Undone, "kept": done.Kept, "revision": done.Revision})
}
