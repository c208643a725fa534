package handlers

import (
	"context"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// The limits of an entry into a batch.
const (
	maxValues      = 50_000
	maxValuesBytes = 16 << 20
)

// batchValueStore is what batches say.
type batchValueStore interface {
	// Entry is what somebody who reads or enters a batch has before them.
	Entry(ctx context.Context, p geo.Principal, id int64, withPrevious bool) (*indicator.Entry, error)
	// PutValues changes values of a batch, all of them or none.
	PutValues(ctx context.Context, p geo.Principal, put indicator.PutValues) (*indicator.Batch, []indicator.Difference, error)
	// Correction compares a batch with the edition before it.
	Correction(ctx context.Context, p geo.Principal, id int64) (against *indicator.Edition, rows []indicator.Changed, err error)
}

type valueInfo struct {
	Place             indicator.Place `json:"place"`
	Indicator         string          `json:"indicator"`
	Number            *float64        `json:"number"`
	Denominator       *float64        `json:"denominator,omitempty"`
	DenominatorSource string          `json:"denominator_source,omitempty"`
	Note              string          `json:"note,omitempty"`
}

type differenceInfo struct {
	Place     indicator.Place `json:"place"`
	Indicator string          `json:"indicator"`
	Told      float64         `json:"told"`
	Sum       float64         `json:"sum"`
	Of        indicator.Sum   `json:"of"`
	Note      string          `json:"note"`
	Explained bool            `json:"explained"`
}

func valueInfos(values []indicator.Value) []valueInfo {
	infos := make([]valueInfo, len(values))
	for i, v := range values {
		infos[i] = valueInfo{v.Place, v.Indicator, v.Number, v.Denominator, v.DenominatorSource, v.Note}
	}
	return infos
}

func differenceInfos(list []indicator.Difference) []differenceInfo {
	infos := make([]differenceInfo, len(list))
	for i, d := range list {
		infos[i] = differenceInfo{d.Place, d.Indicator, d.Told, d.Sum, d.Of, d.Note, d.Explained()}
	}
	return infos
}

// editionInfo is the figures that a batch is compared with.
type editionInfo struct {
	Period  indicator.Period `json:"period"`
	Edition int              `json:"edition"`
	Values  []valueInfo      `json:"values"`
}

// batchValues answers the exact figures of a batch.
func (s *Server) batchValues(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	q, err := readParams(r, "previous")
	if err != nil {
		return err
	}
	withPrevious, err := q.flag("previous")
	if err != nil {
		return err
	}
	id, err := pathID(r, "batch")
	if err != nil {
		return err
	}
	e, err := s.Store.Entry(r.Context(), p, id, withPrevious)
	if err != nil {
		return err
	}
	var previous *editionInfo
	if e.Previous != nil {
		previous = &editionInfo{e.Previous.Period, e.Previous.Edition, valueInfos(e.Previous.Values)}
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"batch": id, "version": e.Batch.Version, "places": placesOf(e.Values), "values": valueInfos(e.Values),
		"previous": previous, "indicators": append([]string{}, e.Asked...), "differences": differenceInfos(e.Differences)})
}

// placesOf lists the places of values that come by place.
func placesOf(values []indicator.Value) []indicator.Place {
	places := []indicator.Place{}
	for _, v := range values {
		if n := len(places); n == 0 || places[n-1] != v.Place {
			places = append(places, v.Place)
		}
	}
	return places
}

// putBatchValues changes figures of a batch.
func (s *Server) putBatchValues(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxValuesBytes)
	if err != nil {
		return err
	}
	put := indicator.PutValues{Batch: id, Version: need[int64](f, "version")}
	for _, item := range f.list("values", maxValues) {
		put.Values = append(put.Values, readValue(item))
	}
	if f.has("remove") {
		for _, item := range f.list("remove", maxValues) {
			put.Remove = append(put.Remove, readValueKey(item))
			item.unknown()
		}
	}
	if err := f.done("handlers.putBatchValues"); err != nil {
		return err
	}
	b, list, err := s.Store.PutValues(r.Context(), p, put)
	if err != nil {
		return s.batchMoved(r, p, at, err)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"batch": s.batchInfo(r, p, at, b), "differences": differenceInfos(list)})
}

// readValue reads {"place","indicator","number","denominator"?,
// "denominator_source"?,"note"?}. A number of null is not known; leaving it out
// is a mistake.
func readValue(f *fields) indicator.Value {
	v := indicator.Value{ValueKey: readValueKey(f), Number: maybe[float64](f, "number"), Denominator: maybe[float64](f, "denominator"),
		DenominatorSource: valueOf(maybe[string](f, "denominator_source")), Note: valueOf(maybe[string](f, "note"))}
	if !f.has("number") {
		f.bad("number", "required", "Wajib ada; null bila tidak diketahui.", "Required; null when it is not known.")
	}
	f.unknown()
	return v
}

func readValueKey(f *fields) indicator.ValueKey {
	text := need[string](f, "place")
	place, err := indicator.ParsePlace(text)
	if err != nil && text != "" {
		f.bad("place", "place", asError(err).Message.ID, asError(err).Message.EN)
	}
	return indicator.ValueKey{Place: place, Indicator: need[string](f, "indicator")}
}

type changedInfo struct {
	Place     indicator.Place `json:"place"`
	Indicator string          `json:"indicator"`
	Before    *float64        `json:"before"`
	After     *float64        `json:"after"`
}

// batchDifference answers what a correction changes.
func (s *Server) batchDifference(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	against, changed, err := s.Store.Correction(r.Context(), p, id)
	if err != nil {
		return err
	}
	rows := make([]changedInfo, len(changed))
	for i, c := range changed {
		rows[i] = changedInfo{c.Place, c.Indicator, c.Before, c.After}
	}
	answer := map[string]any{"against": nil, "rows": rows}
	if against != nil {
		answer["against"] = map[string]any{"period": against.Period, "edition": against.Edition}
	}
	return writePrivate(w, r, http.StatusOK, answer)
}
