package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const addReceiptSQL = `insert into imports (what, file, sha256, account_id, report, tx)
values ($1, $2, $3, nullif($4, -1), $5, $6) returning id`

// maxReceiptVerdicts is how many rows a receipt says something of.
const maxReceiptVerdicts = 1000

// leaveReceipt keeps what became of an import, and writes it into the audit log.
func (r *importRun) leaveReceipt(ctx context.Context, actor string, opened int64) error {
	what := map[string]string{areaImporter: "areas", assetImporter: "assets", figureImporter: "figures"}[actor]
	if r.o.SHA256 == nil || what == "" {
		return nil
	}
	base := r.report
	listed := min(len(base.Verdicts), maxReceiptVerdicts)
	base.Verdicts, base.Unlisted = base.Verdicts[:listed], base.Unlisted+len(base.Verdicts)-listed
	var full any = base
	if r.full != nil {
		full = r.full(base)
	}
	report, err := json.Marshal(full)
	if err != nil {
		return err
	}
	if err := r.tx.QueryRow(ctx, addReceiptSQL, what, r.o.File, r.o.SHA256, r.who.AccountID, report, opened).Scan(&r.report.Receipt); err != nil {
		return err
	}
	return audit(ctx, r.tx, geo.AuditEntry{Actor: r.who.Actor(), Action: "import", Target: r.o.File, Detail: map[string]any{
		"what": what, "new": r.report.New, "changed": r.report.Changed, "refused": r.report.Refused, "receipt": r.report.Receipt}})
}

// A batch that was sent since an import closes the way back.
const (
	receiptColumns = `i.id, i.what, i.file, i.sha256, i.account_id, a.name, a.title, i.at, coalesce(r.revision, 0), i.report, u.committed_at,
case when i.what = 'figures' then i.undone_tx is null and not ` + sentSinceSQL + ` else i.what = 'assets' and i.undone_tx is null end`

	sentSinceSQL = `exists (
    select from (select v.batch_id from batch_values v where v.from_tx = i.tx union select h.batch_id from batch_value_history h where h.from_tx = i.tx) w
    join batches b on b.id = w.batch_id
    where b.state not in ('draft', 'returned', 'withdrawn')
       or exists (select from batch_events e where e.batch_id = b.id and e.action = 'sent' and e.at > i.at))`

	fromReceipts = ` from imports i left join accounts a on a.id = i.account_id
left join lateral (select v.* from revisions v where v.id = i.tx limit 1) r on true
left join lateral (select v.* from revisions v where v.id = i.undone_tx limit 1) u on true `

	receiptsSQL = `select ` + receiptColumns + fromReceipts + `
where (@all or i.account_id = @account) and (@before = 0 or i.id < @before) order by i.id desc limit @limit`
	receiptSQL = `select ` + receiptColumns + fromReceipts + `where i.id = @id and (@all or i.account_id = @account)`
)

func (s *Store) scanReceipt(p geo.Principal) pgx.RowToFunc[geo.Receipt] {
	all := geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now())
	return func(row pgx.CollectableRow) (c geo.Receipt, err error) {
		var account *int64
		var name, title *string
		err = row.Scan(&c.ID, &c.What, &c.File, &c.SHA256, &account, &name, &title, &c.At, &c.Revision, &c.Report, &c.UndoneAt, &c.CanUndo)
		if account != nil && name != nil && title != nil {
			c.By = &geo.Who{ID: *account, Name: *name, Title: *title}
		}
		c.At, c.UndoneAt = c.At.UTC(), utc(c.UndoneAt)
		c.CanUndo = c.CanUndo && !p.ReadOnly && (all || c.What == "figures")
		return c, err
	}
}

func (s *Store) receiptArgs(p geo.Principal) pgx.NamedArgs {
	return pgx.NamedArgs{"all": geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()), "account": p.AccountID}
}

// Receipts lists what p took in, newest first; who administers everything sees
// what anybody did. next is the last one of this page, 0 when there are no more.
func (s *Store) Receipts(ctx context.Context, p geo.Principal, before int64, limit int) (list []geo.Receipt, next int64, err error) {
	err = s.read(ctx, "store.Receipts", p, func(tx pgx.Tx) error {
		args := s.receiptArgs(p)
		args["before"], args["limit"] = before, limit+1
		list, err = collect(ctx, tx, s.scanReceipt(p), receiptsSQL, args)
		return err
	})
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, err
}

// Receipt reads one; NotFound for those whose it is not.
func (s *Store) Receipt(ctx context.Context, p geo.Principal, id int64) (c geo.Receipt, err error) {
	err = s.read(ctx, "store.Receipt", p, func(tx pgx.Tx) error {
		c, err = s.receipt(ctx, tx, p, id)
		return err
	})
	return c, err
}

func (s *Store) receipt(ctx context.Context, tx pgx.Tx, p geo.Principal, id int64) (geo.Receipt, error) {
	args := s.receiptArgs(p)
	args["id"] = id
	list, err := collect(ctx, tx, s.scanReceipt(p), receiptSQL, args)
	if err == nil && len(list) == 0 {
		err = geo.NotFoundError("store.receipt")
	}
	if err != nil {
		return geo.Receipt{}, err
	}
	return list[0], nil
}

const (
	lockReceiptSQL = `select tx from imports where id = $1 for update`
	undoneSQLMark  = `update imports set undone_tx = $2, undone_by = nullif($3, -1) where id = $1`
)

// UndoImport takes back what an import did, as one revision: assets as Undo does,
// figures to what they were before; what somebody changed since is kept. Who made
// the import may, where they still may enter, and who administers everything.
//
// Errors, by kind: NotFound, Forbidden, Invalid without a reason, Conflict when it
// was undone already, or when one of its batches was sent since.
func (s *Store) UndoImport(ctx context.Context, p geo.Principal, id int64, reason string) (done geo.Undone, err error) {
	const op = "store.UndoImport"
	if reason == "" {
		return done, invalid(op, "/reason", "required", "Tuliskan alasannya.", "Give the reason.")
	}
	var opened *int64
	err = s.begin(ctx, op, act{principal: p, kind: "undo", reason: reason}, func(tx pgx.Tx) error {
		c, err := s.receipt(ctx, tx, p, id)
		if err != nil {
			return err
		}
		var wrote int64
		if err := tx.QueryRow(ctx, lockReceiptSQL, id).Scan(&wrote); err != nil {
			return err
		}
		if c, err = s.receipt(ctx, tx, p, id); err != nil { // as it is behind the lock
			return err
		}
		if c.UndoneAt != nil {
			return conflict("Impor ini sudah dibatalkan.", "This import was undone already.")
		}
		if done, err = s.takeBack(ctx, tx, p, c, wrote, reason); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, openedSQL).Scan(&opened); err != nil {
			return err
		}
		if opened == nil {
			return conflict("Semua yang dimasukkan impor ini sudah diubah orang.", "Everything that this import brought was changed by somebody since.")
		}
		if _, err := tx.Exec(ctx, undoneSQLMark, id, *opened, p.AccountID); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "import_undone", Target: c.File, Detail: map[string]any{
			"what": c.What, "receipt": id, "undone": done.Undone, "kept": done.Kept, "reason": reason}})
	})
	if err != nil {
		return geo.Undone{}, err
	}
	err = s.pool.QueryRow(ctx, committedSQL, *opened).Scan(&done.Revision)
	return done, mapError(op, err)
}

// takeBack undoes what an import of a kind wrote.
func (s *Store) takeBack(ctx context.Context, tx pgx.Tx, p geo.Principal, c geo.Receipt, wrote int64, reason string) (geo.Undone, error) {
	if c.What == "figures" {
		return s.takeBackFigures(ctx, tx, p, c, wrote, reason)
	}
	run := &undoRun{tx: tx, who: p, store: s, undo: geo.Undo{Revision: c.Revision, Reason: reason}}
	err := run.work(ctx)
	r := run.report
	return geo.Undone{Undone: r.Deleted + r.Reverted + r.Restored, Kept: r.KeptTotal}, err
}
