package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

const patternProposal = "/api/proposals/{proposal}"

// The limits of lists of proposals.
const (
	usualProposals   = 100
	maxProposals     = 1000
	maxApprovals     = 200
	maxDecisionBytes = 256 << 10
)

// proposalStore is what waits for review.
type proposalStore interface {
	// Proposals lists the proposals that f chooses and p may see, and counts them all.
	Proposals(ctx context.Context, p geo.Principal, f geo.ProposalFilter) (list []*geo.Proposal, matched int, next int64, err error)
	// Proposal reads one; NotFound for those who may not see it.
	Proposal(ctx context.Context, p geo.Principal, id int64) (*geo.Proposal, error)
	// CountProposals counts what waits for p.
	CountProposals(ctx context.Context, p geo.Principal) (geo.ProposalCounts, error)
	// Decide takes a step, returns, rejects or withdraws; with the last step it publishes.
	Decide(ctx context.Context, p geo.Principal, d geo.Decision) (*geo.Proposal, error)
	// Correct changes a proposal and sends it again.
	Correct(ctx context.Context, p geo.Principal, c geo.Correction) (*geo.Proposal, error)
}

// The words that choose among proposals.
var (
	proposalViews  = []string{"area", "review", "mine"}
	proposalStates = []string{"open", "closed", "sent", "checking", "returned", "rejected", "withdrawn", "published"}
)

// proposals answers a page of proposals that the caller may see.
func (s *Server) proposals(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	f, err := proposalFilter(r)
	if err != nil {
		return err
	}
	if err := accepts(r, typeJSON); err != nil {
		return err
	}
	list, matched, next, err := s.Store.Proposals(r.Context(), p, f)
	if err != nil {
		return err
	}
	if err := s.noteProposals(r, p, at, list...); err != nil {
		return err
	}
	infos := make([]proposalInfo, len(list))
	for i, x := range list {
		infos[i] = s.proposalInfo(r, p, at, x)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"proposals": infos, "matched": matched, "next": s.nextAfter(r, next)})
}

func proposalFilter(r *http.Request) (geo.ProposalFilter, error) {
	f := geo.ProposalFilter{For: "area", State: "open"}
	q, err := readParams(r, "for", "state", "type", "area", "asset", "limit", "cursor")
	if err != nil {
		return f, err
	}
	f.Type = q["type"]
	if f.For, err = q.oneOf("for", f.For, proposalViews); err != nil {
		return f, err
	}
	if f.State, err = q.oneOf("state", f.State, proposalStates); err != nil {
		return f, err
	}
	if f.Area, err = q.area(); err != nil {
		return f, err
	}
	if f.Limit, err = q.limit("limit", usualProposals, maxProposals); err != nil {
		return f, err
	}
	if f.After, err = q.cursor(); err != nil {
		return f, err
	}
	if text, given := q["asset"]; given {
		if f.Asset, err = strconv.ParseInt(text, 10, 64); err != nil || f.Asset < 1 {
			return f, invalidParameter("asset", "harus id sebuah aset.", "must be the id of an asset.")
		}
	}
	return f, nil
}

// oneOf reads a parameter that takes one of a few words.
func (p params) oneOf(name, usual string, words []string) (string, error) {
	text, given := p[name]
	switch {
	case !given:
		return usual, nil
	case slices.Contains(words, text):
		return text, nil
	}
	return "", invalidParameter(name, "tidak dikenal.", "is not known.")
}

// proposalCounts answers what waits for the caller.
func (s *Server) proposalCounts(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	counts, err := s.Store.CountProposals(r.Context(), p)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, counts)
}

// proposal answers one.
func (s *Server) proposal(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "proposal")
	if err != nil {
		return err
	}
	if err := accepts(r, typeJSON); err != nil {
		return err
	}
	x, err := s.Store.Proposal(r.Context(), p, id)
	if err != nil {
		return err
	}
	if err := s.noteProposals(r, p, at, x); err != nil {
		return err
	}
	return s.writeProposal(w, r, http.StatusOK, p, at, x)
}

// writeProposal answers with a proposal. The revision that published it is named,
// so that a reader can ask for it. What was just done is said in any case, at
// need without what it is about.
func (s *Server) writeProposal(w http.ResponseWriter, r *http.Request, status int, p geo.Principal, at *index.Snapshot, x *geo.Proposal) error {
	if !safe(r.Method) && s.noteProposals(r, p, at, x) != nil {
		x.Before, x.After, x.Input = nil, nil, geo.Input{}
	}
	body, err := json.Marshal(s.proposalInfo(r, p, at, x))
	if err != nil {
		return geo.Wrap("handlers.writeProposal", err)
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	if x.Revision != 0 {
		h.Set("Patok-Revision", strconv.FormatInt(x.Revision, 10))
	}
	if status == http.StatusAccepted {
		h.Set("Location", s.origin(r)+"/api/proposals/"+strconv.FormatInt(x.ID, 10))
	}
	writeBody(w, r, status, typeJSON+utf8Suffix, body)
	return nil
}
