package tiles

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func sourced(rnd interface{ IntN(int) int }, c geo.Content) geo.Content {
	for _, a := range c.Areas {
		a.Source, a.Year = []string{"BIG", "BIG", `<b onclick="x">BPS</b>`}[rnd.IntN(3)], 2024
	}
	return c
}

func TestDescribe(t *testing.T) {
	rnd := geotest.Random(t)
	s := index.New(sourced(rnd, randomContent(rnd)))
	for _, list := range []string{"rt", "kelurahan", "kelurahan_label", "assets,kelurahan,provinsi"} {
		layers := strings.Split(list, ",")
		doc := Describe(s, layers, "https://peta.contoh.go.id")
		if len(doc.Tiles) != 1 || doc.Tiles[0] != "https://peta.contoh.go.id/tiles/"+list+"/{z}/{x}/{y}.mvt" {
			t.Errorf("%s: tiles %v", list, doc.Tiles)
		}
		b := orb.Bound{Min: orb.Point{doc.Bounds[0], doc.Bounds[1]}, Max: orb.Point{doc.Bounds[2], doc.Bounds[3]}}
		if !b.Contains(orb.Point{doc.Center[0], doc.Center[1]}) || doc.Center[2] < 0 || doc.Center[2] > MaxZoom {
			t.Errorf("%s: center %v is not in %v", list, doc.Center, b)
		}
		for _, name := range layers {
			if around, ok := s.Extent(name); ok && (!b.Contains(around.Min) || !b.Contains(around.Max)) {
				t.Errorf("%s: bounds %v do not hold %v", list, b, around)
			}
		}
		if strings.Contains(doc.Attribution, "<") || strings.Contains(list, "kelurahan") != strings.HasPrefix(doc.Attribution, "BIG (2024)") {
			t.Errorf("%s: attribution %q", list, doc.Attribution)
		}
		describesTheTiles(t, s, layers, doc)
	}
}

// describesTheTiles holds vector_layers against what tiles really have.
func describesTheTiles(t *testing.T, s *index.Snapshot, layers []string, doc TileJSON) {
	t.Helper()
	described := map[string]VectorLayer{}
	for _, l := range doc.VectorLayers {
		described[l.ID] = l
	}
	if len(described) != len(drawnLayers(layers)) {
		t.Errorf("%d layers are described, want %v", len(described), drawnLayers(layers))
	}
	tile, err := clustered().encode(s, layers, index.Filter{}, ID{0, 0, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range decode(t, tile) {
		for _, f := range l.features {
			for key, value := range f.properties {
				want := map[bool]string{true: "Boolean"}[value == true]
				if _, ok := value.(string); ok {
					want = "String"
				} else if _, ok := value.(uint64); ok {
					want = "Number"
				}
				if got := described[name].Fields[key]; got != want {
					t.Fatalf("%s.%s is described as %q, is %v", name, key, got, value)
				}
			}
		}
	}
}

func TestDescribeNothing(t *testing.T) {
	doc := Describe(typesOnly(), []string{"rt"}, "http://x")
	if doc.Bounds[0] != -180 || doc.Bounds[2] != 180 || doc.Center[0] != 0 || doc.Center[2] > 1 || doc.Attribution != "" {
		t.Errorf("an empty layer: %+v", doc)
	}
	b, err := json.Marshal(doc)
	if err != nil || !strings.Contains(string(b), `"fields":{`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestStyle(t *testing.T) {
	rnd := geotest.Random(t)
	s := index.New(randomContent(rnd))
	b, err := json.Marshal(Style(s, "http://x"))
	if err != nil {
		t.Fatal(err)
	}
	var style struct {
		Version int
		Sources map[string]struct{ Type, URL string }
		Layers  []struct {
			ID, Type, Source string
			SourceLayer      string `json:"source-layer"`
			MinZoom, MaxZoom *float64
		}
	}
	if err := json.Unmarshal(b, &style); err != nil || style.Version != 8 {
		t.Fatal(err, style.Version)
	}
	list := strings.TrimSuffix(strings.TrimPrefix(style.Sources["patok"].URL, "http://x/tiles/"), ".json")
	layers, err := ParseLayers(s, list)
	if err != nil {
		t.Fatalf("the style's source is not served: %v", err)
	}
	ids := map[string]bool{}
	for _, l := range style.Layers {
		if ids[l.ID] {
			t.Errorf("layer %s is there twice", l.ID)
		}
		ids[l.ID] = true
		if l.Type != "background" && (l.Source != "patok" || !slices.Contains(drawnLayers(layers), l.SourceLayer)) {
			t.Errorf("layer %s reads %s of %s", l.ID, l.SourceLayer, l.Source)
		}
	}
}
