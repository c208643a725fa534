package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// historyStore is what happened, and how it is brought back.
type historyStore interface {
	// History lists the versions of a feature, newest first; NotFound for those
	// who may not read all of it.
	History(ctx context.Context, p geo.Principal, collection string, id, before int64, limit int) (geo.History, error)
	// Revisions lists the revisions that touched what p may read.
	Revisions(ctx context.Context, p geo.Principal, f geo.RevisionFilter) (list []*geo.RevisionSummary, next int64, err error)
	// RevertArea brings a former version of an area back.
	RevertArea(ctx context.Context, p geo.Principal, e geo.Edit) (*geo.Area, error)
	// Undo takes back what a revision or somebody did.
	Undo(ctx context.Context, p geo.Principal, u geo.Undo) (geo.UndoReport, error)
}

// deedInfo is who made a revision, when and why.
type deedInfo struct {
	Revision   int64     `json:"revision"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
	ActorTitle string    `json:"actor_title"`
	ApprovedBy *string   `json:"approved_by"`
	Reason     string    `json:"reason"`
}

func deedOf(d geo.Deed) deedInfo {
	return deedInfo{Revision: d.Revision, At: d.At.UTC(), Actor: d.Actor, ActorTitle: d.ActorTitle, ApprovedBy: textOrNil(d.ApprovedBy), Reason: d.Reason}
}

type versionInfo struct {
	Version int64 `json:"version"`
	deedInfo
	Until   *time.Time      `json:"until"`
	Op      geo.Operation   `json:"op"`
	Current bool            `json:"current"`
	Changes []versionChange `json:"changes"`
	MovedM  *float64        `json:"moved_m"`
}

type versionChange struct {
	Field  string          `json:"field"`
	Label  string          `json:"label"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// history lists the versions of one feature, newest first.
func (s *Server) history(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	before, limit, _, err := readPage(r)
	if err != nil {
		return err
	}
	id, err := featureID(r)
	if err != nil {
		return err
	}
	h, err := s.Store.History(r.Context(), p, pathParam(r, "collection"), id, before, limit)
	if err != nil {
		return err
	}
	if err := s.noteHistory(r, p, at, h); err != nil {
		return err
	}
	versions := make([]versionInfo, len(h.Versions))
	for i, v := range h.Versions {
		versions[i] = versionOfFeature(v, language(r))
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"collection": h.Collection, "id": h.ID, "name": h.Name, "deleted": h.Deleted,
		"versions": versions, "next": s.nextAfter(r, h.Next)})
}

func versionOfFeature(v geo.Version, lang string) versionInfo {
	info := versionInfo{Version: v.Number, deedInfo: deedOf(v.Deed), Until: utcOrNil(v.Until), Op: v.Operation, Current: v.Current,
		Changes: make([]versionChange, len(v.Changes)), MovedM: v.MovedM}
	for i, c := range v.Changes {
		info.Changes[i] = versionChange{Field: c.Field, Label: c.Label.In(lang), Before: c.Before, After: c.After}
	}
	return info
}

type revisionInfo struct {
	deedInfo
	Kind   string        `json:"kind"`
	Counts opCounts      `json:"counts"`
	Items  []touchedInfo `json:"items"`
	More   int           `json:"more"` // how many it touched besides
}

// opCounts says how many features a revision touched; what it brought back
// counts as created.
type opCounts struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete"`
}

type touchedInfo struct {
	Collection string        `json:"collection"`
	ID         int64         `json:"id"`
	Name       string        `json:"name"`
	Op         geo.Operation `json:"op"`
	Version    int64         `json:"version"`
}

// revisions lists what was changed, by revision, newest first.
func (s *Server) revisions(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := revisionFilter(r)
	if err != nil {
		return err
	}
	list, next, err := s.Store.Revisions(r.Context(), p, f)
	if err != nil {
		return err
	}
	infos := make([]revisionInfo, len(list))
	for i, v := range list {
		n := v.Counts
		infos[i] = revisionInfo{deedInfo: deedOf(v.Deed), Kind: v.Kind, Items: make([]touchedInfo, len(v.Touched)),
			Counts: opCounts{Create: n[geo.Create] + n[geo.Restore], Update: n[geo.Update], Delete: n[geo.Delete]}}
		for j, t := range v.Touched {
			infos[i].Items[j] = touchedInfo{t.Collection, t.ID, t.Name, t.Operation, t.Version}
		}
		infos[i].More = infos[i].Counts.Create + infos[i].Counts.Update + infos[i].Counts.Delete - len(v.Touched)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"revisions": infos, "next": s.nextAfter(r, next)})
}

func revisionFilter(r *http.Request) (f geo.RevisionFilter, err error) {
	before, limit, q, err := readPage(r, "actor", "type", "area", "from", "until", "revision")
	if err != nil {
		return f, err
	}
	f = geo.RevisionFilter{Actor: q["actor"], Type: q["type"], Before: before, Limit: limit}
	if f.Area, err = q.area(); err != nil {
		return f, err
	}
	if f.From, err = q.time("from"); err != nil {
		return f, err
	}
	if f.Until, err = q.time("until"); err != nil {
		return f, err
	}
	if text, given := q["revision"]; given {
		f.Revision, err = strconv.ParseInt(text, 10, 64)
		if err != nil || f.Revision < 1 {
			return f, invalidParameter("revision", "harus nomor sebuah revisi.", "must be the number of a revision.")
		}
	}
	return f, nil
}

// maxRevertBytes is the largest body that names a version, or what to undo.
const maxRevertBytes = 8 << 10

// revert brings a former version of a feature back: of an asset as an edit like
// any other, of an area for those who administer there.
func (s *Server) revert() http.HandlerFunc {
	asset, area := s.edit(s.revertItem), s.member(s.revertArea)
	return func(w http.ResponseWriter, r *http.Request) {
		if geo.LevelOf(pathParam(r, "collection")) != 0 {
			area(w, r)
			return
		}
		asset(w, r)
	}
}

func (s *Server) revertItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbRevert)
	if err == nil {
		e.Version, err = versionBody(w, r)
	}
	return e, err
}

// versionBody reads which version shall come back.
func versionBody(w http.ResponseWriter, r *http.Request) (int64, error) {
	f, err := readFields(w, r, maxRevertBytes)
	if err != nil {
		return 0, err
	}
	version := need[int64](f, "version")
	return version, f.done("handlers.revert")
}

func (s *Server) revertArea(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	why, err := reason(r)
	if err != nil {
		return err
	}
	if err := noParams(r); err != nil {
		return err
	}
	e := geo.Edit{Verb: geo.VerbRevert, Type: pathParam(r, "collection"), Reason: why}
	if e.ID, err = featureID(r); err != nil {
		return err
	}
	current := int64(0)
	if a := at.Area(e.ID); a != nil {
		current = a.Version
	}
	if err := ifMatch(r, current, &e); err != nil {
		return err
	}
	if e.Version, err = versionBody(w, r); err != nil {
		return err
	}
	a, err := s.Store.RevertArea(r.Context(), p, e)
	if err != nil {
		return err
	}
	s.Follower.Wake()
	body := s.withLinks(r, appendArea(nil, a, true), e.Type, e.ID)
	w.Header().Set("Patok-Revision", strconv.FormatInt(a.Revision, 10))
	w.Header().Set("Cache-Control", "private, no-store, no-transform")
	writeFeature(w, r, http.StatusOK, etagOf(a.Version, body), body)
	return nil
}
