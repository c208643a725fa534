package handlers

import (
	"context"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// maxBatchApprovals bounds how many batches are approved at once: a kabupaten.
const maxBatchApprovals = 500

// batchDecisionStore is what people do with batches.
type batchDecisionStore interface {
	// DecideBatch sends, takes a step, returns or withdraws.
	DecideBatch(ctx context.Context, p geo.Principal, d indicator.BatchDecision) (*indicator.Batch, error)
	// PutMark dates a mark, RemoveMark takes it back.
	PutMark(ctx context.Context, p geo.Principal, id int64, m indicator.Mark) (*indicator.Batch, error)
	RemoveMark(ctx context.Context, p geo.Principal, id int64, mark string) (*indicator.Batch, error)
}

// decideBatch makes the action that decides one batch.
func (s *Server) decideBatch(act indicator.Act) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		if err := noParams(r); err != nil {
			return err
		}
		id, err := pathID(r, "batch")
		if err != nil {
			return err
		}
		f, err := readFields(w, r, maxDecisionBytes)
		if err != nil {
			return err
		}
		d := indicator.BatchDecision{Act: act, ID: id, Version: need[int64](f, "version"), Note: valueOf(maybe[string](f, "note"))}
		switch act {
		case indicator.ActApproved:
			d.Number = valueOf(maybe[string](f, "number"))
			if maybe[string](f, "dated") != nil {
				dated := needDate(f, "dated")
				d.Dated = &dated
			}
		case indicator.ActReturned:
			d.Cells = valueOf(maybe[map[string]string](f, "cells"))
		}
		if err := f.done("handlers.decideBatch"); err != nil {
			return err
		}
		b, err := s.Store.DecideBatch(r.Context(), p, d)
		return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
	}
}

// batchVerdict is what became of one of several approvals.
type batchVerdict struct {
	ID      int64            `json:"id"`
	OK      bool             `json:"ok"`
	State   *indicator.State `json:"state"` // null when it is not the caller's to know
	Problem *string          `json:"problem"`
}

// approveBatches takes a step for each of several batches, each on its own.
func (s *Server) approveBatches(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxDecisionBytes)
	if err != nil {
		return err
	}
	note := valueOf(maybe[string](f, "note"))
	var decisions []indicator.BatchDecision
	for _, item := range f.list("items", maxBatchApprovals) {
		decisions = append(decisions, indicator.BatchDecision{Act: indicator.ActApproved, ID: need[int64](item, "id"), Version: need[int64](item, "version"), Note: note})
		item.unknown()
	}
	if err := f.done("handlers.approveBatches"); err != nil {
		return err
	}
	verdicts := make([]batchVerdict, len(decisions))
	for i, d := range decisions {
		verdicts[i] = s.approveBatch(r, p, d)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"results": verdicts})
}

func (s *Server) approveBatch(r *http.Request, p geo.Principal, d indicator.BatchDecision) batchVerdict {
	b, err := s.Store.DecideBatch(r.Context(), p, d)
	if err == nil {
		return batchVerdict{ID: d.ID, OK: true, State: &b.State}
	}
	if geo.KindOf(err) == geo.Internal {
		s.Logger.Error("approval failed", "request", requestID(r), "batch", d.ID, "error", err)
	}
	problem := asError(err).Message.In(language(r))
	v := batchVerdict{ID: d.ID, Problem: &problem}
	if b, err = s.Store.Batch(r.Context(), p, d.ID); err == nil {
		v.State = &b.State
	}
	return v
}

// putMark dates a mark of a batch.
func (s *Server) putMark(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxBatchBytes)
	if err != nil {
		return err
	}
	m := indicator.Mark{Mark: pathParam(r, "mark"), Dated: needDate(f, "dated"), Number: valueOf(maybe[string](f, "number")), Note: valueOf(maybe[string](f, "note"))}
	if err := f.done("handlers.putMark"); err != nil {
		return err
	}
	b, err := s.Store.PutMark(r.Context(), p, id, m)
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}

// removeMark takes a mark back.
func (s *Server) removeMark(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	b, err := s.Store.RemoveMark(r.Context(), p, id, pathParam(r, "mark"))
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}
