package store

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// OpenBatch makes the batch of an area, period and source, for a principal who
// may enter its figures. Where a closed one is there it is the next edition, with
// the closed one's values; then a reason is needed.
//
// Errors, by kind: Forbidden, Invalid, Waiting (with the batch that is open
// already).
func (s *Store) OpenBatch(ctx context.Context, p geo.Principal, n indicator.NewBatch) (b *indicator.Batch, err error) {
	const op = "store.OpenBatch"
	err = s.begin(ctx, op, act{principal: p, kind: "edit", reason: n.Reason}, func(tx pgx.Tx) error {
		o, err := s.opening(ctx, tx, p, []geo.Code{n.AreaCode}, n)
		if err != nil {
			return err
		}
		if old := o.newest[n.AreaCode]; old.open != 0 {
			return &geo.Error{Kind: geo.Waiting, Op: op, Batch: old.open, Message: geo.Text{
				ID: "Angka untuk wilayah, periode dan sumber ini sudah dibuka.", EN: "Figures of this area, period and source are open already."}}
		}
		made, err := o.run(ctx, tx)
		if err != nil {
			return err
		}
		id := made[n.AreaCode]
		if err := audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "batch_created", Target: batchTarget(id),
			Detail: map[string]any{"area": n.AreaCode, "period": n.Period, "source": n.Source, "reason": n.Reason}}); err != nil {
			return err
		}
		b, err = s.batch(ctx, tx, p, id)
		return err
	})
	return b, err
}

func batchTarget(id int64) string { return "batches/" + strconv.FormatInt(id, 10) }

// openBatches gives for each area the batch of n's source and period that can be
// entered into: the one that is open, or a new one as of OpenBatch. n.AreaCode is
// not looked at. It is a Conflict where one waits for a step. The caller holds
// the batches until its transaction ends.
func (s *Store) openBatches(ctx context.Context, tx pgx.Tx, p geo.Principal, areas []geo.Code, n indicator.NewBatch) (map[geo.Code]*indicator.Batch, error) {
	o, err := s.opening(ctx, tx, p, areas, n)
	if err != nil {
		return nil, err
	}
	made, err := o.run(ctx, tx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, area := range areas {
		if id, isNew := made[area]; isNew {
			ids = append(ids, id)
		} else {
			ids = append(ids, o.newest[area].open)
		}
	}
	list, err := collect(ctx, tx, scanBatch, lockBatchesSQL, ids)
	if err != nil {
		return nil, err
	}
	batches := make(map[geo.Code]*indicator.Batch, len(list))
	for _, b := range list {
		if !b.Enterable() {
			return nil, conflict("Angka "+b.AreaName+" sedang diperiksa; minta dikembalikan dahulu.", "The figures of "+b.AreaName+" are being checked; have them returned first.")
		}
		batches[b.AreaCode] = b
	}
	return batches, nil
}

const lockBatchesSQL = `select ` + batchColumns + fromBatches + `where b.id = any($1) order by b.id for update of b`

// opening is what opening batches of one source and period needs to know.
type opening struct {
	store     *Store
	principal geo.Principal
	areas     []geo.Code
	new       indicator.NewBatch
	steps     []indicator.Step
	newest    map[geo.Code]editions
}

// editions are the batches of an area that are there already.
type editions struct {
	last   int   // edition
	open   int64 // id of the open one; 0 for none
	closed int64 // id of the newest closed one; 0 for none
}

const editionsSQL = `select area_code, max(edition), coalesce(max(id) filter (where state not in ('closed', 'withdrawn')), 0),
coalesce((array_agg(id order by edition desc) filter (where state = 'closed'))[1], 0)
from batches where source = $1 and period = $2 and area_code = any($3) group by area_code`

// opening checks that p may open what is asked for, and reads what is there.
func (s *Store) opening(ctx context.Context, tx pgx.Tx, p geo.Principal, areas []geo.Code, n indicator.NewBatch) (*opening, error) {
	const op = "store.opening"
	reg, err := registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	source := reg.Source(n.Source)
	if source == nil {
		return nil, invalid(op, "/source", "unknown", "Sumber ini tidak ada.", "There is no such source.")
	}
	now := s.now()
	for _, area := range areas {
		if !indicator.CanEnter(p, source.Origin, area, now) {
			return nil, notTheirs(op)
		}
	}
	var known int
	if err := tx.QueryRow(ctx, `select count(*) from areas where code = any($1)`, areas).Scan(&known); err != nil {
		return nil, err
	}
	problems := n.Check(source, areas, now)
	if known < len(areas) {
		problems = append(problems, geo.FieldError{Pointer: "/area_code", Code: "unknown_area", Message: geo.Text{
			ID: "Wilayah ini belum dimuat.", EN: "This area is not loaded."}})
	}
	if len(problems) > 0 {
		return nil, geo.InvalidFields(op, problems)
	}
	set, err := figureSettings(ctx, tx)
	if err != nil {
		return nil, err
	}
	o := &opening{store: s, principal: p, areas: areas, new: n, steps: set.StepsOf(source), newest: map[geo.Code]editions{}}
	rows, err := tx.Query(ctx, editionsSQL, n.Source, string(n.Period), areas)
	if err != nil {
		return nil, err
	}
	var area geo.Code
	var e editions
	_, err = pgx.ForEachRow(rows, []any{&area, &e.last, &e.open, &e.closed}, func() error {
		o.newest[area] = e
		return nil
	})
	return o, err
}

func invalid(op, pointer, code, id, en string) error {
	return geo.InvalidFields(op, []geo.FieldError{{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}}})
}

const (
	addBatchesSQL = `insert into batches (area_code, edition, period, source, steps, reason, example)
select area, edition, @period, @source, @steps, case when closed then @reason else '' end, @example
from unnest(@areas::text[], @editions::integer[], @closed::boolean[]) as n (area, edition, closed)
returning id, area_code`

	copyValuesSQL = `insert into batch_values (batch_id, place, indicator, number, denominator, denominator_source, note)
select n.id, v.place, v.indicator, v.number, v.denominator, v.denominator_source, v.note
from unnest($1::bigint[], $2::bigint[]) as n (id, before) join batch_values v on v.batch_id = n.before`

	createdSQL = `insert into batch_events (batch_id, account_id, action, note) select id, nullif($2, -1), 'created', note
from unnest($1::bigint[], $3::text[]) as n (id, note)`
)

// run makes a batch for each area that has no open one, and returns their ids.
func (o *opening) run(ctx context.Context, tx pgx.Tx) (map[geo.Code]int64, error) {
	var areas []geo.Code
	var editions []int
	var closed []bool
	for _, area := range o.areas {
		old := o.newest[area]
		if old.open != 0 {
			continue
		}
		if old.closed != 0 && o.new.Reason == "" {
			return nil, invalid("store.opening", "/reason", "required", "Angka ini sudah ditutup. Tuliskan alasan koreksinya.", "These figures are closed. Say why they are corrected.")
		}
		areas, editions, closed = append(areas, area), append(editions, old.last+1), append(closed, old.closed != 0)
	}
	if len(areas) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, addBatchesSQL, pgx.NamedArgs{"areas": areas, "editions": editions, "closed": closed, "period": string(o.new.Period),
		"source": o.new.Source, "steps": o.steps, "reason": o.new.Reason, "example": o.new.Example})
	if err != nil {
		return nil, err
	}
	made := map[geo.Code]int64{}
	var ids, before, corrections []int64
	var notes []string
	var id int64
	var area geo.Code
	if _, err = pgx.ForEachRow(rows, []any{&id, &area}, func() error {
		made[area], ids = id, append(ids, id)
		note := ""
		if old := o.newest[area].closed; old != 0 {
			corrections, before, note = append(corrections, id), append(before, old), o.new.Reason
		}
		notes = append(notes, note)
		return nil
	}); err != nil {
		return nil, err
	}
	if len(corrections) > 0 {
		if _, err := tx.Exec(ctx, copyValuesSQL, corrections, before); err != nil {
			return nil, err
		}
	}
	_, err = tx.Exec(ctx, createdSQL, ids, o.principal.AccountID, notes)
	return made, err
}
