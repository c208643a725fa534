package store

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/patok-id/patok/geo"
)

func kindOf(t *testing.T, err error, want geo.Kind) *geo.Error {
	t.Helper()
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || e.Kind != want {
		t.Fatalf("got %v, want kind %s", err, want)
	}
	return e
}

func TestCreateChangeDeleteRestore(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	made := create(t, s, pic, at(112.005, -7.805, "name", "Posyandu Melati", "area_code", "3571011001", "strata", "madya"))
	a := made.Asset
	if !made.Created || a.Version != 1 || a.Placement != geo.Inside || a.AreaLocated != "35.71.01.1001" || made.Revision == 0 {
		t.Fatalf("created %+v", made)
	}
	edit := geo.Edit{Type: "posyandu", ID: a.ID, IfVersion: 1, Verb: geo.VerbMerge, Input: geo.Input{Properties: properties("name", "Posyandu Mawar")}}
	changed, err := s.Apply(t.Context(), pic, edit)
	if err != nil || changed.Asset.Version != 2 || changed.Asset.Name != "Posyandu Mawar" || changed.Revision != made.Revision+1 {
		t.Fatalf("merged %+v, %v", changed, err)
	}
	if string(changed.Asset.Attributes) != `{"strata": "madya"}` || changed.Asset.Point == nil {
		t.Errorf("a merge lost %s or the point", changed.Asset.Attributes)
	}
	_, err = s.Apply(t.Context(), pic, edit)
	if e := kindOf(t, err, geo.Stale); e.Current == nil || e.Current.Version != 2 {
		t.Errorf("stale without the current version: %+v", e.Current)
	}
	edit.IfVersion = 0
	_, err = s.Apply(t.Context(), pic, edit)
	kindOf(t, err, geo.NoVersion)

	gone := geo.Edit{Type: "posyandu", ID: a.ID, IfVersion: 2, Verb: geo.VerbDelete}
	deleted, err := s.Apply(t.Context(), pic, gone)
	if err != nil || deleted.Revision != changed.Revision+1 {
		t.Fatalf("deleted %+v, %v", deleted, err)
	}
	_, err = s.Apply(t.Context(), pic, gone)
	kindOf(t, err, geo.Stale)
	back, err := s.Apply(t.Context(), pic, geo.Edit{Type: "posyandu", ID: a.ID, Verb: geo.VerbRestore})
	if err != nil || back.Asset.Version != 3 || back.Asset.Name != "Posyandu Mawar" {
		t.Fatalf("restored %+v, %v", back, err)
	}
	_, err = s.Apply(t.Context(), pic, geo.Edit{Type: "posyandu", ID: a.ID, Verb: geo.VerbRestore})
	kindOf(t, err, geo.Conflict)
	confirmed, err := s.Apply(t.Context(), pic, geo.Edit{Type: "posyandu", ID: a.ID, IfVersion: 3, Verb: geo.VerbConfirm})
	if err != nil || confirmed.Asset.VerifiedAt == nil || confirmed.Asset.Private.VerifiedBy != "pic" {
		t.Fatalf("confirmed %+v, %v", confirmed.Asset, err)
	}
	if got := one[string](t, s, `select string_agg(actor, ',' order by revision) from (select * from revisions order by revision desc limit 5) r`); got != "pic,pic,pic,pic,pic" {
		t.Errorf("actors %s", got)
	}
}

func TestRights(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	other := principal(t, s, "other", geo.RolePIC, "35.71.01.1002")
	planner := principal(t, s, "planner", geo.RolePlanner, "")
	in := at(112.005, -7.805, "name", "Posyandu", "area_code", "35.71.01.1001")
	for name, p := range map[string]geo.Principal{"other": other, "planner": planner} {
		_, err := s.Apply(t.Context(), p, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: in})
		if geo.KindOf(err) != geo.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := s.Apply(t.Context(), geo.Public, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: in})
	kindOf(t, err, geo.Unauthorized)
	made := create(t, s, pic, in)
	move := geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: made.Asset.ID, IfVersion: 1,
		Input: at(112.015, -7.805, "area_code", "35.71.01.1002")}
	_, err = s.Apply(t.Context(), pic, move) // its new place is not theirs
	kindOf(t, err, geo.Forbidden)
	_, err = s.Apply(t.Context(), other, move) // its old place is not theirs
	kindOf(t, err, geo.Forbidden)
	move.Type = "rt"
	_, err = s.Apply(t.Context(), pic, move)
	kindOf(t, err, geo.NotFound)
}

func TestPlacement(t *testing.T) {
	s, _ := open(t)
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	other := principal(t, s, "other", geo.RolePIC, "35.71.01.1002")
	claim := []any{"name", "Posyandu", "area_code", "35.71.01.1001"}
	for name, c := range map[string]struct {
		lon    float64
		reason string
		want   geo.Placement
		code   string
	}{
		"inside":           {112.005, "", geo.Inside, ""},
		"11 m out":         {112.0101, "", geo.Near, ""},
		"110 m, no reason": {112.011, "", "", "reason_required"},
		"110 m, reason":    {112.011, "batas di peta bergeser", geo.Reasoned, ""},
		"550 m":            {112.015, "", geo.Held, ""},
		"outside the city": {113, "", "", "outside_city"},
	} {
		in := at(c.lon, -7.805, append(claim, "placement_reason", c.reason)...)
		r, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: in, AllowDuplicate: true})
		if c.code != "" {
			if e := kindOf(t, err, geo.Invalid); len(e.Fields) != 1 || e.Fields[0].Code != c.code {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || r.Asset.Placement != c.want {
			t.Errorf("%s: %+v, %v", name, r.Asset, err)
			continue
		}
		if c.want != geo.Held {
			continue
		}
		if _, err := s.Asset(t.Context(), other, r.Asset.ID); geo.KindOf(err) != geo.NotFound {
			t.Errorf("somebody else reads a held asset: %v", err)
		}
		publish := geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: r.Asset.ID, IfVersion: 1, Input: geo.Input{Properties: properties("placement", "override")}}
		if r, err := s.Apply(t.Context(), pic, publish); err != nil || r.Asset.Placement != geo.Held {
			t.Errorf("a PIC published a held asset: %+v, %v", r.Asset, err)
		}
		publish.IfVersion = 2
		if r, err := s.Apply(t.Context(), admin, publish); err != nil || r.Asset.Placement != geo.Override {
			t.Errorf("an administrator could not publish: %+v, %v", r.Asset, err)
		}
	}
	doubts, _, err := s.Doubts(t.Context(), pic, 0, 100)
	if err != nil || len(doubts) < 2 {
		t.Errorf("doubts %d, %v", len(doubts), err)
	}
	if theirs, _, _ := s.Doubts(t.Context(), other, 0, 100); len(theirs) != 0 {
		t.Errorf("somebody else's doubts are listed: %d", len(theirs))
	}
}

func TestDuplicates(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	first := create(t, s, pic, at(112.005, -7.805, "name", "Posyandu Melati 1", "area_code", "35.71.01.1001"))
	again := geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: at(112.0055, -7.805, "name", "POSYANDU MELATI", "area_code", "35.71.01.1001")}
	_, err := s.Apply(t.Context(), pic, again)
	if e := kindOf(t, err, geo.Duplicate); len(e.Candidates) != 1 || e.Candidates[0].ID != first.Asset.ID {
		t.Errorf("candidates %v", e.Candidates)
	}
	again.AllowDuplicate = true
	r, err := s.Apply(t.Context(), pic, again)
	if err != nil || strings.Join(r.Asset.Marks, ",") != geo.MarkDuplicate {
		t.Errorf("taken as another: %+v, %v", r.Asset, err)
	}
	for i := range 2 {
		_, err = s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbCreate, Type: "kantor_kelurahan",
			Input: at(112.002+float64(i)*0.005, -7.802, "name", "Kantor", "area_code", "35.71.01.1001")})
	}
	kindOf(t, err, geo.Duplicate)
}

func TestRepeatedCreateGivesTheFirstResult(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	in := at(112.005, -7.805, "name", "Posyandu", "area_code", "35.71.01.1001", "uuid", geo.NewUUID().String())
	var wait sync.WaitGroup
	ids := make([]int64, 20)
	for i := range ids {
		wait.Go(func() {
			r, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: in})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = r.Asset.ID
		})
	}
	wait.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("ids %v", ids)
		}
	}
	keyed := geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", IdempotencyKey: "k", AllowDuplicate: true,
		Input: at(112.002, -7.802, "name", "Lain", "area_code", "35.71.01.1001")}
	first, err := s.Apply(t.Context(), pic, keyed)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Apply(t.Context(), pic, keyed)
	if err != nil || second.Created || second.Asset.ID != first.Asset.ID {
		t.Errorf("repeated by key: %+v, %v", second, err)
	}
	keyed.Input.Properties = properties("name", "Beda", "area_code", "35.71.01.1001")
	_, err = s.Apply(t.Context(), pic, keyed)
	kindOf(t, err, geo.Invalid)
}

func TestParallelEditsGiveOneWinnerPerVersion(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	made := create(t, s, pic, at(112.005, -7.805, "name", "Posyandu", "area_code", "35.71.01.1001"))
	var wait sync.WaitGroup
	var mu sync.Mutex
	kinds := map[geo.Kind]int{}
	for range 50 {
		wait.Go(func() {
			_, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: made.Asset.ID, IfVersion: 1,
				Input: geo.Input{Properties: properties("address", "Jalan Veteran")}})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				kinds[""]++
			} else {
				kinds[geo.KindOf(err)]++
			}
		})
	}
	wait.Wait()
	if kinds[""] != 1 || kinds[geo.Stale] != 49 {
		t.Errorf("outcomes %v", kinds)
	}
}

func TestPersonalFieldsStayOutOfHistory(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	in := at(112.005, -7.805, "name", "RT 005", "area_code", "35.71.01.1001", "ketua_hp", "081234567890")
	r, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbCreate, Type: "rt", Input: in})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(r.Asset.Private.Personal), "081234567890") {
		t.Errorf("the PIC does not see the number: %s", r.Asset.Private.Personal)
	}
	exec(t, s, `update assets set address = 'x'`)
	exec(t, s, `delete from assets`)
	for _, table := range []string{"assets", "asset_history", "audit", "revisions"} {
		if n := one[int](t, s, `select count(*) from `+table+` x where x::text like '%081234567890%'`); n != 0 {
			t.Errorf("%s holds the number", table)
		}
	}
}

func TestWhatIsAddedToTheExampleCityIsExampleData(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	real := create(t, s, pic, at(112.005, -7.805, "name", "A", "area_code", "35.71.01.1001"))
	exec(t, s, `update areas set example = true where code = '35.71.01.1001'`)
	example := create(t, s, pic, at(112.006, -7.806, "name", "B", "area_code", "35.71.01.1001"))
	if real.Asset.Example || !example.Asset.Example {
		t.Errorf("real %v, example %v", real.Asset.Example, example.Asset.Example)
	}
}

func TestNamesAlike(t *testing.T) {
	s, _ := open(t)
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Posyandu Melati", "POSYANDU MELATI 1", true},
		{"Posyandu Melati 01", "Posyandu Melati 1", true},
		{"Posyandu Melati 2", "Posyandu Melati 1", false},
		{"RT 004 RW 001", "RT 005 RW 001", false},
		{"Pos Kamling RT 004 RW 001", "Pos Kamling RT 4 RW 1", true},
		{"Puskesmas Kelurahan Grogol I", "Puskesmas Kelurahan Grogol III", true},
		{"Posyandu Melati", "Kantor Lurah", false},
	} {
		if got := one[bool](t, s, `select names_alike($1, $2)`, c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
