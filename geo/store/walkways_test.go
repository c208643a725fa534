package store

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

const streets = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Jalan Dhoho"},"geometry":{"type":"LineString","coordinates":[[112.0,-7.8],[112.01,-7.8,70]]}},
{"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":[[[112.0,-7.81],[112.01,-7.81]],[[112.01,-7.81],[112.01,-7.8]]]}}]}`

func TestImportWalkways(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	take := func(content string, p geo.Principal) (geo.Report, error) {
		return s.ImportWalkways(ctx, p, exchange.Lines(exchange.Bytes("jalan.geojson", []byte(content))), geo.ImportOptions{File: "jalan.geojson"})
	}
	if _, err := take(streets, principal(t, s, "bappeda", geo.RolePlanner, "")); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("a planner replaces the network: %v", err)
	}
	r, err := take(streets, importer)
	if err != nil || r.New != 2 || r.Revision == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	lines, mark, err := s.Walkways(ctx)
	if err != nil || len(lines) != 3 || !orb.Equal(lines[0], orb.LineString{{112, -7.8}, {112.01, -7.8}}) {
		t.Fatalf("%v, %v", lines, err)
	}
	again, err := s.WalkwaysMark(ctx)
	if err != nil || again != mark || mark == 0 {
		t.Errorf("the mark is %d, then %d; %v", mark, again, err)
	}
	if _, err := take(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[112,-7.8]}}]}`, importer); geo.KindOf(err) != geo.Invalid {
		t.Errorf("a point is taken for a road: %v", err)
	}
	if _, err := take(streets, importer); err != nil {
		t.Fatal(err)
	}
	lines, renewed, err := s.Walkways(ctx)
	if err != nil || len(lines) != 3 || renewed == mark {
		t.Errorf("%d lines under the mark %d after %d: %v", len(lines), renewed, mark, err)
	}
}
