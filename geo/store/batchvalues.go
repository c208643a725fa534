package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const (
	valueColumns   = `v.place, v.indicator, v.number, v.denominator, v.denominator_source, v.note`
	batchValuesSQL = `select ` + valueColumns + ` from batch_values v where v.batch_id = $1 order by v.place, v.indicator`
)

func scanValue(row pgx.CollectableRow) (v indicator.Value, err error) {
	err = row.Scan(&v.Place, &v.Indicator, &v.Number, &v.Denominator, &v.DenominatorSource, &v.Note)
	return v, err
}

// BatchValues reads the exact figures of a batch, by place and indicator, for who
// may read them; NotFound for who may not even see the batch.
func (s *Store) BatchValues(ctx context.Context, p geo.Principal, id int64) (values []indicator.Value, err error) {
	err = s.read(ctx, "store.BatchValues", p, func(tx pgx.Tx) error {
		if _, err := s.readable(ctx, tx, p, id); err != nil {
			return err
		}
		values, err = collect(ctx, tx, scanValue, batchValuesSQL, id)
		return err
	})
	return values, err
}

// readable is a batch of which p may read the figures, without them.
func (s *Store) readable(ctx context.Context, tx pgx.Tx, p geo.Principal, id int64) (*indicator.Batch, error) {
	list, err := collect(ctx, tx, scanBatch, batchesByIDSQL, []int64{id})
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0 || !list[0].SeenBy(p, s.now()):
		return nil, geo.NotFoundError("store.readable")
	case !list[0].ReadBy(p, s.now()):
		return nil, notTheirs("store.readable")
	}
	return list[0], nil
}

// Entry is what somebody who reads or enters a batch has before them.
func (s *Store) Entry(ctx context.Context, p geo.Principal, id int64, withPrevious bool) (e *indicator.Entry, err error) {
	err = s.read(ctx, "store.Entry", p, func(tx pgx.Tx) error {
		e, err = s.entry(ctx, tx, p, id, withPrevious)
		return err
	})
	return e, err
}

func (s *Store) entry(ctx context.Context, tx pgx.Tx, p geo.Principal, id int64, withPrevious bool) (*indicator.Entry, error) {
	b, err := s.readable(ctx, tx, p, id)
	if err != nil {
		return nil, err
	}
	reg, err := registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	e := &indicator.Entry{Batch: b}
	if e.Values, err = collect(ctx, tx, scanValue, batchValuesSQL, id); err != nil {
		return nil, err
	}
	if withPrevious {
		if e.Previous, err = previousEdition(ctx, tx, b); err != nil {
			return nil, err
		}
	}
	if e.Differences, err = differences(ctx, tx, reg, b, e.Values); err != nil {
		return nil, err
	}
	if source := reg.Source(b.Source); source != nil {
		for _, i := range reg.Asked(source) {
			e.Asked = append(e.Asked, i.Code)
		}
	}
	return e, nil
}

// previousSQL finds what a batch is compared with: an earlier edition, else the
// period before, else the newest closed one.
const previousSQL = `select id, period, edition from batches
where area_code = @area and source = @source and state = 'closed' and id <> @id and (period <> @period or edition < @edition)
order by period = @period desc, period = @before desc, period desc, edition desc limit 1`

func previousEdition(ctx context.Context, tx pgx.Tx, b *indicator.Batch) (*indicator.Edition, error) {
	var e indicator.Edition
	err := tx.QueryRow(ctx, previousSQL, pgx.NamedArgs{"id": b.ID, "area": string(b.AreaCode), "source": b.Source, "period": string(b.Period),
		"edition": b.Edition, "before": string(b.Period.Before())}).Scan(&e.Batch, &e.Period, &e.Edition)
	if isNoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e.Values, err = collect(ctx, tx, scanValue, batchValuesSQL, e.Batch)
	return &e, err
}

// Correction compares a batch with the edition before it; the edition is nil, and
// nothing differs, where there is none.
func (s *Store) Correction(ctx context.Context, p geo.Principal, id int64) (against *indicator.Edition, rows []indicator.Changed, err error) {
	err = s.read(ctx, "store.Correction", p, func(tx pgx.Tx) error {
		e, err := s.entry(ctx, tx, p, id, true)
		if err != nil {
			return err
		}
		against, rows = nil, nil
		if e.Previous != nil && e.Previous.Period == e.Batch.Period {
			against, rows = e.Previous, indicator.Compare(e.Previous.Values, e.Values)
		}
		return nil
	})
	return against, rows, err
}

// differences are those within a batch's values, and those from what stands on
// the map now.
func differences(ctx context.Context, tx pgx.Tx, reg *indicator.Registry, b *indicator.Batch, values []indicator.Value) ([]indicator.Difference, error) {
	counted := func(v indicator.Value) bool { i := reg.Indicator(v.Indicator); return i != nil && i.Counted != "" }
	if !slices.ContainsFunc(values, counted) {
		return indicator.Differences(reg, values), nil
	}
	points, err := pointsIn(ctx, tx, reg, []*indicator.Batch{b})
	return indicator.BatchDifferences(reg, b.AreaCode, values, points[b.AreaCode]), err
}

// PutValues changes values of a batch for a principal who may enter there, all of
// them or none, and returns the batch and its differences then. What says the
// same changes nothing.
//
// Errors, by kind: NotFound, Forbidden, Stale, Conflict (it is being checked, or
// closed), Invalid with pointers such as /values/3/number.
func (s *Store) PutValues(ctx context.Context, p geo.Principal, put indicator.PutValues) (b *indicator.Batch, list []indicator.Difference, err error) {
	const op = "store.PutValues"
	err = s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if b, err = s.lockBatch(ctx, tx, p, put.Batch); err != nil {
			return err
		}
		switch {
		case !indicator.CanEnter(p, b.Origin, b.AreaCode, s.now()):
			return notTheirs(op)
		case !b.Enterable():
			return notNow(b)
		}
		if err := sameBatch(b, p, put.Version); err != nil {
			return err
		}
		reg, err := registry(ctx, tx)
		if err != nil {
			return err
		}
		if err := geo.InvalidFields(op, reg.CheckEntry(b.AreaCode, put)); err != nil {
			return err
		}
		entries := make([]batchValue, len(put.Values))
		for i, v := range put.Values {
			entries[i] = batchValue{b.ID, v}
		}
		changed, err := s.putValues(ctx, tx, p, entries)
		if err != nil {
			return err
		}
		if err := removeValues(ctx, tx, p, b.ID, put.Remove, changed[b.ID] > 0); err != nil {
			return err
		}
		if b, err = s.batch(ctx, tx, p, b.ID); err != nil {
			return err
		}
		values, err := collect(ctx, tx, scanValue, batchValuesSQL, b.ID)
		if err != nil {
			return err
		}
		list, err = differences(ctx, tx, reg, b, values)
		return err
	})
	return b, list, err
}

// batchValue is a value that goes into a batch.
type batchValue struct {
	Batch int64
	indicator.Value
}

// putAtOnce is how many values one statement takes.
const putAtOnce = 50_000

const (
	putValuesSQL = `with entry as (
    select * from unnest(@batches::bigint[], @places::text[], @indicators::text[], @numbers::float8[], @denominators::float8[], @sources::text[], @notes::text[])
        as e (batch_id, place, indicator, number, denominator, denominator_source, note)),
changed as (
    update batch_values v set number = e.number, denominator = e.denominator, denominator_source = e.denominator_source, note = e.note
    from entry e where v.batch_id = e.batch_id and v.place = e.place and v.indicator = e.indicator
      and (v.number, v.denominator, v.denominator_source, v.note) is distinct from (e.number, e.denominator, e.denominator_source, e.note)
    returning v.batch_id),
added as (
    insert into batch_values (batch_id, place, indicator, number, denominator, denominator_source, note)
    select * from entry e
    where not exists (select from batch_values v where v.batch_id = e.batch_id and v.place = e.place and v.indicator = e.indicator)
    returning batch_id)
select batch_id, count(*) from (select batch_id from changed union all select batch_id from added) as w group by batch_id`

	removeValuesSQL = `delete from batch_values v using unnest($2::text[], $3::text[]) as e (place, indicator)
where v.batch_id = $1 and v.place = e.place and v.indicator = e.indicator`

	// writeBatchesSQL counts a change of what batches say, by an account (-1 is a
	// command), and so gives them their next version.
	writeBatchesSQL = `update batches set changed_at = clock_timestamp(),
writers = case when $2 < 0 or $2 = any(writers) then writers else writers || $2::bigint end
where id = any($1)`
)

// putValues writes values of batches that this transaction holds, and counts by
// batch those that changed. They were checked before. p becomes a writer of each
// batch that changed.
func (s *Store) putValues(ctx context.Context, tx pgx.Tx, p geo.Principal, values []batchValue) (changed map[int64]int, err error) {
	changed = map[int64]int{}
	for start := 0; start < len(values); start += putAtOnce {
		rows, err := tx.Query(ctx, putValuesSQL, valueArgs(values[start:min(start+putAtOnce, len(values))]))
		if err != nil {
			return nil, err
		}
		var id int64
		var n int
		if _, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error { changed[id] += n; return nil }); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, 0, len(changed))
	for id := range changed {
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		_, err = tx.Exec(ctx, writeBatchesSQL, ids, p.AccountID)
	}
	return changed, err
}

func valueArgs(values []batchValue) pgx.NamedArgs {
	n := len(values)
	batches, numbers, denominators := make([]int64, n), make([]*float64, n), make([]*float64, n)
	places, indicators, sources, notes := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, v := range values {
		batches[i], numbers[i], denominators[i] = v.Batch, v.Number, v.Denominator
		places[i], indicators[i], sources[i], notes[i] = string(v.Place), v.Indicator, v.DenominatorSource, v.Note
	}
	return pgx.NamedArgs{"batches": batches, "places": places, "indicators": indicators, "numbers": numbers,
		"denominators": denominators, "sources": sources, "notes": notes}
}

// removeValues takes back what was said of some values: nobody has said anything
// then. noted says that the batch's change is counted already.
func removeValues(ctx context.Context, tx pgx.Tx, p geo.Principal, batch int64, keys []indicator.ValueKey, noted bool) error {
	if len(keys) == 0 {
		return nil
	}
	places, indicators := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		places[i], indicators[i] = string(k.Place), k.Indicator
	}
	tag, err := tx.Exec(ctx, removeValuesSQL, batch, places, indicators)
	if err != nil || tag.RowsAffected() == 0 || noted {
		return err
	}
	_, err = tx.Exec(ctx, writeBatchesSQL, []int64{batch}, p.AccountID)
	return err
}
