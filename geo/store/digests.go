package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

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
