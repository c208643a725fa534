package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// progressSQL gives a row for every kelurahan and type, with what was said of
// them. An area that is @area or below it, a type that is @type; ” is all.
const progressSQL = `select a.code, a.name, coalesce(d.name, ''), t.name, p.target, p.due::text, coalesce(p.declared, ''),
coalesce(b.id, 0), coalesce(b.title, ''), p.declared_at, coalesce(c.title, ''), p.confirmed_at
from areas a cross join asset_types t
left join areas d on d.code = a.parent_code
left join progress p on p.area_code = a.code and p.type = t.name
left join accounts b on b.id = p.declared_by
left join accounts c on c.id = p.confirmed_by
where a.level = 4 and (@area = '' or a.code = @area or starts_with(a.code, @area || '.')) and @type in ('', t.name)
order by a.code, t.position, t.name`

// countAssetsSQL counts the assets of areas by type. Those that are closed or
// only planned are no assets there, but a change of one is activity. The days
// that a confirmation is good come first: a type's definition is large, and
// would be unpacked for every asset.
const countAssetsSQL = `with fresh as materialized (
    select name, @now::timestamptz - make_interval(days => (definition ->> 'confirm_days')::integer) as since from asset_types)
select n.area_code, n.type, n.registered, n.placed, n.confirmed, r.committed_at
from (select a.area_code, a.type,
        count(*) filter (where a.operation in ('aktif', 'tidak_aktif')) as registered,
        count(a.point) filter (where a.operation in ('aktif', 'tidak_aktif')) as placed,
        count(*) filter (where a.operation in ('aktif', 'tidak_aktif') and a.verified_at > f.since) as confirmed,
        max(a.from_tx) as tx
    from assets a join fresh f on f.name = a.type
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

// maxProgress bounds the rows of one reading: every kelurahan of a provinsi.
const maxProgress = 50_000

// Progress tells, by kelurahan and type, how far those of area (and below it;
// "" is everywhere) are that p may watch. A type of "" is every type. Assets and
// proposals that p may not see are not counted, and who did what is told to
// those who may read fully there.
func (s *Store) Progress(ctx context.Context, p geo.Principal, area geo.Code, typ string) ([]*geo.Progress, error) {
	var rows []*geo.Progress
	err := s.read(ctx, "store.Progress", p, func(tx pgx.Tx) (err error) {
		rows, err = s.progressIn(ctx, tx, p, area, typ)
		return err
	})
	return rows, err
}

func (s *Store) progressIn(ctx context.Context, tx pgx.Tx, p geo.Principal, area geo.Code, typ string) ([]*geo.Progress, error) {
	all, err := progressRows(ctx, tx, area, typ)
	if err != nil {
		return nil, err
	}
	now := s.now()
	var rows []*geo.Progress
	b := progressBoard{args: pgx.NamedArgs{"now": now}, rows: map[progressKey]*geo.Progress{}}
	for _, row := range all {
		if geo.Can(p, geo.ActionWatch, geo.Target{Area: row.AreaCode, Type: row.Type}, now) {
			rows = append(rows, row)
			b.add(row)
		}
	}
	b.args["areas"] = b.areas
	if len(rows) > maxProgress {
		return nil, &geo.Error{Kind: geo.TooLarge, Op: "store.Progress", Message: geo.Text{
			ID: "Terlalu banyak wilayah sekaligus. Pilih wilayah yang lebih kecil.", EN: "Too many areas at once. Choose a smaller area."}}
	}
	for _, fill := range []func(context.Context, pgx.Tx) error{b.countAssets, b.countProposals, b.namePICs} {
		if err := fill(ctx, tx); err != nil {
			return nil, err
		}
	}
	for _, row := range rows {
		if !geo.Can(p, geo.ActionReadFull, geo.Target{Area: row.AreaCode, Type: row.Type}, now) {
			row.DeclaredByID, row.DeclaredBy, row.ConfirmedBy, row.PIC = 0, "", "", []geo.Who{}
		}
	}
	return rows, nil
}

func progressRows(ctx context.Context, tx pgx.Tx, area geo.Code, typ string) ([]*geo.Progress, error) {
	rows, err := tx.Query(ctx, progressSQL, pgx.NamedArgs{"area": string(area), "type": typ})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*geo.Progress, error) {
		r := &geo.Progress{PIC: []geo.Who{}}
		err := row.Scan(&r.AreaCode, &r.AreaName, &r.District, &r.Type, &r.Target, &r.Due, &r.Declared,
			&r.DeclaredByID, &r.DeclaredBy, &r.DeclaredAt, &r.ConfirmedBy, &r.ConfirmedAt)
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
	byArea := map[geo.Code][]geo.Principal{}
	var who geo.Who
	grant := geo.Grant{Role: geo.RolePIC}
	_, err = pgx.ForEachRow(rows, []any{&grant.AreaCode, &grant.Types, &who.ID, &who.Name, &who.Title}, func() error {
		byArea[grant.AreaCode] = append(byArea[grant.AreaCode],
			geo.Principal{AccountID: who.ID, Name: who.Name, Title: who.Title, Grants: []geo.Grant{grant}})
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range b.rows {
		for area := row.AreaCode; ; area = area.Parent() {
			for _, pic := range byArea[area] {
				addPIC(row, pic)
			}
			if area == "" {
				break
			}
		}
	}
	return nil
}

func addPIC(row *geo.Progress, pic geo.Principal) {
	who := geo.Who{ID: pic.AccountID, Name: pic.Name, Title: pic.Title}
	if geo.Can(pic, geo.ActionEdit, geo.Target{Area: row.AreaCode, Type: row.Type}, time.Time{}) && !slices.Contains(row.PIC, who) {
		row.PIC = append(row.PIC, who)
	}
}

// setGoalsSQL takes each goal for a kelurahan and a type that exist. One that
// changes nothing, or says nothing of what nobody has spoken of, leaves no row.
const setGoalsSQL = `insert into progress as p (area_code, type, target, due)
select distinct on (g.area, g.type) g.area, g.type,
    case when g.has_target then g.target else o.target end, case when g.has_due then g.due else o.due end
from unnest(@areas::text[], @types::text[], @targets::integer[], @has_targets::boolean[], @dues::text[]::date[], @has_dues::boolean[])
    as g (area, type, target, has_target, due, has_due)
join areas a on a.code = g.area and a.level = 4
join asset_types t on t.name = g.type
left join progress o on o.area_code = g.area and o.type = g.type
where o.type is not null or g.target is not null or g.due is not null
on conflict (area_code, type) do update set target = excluded.target, due = excluded.due
where (p.target, p.due) is distinct from (excluded.target, excluded.due)`

// SetGoals changes targets and due days, all of them or none, for a principal
// who administers every area that is named, and returns how many changed.
// What names no kelurahan or no type changes nothing.
func (s *Store) SetGoals(ctx context.Context, p geo.Principal, goals []geo.GoalChange) (changed int, err error) {
	const op = "store.SetGoals"
	columns := struct {
		areas, types          []string
		targets               []*int
		dues                  []*string
		hasTargets, hasDueDay []bool
	}{}
	for _, g := range goals {
		if err := s.mayProgress(op, p, geo.ActionAdminister, g.AreaCode, g.Type); err != nil {
			return 0, err
		}
		columns.areas, columns.types = append(columns.areas, string(g.AreaCode)), append(columns.types, g.Type)
		columns.targets, columns.hasTargets = append(columns.targets, g.Target), append(columns.hasTargets, g.HasTarget)
		columns.dues, columns.hasDueDay = append(columns.dues, (*string)(g.Due)), append(columns.hasDueDay, g.HasDue)
	}
	err = s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, setGoalsSQL, pgx.NamedArgs{"areas": columns.areas, "types": columns.types, "targets": columns.targets,
			"has_targets": columns.hasTargets, "dues": columns.dues, "has_dues": columns.hasDueDay})
		if changed = int(tag.RowsAffected()); err != nil || changed == 0 {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "progress_targets", Detail: map[string]any{"changed": changed}})
	})
	return changed, err
}

// mayProgress is nil when p may do action to the progress of a type in a
// kelurahan. That there are such is no secret, so a refusal is Forbidden.
func (s *Store) mayProgress(op string, p geo.Principal, action geo.Action, area geo.Code, typ string) error {
	if geo.Can(p, action, geo.Target{Area: area, Type: typ}, s.now()) {
		return nil
	}
	return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
		ID: "Anda tidak berwenang mengubah kemajuan ini.", EN: "You may not change this progress."}}
}

// holdProgressSQL keeps a row as it is until the transaction ends.
const holdProgressSQL = `select from progress where area_code = @area and type = @type for update`

const (
	// declareSQL leaves a declaration that stands as it is, with its confirmation.
	declareSQL = `insert into progress as p (area_code, type, declared, declared_by, declared_at)
values (@area, @type, @declared, @account, @now)
on conflict (area_code, type) do update set declared = excluded.declared, declared_by = excluded.declared_by,
    declared_at = excluded.declared_at, confirmed_by = null, confirmed_at = null
where p.declared is distinct from excluded.declared`

	takeBackSQL = `update progress set declared = null, declared_by = null, declared_at = null, confirmed_by = null, confirmed_at = null
where area_code = @area and type = @type and declared is not null`

	confirmProgressSQL = `update progress set confirmed_by = @account, confirmed_at = @now
where area_code = @area and type = @type and declared is not null and confirmed_at is null`

	doubtProgressSQL = `update progress set confirmed_by = null, confirmed_at = null
where area_code = @area and type = @type and confirmed_at is not null`
)

// DeclareProgress says for p, who may edit there, that a type is complete in a
// kelurahan or that there is none; "" takes that back. A change ends the
// confirmation. NoneHere is a Conflict while assets are registered.
func (s *Store) DeclareProgress(ctx context.Context, p geo.Principal, area geo.Code, typ string, d geo.Declaration) (*geo.Progress, error) {
	const op = "store.DeclareProgress"
	return s.changeProgress(ctx, op, p, geo.ActionEdit, area, typ, func(row *geo.Progress) (string, string, error) {
		switch {
		case d == "":
			return takeBackSQL, "progress_taken_back", nil
		case d == geo.NoneHere && row.Registered > 0:
			return "", "", noneButSome(row)
		}
		return declareSQL, "progress_declared", nil
	}, pgx.NamedArgs{"declared": string(d)})
}

// ConfirmProgress agrees for p, who may review there, to what was declared, or
// takes that back. Nobody confirms what they declared themselves.
func (s *Store) ConfirmProgress(ctx context.Context, p geo.Principal, area geo.Code, typ string, confirmed bool) (*geo.Progress, error) {
	const op = "store.ConfirmProgress"
	return s.changeProgress(ctx, op, p, geo.ActionReview, area, typ, func(row *geo.Progress) (string, string, error) {
		switch {
		case !confirmed:
			return doubtProgressSQL, "progress_doubted", nil
		case row.Declared == "":
			return "", "", conflict("Belum ada pernyataan yang dapat disahkan.", "Nothing has been declared that could be confirmed.")
		case row.Declared == geo.NoneHere && row.Registered > 0:
			return "", "", noneButSome(row)
		case row.DeclaredByID == p.AccountID:
			return "", "", &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
				ID: "Pernyataan harus disahkan oleh orang lain, bukan oleh yang menyatakannya.",
				EN: "A declaration is confirmed by somebody other than who made it."}}
		}
		return confirmProgressSQL, "progress_confirmed", nil
	}, nil)
}

func noneButSome(row *geo.Progress) error {
	return conflict(
		fmt.Sprintf("Masih ada %d data terdaftar di sini. Hapus atau tutup dahulu, atau nyatakan lengkap.", row.Registered),
		fmt.Sprintf("There are still %d registered here. Delete or close them first, or declare it complete.", row.Registered))
}

// changeProgress runs the statement that choose picks for the row as it stands,
// writes an audit line when it changed something, and returns the row as it is
// then.
func (s *Store) changeProgress(ctx context.Context, op string, p geo.Principal, action geo.Action, area geo.Code, typ string,
	choose func(*geo.Progress) (statement, name string, err error), more pgx.NamedArgs) (*geo.Progress, error) {
	if err := s.mayProgress(op, p, action, area, typ); err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{"area": string(area), "type": typ, "account": p.AccountID, "now": s.now()}
	maps.Copy(args, more)
	err := s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdProgressSQL, args); err != nil {
			return err
		}
		rows, err := s.progressIn(ctx, tx, p, area, typ)
		if err != nil {
			return err
		}
		if len(rows) != 1 || rows[0].AreaCode != area {
			return geo.NotFoundError(op)
		}
		statement, name, err := choose(rows[0])
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, statement, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: name, Target: string(area) + " " + typ, Detail: map[string]any(more)})
	})
	if err != nil {
		return nil, err
	}
	rows, err := s.Progress(ctx, p, area, typ)
	if err != nil || len(rows) != 1 {
		return nil, cmp.Or(err, geo.NotFoundError(op))
	}
	return rows[0], nil
}
