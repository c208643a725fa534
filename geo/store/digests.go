package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// What geo.Asset.Digest and geo.Area.Digest compute from memory, from the rows a.
// The schema's functions asset_digest and area_digest say the same for whoever
// asks by hand; written out it takes 1 µs a row and not 27, for PostgreSQL puts
// no function into a statement that holds a call less immutable than itself.
const (
	assetDigest = `('x' || substr(md5(concat_ws(E'\x1f', a.id, a.version, a.uuid, a.type, a.type_version, a.name, a.area_code,
coalesce(a.area_located, ''), a.rt, a.rw, a.address,
coalesce(encode(float8send(st_x(a.point)), 'hex'), ''), coalesce(encode(float8send(st_y(a.point)), 'hex'), ''),
coalesce(encode(float8send(a.accuracy_m), 'hex'), ''), a.taken_by, coalesce((extract(epoch from a.taken_at) * 1000000)::bigint::text, ''),
a.condition, a.operation, a.placement, encode(float8send(a.outside_m), 'hex'), array_to_string(a.marks, ','), a.example::text,
coalesce((extract(epoch from a.verified_at) * 1000000)::bigint::text, ''), a.attributes::text)), 1, 16))::bit(64)::bigint`

	areaDigest = `('x' || substr(md5(concat_ws(E'\x1f', a.id, a.version, a.code, a.level, coalesce(a.parent_code, ''), a.kind, a.name,
coalesce(a.bps_code, ''), a.source, a.year, a.boundary_status, a.derived::text, a.example::text,
coalesce(encode(float8send(st_x(a.label_point)), 'hex'), ''), coalesce(encode(float8send(st_y(a.label_point)), 'hex'), ''),
md5(coalesce(st_asewkb(a.boundary, 'NDR'), ''::bytea)))), 1, 16))::bit(64)::bigint`
)

const (
	digestAssetsSQL = `select type, count(*), sum(` + assetDigest + `::numeric) from assets a where placement <> 'held' group by type`
	digestAreasSQL  = `select level, count(*), sum(` + areaDigest + `::numeric) from areas a group by level`
	listAssetsSQL   = `select id, ` + assetDigest + ` from assets a where placement <> 'held' and type = $1`
	listAreasSQL    = `select id, ` + areaDigest + ` from areas a where level = $1`
)

// Digests computes the digest of every collection from the rows themselves, as
// of one revision. Sums wrap at 64 bits as Go's do.
func (s *Store) Digests(ctx context.Context) (epoch string, revision int64, digests map[string]geo.Digest, err error) {
	digests = map[string]geo.Digest{}
	err = s.read(ctx, "store.Digests", itself, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, patientSQL); err != nil {
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
