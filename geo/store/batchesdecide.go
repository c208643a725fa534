package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// DecideBatch carries out what p decides about a batch: it is sent, a step is
// taken (with the last one it is closed), returned to those who enter, or
// withdrawn. It returns the batch as it is then.
//
// Errors, by kind: NotFound, Forbidden (also for who wrote it), Stale, Conflict
// (its state does not allow it), Invalid (what it lacks to be sent). Of several at
// once one is carried out.
func (s *Store) DecideBatch(ctx context.Context, p geo.Principal, d indicator.BatchDecision) (b *indicator.Batch, err error) {
	const op = "store.DecideBatch"
	if err := geo.InvalidFields(op, d.Check()); err != nil {
		return nil, err
	}
	deciding := act{principal: p, kind: "edit", reason: d.Note}
	if d.Act == indicator.ActApproved || d.Act == indicator.ActReturned {
		deciding.kind, deciding.approvedBy = "review", p.Actor()
	}
	err = s.begin(ctx, op, deciding, func(tx pgx.Tx) error {
		if err := s.decideBatch(ctx, tx, p, d); err != nil {
			return err
		}
		b, err = s.batch(ctx, tx, p, d.ID)
		return err
	})
	return b, err
}

// decideBatch carries out a decision that was checked.
func (s *Store) decideBatch(ctx context.Context, tx pgx.Tx, p geo.Principal, d indicator.BatchDecision) error {
	b, err := s.lockBatch(ctx, tx, p, d.ID)
	if err != nil {
		return err
	}
	if err := s.mayDecide(p, b, d.Act); err != nil {
		return err
	}
	if err := sameBatch(b, p, d.Version); err != nil {
		return err
	}
	if d.Act == indicator.ActSent {
		if err := complete(ctx, tx, b); err != nil {
			return err
		}
	}
	return moveBatch(ctx, tx, p, b, d)
}

// mayDecide is nil when p may do this with a batch as it stands.
func (s *Store) mayDecide(p geo.Principal, b *indicator.Batch, act indicator.Act) error {
	const op = "store.mayDecide"
	now := s.now()
	rights := b.Rights(p, now)
	enters := indicator.CanEnter(p, b.Origin, b.AreaCode, now)
	switch {
	case act == indicator.ActSent && rights.Send, act == indicator.ActWithdrawn && rights.Withdraw,
		act == indicator.ActApproved && rights.Approve, act == indicator.ActReturned && rights.Return:
		return nil
	case act == indicator.ActSent || act == indicator.ActWithdrawn:
		if enters {
			return notNow(b)
		}
		return notTheirs(op)
	case !geo.Can(p, geo.ActionCheck, geo.Target{Area: b.AreaCode}, now):
		return notTheirs(op)
	case !b.Waits():
		return notNow(b)
	case b.WrittenBy(p):
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Angka tidak boleh disetujui oleh yang mengisi atau mengirimnya sendiri.",
			EN: "Nobody approves figures that they put in or sent themselves."}}
	}
	return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
		ID: "Langkah pemeriksaan ini bukan wewenang Anda.", EN: "This step is not yours to take."}}
}

const heldMinutesSQL = `select s.definition ->> 'minutes' = 'true' and not exists (select from batch_minutes m where m.batch_id = b.id)
from batches b join sources s on s.code = b.source where b.id = $1`

// complete is nil when a batch has all that it needs to be sent.
func complete(ctx context.Context, tx pgx.Tx, b *indicator.Batch) error {
	var lacksMinutes bool
	if err := tx.QueryRow(ctx, heldMinutesSQL, b.ID).Scan(&lacksMinutes); err != nil {
		return err
	}
	values, err := collect(ctx, tx, scanValue, batchValuesSQL, b.ID)
	if err != nil {
		return err
	}
	reg, err := registry(ctx, tx)
	if err != nil {
		return err
	}
	return geo.InvalidFields("store.complete", indicator.Lacks(reg, values, lacksMinutes))
}

const moveBatchSQL = `update batches set state = @state, step = @step, changed_at = clock_timestamp(),
sent_at = case when @state = 'sent' then clock_timestamp() else sent_at end,
closed_at = case when @state in ('closed', 'withdrawn') then clock_timestamp() else closed_at end,
writers = case when @state <> 'sent' or @account < 0 or @account = any(writers) then writers else writers || @account::bigint end
where id = @id`

// moveBatch brings a batch into its next state, and writes down who did.
func moveBatch(ctx context.Context, tx pgx.Tx, p geo.Principal, b *indicator.Batch, d indicator.BatchDecision) error {
	state, step := b.After(d.Act)
	e := indicator.Event{Act: d.Act, Number: d.Number, Dated: d.Dated, Note: d.Note, Cells: d.Cells}
	if b.Waits() && d.Act != indicator.ActWithdrawn {
		e.Step = b.Steps[b.Step]
	}
	if state == indicator.Closed {
		e.Act = indicator.ActClosed
	}
	if _, err := tx.Exec(ctx, moveBatchSQL, pgx.NamedArgs{"id": b.ID, "state": string(state), "step": step, "account": p.AccountID}); err != nil {
		return err
	}
	if err := addBatchEvent(ctx, tx, b.ID, p, e); err != nil {
		return err
	}
	return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "batch_" + string(e.Act), Target: batchTarget(b.ID), Detail: map[string]any{
		"area": b.AreaCode, "period": b.Period, "source": b.Source, "edition": b.Edition, "step": e.Step, "number": d.Number}})
}

const (
	putMarkSQL = `insert into batch_marks (batch_id, mark, dated, number, note, account_id) values (@batch, @mark, @dated::text::date, @number, @note, nullif(@account, -1))
on conflict (batch_id, mark) do update set dated = excluded.dated, number = excluded.number, note = excluded.note,
    account_id = excluded.account_id, at = clock_timestamp()`
	removeMarkSQL = `delete from batch_marks where batch_id = $1 and mark = $2`
)

// PutMark dates a mark of a batch, one of the city's, for who may check there.
func (s *Store) PutMark(ctx context.Context, p geo.Principal, id int64, m indicator.Mark) (*indicator.Batch, error) {
	const op = "store.PutMark"
	if err := geo.InvalidFields(op, m.Check()); err != nil {
		return nil, err
	}
	return s.mark(ctx, op, p, id, m.Mark, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, putMarkSQL, pgx.NamedArgs{"batch": id, "mark": m.Mark, "dated": string(m.Dated), "number": m.Number, "note": m.Note, "account": p.AccountID})
		return err
	}, map[string]any{"mark": m.Mark, "dated": m.Dated, "number": m.Number})
}

// RemoveMark takes a mark back; what is not there stays so.
func (s *Store) RemoveMark(ctx context.Context, p geo.Principal, id int64, mark string) (*indicator.Batch, error) {
	return s.mark(ctx, "store.RemoveMark", p, id, mark, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, removeMarkSQL, id, mark)
		return err
	}, map[string]any{"mark": mark, "dated": nil})
}

func (s *Store) mark(ctx context.Context, op string, p geo.Principal, id int64, mark string, change func(context.Context, pgx.Tx) error, detail map[string]any) (b *indicator.Batch, err error) {
	err = s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if b, err = s.lockBatch(ctx, tx, p, id); err != nil {
			return err
		}
		switch {
		case !geo.Can(p, geo.ActionCheck, geo.Target{Area: b.AreaCode}, s.now()):
			return notTheirs(op)
		case !b.Rights(p, s.now()).Mark:
			return notNow(b)
		}
		set, err := figureSettings(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(set.Marks, func(k indicator.MarkKind) bool { return k.Code == mark }) {
			return geo.NotFoundError(op)
		}
		if err := change(ctx, tx); err != nil {
			return err
		}
		if err := audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "batch_marked", Target: batchTarget(id), Detail: detail}); err != nil {
			return err
		}
		b, err = s.batch(ctx, tx, p, id)
		return err
	})
	return b, err
}
