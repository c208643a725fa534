package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// progressSQL gives a row for every kelurahan and type, with what was said of
// them. An area that is @area or below it, a type that is @type; '' is all.
const progressSQL = `select a.code, a.name, coalesce(d.name, ''), t.name, p.target, p.due::text, coalesce(p.declared, ''),
coalesce(b.title, ''), p.declared_at, coalesce(c.title, ''), p.confirmed_at
from areas a cross join asset_types t
left join areas d on d.code = a.parent_code
left join progress p on p.area_code = a.code and p.type = t.name
left join accounts b on b.id = p.declared_by
left join accounts c on c.id = p.confirmed_by
where a.level = 4 and (@area = '' or a.code = @area or starts_with(a.code, @area || '.')) and @type in ('', t.name)
order by a.code, t.position, t.name`

// countAssetsSQL counts the assets of areas by type. Those that are closed or
// only planned are no assets there, but a change of one is activity.
const countAssetsSQL = `select n.area_code, n.type, n.registered, n.placed, n.confirmed, r.committed_at
from (select a.area_code, a.type,
        count(*) filter (where a.operation in ('aktif', 'tidak_aktif')) as registered,
        count(a.point) filter (where a.operation in ('aktif', 'tidak_aktif')) as placed,
        count(*) filter (where a.operation in ('aktif', 'tidak_aktif')
            and a.verified_at > @now::timestamptz - make_interval(days => (t.definition ->> 'confirm_days')::integer)) as confirmed,
        max(a.from_tx) as tx
    from assets a join asset_types t on t.name = a.type
    where a.area_code = any(@areas)
    group by a.area_code, a.type) n
left join revisions r on r.id = n.tx`

const countProposalsSQL = `select area_code, type, count(*) filter (where state = 'returned'),
count(*) filter (where state in ('sent', 'checking')), max(changed_at)
from proposals where closed_at is null and area_code = any(@areas) group by area_code, type`

const picsSQL = `select coalesce(g.area_code, ''), g.types, c.id, c.name, c.title
from grants g join accounts c on c.id = g.account_id
where g.role = 'pic' and c.disabled_at is null
  and (g.valid_from is null or g.valid_from <= @now) and (g.valid_until is null or @now < g.valid_until)
order by c.name, g.id`

// Progress tells, by kelurahan and type, how far those of area (and below it;
// "" is everywhere) are that p may watch. A type of "" is every type. Assets and
// proposals that p may not see are not counted.
func (s *Store) Progress(ctx context.Context, p geo.Principal, area geo.Code, typ string) ([]*geo.Progress, error) {
	var rows []*geo.Progress
	now := s.now()
	err := s.read(ctx, "store.Progress", p, func(tx pgx.Tx) error {
		all, err := s.progressRows(ctx, tx, area, typ)
		if err != nil {
			return err
		}
		b := progressBoard{args: pgx.NamedArgs{"now": now}, rows: map[progressKey]*geo.Progress{}}
		for _, row := range all {
			if geo.Can(p, geo.ActionWatch, geo.Target{Area: row.AreaCode, Type: row.Type}, now) {
				rows = append(rows, row)
				b.add(row)
			}
		}
		b.args["areas"] = b.areas
		if err := b.countAssets(ctx, tx); err != nil {
			return err
		}
		if err := b.countProposals(ctx, tx); err != nil {
			return err
		}
		return b.namePICs(ctx, tx)
	})
	return rows, err
}

func (s *Store) progressRows(ctx context.Context, tx pgx.Tx, area geo.Code, typ string) ([]*geo.Progress, error) {
	rows, err := tx.Query(ctx, progressSQL, pgx.NamedArgs{"area": string(area), "type": typ})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*geo.Progress, error) {
		r := &geo.Progress{PIC: []geo.Who{}}
		err := row.Scan(&r.AreaCode, &r.AreaName, &r.District, &r.Type, &r.Target, &r.Due, &r.Declared,
			&r.DeclaredBy, &r.DeclaredAt, &r.ConfirmedBy, &r.ConfirmedAt)
		r.LastActivity = r.DeclaredAt
		return r, err
	})
}

// progressBoard fills in the rows of a reading, from one table after the other.
type progressBoard struct {
	args  pgx.NamedArgs
	rows  map[progressKey]*geo.Progress
	areas []string // of the rows, each once
}

type progressKey struct {
	area geo.Code
	typ  string
}

func (b *progressBoard) add(row *geo.Progress) {
	b.rows[progressKey{row.AreaCode, row.Type}] = row
	if n := len(b.areas); n == 0 || b.areas[n-1] != string(row.AreaCode) {
		b.areas = append(b.areas, string(row.AreaCode))
	}
}

// active notes that something of the row changed at a time.
func active(row *geo.Progress, at *time.Time) {
	if at != nil && (row.LastActivity == nil || row.LastActivity.Before(*at)) {
		row.LastActivity = at
	}
}

func (b *progressBoard) countAssets(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, countAssetsSQL, b.args)
	if err != nil {
		return err
	}
	var key progressKey
	var registered, placed, confirmed int
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&key.area, &key.typ, &registered, &placed, &confirmed, &at}, func() error {
		if row := b.rows[key]; row != nil {
			row.Registered, row.Placed, row.Confirmed = registered, placed, confirmed
			active(row, at)
		}
		return nil
	})
	return err
}

func (b *progressBoard) countProposals(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, countProposalsSQL, b.args)
	if err != nil {
		return err
	}
	var key progressKey
	var returned, waiting int
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&key.area, &key.typ, &returned, &waiting, &at}, func() error {
		if row := b.rows[key]; row != nil {
			row.Returned, row.Waiting = returned, waiting
			active(row, at)
		}
		return nil
	})
	return err
}

// namePICs names for each row those whose grant as PIC covers it, the nearest
// grant first.
func (b *progressBoard) namePICs(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, picsSQL, b.args)
	if err != nil {
		return err
	}
	type pic struct {
		who   geo.Who
		grant geo.Grant
	}
	byArea := map[geo.Code][]pic{}
	var one pic
	_, err = pgx.ForEachRow(rows, []any{&one.grant.AreaCode, &one.grant.Types, &one.who.ID, &one.who.Name, &one.who.Title}, func() error {
		byArea[one.grant.AreaCode] = append(byArea[one.grant.AreaCode], one)
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range b.rows {
		for area := row.AreaCode; ; area = area.Parent() {
			for _, pic := range byArea[area] {
				if pic.grant.Covers(geo.Target{Area: row.AreaCode, Type: row.Type}) && !slices.Contains(row.PIC, pic.who) {
					row.PIC = append(row.PIC, pic.who)
				}
			}
			if area == "" {
				break
			}
		}
	}
	return nil
}
