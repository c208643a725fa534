package store

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// The example's batches are written set by set in one transaction: a commit per
// batch would take longer than all else that the example city is made of.

const (
	stageFiguresSQL = `create temp table staged_batches (n int, id bigint, area_code text, period text, source text, state text, steps text[], step int,
    created_at timestamptz, changed_at timestamptz, sent_at timestamptz, closed_at timestamptz,
    minutes_number text, held_on date, attendance int) on commit drop`
	stageValuesSQL = `create temp table staged_values (n int, place text, indicator text, number float8, note text) on commit drop`
	stageEventsSQL = `create temp table staged_events (n int, o int, at timestamptz, actor text, action text, step text, number text, dated date,
    note text, cells jsonb) on commit drop`

	seedBatchesSQL = `with added as (
    insert into batches (area_code, period, source, steps, step, writers, example, created_at, changed_at, sent_at, closed_at)
    select b.area_code, b.period, b.source, b.steps, b.step, coalesce(w.writers, '{}'), true, b.created_at, b.changed_at, b.sent_at, b.closed_at
    from staged_batches b left join lateral (
        select array_agg(distinct a.id) as writers from staged_events e join accounts a on a.name = e.actor
        where e.n = b.n and e.action in ('created', 'sent')) w on true
    where not exists (select from batches o where (o.area_code, o.period, o.source) = (b.area_code, b.period, b.source))
    order by b.n
    returning id, area_code, period, source)
update staged_batches b set id = a.id from added a where (a.area_code, a.period, a.source) = (b.area_code, b.period, b.source)`
	seedValuesSQL = `insert into batch_values (batch_id, place, indicator, number, note)
select b.id, v.place, v.indicator, v.number, v.note from staged_values v join staged_batches b on b.n = v.n where b.id is not null`
	seedMinutesSQL = `insert into batch_minutes (batch_id, number, held_on, attendance)
select id, minutes_number, held_on, attendance from staged_batches where id is not null and minutes_number <> ''`
	seedEventsSQL = `insert into batch_events (batch_id, at, account_id, action, step, number, dated, note, cells)
select b.id, e.at, a.id, e.action, e.step, e.number, e.dated, e.note, e.cells
from staged_events e join staged_batches b on b.n = e.n left join accounts a on a.name = e.actor
where b.id is not null order by e.n, e.o`
	seedStatesSQL = `update batches b set state = s.state from staged_batches s where s.id = b.id and s.state <> 'draft'`
)

// SeedFigures writes batches of the example city with their figures, as they
// come, and counts those that it wrote: none where an example is already, and none
// in the place of a batch of the same area, period and source. Events name
// accounts by name, and those that are not there were nobody's. p must be the
// system.
func (s *Store) SeedFigures(ctx context.Context, p geo.Principal, batches iter.Seq2[indicator.Batch, []indicator.Value]) (added int, err error) {
	err = s.begin(ctx, "store.SeedFigures", act{principal: p, kind: "import"}, func(tx pgx.Tx) error {
		var seeded bool
		if err := tx.QueryRow(ctx, `select exists (select from batches where example)`).Scan(&seeded); err != nil || seeded {
			return err
		}
		if err := execAll(ctx, tx, `set local statement_timeout = 0`, `set local idle_in_transaction_session_timeout = 0`,
			stageFiguresSQL, stageValuesSQL, stageEventsSQL); err != nil {
			return err
		}
		if err := stageFigures(ctx, tx, batches); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, seedBatchesSQL)
		if err != nil {
			return err
		}
		added = int(tag.RowsAffected())
		return execAll(ctx, tx, seedValuesSQL, seedMinutesSQL, seedEventsSQL, seedStatesSQL)
	})
	return added, err
}

// stageFigures copies the batches into the staging tables.
func stageFigures(ctx context.Context, tx pgx.Tx, all iter.Seq2[indicator.Batch, []indicator.Value]) error {
	var batches, values, events [][]any
	flush := func(table string, columns []string, rows *[][]any) error {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(*rows))
		*rows = (*rows)[:0]
		return err
	}
	valueColumns := []string{"n", "place", "indicator", "number", "note"}
	n := 0
	for b, told := range all {
		n++
		batches = append(batches, stagedBatch(n, &b))
		for o, e := range b.Events {
			events = append(events, []any{n, o, e.At, e.By.Name, string(e.Act), string(e.Step), e.Number, dayOf(e.Dated), e.Note, cellsOf(e.Cells)})
		}
		for _, v := range told {
			values = append(values, []any{n, string(v.Place), v.Indicator, v.Number, v.Note})
		}
		if len(values) > 20_000 {
			if err := flush("staged_values", valueColumns, &values); err != nil {
				return err
			}
		}
	}
	if err := flush("staged_values", valueColumns, &values); err != nil {
		return err
	}
	if err := flush("staged_batches", []string{"n", "area_code", "period", "source", "state", "steps", "step", "created_at", "changed_at", "sent_at", "closed_at",
		"minutes_number", "held_on", "attendance"}, &batches); err != nil {
		return err
	}
	return flush("staged_events", []string{"n", "o", "at", "actor", "action", "step", "number", "dated", "note", "cells"}, &events)
}

func stagedBatch(n int, b *indicator.Batch) []any {
	steps := make([]string, len(b.Steps))
	for i, s := range b.Steps {
		steps[i] = string(s)
	}
	var minutes indicator.Minutes
	var heldOn any
	if b.Minutes != nil {
		minutes, heldOn = *b.Minutes, b.Minutes.HeldOn.Midnight()
	}
	return []any{n, string(b.AreaCode), string(b.Period), b.Source, string(b.State), steps, b.Step, b.CreatedAt, b.ChangedAt, b.SentAt, b.ClosedAt,
		minutes.Number, heldOn, minutes.Attendance}
}

// dayOf is a date that may be missing, as the database takes it.
func dayOf(d *geo.Date) *time.Time {
	if d == nil {
		return nil
	}
	day := d.Midnight()
	return &day
}

// cellsOf are the notes of an event; never null.
func cellsOf(cells map[string]string) map[string]string {
	if cells == nil {
		return map[string]string{}
	}
	return cells
}
