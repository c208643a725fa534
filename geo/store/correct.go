package store

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Correct changes an open proposal and sends it again from its first step, for
// principal p, who may edit there. Fields that somebody else changed meanwhile
// must be settled: by c.Keep or by a new value. It returns the proposal as it is
// then. Errors are those of Decide.
func (s *Store) Correct(ctx context.Context, p geo.Principal, c geo.Correction) (*geo.Proposal, error) {
	const op = "store.Correct"
	if err := mayReview(op, p); err != nil {
		return nil, err
	}
	err := s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		x, err := s.lockProposal(ctx, tx, p, c.ID, c.Version)
		if err != nil {
			return err
		}
		if !x.Rights(p, s.now()).Correct {
			return forbidden(x.AreaCode)
		}
		w := write{store: s, principal: p, now: s.now(), id: x.AssetID, edit: geo.Edit{Verb: x.Verb, Type: x.Type, ID: x.AssetID,
			AnyVersion: true, AllowDuplicate: true, Reason: cmp.Or(c.Reason, x.Reason)}}
		return w.correct(ctx, tx, x, c)
	})
	if err != nil {
		return nil, err
	}
	return s.Proposal(ctx, p, c.ID)
}

const correctSQL = `update proposals set state = 'sent', step = 0, name = @name, area_code = @area_code, to_area = @to_area, base_version = @base_version,
input = @input, base = @base, point = st_geomfromewkb(@point), moved_m = @moved_m, steps = @steps, reason = @reason,
correctors = case when @account = author_id or @account = any(correctors) then correctors else correctors || @account::bigint end,
version = version + 1, changed_at = clock_timestamp() where id = @id`

// correct tries the corrected edit out, as carryOutOrPropose does, and writes
// over proposal x what would come of it.
func (w *write) correct(ctx context.Context, tx pgx.Tx, x *geo.Proposal, c geo.Correction) error {
	if err := w.readRules(ctx, tx); err != nil {
		return err
	}
	if err := w.corrected(ctx, tx, x, c); err != nil {
		return err
	}
	trial, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	if err := w.carryOut(ctx, trial); err != nil {
		return err
	}
	if steps := w.steps(); len(steps) > 0 { // else the rule is gone: it goes on as it was sent
		x.Steps = steps
	}
	after, err := w.takeBack(ctx, trial)
	if err != nil {
		return err
	}
	x.ToArea, x.Reason = w.to, w.edit.Reason
	if x.Verb == geo.VerbCreate {
		x.AreaCode = w.to
	}
	if err := describe(x, w.before, after, w.assetType); err != nil {
		return err
	}
	args := proposalArgs(x, after)
	args["account"] = w.principal.AccountID
	if _, err := tx.Exec(ctx, correctSQL, args); err != nil {
		return err
	}
	return addEvent(ctx, tx, x.ID, w.principal, geo.ProposalEvent{Act: geo.ActCorrected})
}

// corrected gives the edit its input: what the proposal proposes, with clashes
// settled, and the correction over it.
func (w *write) corrected(ctx context.Context, tx pgx.Tx, x *geo.Proposal, c geo.Correction) error {
	switch x.Verb {
	case geo.VerbDelete, geo.VerbRestore:
		if !c.Input.Empty() {
			return geo.InvalidFields("store.Correct", []geo.FieldError{{Pointer: "/feature", Code: "unknown", Message: geo.Text{
				ID: "Isian tidak dapat diubah di sini.", EN: "There is nothing to change here."}}})
		}
		return nil
	case geo.VerbUpdate:
		w.edit.Verb = geo.VerbMerge
	}
	var current *geo.Asset
	if x.AssetID != 0 {
		var err error
		if current, err = oneAsset(ctx, tx, baseSQL, x.AssetID); isNoRows(err) {
			return conflict("Aset ini sudah tidak ada.", "This asset is no longer there.")
		} else if err != nil {
			return err
		}
	}
	over := c.Input.Pick(func(field string) bool { return field != "uuid" }) // the asset keeps its own
	_, clashes := geo.Merge(x.Base, current, x.Input)
	x.Settle(clashes, over, c.Keep)
	merged, open := geo.Merge(x.Base, current, x.Input)
	if len(open) > 0 {
		return conflicting(open)
	}
	w.edit.Input = over.Over(merged)
	return nil
}
