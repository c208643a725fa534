package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// lookups is how many points a cycle of look-ups asks for.
const lookups = 500

const (
	nearestSQL = `select id, type, name, area_code, point <-> st_setsrid(st_makepoint($1, $2), 4326) as distance
from assets where placement <> 'held' order by point <-> st_setsrid(st_makepoint($1, $2), 4326) limit 10`
	// The operator of geography orders by the sphere: twice as many are fetched
	// by it and put into the order of the ellipsoid.
	nearestGeodesicSQL = `select id, type, name, area_code, distance_m from (
select id, type, name, area_code, st_distance(point::geography, st_setsrid(st_makepoint($1, $2), 4326)::geography) as distance_m
from assets where placement <> 'held' order by point::geography <-> st_setsrid(st_makepoint($1, $2), 4326)::geography limit 20
) n order by distance_m, id limit 10`
	locateSQL = `select p.code, p.name, p.level from areas k
join areas p on p.code in (k.code, left(k.code, 8), left(k.code, 5), left(k.code, 2))
where k.level = 4 and st_covers(k.boundary, st_setsrid(st_makepoint($1, $2), 4326)) order by p.level, p.id`

	// Without this index the geodesic order would read the whole table.
	geographyIndexSQL = `create index if not exists bench_geography on assets using gist ((point::geography)); analyze assets`
	dropGeographySQL  = `drop index if exists bench_geography`
)

// nearestContests compares the ten nearest assets, in true metres on our side,
// with PostGIS's order by degrees and by metres. Points are half where assets
// are and half anywhere.
func nearestContests(ctx context.Context, n *node, seed uint64) ([]contest, error) {
	points := samplePoints(n.live.Snapshot(), seed, lookups)
	snapshot := n.live.Snapshot()
	ours := func(i int) ([]index.Neighbor, error) {
		return snapshot.Nearest(points[i], []string{geo.AllAssets}, 10)
	}
	contests := []contest{
		{Name: "nearest 10", Reference: "KNN in degrees", Note: "ours orders by true metres"},
		{Name: "nearest 10, geodesic", Reference: "KNN by geography", Note: "PostGIS with an index on point::geography"},
	}
	for i, sql := range []string{nearestSQL, nearestGeodesicSQL} {
		c := &contests[i]
		c.PostGIS, c.Items = true, len(points)
		c.Ours = func(_ context.Context, i int) error { _, err := ours(i); return err }
		c.Theirs = func(ctx context.Context, i int) error { _, err := neighbors(ctx, n.conn, sql, points[i]); return err }
	}
	for i := range points {
		near, err := ours(i)
		if err != nil {
			return nil, err
		}
		sql, err := neighbors(ctx, n.conn, nearestGeodesicSQL, points[i])
		if err != nil {
			return nil, err
		}
		if !sameNeighbors(near, sql) {
			return nil, fmt.Errorf("nearest to %v: Patok and PostGIS give other assets", points[i])
		}
	}
	return contests, nil
}

// neighbor is what PostGIS says of one asset.
type neighbor struct {
	id              int64
	typ, name, area string
	distance        float64
}

func neighbors(ctx context.Context, conn *pgx.Conn, sql string, p orb.Point) ([]neighbor, error) {
	rows, err := conn.Query(ctx, sql, p[0], p[1])
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r neighbor, err error) {
		return r, row.Scan(&r.id, &r.typ, &r.name, &r.area, &r.distance)
	})
}

// sameNeighbors compares distances, since equal ones may come in any order. The
// two formulas differ by less than one part in 50,000 (Lambert's is an approximation).
func sameNeighbors(ours []index.Neighbor, theirs []neighbor) bool {
	return slices.EqualFunc(ours, theirs, func(a index.Neighbor, b neighbor) bool {
		return math.Abs(a.DistanceM-b.distance) <= 2e-5*b.distance+1e-6
	})
}

// locateContest compares the areas of a point, all four levels.
func locateContest(ctx context.Context, n *node, seed uint64) (contest, error) {
	snapshot := n.live.Snapshot()
	points := samplePoints(snapshot, seed, lookups)
	theirs := func(ctx context.Context, p orb.Point) ([]string, error) {
		rows, err := n.conn.Query(ctx, locateSQL, p[0], p[1])
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(row pgx.CollectableRow) (code string, err error) {
			var name string
			var level int
			return code, row.Scan(&code, &name, &level)
		})
	}
	for _, p := range points {
		codes, err := theirs(ctx, p)
		if err != nil {
			return contest{}, err
		}
		if !slices.EqualFunc(snapshot.Locate(p), codes, func(a *geo.Area, code string) bool { return string(a.Code) == code }) {
			return contest{}, fmt.Errorf("locate %v: PostGIS says %v and Patok something else", p, codes)
		}
	}
	return contest{
		Name: "locate", Reference: "ST_Covers", PostGIS: true, Items: len(points), Note: "provinsi down to kelurahan",
		Ours:   func(_ context.Context, i int) error { snapshot.Locate(points[i]); return nil },
		Theirs: func(ctx context.Context, i int) error { _, err := theirs(ctx, points[i]); return err },
	}, nil
}

// samplePoints gives points, one half beside assets and the other anywhere in
// the extent of all of them.
func samplePoints(s *index.Snapshot, seed uint64, count int) []orb.Point {
	rnd, placed := random(seed, forPoints), placedAssets(s)
	extent := orb.Bound{Min: *placed[0].Point, Max: *placed[0].Point}
	for _, a := range placed {
		extent = extent.Extend(*a.Point)
	}
	points := make([]orb.Point, count)
	for i := range points {
		if i%2 == 0 {
			p := *placed[rnd.IntN(len(placed))].Point
			points[i] = orb.Point{p[0] + 1e-3*rnd.NormFloat64(), p[1] + 1e-3*rnd.NormFloat64()}
			continue
		}
		points[i] = orb.Point{
			extent.Min[0] + rnd.Float64()*(extent.Max[0]-extent.Min[0]),
			extent.Min[1] + rnd.Float64()*(extent.Max[1]-extent.Min[1]),
		}
	}
	return points
}

// placedAssets are the snapshot's assets with a point, by id.
func placedAssets(s *index.Snapshot) []*geo.Asset {
	var placed []*geo.Asset
	q := geo.Query{Collection: geo.AllAssets, LocatedOnly: true, Limit: geo.MaxLimit}
	for {
		page, err := s.Query(context.Background(), q)
		if err != nil {
			return placed // cannot happen: the collection is always there
		}
		placed = append(placed, page.Assets...)
		if q.After = page.Next; q.After == 0 {
			return placed
		}
	}
}
