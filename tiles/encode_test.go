package tiles

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

var allLayers = []string{"posyandu", "rt", "assets", "provinsi", "kabupaten", "kecamatan", "kelurahan"}

// randomContent is 60 areas of all kinds of shapes and 300 assets.
func randomContent(rnd *rand.Rand) geo.Content {
	c := geo.Content{Epoch: "e", Revision: 5, Types: []*geo.AssetType{
		{Name: "posyandu", RowVersion: 1},
		{Name: "rt", RowVersion: 1, Position: 1,
			Schema: json.RawMessage(`{"properties":{"jumlah_kk":{"type":"integer"}}}`),
			Fields: []geo.Field{{Name: "jumlah_kk", Unit: "KK", Sensitivity: geo.SensitivityPublic}}},
	}}
	for i := range 300 {
		a := randomAsset(rnd, int64(i+1))
		c.Assets = append(c.Assets, a)
	}
	for i := range 60 {
		c.Areas = append(c.Areas, randomArea(rnd, i))
	}
	return c
}

func randomAsset(rnd *rand.Rand, id int64) *geo.Asset {
	a := &geo.Asset{
		ID: id, Version: 1, Type: []string{"posyandu", "rt"}[rnd.IntN(2)], Name: fmt.Sprint("Melati ", rnd.IntN(50)),
		AreaCode: []geo.Code{"35.71.01.1001", "35.71.01.1002", "35.71.02.1001", "35.72.01.1001"}[rnd.IntN(4)], RT: fmt.Sprintf("%03d", rnd.IntN(5)), Example: rnd.IntN(2) == 0, Placement: geo.Inside,
		Condition: []string{"", "baik"}[rnd.IntN(2)],
	}
	if a.Type == "rt" {
		a.Attributes = fmt.Appendf(nil, `{"jumlah_kk": %d}`, rnd.IntN(90))
	}
	if rnd.IntN(8) > 0 {
		a.Point = &orb.Point{112 + rnd.NormFloat64()*0.05, -7.8 + rnd.NormFloat64()*0.05}
	}
	return a
}

func randomArea(rnd *rand.Rand, i int) *geo.Area {
	code := geo.Code(fmt.Sprintf("35.71.%02d.1%03d", 1+i%3, i))
	center := orb.Point{112 + rnd.NormFloat64()*0.05, -7.8 + rnd.NormFloat64()*0.05}
	radius := math.Pow(10, -1-4*rnd.Float64())
	return &geo.Area{
		ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(), Name: "Desa", Version: 1,
		Boundary: orb.MultiPolygon{star(rnd, center, radius)}, LabelPoint: center,
	}
}

// star is a simple polygon with deep bays, and now and then a hole.
func star(rnd *rand.Rand, center orb.Point, radius float64) orb.Polygon {
	ring := func(least, most float64) orb.Ring {
		n := 5 + rnd.IntN(40)
		r := make(orb.Ring, 0, n+1)
		for k := range n {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
			d := radius * (least + (most-least)*rnd.Float64())
			r = append(r, orb.Point{center[0] + d*cos, center[1] + d*sin})
		}
		return append(r, r[0])
	}
	p := orb.Polygon{ring(0.3, 1)}
	if rnd.IntN(3) == 0 {
		p = append(p, ring(0.05, 0.15))
		p[1].Reverse()
	}
	return p
}

// tilesOver lists the tiles of a zoom that a box touches.
func tilesOver(b orb.Bound, z int) []ID {
	nw, se := index.Project(b.LeftTop()), index.Project(b.RightBottom())
	n := math.Exp2(float64(z))
	var ids []ID
	for x := int(nw[0] * n); x <= int(se[0]*n); x++ {
		for y := int(nw[1] * n); y <= int(se[1]*n); y++ {
			ids = append(ids, ID{z, x, y})
		}
	}
	return ids
}

func encode(t testing.TB, s *index.Snapshot, layers []string, id ID) []byte {
	t.Helper()
	tile, err := Encode(s, layers, index.Filter{}, id)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

func TestRandomTilesAreValid(t *testing.T) {
	rnd := geotest.Random(t)
	for range 10 {
		s := index.New(randomContent(rnd))
		for z := range MaxZoom + 1 {
			ids := tilesOver(orb.Bound{Min: orb.Point{111.9, -7.9}, Max: orb.Point{112.1, -7.7}}, z)
			for range min(len(ids), 8) {
				decode(t, encode(t, s, allLayers, ids[rnd.IntN(len(ids))]))
			}
		}
	}
}

// readAreas reads a boundary file of the real data.
func readAreas(t testing.TB, name string) []*geo.Area {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(geotest.DataDir(t), "boundaries", name))
	if err != nil {
		t.Fatal(err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		t.Fatal(err)
	}
	var areas []*geo.Area
	for i, f := range fc.Features {
		code := geo.Code(fmt.Sprintf("35.%02d.%02d.1%03d", 1+i/500, 1+i%9, i%1000))
		a := &geo.Area{ID: code.ID(), Code: code, Level: code.Level(), Kind: geo.Desa, Name: fmt.Sprint(f.Properties["name"]), Version: 1}
		switch g := f.Geometry.(type) {
		case orb.Polygon:
			a.Boundary = orb.MultiPolygon{g}
		case orb.MultiPolygon:
			a.Boundary = g
		}
		a.LabelPoint = a.Boundary.Bound().Center()
		areas = append(areas, a)
	}
	return areas
}

func TestRealBoundariesAreValidAtEveryZoom(t *testing.T) {
	for _, name := range []string{"3571_kelurahan.geojson", "3571_kelurahan_bps_codab.geojson", "3328_kelurahan.geojson", "31_dki_jakarta_kelurahan.geojson"} {
		t.Run(name, func(t *testing.T) {
			areas := readAreas(t, name)
			s := index.New(geo.Content{Areas: areas})
			around, _ := s.Extent("kelurahan")
			for z := range MaxZoom + 1 {
				ids, seen := tilesOver(around, z), map[int64]bool{}
				all := len(ids) <= 80
				if !all {
					rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
					ids = ids[:80]
				}
				for _, id := range ids {
					for area := range decode(t, encode(t, s, []string{"kelurahan"}, id))["kelurahan"].features {
						seen[area] = true
					}
				}
				if all && len(seen) != len(areas) {
					t.Errorf("zoom %d shows %d of %d areas", z, len(seen), len(areas))
				}
			}
		})
	}
}

func TestEncodeLeavesTheSnapshotAlone(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	before, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	s := index.New(c)
	outlines := map[int64]string{}
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	s.Shapes(geo.LevelKelurahan, world, func(shape *index.Shape) bool {
		outlines[shape.Area.ID] = fmt.Sprint(shape.Outline)
		return true
	})
	for z := range MaxZoom + 1 {
		for _, id := range tilesOver(orb.Bound{Min: orb.Point{112, -7.8}, Max: orb.Point{112.01, -7.79}}, z) {
			encode(t, s, allLayers, id)
		}
	}
	if after, _ := json.Marshal(c); string(after) != string(before) {
		t.Error("encoding changed the content")
	}
	s.Shapes(geo.LevelKelurahan, world, func(shape *index.Shape) bool {
		if fmt.Sprint(shape.Outline) != outlines[shape.Area.ID] {
			t.Error("encoding changed a shape")
		}
		return true
	})
}

func TestSameContentGivesSameBytes(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	one := index.New(c)
	rnd.Shuffle(len(c.Assets), func(i, j int) { c.Assets[i], c.Assets[j] = c.Assets[j], c.Assets[i] })
	rnd.Shuffle(len(c.Areas), func(i, j int) { c.Areas[i], c.Areas[j] = c.Areas[j], c.Areas[i] })
	two := index.New(c)
	for _, id := range []ID{{0, 0, 0}, {8, 207, 133}, {11, 1661, 1068}} {
		if string(encode(t, one, allLayers, id)) != string(encode(t, two, allLayers, id)) {
			t.Errorf("%v depends on the order of loading", id)
		}
	}
}

// TestPoints compares with orb's decoder, and with the positions themselves.
func TestPoints(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	s := index.New(c)
	for z := range MaxZoom + 1 {
		drawn := map[int64]bool{}
		for _, id := range tilesOver(orb.Bound{Min: orb.Point{111.95, -7.85}, Max: orb.Point{112.05, -7.75}}, z) {
			tile := encode(t, s, []string{"assets"}, id)
			if tile == nil {
				continue
			}
			layers, err := mvt.Unmarshal(tile)
			if err != nil || len(layers) != 1 || layers[0].Name != "assets" {
				t.Fatalf("orb reads %v, %v", layers, err)
			}
			want := wantPoints(c, id)
			if len(layers[0].Features) != len(want) {
				t.Fatalf("%v has %d points, want %d", id, len(layers[0].Features), len(want))
			}
			for _, f := range layers[0].Features {
				asset := int64(f.ID.(float64))
				p, ok := want[asset]
				if !ok || math.Abs(f.Geometry.(orb.Point)[0]-p[0]) > 0.51 || math.Abs(f.Geometry.(orb.Point)[1]-p[1]) > 0.51 {
					t.Fatalf("%v: asset %d at %v, want %v", id, asset, f.Geometry, p)
				}
				a := c.Assets[asset-1]
				properties := geojson.Properties{"type": a.Type, "name": a.Name, "area_code": string(a.AreaCode), "placement": "inside", "rt": a.RT}
				if a.Condition != "" {
					properties["condition"] = a.Condition
				}
				if a.Example {
					properties["example"] = true
				}
				if tileOf(*a.Point, z) != id {
					properties["buffer"] = true
				}
				if !reflect.DeepEqual(f.Properties, properties) {
					t.Fatalf("asset %d has %v, want %v", asset, f.Properties, properties)
				}
				drawn[asset] = true
			}
		}
		if len(drawn) == 0 {
			t.Errorf("nothing at zoom %d", z)
		}
	}
}

// tileOf is the tile whose own square holds a point.
func tileOf(p orb.Point, z int) ID {
	at := index.PositionOf(p)
	return ID{z, int(uint64(at.X) >> (32 - z)), int(uint64(at.Y) >> (32 - z))}
}

// wantPoints are the positions in tile units of the assets in a tile and its
// buffer.
func wantPoints(c geo.Content, id ID) map[int64]orb.Point {
	want := map[int64]orb.Point{}
	n := math.Exp2(float64(id.Z))
	for _, a := range c.Assets {
		if a.Point == nil {
			continue
		}
		p := index.Project(*a.Point)
		p = orb.Point{(p[0]*n - float64(id.X)) * extent, (p[1]*n - float64(id.Y)) * extent}
		if x, y := math.Floor(p[0]+0.5), math.Floor(p[1]+0.5); x >= -64 && x <= 4160 && y >= -64 && y <= 4160 {
			want[a.ID] = p
		}
	}
	return want
}

// TestPolygonAreas compares the area of each polygon in a tile with the same
// polygon cut by orb in floating point.
func TestPolygonAreas(t *testing.T) {
	rnd := geotest.Random(t)
	for range 20 {
		c := randomContent(rnd)
		s := index.New(c)
		for _, id := range []ID{{9, 415, 267}, {11, 1661, 1068}, {13, 6644, 4273}, {16, 53157, 34188}} {
			l := decode(t, encode(t, s, []string{"kelurahan"}, id))["kelurahan"]
			for _, a := range c.Areas {
				want, length := cutArea(a.Boundary, id)
				got := 0.0
				for _, ring := range l.features[a.ID].rings {
					got += float64(area2(ring)) / 2
				}
				// A vertex moves by 0.71 steps at most, so the area by the length
				// of the boundary times that; a vanished one is a square.
				step := stepAt(id)
				if math.Abs(got-want) > step*(length*0.75+2*step) {
					t.Fatalf("%v, area %d: %.0f square units, want %.0f (boundary %.0f)", id, a.ID, got, want, length)
				}
			}
		}
	}
}

// cutArea is the area and the length of boundary in a tile and its buffer.
func cutArea(mp orb.MultiPolygon, id ID) (area, length float64) {
	n := math.Exp2(float64(id.Z))
	cut := mp.Clone()
	for _, polygon := range cut {
		for _, ring := range polygon {
			for i, p := range ring {
				p = index.Project(p)
				ring[i] = orb.Point{(p[0]*n - float64(id.X)) * extent, (p[1]*n - float64(id.Y)) * extent}
			}
		}
	}
	cut = clip.MultiPolygon(orb.Bound{Min: orb.Point{low, low}, Max: orb.Point{high, high}}, cut)
	return math.Abs(planar.Area(cut)), planar.Length(cut)
}

func TestSharedBordersStayShared(t *testing.T) {
	rnd := geotest.Random(t)
	border := orb.LineString{}
	for i := range 200 {
		border = append(border, orb.Point{112 + 0.0003*rnd.NormFloat64(), -7.9 + float64(i)*0.001})
	}
	west, east := orb.Ring{{111.9, -7.9}}, orb.Ring{{112.1, -7.9}}
	west, east = append(west, border...), append(east, border...)
	west = append(west, orb.Point{111.9, -7.701}, west[0])
	east = append(east, orb.Point{112.1, -7.701}, east[0])
	area := func(code geo.Code, ring orb.Ring) *geo.Area {
		return &geo.Area{ID: code.ID(), Code: code, Level: 4, Boundary: orb.MultiPolygon{{ring}}, LabelPoint: ring[0], Version: 1}
	}
	s := index.New(geo.Content{Areas: []*geo.Area{area("35.71.01.1001", west), area("35.71.01.1002", east)}})
	for z := 8; z <= MaxZoom; z++ {
		for _, id := range tilesOver(orb.LineString(border).Bound(), z)[:1] {
			l := decode(t, encode(t, s, []string{"kelurahan"}, id))["kelurahan"]
			// Together they fill the strip between 111.9° and 112.1° without
			// gap or overlap: their areas add up to that of the two as one.
			both := area("35.71.01.1003", orb.Ring{{111.9, -7.9}, border[0], {112.1, -7.9}, {112.1, -7.701}, border[199], {111.9, -7.701}, {111.9, -7.9}})
			one := index.New(geo.Content{Areas: []*geo.Area{both}})
			whole := decode(t, encode(t, one, []string{"kelurahan"}, id))["kelurahan"]
			if got, want := sumArea(l), sumArea(whole); got != want {
				t.Errorf("%v: %d + border = %d square units, as one %d", id, len(l.features), got, want)
			}
		}
	}
}

func sumArea(l decodedLayer) int64 {
	sum := int64(0)
	for _, f := range l.features {
		for _, ring := range f.rings {
			sum += area2(ring)
		}
	}
	return sum
}

func TestTinyAreasDoNotVanish(t *testing.T) {
	ring := orb.Ring{{112, -7.8}, {112.0001, -7.8}, {112.0001, -7.7999}, {112, -7.7999}, {112, -7.8}}
	code := geo.Code("35.71.01.1001")
	s := index.New(geo.Content{Areas: []*geo.Area{{ID: code.ID(), Code: code, Level: 4, Boundary: orb.MultiPolygon{{ring}}, LabelPoint: ring[0], Version: 1}}})
	for z := range MaxZoom + 1 {
		id := tilesOver(ring.Bound(), z)[0]
		layers := decode(t, encode(t, s, []string{"kelurahan"}, id))
		if len(layers["kelurahan"].features) != 1 || len(layers["kelurahan_label"].features) != 1 {
			t.Errorf("zoom %d: %d areas and %d labels", z, len(layers["kelurahan"].features), len(layers["kelurahan_label"].features))
		}
	}
}

func TestLayersOfATile(t *testing.T) {
	s := index.New(randomContent(geotest.Random(t)))
	id := ID{0, 0, 0}
	for list, want := range map[string]string{
		"kelurahan":       "kelurahan kelurahan_label",
		"kelurahan_label": "kelurahan_label",
		"rt,provinsi":     "rt",
		"assets,rt":       "assets rt",
		"provinsi":        "",
	} {
		var got []string
		for name := range decode(t, encode(t, s, strings.Split(list, ","), id)) {
			got = append(got, name)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", list, got, want)
		}
	}
	if _, err := Encode(s, []string{"rt"}, index.Filter{}, ID{3, 8, 0}); geo.KindOf(err) != geo.NotFound {
		t.Errorf("a tile out of range: %v", err)
	}
}
