package store

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// batchColumns are a batch b, in the order of scanBatch.
const batchColumns = `b.id, b.area_code, coalesce(a.name, ''), coalesce(a.kind, ''), b.period, b.source, s.definition ->> 'origin', b.edition,
not exists (select from batches l where l.area_code = b.area_code and l.period = b.period and l.source = b.source
    and l.edition > b.edition and l.state <> 'withdrawn'),
b.state, b.steps, b.step, b.writers, b.reason, b.created_at, b.changed_at, b.sent_at, b.closed_at, b.version`

const fromBatches = ` from batches b join sources s on s.code = b.source left join areas a on a.code = b.area_code `

func scanBatch(row pgx.CollectableRow) (*indicator.Batch, error) {
	var b indicator.Batch
	err := row.Scan(&b.ID, &b.AreaCode, &b.AreaName, &b.AreaKind, &b.Period, &b.Source, &b.Origin, &b.Edition, &b.Newest,
		&b.State, &b.Steps, &b.Step, &b.Writers, &b.Reason, &b.CreatedAt, &b.ChangedAt, &b.SentAt, &b.ClosedAt, &b.Version)
	b.CreatedAt, b.ChangedAt, b.SentAt, b.ClosedAt = b.CreatedAt.UTC(), b.ChangedAt.UTC(), utc(b.SentAt), utc(b.ClosedAt)
	return &b, err
}

const batchesByIDSQL = `select ` + batchColumns + fromBatches + `where b.id = any($1)`

// Batch reads one batch whole; NotFound for who may not see it. Who may only
// watch it gets its state alone.
func (s *Store) Batch(ctx context.Context, p geo.Principal, id int64) (b *indicator.Batch, err error) {
	err = s.read(ctx, "store.Batch", p, func(tx pgx.Tx) error {
		b, err = s.batch(ctx, tx, p, id)
		return err
	})
	return b, err
}

func (s *Store) batch(ctx context.Context, tx pgx.Tx, p geo.Principal, id int64) (*indicator.Batch, error) {
	list, err := s.wholeBatches(ctx, tx, p, []int64{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, geo.NotFoundError("store.batch")
	}
	return list[0], addBatchEvents(ctx, tx, list[0])
}

// batchHeadsSQL gives of each batch that may match what decides about it.
const batchHeadsSQL = `select ` + batchColumns + fromBatches + `
where (@state = '' or b.state = @state or @state = 'open' and b.state not in ('closed', 'withdrawn')
    or @state = 'waiting' and b.state in ('sent', 'checking'))
  and (@source = '' or b.source = @source) and (@period = '' or b.period = @period)
  and (@area = '' or b.area_code = @area or starts_with(b.area_code, @area || '.'))
  and (not @mine or @account = any(b.writers))
order by b.id desc`

// batchHeads lists the batches that f chooses and p may see, newest first,
// without their figures.
func (s *Store) batchHeads(ctx context.Context, tx pgx.Tx, p geo.Principal, f indicator.BatchFilter) ([]*indicator.Batch, error) {
	now := s.now()
	list, err := collect(ctx, tx, scanBatch, batchHeadsSQL, pgx.NamedArgs{"state": f.State, "source": f.Source, "period": string(f.Period),
		"area": string(f.Area), "mine": f.For == "mine", "account": p.AccountID})
	return slices.DeleteFunc(list, func(b *indicator.Batch) bool {
		return !b.SeenBy(p, now) || f.For == "check" && !b.Rights(p, now).Approve
	}), err
}

// Batches lists the batches that f chooses and p may see: newest first, but those
// to check oldest first. matched counts them all; next is the last one of this
// page, 0 when there are no more. Events are left out.
func (s *Store) Batches(ctx context.Context, p geo.Principal, f indicator.BatchFilter) (list []*indicator.Batch, matched int, next int64, err error) {
	err = s.read(ctx, "store.Batches", p, func(tx pgx.Tx) error {
		heads, err := s.batchHeads(ctx, tx, p, f)
		if err != nil {
			return err
		}
		oldest := f.For == "check"
		if oldest {
			slices.Reverse(heads)
		}
		ids := make([]int64, len(heads))
		for i, b := range heads {
			ids[i] = b.ID
		}
		matched = len(ids)
		ids = slices.DeleteFunc(ids, func(id int64) bool { return f.After != 0 && (oldest && id <= f.After || !oldest && id >= f.After) })
		if f.Limit > 0 && len(ids) > f.Limit {
			ids = ids[:f.Limit]
			next = ids[f.Limit-1]
		}
		list, err = s.wholeBatches(ctx, tx, p, ids)
		return err
	})
	return list, matched, next, err
}

// CountBatches counts what waits for p; today is the day there.
func (s *Store) CountBatches(ctx context.Context, p geo.Principal, today geo.Date) (c indicator.BatchCounts, err error) {
	now := s.now()
	err = s.read(ctx, "store.CountBatches", p, func(tx pgx.Tx) error {
		set, err := figureSettings(ctx, tx)
		if err != nil {
			return err
		}
		heads, err := s.batchHeads(ctx, tx, p, indicator.BatchFilter{State: "open"})
		for _, b := range heads {
			can := b.Rights(p, now)
			if can.Approve {
				c.Check++
			}
			if can.Send && b.State == indicator.Returned {
				c.Returned++
			}
			if can.Send && b.State == indicator.Draft {
				c.Draft++
			}
			if (can.Withdraw || can.Mark) && b.State.Late(set.Due(b.Source, b.Period), today) {
				c.Late++
			}
		}
		return err
	})
	return c, err
}

// wholeBatches reads batches with their marks, and with what they say and their
// minutes where p may read that, in the order of ids. Those that p may not see are
// left out.
func (s *Store) wholeBatches(ctx context.Context, tx pgx.Tx, p geo.Principal, ids []int64) ([]*indicator.Batch, error) {
	list, err := collect(ctx, tx, scanBatch, batchesByIDSQL, ids)
	if err != nil {
		return nil, err
	}
	now := s.now()
	list = slices.DeleteFunc(list, func(b *indicator.Batch) bool { return !b.SeenBy(p, now) })
	slices.SortFunc(list, func(a, b *indicator.Batch) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	seen, read := map[int64]*indicator.Batch{}, map[int64]*indicator.Batch{}
	for _, b := range list {
		seen[b.ID] = b
		if b.ReadBy(p, now) {
			read[b.ID], b.Told = b, &indicator.Told{}
		}
	}
	if err := addMarks(ctx, tx, seen); err != nil {
		return nil, err
	}
	if err := addMinutes(ctx, tx, read); err != nil {
		return nil, err
	}
	return list, addTold(ctx, tx, read)
}

const toldSQL = `select batch_id, count(distinct place), count(number) from batch_values where batch_id = any($1) group by batch_id`

func addTold(ctx context.Context, tx pgx.Tx, to map[int64]*indicator.Batch) error {
	rows, err := tx.Query(ctx, toldSQL, slices.Collect(maps.Keys(to)))
	if err != nil {
		return err
	}
	var id int64
	var told indicator.Told
	_, err = pgx.ForEachRow(rows, []any{&id, &told.Places, &told.Values}, func() error {
		one := told
		to[id].Told = &one
		return nil
	})
	return err
}

const batchMarksSQL = `select m.batch_id, m.mark, m.dated::text, m.number, m.note, coalesce(c.id, 0), coalesce(c.name, ''), coalesce(c.title, ''), m.at
from batch_marks m left join accounts c on c.id = m.account_id where m.batch_id = any($1) order by m.dated, m.at, m.mark`

func addMarks(ctx context.Context, tx pgx.Tx, to map[int64]*indicator.Batch) error {
	rows, err := tx.Query(ctx, batchMarksSQL, slices.Collect(maps.Keys(to)))
	if err != nil {
		return err
	}
	var id int64
	var m indicator.Mark
	_, err = pgx.ForEachRow(rows, []any{&id, &m.Mark, &m.Dated, &m.Number, &m.Note, &m.By.ID, &m.By.Name, &m.By.Title, &m.At}, func() error {
		m.At = m.At.UTC()
		to[id].Marks = append(to[id].Marks, m)
		return nil
	})
	return err
}

const batchEventsSQL = `select e.at, coalesce(c.id, 0), coalesce(c.name, ''), coalesce(c.title, ''), e.action, e.step, e.number, e.dated::text, e.note, e.cells
from batch_events e left join accounts c on c.id = e.account_id where e.batch_id = $1 order by e.id`

// addBatchEvents adds the events of a batch; there are none for who may not read it.
func addBatchEvents(ctx context.Context, tx pgx.Tx, b *indicator.Batch) (err error) {
	if b.Told == nil {
		return nil
	}
	b.Events, err = collect(ctx, tx, func(row pgx.CollectableRow) (e indicator.Event, err error) {
		var dated *string
		err = row.Scan(&e.At, &e.By.ID, &e.By.Name, &e.By.Title, &e.Act, &e.Step, &e.Number, &dated, &e.Note, &e.Cells)
		e.At, e.Dated = e.At.UTC(), (*geo.Date)(dated)
		return e, err
	}, batchEventsSQL, b.ID)
	return err
}

const addBatchEventSQL = `insert into batch_events (batch_id, account_id, action, step, number, dated, note, cells)
values (@batch, nullif(@account, -1), @action, @step, @number, @dated::text::date, @note, @cells)`

func addBatchEvent(ctx context.Context, tx pgx.Tx, batch int64, by geo.Principal, e indicator.Event) error {
	cells := e.Cells
	if cells == nil {
		cells = map[string]string{}
	}
	_, err := tx.Exec(ctx, addBatchEventSQL, pgx.NamedArgs{"batch": batch, "account": by.AccountID, "action": string(e.Act), "step": string(e.Step),
		"number": e.Number, "dated": (*string)(e.Dated), "note": e.Note, "cells": cells})
	return err
}

const (
	lockBatchSQL    = `select ` + batchColumns + fromBatches + `where b.id = $1 for update of b`
	batchVisibleSQL = `select exists (select from batches where id = $1)`
)

// lockBatch locks a batch that p may enter into or check.
func (s *Store) lockBatch(ctx context.Context, tx pgx.Tx, p geo.Principal, id int64) (*indicator.Batch, error) {
	b, err := collectOne(ctx, tx, scanBatch, lockBatchSQL, id)
	if isNoRows(err) { // not there, or not this principal's to change
		var visible bool
		if err := tx.QueryRow(ctx, batchVisibleSQL, id).Scan(&visible); err != nil {
			return nil, err
		}
		if visible {
			return nil, notTheirs("store.lockBatch")
		}
		return nil, geo.NotFoundError("store.lockBatch")
	}
	if err == nil && !b.SeenBy(p, s.now()) {
		err = geo.NotFoundError("store.lockBatch")
	}
	return b, err
}

// sameBatch is nil when version is the one that b has, Stale otherwise. 0 is any, for
// commands.
func sameBatch(b *indicator.Batch, p geo.Principal, version int64) error {
	if b.Version == version || version == 0 && p.AccountID < 0 {
		return nil
	}
	return &geo.Error{Kind: geo.Stale, Op: "store.sameBatch", Message: geo.Text{
		ID: "Angka ini sudah berubah sejak Anda membukanya.", EN: "These figures changed since you opened them."}}
}

func notTheirs(op string) error {
	return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
		ID: "Ini bukan wewenang Anda.", EN: "This is not yours to do."}}
}

// notNow is the refusal of what is p's to do, but not with a batch in this state.
func notNow(b *indicator.Batch) error {
	switch {
	case b.State == indicator.Closed:
		return conflict("Angka ini sudah ditutup. Buka koreksi untuk mengubahnya.", "These figures are closed. Open a correction to change them.")
	case b.State == indicator.Withdrawn:
		return conflict("Angka ini sudah ditarik.", "These figures were withdrawn.")
	case b.Waits():
		return conflict("Angka ini sedang diperiksa.", "These figures are being checked.")
	}
	return conflict("Angka ini belum dikirim.", "These figures were not sent yet.")
}
