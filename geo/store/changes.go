package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// pollSQL is one round trip: the clock, and who asks.
const pollSQL = `select epoch::text, revision, set_config('patok.account', 'system', true) from revision_clock`

const revisionsSQL = `select id, revision, committed_at from revisions
where revision > $1 order by revision limit $2`

// What revisions made is found by index in the live rows and in the history: a
// version that a later revision closed again is in the history, one that its own
// transaction closed never was visible. What revisions took away is what they
// closed by DELETE.
const (
	changedTypesSQL = `select a.from_tx, ` + typeColumns + ` from asset_types a where a.from_tx = any($1)
union all select a.from_tx, ` + typeColumns + ` from asset_type_history a where a.from_tx = any($1) and a.to_tx <> a.from_tx`
	changedAreasSQL = `select a.from_tx, ` + areaColumns + ` from areas a join revisions r on r.id = a.from_tx where a.from_tx = any($1)
union all select a.from_tx, ` + areaColumns + ` from area_history a join revisions r on r.id = a.from_tx where a.from_tx = any($1) and a.to_tx <> a.from_tx`
	changedAssetsSQL = `select a.from_tx, ` + assetColumns + ` from assets a join revisions r on r.id = a.from_tx where a.from_tx = any($1)
union all select a.from_tx, ` + assetColumns + ` from asset_history a join revisions r on r.id = a.from_tx where a.from_tx = any($1) and a.to_tx <> a.from_tx`

	deletedTypesSQL  = `select to_tx, 0::bigint, name from asset_type_history where to_tx = any($1) and closed_by = 'delete'`
	deletedAreasSQL  = `select to_tx, id, level::text from area_history where to_tx = any($1) and closed_by = 'delete'`
	deletedAssetsSQL = `select to_tx, id, type from asset_history where to_tx = any($1) and closed_by = 'delete'`
)

// Changes reads the revisions after after, at most limit of them, oldest first.
// Within a revision deletes come before the states that it left, types before
// areas before assets.
func (s *Store) Changes(ctx context.Context, after int64, limit int) (geo.Segment, error) {
	var b geo.Segment
	err := pgx.BeginTxFunc(ctx, s.pool, readOnly, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, pollSQL).Scan(&b.Epoch, &b.Clock, nil); err != nil {
			return err
		}
		if b.Clock <= after {
			return nil
		}
		read := changeReader{batch: &b, at: map[int64]int{}}
		if err := read.revisions(ctx, tx, after, limit); err != nil || len(read.ids) == 0 {
			return err
		}
		return read.changes(ctx, tx)
	})
	return b, mapError("store.Changes", err)
}

// changeReader gathers changes into the revisions of a batch.
type changeReader struct {
	batch *geo.Segment
	ids   []int64       // of the transactions
	at    map[int64]int // transaction → position in the batch
}

func (c *changeReader) revisions(ctx context.Context, tx pgx.Tx, after int64, limit int) error {
	rows, err := tx.Query(ctx, revisionsSQL, after, limit)
	if err != nil {
		return err
	}
	var id int64
	var r geo.Revision
	_, err = pgx.ForEachRow(rows, []any{&id, &r.Number, &r.CommittedAt}, func() error {
		r.CommittedAt = r.CommittedAt.UTC()
		c.at[id] = len(c.batch.Revisions)
		c.ids = append(c.ids, id)
		c.batch.Revisions = append(c.batch.Revisions, r)
		return nil
	})
	return err
}

func (c *changeReader) changes(ctx context.Context, tx pgx.Tx) error {
	for _, deleted := range []string{deletedTypesSQL, deletedAreasSQL, deletedAssetsSQL} {
		if err := c.deletes(ctx, tx, deleted); err != nil {
			return err
		}
	}
	if err := states(ctx, tx, c, changedTypesSQL, scanType, typeChange); err != nil {
		return err
	}
	if err := states(ctx, tx, c, changedAreasSQL, scanArea, areaChange); err != nil {
		return err
	}
	if err := states(ctx, tx, c, changedAssetsSQL, scanPublicAsset, assetChange); err != nil {
		return err
	}
	if err := c.withdrawals(ctx, tx); err != nil {
		return err
	}
	return c.figures(ctx, tx)
}

const withdrawnSQL = `select distinct tx, account_id from withdrawals where tx = any($1)`

// withdrawals says whose authority each revision may have taken away.
func (c *changeReader) withdrawals(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, withdrawnSQL, c.ids)
	if err != nil {
		return err
	}
	var at, account int64
	_, err = pgx.ForEachRow(rows, []any{&at, &account}, func() error {
		r := &c.batch.Revisions[c.at[at]]
		r.Withdrawn = append(r.Withdrawn, account)
		return nil
	})
	return err
}

// changedFiguresSQL gives the transactions that published figures or took some
// away, and those that changed the registry.
const changedFiguresSQL = `select from_tx from publications where from_tx = any($1)
union select tx from removed_publications where tx = any($1)
union select from_tx from indicators where from_tx = any($1) union select to_tx from indicator_history where to_tx = any($1)
union select from_tx from sources where from_tx = any($1) union select to_tx from source_history where to_tx = any($1)`

// figures says which revisions changed what is published of figures.
func (c *changeReader) figures(ctx context.Context, tx pgx.Tx) error {
	changed, err := collect(ctx, tx, pgx.RowTo[int64], changedFiguresSQL, c.ids)
	for _, id := range changed {
		c.batch.Revisions[c.at[id]].Figures = true
	}
	return err
}

func (c *changeReader) deletes(ctx context.Context, tx pgx.Tx, sql string) error {
	rows, err := tx.Query(ctx, sql, c.ids)
	if err != nil {
		return err
	}
	var at, id int64
	var key string
	_, err = pgx.ForEachRow(rows, []any{&at, &id, &key}, func() error {
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
}

func (c *changeReader) add(tx int64, change geo.Change) {
	r := &c.batch.Revisions[c.at[tx]]
	r.Changes = append(r.Changes, change)
}

// states reads the versions that the batch's transactions left.
func states[T any](ctx context.Context, tx pgx.Tx, c *changeReader, sql string, scan func(pgx.CollectableRow) (*T, error), change func(*T) geo.Change) error {
	rows, err := tx.Query(ctx, sql, c.ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		feature, err := scan(&leading{rows, []any{&at}})
		if err != nil {
			return err
		}
		c.add(at, change(feature))
	}
	return rows.Err()
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
