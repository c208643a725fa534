package handlers

import (
	"context"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// reconciliationStore is what is told against what is counted.
type reconciliationStore interface {
	// Reconciliation lists the differences in figures that p may read.
	Reconciliation(ctx context.Context, p geo.Principal, area geo.Code, period indicator.Period, of indicator.Sum) ([]indicator.Task, error)
}

// reconciliationKinds are the sums that told numbers are held against.
var reconciliationKinds = []string{"all", string(indicator.OfPoints), string(indicator.OfChildren), string(indicator.OfParts)}

type taskInfo struct {
	AreaCode   geo.Code         `json:"area_code"`
	AreaName   string           `json:"area_name"`
	Place      indicator.Place  `json:"place"`
	Kind       indicator.Sum    `json:"kind"`
	Source     string           `json:"source"`
	Period     indicator.Period `json:"period"`
	Indicator  string           `json:"indicator"`
	Told       float64          `json:"told"`
	Counted    float64          `json:"counted"`
	Difference float64          `json:"difference"`
	Note       string           `json:"note"`
	Batch      int64            `json:"batch"`
}

// reconciliation answers a page of differences that people should look at.
func (s *Server) reconciliation(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	after, limit, q, err := readPage(r, "area", "period", "kind")
	if err != nil {
		return err
	}
	area, err := q.area()
	if err != nil {
		return err
	}
	period, err := q.period()
	if err != nil {
		return err
	}
	kind, err := q.oneOf("kind", "all", reconciliationKinds)
	if err != nil {
		return err
	}
	if kind == "all" {
		kind = ""
	}
	tasks, err := s.Store.Reconciliation(r.Context(), p, area, period, indicator.Sum(kind))
	if err != nil {
		return err
	}
	start := int(min(after, int64(len(tasks))))
	end := min(start+limit, len(tasks))
	rows := make([]taskInfo, 0, end-start)
	for _, t := range tasks[start:end] {
		rows = append(rows, taskInfo{AreaCode: t.Batch.AreaCode, AreaName: t.Batch.AreaName, Place: t.Place, Kind: t.Of, Source: t.Batch.Source, Period: t.Batch.Period,
			Indicator: t.Indicator, Told: t.Told, Counted: t.Sum, Difference: t.Told - t.Sum, Note: t.Note, Batch: t.Batch.ID})
	}
	if end == len(tasks) {
		end = 0
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"rows": rows, "matched": len(tasks), "next": s.nextAfter(r, int64(end))})
}
