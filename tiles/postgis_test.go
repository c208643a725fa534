package tiles

import (
	"math"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func TestMain(m *testing.M) { geotest.Main(m) }

const postgisTile = `
	select st_asmvt(t, 'layer', 4096, 'g', 'id') from (
		select id, st_asmvtgeom(st_transform(geom, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as g from oracle
	) t where g is not null`

// oracle is a PostGIS that holds a content's geometries in a temporary table.
type oracle struct {
	t    *testing.T
	conn *pgx.Conn
}

func newOracle(t *testing.T, geometries map[int64][]byte) oracle {
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, geotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	if _, err := conn.Exec(ctx, "create temp table oracle (id bigint, geom geometry)"); err != nil {
		t.Fatal(err)
	}
	batch := &pgx.Batch{}
	for id, ewkb := range geometries {
		batch.Queue("insert into oracle values ($1, st_geomfromewkb($2))", id, ewkb)
	}
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		t.Fatal(err)
	}
	return oracle{t, conn}
}

// tile returns the geometries that ST_AsMVT puts into a tile, as orb reads them.
func (o oracle) tile(id ID) map[int64]orb.Geometry {
	var data []byte
	if err := o.conn.QueryRow(o.t.Context(), postgisTile, id.Z, id.X, id.Y).Scan(&data); err != nil {
		o.t.Fatal(err)
	}
	return read(o.t, data, 0)
}

// read reads layer number n of a tile.
func read(t *testing.T, data []byte, n int) map[int64]orb.Geometry {
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	found := map[int64]orb.Geometry{}
	if len(layers) > n {
		for _, f := range layers[n].Features {
			found[int64(f.ID.(float64))] = f.Geometry
		}
	}
	return found
}

func TestPointsEqualPostGIS(t *testing.T) {
	c := randomContent(geotest.Random(t))
	geometries := map[int64][]byte{}
	for _, a := range c.Assets {
		if a.Point != nil {
			geometries[a.ID] = geo.EncodePoint(a.Point)
		}
	}
	o, s := newOracle(t, geometries), index.New(c)
	compared := 0
	for z := range MaxZoom + 1 {
		ids := tilesOver(orb.Bound{Min: orb.Point{111.97, -7.83}, Max: orb.Point{112.03, -7.77}}, z)
		for i := 0; i < len(ids); i += 1 + len(ids)/12 {
			theirs, ours := o.tile(ids[i]), read(t, encode(t, s, []string{"assets"}, ids[i]), 0)
			for id, g := range theirs {
				p, ok := ours[id].(orb.Point)
				switch q := g.(orb.Point); {
				case !ok && !atEdge(q):
					t.Errorf("%v: asset %d at %v is missing", ids[i], id, q)
				case ok && (math.Abs(p[0]-q[0]) > 1 || math.Abs(p[1]-q[1]) > 1):
					t.Errorf("%v: asset %d is at %v, in PostGIS at %v", ids[i], id, p, q)
				}
				compared++
			}
			for id, p := range ours {
				if theirs[id] == nil && !atEdge(p.(orb.Point)) {
					t.Errorf("%v: asset %d at %v is not in PostGIS's tile", ids[i], id, p)
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d points were compared", compared)
	}
}

const postgisCells = `
	select floor((st_x(g) / $4 + 0.5) * 8 * 2 ^ $1 - 8 * $2)::int as x, floor((0.5 - st_y(g) / $4) * 8 * 2 ^ $1 - 8 * $3)::int as y, count(*)
	from (select st_transform(geom, 3857) as g from oracle where geom && st_transform(st_tileenvelope($1, $2, $3), 4326)) t
	group by 1, 2`

// TestClustersEqualGroupBy compares the counts of cells with those that PostGIS
// makes.
func TestClustersEqualGroupBy(t *testing.T) {
	c := randomContent(geotest.Random(t))
	geometries := map[int64][]byte{}
	for _, a := range c.Assets {
		if a.Point != nil {
			geometries[a.ID] = geo.EncodePoint(a.Point)
		}
	}
	o, s, e, compared := newOracle(t, geometries), index.New(c), clustered(), 0
	for z := range 13 {
		ids := tilesOver(orb.Bound{Min: orb.Point{111.97, -7.83}, Max: orb.Point{112.03, -7.77}}, z)
		for _, id := range ids[:min(len(ids), 6)] {
			if e.count(s, geo.AllAssets, index.Filter{}, id) <= few {
				continue
			}
			want, got := o.cells(id), map[cell]uint64{}
			for _, f := range decode(t, e.must(t, s, geo.AllAssets, index.Filter{}, id))[geo.AllAssets].features {
				if f.properties["buffer"] == true {
					continue
				}
				p, n := f.rings[0][0], uint64(1)
				if f.properties["cluster"] == true {
					n = f.properties["count"].(uint64)
				}
				at := cell{min(p.x>>9, 7), min(p.y>>9, 7)}
				if n == 1 && want[at] != 1 {
					continue // an asset that is rounded into the next cell
				}
				got[at] = n
				compared++
			}
			for at, n := range got {
				if want[at] != n {
					t.Errorf("%v: %d assets in cell %v, in PostGIS %d", id, n, at, want[at])
				}
			}
			for at, n := range want {
				if n > 1 && got[at] != n {
					t.Errorf("%v: PostGIS has %d assets in cell %v, we %d", id, n, at, got[at])
				}
			}
		}
	}
	if compared < 200 {
		t.Errorf("only %d cells were compared", compared)
	}
}

// cells counts what lies in each cell of a tile.
func (o oracle) cells(id ID) map[cell]uint64 {
	const world = 2 * 20037508.342789244
	rows, err := o.conn.Query(o.t.Context(), postgisCells, id.Z, id.X, id.Y, world)
	if err != nil {
		o.t.Fatal(err)
	}
	counts := map[cell]uint64{}
	var at cell
	var n uint64
	if _, err := pgx.ForEachRow(rows, []any{&at.x, &at.y, &n}, func() error {
		if at.x >= 0 && at.x < 8 && at.y >= 0 && at.y < 8 {
			counts[at] = n
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
	return counts
}

// atEdge reports whether a unit more or less takes the point out of the buffer.
func atEdge(p orb.Point) bool {
	return p[0] < low+1.5 || p[1] < low+1.5 || p[0] > high-1.5 || p[1] > high-1.5
}

func TestPolygonsEqualPostGIS(t *testing.T) {
	contents := map[string][]*geo.Area{
		"random": randomContent(geotest.Random(t)).Areas,
		"Kediri": readAreas(t, "3571_kelurahan.geojson"),
		"Tegal":  readAreas(t, "3328_kelurahan.geojson"),
	}
	for name, areas := range contents {
		t.Run(name, func(t *testing.T) {
			geometries, byID := map[int64][]byte{}, map[int64]*geo.Area{}
			for _, a := range areas {
				geometries[a.ID], byID[a.ID] = geo.EncodeBoundary(a.Boundary), a
			}
			o, s := newOracle(t, geometries), index.New(geo.Content{Areas: areas})
			around, _ := s.Extent("kelurahan")
			for z := 4; z <= MaxZoom; z++ {
				ids := tilesOver(around, z)
				for i := len(ids) % 3; i < len(ids); i += 1 + len(ids)/4 {
					comparePolygons(t, ids[i], byID, read(t, encode(t, s, []string{"kelurahan"}, ids[i]), 0), o.tile(ids[i]))
				}
			}
		})
	}
}

// comparePolygons holds each polygon's area against PostGIS's. A vertex moves
// by at most 0.71 steps of our grid and 0.71 units of theirs.
func comparePolygons(t *testing.T, id ID, areas map[int64]*geo.Area, ours, theirs map[int64]orb.Geometry) {
	t.Helper()
	step := stepAt(id)
	for area, boundary := range areas {
		_, length := cutArea(boundary.Boundary, id)
		a, b := areaOf(ours[area]), areaOf(theirs[area])
		if math.Abs(a-b) > (step+1)*(length*0.75+4*step) {
			t.Errorf("%v, area %d: %.0f square units, in PostGIS %.0f (boundary %.0f)", id, area, a, b, length)
		}
	}
}

func areaOf(g orb.Geometry) float64 {
	if g == nil {
		return 0
	}
	return math.Abs(planar.Area(g))
}
