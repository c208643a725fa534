package tiles

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// joinOf says something else of every area, by its id.
func joinOf(key string) *Join {
	return &Join{Key: key, Names: []string{"keluarga", "p0"}, Cell: func(area geo.Code, name int) (float64, string) {
		n := area.ID() % 5
		switch {
		case n == 0:
			return 7, "small" // never written
		case n == 1:
			return 0, "missing"
		case name == 1:
			return float64(n) / 4, ShownStatus
		}
		return float64(n), ShownStatus
	}}
}

func TestJoinedFigures(t *testing.T) {
	s := index.New(randomContent(rand.New(rand.NewPCG(1, 2))))
	layers, id := []string{"kelurahan", "posyandu"}, ID{8, 207, 133}
	plain, err := Encode(s, layers, index.Filter{}, id)
	if err != nil {
		t.Fatal(err)
	}
	e := NewEncoder()
	joined, err := e.encode(s, layers, index.Filter{}, id, joinOf("a"))
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := e.encode(s, layers, index.Filter{}, id, nil); !bytes.Equal(again, plain) {
		t.Error("a tile without figures differs after one with")
	}
	statuses := map[any]int{}
	before, after := decode(t, plain), decode(t, joined)
	for _, name := range []string{"kelurahan", "kelurahan_label"} {
		for area, feature := range after[name].features {
			for key, value := range before[name].features[area].properties {
				if feature.properties[key] != value {
					t.Errorf("%s of %d is %v, without figures %v", key, area, feature.properties[key], value)
				}
			}
			statuses[feature.properties["keluarga_status"]]++
			for i, key := range []string{"keluarga", "p0"} {
				value, status := joinOf("a").Cell(geo.CodeOfID(area), i)
				var want any
				if status == ShownStatus {
					want = value
				}
				if feature.properties[key] != want || feature.properties[key+StatusSuffix] != status {
					t.Errorf("%s of %d is %v %v, want %v %s", key, area, feature.properties[key], feature.properties[key+StatusSuffix], want, status)
				}
			}
		}
	}
	if statuses["shown"] == 0 || statuses["small"] == 0 || statuses["missing"] == 0 {
		t.Errorf("not every status is tried: %v", statuses)
	}
	for area, feature := range after["posyandu"].features {
		if _, there := feature.properties["keluarga_status"]; there {
			t.Fatalf("asset %d has figures", area)
		}
	}
}

func TestJoinedTilesAreKeptApart(t *testing.T) {
	s, c := index.New(randomContent(rand.New(rand.NewPCG(1, 2)))), newSource(t)
	id := ID{8, 207, 133}
	tile := func(j *Join) string {
		got, err := c.Tile(t.Context(), Wanted{Snapshot: s, Layers: []string{"kelurahan"}, ID: id, Join: j}, Identity, nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.ETag
	}
	plain, first := tile(nil), tile(joinOf("a"))
	other := joinOf("b")
	other.Names = []string{"p0", "keluarga"}
	if second := tile(other); first == plain || second == plain || second == first || tile(nil) != plain || tile(joinOf("a")) != first {
		t.Error("tiles with other figures are one in the cache")
	}
}

func TestJoinedTileJSON(t *testing.T) {
	s := index.New(randomContent(rand.New(rand.NewPCG(1, 2))))
	plain := Describe(s, []string{"kelurahan", "rt"}, "http://x")
	joined := plain.Joined([]string{"p0"})
	for i, l := range joined.VectorLayers {
		want := strings.HasPrefix(l.ID, "kelurahan")
		if (l.Fields["p0"] == "Number") != want || (l.Fields["p0_status"] == "String") != want || plain.VectorLayers[i].Fields["p0"] != "" {
			t.Errorf("%s has %v", l.ID, l.Fields)
		}
	}
	if !slices.ContainsFunc(joined.VectorLayers, func(l VectorLayer) bool { return l.ID == "kelurahan_label" }) {
		t.Error("no labels")
	}
}
