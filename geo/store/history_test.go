package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

// apply makes an edit that must succeed.
func apply(t testing.TB, s *Store, p geo.Principal, e geo.Edit) geo.Result {
	t.Helper()
	e.AllowDuplicate = true
	if e.Type == "" {
		e.Type = "posyandu"
	}
	r, err := s.Apply(t.Context(), p, e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told puts a history into words.
func told(h geo.History) string {
	var lines []string
	for _, v := range h.Versions {
		var changes []string
		for _, c := range v.Changes {
			changes = append(changes, fmt.Sprintf("%s %s→%s", c.Field, c.Before, c.After))
		}
		line := fmt.Sprintf("%d %s by %s (%s)", v.Number, v.Operation, v.ActorTitle, v.Reason)
		if v.MovedM != nil {
			line += fmt.Sprintf(" moved %.0f m", *v.MovedM)
		}
		if v.Current {
			line += " current"
		}
		lines = append(lines, line+": "+strings.Join(changes, ", "))
	}
	return strings.Join(lines, "\n")
}

func TestHistoryTellsEveryVersion(t *testing.T) {
	s, setup := served(t, nil)
	pic := principal(t, setup, "pic", geo.RolePIC, "35.71.01.1001")
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	made := apply(t, s, pic, geo.Edit{Verb: geo.VerbCreate, Reason: "baru",
		Input: at(112.005, -7.805, "name", "Melati", "area_code", "35.71.01.1001", "strata", "madya", "note", "di balai")})
	id := made.Asset.ID
	apply(t, s, pic, geo.Edit{Verb: geo.VerbMerge, ID: id, AnyVersion: true, Input: at(112.006, -7.805, "name", "Mawar")})
	apply(t, s, admin, geo.Edit{Verb: geo.VerbMerge, ID: id, AnyVersion: true, Reason: "naik strata", Input: geo.Input{Properties: properties("strata", "mandiri", "note", nil)}})
	apply(t, s, pic, geo.Edit{Verb: geo.VerbDelete, ID: id, AnyVersion: true, Reason: "tutup"})
	gone, err := s.History(t.Context(), pic, "posyandu", id, 0, 100)
	if err != nil || !gone.Deleted || gone.Name != "Mawar" || gone.Versions[0].Operation != geo.Delete || gone.Versions[0].Until != nil {
		t.Errorf("deleted: %+v, %v", gone, err)
	}
	apply(t, s, pic, geo.Edit{Verb: geo.VerbRestore, ID: id})
	h, err := s.History(t.Context(), pic, "posyandu", id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	const want = `4 restore by pic () current: 
3 delete by pic (tutup): 
3 update by admin (naik strata): note "di balai"→null, strata "madya"→"mandiri"
2 update by pic () moved 110 m: geometry {"type":"Point","coordinates":[112.005,-7.805]}→{"type":"Point","coordinates":[112.006,-7.805]}, name "Melati"→"Mawar"
1 create by pic (baru): geometry null→{"type":"Point","coordinates":[112.005,-7.805]}, name null→"Melati", area_code null→"35.71.01.1001", operation null→"aktif", placement null→"inside", note null→"di balai", strata null→"madya"`
	if got := told(h); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if h.Deleted || h.Next != 0 || h.Versions[2].Until == nil || !h.Versions[2].Until.Equal(h.Versions[1].At) || h.Versions[0].Until != nil {
		t.Errorf("%+v", h)
	}
	var paged []geo.Version
	for next := int64(0); ; {
		page, err := s.History(t.Context(), pic, geo.AllAssets, id, next, 1)
		if err != nil || len(page.Versions) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		paged = append(paged, page.Versions...)
		if next = page.Next; next == 0 {
			break
		}
	}
	if got := told(geo.History{Versions: paged}); got != want {
		t.Errorf("page by page\n%s", got)
	}
}

// TestHistoryIsForThoseWhoMayRead: as it is now, and as it was.
func TestHistoryIsForThoseWhoMayRead(t *testing.T) {
	s, setup := served(t, nil)
	lor := principal(t, setup, "lor", geo.RolePIC, "35.71.01.1001")
	kidul := principal(t, setup, "kidul", geo.RolePIC, "35.71.01.1002")
	planner := principal(t, setup, "planner", geo.RolePlanner, "")
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	made := apply(t, s, lor, geo.Edit{Verb: geo.VerbCreate, Input: at(112.005, -7.805, "name", "RAHASIA LOR", "area_code", "35.71.01.1001", "note", "RAHASIA CATATAN")})
	id := made.Asset.ID
	for name, p := range map[string]geo.Principal{"public": geo.Public, "kidul": kidul, "planner": planner} {
		_, err := s.History(t.Context(), p, "posyandu", id, 0, 100)
		_, never := s.History(t.Context(), p, "posyandu", id+1000, 0, 100)
		if kindOf(t, err, geo.NotFound).Message != kindOf(t, never, geo.NotFound).Message {
			t.Errorf("%s is told that it exists", name)
		}
	}
	apply(t, s, admin, geo.Edit{Verb: geo.VerbMerge, ID: id, AnyVersion: true, Input: at(112.015, -7.805, "name", "Kidul", "area_code", "35.71.01.1002", "note", nil)})
	_, err := s.History(t.Context(), lor, "posyandu", id, 0, 100)
	kindOf(t, err, geo.NotFound) // it is another's now
	h, err := s.History(t.Context(), kidul, "posyandu", id, 0, 100)
	if err != nil || len(h.Versions) != 1 || strings.Contains(told(h), "RAHASIA") || h.Versions[0].MovedM != nil {
		t.Errorf("what it was in another kelurahan is told: %v\n%s", err, told(h))
	}
	full, err := s.History(t.Context(), admin, "posyandu", id, 0, 100)
	if err != nil || len(full.Versions) != 2 || !strings.Contains(told(full), "RAHASIA CATATAN") {
		t.Errorf("%v\n%s", err, told(full))
	}
	for _, c := range []struct {
		p          geo.Principal
		collection string
		id         int64
	}{{lor, "rt", id}, {admin, "rt", id}, {admin, "kelurahan", id}, {lor, "kelurahan", 3571011002}, {geo.Public, "kelurahan", 3571011001}, {admin, "kecamatan", 3571011001}, {lor, "kecamatan", 357101}} {
		if h, err := s.History(t.Context(), c.p, c.collection, c.id, 0, 100); geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s as %s: %+v, %v", c.collection, c.p.Name, h, err)
		}
	}
}

func TestHistoryOfAnArea(t *testing.T) {
	s, setup := served(t, nil)
	lor := principal(t, setup, "lor", geo.RolePIC, "35.71.01.1001")
	exec(t, setup, `update areas set name = 'Bandar Lor Baru', year = 2026 where code = '35.71.01.1001'`)
	exec(t, setup, `update areas set boundary = `+strings.Replace(square(112, -7.81), "112.01", "112.008", 1)+` where code = '35.71.01.1001'`)
	h, err := s.History(t.Context(), lor, "kelurahan", 3571011001, 0, 100)
	if err != nil || len(h.Versions) != 3 || h.Name != "Bandar Lor Baru" {
		t.Fatalf("%+v, %v", h, err)
	}
	got := told(h)
	for _, want := range []string{`name "Bandar Lor"→"Bandar Lor Baru", year null→2026`, `geometry {"area_ha":121.9`, `→{"area_ha":97.5`, `1 create`, `3 update`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if a := h.Versions[0].Actor; !strings.HasPrefix(a, "sql:") {
		t.Errorf("actor %q", a)
	}
}

// TestRevisionsCountWhatOneMayKnow, and nothing else.
func TestRevisionsCountWhatOneMayKnow(t *testing.T) {
	s, setup := served(t, nil)
	lor := principal(t, setup, "lor", geo.RolePIC, "35.71.01.1001")
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	planner := principal(t, setup, "planner", geo.RolePlanner, "35.71.01.1001")
	begin := time.Now()
	first := apply(t, s, lor, geo.Edit{Verb: geo.VerbCreate, Input: at(112.005, -7.805, "name", "Melati", "area_code", "35.71.01.1001")})
	exec(t, setup, `insert into assets (type, name, area_code) select 'rt', 'RT ' || n, case when n <= 30 then '35.71.01.1001' else '35.71.01.1002' end from generate_series(1, 50) n`)
	apply(t, s, admin, geo.Edit{Verb: geo.VerbMerge, ID: first.Asset.ID, AnyVersion: true, Reason: "salah tulis", Input: geo.Input{Properties: properties("name", "Mawar")}})
	apply(t, s, admin, geo.Edit{Verb: geo.VerbDelete, ID: first.Asset.ID, AnyVersion: true})
	apply(t, s, admin, geo.Edit{Verb: geo.VerbRestore, ID: first.Asset.ID})
	exec(t, setup, `update areas set year = 2026 where code = '35.71.01.1002'`)
	list := func(p geo.Principal, f geo.RevisionFilter) string {
		t.Helper()
		if f.Limit == 0 {
			f.Limit = 100
		}
		revisions, _, err := s.Revisions(t.Context(), p, f)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range revisions {
			line := fmt.Sprintf("%s %s %v", r.Kind, r.ActorTitle, r.Counts)
			if len(r.Touched) == 1 {
				line += fmt.Sprintf(" %s %s %s %d", r.Touched[0].Operation, r.Touched[0].Collection, r.Touched[0].Name, r.Touched[0].Version)
			} else {
				line += fmt.Sprintf(" %d items", len(r.Touched))
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n")
	}
	const edits = `edit admin map[restore:1] restore posyandu Mawar 3
edit admin map[delete:1] delete posyandu Mawar 2
edit admin map[update:1] update posyandu Mawar 2
`
	since := geo.RevisionFilter{From: begin}
	if got, want := list(lor, since), edits+"sql  map[create:30] 20 items\nedit lor map[create:1] create posyandu Melati 1"; got != want {
		t.Errorf("to its PIC\n%s\nwant\n%s", got, want)
	}
	if got, want := list(admin, since), "sql  map[update:1] update kelurahan Bandar Kidul 2\n"+edits+"sql  map[create:50] 20 items\nedit lor map[create:1] create posyandu Melati 1"; got != want {
		t.Errorf("to the administrator\n%s\nwant\n%s", got, want)
	}
	if got := list(planner, since); got != "" {
		t.Errorf("a planner is told\n%s", got)
	}
	if got := list(geo.Public, since); got != "" {
		t.Errorf("the public is told\n%s", got)
	}
	for name, c := range map[string]struct {
		f    geo.RevisionFilter
		want string
	}{
		"by actor":    {geo.RevisionFilter{From: begin, Actor: "lor"}, "edit lor map[create:1] create posyandu Melati 1"},
		"by type":     {geo.RevisionFilter{From: begin, Type: "rt", Area: "35.71.01.1002"}, "sql  map[create:20] 20 items"},
		"by revision": {geo.RevisionFilter{Revision: first.Revision}, "edit lor map[create:1] create posyandu Melati 1"},
		"until":       {geo.RevisionFilter{From: begin, Until: first.Asset.UpdatedAt}, "edit lor map[create:1] create posyandu Melati 1"},
		"page":        {geo.RevisionFilter{From: begin, Before: first.Revision + 2, Limit: 1}, "sql  map[create:50] 20 items"},
	} {
		if got := list(admin, c.f); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
	_, next, err := s.Revisions(t.Context(), admin, geo.RevisionFilter{From: begin, Limit: 2})
	if err != nil || next == 0 {
		t.Errorf("no next page: %v", err)
	}
	// A revision of an import is that of the one who imports.
	report, err := s.ImportAssets(t.Context(), admin, func(yield func(geo.AssetRow, error) bool) {
		yield(geo.AssetRow{Row: 1, Type: "rt", Input: geo.Input{Properties: properties("name", "RT 099", "area_code", "35.71.01.1001")}}, nil)
	}, geo.ImportOptions{File: "rt.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := list(admin, geo.RevisionFilter{Revision: report.Revision, Actor: "admin"}), "import admin map[create:1] create rt RT 099 1"; got != want {
		t.Errorf("an import: %s, want %s", got, want)
	}
}
