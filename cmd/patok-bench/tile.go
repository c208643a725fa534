package main

import (
	"context"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

// tileZooms are the zooms that tiles are compared at, and how many tiles of each.
var tileZooms = []struct{ zoom, tiles int }{{6, 2}, {10, 6}, {13, 40}, {15, 40}}

// The tile as PostGIS makes it: the same properties, the same buffer of 64 of
// 4096 units, one row of bytes. Empty text is left out, as Patok leaves it out.
const (
	pointTileSQL = `select st_asmvt(t, 'assets', 4096, 'geom', 'id') from (
select id, type, name, area_code, nullif(condition, '') as condition, operation, placement, nullif(rt, '') as rt, nullif(rw, '') as rw,
nullif(example, false) as example,
st_asmvtgeom(st_transform(point, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as geom
from assets where placement <> 'held' and point && st_transform(st_tileenvelope($1, $2, $3, margin => 64.0 / 4096), 4326)
) t where geom is not null`

	areaTileSQL = `with near as materialized (
select id, code, name, kind, level, parent_code, boundary, label_point
from areas where level = 4 and boundary && st_transform(st_tileenvelope($1, $2, $3, margin => 64.0 / 4096), 4326))
select coalesce((select st_asmvt(t, 'kelurahan', 4096, 'geom', 'id') from (
select id, code, name, kind, level, parent_code,
st_asmvtgeom(st_transform(boundary, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as geom from near) t where geom is not null), '')
|| coalesce((select st_asmvt(t, 'kelurahan_label', 4096, 'geom', 'id') from (
select id, code, name, kind, level, parent_code,
st_asmvtgeom(st_transform(label_point, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as geom from near) t where geom is not null), '')`
)

// pointCountSQL counts what a tile has to tell of, one by one or in clusters:
// what lies in its own square.
const pointCountSQL = `select count(*) from assets where placement <> 'held' and point && st_transform(st_tileenvelope($1, $2, $3), 4326)`

// tileContests compares tiles.Encode with ST_AsMVT for the same tiles, after
// making sure that both tell of the same assets and areas.
func tileContests(ctx context.Context, n *node, seed uint64) ([]contest, error) {
	var contests []contest
	snapshot := n.live.Snapshot()
	for _, what := range []struct{ name, layer, sql string }{
		{"points", geo.AllAssets, pointTileSQL},
		{"kelurahan", geo.LevelKelurahan.Collection(), areaTileSQL},
	} {
		for _, z := range tileZooms {
			ids := sampleTiles(snapshot, seed, z.zoom, z.tiles)
			ours := func(_ context.Context, i int) ([]byte, error) {
				return tiles.Encode(snapshot, []string{what.layer}, index.Filter{}, ids[i])
			}
			theirs := func(ctx context.Context, i int) (tile []byte, err error) {
				err = n.conn.QueryRow(ctx, what.sql, ids[i].Z, ids[i].X, ids[i].Y).Scan(&tile)
				return tile, err
			}
			name := fmt.Sprintf("tile z%d of %s", z.zoom, what.name)
			ourCount, theirCount := counting(ours, countFeatures), counting(theirs, countFeatures)
			if what.layer == geo.AllAssets {
				ourCount = counting(ours, assetsShown)
				theirCount = func(ctx context.Context, i int) (count int, err error) {
					err = n.conn.QueryRow(ctx, pointCountSQL, ids[i].Z, ids[i].X, ids[i].Y).Scan(&count)
					return count, err
				}
			}
			features, err := sameCount(ctx, len(ids), ourCount, theirCount)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			contests = append(contests, contest{
				Name: name, Reference: "ST_AsMVT", PostGIS: true, Items: len(ids),
				Note: fmt.Sprintf("%d different, which tell of %d on average", len(ids), features/max(len(ids), 1)),
				Ours: dropping(ours), Theirs: dropping(theirs),
			})
		}
	}
	return contests, nil
}

// dropping makes a subject of a function whose bytes nobody reads.
func dropping(make func(context.Context, int) ([]byte, error)) subject {
	return func(ctx context.Context, i int) error {
		_, err := make(ctx, i)
		return err
	}
}

// sampleTiles picks up to limit tiles of a zoom where assets are, a tile the
// likelier the more of them it holds.
func sampleTiles(s *index.Snapshot, seed uint64, zoom, limit int) []tiles.ID {
	rnd := random(seed, forTiles, uint64(zoom))
	placed := placedAssets(s)
	var ids []tiles.ID
	seen := map[tiles.ID]bool{}
	for tries := 0; len(ids) < limit && tries < 20*limit && len(placed) > 0; tries++ {
		p := index.Project(*placed[rnd.IntN(len(placed))].Point)
		n := math.Exp2(float64(zoom))
		id := tiles.ID{Z: zoom, X: int(p[0] * n), Y: int(p[1] * n)}
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// counting makes a tile and counts what is in it.
func counting(make func(context.Context, int) ([]byte, error), count func(tile []byte) (int, error)) func(context.Context, int) (int, error) {
	return func(ctx context.Context, i int) (int, error) {
		tile, err := make(ctx, i)
		if err != nil {
			return 0, err
		}
		return count(tile)
	}
}

// sameCount adds up what both sides count in so many tiles, and fails when that
// differs by more than the one in a hundred that rounding at the edges may make.
func sameCount(ctx context.Context, tiles int, ours, theirs func(context.Context, int) (int, error)) (int, error) {
	var counts [2]int
	for i := range tiles {
		for side, count := range []func(context.Context, int) (int, error){ours, theirs} {
			n, err := count(ctx, i)
			if err != nil {
				return 0, err
			}
			counts[side] += n
		}
	}
	if math.Abs(float64(counts[0]-counts[1])) > 0.01*float64(counts[1])+1 {
		return 0, fmt.Errorf("not the same work: Patok's tiles tell of %d, PostGIS's of %d", counts[0], counts[1])
	}
	return counts[0], nil
}

// The fields of a vector tile that hold layers and features (Mapbox Vector Tile
// specification 2.1, appendix A).
const (
	layersField   protowire.Number = 3
	featuresField protowire.Number = 2
)

// countFeatures is how many features the layers of a tile hold.
func countFeatures(tile []byte) (int, error) {
	count := 0
	err := eachMessage(tile, layersField, func(layer []byte) error {
		return eachMessage(layer, featuresField, func([]byte) error { count++; return nil })
	})
	return count, err
}

// eachMessage calls do with each embedded message of one field.
func eachMessage(b []byte, field protowire.Number, do func([]byte) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if number != field || kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, b); n < 0 {
				return protowire.ParseError(n)
			}
			b = b[n:]
			continue
		}
		message, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := do(message); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
