package handlers

import (
	"context"
	"net/http"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

const patternBatch = "/api/batches/{batch}"

// The limits of lists of batches.
const (
	usualBatches  = 100
	maxBatches    = 1000
	maxBatchBytes = 64 << 10
)

// batchStore is the figures that go their way from the kelurahan to Dinsos.
type batchStore interface {
	// Batches lists the batches that f chooses and p may see, and counts them all.
	Batches(ctx context.Context, p geo.Principal, f indicator.BatchFilter) (list []*indicator.Batch, matched int, next int64, err error)
	// Batch reads one; NotFound for those who may not see it, its state alone for those who watch.
	Batch(ctx context.Context, p geo.Principal, id int64) (*indicator.Batch, error)
	// CountBatches counts what waits for p.
	CountBatches(ctx context.Context, p geo.Principal, today geo.Date) (indicator.BatchCounts, error)
	// Overview tells by area how far the figures of a source and period are.
	Overview(ctx context.Context, p geo.Principal, source string, period indicator.Period, area geo.Code) ([]*indicator.Glance, error)
	// OpenBatch makes the batch of an area, period and source, or its next edition.
	OpenBatch(ctx context.Context, p geo.Principal, n indicator.NewBatch) (*indicator.Batch, error)
	registryStore
	batchDecisionStore
	batchValueStore
	minutesStore
	reconciliationStore
}

// The words that choose among batches.
var (
	batchViews  = []string{"all", "check", "mine"}
	batchStates = []string{"all", "open", "closed", "waiting", "draft", "sent", "checking", "returned", "withdrawn"}
)

// batches answers a page of batches that the caller may see.
func (s *Server) batches(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	f, err := batchFilter(r)
	if err != nil {
		return err
	}
	list, matched, next, err := s.Store.Batches(r.Context(), p, f)
	if err != nil {
		return err
	}
	infos := make([]batchInfo, len(list))
	for i, b := range list {
		infos[i] = s.batchInfo(r, p, at, b)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"batches": infos, "matched": matched, "next": s.nextAfter(r, next)})
}

func batchFilter(r *http.Request) (f indicator.BatchFilter, err error) {
	q, err := readParams(r, "for", "state", "area", "source", "period", "limit", "cursor")
	if err != nil {
		return f, err
	}
	f.Source = q["source"]
	if f.For, err = q.oneOf("for", "all", batchViews); err != nil {
		return f, err
	}
	if f.State, err = q.oneOf("state", "all", batchStates); err != nil {
		return f, err
	}
	if f.State == "all" {
		f.State = ""
	}
	if f.Area, err = q.area(); err != nil {
		return f, err
	}
	if f.Period, err = q.period(); err != nil {
		return f, err
	}
	if f.Limit, err = q.limit("limit", usualBatches, maxBatches); err != nil {
		return f, err
	}
	f.After, err = q.cursor()
	return f, err
}

// period reads a period of figures; absent is every one.
func (p params) period() (indicator.Period, error) {
	text := p["period"]
	if text == "" {
		return "", nil
	}
	period, err := indicator.ParsePeriod(text)
	if err != nil {
		return "", invalidParameter("period", "harus seperti 2026, 2026-Q1, 2026-03 atau 2026-03-31.", "must be such as 2026, 2026-Q1, 2026-03 or 2026-03-31.")
	}
	return period, nil
}

// batchCounts answers what waits for the caller.
func (s *Server) batchCounts(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	counts, err := s.Store.CountBatches(r.Context(), p, geo.DateOf(s.cityTime(at)))
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, counts)
}

// batch answers one.
func (s *Server) batch(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	b, err := s.Store.Batch(r.Context(), p, id)
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}

// writeBatch answers with a batch, unless there is an error.
func (s *Server) writeBatch(w http.ResponseWriter, r *http.Request, status int, p geo.Principal, at *index.Snapshot, b *indicator.Batch, err error) error {
	if err != nil {
		return s.batchMoved(r, p, at, err)
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", s.origin(r)+"/api/batches/"+strconv.FormatInt(b.ID, 10))
	}
	return writePrivate(w, r, status, s.batchInfo(r, p, at, b))
}

// batchMoved shows, with the refusal of a version that is no longer the current
// one, the batch as it is now.
func (s *Server) batchMoved(r *http.Request, p geo.Principal, at *index.Snapshot, err error) error {
	if geo.KindOf(err) != geo.Stale {
		return err
	}
	id, pathErr := pathID(r, "batch")
	if pathErr != nil {
		return pathErr
	}
	b, readErr := s.Store.Batch(r.Context(), p, id)
	if readErr != nil {
		return readErr
	}
	return &refusal{status: http.StatusPreconditionFailed, slug: "stale", extra: map[string]any{"current": s.batchInfo(r, p, at, b)}, detail: asError(err).Message}
}

// openBatch makes a batch, or the next edition of a closed one.
func (s *Server) openBatch(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxBatchBytes)
	if err != nil {
		return err
	}
	n := indicator.NewBatch{AreaCode: needCode(f, "area_code"), Period: needPeriod(f, "period"), Source: need[string](f, "source"), Reason: valueOf(maybe[string](f, "reason"))}
	if err := f.done("handlers.openBatch"); err != nil {
		return err
	}
	b, err := s.Store.OpenBatch(r.Context(), p, n)
	return s.writeBatch(w, r, http.StatusCreated, p, at, b, err)
}

// needCode reads an area's code that must be there.
func needCode(f *fields, name string) geo.Code {
	if code := readCode(f, name); code != "" {
		return code
	}
	if raw := string(f.members[name]); raw == "" || raw == "null" || raw == `""` {
		f.bad(name, "required", "Wajib diisi.", "Required.")
	}
	return ""
}

// needPeriod reads a period that must be there.
func needPeriod(f *fields, name string) indicator.Period {
	text := need[string](f, name)
	if text == "" {
		return ""
	}
	period, err := indicator.ParsePeriod(text)
	if err != nil {
		f.bad(name, "period", asError(err).Message.ID, asError(err).Message.EN)
	}
	return period
}

// needDate reads a day that must be there.
func needDate(f *fields, name string) geo.Date {
	text := need[string](f, name)
	d, ok := geo.ParseDate(text)
	if text != "" && !ok {
		f.bad(name, "date", "Harus tanggal seperti 2026-12-31.", "Must be a date such as 2026-12-31.")
	}
	return d
}

// batchOverview answers how far each area is with the figures of a source and
// period.
func (s *Server) batchOverview(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "source", "period", "area")
	if err != nil {
		return err
	}
	period, err := q.period()
	if err != nil {
		return err
	}
	if period == "" || q["source"] == "" {
		return badRequest("handlers.batchOverview", "Sebut source dan period.", "Name source and period.")
	}
	area, err := q.area()
	if err != nil {
		return err
	}
	rows, err := s.Store.Overview(r.Context(), p, q["source"], period, area)
	if err != nil {
		return err
	}
	due, today := s.chosen(r.Context()).Figures.Due(q["source"], period), geo.DateOf(s.cityTime(at))
	infos := make([]glanceInfo, len(rows))
	for i, g := range rows {
		infos[i] = glanceInfoOf(g, due, today)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"source": q["source"], "period": period, "due": orNull(due), "rows": infos})
}
