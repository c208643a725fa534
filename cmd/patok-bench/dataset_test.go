package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
)

var small = datasetFlags{Points: 5000, Areas: 70, Seed: 7}

// national is the country at a scale that tests have time for.
var national = datasetFlags{Points: 20_000, Areas: largestProvinsi + 500, Seed: 7}

func assetsOf(f datasetFlags) []*geo.Asset { return slices.Collect(newDataset(f).assets()) }

func TestDatasetDependsOnTheSeedAlone(t *testing.T) {
	if !reflect.DeepEqual(assetsOf(small), assetsOf(small)) {
		t.Error("the same seed made other data")
	}
	other := small
	other.Seed++
	if reflect.DeepEqual(assetsOf(small), assetsOf(other)) {
		t.Error("another seed made the same assets")
	}
}

func TestDatasetHasWhatWasAskedFor(t *testing.T) {
	for _, f := range []datasetFlags{small, national, {Points: 3, Areas: 10, Seed: 1}, {Points: 1, Areas: 1}, {Points: 100, Areas: 1000}} {
		d := newDataset(f)
		codes := map[geo.Code]bool{}
		for a := range d.kelurahan() {
			if parsed, err := geo.ParseCode(string(a.Code)); err != nil || parsed != a.Code {
				t.Fatalf("code %s: %v", a.Code, err)
			}
			codes[a.Code] = true
		}
		if assets := assetsOf(f); len(assets) != f.Points || len(codes) != f.Areas {
			t.Errorf("%+v: %d assets and %d codes", f, len(assets), len(codes))
		}
	}
}

func TestDatasetKeepsPatoksRules(t *testing.T) {
	for _, f := range []datasetFlags{small, national} {
		rings := map[geo.Code]orb.Ring{}
		for a := range newDataset(f).kelurahan() {
			rings[a.Code] = a.Boundary[0][0]
		}
		uuids, types := map[string]bool{}, map[string]int{}
		unplaced, outside := 0, 0
		for a := range newDataset(f).assets() {
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
			if ring := rings[a.AreaCode]; !planar.RingContains(ring, *a.Point) {
				outside++
				if m := planar.DistanceFrom(ring, *a.Point) * 111_320; m > borderMeters+1 {
					t.Errorf("%s lies %.1f m outside %s", a.Name, m, a.AreaCode)
				}
			}
		}
		if len(uuids) != f.Points {
			t.Errorf("%d uuids for %d assets", len(uuids), f.Points)
		}
		if types["kantor_kelurahan"] != f.Areas {
			t.Errorf("%d kantor for %d kelurahan", types["kantor_kelurahan"], f.Areas)
		}
		if types["rt"] < types["pos_kamling"] || types["pos_kamling"] < types["posyandu"] || types["posyandu"] == 0 {
			t.Errorf("unlikely shares: %v", types)
		}
		if unplaced == 0 || unplaced > f.Points/20 || outside == 0 || outside > f.Points/50 {
			t.Errorf("of %d, %d have no point and %d lie across a border", f.Points, unplaced, outside)
		}
	}
}

func TestAreasCoverTheMapOnce(t *testing.T) {
	for _, f := range []datasetFlags{{Points: 1, Areas: 1000, Seed: 3}, national} {
		edges := map[[2]orb.Point]int{}
		for a := range newDataset(f).kelurahan() {
			ring := a.Boundary[0][0]
			if !ring.Closed() || len(ring) != 4*edgeSegments+1 || ring.Orientation() != orb.CCW || planar.Area(ring) <= 0 {
				t.Fatalf("%s has no good ring of %d points", a.Code, len(ring))
			}
			for i := 1; i < len(ring); i++ {
				edges[[2]orb.Point{ring[i-1], ring[i]}]++
			}
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
}

func TestParentsComeFirst(t *testing.T) {
	d := newDataset(national)
	seen := map[geo.Code]bool{"": true}
	provinsi := 0
	for _, a := range slices.AppendSeq(d.parents(), d.kelurahan()) {
		if !seen[a.ParentCode] {
			t.Errorf("%s comes before its parent", a.Code)
		}
		if seen[a.Code] = true; a.Level == geo.LevelProvinsi {
			provinsi++
		}
	}
	if provinsi < 30 {
		t.Errorf("the country has %d provinsi", provinsi)
	}
}

func TestLargestMapHasCodes(t *testing.T) {
	codes := map[geo.Code]bool{}
	d := newDataset(datasetFlags{Points: 1, Areas: maxAreas})
	for _, g := range d.grids {
		for x, y := range g.cells() {
			code := g.code(x, y)
			if len(code) != len("11.01.01.2001") || codes[code] {
				t.Fatalf("a kelurahan has the code %s, here and elsewhere: %v", code, codes[code])
			}
			codes[code] = true
		}
		for _, corner := range [][2]int{{0, 0}, {g.columns, 0}, {0, g.rows}, {g.columns, g.rows}} {
			if p := g.place(float64(corner[0]), float64(corner[1])); !geo.Indonesia.Contains(p) {
				t.Errorf("an island ends at %v, outside Indonesia", p)
			}
		}
	}
	if len(codes) != maxAreas {
		t.Errorf("%d codes", len(codes))
	}
}

func TestSettlementsClusterPeople(t *testing.T) {
	perArea := map[geo.Code]int{}
	most := 0
	for a := range newDataset(small).assets() {
		perArea[a.AreaCode]++
		most = max(most, perArea[a.AreaCode])
	}
	if mean := small.Points / small.Areas; most < 3*mean {
		t.Errorf("the fullest kelurahan has %d assets, the mean is %d: people live in clusters", most, mean)
	}
}
