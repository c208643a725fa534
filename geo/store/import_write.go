package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Likely duplicates by the rule of likely_duplicates, among the file's own rows
// and against what is there; and too many active ones of a kind. Three others
// are enough to name. Rows that are changed stand for what is there of them.
const marksSQL = `create temp table import_marks on commit drop as
with kinds as (
    select name, coalesce((definition ->> 'duplicate_radius_m')::float8, 0) as radius, definition ->> 'cardinality' = 'one' as single
    from asset_types),
near as (
    select a.row as a, b.row as b, a.type, a.name as name_a, b.name as name_b, a.point as point_a, b.point as point_b
    from import_pairs p join import_rows a on a.row = p.a join import_rows b on b.row = p.b
    union all
    select a.row, null, a.type, a.name, b.name, a.point, b.point
    from import_pairs p join import_rows a on a.row = p.a join assets b on b.id = p.asset_id),
pairs as (
    select a, b, name_a, name_b from near join kinds k on k.name = type
    where st_distancesphere(point_a, point_b) <= 15
       or st_distancesphere(point_a, point_b) <= k.radius and names_alike(name_a, name_b)),
single as (
    select r.* from import_rows r join kinds k on k.name = r.type and k.single
    where r.outcome in ('new', 'changed') and r.operation = 'aktif'),
found (row, mark, other) as (
    select a, 'possible_duplicate', name_b from pairs
    union all
    select b, 'possible_duplicate', name_a from pairs where b is not null
    union all
    select r.row, 'possible_duplicate', o.name
    from import_rows r cross join lateral (
        select a.name from likely_duplicates(r.asset_id, r.type, r.name, r.point) d join assets a on a.id = d.id
        where not exists (select from import_rows x where x.asset_id = a.id and x.outcome = 'changed')
        limit 3) o
    where not $1 and r.outcome in ('new', 'changed') and r.point is not null
    union all
    select r.row, 'too_many', o.name
    from (select row, array_agg(name) over (partition by area_code, type order by row
              rows between 3 preceding and 3 following exclude current row) as others from single) r
    cross join lateral unnest(r.others) o(name)
    union all
    select r.row, 'too_many', o.name
    from single r cross join lateral (
        select a.name from assets a
        where a.area_code = r.area_code and a.type = r.type and a.id is distinct from r.asset_id and a.operation = 'aktif'
          and not exists (select from import_rows x where x.asset_id = a.id and x.outcome = 'changed')
        limit 3) o)
select row, array_agg(distinct mark order by mark) as marks,
    (array_agg(distinct other) filter (where mark = 'possible_duplicate'))[1:3] as twins,
    (array_agg(distinct other) filter (where mark = 'too_many'))[1:3] as rivals
from found group by row`

// verdictsSQL gives every row, or with $1 false those with something to say.
const verdictsSQL = `select r.row, r.name, r.outcome, coalesce(r.placement, ''), coalesce(r.outside_m, 0), r.area_code, coalesce(r.located, ''), r.found,
    case when r.outcome in ('new', 'changed') then coalesce(m.marks, '{}') else coalesce(r.base_marks, '{}') end,
    coalesce(m.twins, '{}'), coalesce(m.rivals, '{}')
from import_rows r
left join import_marks m on m.row = r.row
where $1 or r.outcome in ('deleted', 'kept') or r.found > 1 or m.row is not null
    or r.placement in ('near', 'reasoned', 'held') or r.outcome = 'unchanged' and r.base_marks <> '{}'
order by r.row`

const outcomeCountsSQL = `select count(*) filter (where outcome = 'new'), count(*) filter (where outcome = 'changed'),
count(*) filter (where outcome in ('unchanged', 'kept', 'deleted')) from import_rows`

// markAssets finds the marks of what is written and gives every row its verdict.
func (r *importRun) markAssets(ctx context.Context, types []*geo.AssetType) error {
	beside, err := r.pairAlike(ctx, types)
	if err != nil {
		return err
	}
	if _, err := r.tx.Exec(ctx, marksSQL, beside); err != nil {
		return err
	}
	if err := r.exec(ctx, `create unique index on import_marks (row)`, `analyze import_marks (row)`); err != nil {
		return err
	}
	rows, err := r.tx.Query(ctx, verdictsSQL, r.o.EveryRow)
	if err != nil {
		return err
	}
	r.report.Marked = map[string]int{}
	var v assetVerdict
	_, err = pgx.ForEachRow(rows, []any{&v.row, &v.name, &v.outcome, &v.placement, &v.outsideM, &v.claimed, &v.located, &v.found, &v.marks, &v.twins, &v.rivals}, func() error {
		for _, mark := range v.marks {
			r.report.Marked[mark]++
		}
		r.add(v.verdict())
		return nil
	})
	if err != nil {
		return err
	}
	// Rows with nothing to say were not read: they are counted here.
	return r.tx.QueryRow(ctx, outcomeCountsSQL).Scan(&r.report.New, &r.report.Changed, &r.report.Unchanged)
}

// assetVerdict is a row of verdictsSQL.
type assetVerdict struct {
	row              int
	name, outcome    string
	placement        string
	outsideM         float64
	claimed, located string
	found            int
	marks            []string
	twins, rivals    []string // names of the others, at most three
}

func (v *assetVerdict) verdict() geo.RowVerdict {
	out := geo.RowVerdict{Row: v.row, Name: v.name, Outcome: geo.Outcome(v.outcome)}
	say := func(doubtful bool, id, en string) {
		out.Doubtful = out.Doubtful || doubtful
		out.Reasons = append(out.Reasons, geo.Text{ID: id, EN: en})
	}
	switch v.outcome {
	case "deleted":
		out.Outcome = geo.OutcomeUnchanged
		say(false, "Sudah dihapus di Patok; tidak dimasukkan lagi.", "Was deleted in Patok; not taken in again.")
		return out
	case "kept":
		out.Outcome = geo.OutcomeUnchanged
		say(false, "Diubah di Patok sejak impor terakhir; perubahan itu tetap.", "Was edited in Patok since the last import; the edit stays.")
	}
	where := fmt.Sprintf("%.0f m di luar %s", v.outsideM, v.claimed)
	whereEN := fmt.Sprintf("%.0f m outside %s", v.outsideM, v.claimed)
	if v.located != "" {
		where += ", di dalam " + v.located
		whereEN += ", in " + v.located
	}
	switch geo.Placement(v.placement) {
	case geo.Near, geo.Reasoned:
		say(true, "Titik "+where+".", "The point lies "+whereEN+".")
	case geo.Held:
		say(true, "Titik "+where+": ditahan sampai diperiksa administrator.", "The point lies "+whereEN+": held for an administrator.")
	}
	if v.found > 1 {
		say(true, fmt.Sprintf("Titik berada di %d kelurahan yang bertumpang tindih; dipakai %s.", v.found, v.claimed),
			fmt.Sprintf("The point lies in %d overlapping kelurahan; %s was taken.", v.found, v.claimed))
	}
	for _, mark := range v.marks {
		switch mark {
		case geo.MarkDuplicate:
			say(true, "Mungkin sama dengan aset lain"+named(v.twins)+".", "Perhaps the same as another"+named(v.twins)+".")
		case geo.MarkTooMany:
			say(true, "Lebih dari satu yang aktif di "+v.claimed+named(v.rivals)+".", "More than one active in "+v.claimed+named(v.rivals)+".")
		}
	}
	return out
}

func named(others []string) string {
	if len(others) == 0 {
		return ""
	}
	return ": " + strings.Join(others, "; ")
}

// The rows that are written as they come say themselves what the trigger would
// say: their first version, and the transaction.
const (
	insertAssetsSQL = `insert into assets (uuid, type, type_version, name, area_code, area_located, rt, rw, address, point, accuracy_m, taken_by, taken_at,
    condition, operation, placement, outside_m, placement_reason, marks, attributes, internal, source, note, example, from_tx)
select r.uuid, r.type, r.type_version, r.name, r.area_code, r.located, r.rt, r.rw, r.address, r.point, r.accuracy_m, r.taken_by, r.taken_at,
    r.condition, r.operation, r.placement, r.outside_m, ` + placedReasonSQL + `, ` + newMarksSQL + `,
    r.attributes, r.internal, r.source, r.note, $2, (select open_transaction())
from import_rows r ` + joinMarksSQL + `
where r.outcome = 'new' and r.row > $3 and r.row <= $4 order by r.row`
	updateAssetsSQL = `update assets a set type_version = r.type_version, name = r.name, area_code = r.area_code,
    area_located = r.located, rt = r.rt, rw = r.rw, address = r.address, point = r.point,
    accuracy_m = r.accuracy_m, taken_by = r.taken_by, taken_at = r.taken_at, condition = r.condition, operation = r.operation,
    placement = r.placement, outside_m = r.outside_m,
    placement_reason = case when r.anew then ` + placedReasonSQL + ` else a.placement_reason end,
    marks = ` + newMarksSQL + `, attributes = r.attributes, internal = r.internal, source = r.source, note = r.note
from import_rows r ` + joinMarksSQL + `
where a.id = r.asset_id and a.version = r.base_version and r.outcome = 'changed'`

	// A reason is the file's own; the import's stands where one is needed.
	placedReasonSQL = `case when r.placement = 'reasoned' then coalesce(nullif(r.reason, ''), $1) else r.reason end`
	newMarksSQL     = `coalesce(m.marks, '{}')`
	joinMarksSQL    = `left join import_marks m on m.row = r.row`

	importPersonalSQL = `insert into asset_personal (asset_id, fields)
select a.id, r.personal from import_rows r join assets a on a.uuid = r.uuid
where r.outcome in ('new', 'changed') and r.personal <> '{}'
on conflict (asset_id) do update set fields = excluded.fields where asset_personal.fields <> excluded.fields`
)

// writeAssets writes what is new and changed. The rows are placed already, by
// the trigger's own rule, and say so.
func (r *importRun) writeAssets(ctx context.Context) error {
	r.progress(geo.StepWrite)
	if err := r.exec(ctx, `select set_config('patok.placed', 'yes', true)`); err != nil {
		return err
	}
	if r.report.New > 0 {
		if err := r.insertAssets(ctx); err != nil {
			return err
		}
	}
	if r.report.Changed > 0 {
		tag, err := r.tx.Exec(ctx, updateAssetsSQL, r.reason())
		if err != nil {
			return err
		}
		if int(tag.RowsAffected()) != r.report.Changed {
			return &geo.Error{Kind: geo.Unavailable, Op: "store.import", Message: geo.Text{
				ID: "Sebagian data diubah orang lain selama impor. Jalankan impor sekali lagi.",
				EN: "Somebody changed some of the data during the import. Run it once more."}}
		}
	}
	return r.exec(ctx, importPersonalSQL, `select set_config('patok.placed', '', true)`)
}

// insertAtOnce is how many lines of the file one INSERT takes.
const insertAtOnce = 50_000

func (r *importRun) insertAssets(ctx context.Context) error {
	var last int
	if err := r.tx.QueryRow(ctx, `select max(row) from import_rows where outcome = 'new'`).Scan(&last); err != nil {
		return err
	}
	for row := 0; row < last; row += insertAtOnce {
		r.progressTo(geo.StepWrite, row, last)
		if _, err := r.tx.Exec(ctx, insertAssetsSQL, r.reason(), r.o.Example, row, row+insertAtOnce); err != nil {
			return err
		}
	}
	return nil
}
