package store

import (
	"encoding/json"
	"testing"

	"github.com/patok-id/patok/geo"
)

func TestScenarios(t *testing.T) {
	s, owner := served(t, nil)
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	planner := principal(t, s, "bappeda", geo.RolePlanner, "35.71")
	pic := principal(t, s, "pic-lor", geo.RolePIC, lor)
	other := principal(t, s, "pic-kidul", geo.RolePIC, kidul)
	ctx := t.Context()
	x := geo.Scenario{Name: "Tiga posyandu", AreaCode: lor, Request: json.RawMessage(`{"area":"x"}`), Result: json.RawMessage(`{"total":1}`), Revision: 7}
	if _, err := s.AddScenario(ctx, other, x); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("who may not analyse the area keeps one: %v", err)
	}
	made, err := s.AddScenario(ctx, planner, x)
	if err != nil || made.Version != 1 || made.Revision != 7 || made.By.Name != "bappeda" || string(made.Result) != `{"total": 1}` {
		t.Fatalf("%+v, %v", made, err)
	}
	sees := func(p geo.Principal, want bool) {
		t.Helper()
		_, err := s.Scenario(ctx, p, made.ID)
		list, _, listErr := s.Scenarios(ctx, p, 0, 10)
		if listErr != nil || (err == nil) != want || (len(list) == 1) != want || err != nil && geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s sees %d, %v; want %v", p.Name, len(list), err, want)
		}
		if want && list[0].Result != nil {
			t.Error("a list holds results")
		}
	}
	sees(planner, true)
	sees(pic, false)
	sees(geo.Public, false)
	shared, name := true, "Tiga posyandu baru"
	if _, err := s.ChangeScenario(ctx, planner, made.ID, geo.ScenarioChange{Version: 9, Shared: &shared}); geo.KindOf(err) != geo.Stale {
		t.Errorf("an old version is changed: %v", err)
	}
	changed, err := s.ChangeScenario(ctx, planner, made.ID, geo.ScenarioChange{Version: 1, Shared: &shared, Name: &name})
	if err != nil || !changed.Shared || changed.Name != name || changed.Version != 2 {
		t.Fatalf("%+v, %v", changed, err)
	}
	sees(pic, true)
	sees(other, false) // shared with who may analyse the area
	sees(admin, true)
	if _, err := s.ChangeScenario(ctx, pic, made.ID, geo.ScenarioChange{Version: 2, Name: &name}); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("another's is changed: %v", err)
	}
	for p, want := range map[string]geo.Kind{"pic-lor": geo.Forbidden, "pic-kidul": geo.NotFound} {
		who := map[string]geo.Principal{"pic-lor": pic, "pic-kidul": other}[p]
		if err := s.RemoveScenario(ctx, who, made.ID); geo.KindOf(err) != want {
			t.Errorf("%s removes another's: %v", p, err)
		}
	}
	// Whose grant ends no longer sees even one's own.
	if gone := (geo.Principal{AccountID: planner.AccountID, Name: planner.Name}); true {
		sees(gone, false)
	}
	if err := s.RemoveScenario(ctx, admin, made.ID); err != nil {
		t.Error(err)
	}
	if n := one[int](t, owner, `select count(*)::int from scenarios`); n != 0 {
		t.Errorf("%d are left", n)
	}
}

func TestScenariosComeInPages(t *testing.T) {
	s, _ := served(t, nil)
	planner := principal(t, s, "bappeda", geo.RolePlanner, "")
	for range 5 {
		if _, err := s.AddScenario(t.Context(), planner, geo.Scenario{Name: "x", Request: json.RawMessage(`{}`), Result: json.RawMessage(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	var seen int
	var before int64
	for pages := 0; pages == 0 || before != 0; pages++ {
		list, next, err := s.Scenarios(t.Context(), planner, before, 2)
		if err != nil || pages > 2 || len(list) > 2 {
			t.Fatal(list, err)
		}
		seen, before = seen+len(list), next
	}
	if seen != 5 {
		t.Errorf("%d came, want 5", seen)
	}
}
