package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// The set-wise half of an asset import, over these tables of its transaction:
// staged_assets (the file's rows), import_within (which kelurahan each point
// lies in, and how many), import_rows (what each row shall become, and where it stands),
// import_pairs (rows that may be alike) and import_marks.

// Points are located from the kelurahan outwards: each asks the staging's index
// which points it covers. The other way round reads every boundary once per point.
const withinSQL = `create temp table import_within on commit drop as
select s.row, min(a.code) as code, count(*) as found
from (select code, boundary from areas where level = 4
      and boundary && (select st_setsrid(st_extent(point)::geometry, 4326) from staged_assets)) a
join staged_assets s on s.point && a.boundary and st_covers(a.boundary, s.point)
group by s.row`

// A row that leaves something empty keeps what is there. The claimed kelurahan
// is the code given, else the one of before while the point has not moved, else
// the one that the point lies in.
const mergedSQL = `select coalesce(s.point, a.point) as point, s.point is not null and s.point is distinct from a.point as moved,
    case when s.area_code <> '' then s.area_code
         when a.id is not null and (s.point is null or s.point = a.point) then a.area_code
         else coalesce(l.code, '') end as area_code,
    case when s.area_code = '' then coalesce(l.found, 0) else 1 end as found,
    coalesce(nullif(s.rt, ''), a.rt, '') as rt, coalesce(nullif(s.rw, ''), a.rw, '') as rw,
    coalesce(nullif(s.address, ''), a.address, '') as address,
    case when s.point is not null and s.point is distinct from a.point then s.accuracy_m else coalesce(s.accuracy_m, a.accuracy_m) end as accuracy_m,
    case when s.point is not null and s.point is distinct from a.point then coalesce(nullif(s.taken_by, ''), 'impor')
         else coalesce(nullif(s.taken_by, ''), a.taken_by, '') end as taken_by,
    case when s.point is not null and s.point is distinct from a.point then s.taken_at else coalesce(s.taken_at, a.taken_at) end as taken_at,
    coalesce(nullif(s.condition, ''), a.condition, '') as condition,
    coalesce(nullif(s.operation, ''), a.operation, 'aktif') as operation,
    coalesce(nullif(s.reason, ''), a.placement_reason, '') as reason,
    coalesce(a.attributes || s.attributes, s.attributes) as attributes, coalesce(a.internal || s.internal, s.internal) as internal,
    coalesce(p.fields || s.personal, s.personal) as personal,
    coalesce(nullif(s.source, ''), a.source, $1) as source, coalesce(nullif(s.note, ''), a.note, '') as note`

// An asset that was deleted here does not come back by a file, unless it was
// example data. A row is placed where that takes no more than a join: inside its
// kelurahan, without a point, or as before; placement is null for the others.
const compareAssetsSQL = `create temp table import_rows on commit drop as
select c.*,
    case when not c.anew then c.base_located when c.inside then c.area_code end as located,
    case when c.anew then 0 else c.base_outside_m end as outside_m,
    case when not c.anew then c.base_placement when c.inside then 'inside'
         when c.point is null and c.area_code in (select code from areas where level = 4) then 'unplaced' end as placement
from (
    select s.row, s.uuid, s.type, s.type_version, s.name, m.*, a.id as asset_id, a.version as base_version, a.marks as base_marks,
        a.placement as base_placement, a.outside_m as base_outside_m, a.area_located as base_located,
        a.id is null or m.moved or m.area_code <> a.area_code or m.reason <> a.placement_reason as anew,
        l.code = m.area_code or l.found > 1 and st_covers((select k.boundary from areas k where k.code = m.area_code and k.level = 4), s.point) as inside,
        case when a.id is null and exists (select from asset_history h where h.uuid = s.uuid and h.closed_by = 'delete' and not h.example) then 'deleted'
             when a.id is null then 'new'
             when a.type <> s.type then 'taken'
             when m.moved or (s.name, m.area_code, m.rt, m.rw, m.address, m.accuracy_m, m.taken_by, m.taken_at, m.condition, m.operation, m.reason,
                    m.attributes, m.internal, m.personal, m.source, m.note)
                is distinct from (a.name, a.area_code, a.rt, a.rw, a.address, a.accuracy_m, a.taken_by, a.taken_at, a.condition, a.operation, a.placement_reason,
                    a.attributes, a.internal, coalesce(p.fields, '{}'), a.source, a.note) then 'changed'
             else 'unchanged' end as outcome
    from staged_assets s
    left join assets a on a.uuid = s.uuid
    left join asset_personal p on p.asset_id = a.id
    left join import_within l on l.row = s.row
    cross join lateral (` + mergedSQL + `) m) c`

// Where the file says what it said at its last import, and a person edited the
// asset since, the person's word stays. Each changed row looks its own asset up:
// just after a mass edit PostgreSQL's statistics may take assets for empty, and
// join all of them with all of the file.
const keepEditsSQL = `update import_rows r set outcome = 'kept', located = a.area_located, outside_m = a.outside_m, placement = a.placement
from (select row, asset_id from import_rows where outcome = 'changed' offset 0) c
join staged_assets s on s.row = c.row
cross join lateral (select a.* from assets a where a.id = c.asset_id limit 1) a
where r.row = c.row
  and not exists (select from revisions v where v.id = a.from_tx and v.actor like '` + assetImporter + `%')
  and exists (
    select from (select h.* from asset_history h join revisions v on v.id = h.from_tx
                 where h.id = r.asset_id and v.actor like '` + assetImporter + `%' order by h.version desc limit 1) h
    where h.name = s.name and (s.point is null or s.point = h.point) and s.area_code in ('', h.area_code)
      and s.rt in ('', h.rt) and s.rw in ('', h.rw) and s.address in ('', h.address)
      and s.condition in ('', h.condition) and s.operation in ('', h.operation) and s.note in ('', h.note) and s.source in ('', h.source)
      and s.reason in ('', h.placement_reason) and s.taken_by in ('', h.taken_by)
      and coalesce(s.accuracy_m = h.accuracy_m, s.accuracy_m is null) and coalesce(s.taken_at = h.taken_at, s.taken_at is null)
      and h.attributes || s.attributes = h.attributes and h.internal || s.internal = h.internal)`

// compareAssets finds what each row shall become.
func (r *importRun) compareAssets(ctx context.Context) error {
	source := r.o.Source
	if source == "" {
		source = "impor " + r.o.File
	}
	err := r.steps(ctx, geo.StepCompare,
		statement{sql: `create index on staged_assets using gist (point)`},
		statement{sql: withinSQL},
		statement{sql: `analyze import_within`},
		statement{sql: compareAssetsSQL, args: []any{source}},
		statement{sql: `create unique index on import_rows (row)`},
		statement{sql: `create index on import_rows (asset_id) where asset_id is not null`},
		statement{sql: `analyze import_rows (row, type, area_code, asset_id, outcome, placement)`})
	if err != nil {
		return err
	}
	var changed bool
	if err := r.tx.QueryRow(ctx, `select exists (select from import_rows where outcome = 'changed')`).Scan(&changed); err != nil || !changed {
		return err
	}
	return r.exec(ctx, `create index on staged_assets (row)`, keepEditsSQL)
}

// The rows that are left are placed by the function that places one.
const (
	placesSQL = `update import_rows r set (located, outside_m, placement) = (
    select p.area_located, p.outside_m, p.placement from place_asset(r.point, r.area_code, coalesce(nullif(r.reason, ''), $1)) p)
where r.outcome in ('new', 'changed') and r.placement is null`

	refusedPlacesSQL = `select row, name, case when outcome = 'taken' then 'taken' else placement end, area_code, point is not null
from import_rows where outcome = 'taken' or outcome in ('new', 'changed') and placement in ('unknown_area', 'outside_city', 'reason_required') order by row`
	dropRefusedSQL = `delete from import_rows
where outcome = 'taken' or outcome in ('new', 'changed') and placement in ('unknown_area', 'outside_city', 'reason_required')`
)

// placeAssets finds where each row that is written stands to its kelurahan, and
// refuses those that stand nowhere.
func (r *importRun) placeAssets(ctx context.Context) error {
	if err := r.steps(ctx, geo.StepPlace, statement{sql: placesSQL, args: []any{r.reason()}}); err != nil {
		return err
	}
	rows, err := r.tx.Query(ctx, refusedPlacesSQL)
	if err != nil {
		return err
	}
	var row int
	var name, why, claimed string
	var placed bool
	_, err = pgx.ForEachRow(rows, []any{&row, &name, &why, &claimed, &placed}, func() error {
		r.refuse(row, name, placeRefusal(why, claimed, placed))
		return nil
	})
	if err != nil {
		return err
	}
	return r.exec(ctx, dropRefusedSQL)
}

// reason is what is written where a point lies outside its kelurahan and the
// file gives no reason.
func (r *importRun) reason() string {
	if r.o.Reason != "" {
		return r.o.Reason
	}
	return "impor " + r.o.File
}

func placeRefusal(why, claimed string, placed bool) geo.Text {
	switch {
	case why == "taken":
		return geo.Text{ID: "UUID ini milik aset jenis lain.", EN: "This UUID belongs to an asset of another type."}
	case why == "outside_city":
		return geo.Text{ID: "Titik berada di luar semua wilayah yang dimuat.", EN: "The point lies outside all the areas that are loaded."}
	case claimed != "":
		return geo.Text{ID: "Wilayah " + claimed + " belum dimuat.", EN: "Area " + claimed + " is not loaded."}
	case placed:
		return geo.Text{ID: "Titik tidak berada di kelurahan atau desa yang dimuat; isi kode wilayahnya.",
			EN: "The point lies in no kelurahan or desa that is loaded; give its area code."}
	}
	return geo.Text{ID: "Tanpa titik, kode wilayah wajib diisi.", EN: "Without a point the area code is required."}
}
