package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// wantedSQL picks the revisions of a filter, newest first.
const wantedSQL = `select r.id, r.kind, ` + deedColumns + ` from revisions r
where r.revision < @before and (@revision = 0 or r.revision = @revision)
  and (@actor = '' or r.actor in (@actor, 'import-assets:' || @actor, 'import-areas:' || @actor))
  and (@from::timestamptz is null or r.committed_at >= @from) and (@until::timestamptz is null or r.committed_at <= @until)
order by r.revision desc limit @batch`

// touchedSQL gives what transaction s.id touched: the versions that it left, and
// those that it ended without another in their place. It is found by index.
const touchedSQL = `select t.* from (
    select a.type as collection, a.id, a.name, a.version, a.area_code, a.type, ` + assetOperationSQL + `
    from assets a where a.from_tx = s.id
    union all
    select a.type, a.id, a.name, a.version, a.area_code, a.type, ` + assetOperationSQL + `
    from asset_history a where a.from_tx = s.id and a.to_tx <> s.id
    union all
    select a.type, a.id, a.name, a.version, a.area_code, a.type, 'delete'
    from asset_history a where a.to_tx = s.id and a.from_tx <> s.id
      and not exists (select from assets n where n.id = a.id and n.from_tx = s.id)
      and not exists (select from asset_history n where n.id = a.id and n.from_tx = s.id and n.to_tx <> s.id)
    union all
    select ` + levelSQL + `, a.id, a.name, a.version, a.code, '', ` + areaOperationSQL + `
    from areas a where a.from_tx = s.id
    union all
    select ` + levelSQL + `, a.id, a.name, a.version, a.code, '', ` + areaOperationSQL + `
    from area_history a where a.from_tx = s.id and a.to_tx <> s.id
    union all
    select ` + levelSQL + `, a.id, a.name, a.version, a.code, '', 'delete'
    from area_history a where a.to_tx = s.id and a.from_tx <> s.id
      and not exists (select from areas n where n.id = a.id and n.from_tx = s.id)
      and not exists (select from area_history n where n.id = a.id and n.from_tx = s.id and n.to_tx <> s.id)
) t(collection, id, name, version, area_code, type, op)
where (@type = '' or t.type = @type) and (@area = '' or t.area_code = @area or starts_with(t.area_code, @area || '.'))
  and exists (select from jsonb_to_recordset(case t.type when '' then @watches::jsonb else @reads::jsonb end) as g(area text, types text[])
    where (g.area = '' or t.area_code = g.area or starts_with(t.area_code, g.area || '.')) and (g.types is null or t.type = '' or t.type = any(g.types)))`

const (
	assetOperationSQL = `case when a.version = 1 then 'create'
        when exists (select from asset_history p where p.id = a.id and p.to_tx = s.id and p.from_tx <> s.id) then 'update'
        when exists (select from asset_history p where p.id = a.id and p.version < a.version and p.from_tx <> p.to_tx) then 'restore' else 'create' end`
	areaOperationSQL = `case when a.version = 1 then 'create'
        when exists (select from area_history p where p.id = a.id and p.to_tx = s.id and p.from_tx <> s.id) then 'update'
        when exists (select from area_history p where p.id = a.id and p.version < a.version and p.from_tx <> p.to_tx) then 'restore' else 'create' end`
	levelSQL = `(array['provinsi', 'kabupaten', 'kecamatan', 'kelurahan'])[a.level]`
)

const (
	countTouchedSQL = `select s.id, t.op, count(*) from unnest(@ids::bigint[]) s(id) cross join lateral (` + touchedSQL + `) t group by s.id, t.op`
	listTouchedSQL  = `select s.id, t.collection, t.id, t.name, t.version, t.op
from unnest(@ids::bigint[]) s(id) cross join lateral (` + touchedSQL + ` limit @items) t`
)

// How many revisions are looked through for those that touched what the asker
// may know: per batch, and at most before a page ends with what it has.
const (
	revisionBatch = 200
	maxRevisions  = 20_000
)

// Revisions lists, newest first, the revisions that touched assets which p may
// read fully, or areas which a grant of p covers; only these are counted and
// named. next is the revision before which the next page begins, 0 at the end; a
// page may be shorter than the limit, even empty, and not be the last.
func (s *Store) Revisions(ctx context.Context, p geo.Principal, f geo.RevisionFilter) (list []*geo.RevisionSummary, next int64, err error) {
	r := revisionReader{filter: f, args: pgx.NamedArgs{"before": f.Before, "revision": f.Revision, "actor": f.Actor, "type": f.Type, "area": string(f.Area),
		"from": pointerTo(f.From), "until": pointerTo(f.Until), "batch": revisionBatch, "items": geo.MaxTouched,
		"reads": reach(p, geo.ActionReadFull, s.now()), "watches": reach(p, geo.ActionWatch, s.now())}}
	if f.Before == 0 {
		r.args["before"] = int64(1) << 62
	}
	err = s.read(ctx, "store.Revisions", p, func(tx pgx.Tx) error { return r.read(ctx, tx) })
	if err != nil {
		return nil, 0, err
	}
	if len(r.found) > f.Limit {
		return r.found[:f.Limit], r.found[f.Limit-1].Revision, nil
	}
	return r.found, r.next, nil
}

// reach is where p may do action, as JSON for a statement.
func reach(p geo.Principal, action geo.Action, now time.Time) []byte {
	type scope struct {
		Area  geo.Code `json:"area"`
		Types []string `json:"types"`
	}
	scopes := []scope{}
	for _, r := range p.Reach(action, now) {
		scopes = append(scopes, scope{r.AreaCode, r.Types})
	}
	b, _ := json.Marshal(scopes) // texts always marshal
	return b
}

// revisionReader gathers a page of revisions.
type revisionReader struct {
	filter geo.RevisionFilter
	args   pgx.NamedArgs
	found  []*geo.RevisionSummary
	next   int64
}

// wanted is a revision that may belong on the page.
type wanted struct {
	id      int64
	summary *geo.RevisionSummary
}

func scanWanted(row pgx.CollectableRow) (wanted, error) {
	w := wanted{summary: &geo.RevisionSummary{Counts: map[geo.Operation]int{}}}
	err := row.Scan(append([]any{&w.id, &w.summary.Kind}, deedTargets(&w.summary.Deed)...)...)
	return w, err
}

func (r *revisionReader) read(ctx context.Context, tx pgx.Tx) error {
	r.found = []*geo.RevisionSummary{}
	for looked := 0; ; {
		batch, err := collect(ctx, tx, scanWanted, wantedSQL, r.args)
		if err != nil {
			return err
		}
		if err := r.fill(ctx, tx, batch); err != nil {
			return err
		}
		if len(batch) < revisionBatch {
			r.next = 0
			return nil
		}
		r.next = batch[len(batch)-1].summary.Revision
		r.args["before"] = r.next
		if looked += len(batch); looked >= maxRevisions || len(r.found) > r.filter.Limit {
			return nil
		}
	}
}

// fill counts and names what the revisions of a batch touched, and keeps those
// that touched anything.
func (r *revisionReader) fill(ctx context.Context, tx pgx.Tx, batch []wanted) error {
	byID := map[int64]*geo.RevisionSummary{}
	ids := make([]int64, len(batch))
	for i, w := range batch {
		ids[i], byID[w.id] = w.id, w.summary
	}
	r.args["ids"] = ids
	rows, err := tx.Query(ctx, countTouchedSQL, r.args)
	if err != nil {
		return err
	}
	var id int64
	var op geo.Operation
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&id, &op, &n}, func() error {
		byID[id].Counts[op] = n
		return nil
	}); err != nil {
		return err
	}
	r.args["ids"] = slices.DeleteFunc(ids, func(id int64) bool { return len(byID[id].Counts) == 0 })
	if rows, err = tx.Query(ctx, listTouchedSQL, r.args); err != nil {
		return err
	}
	var t geo.Touched
	if _, err = pgx.ForEachRow(rows, []any{&id, &t.Collection, &t.ID, &t.Name, &t.Version, &t.Operation}, func() error {
		byID[id].Touched = append(byID[id].Touched, t)
		return nil
	}); err != nil {
		return err
	}
	for _, w := range batch {
		if len(w.summary.Counts) > 0 {
			slices.SortFunc(w.summary.Touched, func(a, b geo.Touched) int {
				return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.ID, b.ID))
			})
			r.found = append(r.found, w.summary)
		}
	}
	return nil
}
