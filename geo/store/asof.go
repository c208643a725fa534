package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// revisionAtSQL gives the newest revision at a time. Times of revisions grow
// with their numbers.
const revisionAtSQL = `select revision from revisions where committed_at <= $1 order by committed_at desc limit 1`

// RevisionAt returns the newest revision that was committed at t or before; 0
// when the database's first one is younger.
func (s *Store) RevisionAt(ctx context.Context, t time.Time) (revision int64, err error) {
	err = s.read(ctx, "store.RevisionAt", geo.Public, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, revisionAtSQL, t.Truncate(time.Microsecond)).Scan(&revision)
		if isNoRows(err) {
			return nil
		}
		return err
	})
	return revision, err
}

// Every version of the features of a table, with the transaction that closed
// it: null for the live one. A version that its own transaction closed was
// never seen by anybody.
const (
	assetVersions = `(select l.*, null::bigint as to_tx, '' as closed_by from assets l union all select h.* from asset_history h where h.from_tx <> h.to_tx)`
	areaVersions  = `(select l.*, null::bigint as to_tx, '' as closed_by from areas l union all select h.* from area_history h where h.from_tx <> h.to_tx)`
)

// Of each feature the latest version that stood at some time between revisions
// $2 and $3, both included.
const (
	pastAssetsSQL = `select distinct on (a.id) ` + assetColumns + ` from ` + assetVersions + ` a`
	pastAreasSQL  = `select distinct on (a.id) ` + areaColumns + ` from ` + areaVersions + ` a`
	pastFewSQL    = stampSQL + `left join lateral (select v.* from revisions v where v.id = a.to_tx limit 1) u on true`
	pastManySQL   = ` left join revisions r on r.id = a.from_tx left join revisions u on u.id = a.to_tx`
	stoodSQL      = ` where coalesce(r.revision, 0) <= $3 and (a.to_tx is null or u.revision > $2) and `
	publicSQL     = `a.placement <> 'held' and `
	latestFirst   = ` order by a.id, coalesce(r.revision, 0) desc, a.version desc`

	pastAssetSQL    = pastAssetsSQL + pastFewSQL + stoodSQL + publicSQL + `a.id = $1` + latestFirst
	pastOfTypeSQL   = pastAssetsSQL + pastManySQL + stoodSQL + publicSQL + `a.type = $1` + latestFirst
	pastOfAllSQL    = pastAssetsSQL + pastManySQL + stoodSQL + publicSQL + `$1 = ''` + latestFirst
	pastAreaSQL     = pastAreasSQL + pastFewSQL + stoodSQL + `a.id = $1` + latestFirst
	pastOfLevelSQL  = pastAreasSQL + pastManySQL + stoodSQL + `a.level = $1` + latestFirst
	pastAllAreasSQL = pastAreasSQL + pastManySQL + stoodSQL + `$1 = 0` + latestFirst
	pastMomentSQL   = `select c.epoch::text, r.committed_at from revision_clock c join revisions r on r.revision = $1`
	pastClockSQL    = `select c.epoch::text, coalesce((select committed_at from revisions where revision = $1), 'epoch') from revision_clock c`
)

// ContentBetween reads the past of one collection as everybody could see it: of
// each feature the latest published version that stood at some time between two
// revisions. The content has public fields and no registry: what is public today
// is today's registry's to say. Features that weigh more than most together are
// TooLarge.
func (s *Store) ContentBetween(ctx context.Context, past geo.Past, most int) (geo.Content, error) {
	c := geo.Content{Revision: past.Until}
	err := s.read(ctx, "store.ContentBetween", geo.Public, func(tx pgx.Tx) (err error) {
		if err := tx.QueryRow(ctx, pastClockSQL, past.Until).Scan(&c.Epoch, &c.CommittedAt); err != nil {
			return err
		}
		if geo.LevelOf(past.Collection) != 0 {
			c.Areas, err = pastAreas(ctx, tx, past, most)
		} else {
			c.Assets, err = pastAssets(ctx, tx, past, most)
		}
		return err
	})
	return c, err
}

// LoadPast reads everything that everybody could see as of a revision, as Load
// does of now; the registry is today's. A revision that there is not, or not yet,
// is NotFound.
func (s *Store) LoadPast(ctx context.Context, revision int64, add func(*geo.Asset)) (geo.Content, error) {
	c := geo.Content{Revision: revision}
	err := s.read(ctx, "store.LoadPast", geo.Public, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, pastMomentSQL, revision).Scan(&c.Epoch, &c.CommittedAt)
		if err != nil {
			return err
		}
		c.CommittedAt = c.CommittedAt.UTC()
		if c.Types, err = collect(ctx, tx, scanType, loadTypesSQL); err != nil {
			return err
		}
		if c.Areas, err = collect(ctx, tx, scanArea, pastAllAreasSQL, 0, revision, revision); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, pastOfAllSQL, "", revision, revision)
		if err != nil {
			return err
		}
		defer rows.Close()
		in := interner{}
		for rows.Next() {
			a, err := scanAsset(rows, in)
			if err != nil {
				return err
			}
			add(a)
		}
		return rows.Err()
	})
	return c, err
}

func pastAreas(ctx context.Context, tx pgx.Tx, past geo.Past, most int) ([]*geo.Area, error) {
	sql, key := pastOfLevelSQL, int64(geo.LevelOf(past.Collection))
	if past.ID != 0 {
		sql, key = pastAreaSQL, past.ID
	}
	return collect(ctx, tx, bounded(most, scanArea), sql, key, past.From, past.Until)
}

func pastAssets(ctx context.Context, tx pgx.Tx, past geo.Past, most int) ([]*geo.Asset, error) {
	sql, key := pastOfTypeSQL, any(past.Collection)
	switch {
	case past.ID != 0:
		sql, key = pastAssetSQL, past.ID
	case past.Collection == geo.AllAssets:
		sql, key = pastOfAllSQL, ""
	}
	in := interner{}
	scan := func(row pgx.CollectableRow) (*geo.Asset, error) { return scanAsset(row, in) }
	return collect(ctx, tx, bounded(most, scan), sql, key, past.From, past.Until)
}

// bounded is scan that ends with TooLarge when all that it scanned weighs more
// than most.
func bounded[T interface{ Weight() int }](most int, scan pgx.RowToFunc[T]) pgx.RowToFunc[T] {
	return func(row pgx.CollectableRow) (T, error) {
		feature, err := scan(row)
		if err != nil {
			return feature, err
		}
		if most -= feature.Weight(); most < 0 {
			return feature, &geo.Error{Kind: geo.TooLarge, Op: "store.bounded", Message: geo.Text{
				ID: "Koleksi ini terlalu besar untuk ditampilkan per waktu lampau. Buka satu fitur, atau koleksi satu jenis.",
				EN: "This collection is too large to be shown as of a past time. Open one feature, or the collection of one type."}}
		}
		return feature, nil
	}
}
