package store

import (
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/demo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// exampleCity gives a store with the areas and assets of the example city.
func exampleCity(t *testing.T) (*Store, string) {
	t.Helper()
	url := geotest.Database(t)
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	who, o := geo.System("patok demo"), geo.ImportOptions{File: demo.Source, Example: true}
	if _, err := s.ImportAreas(t.Context(), who, demo.Areas(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportAssets(t.Context(), who, demo.Assets(), o); err != nil {
		t.Fatal(err)
	}
	return s, url
}

func release(t *testing.T, s *Store, name string) *geo.Release {
	t.Helper()
	l, err := s.CreateRelease(t.Context(), geo.System("test"), geo.NewRelease{Name: name, Title: "Rilis " + name}, exchange.ReleaseFiles)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// releasedFiles are the files of a release as p may read them, by path.
func releasedFiles(t *testing.T, s *Store, p geo.Principal, name string) map[string]string {
	t.Helper()
	l, err := s.Release(t.Context(), p, name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range l.Files {
		packed, err := s.ReleaseContent(t.Context(), p, name, f)
		if err != nil {
			t.Fatal(f.Path(), err)
		}
		plain, err := f.Unpack(packed)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(plain)
		if err != nil || int64(len(text)) != f.Bytes {
			t.Fatalf("%s: %d of %d bytes, %v", f.Path(), len(text), f.Bytes, err)
		}
		all[f.Path()] = string(text)
	}
	return all
}

// TestAReleaseStaysAsItIs: edits, deletes, another boundary, another registry and
// a year change nothing of it.
func TestAReleaseStaysAsItIs(t *testing.T) {
	s, url := exampleCity(t)
	made := release(t, s, "2026")
	before := releasedFiles(t, s, geo.Public, "2026")
	if before["posyandu.csv"] == "" || before["kelurahan.geojson"] == "" || before["rt.xlsx"] == "" || before["manifest.json"] == "" || made.Revision == 0 {
		t.Fatalf("revision %d: %v", made.Revision, slices.Sorted(maps.Keys(before)))
	}
	exec(t, s, `update assets set name = name || ' baru' where type = 'posyandu'`)
	exec(t, s, `delete from assets where type = 'rt' and id % 2 = 0`)
	exec(t, s, `update areas set name = 'Bandar Lor Baru', boundary = st_multi(st_buffer(boundary, -0.0001)) where code = '35.71.01.1001'`)
	exec(t, s, `update asset_types set definition = jsonb_set(definition, '{fields,0,sensitivity}', '"internal"') where name = 'posyandu'`)

	later, err := Open(t.Context(), url, Options{Now: func() time.Time { return time.Now().AddDate(1, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	after := releasedFiles(t, later, geo.Public, "2026")
	if !maps.Equal(before, after) {
		t.Error("a file of the release changed")
	}
	l, broken, err := later.VerifyRelease(t.Context(), geo.System("test"), "2026")
	if err != nil || len(broken) > 0 || !l.ReleasedAt.Equal(made.ReleasedAt) {
		t.Error(broken, err)
	}
	release(t, later, "2027")
	if now := releasedFiles(t, later, geo.Public, "2027"); now["posyandu.csv"] == before["posyandu.csv"] || now["rt.csv"] == before["rt.csv"] || now["kelurahan.geojson"] == before["kelurahan.geojson"] {
		t.Error("a release a year later says the same")
	}
	if revision, err := later.ReleaseRevision(t.Context(), "2026"); err != nil || revision != made.Revision {
		t.Errorf("revision %d of %d, %v", revision, made.Revision, err)
	}
}

// TestTwoServersMakeTheSameFiles: with the same data, on another day, in another
// database.
func TestTwoServersMakeTheSameFiles(t *testing.T) {
	var files []map[string]string
	for range 2 {
		s, _ := exampleCity(t)
		exec(t, s, `update assets set note = note where id = (select min(id) from assets)`)
		release(t, s, "2026")
		all := releasedFiles(t, s, geo.Public, "2026")
		delete(all, manifestFile) // says when
		files = append(files, all)
	}
	for name, text := range files[0] {
		if files[1][name] != text {
			t.Errorf("%s differs", name)
		}
	}
	if len(files[0]) != len(files[1]) || len(files[0]) < 30 {
		t.Errorf("%d and %d files", len(files[0]), len(files[1]))
	}
}

// TestABrokenFileIsFound: somebody with SQL rights changed what was released.
func TestABrokenFileIsFound(t *testing.T) {
	s, _ := exampleCity(t)
	release(t, s, "2026")
	exec(t, s, `update release_files f set content = o.content from release_files o where f.name = 'posyandu.csv' and o.name = 'rt.csv'`)
	_, broken, err := s.VerifyRelease(t.Context(), geo.System("test"), "2026")
	if err != nil || len(broken) != 1 || !strings.HasPrefix(broken[0], "posyandu.csv:") {
		t.Error(broken, err)
	}
}

// TestAReleaseIsWholeOrNotThere: when it ends in the middle nothing is left, on
// disk neither, and the next try succeeds.
func TestAReleaseIsWholeOrNotThere(t *testing.T) {
	s, _ := exampleCity(t)
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	ctx, cancel := context.WithCancel(t.Context())
	stopping := func(f *indicator.Frozen) geo.ReleaseFiles {
		return func(yield func(geo.ReleaseFile, func(io.Writer) (int, error)) bool) {
			n := 0
			for file, write := range exchange.ReleaseFiles(f) {
				if n++; n == 5 {
					cancel()
				}
				if !yield(file, write) {
					return
				}
			}
		}
	}
	n := geo.NewRelease{Name: "2026", Title: "Rilis"}
	if _, err := s.CreateRelease(ctx, geo.System("test"), n, stopping); err == nil {
		t.Fatal("a release was made of five files")
	}
	if left := one[int](t, s, `select (select count(*) from releases) + (select count(*) from release_files)`); left != 0 {
		t.Errorf("%d rows are left", left)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) { // PostgreSQL notices by and by who went away
		_, err := s.CreateRelease(t.Context(), geo.System("test"), n, exchange.ReleaseFiles)
		if err == nil {
			break
		}
		if geo.KindOf(err) != geo.Unavailable || time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestAReleaseSeesOneMoment: what is committed while it is made is not in it,
// and its revision says so.
func TestAReleaseSeesOneMoment(t *testing.T) {
	s, _ := exampleCity(t)
	meanwhile := func(f *indicator.Frozen) geo.ReleaseFiles {
		exec(t, s, `update assets set name = 'Terlambat' where type = 'posyandu'`)
		return exchange.ReleaseFiles(f)
	}
	before := one[int64](t, s, `select revision from revision_clock`)
	l, err := s.CreateRelease(t.Context(), geo.System("test"), geo.NewRelease{Name: "a", Title: "A"}, meanwhile)
	if err != nil {
		t.Fatal(err)
	}
	if l.Revision != before || strings.Contains(releasedFiles(t, s, geo.Public, "a")["posyandu.csv"], "Terlambat") {
		t.Errorf("revision %d of %d, or it holds what came later", l.Revision, before)
	}
}

// TestWhoMakesReleases: an administrator of everything, once per name.
func TestWhoMakesReleases(t *testing.T) {
	s, _ := open(t)
	n := geo.NewRelease{Name: "2026", Title: "Rilis 2026"}
	for role, area := range map[geo.Role]geo.Code{geo.RolePIC: "35.71", geo.RoleDinsos: "", geo.RolePlanner: "", geo.RoleAdministrator: "35.71"} {
		p := principal(t, s, string(role), role, area)
		if _, err := s.CreateRelease(t.Context(), p, n, exchange.ReleaseFiles); geo.KindOf(err) != geo.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	admin := principal(t, s, "root", geo.RoleAdministrator, "")
	if l, err := s.CreateRelease(t.Context(), admin, n, exchange.ReleaseFiles); err != nil || l.By.Name != "root" {
		t.Fatal(l, err)
	}
	if _, err := s.CreateRelease(t.Context(), admin, n, exchange.ReleaseFiles); geo.KindOf(err) != geo.Conflict {
		t.Errorf("a second of the same name: %v", err)
	}
	for _, bad := range []geo.NewRelease{{Name: "Rilis 2026", Title: "x"}, {Name: "../x", Title: "x"}, {Name: "x"}, {Name: "", Title: "x"}} {
		if _, err := s.CreateRelease(t.Context(), admin, bad, exchange.ReleaseFiles); geo.KindOf(err) != geo.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestWhatAReleaseLacksIsKept with it.
func TestWhatAReleaseLacksIsKept(t *testing.T) {
	s, _ := exampleCity(t)
	if _, err := s.SeedFigures(t.Context(), geo.System("patok demo"), demo.Batches()); err != nil {
		t.Fatal(err)
	}
	exec(t, s, `update assets set point = st_translate(point, 0.02, 0)
where id in (select id from assets where type = 'posyandu' and area_code = '35.71.02.1006' and point is not null order by id limit 1)`)
	preview, err := s.PreviewRelease(t.Context(), geo.System("test"), exchange.ReleaseFiles)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, i := range preview.Incomplete {
		kinds[i.Kind] += i.Count
		if i.AreaName == "" || i.AreaCode.Level() > geo.LevelKecamatan || i.Kind == geo.IncompleteBatch && strings.HasPrefix(i.What, "dtsen") {
			t.Errorf("%+v", i)
		}
	}
	if kinds[geo.IncompleteBatch] < 40 || kinds[geo.IncompleteDeclaration] < 46 || kinds[geo.IncompleteHeld] != 1 {
		t.Errorf("%v", kinds)
	}
	if n := one[int](t, s, `select count(*) from releases`); n != 0 {
		t.Error("a preview made a release")
	}
	l := release(t, s, "2026")
	if !slices.Equal(l.Incomplete, preview.Incomplete) || len(l.Files) != len(preview.Files)+1 {
		t.Errorf("the release lacks other things than were told: %v", l.Incomplete)
	}
}
