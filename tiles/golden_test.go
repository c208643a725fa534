package tiles

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

var update = flag.Bool("update", false, "write the golden tiles anew")

// golden compares a tile, as text, with the file of that name.
func golden(t *testing.T, name string, tile []byte) {
	t.Helper()
	file, got := filepath.Join("testdata", name+".txt"), asText(t, tile)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now (-update writes it):\n%s", file, got)
	}
}

// asText writes a tile with a line for each feature, in their order.
func asText(t *testing.T, tile []byte) string {
	var b strings.Builder
	layers := decode(t, tile)
	for _, name := range slices.Sorted(maps.Keys(layers)) {
		l := layers[name]
		fmt.Fprintf(&b, "layer %s: %d features\n", name, len(l.ids))
		for _, id := range l.ids {
			f := l.features[id]
			fmt.Fprintf(&b, "%d", id)
			for _, key := range slices.Sorted(maps.Keys(f.properties)) {
				fmt.Fprintf(&b, " %s=%v", key, f.properties[key])
			}
			for _, ring := range f.rings {
				fmt.Fprintf(&b, " %v", ring)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// TestGoldenAssets draws 120 assets around Kediri: as clusters, each by itself,
// and of one type and area.
func TestGoldenAssets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	c := randomContent(rnd)
	c.Assets = c.Assets[:120]
	for _, a := range c.Assets {
		if a.Point != nil { // no more digits than any machine agrees on
			a.Point = &orb.Point{math.Round(a.Point[0]*1e6) / 1e6, math.Round(a.Point[1]*1e6) / 1e6}
		}
	}
	s, e := index.New(c), clustered()
	golden(t, "clusters_9_415_267", e.must(t, s, geo.AllAssets, index.Filter{}, ID{9, 415, 267}))
	golden(t, "assets_12_3322_2137", e.must(t, s, geo.AllAssets, index.Filter{}, ID{12, 3322, 2137}))
	golden(t, "rt_35.71.01_9_415_267", e.must(t, s, geo.AllAssets, index.Filter{Types: []string{"rt"}, Area: "35.71.01"}, ID{9, 415, 267}))
}

// TestGoldenAreas draws 20 areas: where some are smaller than the grid, and
// where each edge shows.
func TestGoldenAreas(t *testing.T) {
	c := randomContent(rand.New(rand.NewPCG(7, 7)))
	c.Areas = c.Areas[:20]
	for _, a := range c.Areas { // no more digits than any machine agrees on
		for _, ring := range a.Boundary[0] {
			for i, p := range ring {
				ring[i] = orb.Point{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
			}
		}
		a.LabelPoint = a.Boundary[0][0][0]
	}
	s := index.New(c)
	golden(t, "kelurahan_8_207_133", encode(t, s, []string{"kelurahan"}, ID{8, 207, 133}))
	golden(t, "areas_13_6644_4273", encode(t, s, []string{index.AreasLayer}, ID{13, 6644, 4273}))
}
