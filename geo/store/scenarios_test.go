package store

import (
	"encoding/json"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
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

// TestScenariosBehindTheSecondLock asks by plain SQL, as the server's role acting
// for each: what Go would refuse is not there either.
func TestScenariosBehindTheSecondLock(t *testing.T) {
	s, url := open(t)
	planner := principal(t, s, "bappeda", geo.RolePlanner, "35.71")
	lurah := principal(t, s, "lurah", geo.RoleReviewer, lor)
	other := principal(t, s, "pic-kidul", geo.RolePIC, kidul)
	exec(t, s, `insert into scenarios (account_id, name, area_code, shared, request, result, revision) values
($1, 'own', '35.71.01.1001', false, '{}', '{}', 1), ($1, 'shared', '35.71.01.1001', true, '{}', '{}', 1)`, planner.AccountID)
	app := connect(t, geotest.AppURL(t, url))
	for _, c := range []struct {
		who     string
		account string
		seen    string
		changed int64
	}{
		{"its maker", acting(planner), "own shared", 2}, {"who may analyse there", acting(lurah), "shared", 0},
		{"who may elsewhere", acting(other), "", 0}, {"the public", "0", "", 0}, {"nobody", "", "", 0},
	} {
		if _, err := app.Exec(t.Context(), `select set_config('patok.account', $1, false)`, c.account); err != nil {
			t.Fatal(err)
		}
		var seen string
		if err := app.QueryRow(t.Context(), `select coalesce(string_agg(name, ' ' order by id), '') from scenarios`).Scan(&seen); err != nil || seen != c.seen {
			t.Errorf("%s sees %q, want %q; %v", c.who, seen, c.seen, err)
		}
		if done, err := app.Exec(t.Context(), `update scenarios set name = name`); err != nil || done.RowsAffected() != c.changed {
			t.Errorf("%s changes %d, want %d; %v", c.who, done.RowsAffected(), c.changed, err)
		}
		if _, err := app.Exec(t.Context(), `insert into walkways (line) values (st_geomfromtext('linestring(112 -7.8, 112.1 -7.8)', 4326))`); err == nil {
			t.Errorf("%s changes the network", c.who)
		}
	}
}
