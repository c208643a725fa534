package handlers

import (
	"net/http"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// figuresChanges answers what an edition says otherwise than the one before, as p
// may see both.
func (s *Server) figuresChanges(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	q, err := readFigures(r)
	if err != nil {
		return err
	}
	after, err := s.figuresFor(r.Context(), p, q)
	if err != nil {
		return err
	}
	info := changesInfo{To: after.Edition(), Rows: []changeRow{}}
	if from := after.Edition() - 1; from > 0 {
		q.edition, q.release = from, ""
		before, err := s.figuresFor(r.Context(), p, q)
		if geo.KindOf(err) == geo.NotFound { // it had none of that
			before, err = &indicator.Figures{}, nil
		}
		if err != nil {
			return err
		}
		info.From = &from
		for _, c := range indicator.Changes(before, after) {
			row := changeRow{Area: c.Place, Indicator: c.Indicator, After: figureOf(c.After, after.Below(after.Row(c.Place)))}
			if at := before.Row(c.Place); at >= 0 {
				row.Before = figureOf(c.Before, before.Below(at))
			}
			info.Rows = append(info.Rows, row)
		}
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	if after.Audience != indicator.Public {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	return writeJSON(w, r, http.StatusOK, info)
}

// changesInfo is what one edition says otherwise than the one before; From is nil
// for the first.
type changesInfo struct {
	From *int        `json:"from"`
	To   int         `json:"to"`
	Rows []changeRow `json:"rows"`
}

type changeRow struct {
	Area      indicator.Place `json:"area"`
	Indicator string          `json:"indicator"`
	Before    any             `json:"before"`
	After     any             `json:"after"`
}

// figureOf is a figure as appendValue writes it.
func figureOf(cell indicator.Cell, threshold int) any {
	switch cell.State {
	case indicator.Shown:
		return cell.Value
	case indicator.Small:
		return "<" + strconv.Itoa(threshold)
	case indicator.Hidden:
		return "*"
	}
	return nil
}
