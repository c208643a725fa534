package store

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// ImportAreas takes in the areas of a file, in one transaction: a new code is
// added, a known one changed when the file says something else, and parents
// that are not loaded are made from the codes and names, with the union of
// their children as boundary. Invalid boundaries are refused, overlaps of one
// level recorded and reported. Refused rows refuse the file unless
// o.SkipRefused: then the error is of kind Invalid and the report says which.
// p must be an administrator.
func (s *Store) ImportAreas(ctx context.Context, p geo.Principal, rows geo.AreaRows, o geo.ImportOptions) (geo.Report, error) {
	return s.runImport(ctx, "store.ImportAreas", areaImporter, p, o, func(ctx context.Context, r *importRun) error {
		if o.ReplaceDemo {
			if err := r.removeDemoAssets(ctx); err != nil {
				return err
			}
		}
		if err := r.stageAreas(ctx, rows); err != nil {
			return err
		}
		if err := r.compareAreas(ctx); err != nil {
			return err
		}
		if err := r.refusal(); err != nil {
			return err
		}
		if err := r.writeAreas(ctx); err != nil {
			return err
		}
		if o.ReplaceDemo && !o.Example {
			if err := r.removeDemoAreas(ctx); err != nil {
				return err
			}
		}
		return r.findOverlaps(ctx)
	})
}

const stageAreasSQL = `create temp table staged_areas (row int not null, code text not null, kind text not null, name text not null,
district text not null, regency text not null, province text not null, bps_code text, source text not null, year int not null,
wkb bytea not null) on commit drop`

var stagedAreaColumns = []string{"row", "code", "kind", "name", "district", "regency", "province", "bps_code", "source", "year", "wkb"}

func (r *importRun) stageAreas(ctx context.Context, rows geo.AreaRows) error {
	r.progress(geo.StepRead)
	if err := r.exec(ctx, stageAreasSQL); err != nil {
		return err
	}
	pull, stop := ahead(rows)
	defer stop()
	var failed error
	seen := map[geo.Code]int{}
	next := func() ([]any, bool) {
		for {
			row, err, more := pull()
			if err != nil {
				failed = err
			}
			if !more || err != nil {
				return nil, false
			}
			if r.report.Read++; r.report.Read%1000 == 0 {
				r.progress(geo.StepRead)
			}
			if row.Skipped != nil {
				r.skip(row.Row, row.Name, *row.Skipped)
				continue
			}
			if first := seen[row.Code]; first > 0 && len(row.Refused) == 0 {
				row.Refused = []geo.Text{{
					ID: fmt.Sprintf("Kode %s sudah dipakai baris %d.", row.Code, first), EN: fmt.Sprintf("Code %s was used by row %d.", row.Code, first)}}
			}
			if len(row.Refused) > 0 {
				r.refuse(row.Row, row.Name, row.Refused...)
				continue
			}
			seen[row.Code] = row.Row
			if row.Source == "" {
				row.Source = r.o.Source
			}
			return []any{row.Row, string(row.Code), string(row.Code.Kind()), row.Name, row.District, row.Regency, row.Province,
				nullable(row.BPSCode), row.Source, row.Year, geo.EncodeBoundary(row.Boundary)}, true
		}
	}
	_, err := r.tx.CopyFrom(ctx, pgx.Identifier{"staged_areas"}, stagedAreaColumns, &copySource{next: next, err: &failed})
	if failed != nil {
		return failed
	}
	return err
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// The boundary is brought into the form in which the trigger stores it, so that
// an unchanged one is found equal.
const (
	compareAreasSQL = `create temp table import_areas on commit drop as
select s.row, s.code, s.kind, s.name, b.boundary, coalesce(s.bps_code, a.bps_code) as bps_code,
    coalesce(nullif(s.source, ''), a.source, '') as source, coalesce(nullif(s.year, 0), a.year, 0) as year,
    a.id is not null as live, a.id is null or a.example and not $1 as new,
    a.id is null or a.derived or a.example <> $1 or a.name <> s.name or a.kind <> s.kind or a.boundary is distinct from b.boundary
        or s.bps_code is distinct from a.bps_code and s.bps_code is not null
        or s.source not in ('', a.source) or s.year not in (0, a.year) as differs
from staged_areas s
cross join lateral (select st_forcepolygonccw(st_multi(st_force2d(st_geomfromewkb(s.wkb)))) as boundary) b
left join areas a on a.code = s.code`
	invalidAreasSQL = `select row, name, st_isvalidreason(boundary), st_x(location(st_isvaliddetail(boundary))), st_y(location(st_isvaliddetail(boundary)))
from import_areas where not st_isvalid(boundary) order by row`
	dropInvalidSQL   = `delete from import_areas where not st_isvalid(boundary)`
	areaOutcomesSQL  = `select row, name, case when new then 'new' when differs then 'changed' else 'unchanged' end from import_areas order by row`
	missingParentSQL = `with parents as materialized (
    select p.code, p.name from import_areas i join staged_areas s on s.row = i.row
    cross join lateral (values (substr(i.code, 1, 2), s.province), (substr(i.code, 1, 5), s.regency), (substr(i.code, 1, 8), s.district)) p(code, name)
    where length(p.code) < length(i.code)),
named as materialized (
    select code, coalesce(mode() within group (order by name) filter (where name <> ''), '') as name from parents group by code)
select code, name from named n
where not exists (select from import_areas o where o.code = n.code) and not exists (select from areas a where a.code = n.code)
order by code`
)

// compareAreas finds what is new, changed and invalid.
func (r *importRun) compareAreas(ctx context.Context) error {
	r.progress(geo.StepCompare)
	if _, err := r.tx.Exec(ctx, compareAreasSQL, r.o.Example); err != nil {
		return err
	}
	rows, err := r.tx.Query(ctx, invalidAreasSQL)
	if err != nil {
		return err
	}
	var row int
	var name, reason string
	var lon, lat *float64
	_, err = pgx.ForEachRow(rows, []any{&row, &name, &reason, &lon, &lat}, func() error {
		at := ""
		if lon != nil && lat != nil {
			at = fmt.Sprintf(" (%.6f, %.6f)", *lon, *lat)
		}
		r.refuse(row, name, geo.Text{ID: "Batas tidak sah: " + reason + at + ".", EN: "Invalid boundary: " + reason + at + "."})
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.exec(ctx, dropInvalidSQL, `analyze import_areas`); err != nil {
		return err
	}
	if rows, err = r.tx.Query(ctx, areaOutcomesSQL); err != nil {
		return err
	}
	var outcome string
	_, err = pgx.ForEachRow(rows, []any{&row, &name, &outcome}, func() error {
		r.add(geo.RowVerdict{Row: row, Name: name, Outcome: geo.Outcome(outcome)})
		return nil
	})
	return err
}

const (
	insertParentsSQL = `insert into areas (code, kind, name, derived, example, source)
select *, true, $4, '' from unnest($1::text[], $2::text[], $3::text[])`
	insertAreasSQL = `insert into areas (code, kind, name, boundary, bps_code, source, year, example)
select code, kind, name, boundary, bps_code, source, year, $1 from import_areas where not live order by code`
	updateAreasSQL = `update areas a set kind = i.kind, name = i.name, boundary = i.boundary, bps_code = i.bps_code, source = i.source,
year = i.year, derived = false, example = $1 from import_areas i where a.code = i.code and i.live and i.differs`
)

// writeAreas adds missing parents, then all new areas by one statement, so that
// each union of children is made once.
func (r *importRun) writeAreas(ctx context.Context) error {
	r.progress(geo.StepWrite)
	rows, err := r.tx.Query(ctx, missingParentSQL)
	if err != nil {
		return err
	}
	var codes, kinds, names []string
	var code, name string
	_, err = pgx.ForEachRow(rows, []any{&code, &name}, func() error {
		codes, kinds = append(codes, code), append(kinds, string(geo.Code(code).Kind()))
		if name == "" { // the file does not tell
			name = code
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		return err
	}
	if r.report.Derived = len(codes); len(codes) > 0 {
		if _, err := r.tx.Exec(ctx, insertParentsSQL, codes, kinds, names, r.o.Example); err != nil {
			return err
		}
	}
	if _, err := r.tx.Exec(ctx, insertAreasSQL, r.o.Example); err != nil {
		return err
	}
	_, err = r.tx.Exec(ctx, updateAreasSQL, r.o.Example)
	return err
}

// Overlaps are looked for among areas that were loaded, each pair once: those of
// derived ones are their children's. Less than a square metre is rounding.
// Level 4 is named by itself, since the index of boundaries holds that level.
const (
	forgetOverlapsSQL = `delete from area_overlaps o using import_areas i where i.differs and i.code in (o.code_a, o.code_b)`
	recordOverlapsSQL = `insert into area_overlaps (code_a, code_b, area_m2, place)
select code_a, code_b, st_area(overlap::geography), st_pointonsurface(overlap)
from (select least(a.code, b.code) as code_a, greatest(a.code, b.code) as code_b,
          st_collectionextract(st_intersection(a.boundary, b.boundary), 3) as overlap
      from import_areas i join areas a on a.code = i.code
      join areas b on b.boundary && a.boundary and b.code <> a.code and not b.derived
      where i.differs and (b.code > a.code or b.code not in (select code from import_areas where differs)) and `
	atLevel4SQL     = `a.level = 4 and b.level = 4`
	atOtherLevelSQL = `a.level < 4 and b.level = a.level`
	overlapsEndSQL  = `) pairs
where not st_isempty(overlap) and st_area(overlap::geography) >= 1
on conflict do nothing`
	sumOverlapsSQL  = `select count(*), coalesce(sum(area_m2), 0) from area_overlaps o where exists (select from import_areas i where i.code in (o.code_a, o.code_b))`
	listOverlapsSQL = `select o.code_a, a.name, o.code_b, b.name, o.area_m2, st_x(o.place), st_y(o.place)
from area_overlaps o join areas a on a.code = o.code_a join areas b on b.code = o.code_b
where exists (select from import_areas i where i.code in (o.code_a, o.code_b)) order by o.area_m2 desc, 1, 3 limit $1`
)

// recordOverlaps finds anew the overlaps of the areas that import_areas names.
func recordOverlaps(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{forgetOverlapsSQL, recordOverlapsSQL + atLevel4SQL + overlapsEndSQL, recordOverlapsSQL + atOtherLevelSQL + overlapsEndSQL} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (r *importRun) findOverlaps(ctx context.Context) error {
	r.progress(geo.StepOverlaps)
	if err := recordOverlaps(ctx, r.tx); err != nil {
		return err
	}
	if err := r.tx.QueryRow(ctx, sumOverlapsSQL).Scan(&r.report.OverlapCount, &r.report.OverlapM2); err != nil {
		return err
	}
	r.report.OverlapM2 = math.Round(r.report.OverlapM2*100) / 100
	var err error
	r.report.Overlaps, err = collect(ctx, r.tx, func(row pgx.CollectableRow) (o geo.AreaOverlap, err error) {
		var lon, lat float64
		err = row.Scan(&o.CodeA, &o.NameA, &o.CodeB, &o.NameB, &o.AreaM2, &lon, &lat)
		o.Place = orb.Point{lon, lat}
		return o, err
	}, listOverlapsSQL, geo.MaxOverlapsListed)
	return err
}
