package exchange

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	orbwkt "github.com/paulmach/orb/encoding/wkt"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// TestAreasOfATableAreThoseOfTheMap writes a real file's areas as CSV with WKT
// and wants the same areas back.
func TestAreasOfATableAreThoseOfTheMap(t *testing.T) {
	var table strings.Builder
	w := csv.NewWriter(&table)
	w.Comma = ';'
	_ = w.Write([]string{"WKT", "Kode Wilayah", "Nama", "Kecamatan"})
	var want []geo.AreaRow
	for a, err := range Areas(File(filepath.Join(geotest.DataDir(t), "boundaries", "3571_kelurahan.geojson")), AreaOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, a)
		_ = w.Write([]string{orbwkt.MarshalString(a.Boundary), a.Code.Digits(), a.Name, a.District})
	}
	w.Flush()
	n := 0
	for a, err := range Areas(Bytes("kelurahan.csv", []byte(table.String())), AreaOptions{}) {
		if err != nil || len(a.Refused) > 0 {
			t.Fatal(a.Refused, err)
		}
		if b := want[n]; a.Code != b.Code || a.Name != b.Name || a.District != b.District || !orb.Equal(a.Boundary, b.Boundary) {
			t.Errorf("row %d: %s %s", a.Row, a.Code, a.Name)
		}
		n++
	}
	if n != 46 || len(want) != 46 {
		t.Errorf("%d areas of %d", n, len(want))
	}
}

func TestTextBoundary(t *testing.T) {
	const ring = "112 -7.8, 112.1 -7.8, 112.1 -7.9, 112 -7.8"
	for text, want := range map[string]string{
		"POLYGON((" + ring + "))":                                                              "",
		"SRID=4326;MULTIPOLYGON(((" + ring + ")))":                                             "",
		"POLYGON Z ((112 -7.8 5, 112.1 -7.8 5, 112.1 -7.9 5, 112 -7.8 5))":                     "",
		`{"type":"Polygon","coordinates":[[[112,-7.8],[112.1,-7.8],[112.1,-7.9],[112,-7.8]]]}`: "",
		"":                                   "It has no boundary.",
		"POLYGON EMPTY":                      "It has no boundary.",
		"POINT(112 -7.8)":                    "Its geometry is no boundary.",
		"POLYGON((112 -7.8, 112.1 -7.8":      "Its boundary is no valid WKT.",
		"SRID=32749;POLYGON((" + ring + "))": "Its boundary is not in EPSG:4326.",
		"POLYGON((" + ring[:len(ring)-8] + "113 -7.8))":         "no valid WKT",
		"POLYGON((-7.8 112, -7.8 112.1, -7.9 112.1, -7.8 112))": "Latitude and longitude are swapped",
		`{"type":`: "no longitude and latitude",
	} {
		boundary, refused := textBoundary(text)
		switch {
		case want == "" && (refused != nil || len(boundary) != 1 || len(boundary[0][0]) != 4):
			t.Errorf("%.40q: %v, %v", text, boundary, refused)
		case want != "" && (refused == nil || !strings.Contains(refused.EN, want)):
			t.Errorf("%.40q: %v, want %s", text, refused, want)
		}
	}
}

func FuzzTextBoundary(f *testing.F) {
	f.Add("POLYGON((112 -7.8, 112.1 -7.8, 112.1 -7.9, 112 -7.8))")
	f.Add("SRID=4326;MULTIPOLYGON(((112 -7.8, 112.1 -7.8, 112.1 -7.9, 112 -7.8)))")
	f.Add(`{"type":"Polygon","coordinates":[[[112,-7.8],[112.1,-7.8],[112.1,-7.9],[112,-7.8]]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		boundary, refused := textBoundary(text)
		if (len(boundary) == 0) != (refused != nil) {
			t.Errorf("%q gave %v and %v", text, boundary, refused)
		}
		for _, polygon := range boundary {
			for _, ring := range polygon {
				if len(ring) < 4 || !ring.Closed() {
					t.Errorf("%q gave the ring %v", text, ring)
				}
			}
		}
	})
}
