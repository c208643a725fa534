package main

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

// asset is one of the set's, as far as measurements ask for it.
type asset struct {
	id    int64
	typ   string
	point orb.Point
}

const sampleAssetsSQL = `select id, type, st_x(point), st_y(point) from assets where id = any($1) and placement <> 'held' and point is not null order by id`

// someAssets picks so many assets with a point at random, the same each time and
// in no order of place.
func (s *stage) someAssets(ctx context.Context, what uint64, count int) ([]asset, error) {
	last, err := one[int64](ctx, s, `select max(id) from assets`)
	if err != nil {
		return nil, err
	}
	rnd := random(s.Seed, forPoints, what)
	var found []asset
	for tries := 0; len(found) < count && tries < 100; tries++ {
		ids := make([]int64, count)
		for i := range ids {
			ids[i] = 1 + rnd.Int64N(last)
		}
		rows, err := s.pool.Query(ctx, sampleAssetsSQL, ids)
		if err != nil {
			return nil, err
		}
		more, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a asset, err error) {
			return a, row.Scan(&a.id, &a.typ, &a.point[0], &a.point[1])
		})
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the set has no assets with a point")
	}
	rnd.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found[:min(count, len(found))], nil
}

// tileAt is the tile of a zoom that a point lies in.
func tileAt(p orb.Point, zoom int) tiles.ID {
	unit, n := index.Project(p), math.Exp2(float64(zoom))
	return tiles.ID{Z: zoom, X: int(unit[0] * n), Y: int(unit[1] * n)}
}

// someTiles picks up to so many tiles of a zoom where assets are, a tile the
// likelier the more of them it holds.
func (s *stage) someTiles(ctx context.Context, zoom, count int) ([]tiles.ID, error) {
	assets, err := s.someAssets(ctx, uint64(zoom), 50*count)
	if err != nil {
		return nil, err
	}
	var ids []tiles.ID
	seen := map[tiles.ID]bool{}
	for _, a := range assets {
		if id := tileAt(a.point, zoom); !seen[id] && len(ids) < count {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// tilePaths are the addresses of Patok's tiles.
func tilePaths(layer string, ids []tiles.ID) []string {
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, id.Z, id.X, id.Y)
	}
	return paths
}
