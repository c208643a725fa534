package main

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

var small = datasetFlags{Points: 5000, Areas: 70, Seed: 7}

func TestDatasetDependsOnTheSeedAlone(t *testing.T) {
	if !reflect.DeepEqual(makeDataset(small), makeDataset(small)) {
		t.Error("the same seed made other data")
	}
	other := small
	other.Seed++
	if reflect.DeepEqual(makeDataset(small).Assets, makeDataset(other).Assets) {
		t.Error("another seed made the same assets")
	}
}

func TestDatasetHasWhatWasAskedFor(t *testing.T) {
	for _, f := range []datasetFlags{small, {Points: 3, Areas: 10, Seed: 1}, {Points: 1, Areas: 1}, {Points: 100, Areas: 1000}} {
		d := makeDataset(f)
		if len(d.Assets) != f.Points || len(d.Kelurahan) != f.Areas {
			t.Errorf("%+v: %d assets and %d kelurahan", f, len(d.Assets), len(d.Kelurahan))
		}
	}
}

func TestDatasetKeepsPatoksRules(t *testing.T) {
	d := makeDataset(small)
	snapshot := index.New(geo.Content{Areas: d.Kelurahan})
	uuids, types := map[string]bool{}, map[string]int{}
	unplaced := 0
	for _, a := range d.Assets {
		types[a.Type]++
		uuids[a.UUID.String()] = true
		if !json.Valid(a.Attributes) {
			t.Fatalf("attributes of %s are no JSON: %s", a.Name, a.Attributes)
		}
		if a.Point == nil {
			unplaced++
			continue
		}
		if fe := geo.CheckPoint(*a.Point); fe != nil {
			t.Errorf("%v: %v", *a.Point, fe)
		}
		areas := snapshot.Locate(*a.Point)
		if len(areas) == 0 || areas[0].Code != a.AreaCode || a.AreaLocated != a.AreaCode {
			t.Errorf("%s lies in %v, claimed %s", a.Name, areas, a.AreaCode)
		}
	}
	if len(uuids) != len(d.Assets) {
		t.Errorf("%d uuids for %d assets", len(uuids), len(d.Assets))
	}
	if types["kantor_kelurahan"] != small.Areas {
		t.Errorf("%d kantor for %d kelurahan", types["kantor_kelurahan"], small.Areas)
	}
	if types["rt"] < types["pos_kamling"] || types["pos_kamling"] < types["posyandu"] || types["posyandu"] == 0 {
		t.Errorf("unlikely shares: %v", types)
	}
	if unplaced == 0 || unplaced > small.Points/20 {
		t.Errorf("%d of %d have no point", unplaced, small.Points)
	}
}

func TestAreasCoverTheMapOnce(t *testing.T) {
	codes, edges := map[geo.Code]bool{}, map[[2]orb.Point]int{}
	cells := newGrid(3, 1000).kelurahan()
	for _, a := range cells {
		if parsed, err := geo.ParseCode(string(a.Code)); err != nil || parsed != a.Code {
			t.Fatalf("code %s: %v", a.Code, err)
		}
		codes[a.Code] = true
		ring := a.Boundary[0][0]
		if !ring.Closed() || len(ring) != 4*edgeSegments+1 || ring.Orientation() != orb.CCW || planar.Area(ring) <= 0 {
			t.Fatalf("%s has no good ring of %d points", a.Code, len(ring))
		}
		for i := 1; i < len(ring); i++ {
			edges[[2]orb.Point{ring[i-1], ring[i]}]++
		}
	}
	if len(codes) != len(cells) {
		t.Errorf("%d codes for %d kelurahan", len(codes), len(cells))
	}
	shared := 0
	for e, n := range edges {
		if n != 1 {
			t.Fatalf("edge %v is walked %d times in one direction: areas overlap", e, n)
		}
		if edges[[2]orb.Point{e[1], e[0]}] == 1 {
			shared++
		}
	}
	if share := float64(shared) / float64(len(edges)); share < 0.9 {
		t.Errorf("%.0f %% of the edges are shared: borders have gaps", 100*share)
	}
}

func TestParentsComeFirst(t *testing.T) {
	d := makeDataset(small)
	seen := map[geo.Code]bool{"": true}
	for _, a := range append(d.Parents, d.Kelurahan...) {
		if !seen[a.ParentCode] {
			t.Errorf("%s comes before its parent", a.Code)
		}
		seen[a.Code] = true
	}
}

func TestLargestMapHasCodesOfOneProvinsi(t *testing.T) {
	g := newGrid(1, maxAreas)
	for i := range maxAreas {
		x, y := g.cell(i)
		if code := g.code(x, y); len(code) != 13 || code.Parent().Parent() > "35.69" {
			t.Fatalf("kelurahan %d has code %s", i, code)
		}
	}
	if p := place(float64(g.columns)+1, float64(g.rows)+1); math.IsNaN(p[0]) || !geo.Indonesia.Contains(p) {
		t.Errorf("the map ends at %v, outside Indonesia", p)
	}
}
