package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Undo takes back what a revision did to assets, or what somebody did in a time,
// as one new revision of its own: what was created is deleted, what was changed
// is as it was, what was deleted is there again. Assets that anything else
// touched since are kept and listed, as are those that cannot be as they were.
// Fields about people have no past and stay.
//
// p must administer the areas of all that was touched, then and now; a person in
// charge may undo their own revisions where they may edit and no review is asked
// for. It is NotFound when nothing that p may read was touched, Forbidden,
// Invalid without a reason, TooLarge beyond geo.MaxUndo, and a Conflict for a
// revision that changed boundaries.
func (s *Store) Undo(ctx context.Context, p geo.Principal, u geo.Undo) (geo.UndoReport, error) {
	const op = "store.Undo"
	if u.Reason == "" {
		return geo.UndoReport{}, geo.InvalidFields(op, []geo.FieldError{{Pointer: "/reason", Code: "required",
			Message: geo.Text{ID: "Tuliskan alasannya.", EN: "Give the reason."}}})
	}
	var run *undoRun
	var opened *int64
	err := s.begin(ctx, op, act{principal: p, kind: "undo", reason: u.Reason}, func(tx pgx.Tx) error {
		run = &undoRun{tx: tx, who: p, store: s, undo: u, report: geo.UndoReport{DryRun: u.DryRun, Kept: []geo.KeptAsset{}}}
		if err := run.work(ctx); err != nil {
			return err
		}
		if u.DryRun {
			return errDryRun
		}
		return tx.QueryRow(ctx, openedSQL).Scan(&opened)
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return geo.UndoReport{}, err
	}
	if opened != nil {
		err = s.pool.QueryRow(ctx, committedSQL, *opened).Scan(&run.report.Revision)
		return run.report, mapError(op, err)
	}
	return run.report, nil
}

// undoRun is one try of an undo.
type undoRun struct {
	tx     pgx.Tx
	who    geo.Principal
	store  *Store
	undo   geo.Undo
	report geo.UndoReport
}

func (r *undoRun) work(ctx context.Context) error {
	args := pgx.NamedArgs{"revision": r.undo.Revision, "actor": r.undo.Actor, "from": r.undo.From, "until": r.undo.Until,
		"type": r.undo.Type, "area": string(r.undo.Area)}
	if err := r.exec(ctx, args, undoneSQL, `analyze undo_tx`, undoTouchedSQL, undoAssetsSQL, `create index on undo_assets (id)`, `analyze undo_assets`); err != nil {
		return err
	}
	if err := r.permit(ctx); err != nil {
		return err
	}
	if err := r.bounded(ctx); err != nil {
		return err
	}
	if err := r.exec(ctx, args, undoLockSQL, undoRowsSQL); err != nil {
		return err
	}
	counts, err := r.counts(ctx)
	if err != nil {
		return err
	}
	if counts["hidden"] > 0 {
		return r.forbidden()
	}
	if err := r.listKept(ctx); err != nil {
		return err
	}
	return r.write(ctx, counts)
}

func (r *undoRun) exec(ctx context.Context, args pgx.NamedArgs, statements ...string) error {
	for _, sql := range statements {
		if _, err := r.tx.Exec(ctx, sql, args); err != nil {
			return err
		}
	}
	return nil
}

// bounded refuses more than can be undone at once.
func (r *undoRun) bounded(ctx context.Context) error {
	var total int
	if err := r.tx.QueryRow(ctx, `select count(*) from undo_assets`).Scan(&total); err != nil || total <= geo.MaxUndo {
		return err
	}
	return &geo.Error{Kind: geo.TooLarge, Op: "store.Undo", Message: geo.Text{
		ID: fmt.Sprintf("Ini menyangkut %d aset; paling banyak %d sekaligus. Persempit dengan jenis atau wilayah.", total, geo.MaxUndo),
		EN: fmt.Sprintf("This touches %d assets; %d at once are the most. Narrow it by type or area.", total, geo.MaxUndo)}}
}

func (r *undoRun) forbidden() error {
	return &geo.Error{Kind: geo.Forbidden, Op: "store.Undo", Message: geo.Text{
		ID: "Hanya administrator wilayahnya yang dapat membatalkan ini.", EN: "Only an administrator of the area may undo this."}}
}

// permit checks the right to all that was touched.
func (r *undoRun) permit(ctx context.Context) error {
	own, areas := true, false
	rows, err := r.tx.Query(ctx, `select actor, areas from undo_tx`)
	if err != nil {
		return err
	}
	var actor string
	var changedAreas bool
	if _, err = pgx.ForEachRow(rows, []any{&actor, &changedAreas}, func() error {
		own, areas = own && actor == r.who.Actor(), areas || changedAreas
		return nil
	}); err != nil {
		return err
	}
	if areas && r.undo.Revision != 0 && r.may(geo.ActionWatch, geo.Target{}) {
		return conflict("Revisi ini mengubah batas wilayah. Kembalikan wilayahnya satu per satu dari riwayatnya.",
			"This revision changed boundaries. Bring the areas back one by one from their histories.")
	}
	places, err := r.places(ctx)
	if err != nil {
		return err
	}
	var rules geo.ReviewRules
	if err := r.tx.QueryRow(ctx, rulesSQL).Scan(&rules); err != nil {
		return err
	}
	known, permitted := false, true
	for _, t := range places {
		known = known || r.may(geo.ActionReadFull, t)
		permitted = permitted && (r.may(geo.ActionAdminister, t) || own && r.may(geo.ActionEdit, t) && len(rules.For(t.Area, t.Type)) == 0)
	}
	switch {
	case !known:
		return geo.NotFoundError("store.Undo")
	case !permitted:
		return r.forbidden()
	}
	return nil
}

func (r *undoRun) may(action geo.Action, t geo.Target) bool {
	return geo.Can(r.who, action, t, r.store.now())
}

// places are where the touched assets belonged, before and after, each once.
func (r *undoRun) places(ctx context.Context) ([]geo.Target, error) {
	return collect(ctx, r.tx, func(row pgx.CollectableRow) (t geo.Target, err error) {
		return t, row.Scan(&t.Type, &t.Area)
	}, undoPlacesSQL)
}

// counts says how many assets each thing is done with.
func (r *undoRun) counts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	rows, err := r.tx.Query(ctx, undoCountSQL)
	if err != nil {
		return nil, err
	}
	var what string
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
		counts[what] = n
		return nil
	}); err != nil {
		return nil, err
	}
	r.report.Deleted, r.report.Reverted, r.report.Restored = counts["delete"], counts["revert"], counts["restore"]
	r.report.KeptTotal = counts["changed"] + counts["no type"] + counts["no area"] + counts["no uuid"]
	return counts, nil
}

// listKept names the assets that are kept, but for those that went where the
// principal may not read.
func (r *undoRun) listKept(ctx context.Context) error {
	rows, err := r.tx.Query(ctx, undoKeptSQL, geo.MaxKept)
	if err != nil {
		return err
	}
	var k geo.KeptAsset
	var area geo.Code
	var what string
	_, err = pgx.ForEachRow(rows, []any{&k.Collection, &k.ID, &k.Name, &area, &what}, func() error {
		if k.Why = whyKept(what); r.may(geo.ActionReadFull, geo.Target{Area: area, Type: k.Collection}) {
			r.report.Kept = append(r.report.Kept, k)
		}
		return nil
	})
	return err
}

func whyKept(what string) geo.Text {
	switch what {
	case "no type":
		return geo.Text{ID: "Jenis asetnya tidak terdaftar lagi.", EN: "Its type is no longer registered."}
	case "no area":
		return geo.Text{ID: "Kelurahan atau desanya yang dulu tidak ada lagi.", EN: "The kelurahan or desa of then is gone."}
	case "no uuid":
		return geo.Text{ID: "UUID-nya sudah dipakai aset lain.", EN: "Its UUID is taken by another asset."}
	}
	return geo.Text{ID: "Sudah diubah lagi sesudahnya.", EN: "It was changed again since."}
}

// write does it. The rows are placed already, and say so.
func (r *undoRun) write(ctx context.Context, counts map[string]int) error {
	if _, err := r.tx.Exec(ctx, `select set_config('patok.placed', 'yes', true)`); err != nil {
		return err
	}
	for _, step := range []struct{ what, sql string }{{"delete", undoDeleteSQL}, {"revert", undoRevertSQL}, {"restore", undoRestoreSQL}} {
		if counts[step.what] == 0 {
			continue
		}
		tag, err := r.tx.Exec(ctx, step.sql)
		if err != nil {
			return err
		}
		if int(tag.RowsAffected()) != counts[step.what] {
			return fmt.Errorf("store: the undo wrote %d rows, not %d, to %s", tag.RowsAffected(), counts[step.what], step.what)
		}
	}
	if _, err := r.tx.Exec(ctx, `select set_config('patok.placed', '', true)`); err != nil {
		return err
	}
	return audit(ctx, r.tx, geo.AuditEntry{Actor: r.who.Actor(), Action: "undo", Target: r.target(), Detail: map[string]any{
		"reason": r.undo.Reason, "deleted": r.report.Deleted, "reverted": r.report.Reverted, "restored": r.report.Restored, "kept": r.report.KeptTotal}})
}

// target names what is undone in the audit log.
func (r *undoRun) target() string {
	if r.undo.Revision != 0 {
		return fmt.Sprintf("revision %d", r.undo.Revision)
	}
	return fmt.Sprintf("%s %s/%s", r.undo.Actor, r.undo.From.UTC().Format(time.RFC3339), r.undo.Until.UTC().Format(time.RFC3339))
}
