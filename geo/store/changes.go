package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// pollSQL is what a look costs when nothing is new.
const pollSQL = `select epoch::text, revision from revision_clock`

const revisionsSQL = `select id, revision, committed_at from revisions
where revision > $1 order by revision limit $2`

// maxChanges is how many features a segment may hold, about 1 kB each. A revision
// with more costs more to apply than to load everything anew.
const maxChanges = 100_000

// What revisions made is found by index in the live rows and in the history: a
// version that a later revision closed again is in the history, one that its own
// transaction closed never was visible. What revisions took away is what they
// closed by DELETE. The revisions themselves are known and not joined: guessing
// their number wrong, PostgreSQL reads all there ever were.
const (
	unstampedSQL = `with unstamped (revision, committed_at) as (values (0::bigint, timestamptz 'epoch')) `

	changedTypesSQL = `select a.from_tx, ` + typeColumns + ` from asset_types a where a.from_tx = any($1)
union all select a.from_tx, ` + typeColumns + ` from asset_type_history a where a.from_tx = any($1) and a.to_tx <> a.from_tx limit $2`
	changedAreasSQL = unstampedSQL + `select a.from_tx, ` + areaColumns + ` from areas a, unstamped r where a.from_tx = any($1)
union all select a.from_tx, ` + areaColumns + ` from area_history a, unstamped r where a.from_tx = any($1) and a.to_tx <> a.from_tx limit $2`
	changedAssetsSQL = unstampedSQL + `select a.from_tx, ` + assetColumns + ` from assets a, unstamped r where a.from_tx = any($1)
union all select a.from_tx, ` + assetColumns + ` from asset_history a, unstamped r where a.from_tx = any($1) and a.to_tx <> a.from_tx limit $2`

	deletedTypesSQL  = `select to_tx, 0::bigint, name from asset_type_history where to_tx = any($1) and closed_by = 'delete' limit $2`
	deletedAreasSQL  = `select to_tx, id, level::text from area_history where to_tx = any($1) and closed_by = 'delete' limit $2`
	deletedAssetsSQL = `select to_tx, id, type from asset_history where to_tx = any($1) and closed_by = 'delete' limit $2`
)

// Changes reads the revisions after after, at most limit of them, oldest first.
// Within a revision deletes come before the states that it left, types before
// areas before assets. The segment is shorter where revisions are large, and
// Large and without revisions where the next one alone changed too much.
func (s *Store) Changes(ctx context.Context, after int64, limit int) (geo.Segment, error) {
	return s.segment(ctx, after, limit, maxChanges)
}

func (s *Store) segment(ctx context.Context, after int64, limit, most int) (geo.Segment, error) {
	var b geo.Segment
	err := s.pool.QueryRow(ctx, pollSQL).Scan(&b.Epoch, &b.Clock)
	if err != nil || b.Clock <= after {
		return b, mapError("store.Changes", err)
	}
	for {
		c := changeReader{at: map[int64]int{}, most: most}
		err := s.read(ctx, "store.Changes", itself, func(tx pgx.Tx) error { return c.read(ctx, tx, after, limit) })
		switch {
		case err != nil:
			return b, err
		case c.changes <= most:
			b.Revisions = c.revisions
			return b, nil
		case len(c.revisions) == 1:
			b.Large = true
			return b, nil
		}
		limit = max(1, len(c.revisions)/8)
	}
}

// changeReader gathers changes into revisions.
type changeReader struct {
	revisions []geo.Revision
	ids       []int64       // of the transactions
	at        map[int64]int // transaction → position in revisions
	changes   int
	most      int // changes that are kept
}

func (c *changeReader) read(ctx context.Context, tx pgx.Tx, after int64, limit int) error {
	rows, err := tx.Query(ctx, revisionsSQL, after, limit)
	if err != nil {
		return err
	}
	var id int64
	var r geo.Revision
	_, err = pgx.ForEachRow(rows, []any{&id, &r.Number, &r.CommittedAt}, func() error {
		r.CommittedAt = r.CommittedAt.UTC()
		c.at[id] = len(c.revisions)
		c.ids = append(c.ids, id)
		c.revisions = append(c.revisions, r)
		return nil
	})
	if err != nil || len(c.ids) == 0 {
		return err
	}
	var batch pgx.Batch
	for _, deleted := range []string{deletedTypesSQL, deletedAreasSQL, deletedAssetsSQL} {
		c.deletes(&batch, deleted)
	}
	states(c, &batch, changedTypesSQL, scanType, typeChange)
	states(c, &batch, changedAreasSQL, scanArea, areaChange)
	states(c, &batch, changedAssetsSQL, scanPublicAsset, assetChange)
	c.withdrawals(&batch)
	c.figures(&batch)
	return tx.SendBatch(ctx, &batch).Close() // runs them all, in one round trip
}

const withdrawnSQL = `select distinct tx, account_id from withdrawals where tx = any($1)`

// withdrawals says whose authority each revision may have taken away.
func (c *changeReader) withdrawals(batch *pgx.Batch) {
	batch.Queue(withdrawnSQL, c.ids).Query(func(rows pgx.Rows) error {
		var at, account int64
		_, err := pgx.ForEachRow(rows, []any{&at, &account}, func() error {
			r := &c.revisions[c.at[at]]
			r.Withdrawn = append(r.Withdrawn, account)
			return nil
		})
		return err
	})
}

// changedFiguresSQL gives the transactions that published figures or took some
// away, and those that changed the registry.
const changedFiguresSQL = `select from_tx from publications where from_tx = any($1)
union select tx from removed_publications where tx = any($1)
union select from_tx from indicators where from_tx = any($1) union select to_tx from indicator_history where to_tx = any($1)
union select from_tx from sources where from_tx = any($1) union select to_tx from source_history where to_tx = any($1)`

// figures says which revisions changed what is published of figures.
func (c *changeReader) figures(batch *pgx.Batch) {
	batch.Queue(changedFiguresSQL, c.ids).Query(func(rows pgx.Rows) error {
		var at int64
		_, err := pgx.ForEachRow(rows, []any{&at}, func() error {
			c.revisions[c.at[at]].Figures = true
			return nil
		})
		return err
	})
}

func (c *changeReader) deletes(batch *pgx.Batch, sql string) {
	batch.Queue(sql, c.ids, c.most+1).Query(func(rows pgx.Rows) error {
		var at, id int64
		var key string
		_, err := pgx.ForEachRow(rows, []any{&at, &id, &key}, func() error {
			change := geo.Change{Collection: key, ID: id, Delete: true}
			switch sql {
			case deletedTypesSQL:
				change.Collection, change.Type = "types", &geo.AssetType{Name: key}
			case deletedAreasSQL:
				change.Collection = geo.CodeOfID(id).Level().Collection()
			}
			c.add(at, change)
			return nil
		})
		return err
	})
}

func (c *changeReader) add(tx int64, change geo.Change) {
	if c.changes++; c.changes > c.most {
		return // the segment is too large anyway
	}
	r := &c.revisions[c.at[tx]]
	switch {
	case change.Asset != nil:
		change.Asset.Revision, change.Asset.UpdatedAt = r.Number, r.CommittedAt
	case change.Area != nil:
		change.Area.Revision, change.Area.UpdatedAt = r.Number, r.CommittedAt
	}
	r.Changes = append(r.Changes, change)
}

// states reads the versions that the transactions left.
func states[T any](c *changeReader, batch *pgx.Batch, sql string, scan func(pgx.CollectableRow) (*T, error), change func(*T) geo.Change) {
	batch.Queue(sql, c.ids, c.most+1).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var at int64
			feature, err := scan(&leading{rows, []any{&at}})
			if err != nil {
				return err
			}
			c.add(at, change(feature))
		}
		return rows.Err()
	})
}

// leading scans the first columns into first, and gives the rest to a scanner
// that does not know of them.
type leading struct {
	pgx.CollectableRow
	first []any
}

// Scan reads the leading columns and then the rest into targets.
func (l *leading) Scan(targets ...any) error {
	return l.CollectableRow.Scan(append(l.first, targets...)...)
}

func typeChange(t *geo.AssetType) geo.Change { return geo.Change{Collection: "types", Type: t} }

func areaChange(a *geo.Area) geo.Change {
	return geo.Change{Collection: a.Level.Collection(), ID: a.ID, Area: a}
}

// assetChange is the change as the public sees it: a held asset is gone.
func assetChange(a *geo.Asset) geo.Change {
	if !a.Published() {
		return geo.Change{Collection: a.Type, ID: a.ID, Delete: true}
	}
	return geo.Change{Collection: a.Type, ID: a.ID, Asset: a}
}
