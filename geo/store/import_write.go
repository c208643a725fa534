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
// are enough to name, so that a dense file does not make every pair.
const marksSQL = `create temp table import_marks on commit drop as
with kinds as (
    select name, coalesce((definition ->> 'duplicate_radius_m')::float8, 0) as radius,
        greatest(coalesce((definition ->> 'duplicate_radius_m')::float8, 0), 15) / 108000.0 as reach,
        definition ->> 'cardinality' = 'one' as single
    from asset_types),
written as (
    select r.row, r.asset_id, r.type, r.name, r.point, r.area_code, r.operation, k.radius, k.reach, k.single
    from import_rows r join kinds k on k.name = r.type where r.outcome in ('new', 'changed'))
select r.row, 'possible_duplicate' as mark, o.name as other
from written r cross join lateral (
    select o.name from import_rows o
    where o.point && st_expand(r.point, r.reach) and o.type = r.type and o.row <> r.row and o.outcome in ('new', 'changed')
      and (st_distancesphere(o.point, r.point) <= 15
           or st_distancesphere(o.point, r.point) <= r.radius and names_alike(o.name, r.name))
    limit 3) o
union all
select r.row, 'possible_duplicate', a.name
from written r cross join lateral (
    select a.name from likely_duplicates(r.asset_id, r.type, r.name, r.point) d join assets a on a.id = d.id
    where not exists (select from import_rows x where x.asset_id = a.id and x.outcome = 'changed')
    limit 3) a
where r.point is not null
union all
select r.row, 'too_many', o.name
from written r cross join lateral (
    select o.name from import_rows o
    where o.area_code = r.area_code and o.type = r.type and o.row <> r.row and o.operation = 'aktif' and o.outcome in ('new', 'changed')
    limit 3) o
where r.single and r.operation = 'aktif'
union all
select r.row, 'too_many', a.name
from written r cross join lateral (
    select a.name from assets a
    where a.area_code = r.area_code and a.type = r.type and a.id is distinct from r.asset_id and a.operation = 'aktif'
      and not exists (select from import_rows x where x.asset_id = a.id and x.outcome = 'changed')
    limit 3) a
where r.single and r.operation = 'aktif'`

// verdictsSQL gives every row, or with $1 false those with something to say.
const verdictsSQL = `select r.row, r.name, r.outcome, coalesce(p.placement, r.base_placement, ''), coalesce(p.outside_m, r.base_outside_m, 0),
    r.area_code, coalesce(case when p.row is null then r.base_located else p.located end, ''), r.found,
    case when r.outcome in ('new', 'changed') then coalesce(m.marks, '{}') else coalesce(r.base_marks, '{}') end,
    coalesce(m.twins, '{}'), coalesce(m.rivals, '{}')
from import_rows r
left join import_places p on p.row = r.row
left join (select row, array_agg(distinct mark order by mark) as marks,
               (array_agg(distinct other) filter (where mark = 'possible_duplicate'))[1:3] as twins,
               (array_agg(distinct other) filter (where mark = 'too_many'))[1:3] as rivals
           from import_marks group by row) m on m.row = r.row
where $1 or r.outcome in ('deleted', 'kept') or r.found > 1 or m.row is not null
    or coalesce(p.placement, r.base_placement) in ('near', 'reasoned', 'held') or r.outcome = 'unchanged' and r.base_marks <> '{}'
order by r.row`

const outcomeCountsSQL = `select count(*) filter (where outcome = 'new'), count(*) filter (where outcome = 'changed'),
count(*) filter (where outcome in ('unchanged', 'kept', 'deleted')) from import_rows`

// markAssets finds the marks of what is written and gives every row its verdict.
func (r *importRun) markAssets(ctx context.Context) error {
	r.progress(geo.StepMark)
	if err := r.exec(ctx, marksSQL, `create index on import_marks (row)`, `analyze import_marks`); err != nil {
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

const (
	insertAssetsSQL = `insert into assets (uuid, type, type_version, name, area_code, area_located, rt, rw, address, point, accuracy_m, taken_by, taken_at,
    condition, operation, placement, outside_m, placement_reason, marks, attributes, internal, source, note, example)
select r.uuid, r.type, r.type_version, r.name, r.area_code, p.located, r.rt, r.rw, r.address, r.point, r.accuracy_m, r.taken_by, r.taken_at,
    r.condition, r.operation, p.placement, p.outside_m, ` + placedReasonSQL + `, ` + newMarksSQL + `,
    r.attributes, r.internal, r.source, r.note, $2
from import_rows r join import_places p on p.row = r.row ` + joinMarksSQL + `
where r.outcome = 'new' order by r.row`
	updateAssetsSQL = `update assets a set type_version = r.type_version, name = r.name, area_code = r.area_code,
    area_located = case when p.row is null then a.area_located else p.located end, rt = r.rt, rw = r.rw, address = r.address, point = r.point,
    accuracy_m = r.accuracy_m, taken_by = r.taken_by, taken_at = r.taken_at, condition = r.condition, operation = r.operation,
    placement = coalesce(p.placement, a.placement), outside_m = coalesce(p.outside_m, a.outside_m),
    placement_reason = case when p.row is null then a.placement_reason else ` + placedReasonSQL + ` end,
    marks = ` + newMarksSQL + `, attributes = r.attributes, internal = r.internal, source = r.source, note = r.note
from import_rows r left join import_places p on p.row = r.row ` + joinMarksSQL + `
where a.id = r.asset_id and a.version = r.base_version and r.outcome = 'changed'`

	// A reason is the file's own; the import's stands where one is needed.
	placedReasonSQL = `case when p.placement = 'reasoned' then coalesce(nullif(r.reason, ''), $1) else r.reason end`
	newMarksSQL     = `coalesce(m.marks, '{}')`
	joinMarksSQL    = `left join (select row, array_agg(distinct mark order by mark) as marks from import_marks group by row) m on m.row = r.row`

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
		if _, err := r.tx.Exec(ctx, insertAssetsSQL, r.reason(), r.o.Example); err != nil {
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
