package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/planning"
)

// walkwayStore is the walking network.
type walkwayStore interface {
	// WalkwaysMark stands for the network that is loaded; 0 when there is none.
	WalkwaysMark(ctx context.Context) (int64, error)
	// Walkways reads the network and its mark.
	Walkways(ctx context.Context) ([]orb.LineString, int64, error)
}

// asker answers everybody as whom they are: a question that is sent by POST and
// changes nothing is also for who may only read.
func (s *Server) asker(h action) http.HandlerFunc {
	return s.answer(h, func(r *http.Request) (geo.Principal, error) {
		p, err := s.principal(r)
		p.ReadOnly = false
		return p, err
	})
}

// mayAnalyse refuses who may not analyse an area.
func (s *Server) mayAnalyse(p geo.Principal, area geo.Code) error {
	switch {
	case geo.Can(p, geo.ActionAnalyse, geo.Target{Area: area}, s.Clock()):
		return nil
	case p.Anonymous():
		return notLoggedIn("handlers.mayAnalyse")
	}
	return &geo.Error{Kind: geo.Forbidden, Op: "handlers.mayAnalyse", Message: geo.Text{
		ID: "Anda tidak berwenang menganalisis wilayah ini.", EN: "You may not analyse this area."}}
}

// question is a coverageRequest with who asks, and what of.
type question struct {
	coverageRequest
	principal geo.Principal
	at        *index.Snapshot
	now       time.Time
	detail    bool // who asks may see what is below the kelurahan
	language  string
}

// readCoverage reads the question of a body, and refuses what who asks may not
// know: figures and sites are for who may analyse the area.
func (s *Server) readCoverage(r *http.Request, p geo.Principal, at *index.Snapshot, f *fields) (question, error) {
	q := question{coverageRequest: readQuestion(f, at), principal: p, at: at, now: s.Clock(), language: language(r)}
	if err := f.done("handlers.readCoverage"); err != nil {
		return q, err
	}
	err := s.mayAnalyse(p, q.Area)
	q.detail = err == nil
	if q.Demand.By == byIndicator || q.Sites != nil {
		return q, err
	}
	return q, nil
}

// compute is the run of a question.
func (s *Server) compute(q question) compute {
	return func(ctx context.Context, told func(float64)) (result json.RawMessage, err error) {
		defer func() { // a request's panic is caught by edge; this is nobody's request
			if v := recover(); v != nil {
				s.metrics.panics.Inc()
				err = fmt.Errorf("a computation panicked: %v\n%s", v, debug.Stack())
			}
		}()
		answer, err := s.answerQuestion(ctx, q, told)
		if err != nil {
			return nil, err
		}
		return marshal(answer)
	}
}

func (s *Server) answerQuestion(ctx context.Context, q question, told planning.Progress) (*coverageResult, error) {
	catalog := s.Figures.Catalog()
	g, err := gather(ctx, q.coverageRequest, q.at, catalog, catalog.For(q.principal, q.now), q.now)
	if err != nil {
		return nil, err
	}
	if g.figures != nil {
		q.Demand.Period = g.figures.Period
	}
	ways := planning.Ways{Detour: q.Detour}
	if q.Network {
		if ways.Network, err = s.network.get(ctx, s.Store); err != nil {
			return nil, err
		}
	}
	first, second := told, planning.Progress(nil)
	if q.Sites != nil {
		first, second = told.Part(0, 0.3), told.Part(0.3, 1)
	}
	c, err := planning.Cover(ctx, g.demand, g.supply, g.norm, ways, first)
	if err != nil {
		return nil, err
	}
	result := tellCoverage(g, c, q.at, q.detail)
	if result.Request, err = marshal(q.coverageRequest); err != nil {
		return nil, err
	}
	result.noteCoverage(q.coverageRequest, g, c, q.language)
	if q.Sites != nil {
		stepM, err := result.site(ctx, q.coverageRequest, g, q.at, ways, second)
		if err != nil {
			return nil, err
		}
		result.noteSites(q.coverageRequest, stepM, q.language)
	}
	return result, nil
}

// walkways holds the walking network of a mark, made when it is first asked for.
type walkways struct {
	mu      sync.Mutex
	mark    int64
	network *planning.Network
}

// get returns the network that is loaded now; Invalid when there is none.
func (w *walkways) get(ctx context.Context, store walkwayStore) (*planning.Network, error) {
	mark, err := store.WalkwaysMark(ctx)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if mark != w.mark {
		lines, mark, err := store.Walkways(ctx)
		if err != nil {
			return nil, err
		}
		w.mark, w.network = mark, nil
		if len(lines) > 0 {
			w.network = planning.NewNetwork(lines)
		}
	}
	if w.network == nil {
		return nil, geo.InvalidFields("handlers.network", []geo.FieldError{fieldProblem("/network", "none", "Jaringan jalan belum dimuat.", "No walking network is loaded.")})
	}
	return w.network, nil
}

// coverage answers a question of planning: at once where that is soon done, and
// else with the address of its run.
func (s *Server) coverage(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxQuestionBytes)
	if err != nil {
		return err
	}
	q, err := s.readCoverage(r, p, at, f)
	if err != nil {
		return err
	}
	run, err := s.runs.start(r.Context(), clientOf(p, r), s.compute(q))
	if err != nil {
		return err
	}
	soon := time.NewTimer(runSoon)
	defer soon.Stop()
	select {
	case <-run.ended:
		s.runs.forget(run)
		if run.err != nil {
			return run.err
		}
		return writePrivate(w, r, http.StatusOK, run.result)
	case <-r.Context().Done(): // nobody waits for it
		run.stop()
		s.runs.forget(run)
		return r.Context().Err()
	case <-soon.C:
	}
	w.Header().Set("Location", s.origin(r)+"/api/coverage/"+run.id)
	return writePrivate(w, r, http.StatusAccepted, map[string]any{"id": run.id, "progress": run.share()})
}

// runInfo is how far a run is.
type runInfo struct {
	ID       string          `json:"id"`
	State    runState        `json:"state"`
	Progress float64         `json:"progress"`
	Result   json.RawMessage `json:"result"` // null until it is done
	Detail   string          `json:"detail"` // why it failed
}

// coverageRun answers how far one's own run is, and its result.
func (s *Server) coverageRun(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	run, state, err := s.runs.find(clientOf(p, r), pathParam(r, "run"))
	if err != nil {
		return err
	}
	info := runInfo{ID: run.id, State: state, Progress: run.share()}
	switch state {
	case runDone:
		info.Result, info.Progress = run.result, 1
	case runFailed:
		if asError(run.err).Kind == geo.Internal {
			s.Logger.Error("a computation failed", "request", requestID(r), "run", run.id, "error", run.err)
		}
		info.Detail = asError(run.err).Message.In(language(r))
	}
	return writePrivate(w, r, http.StatusOK, info)
}

// stopCoverage ends one's own run, and forgets its result.
func (s *Server) stopCoverage(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	run, _, err := s.runs.find(clientOf(p, r), pathParam(r, "run"))
	if err != nil {
		return err
	}
	run.stop()
	return writeNothing(w)
}
