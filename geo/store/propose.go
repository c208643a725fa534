package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// moveMeters is how far a point may be moved without a reason when the move is
// reviewed.
const moveMeters = 25.0

// carryOutOrPropose carries the edit out behind a savepoint, so that it is
// checked by everything that a direct edit is checked by. Where no rule asks for
// review that is it; where one does it is taken back, to the last revision and
// event, and kept as a proposal.
func (w *write) carryOutOrPropose(ctx context.Context, tx pgx.Tx) error {
	trial, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	if err := w.carryOut(ctx, trial); err != nil {
		return err
	}
	steps := w.steps()
	if w.repeated || len(steps) == 0 {
		return trial.Commit(ctx)
	}
	after, err := w.takeBack(ctx, trial)
	if err != nil {
		return err
	}
	return w.propose(ctx, tx, after, steps)
}

// steps are those that the edit has to take: of the asset's area now and of the
// one that it moves to, whichever asks for more.
func (w *write) steps() []geo.Step {
	steps := w.rules.For(w.to, w.assetType.Name)
	if w.before != nil {
		if more := w.rules.For(w.before.AreaCode, w.assetType.Name); len(more) > len(steps) {
			steps = more
		}
	}
	return steps
}

// takeBack ends a trial, and returns the asset as it left it; nil after a delete.
func (w *write) takeBack(ctx context.Context, trial pgx.Tx) (after *geo.Asset, err error) {
	if w.edit.Verb != geo.VerbDelete {
		if after, err = oneAsset(ctx, trial, privateAssetSQL, w.id); err != nil {
			return nil, err
		}
	}
	w.tx = 0
	return after, trial.Rollback(ctx)
}

const waitingSQL = `select id from proposals where uuid = $1 and author_id = $2 and closed_at is null`

const proposeSQL = `insert into proposals (verb, type, asset_id, uuid, name, area_code, to_area, base_version, input, base, point, moved_m, steps, author_id, reason)
values (@verb, @type, nullif(@asset_id, 0), @uuid, @name, @area_code, @to_area, @base_version, @input, @base, st_geomfromewkb(@point), @moved_m, @steps, @author_id, @reason)
returning id`

// propose keeps as a proposal what the edit would have made of the asset.
func (w *write) propose(ctx context.Context, tx pgx.Tx, after *geo.Asset, steps []geo.Step) error {
	x := geo.Proposal{Verb: w.edit.Verb, Type: w.assetType.Name, ToArea: w.to, AreaCode: w.to, Steps: steps, Reason: w.edit.Reason}
	if w.before != nil {
		x.AreaCode = w.before.AreaCode
	}
	if w.edit.Verb != geo.VerbCreate {
		x.AssetID = w.id
	}
	if err := describe(&x, w.before, after, w.assetType); err != nil {
		return err
	}
	err := tx.QueryRow(ctx, waitingSQL, x.UUID, w.principal.AccountID).Scan(&w.proposal)
	switch {
	case err == nil:
		return &geo.Error{Kind: geo.Waiting, Op: "store.propose", Proposal: w.proposal, Message: geo.Text{
			ID: "Perubahan Anda untuk aset ini masih menunggu pemeriksaan.",
			EN: "Your change of this asset still waits for review."}}
	case !isNoRows(err):
		return err
	}
	args := proposalArgs(&x, after)
	args["author_id"] = w.principal.AccountID
	if err := tx.QueryRow(ctx, proposeSQL, args).Scan(&w.proposal); err != nil {
		return err
	}
	w.id = x.AssetID
	if err := addEvent(ctx, tx, w.proposal, w.principal, geo.ProposalEvent{Act: geo.ActSent}); err != nil || w.edit.Verb != geo.VerbCreate {
		return err
	}
	return w.remember(ctx, tx)
}

// describe fills in what a proposal changes, from the asset before it (nil with a
// create or a restore) and after it (nil with a delete).
func describe(x *geo.Proposal, before, after *geo.Asset, t *geo.AssetType) error {
	shown := after
	if after == nil {
		shown = before
	}
	x.UUID, x.Name, x.MovedM = shown.UUID, shown.Name, geo.MovedM(before, after)
	if before != nil {
		x.BaseVersion = before.Version
	}
	switch x.Verb {
	case geo.VerbDelete, geo.VerbRestore:
		return nil
	case geo.VerbCreate:
	default:
		x.Verb = geo.VerbUpdate
	}
	x.Input, x.Base = geo.Proposed(before, after, t)
	if x.Input.Empty() {
		return geo.InvalidFields("store.propose", []geo.FieldError{{Pointer: "", Code: "unchanged", Message: geo.Text{
			ID: "Tidak ada yang berubah.", EN: "Nothing would change."}}})
	}
	if x.MovedM != nil && *x.MovedM > moveMeters && x.Reason == "" {
		return geo.InvalidFields("store.propose", []geo.FieldError{{Pointer: "/reason", Code: "reason_required",
			Detail: map[string]any{"moved_m": *x.MovedM}, Message: geo.Text{
				ID: "Tuliskan alasan memindahkan titik lebih dari 25 meter.",
				EN: "Give the reason for moving the point by more than 25 metres."}}})
	}
	return nil
}

func proposalArgs(x *geo.Proposal, after *geo.Asset) pgx.NamedArgs {
	args := pgx.NamedArgs{"id": x.ID, "verb": string(x.Verb), "type": x.Type, "asset_id": x.AssetID, "uuid": [16]byte(x.UUID), "name": x.Name,
		"area_code": string(x.AreaCode), "to_area": string(x.ToArea), "base_version": x.BaseVersion, "input": x.Input, "base": x.Base,
		"point": []byte(nil), "moved_m": x.MovedM, "steps": x.Steps, "reason": x.Reason}
	if after != nil {
		args["point"] = geo.EncodePoint(after.Point)
	}
	return args
}

const eventSQL = `insert into proposal_events (proposal_id, account_id, action, step, note, fields) values ($1, $2, $3, $4, $5, $6)`

func addEvent(ctx context.Context, tx pgx.Tx, proposal int64, by geo.Principal, e geo.ProposalEvent) error {
	fields := e.Fields
	if fields == nil {
		fields = map[string]string{}
	}
	_, err := tx.Exec(ctx, eventSQL, proposal, by.AccountID, string(e.Act), string(e.Step), e.Note, fields)
	return err
}
