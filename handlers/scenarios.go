package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// scenarioStore keeps questions of planning with their answers.
type scenarioStore interface {
	// Scenarios lists p's own and those shared with p, newest first, without results.
	Scenarios(ctx context.Context, p geo.Principal, before int64, limit int) (list []*geo.Scenario, next int64, err error)
	// Scenario reads one whole; NotFound for who may not see it.
	Scenario(ctx context.Context, p geo.Principal, id int64) (*geo.Scenario, error)
	// AddScenario keeps one of p's; Forbidden for who may not analyse its area.
	AddScenario(ctx context.Context, p geo.Principal, x geo.Scenario) (*geo.Scenario, error)
	// ChangeScenario changes name or sharing of p's own; Stale for an old version.
	ChangeScenario(ctx context.Context, p geo.Principal, id int64, change geo.ScenarioChange) (*geo.Scenario, error)
	// RemoveScenario deletes p's own, or an administrator's any.
	RemoveScenario(ctx context.Context, p geo.Principal, id int64) error
}

const patternScenario = "/api/scenarios/{scenario}"

// scenarioInfo is a scenario as it is answered; in lists without its result.
type scenarioInfo struct {
	ID        int64           `json:"id"`
	Name      string          `json:"name"`
	By        geo.Who         `json:"by"`
	Shared    bool            `json:"shared"`
	AreaCode  geo.Code        `json:"area_code"`
	Request   json.RawMessage `json:"request"`
	Result    json.RawMessage `json:"result,omitempty"`
	Revision  int64           `json:"revision"`
	CreatedAt time.Time       `json:"created_at"`
	ChangedAt time.Time       `json:"changed_at"`
	Version   int64           `json:"version"`
	Mine      bool            `json:"mine"`
}

func scenarioInfoOf(x *geo.Scenario, p geo.Principal) scenarioInfo {
	return scenarioInfo{ID: x.ID, Name: x.Name, By: x.By, Shared: x.Shared, AreaCode: x.AreaCode, Request: x.Request, Result: x.Result,
		Revision: x.Revision, CreatedAt: x.CreatedAt.UTC(), ChangedAt: x.ChangedAt.UTC(), Version: x.Version, Mine: x.By.ID == p.AccountID}
}

// scenarios lists one's own scenarios and those that are shared.
func (s *Server) scenarios(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	before, limit, _, err := readPage(r)
	if err != nil {
		return err
	}
	list, next, err := s.Store.Scenarios(r.Context(), p, before, limit)
	if err != nil {
		return err
	}
	infos := make([]scenarioInfo, len(list))
	for i, x := range list {
		infos[i] = scenarioInfoOf(x, p)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"scenarios": infos, "next": s.nextAfter(r, next)})
}

// createScenario answers a question and keeps both under a name.
func (s *Server) createScenario(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxQuestionBytes)
	if err != nil {
		return err
	}
	x := geo.Scenario{Name: readScenarioName(f, need[string](f, "name")), AreaCode: readCode(f, "area_code")}
	if shared := maybe[bool](f, "shared"); shared != nil {
		x.Shared = *shared
	}
	q := question{principal: p, at: at, now: s.Clock(), detail: true, language: language(r)}
	if of := f.object("request"); of != nil {
		q.coverageRequest = readQuestion(of, at)
		of.unknown()
		if q.Area != x.AreaCode {
			f.bad("area_code", "area", "Harus sama dengan wilayah pada request.", "Must be the area of the request.")
		}
	}
	if err := f.done("handlers.createScenario"); err != nil {
		return err
	}
	if err := s.mayAnalyse(p, x.AreaCode); err != nil {
		return err
	}
	if x.Result, err = s.computeNow(r, q); err != nil {
		return err
	}
	var told coverageResult
	if err := json.Unmarshal(x.Result, &told); err != nil {
		return geo.Wrap("handlers.createScenario", err)
	}
	x.Request, x.Revision = told.Request, told.Revision
	made, err := s.Store.AddScenario(r.Context(), p, x)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("%s/api/scenarios/%d", s.origin(r), made.ID))
	return writePrivate(w, r, http.StatusCreated, map[string]any{"scenario": scenarioInfoOf(made, p)})
}

// computeNow runs a question while its asker waits.
func (s *Server) computeNow(r *http.Request, q question) (json.RawMessage, error) {
	run, err := s.runs.start(r.Context(), clientOf(q.principal, r), s.compute(q))
	if err != nil {
		return nil, err
	}
	defer s.runs.forget(run)
	select {
	case <-run.ended:
		return run.result, run.err
	case <-r.Context().Done():
		run.stop()
		return nil, r.Context().Err()
	}
}

// readScenarioName checks a name.
func readScenarioName(f *fields, name string) string {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > geo.MaxScenarioNameRunes || !geo.Printable(name) {
		f.bad("name", "length", fmt.Sprintf("Wajib diisi, paling panjang %d huruf.", geo.MaxScenarioNameRunes),
			fmt.Sprintf("Needed, at most %d characters.", geo.MaxScenarioNameRunes))
	}
	return name
}

// readScenario reads the scenario that a path names.
func (s *Server) readScenario(r *http.Request, p geo.Principal) (*geo.Scenario, error) {
	if err := noParams(r); err != nil {
		return nil, err
	}
	id, err := pathID(r, "scenario")
	if err != nil {
		return nil, err
	}
	return s.Store.Scenario(r.Context(), p, id)
}

// scenario answers one with its result.
func (s *Server) scenario(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	x, err := s.readScenario(r, p)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, scenarioInfoOf(x, p))
}

// changeScenario renames one's own, or shares it.
func (s *Server) changeScenario(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := onlyID(r, "scenario")
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxQuestionBytes)
	if err != nil {
		return err
	}
	change := geo.ScenarioChange{Version: need[int64](f, "version"), Name: maybe[string](f, "name"), Shared: maybe[bool](f, "shared")}
	if change.Name != nil {
		*change.Name = readScenarioName(f, *change.Name)
	}
	if err := f.done("handlers.changeScenario"); err != nil {
		return err
	}
	x, err := s.Store.ChangeScenario(r.Context(), p, id, change)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, scenarioInfoOf(x, p))
}

// removeScenario deletes one.
func (s *Server) removeScenario(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "scenario")
	if err != nil {
		return err
	}
	if err := s.Store.RemoveScenario(r.Context(), p, id); err != nil {
		return err
	}
	return writeNothing(w)
}
