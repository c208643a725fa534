package demo

import (
	"context"
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestMain(m *testing.M) { geotest.Main(m) }

func collect(t *testing.T) (areas []geo.AreaRow, assets []geo.AssetRow) {
	t.Helper()
	for a, err := range Areas() {
		if err != nil || len(a.Refused) > 0 {
			t.Fatal(a, err)
		}
		areas = append(areas, a)
	}
	for a, err := range Assets() {
		if err != nil || len(a.Refused) > 0 {
			t.Fatal(a, err)
		}
		assets = append(assets, a)
	}
	return areas, assets
}

func TestTheCityIsTheSameEveryTime(t *testing.T) {
	areas, assets := collect(t)
	areasAgain, assetsAgain := collect(t)
	if !reflect.DeepEqual(areas, areasAgain) || !reflect.DeepEqual(assets, assetsAgain) {
		t.Error("two runs differ")
	}
}

func TestTheCityIsComplete(t *testing.T) {
	areas, assets := collect(t)
	kinds, unplaced, names := map[string]int{}, 0, map[string]bool{}
	for _, a := range assets {
		kinds[a.Type]++
		if a.Input.Geometry == nil {
			unplaced++
		}
		if names[a.SourceID] {
			t.Errorf("%s is there twice", a.SourceID)
		}
		names[a.SourceID] = true
	}
	if len(areas) != 46 || kinds["kantor_kelurahan"] != 46 || kinds["posyandu"] < 242 || kinds["rt"] < 1200 || kinds["pos_kamling"] < 300 || unplaced < 50 {
		t.Errorf("%d areas, %v, %d without a point", len(areas), kinds, unplaced)
	}
	t.Logf("%v, %d without a point", kinds, unplaced)
}

const checkSQL = `select count(*) filter (where not st_isvalid(g)), sum(st_area(g)), st_area(st_union(g)),
(select count(*) from b x, b y where x.code < y.code and st_area(st_intersection(x.g, y.g)) > 0),
st_numinteriorrings((st_dump(st_union(g))).geom), st_numgeometries(st_union(g)) from b`

// TestBoundariesShareBordersExactly lets PostGIS say that no kelurahan overlaps
// another and that nothing lies between them.
func TestBoundariesShareBordersExactly(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), geotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `create temp table b (code text, g geometry)`); err != nil {
		t.Fatal(err)
	}
	for a := range Areas() {
		if _, err := conn.Exec(t.Context(), `insert into b values ($1, st_geomfromewkb($2))`, string(a.Code), geo.EncodeBoundary(a.Boundary)); err != nil {
			t.Fatal(err)
		}
	}
	var invalid, overlaps, holes, parts int
	var sum, union float64
	if err := conn.QueryRow(t.Context(), checkSQL).Scan(&invalid, &sum, &union, &overlaps, &holes, &parts); err != nil {
		t.Fatal(err)
	}
	if invalid != 0 || overlaps != 0 || holes != 0 || parts != 1 || sum/union-1 > 1e-9 {
		t.Errorf("%d invalid, %d overlaps, %d holes, %d parts, areas %v of %v", invalid, overlaps, holes, parts, sum, union)
	}
}
