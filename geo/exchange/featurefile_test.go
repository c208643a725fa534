package exchange

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

var posyandu = &geo.AssetType{Name: "posyandu", Fields: []geo.Field{
	{Name: "strata", Sensitivity: geo.SensitivityPublic, Widget: "select"},
	{Name: "jumlah_kader", Sensitivity: geo.SensitivityPublic, Widget: "number"},
	{Name: "sasaran", Sensitivity: geo.SensitivityPublic, Widget: "multi"},
	{Name: "gedung", Sensitivity: geo.SensitivityPublic, Widget: "check"},
	{Name: "anggaran", Sensitivity: geo.SensitivityInternal, Widget: "number"},
	{Name: "ketua_nama", Sensitivity: geo.SensitivityInternal, Personal: true, Widget: "text"},
	{Name: "ketua_hp", Sensitivity: geo.SensitivityRestricted, Personal: true, Widget: "tel"},
}}

// someAssets are n assets that differ, each third without a point.
func someAssets(n int) iter.Seq2[*geo.Asset, error] {
	return func(yield func(*geo.Asset, error) bool) {
		for i := range n {
			accuracy, at := 4.5, time.Date(2026, 6, 1, 3, 0, i%60, 0, time.UTC)
			a := &geo.Asset{ID: int64(i + 1), UUID: uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(i >> 8), byte(i >> 16)}), Type: "posyandu",
				Name: `=Posyandu "Melati" & <b>` + jsonText(i), AreaCode: "35.71.01.1001", AreaLocated: "35.71.01.1001", RT: "001", RW: "002", Placement: geo.Inside,
				Operation: "aktif", AccuracyM: &accuracy, TakenBy: "gps", TakenAt: &at, VerifiedAt: &at,
				Attributes: json.RawMessage(`{"strata": "madya", "sasaran": ["bumil", "lansia"], "gedung": true, "jumlah_kader": 7, "anggaran": 1}`),
				Version:    3, Revision: int64(1000 + i), UpdatedAt: at,
				Private: &geo.Private{Internal: json.RawMessage(`{"anggaran": 2500000}`),
					Personal: json.RawMessage(`{"ketua_nama": "Ibu Sri", "ketua_hp": "0812"}`), Note: "catatan dalam", Source: "buku"}}
			if i%3 > 0 {
				a.Point = &orb.Point{112 + float64(i)/1e7, -7.8}
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

func jsonText(i int) string {
	b, _ := json.Marshal(i)
	return string(b)
}

func posyanduFile(n int, internal bool) *FeatureFile {
	return AssetFile{Collection: "posyandu", Type: posyandu, Internal: internal, Assets: someAssets(n),
		AreaName: func(geo.Code) string { return "Bandar Lor" }}.Features()
}

// forms are the three ways to write a file.
func forms(f *FeatureFile) map[string]func(io.Writer) (int, error) {
	return map[string]func(io.Writer) (int, error){"csv": f.WriteCSV, "xlsx": f.WriteXLSX, "geojson": f.WriteGeoJSON}
}

func written(t *testing.T, write func(io.Writer) (int, error)) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFilesAreTheSameBytes writes each form again and again: no clock, no order
// of a map is in it.
func TestFilesAreTheSameBytes(t *testing.T) {
	first := map[string]string{}
	for range 12 {
		for form, write := range forms(posyanduFile(40, false)) {
			text := written(t, write)
			if first[form] == "" {
				first[form] = text
			} else if first[form] != text {
				t.Fatalf("%s differs", form)
			}
		}
	}
}

// TestFilesHoldWhatTheirReaderMaySee: public ones public fields, internal ones
// all but restricted ones.
func TestFilesHoldWhatTheirReaderMaySee(t *testing.T) {
	for form, write := range forms(posyanduFile(3, false)) {
		text := sheetText(t, form, written(t, write))
		for _, secret := range []string{"anggaran", "2500000", "ketua", "Ibu Sri", "0812", "catatan", "buku"} {
			if strings.Contains(text, secret) {
				t.Errorf("the public %s tells %q", form, secret)
			}
		}
		for _, open := range []string{"strata", "madya", "Bandar Lor", "35.71.01.1001"} {
			if !strings.Contains(text, open) {
				t.Errorf("the public %s does not tell %q: %.500s", form, open, text)
			}
		}
	}
	for form, write := range forms(posyanduFile(3, true)) {
		text := sheetText(t, form, written(t, write))
		if strings.Contains(text, "0812") || strings.Contains(text, "ketua_hp") || !strings.Contains(text, "Ibu Sri") || !strings.Contains(text, "2500000") || !strings.Contains(text, "catatan dalam") {
			t.Errorf("the internal %s: %.900s", form, text)
		}
	}
}

// sheetText is what a file says: a workbook by its cells.
func sheetText(t *testing.T, form, file string) string {
	t.Helper()
	if form != "xlsx" {
		return file
	}
	sheet, err := ReadSheet(Bytes("file.xlsx", []byte(file)), "")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, row := range sheet.Rows {
		for _, c := range row.Cells {
			text.WriteString(c.Text + "\t")
		}
	}
	return text.String()
}

// TestWhatWasWrittenIsImportedAgain: a list that was downloaded comes back as
// the same assets.
func TestWhatWasWrittenIsImportedAgain(t *testing.T) {
	for _, form := range []string{"csv", "geojson"} {
		file := written(t, forms(posyanduFile(5, false))[form])
		n := 0
		want := slices.Collect(func(yield func(*geo.Asset) bool) {
			for a := range someAssets(5) {
				if !yield(a) {
					return
				}
			}
		})
		for row, err := range Assets(Bytes("posyandu."+form, []byte(file)), AssetOptions{TypeProperty: map[string]string{"csv": "jenis", "geojson": "type"}[form]}) {
			if err != nil || len(row.Refused) > 0 {
				t.Fatal(form, err, row.Refused)
			}
			a := want[n]
			n++
			if row.Type != "posyandu" || textOf(row.Input.Properties["uuid"]) != a.UUID.String() || (row.Input.Geometry == nil) != (a.Point == nil) {
				t.Errorf("%s: %+v of %+v", form, row, a)
			}
			if a.Point != nil && *row.Input.Geometry != *a.Point {
				t.Errorf("%s: %v of %v", form, *row.Input.Geometry, *a.Point)
			}
			strata := geo.Cell(posyandu, "sasaran", row.Input.Properties["sasaran"])
			if form == "csv" && string(strata) != `["bumil","lansia"]` {
				t.Errorf("%s: sasaran is %s", form, strata)
			}
		}
		if n != 5 {
			t.Errorf("%s: %d rows", form, n)
		}
	}
}

// TestGeoJSONIsValid: it parses, has ids and the geometry, and no member that
// changes without the feature.
func TestGeoJSONIsValid(t *testing.T) {
	var read struct {
		Type     string
		Name     string
		Features []struct {
			ID         int64
			Geometry   *struct{ Coordinates []float64 }
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(written(t, posyanduFile(4, false).WriteGeoJSON)), &read); err != nil {
		t.Fatal(err)
	}
	if read.Type != "FeatureCollection" || len(read.Features) != 4 || read.Features[0].Geometry != nil || read.Features[1].Geometry.Coordinates[1] != -7.8 {
		t.Errorf("%+v", read)
	}
	p := read.Features[1].Properties
	if p["jumlah_kader"] != 7.0 || p["gedung"] != true || p["verified_at"] != "2026-06-01T03:00:01Z" || p["version"] != nil || p["updated_at"] != nil {
		t.Errorf("%v", p)
	}
}

// TestABrokenReadingIsTold: what cannot be read to its end is no file.
func TestABrokenReadingIsTold(t *testing.T) {
	broken := func(yield func(*geo.Asset, error) bool) {
		for a := range someAssets(2) {
			if !yield(a, nil) {
				return
			}
		}
		yield(nil, io.ErrUnexpectedEOF)
	}
	f := AssetFile{Collection: "posyandu", Type: posyandu, Assets: broken, AreaName: func(geo.Code) string { return "" }}.Features()
	for form, write := range forms(f) {
		if _, err := write(io.Discard); err != io.ErrUnexpectedEOF {
			t.Errorf("%s: %v", form, err)
		}
	}
}
