package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// readOnly is how the log is read: one moment of the database, whatever commits
// meanwhile.
var readOnly = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

const (
	clockSQL      = `select epoch::text, revision, committed_at, (select committed_at from revisions where revision = 1) from revision_clock`
	loadTypesSQL  = `select ` + typeColumns + ` from asset_types a order by position, name`
	loadAreasSQL  = `select ` + areaColumns + ` from areas a left join revisions r on r.id = a.from_tx order by a.id`
	loadAssetsSQL = `select ` + assetColumns + ` from assets a left join revisions r on r.id = a.from_tx
where a.placement <> 'held' order by a.id`
)

// itself is the store in its own cause: following, comparing, checking.
var itself = geo.System("patok")

// Load reads everything that is published, as of one revision. Assets go to add
// one by one; what add is given holds during the call only.
func (s *Store) Load(ctx context.Context, add func(*geo.Asset)) (geo.Content, error) {
	var c geo.Content
	err := s.read(ctx, "store.Load", itself, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		var began *time.Time
		err := tx.QueryRow(ctx, clockSQL).Scan(&c.Epoch, &c.Revision, &c.CommittedAt, &began)
		if err != nil {
			return err
		}
		c.CommittedAt, c.Began = c.CommittedAt.UTC(), valueOf(began).UTC()
		if c.Types, err = collect(ctx, tx, scanType, loadTypesSQL); err != nil {
			return err
		}
		if c.Areas, err = collect(ctx, tx, scanArea, loadAreasSQL); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, loadAssetsSQL)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			a, err := scanPublicAsset(rows)
			if err != nil {
				return err
			}
			add(a)
		}
		return rows.Err()
	})
	return c, err
}

// collect runs a query and scans every row.
func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

const (
	digestAssetsSQL = `select type, count(*), sum(asset_digest(a)::numeric) from assets a where placement <> 'held' group by type`
	digestAreasSQL  = `select level, count(*), sum(area_digest(a)::numeric) from areas a group by level`
	listAssetsSQL   = `select id, asset_digest(a) from assets a where placement <> 'held' and type = $1`
	listAreasSQL    = `select id, area_digest(a) from areas a where level = $1`
)

// Digests computes the digest of every collection from the rows themselves, as
// of one revision. Sums wrap at 64 bits as Go's do.
func (s *Store) Digests(ctx context.Context) (epoch string, revision int64, digests map[string]geo.Digest, err error) {
	digests = map[string]geo.Digest{}
	err = s.read(ctx, "store.Digests", itself, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select epoch::text, revision from revision_clock`).Scan(&epoch, &revision); err != nil {
			return err
		}
		names, err := collect(ctx, tx, pgx.RowTo[string], `select name from asset_types`)
		if err != nil {
			return err
		}
		for _, name := range names {
			digests[name] = geo.Digest{}
		}
		for l := geo.LevelProvinsi; l <= geo.LevelKelurahan; l++ {
			digests[l.Collection()] = geo.Digest{}
		}
		if err := addDigests(ctx, tx, digests, digestAssetsSQL, func(name string, _ int) string { return name }); err != nil {
			return err
		}
		return addDigests(ctx, tx, digests, digestAreasSQL, func(_ string, level int) string { return geo.Level(level).Collection() })
	})
	return epoch, revision, digests, err
}

func addDigests(ctx context.Context, tx pgx.Tx, to map[string]geo.Digest, sql string, collection func(string, int) string) error {
	wrapped := fmt.Sprintf(`select key::text, count, mod(mod(sum, 18446744073709551616) + 18446744073709551616 + 9223372036854775808, 18446744073709551616) - 9223372036854775808
from (%s) d(key, count, sum)`, sql)
	rows, err := tx.Query(ctx, wrapped)
	if err != nil {
		return err
	}
	var key string
	var d geo.Digest
	_, err = pgx.ForEachRow(rows, []any{&key, &d.Count, &d.Sum}, func() error {
		level := 0
		_, _ = fmt.Sscan(key, &level) // an asset type's name is no number, and needs none
		to[collection(key, level)] = d
		return nil
	})
	return err
}

// DigestList gives the digest of each feature of one collection by its id.
func (s *Store) DigestList(ctx context.Context, collection string) (map[int64]int64, error) {
	sql, key := listAssetsSQL, any(collection)
	if level := geo.LevelOf(collection); level != 0 {
		sql, key = listAreasSQL, int(level)
	}
	list := map[int64]int64{}
	err := s.read(ctx, "store.DigestList", itself, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, key)
		if err != nil {
			return err
		}
		var id, digest int64
		_, err = pgx.ForEachRow(rows, []any{&id, &digest}, func() error {
			list[id] = digest
			return nil
		})
		return err
	})
	return list, err
}
