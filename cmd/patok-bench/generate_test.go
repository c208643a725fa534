package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/patok-id/patok/geo"
)

func TestGenerateWritesTheSameData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	c := generateCmd{datasetFlags: small, Rows: 2000, Out: dir}
	if err := c.Run(t.Context(), &environment{Stdout: io.Discard, Stderr: io.Discard}); err != nil {
		t.Fatal(err)
	}
	kelurahan := slices.Collect(newDataset(small).kelurahan())
	var areas struct{ Features []areaFeature }
	b, err := os.ReadFile(filepath.Join(dir, "areas.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &areas); err != nil {
		t.Fatal(err)
	}
	if len(areas.Features) != len(kelurahan) {
		t.Fatalf("%d areas, want %d", len(areas.Features), len(kelurahan))
	}
	for i, f := range areas.Features {
		if !f.Geometry.Coordinates.Equal(kelurahan[i].Boundary) || f.Properties.Code != kelurahan[i].Code || f.Properties.District == "" || f.Properties.Province == "" {
			t.Fatalf("area %d changed on its way: %+v", i, f.Properties)
		}
	}
	for i, part := range [][]*geo.Asset{assetsOf(small)[:2000], assetsOf(small)[2000:4000], assetsOf(small)[4000:]} {
		checkAssetsFile(t, filepath.Join(dir, fmt.Sprintf("assets-%d.csv", i+1)), part)
	}
}

func checkAssetsFile(t *testing.T, path string, assets []*geo.Asset) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(assets)+1 {
		t.Fatalf("%d lines for %d assets", len(lines), len(assets))
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	for i, a := range assets {
		line := lines[i+1]
		if line[at["uuid"]] != a.UUID.String() || line[at["name"]] != a.Name {
			t.Fatalf("line %d is %v", i+2, line)
		}
		if (a.Point == nil) != (line[at["lon"]] == "") {
			t.Fatalf("line %d: point %v as %q", i+2, a.Point, line[at["lon"]])
		}
		if a.Point != nil {
			lon, err := strconv.ParseFloat(line[at["lon"]], 64)
			if err != nil || lon != a.Point[0] {
				t.Fatalf("line %d: longitude %v as %q", i+2, a.Point[0], line[at["lon"]])
			}
		}
		var attributes map[string]json.RawMessage
		if err := json.Unmarshal(a.Attributes, &attributes); err != nil {
			t.Fatal(err)
		}
		for name := range attributes {
			if _, ok := at[name]; !ok || line[at[name]] == "" {
				t.Fatalf("line %d lost attribute %s", i+2, name)
			}
		}
	}
}
