package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Apply carries out one edit of principal p and returns what became of it once
// it is committed. It is the only way in which an asset is changed by a program;
// imports write many rows under the same rules. Where a rule of review is in
// force the edit becomes a proposal instead, after the same checks.
//
// Errors, by kind: Unauthorized and Forbidden (geo.Can says no), NotFound,
// NoVersion, Stale (with Current), Invalid (with Fields), Duplicate (with
// Candidates), Waiting (with Proposal), Conflict, Unavailable. Nothing is changed
// when there is one.
func (s *Store) Apply(ctx context.Context, p geo.Principal, e geo.Edit) (geo.Result, error) {
	const op = "store.Apply"
	if p.Anonymous() {
		return geo.Result{}, &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
			ID: "Masuk dahulu untuk mengubah data.", EN: "Log in to change data."}}
	}
	var w write
	err := s.begin(ctx, op, act{principal: p, kind: "edit", reason: e.Reason}, func(tx pgx.Tx) error {
		w = write{store: s, principal: p, edit: e, now: s.now(), id: e.ID}
		return w.run(ctx, tx)
	})
	if err != nil {
		return geo.Result{}, err
	}
	return w.result(ctx)
}

// write is one run of an edit.
type write struct {
	store     *Store
	principal geo.Principal
	edit      geo.Edit
	now       time.Time

	publishes *geo.Proposal // that this carries out; the rights are its reviewer's

	assetType *geo.AssetType
	rules     geo.ReviewRules
	before    *geo.Asset // what is changed; nil with VerbCreate and VerbRestore
	to        geo.Code   // that the asset is claimed for afterwards

	id       int64 // of the asset
	tx       int64 // of the transaction, in revisions; 0 when nothing was written
	repeated bool  // a create that had been done before
	proposal int64 // that the edit became; 0 when it was carried out
}

func (w *write) run(ctx context.Context, tx pgx.Tx) error {
	if err := w.readRules(ctx, tx); err != nil {
		return err
	}
	if err := w.awaitRepeats(ctx, tx); err != nil {
		return err
	}
	if len(w.rules) == 0 || w.edit.Verb == geo.VerbConfirm || w.principal.AccountID < 0 {
		return w.carryOut(ctx, tx)
	}
	return w.carryOutOrPropose(ctx, tx)
}

// carryOut is the one way in which an edit is checked and written.
func (w *write) carryOut(ctx context.Context, tx pgx.Tx) error {
	switch w.edit.Verb {
	case geo.VerbCreate:
		return w.create(ctx, tx)
	case geo.VerbRestore:
		return w.restore(ctx, tx)
	}
	base, err := w.base(ctx, tx)
	if err != nil {
		return err
	}
	w.before, w.to = base, base.AreaCode
	switch w.edit.Verb {
	case geo.VerbDelete:
		return w.delete(ctx, tx)
	case geo.VerbConfirm:
		return tx.QueryRow(ctx, confirmSQL, w.id, w.principal.Actor()).Scan(&w.tx)
	case geo.VerbReplace, geo.VerbMerge:
		return w.update(ctx, tx, base)
	case geo.VerbRevert:
		return w.revert(ctx, tx, base)
	}
	return &geo.Error{Kind: geo.BadRequest, Op: "store.Apply", Err: fmt.Errorf("verb %q", w.edit.Verb)}
}

const (
	typeSQL  = `select ` + typeColumns + ` from asset_types a where name = $1`
	rulesSQL = `select coalesce((select value from settings where name = 'review'), '[]')`
)

// readRules reads, in one exchange, the type of the asset and the rules of review.
func (w *write) readRules(ctx context.Context, tx pgx.Tx) error {
	var both pgx.Batch
	both.Queue(typeSQL, w.edit.Type).Query(func(rows pgx.Rows) (err error) {
		w.assetType, err = pgx.CollectExactlyOneRow(rows, scanType)
		return err
	})
	both.Queue(rulesSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&w.rules) })
	return tx.SendBatch(ctx, &both).Close()
}

const baseSQL = `select ` + assetColumns + `, ` + privateColumns + `
from assets a` + stampSQL + `where a.id = $1 for update of a`

// base locks and reads the asset that the edit changes, and checks right and
// version.
func (w *write) base(ctx context.Context, tx pgx.Tx) (*geo.Asset, error) {
	named := w.edit.IfVersion != 0 || w.edit.AnyVersion
	base, err := oneAsset(ctx, tx, baseSQL, w.id)
	if isNoRows(err) { // not there, or not this principal's to change
		base, err = oneAsset(ctx, tx, privateAssetSQL, w.id)
	}
	if isNoRows(err) && named {
		return nil, staleError(nil)
	}
	if err != nil {
		return nil, err
	}
	target := geo.Target{Area: base.AreaCode, Type: base.Type, Held: !base.Published()}
	switch {
	case base.Type != w.edit.Type, !w.can(geo.ActionRead, target):
		return nil, geo.NotFoundError("store.base")
	case !w.mayChange(target):
		return nil, forbidden(base.AreaCode)
	case !named:
		return nil, noVersion()
	case !w.edit.AnyVersion && base.Version != w.edit.IfVersion:
		return nil, staleError(base)
	}
	return base, nil
}

func (w *write) can(action geo.Action, target geo.Target) bool {
	return geo.Can(w.principal, action, target, w.now)
}

// mayChange reports whether the principal may change assets at target: an editor
// may, and who publishes a proposal there may as a reviewer.
func (w *write) mayChange(target geo.Target) bool {
	if w.publishes != nil {
		return w.can(geo.ActionReview, target)
	}
	return w.can(geo.ActionEdit, target)
}

func forbidden(area geo.Code) error {
	return &geo.Error{Kind: geo.Forbidden, Op: "store.Apply", Message: geo.Text{
		ID: "Anda tidak berwenang mengubah data di wilayah " + string(area) + ".",
		EN: "You may not change data in area " + string(area) + "."}}
}

func noVersion() error {
	return &geo.Error{Kind: geo.NoVersion, Op: "store.base", Message: geo.Text{
		ID: "Sebutkan versi yang diubah (If-Match).", EN: "Name the version to change (If-Match)."}}
}

func staleError(current *geo.Asset) error {
	return &geo.Error{Kind: geo.Stale, Op: "store.base", Current: current, Message: geo.Text{
		ID: "Data ini sudah diubah orang lain sejak Anda membukanya.",
		EN: "Somebody else changed this since you opened it."}}
}

func (w *write) create(ctx context.Context, tx pgx.Tx) error {
	draft, err := geo.ApplyInput(nil, w.assetType, w.store.validator, w.edit)
	if err != nil {
		return err
	}
	if w.publishes == nil {
		if done, err := w.seenBefore(ctx, tx, draft); done || err != nil {
			return err
		}
	}
	if err := w.claim(ctx, tx, draft); err != nil {
		return err
	}
	if err := w.mark(ctx, tx, draft); err != nil {
		return err
	}
	if err := insert(ctx, tx, &draft.Asset, &w.id, &w.tx); err != nil {
		return err
	}
	return w.remember(ctx, tx)
}

// remember keeps the result of a create under its Idempotency-Key.
func (w *write) remember(ctx context.Context, tx pgx.Tx) error {
	if w.edit.IdempotencyKey == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into idempotency_keys (account_id, key, request_hash, asset_id, proposal_id) values ($1, $2, $3, nullif($4, 0), nullif($5, 0))`,
		w.principal.AccountID, w.edit.IdempotencyKey, w.requestHash(), w.id, w.proposal)
	return err
}

// awaitRepeats has creates that repeat each other, and arrive together, wait for
// the first: what it makes is not a duplicate of itself. The lock is held to the
// end of the transaction, so it is not taken behind a savepoint, which lets it go.
func (w *write) awaitRepeats(ctx context.Context, tx pgx.Tx) error {
	if w.edit.Verb != geo.VerbCreate {
		return nil
	}
	var id string
	if json.Unmarshal(w.edit.Input.Properties["uuid"], &id) == nil {
		if parsed, err := uuid.Parse(id); err == nil {
			id = parsed.String()
		}
	}
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(k, 7101)) from unnest(array[$1, $2]) k where k <> '' order by k`,
		id, w.edit.IdempotencyKey)
	return err
}

// seenBefore finds the first result of a create that is repeated, by its
// Idempotency-Key or by the asset's UUID.
func (w *write) seenBefore(ctx context.Context, tx pgx.Tx, draft *geo.Draft) (bool, error) {
	if w.edit.IdempotencyKey != "" {
		var hash []byte
		err := tx.QueryRow(ctx, `select request_hash, coalesce(asset_id, 0), coalesce(proposal_id, 0) from idempotency_keys where account_id = $1 and key = $2`,
			w.principal.AccountID, w.edit.IdempotencyKey).Scan(&hash, &w.id, &w.proposal)
		switch {
		case err == nil && !slices.Equal(hash, w.requestHash()):
			return false, &geo.Error{Kind: geo.Invalid, Op: "store.create", Message: geo.Text{
				ID: "Kunci ini sudah dipakai untuk isi yang lain.", EN: "This key was used for other content."}}
		case err == nil:
			w.repeated = true
			return true, nil
		case !isNoRows(err):
			return false, err
		}
	}
	if _, given := w.edit.Input.Properties["uuid"]; !given {
		return false, nil
	}
	var area, typ string
	err := tx.QueryRow(ctx, `select id, area_code, type from assets where uuid = $1`, draft.Asset.UUID).Scan(&w.id, &area, &typ)
	if isNoRows(err) {
		return w.seenUnpublished(ctx, tx, draft)
	}
	if err != nil {
		return false, err
	}
	if typ != w.edit.Type || !w.can(geo.ActionEdit, geo.Target{Area: geo.Code(area), Type: typ}) {
		return false, conflict("UUID ini sudah dipakai.", "This UUID is taken.")
	}
	w.repeated = true
	return true, nil
}

const unpublishedSQL = `select exists (select from asset_history where uuid = $1),
coalesce((select max(id) from proposals where uuid = $1 and verb = 'create' and author_id = $2), 0),
exists (select from proposals where uuid = $1 and closed_at is null and author_id <> $2)`

// seenUnpublished is seenBefore for the UUID of what is no asset now: it was
// deleted, or it waits for review.
func (w *write) seenUnpublished(ctx context.Context, tx pgx.Tx, draft *geo.Draft) (bool, error) {
	var deleted, taken bool
	err := tx.QueryRow(ctx, unpublishedSQL, draft.Asset.UUID, w.principal.AccountID).Scan(&deleted, &w.proposal, &taken)
	switch {
	case err != nil:
		return false, err
	case deleted:
		return false, conflict("Aset dengan UUID ini sudah dihapus.", "The asset with this UUID was deleted.")
	case taken:
		return false, conflict("UUID ini sudah dipakai.", "This UUID is taken.")
	}
	w.repeated = w.proposal != 0
	return w.repeated, nil
}

func conflict(id, en string) error {
	return &geo.Error{Kind: geo.Conflict, Op: "store.Apply", Message: geo.Text{ID: id, EN: en}}
}

// requestHash stands for the content of a create. JSON objects marshal with
// sorted keys, so equal content has an equal hash.
func (w *write) requestHash() []byte {
	b, err := json.Marshal([]any{w.edit.Type, w.edit.Input.Geometry, w.edit.Input.Properties})
	if err != nil {
		b = []byte(w.edit.Type) // cannot happen: the properties were JSON
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// claim settles which kelurahan the asset is claimed for and whether the
// principal may write there. Without a code it is the one kelurahan at the
// point that the principal may edit.
func (w *write) claim(ctx context.Context, tx pgx.Tx, draft *geo.Draft) error {
	a := &draft.Asset
	if a.AreaCode == "" {
		code, err := w.claimByPlace(ctx, tx, a)
		if err != nil {
			return err
		}
		a.AreaCode = code
	}
	target := geo.Target{Area: a.AreaCode, Type: a.Type}
	if !w.mayChange(target) {
		return forbidden(a.AreaCode)
	}
	// A proposal holds an override only if its author had the right to one.
	if string(w.edit.Input.Properties["placement"]) == `"override"` && (w.publishes != nil || w.can(geo.ActionOverride, target)) {
		a.Placement = geo.Override
	}
	w.to = a.AreaCode
	return nil
}

const areasAtSQL = `select code from areas where level = 4 and boundary && st_geomfromewkb($1) and st_covers(boundary, st_geomfromewkb($1)) order by code`

func (w *write) claimByPlace(ctx context.Context, tx pgx.Tx, a *geo.Asset) (geo.Code, error) {
	missing := geo.InvalidFields("store.claim", []geo.FieldError{{Pointer: "/properties/area_code", Code: "required",
		Message: geo.Text{ID: "Pilih kelurahan atau desa.", EN: "Choose the kelurahan or desa."}}})
	if a.Point == nil {
		return "", missing
	}
	codes, err := collect(ctx, tx, pgx.RowTo[string], areasAtSQL, geo.EncodePoint(a.Point))
	if err != nil {
		return "", err
	}
	codes = slices.DeleteFunc(codes, func(c string) bool {
		return !w.can(geo.ActionEdit, geo.Target{Area: geo.Code(c), Type: a.Type})
	})
	if len(codes) != 1 {
		return "", missing
	}
	return geo.Code(codes[0]), nil
}

const (
	duplicatesSQL = `select ` + assetColumns + ` from likely_duplicates($1, $2, $3, st_geomfromewkb($4)) d
join assets a on a.id = d.id` + stampSQL + `order by d.distance_m, a.id`
	othersSQL = `select ` + assetColumns + ` from active_others($1, $2, $3) d
join assets a on a.id = d.id` + stampSQL + `order by a.id`
)

// mark looks for likely duplicates and for too many of a kind. It refuses
// unless the caller said that the asset is another; then the asset is marked.
func (w *write) mark(ctx context.Context, tx pgx.Tx, draft *geo.Draft) error {
	a := &draft.Asset
	found := map[string][]*geo.Asset{}
	var err error
	if a.Point != nil {
		if found[geo.MarkDuplicate], err = collect(ctx, tx, scanPublicAsset, duplicatesSQL, a.ID, a.Type, a.Name, geo.EncodePoint(a.Point)); err != nil {
			return err
		}
	}
	if a.Operation == "aktif" {
		if found[geo.MarkTooMany], err = collect(ctx, tx, scanPublicAsset, othersSQL, a.ID, a.Type, string(a.AreaCode)); err != nil {
			return err
		}
	}
	var candidates []*geo.Asset
	a.Marks = nil
	for _, mark := range slices.Sorted(maps.Keys(found)) {
		if len(found[mark]) > 0 {
			a.Marks = append(a.Marks, mark)
		}
		candidates = append(candidates, found[mark]...)
	}
	candidates = w.visible(candidates)
	if len(candidates) == 0 || w.edit.AllowDuplicate {
		return nil
	}
	return &geo.Error{Kind: geo.Duplicate, Op: "store.mark", Candidates: candidates, Message: geo.Text{
		ID: "Mungkin aset ini sudah ada.", EN: "This asset may exist already."}}
}

// visible leaves the assets that the principal may know of, each once.
func (w *write) visible(assets []*geo.Asset) []*geo.Asset {
	seen := map[int64]bool{}
	return slices.DeleteFunc(assets, func(a *geo.Asset) bool {
		again := seen[a.ID]
		seen[a.ID] = true
		return again || !w.can(geo.ActionRead, geo.Target{Area: a.AreaCode, Type: a.Type, Held: !a.Published()})
	})
}

func (w *write) update(ctx context.Context, tx pgx.Tx, base *geo.Asset) error {
	draft, err := geo.ApplyInput(base, w.assetType, w.store.validator, w.edit)
	if err != nil {
		return err
	}
	a := &draft.Asset
	if err := w.claim(ctx, tx, draft); err != nil {
		return err
	}
	if draft.PointMoved || a.AreaCode != base.AreaCode || a.Name != base.Name || a.Operation != base.Operation {
		if err := w.mark(ctx, tx, draft); err != nil {
			return err
		}
	}
	return replace(ctx, tx, a, &w.tx)
}

func (w *write) delete(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `delete from assets where id = $1`, w.id); err != nil {
		return err
	}
	return tx.QueryRow(ctx, `select open_transaction()`).Scan(&w.tx)
}

const committedSQL = `select coalesce((select revision from revisions where id = $1), (select revision from revision_clock))`

// result reads what the committed edit left.
func (w *write) result(ctx context.Context) (geo.Result, error) {
	if w.proposal != 0 {
		x, err := w.store.Proposal(ctx, w.principal, w.proposal)
		return geo.Result{Proposal: x}, err
	}
	r := geo.Result{Created: w.edit.Verb == geo.VerbCreate && !w.repeated}
	pool := w.store.pool
	if w.edit.Verb == geo.VerbDelete {
		err := pool.QueryRow(ctx, committedSQL, w.tx).Scan(&r.Revision)
		return r, mapError("store.Apply", err)
	}
	a, err := w.store.asset(ctx, w.principal, w.id)
	if err != nil {
		return r, err
	}
	r.Asset, r.Revision = a, a.Revision
	return r, nil
}
