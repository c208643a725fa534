package store

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/demo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/geotest"
)

// importer is an administrator who has no account, as the command line has.
var importer = geo.System("uji")

// empty is a store on a new database, in the role of the server.
func empty(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), geotest.AppURL(t, geotest.Database(t)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func file(t testing.TB, parts ...string) exchange.Source {
	return exchange.File(filepath.Join(append([]string{geotest.DataDir(t)}, parts...)...))
}

func importAreas(t testing.TB, s *Store, src exchange.Source, o geo.ImportOptions) geo.Report {
	t.Helper()
	o.File = src.Name
	r, err := s.ImportAreas(t.Context(), importer, exchange.Areas(src, exchange.AreaOptions{}), o)
	if err != nil {
		t.Fatalf("%v %+v", err, r.Verdicts)
	}
	return r
}

func importAssets(t testing.TB, s *Store, src exchange.Source, eo exchange.AssetOptions, o geo.ImportOptions) geo.Report {
	t.Helper()
	o.File = src.Name
	r, err := s.ImportAssets(t.Context(), importer, exchange.Assets(src, eo), o)
	if err != nil {
		t.Fatalf("%v %+v", err, r.Verdicts)
	}
	return r
}

func revision(t testing.TB, s *Store) int64 {
	return one[int64](t, s, `select revision from revision_clock`)
}

func TestImportRealAreas(t *testing.T) {
	s := empty(t)
	for _, c := range []struct {
		file                    string
		read, derived, overlaps int
	}{
		{"3571_kelurahan.geojson", 46, 5, 70},
		{"31_dki_jakarta_kelurahan.geojson", 267, 51, 458},
		{"3328_kelurahan.geojson", 287, 20, 546},
	} {
		src := file(t, "boundaries", c.file)
		dry := importAreas(t, s, src, geo.ImportOptions{DryRun: true})
		before := revision(t, s)
		r := importAreas(t, s, src, geo.ImportOptions{})
		if r.New != c.read || r.Read != c.read || r.Refused != 0 || r.Derived != c.derived || r.OverlapCount != c.overlaps {
			t.Errorf("%s: %+v", c.file, r)
		}
		if dry.New != r.New || dry.OverlapCount != r.OverlapCount || dry.Revision != 0 || r.Revision != before+1 {
			t.Errorf("%s: the dry run found %d new and %d overlaps at %d; then %d and %d at %d after %d",
				c.file, dry.New, dry.OverlapCount, dry.Revision, r.New, r.OverlapCount, r.Revision, before)
		}
		again := importAreas(t, s, src, geo.ImportOptions{})
		if again.Unchanged != c.read || again.Revision != 0 || again.Derived != 0 || again.OverlapCount != c.overlaps || revision(t, s) != r.Revision {
			t.Errorf("%s again: %+v, revision %d", c.file, again, revision(t, s))
		}
		t.Logf("%s: %d overlaps, %.0f m², largest %+v", c.file, r.OverlapCount, r.OverlapM2, r.Overlaps[0])
	}
	for sql, want := range map[string]int{
		`select count(*) from areas where level = 4`:                                    46 + 267 + 287,
		`select count(*) from areas where derived`:                                      5 + 51 + 20,
		`select count(*) from areas where boundary is null or not st_isvalid(boundary)`: 0,
		`select count(*) from areas where version > 1 and level = 4`:                    0,
		`select count(*) from areas where name = '' or name = code`:                     0,
		`select count(*) from areas p where derived and not st_covers(p.boundary, (select st_union(label_point) from areas c where c.parent_code = p.code))`: 0,
	} {
		if got := one[int](t, s, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	if got := one[string](t, s, `select string_agg(kind || ' ' || name, ', ' order by code) from areas where level = 2 and code like '35%' or code = '31.01'`); got != "kabupaten Kabupaten Administrasi Kepulauan Seribu, kota Kota Kediri" {
		t.Error(got)
	}
}

func TestImportRealJakarta(t *testing.T) {
	s := empty(t)
	importAreas(t, s, file(t, "boundaries", "31_dki_jakarta_kelurahan.geojson"), geo.ImportOptions{})
	src := file(t, "points", "jakarta_kantor_puskesmas.geojson")
	eo := exchange.AssetOptions{TypeProperty: "type"}
	dry := importAssets(t, s, src, eo, geo.ImportOptions{DryRun: true})
	if n := one[int](t, s, `select count(*) from assets`); n != 0 || dry.New != 634 {
		t.Errorf("a dry run wrote %d of %d", n, dry.New)
	}
	r := importAssets(t, s, src, eo, geo.ImportOptions{})
	if r.Read != 634 || r.New != 634 || r.Refused != 0 || strings.Join(r.Ignored, " ") != "fcode remark" {
		t.Errorf("%d read, %d new, %d refused, ignored %v", r.Read, r.New, r.Refused, r.Ignored)
	}
	if n := one[int](t, s, `select count(*) from assets where placement = 'inside' and area_located = area_code and taken_by = 'impor' and not example`); n != 634 {
		t.Errorf("%d points in their kelurahan", n)
	}
	// 15 kelurahan hold an "EX KANTOR LURAH" beside the real one.
	if n := one[int](t, s, `select count(distinct area_code) from assets where 'too_many' = any(marks)`); n != 15 || r.Marked[geo.MarkTooMany] != 30 {
		t.Errorf("%d kelurahan with two offices, %v", n, r.Marked)
	}
	t.Logf("%v", r.Marked)
	for _, v := range r.Verdicts {
		if strings.Contains(v.Reasons[0].EN, "same") {
			t.Log(v.Row, v.Name, v.Reasons[0].EN)
		}
	}
	listed := one[int](t, s, `select count(*) from assets where marks <> '{}'`)
	if r.Doubtful != listed || len(r.Verdicts) != listed {
		t.Errorf("%d marked, %d doubtful, %d listed", listed, r.Doubtful, len(r.Verdicts))
	}
	at := revision(t, s)
	again := importAssets(t, s, src, eo, geo.ImportOptions{})
	if again.Unchanged != 634 || again.Revision != 0 || revision(t, s) != at || again.Doubtful != listed {
		t.Errorf("again: %d unchanged, %d doubtful, revision %d after %d", again.Unchanged, again.Doubtful, revision(t, s), at)
	}
	// The mapping is the caller's wish, and a change of one property is one of each row that has it.
	eo.Map = map[string]string{"remark": "address"}
	if mapped := importAssets(t, s, src, eo, geo.ImportOptions{}); mapped.Changed < 600 || mapped.New != 0 || strings.Join(mapped.Ignored, " ") != "fcode" {
		t.Errorf("mapped: %d changed, %d new, ignored %v", mapped.Changed, mapped.New, mapped.Ignored)
	}
	if n := one[int](t, s, `select count(*) from assets where address <> '' and version = 2 and marks <> '{}'`); n < 20 {
		t.Errorf("%d marked ones kept their marks", n)
	}
}

func TestImportRealSurveys(t *testing.T) {
	s := empty(t)
	importAreas(t, s, file(t, "boundaries", "3571_kelurahan.geojson"), geo.ImportOptions{})
	src := file(t, "points", "desa_posyandu_pos_kamling.geojson")
	eo := exchange.AssetOptions{TypeProperty: "type", MapTypes: map[string]string{"kantor_desa": "kantor_kelurahan"}}
	r, err := s.ImportAssets(t.Context(), importer, exchange.Assets(src, eo), geo.ImportOptions{File: src.Name})
	if geo.KindOf(err) != geo.Invalid || r.Refused != 78 || r.New != 0 {
		t.Errorf("%v, %d refused", err, r.Refused)
	}
	// In the villages where the points lie they are taken: the areas are invented around them.
	surveyed := surveyedAreas(t, src, eo)
	if _, err := s.ImportAreas(t.Context(), importer, surveyed, geo.ImportOptions{File: "desa"}); err != nil {
		t.Fatal(err)
	}
	r, err = s.ImportAssets(t.Context(), importer, exchange.Assets(src, eo), geo.ImportOptions{File: src.Name, SkipRefused: true})
	if err != nil || r.Read != 78 || r.Refused != 1 || r.New != 77 {
		t.Errorf("%v, %+v", err, r)
	}
	for _, v := range r.Verdicts {
		if v.Outcome == geo.OutcomeRefused && !strings.Contains(v.Reasons[0].EN, "name: A name is required") {
			t.Errorf("%+v", v)
		}
	}
	kinds := one[string](t, s, `select string_agg(type || ' ' || n, ', ' order by type) from (select type, count(*) n from assets group by type) k`)
	if kinds != "kantor_kelurahan 33, pos_kamling 11, posyandu 33" {
		t.Error(kinds)
	}
}

// surveyedAreas makes one desa over each place where the file has points.
func surveyedAreas(t *testing.T, src exchange.Source, eo exchange.AssetOptions) geo.AreaRows {
	var boxes []orb.Bound
	for row, err := range exchange.Assets(src, eo) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Input.Geometry == nil {
			continue
		}
		box := row.Input.Geometry.Bound().Pad(0.1)
		for i := 0; i < len(boxes); i++ {
			if boxes[i].Intersects(box) {
				box = box.Union(boxes[i])
				boxes = append(boxes[:i], boxes[i+1:]...)
				i = -1
			}
		}
		boxes = append(boxes, box)
	}
	return func(yield func(geo.AreaRow, error) bool) {
		for i, box := range boxes {
			code := geo.Code("73.06.01.2" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
			if !yield(geo.AreaRow{Row: i + 1, Code: code, Name: "Desa " + string(code), Boundary: orb.MultiPolygon{box.ToPolygon()}}, nil) {
				return
			}
		}
	}
}

func TestImportRealForm(t *testing.T) {
	s, _ := open(t)
	src := file(t, "messy", "kote_formulir_survei_tempat.csv")
	r, err := s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{Type: "posyandu"}), geo.ImportOptions{File: src.Name})
	if geo.KindOf(err) != geo.Invalid || r.Refused != r.Read || r.Read < 20 || one[int](t, s, `select count(*) from assets`) != 0 {
		t.Errorf("%v, %+v", err, r)
	}
	reasons := map[string]int{}
	for _, v := range r.Verdicts {
		reasons[v.Reasons[0].EN]++
	}
	if len(reasons) != 2 || reasons["Without a point the area code is required."] != r.Read-1 {
		t.Errorf("%v", reasons)
	}
}

func TestImportRealBPSCodes(t *testing.T) {
	s := empty(t)
	src := file(t, "boundaries", "3571_kelurahan_bps_codab.geojson")
	run := func(property string, o geo.ImportOptions) (geo.Report, error) {
		return s.ImportAreas(t.Context(), importer, exchange.Areas(src, exchange.AreaOptions{CodeProperty: property}), o)
	}
	r, err := run("", geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || r.Refused != 47 || !strings.Contains(r.Verdicts[0].Reasons[0].EN, "BPS code") {
		t.Errorf("%v, %+v", err, r)
	}
	r, err = run("kemendagri_code", geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || r.Refused != 1 || r.Verdicts[0].Name != "Hutan" || !strings.Contains(err.Error(), "--skip-refused") {
		t.Errorf("%v, %+v", err, r)
	}
	if n := one[int](t, s, `select count(*) from areas`); n != 0 {
		t.Errorf("%d areas were written", n)
	}
	r, err = run("kemendagri_code", geo.ImportOptions{SkipRefused: true})
	if err != nil || r.New != 46 || r.Refused != 1 || r.OverlapCount != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

// A city's own outlines take the place of those that were made from its children.
func TestImportRealParents(t *testing.T) {
	s := empty(t)
	importAreas(t, s, file(t, "boundaries", "3571_kelurahan.geojson"), geo.ImportOptions{})
	r := importAreas(t, s, file(t, "boundaries", "4regencies_kecamatan.geojson"), geo.ImportOptions{})
	if r.Changed != 3 || r.New != 53 {
		t.Errorf("%+v", r)
	}
	if got := one[string](t, s, `select string_agg(code, ' ' order by code) from areas where derived and code like '35%'`); got != "35 35.71" {
		t.Errorf("derived: %s", got)
	}
	if r = importAreas(t, s, file(t, "boundaries", "3571_kelurahan.geojson"), geo.ImportOptions{}); r.Unchanged != 46 || r.Revision != 0 {
		t.Errorf("%+v", r)
	}
}

func TestImportDemoCity(t *testing.T) {
	s := empty(t)
	example := geo.ImportOptions{Example: true, File: "kota contoh"}
	load := func() (geo.Report, geo.Report) {
		areas, err := s.ImportAreas(t.Context(), importer, demo.Areas(), example)
		if err != nil {
			t.Fatal(err)
		}
		assets, err := s.ImportAssets(t.Context(), importer, demo.Assets(), example)
		if err != nil {
			t.Fatalf("%v %+v", err, assets.Verdicts[:min(5, len(assets.Verdicts))])
		}
		return areas, assets
	}
	areas, assets := load()
	if areas.New != 46 || areas.Derived != 5 || areas.OverlapCount != 0 || assets.New < 2000 || assets.Refused != 0 {
		t.Errorf("%+v %+v", areas, assets)
	}
	t.Logf("%d assets, %d doubtful, %v", assets.New, assets.Doubtful, assets.Marked)
	if n := one[int](t, s, `select (select count(*) from areas where not example) + (select count(*) from assets where not example)`); n != 0 {
		t.Errorf("%d are not marked as example", n)
	}
	at := revision(t, s)
	areas, assets = load()
	if areas.Revision+assets.Revision != 0 || revision(t, s) != at {
		t.Errorf("a second time changed something: %+v", areas)
	}
	src := file(t, "boundaries", "3571_kelurahan.geojson")
	if _, err := s.ImportAreas(t.Context(), importer, exchange.Areas(src, exchange.AreaOptions{}), geo.ImportOptions{}); geo.KindOf(err) != geo.Conflict {
		t.Errorf("real beside example: %v", err)
	}
	principal(t, s, "bappeda", geo.RolePlanner, "")
	exec(t, s, `update accounts set example = true`)
	r := importAreas(t, s, file(t, "boundaries", "3571_kelurahan.geojson"), geo.ImportOptions{ReplaceDemo: true})
	if r.New != 46 || r.Removed < 2000 {
		t.Errorf("%+v", r)
	}
	if n := one[int](t, s, `select (select count(*) from areas where example) + (select count(*) from assets) + (select count(*) from accounts where example)`); n != 0 {
		t.Errorf("%d example rows are left", n)
	}
	if n := one[int](t, s, `select count(*) from areas where level = 4 and version = 2 and not derived`); n != 46 {
		t.Errorf("%d areas go on with their next version", n)
	}
	if _, err := s.ImportAreas(t.Context(), importer, demo.Areas(), example); geo.KindOf(err) != geo.Conflict {
		t.Errorf("example beside real: %v", err)
	}
}

// Where the real city is another one, nothing of the example city is left.
func TestImportReplacesAnotherCity(t *testing.T) {
	s := empty(t)
	if _, err := s.ImportAreas(t.Context(), importer, demo.Areas(), geo.ImportOptions{Example: true}); err != nil {
		t.Fatal(err)
	}
	importAreas(t, s, file(t, "boundaries", "3328_kelurahan.geojson"), geo.ImportOptions{ReplaceDemo: true})
	if got := one[string](t, s, `select string_agg(distinct left(code, 2), ' ') || bool_or(example) from areas`); got != "33false" {
		t.Error(got)
	}
}
