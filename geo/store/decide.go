package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Decide carries out what principal p decides about a proposal: a step taken
// (with the last one it is published), the proposal returned to its author,
// rejected, or withdrawn by its author. It returns the proposal as it is then.
//
// Errors, by kind: Unauthorized, NotFound, Forbidden (also for who wrote it),
// Stale (it or its asset moved on since it was read), Conflicting (with Fields:
// somebody else changed the same meanwhile), Conflict, Invalid. Nothing is
// changed when there is one. Of several at once one is carried out.
func (s *Store) Decide(ctx context.Context, p geo.Principal, d geo.Decision) (*geo.Proposal, error) {
	const op = "store.Decide"
	if err := mayReview(op, p); err != nil {
		return nil, err
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	publishing := act{principal: p, kind: "review", approvedBy: p.Actor(), proposal: d.ID}
	err := s.begin(ctx, op, publishing, func(tx pgx.Tx) error {
		x, err := s.lockProposal(ctx, tx, p, d.ID, d.Version)
		if err != nil {
			return err
		}
		r := review{store: s, principal: p, now: s.now(), proposal: x, decision: d}
		return r.run(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return s.Proposal(ctx, p, d.ID)
}

// mayReview refuses who has no account: a proposal's events name one.
func mayReview(op string, p geo.Principal) error {
	if p.AccountID <= 0 {
		return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{ID: "Silakan masuk terlebih dahulu.", EN: "Please log in first."}}
	}
	return nil
}

const lockProposalSQL = `select ` + proposalColumns + ` from proposals p join accounts c on c.id = p.author_id where p.id = $1 for update of p`

// lockProposal locks a proposal that p may see, in the version that they read.
func (s *Store) lockProposal(ctx context.Context, tx pgx.Tx, p geo.Principal, id, version int64) (*geo.Proposal, error) {
	x, err := collectOne(ctx, tx, scanProposal, lockProposalSQL, id)
	if err != nil {
		return nil, err
	}
	switch {
	case !x.SeenBy(p, s.now()):
		return nil, geo.NotFoundError("store.lockProposal")
	case x.Version != version:
		return nil, staleProposal()
	case !x.Open():
		return nil, conflict("Perubahan ini sudah selesai diperiksa.", "This change was decided already.")
	}
	return x, nil
}

func staleProposal() error {
	return &geo.Error{Kind: geo.Stale, Op: "store.Decide", Message: geo.Text{
		ID: "Perubahan ini atau asetnya sudah berubah sejak Anda membukanya.",
		EN: "This change or its asset moved on since you opened it."}}
}

// review is one run of a decision about a locked proposal.
type review struct {
	store     *Store
	principal geo.Principal
	now       time.Time
	proposal  *geo.Proposal
	decision  geo.Decision
}

func (r *review) run(ctx context.Context, tx pgx.Tx) error {
	x := r.proposal
	rights := x.Rights(r.principal, r.now)
	var allowed bool
	switch r.decision.Act {
	case geo.ActApproved, geo.ActReturned, geo.ActRejected:
		allowed = rights.Approve
	case geo.ActWithdrawn:
		allowed = rights.Withdraw
	}
	switch {
	case r.decision.Act != geo.ActWithdrawn && !x.Waits():
		return conflict("Perubahan ini sedang diperbaiki pengirimnya.", "This change is back with its author.")
	case !allowed:
		return r.forbidden()
	}
	step := x.Steps[x.Step]
	if r.decision.Act == geo.ActWithdrawn {
		step = ""
	}
	if err := addEvent(ctx, tx, x.ID, r.principal, geo.ProposalEvent{Act: r.decision.Act, Step: step, Note: r.decision.Note, Fields: r.decision.Fields}); err != nil {
		return err
	}
	if err := r.audit(ctx, tx); err != nil {
		return err
	}
	switch r.decision.Act {
	case geo.ActApproved:
		return r.approve(ctx, tx)
	case geo.ActReturned:
		return r.move(ctx, tx, geo.ProposalReturned)
	case geo.ActRejected:
		return r.close(ctx, tx, geo.ProposalRejected, 0, 0)
	}
	return r.close(ctx, tx, geo.ProposalWithdrawn, 0, 0)
}

func (r *review) forbidden() error {
	e := &geo.Error{Kind: geo.Forbidden, Op: "store.Decide", Message: geo.Text{
		ID: "Langkah pemeriksaan ini bukan wewenang Anda.", EN: "This step of the review is not yours to take."}}
	if r.proposal.WrittenBy(r.principal) {
		e.Message = geo.Text{ID: "Perubahan tidak boleh diperiksa oleh penulisnya sendiri.", EN: "Nobody reviews a change that they wrote."}
	}
	return e
}

func (r *review) audit(ctx context.Context, tx pgx.Tx) error {
	x := r.proposal
	return audit(ctx, tx, geo.AuditEntry{Actor: r.principal.Actor(), Action: "proposal_" + string(r.decision.Act),
		Target: "proposals/" + strconv.FormatInt(x.ID, 10),
		Detail: map[string]any{"verb": x.Verb, "type": x.Type, "area": x.AreaCode, "asset": x.AssetID, "author": x.Author.Name, "step": x.Steps[x.Step]}})
}

const (
	moveProposalSQL  = `update proposals set state = $2, step = $3, version = version + 1, changed_at = clock_timestamp() where id = $1`
	closeProposalSQL = `update proposals set state = @state, asset_id = coalesce(asset_id, nullif(@asset, 0)), revision_tx = nullif(@tx, 0),
input = @input, base = @base, version = version + 1, changed_at = clock_timestamp(), closed_at = clock_timestamp() where id = @id`
)

// move puts the proposal into another open state.
func (r *review) move(ctx context.Context, tx pgx.Tx, to geo.ProposalState) error {
	_, err := tx.Exec(ctx, moveProposalSQL, r.proposal.ID, string(to), r.proposal.Step)
	return err
}

// close decides the proposal for ever. What it says about people is forgotten.
func (r *review) close(ctx context.Context, tx pgx.Tx, to geo.ProposalState, asset, revisionTx int64) error {
	types, err := typesByName(ctx, tx)
	if err != nil {
		return err
	}
	t := types[r.proposal.Type]
	_, err = tx.Exec(ctx, closeProposalSQL, pgx.NamedArgs{"id": r.proposal.ID, "state": string(to), "asset": asset, "tx": revisionTx,
		"input": r.proposal.Input.Lasting(t), "base": r.proposal.Base.Lasting(t)})
	return err
}

// approve takes a step: the next one waits then, and after the last one the
// change is published.
func (r *review) approve(ctx context.Context, tx pgx.Tx) error {
	x := r.proposal
	current, err := r.current(ctx, tx)
	if err != nil {
		return err
	}
	merged, clashes := geo.Merge(x.Base, current, x.Input)
	if len(clashes) > 0 {
		return conflicting(clashes)
	}
	if x.Step+1 < len(x.Steps) {
		x.Step++
		return r.move(ctx, tx, geo.ProposalChecking)
	}
	return r.publish(ctx, tx, merged)
}

// current locks and reads the asset that the proposal is about, in the version
// that the reviewer read; nil when there is none yet.
func (r *review) current(ctx context.Context, tx pgx.Tx) (*geo.Asset, error) {
	if r.proposal.Verb == geo.VerbCreate || r.proposal.Verb == geo.VerbRestore {
		return nil, nil
	}
	a, err := oneAsset(ctx, tx, baseSQL, r.proposal.AssetID)
	if isNoRows(err) || err == nil && a.Version != r.decision.AssetVersion {
		return nil, staleProposal()
	}
	return a, err
}

// publish writes the change as a direct edit is written, in its author's name.
func (r *review) publish(ctx context.Context, tx pgx.Tx, merged geo.Input) error {
	x := r.proposal
	named := act{principal: r.principal, kind: "review", actor: x.Author.Name, reason: x.Reason, approvedBy: r.principal.Actor(), proposal: x.ID}
	if err := named.declare(ctx, tx); err != nil {
		return err
	}
	e := geo.Edit{Verb: x.Verb, Type: x.Type, ID: x.AssetID, IfVersion: r.decision.AssetVersion, Input: merged, AllowDuplicate: true}
	switch x.Verb {
	case geo.VerbCreate:
		e.Input.Properties["uuid"] = strconv.AppendQuote(nil, x.UUID.String())
	case geo.VerbUpdate:
		e.Verb = geo.VerbMerge
	}
	w := write{store: r.store, principal: r.principal, edit: e, now: r.now, publishes: x, id: x.AssetID}
	if err := w.readRules(ctx, tx); err != nil {
		return err
	}
	if err := w.carryOut(ctx, tx); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, x.ID, r.principal, geo.ProposalEvent{Act: geo.ActPublished}); err != nil {
		return err
	}
	return r.close(ctx, tx, geo.ProposalPublished, w.id, w.tx)
}

// conflicting is the error for fields that somebody else changed as well.
func conflicting(clashes []geo.Clash) error {
	e := &geo.Error{Kind: geo.Conflicting, Op: "store.Decide", Message: geo.Text{
		ID: "Isian yang sama sudah diubah orang lain. Kembalikan kepada pengirim untuk memilih.",
		EN: "Somebody else changed the same fields. Return it to its author to choose."}}
	for _, c := range clashes {
		e.Fields = append(e.Fields, geo.FieldError{Pointer: geo.Pointer(c.Field), Code: "conflict",
			Detail:  map[string]any{"base": c.Base, "mine": c.Mine, "theirs": c.Theirs},
			Message: geo.Text{ID: "Sudah diubah orang lain.", EN: "Changed by somebody else."}})
	}
	return e
}
