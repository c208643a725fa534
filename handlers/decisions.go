package handlers

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// decide makes the action that decides one proposal.
func (s *Server) decide(act geo.ReviewAct) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		if err := noParams(r); err != nil {
			return err
		}
		id, err := pathID(r, "proposal")
		if err != nil {
			return err
		}
		f, err := readFields(w, r, maxDecisionBytes)
		if err != nil {
			return err
		}
		d := geo.Decision{Act: act, ID: id, Version: need[int64](f, "version")}
		switch act {
		case geo.ActApproved:
			d.AssetVersion = valueOf(maybe[int64](f, "asset_version"))
			d.Note = valueOf(maybe[string](f, "note"))
		case geo.ActReturned:
			d.Note = valueOf(maybe[string](f, "note"))
			d.Fields = valueOf(maybe[map[string]string](f, "fields"))
		case geo.ActRejected:
			d.Note = valueOf(maybe[string](f, "note"))
		}
		if err := f.done("handlers.decide"); err != nil {
			return err
		}
		x, err := s.Store.Decide(r.Context(), p, d)
		if err != nil {
			return s.moved(r, p, at, id, err)
		}
		s.Follower.Wake()
		return s.writeProposal(w, r, http.StatusOK, p, at, x)
	}
}

// moved shows, with the refusal of a version that is no longer the current one,
// the proposal as it is now.
func (s *Server) moved(r *http.Request, p geo.Principal, at *index.Snapshot, id int64, err error) error {
	if geo.KindOf(err) != geo.Stale {
		return err
	}
	x, readErr := s.Store.Proposal(r.Context(), p, id)
	if readErr == nil {
		readErr = s.noteProposals(r, p, at, x)
	}
	if readErr != nil {
		return readErr
	}
	return &refusal{status: http.StatusPreconditionFailed, slug: "stale", extra: map[string]any{"current": s.proposalInfo(r, p, at, x)}, detail: asError(err).Message}
}

func valueOf[T any](p *T) T {
	var none T
	if p == nil {
		return none
	}
	return *p
}

// verdict is what became of one of several approvals.
type verdict struct {
	ID      int64              `json:"id"`
	OK      bool               `json:"ok"`
	State   *geo.ProposalState `json:"state"` // null when it is not the caller's to know
	Problem *string            `json:"problem"`
}

// approveMany takes a step for each of several proposals, each on its own.
func (s *Server) approveMany(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxDecisionBytes)
	if err != nil {
		return err
	}
	var decisions []geo.Decision
	for _, item := range f.list("items", maxApprovals) {
		decisions = append(decisions, geo.Decision{Act: geo.ActApproved, ID: need[int64](item, "id"), Version: need[int64](item, "version"),
			AssetVersion: valueOf(maybe[int64](item, "asset_version"))})
		item.unknown()
	}
	if err := f.done("handlers.approveMany"); err != nil {
		return err
	}
	verdicts := make([]verdict, len(decisions))
	for i, d := range decisions {
		verdicts[i] = s.approveOne(r, p, d)
	}
	s.Follower.Wake()
	return writePrivate(w, r, http.StatusOK, map[string]any{"results": verdicts})
}

func (s *Server) approveOne(r *http.Request, p geo.Principal, d geo.Decision) verdict {
	x, err := s.Store.Decide(r.Context(), p, d)
	if err == nil {
		return verdict{ID: d.ID, OK: true, State: &x.State}
	}
	if geo.KindOf(err) == geo.Internal {
		s.Logger.Error("approval failed", "request", requestID(r), "proposal", d.ID, "error", err)
	}
	problem := asError(err).Message.In(language(r))
	v := verdict{ID: d.ID, Problem: &problem}
	if x, err = s.Store.Proposal(r.Context(), p, d.ID); err == nil {
		v.State = &x.State
	}
	return v
}

// correctProposal changes a proposal and sends it again from its first step.
func (s *Server) correctProposal(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "proposal")
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxBodyBytes)
	if err != nil {
		return err
	}
	c := geo.Correction{ID: id, Version: need[int64](f, "version"), Reason: valueOf(maybe[string](f, "reason")), Keep: readKeep(f)}
	f.add(geo.CheckReason(c.Reason))
	raw := valueOf(maybe[json.RawMessage](f, "feature"))
	if err := f.done("handlers.correctProposal"); err != nil {
		return err
	}
	if len(raw) > 0 {
		members, err := object(raw)
		if err != nil {
			return geo.InvalidFields("handlers.correctProposal", []geo.FieldError{fieldProblem("/feature", "type", "Harus objek.", "Must be an object.")})
		}
		delete(members, "id") // the asset's, which has none before it is published
		if c.Input, err = readPatch(members, 0); err != nil {
			return err
		}
	}
	x, err := s.Store.Correct(r.Context(), p, c)
	if err != nil {
		return s.moved(r, p, at, id, err)
	}
	return s.writeProposal(w, r, http.StatusOK, p, at, x)
}

// readKeep reads whose value of a field stands where two people changed it.
func readKeep(f *fields) map[string]geo.Preferred {
	keep := valueOf(maybe[map[string]geo.Preferred](f, "keep"))
	for _, pointer := range slices.Sorted(maps.Keys(keep)) {
		if keep[pointer] != geo.Mine && keep[pointer] != geo.Theirs {
			f.bad("keep", "enum", "Harus mine atau theirs.", "Must be mine or theirs.")
		}
	}
	return keep
}
