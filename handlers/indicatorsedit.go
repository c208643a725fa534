package handlers

import (
	"context"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// registryStore is what is counted, and who tells it.
type registryStore interface {
	// Registry reads all indicators and sources.
	Registry(ctx context.Context) (*indicator.Registry, error)
	// PutIndicator adds an indicator or changes one; Forbidden for those who may not.
	PutIndicator(ctx context.Context, p geo.Principal, i indicator.Indicator) error
}

// putIndicator adds an indicator to the registry or changes one.
func (s *Server) putIndicator(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	const op = "handlers.putIndicator"
	if err := noParams(r); err != nil {
		return err
	}
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.Clock()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator seluruh wilayah yang dapat mengubah indikator.", EN: "Only an administrator of everything may change indicators."}}
	}
	f, err := readFields(w, r, maxBatchBytes)
	if err != nil {
		return err
	}
	i := readIndicator(f, pathParam(r, "code"))
	if err := f.done(op); err != nil {
		return err
	}
	if err := s.Store.PutIndicator(r.Context(), p, i); err != nil {
		return err
	}
	s.Follower.Wake()
	return writePrivate(w, r, http.StatusOK, i)
}

func readIndicator(f *fields, code string) indicator.Indicator {
	return indicator.Indicator{Code: code, Label: need[geo.Text](f, "label"), Help: valueOf(maybe[geo.Text](f, "help")), Unit: valueOf(maybe[geo.Text](f, "unit")),
		Kind: need[indicator.Kind](f, "kind"), Dimension: need[string](f, "dimension"), Direction: need[indicator.Direction](f, "direction"),
		Additive: need[bool](f, "additive"), Protected: need[bool](f, "protected"), Base: valueOf(maybe[string](f, "base")), Parts: valueOf(maybe[[]string](f, "parts")),
		Levels: needLevels(f, "levels"), Public: needLevels(f, "public"), Internal: needLevels(f, "internal"),
		Classes: need[indicator.Classes](f, "classes"), Counted: valueOf(maybe[string](f, "counted"))}
}

// needLevels reads a list of levels, which may be empty.
func needLevels(f *fields, name string) []indicator.Level {
	if list := need[[]indicator.Level](f, name); list != nil {
		return list
	}
	return []indicator.Level{}
}
