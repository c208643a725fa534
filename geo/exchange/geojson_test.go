package exchange

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestMain(m *testing.M) { geotest.Main(m) }

func areasOf(t testing.TB, src Source, o AreaOptions) ([]geo.AreaRow, error) {
	t.Helper()
	var rows []geo.AreaRow
	for row, err := range Areas(src, o) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

const square = `{"type":"Polygon","coordinates":[[[112,-8],[112.1,-8],[112.1,-7.9],[112,-7.9],[112,-8]]]}`

func area(properties, geometry string) string {
	return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
}

func fileOf(features ...string) Source {
	return Bytes("test.geojson", []byte(`{"type":"FeatureCollection","name":"x","features":[`+strings.Join(features, ",")+`]}`))
}

func TestGeoJSONAreas(t *testing.T) {
	good := `{"code":"35.71.01.1001","name":" Bandar  Lor","district":"Mojoroto","regency":"Kota Kediri","province":"Jawa Timur","year":2025,"bps_code":"3571010007","source":"uji"}`
	rows, err := areasOf(t, fileOf(
		area(good, square),
		area(`{"KODE_DESA":3571011002.0,"NAMOBJ":"Ma\u2019rang","WADMKC":"Mojoroto"}`, strings.Replace(square, "[112,-8]", "[112,-8,5]", 1)),
	), AreaOptions{Year: 2020, Source: "berkas"})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	a, b := rows[0], rows[1]
	if a.Code != "35.71.01.1001" || a.Name != "Bandar Lor" || a.District != "Mojoroto" || a.Regency != "Kota Kediri" ||
		a.Province != "Jawa Timur" || a.Year != 2025 || a.BPSCode != "3571010007" || a.Source != "uji" || len(a.Refused) > 0 {
		t.Errorf("%+v", a)
	}
	if b.Code != "35.71.01.1002" || b.Name != "Ma'rang" || b.Year != 2020 || b.Source != "berkas" || len(b.Refused) > 0 || len(b.Boundary[0][0]) != 5 {
		t.Errorf("%+v", b)
	}
}

func TestGeoJSONAreasRefused(t *testing.T) {
	named := `{"code":"35.71.01.1001","name":"A"}`
	for why, feature := range map[string]string{
		"this is a BPS code, not a Kemendagri one": area(`{"code":"3571010005","name":"A"}`, square),
		"It has no area code":                      area(`{"name":"A"}`, square),
		"It has no name":                           area(`{"code":"35.71"}`, square),
		"It has no boundary":                       area(named, "null"),
		"It has no boundary.":                      area(named, `{"type":"MultiPolygon","coordinates":[]}`),
		"A Point is no boundary":                   area(named, `{"type":"Point","coordinates":[1,2]}`),
		"not closed":                               area(named, `{"type":"Polygon","coordinates":[[[112,-8],[112.1,-8],[112.1,-7.9],[112,-7.9]]]}`),
		"fewer than four":                          area(named, `{"type":"Polygon","coordinates":[[[112,-8],[112.1,-8],[112,-8]]]}`),
		"swapped":                                  area(named, `{"type":"Polygon","coordinates":[[[-8,112],[-8,112.1],[-7.9,112.1],[-8,112]]]}`),
		"outside Indonesia":                        area(named, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`),
		"no longitude and latitude":                area(named, `{"type":"Polygon","coordinates":[[["a","b"]]]}`),
		"Not a GeoJSON feature":                    `{"type":"Point","coordinates":[1,2]}`,
		"nested too deeply":                        area(`{"code":"35","x":`+strings.Repeat("[", 80)+strings.Repeat("]", 80)+`}`, square),
	} {
		rows, err := areasOf(t, fileOf(feature), AreaOptions{})
		if err != nil || len(rows) != 1 || len(rows[0].Refused) == 0 {
			t.Errorf("%s: %+v, %v", why, rows, err)
			continue
		}
		if got := rows[0].Refused[0]; !strings.Contains(got.EN, why) || got.ID == "" {
			t.Errorf("%+v, want %q", got, why)
		}
	}
}

func TestGeoJSONFileErrors(t *testing.T) {
	feature := area(`{"code":"35","name":"A"}`, square)
	for why, content := range map[string]string{
		"is cut off":                      `{"type":"FeatureCollection","features":[` + feature,
		"is cut off:":                     `{"type":"FeatureCollection","features":[` + feature[:40],
		"is no valid GeoJSON":             `{"type":"FeatureCollection","features":[` + feature + `,}]}`,
		"is no GeoJSON FeatureCollection": `{"type":"Topology","objects":{}}`,
		"no GeoJSON FeatureCollection":    `{}`,
		"near byte":                       `[1,2]`,
		"another reference system":        `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32749"}},"features":[]}`,
		"near byte 4":                     `{"features":5}`,
		"larger than 8 MB":                `{"type":"FeatureCollection","features":[` + area(`{"code":"35","name":"`+strings.Repeat("a", MaxRowBytes)+`"}`, square) + `]}`,
	} {
		rows, err := areasOf(t, Bytes("test", []byte(content)), AreaOptions{})
		if err == nil || !strings.Contains(messageOf(err).EN, strings.TrimSuffix(why, "4")) {
			t.Errorf("%d rows, %v, want %q", len(rows), err, why)
		}
	}
	old := `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[` + feature + `]}`
	if rows, err := areasOf(t, Bytes("old", append([]byte("\xef\xbb\xbf"), old...)), AreaOptions{}); err != nil || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestGeoJSONAssets(t *testing.T) {
	rows, err := assetsOf(t, fileOf(
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[112,-8,5]},"properties":{"jenis":"Posyandu","nama":"A","strata":"madya","x":1}}`,
		`{"type":"Feature","geometry":null,"properties":{"jenis":"posyandu","NAMA":"B","koordinat":"-8, 112"}}`,
		`{"type":"Feature","geometry":{"type":"LineString","coordinates":[]},"properties":{"jenis":"posyandu","nama":"C"}}`,
		`{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[112,-8]]},"properties":{"jenis":"posyandu","nama":"D","name":"E"}}`,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[]},"properties":null}`,
	), AssetOptions{TypeProperty: "jenis"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`1 posyandu 112,-8 {"name":"A","strata":"madya"}`,
		`2 posyandu 112,-8 {"name":"B"}`,
		`3 posyandu {"name":"C"} REFUSED A LineString is no point.`,
		`4 posyandu 112,-8 {"name":"E"}`,
		`5  REFUSED Its type is empty.`,
	}
	for i, row := range rows {
		if got := words(row); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
}

func TestRealFiles(t *testing.T) {
	dir := geotest.DataDir(t)
	for name, want := range map[string]int{"3571_kelurahan": 46, "31_dki_jakarta_kelurahan": 267, "3328_kelurahan": 287, "4regencies_kecamatan": 56, "4regencies_regency": 4} {
		rows, err := areasOf(t, File(filepath.Join(dir, "boundaries", name+".geojson")), AreaOptions{})
		if err != nil || len(rows) != want {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		for _, row := range rows {
			if len(row.Refused) > 0 {
				t.Errorf("%s %s: %v", name, row.Name, row.Refused)
			}
		}
	}
	for property, want := range map[string]int{"": 47, "kemendagri_code": 1} {
		rows, err := areasOf(t, File(filepath.Join(dir, "boundaries", "3571_kelurahan_bps_codab.geojson")), AreaOptions{CodeProperty: property})
		refused := 0
		for _, row := range rows {
			if len(row.Refused) > 0 {
				refused++
			}
		}
		if err != nil || len(rows) != 47 || refused != want {
			t.Errorf("%q: %d rows, %d refused, %v", property, len(rows), refused, err)
		}
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[` + area(`{"code":"35.71.01.1001","name":"A"}`, square) + `]}`))
	f.Add([]byte(`{"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1e400,2]}}]}`))
	f.Add([]byte(`{"features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[null]]]},"properties":{"a":{"b":"\"]"}}}],"crs":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		src, n := Bytes("fuzz", b), 0
		err := geoJSONAreas(src, AreaOptions{}, func(row geo.AreaRow) bool {
			if n++; row.Row != n {
				t.Fatalf("row %d is numbered %d", n, row.Row)
			}
			if len(row.Refused) == 0 && (row.Code == "" || row.Name == "" || len(row.Boundary) == 0) {
				t.Fatalf("%+v", row)
			}
			return true
		})
		if err != nil && geo.KindOf(err) != geo.Invalid {
			t.Fatal(err)
		}
		again := 0
		_ = geoJSONAssets(src, AssetOptions{Type: "rt"}, func(row geo.AssetRow) bool {
			again++
			checkAssetRow(t, row)
			return true
		})
		if again != n {
			t.Fatalf("%d features, then %d", n, again)
		}
	})
}
