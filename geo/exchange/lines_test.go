package exchange

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	read := func(geometry string) (lines int, refused string) {
		t.Helper()
		file := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nama":"Jalan"},"geometry":` + geometry + `}]}`
		for row, err := range Lines(Bytes("jalan.geojson", []byte(file))) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Row != 1 || len(row.Refused) == 0 && row.Name != "Jalan" {
				t.Errorf("%+v", row)
			}
			for _, why := range row.Refused {
				refused = why.EN
			}
			lines = len(row.Lines)
		}
		return lines, refused
	}
	for geometry, want := range map[string]int{
		`{"type":"LineString","coordinates":[[112,-7.8],[112.1,-7.8]]}`:                                        1,
		`{"type":"MultiLineString","coordinates":[[[112,-7.8],[112.1,-7.8]],[[112,-7.9,12],[112.1,-7.9,13]]]}`: 2,
	} {
		if got, refused := read(geometry); got != want || refused != "" {
			t.Errorf("%s: %d lines, %s", geometry, got, refused)
		}
	}
	for geometry, want := range map[string]string{
		`null`: "no line", `{"type":"Point","coordinates":[112,-7.8]}`: "no line", `{"type":"LineString","coordinates":[[112,-7.8]]}`: "fewer than two",
		`{"type":"LineString","coordinates":[[112,-7.8],["x",1]]}`: "no longitude", `{"type":"LineString","coordinates":[[112,-7.8],[-7.8,112]]}`: "Position",
		`{"type":"LineString","coordinates":[[112,-7.8],[112]]}`: "no longitude",
	} {
		if got, refused := read(geometry); got != 0 && refused == "" || !strings.Contains(refused, want) {
			t.Errorf("%s: %d lines, %q, want %q", geometry, got, refused, want)
		}
	}
}
