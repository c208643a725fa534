package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

// progressStore is how far the kelurahan are.
type progressStore interface {
	// Progress tells how far the kelurahan of an area are that p may watch, by type.
	Progress(ctx context.Context, p geo.Principal, area geo.Code, typ string) ([]*geo.Progress, error)
	// SetGoals changes targets and due days, all or none, and counts those that changed.
	SetGoals(ctx context.Context, p geo.Principal, goals []geo.GoalChange) (changed int, err error)
	// DeclareProgress says that a type is complete in a kelurahan, or that there is none.
	DeclareProgress(ctx context.Context, p geo.Principal, area geo.Code, typ string, d geo.Declaration) (*geo.Progress, error)
	// ConfirmProgress agrees to what was declared, or takes that back.
	ConfirmProgress(ctx context.Context, p geo.Principal, area geo.Code, typ string, confirmed bool) (*geo.Progress, error)
	// Audit appends a line to the audit log.
	Audit(ctx context.Context, e geo.AuditEntry) error
}

// progressInfo is one row of the progress.
type progressInfo struct {
	AreaCode     geo.Code         `json:"area_code"`
	AreaName     string           `json:"area_name"`
	District     string           `json:"district"`
	Type         string           `json:"type"`
	Target       *int             `json:"target"`
	Registered   int              `json:"registered"`
	Placed       int              `json:"placed"`
	Confirmed    int              `json:"confirmed"`
	Returned     int              `json:"returned"`
	Waiting      int              `json:"waiting"`
	LastActivity *time.Time       `json:"last_activity"`
	Due          *geo.Date        `json:"due"`
	Declared     *geo.Declaration `json:"declared"`
	DeclaredBy   string           `json:"declared_by"`
	DeclaredAt   *time.Time       `json:"declared_at"`
	ConfirmedBy  string           `json:"confirmed_by"`
	ConfirmedAt  *time.Time       `json:"confirmed_at"`
	Late         bool             `json:"late"`
	Done         bool             `json:"done"`
	PIC          []picInfo        `json:"pic"`
}

type picInfo struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

func progressInfoOf(row *geo.Progress, today geo.Date) progressInfo {
	info := progressInfo{AreaCode: row.AreaCode, AreaName: row.AreaName, District: row.District, Type: row.Type, Target: row.Target,
		Registered: row.Registered, Placed: row.Placed, Confirmed: row.Confirmed, Returned: row.Returned, Waiting: row.Waiting,
		LastActivity: utcOrNil(row.LastActivity), Due: row.Due, DeclaredBy: row.DeclaredBy, DeclaredAt: utcOrNil(row.DeclaredAt),
		ConfirmedBy: row.ConfirmedBy, ConfirmedAt: utcOrNil(row.ConfirmedAt), Late: row.Late(today), Done: row.Done(), PIC: []picInfo{}}
	if row.Declared != "" {
		info.Declared = &row.Declared
	}
	for _, who := range row.PIC {
		info.PIC = append(info.PIC, picInfo{Name: who.Name, Title: who.Title})
	}
	return info
}

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// cityTime is now on the clock of the place on the map.
func (s *Server) cityTime(at *index.Snapshot) time.Time {
	lon := 112.0
	if bound, ok := at.Extent(geo.LevelKelurahan.Collection()); ok {
		lon = bound.Center().Lon()
	}
	return s.Clock().In(geo.ZoneAt(lon))
}

// readProgress reads the rows that a request asks for.
func (s *Server) readProgress(r *http.Request, p geo.Principal) ([]*geo.Progress, error) {
	q, err := readParams(r, "area", "type")
	if err != nil {
		return nil, err
	}
	area, err := q.area()
	if err != nil {
		return nil, err
	}
	return s.Store.Progress(r.Context(), p, area, q["type"])
}

// progress answers how far the kelurahan are that the caller may watch, and
// which of them they may declare, confirm, or set a target for.
func (s *Server) progress(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	rows, err := s.readProgress(r, p)
	if err != nil {
		return err
	}
	now := s.cityTime(at)
	infos, types := make([]progressInfo, len(rows)), []string{}
	declare, confirm := []geo.Code{}, []geo.Code{}
	add := func(list *[]geo.Code, action geo.Action, row *geo.Progress) {
		if n := len(*list); (n == 0 || (*list)[n-1] != row.AreaCode) && geo.Can(p, action, geo.Target{Area: row.AreaCode, Type: row.Type}, now) {
			*list = append(*list, row.AreaCode)
		}
	}
	for i, row := range rows {
		infos[i] = progressInfoOf(row, geo.DateOf(now))
		add(&declare, geo.ActionEdit, row)
		add(&confirm, geo.ActionReview, row)
		if !slices.Contains(types, row.Type) {
			types = append(types, row.Type)
		}
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return writeJSON(w, r, http.StatusOK, map[string]any{"as_of": now.UTC().Format(time.RFC3339), "rows": infos, "types": types,
		"may": map[string]any{"declare": declare, "confirm": confirm, "target": s.mayAnywhere(p, geo.ActionAdminister, "")}})
}

const typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// progressCSV answers the progress as a CSV file.
func (s *Server) progressCSV(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	return s.exportProgress(w, r, p, at, "csv", typeCSV, exchange.WriteCSV)
}

// progressXLSX answers the progress as a workbook.
func (s *Server) progressXLSX(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	return s.exportProgress(w, r, p, at, "xlsx", typeXLSX, exchange.WriteXLSX)
}

func (s *Server) exportProgress(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot,
	extension, mediaType string, write func(io.Writer, exchange.Table) error) error {
	rows, err := s.readProgress(r, p)
	if err != nil {
		return err
	}
	if err := accepts(r, mediaType); err != nil {
		return err
	}
	now := s.cityTime(at)
	var body bytes.Buffer
	if err := write(&body, progressTable(at, rows, now)); err != nil {
		return geo.Wrap("handlers.exportProgress", err)
	}
	err = s.Store.Audit(r.Context(), geo.AuditEntry{Actor: p.Actor(), Action: "export", Target: "progress." + extension,
		Detail: map[string]any{"rows": len(rows), "area": r.URL.Query().Get("area"), "type": r.URL.Query().Get("type")}, Address: clientAddress(r)})
	if err != nil {
		return err // what is not in the log does not leave
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="kemajuan-%s.%s"`, geo.DateOf(now), extension))
	writeBody(w, r, http.StatusOK, mediaType, body.Bytes())
	return nil
}

// progressTarget reads the kelurahan and the type of the path. What cannot be
// one is NotFound.
func progressTarget(r *http.Request) (geo.Code, string, error) {
	area, err := geo.ParseCode(pathParam(r, "area"))
	if err != nil || area.Level() != geo.LevelKelurahan {
		return "", "", geo.NotFoundError("handlers.progressTarget")
	}
	return area, pathParam(r, "type"), nil
}

// readMember reads a body that is {"name": …} and nothing else.
func readMember(w http.ResponseWriter, r *http.Request, name string) (json.RawMessage, error) {
	if err := noParams(r); err != nil {
		return nil, err
	}
	if err := contentType(r, typeJSON); err != nil {
		return nil, err
	}
	members, err := readJSON(w, r, maxLoginBytes)
	if err != nil {
		return nil, err
	}
	if raw, given := members[name]; given && len(members) == 1 {
		return raw, nil
	}
	return nil, geo.InvalidFields("handlers.readMember", []geo.FieldError{fieldProblem("/"+name, "required", "Isi hanya "+name+".", "Give "+name+" only.")})
}

// declareProgress takes a PIC's word that a type is complete, or that there is none.
func (s *Server) declareProgress(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	area, typ, err := progressTarget(r)
	if err != nil {
		return err
	}
	raw, err := readMember(w, r, "declared")
	if err != nil {
		return err
	}
	var d geo.Declaration
	if json.Unmarshal(raw, &d) != nil || d != geo.Complete && d != geo.NoneHere && string(raw) != "null" {
		return geo.InvalidFields("handlers.declareProgress", []geo.FieldError{
			fieldProblem("/declared", "enum", "Harus complete, none atau null.", "Must be complete, none or null.")})
	}
	row, err := s.Store.DeclareProgress(r.Context(), p, area, typ, d)
	return s.writeProgress(w, r, at, row, err)
}

// confirmProgress takes a reviewer's word that what was declared is so.
func (s *Server) confirmProgress(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	area, typ, err := progressTarget(r)
	if err != nil {
		return err
	}
	raw, err := readMember(w, r, "confirmed")
	if err != nil {
		return err
	}
	if string(raw) != "true" && string(raw) != "false" {
		return geo.InvalidFields("handlers.confirmProgress", []geo.FieldError{
			fieldProblem("/confirmed", "type", "Harus true atau false.", "Must be true or false.")})
	}
	row, err := s.Store.ConfirmProgress(r.Context(), p, area, typ, string(raw) == "true")
	return s.writeProgress(w, r, at, row, err)
}

func (s *Server) writeProgress(w http.ResponseWriter, r *http.Request, at *index.Snapshot, row *geo.Progress, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return writeJSON(w, r, http.StatusOK, progressInfoOf(row, geo.DateOf(s.cityTime(at))))
}
