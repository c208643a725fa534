package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

const (
	lor   = geo.Code("35.71.01.1001")
	kidul = geo.Code("35.71.01.1002")
)

// served gives a store that works as the server's role, on a database as open
// makes it: row-level security holds for it.
func served(t testing.TB, now func() time.Time) (app, owner *Store) {
	t.Helper()
	owner, url := open(t)
	app, err := Open(t.Context(), geotest.AppURL(t, url), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	return app, owner
}

// progressOf reads the rows of p, and finds the one of an area and type.
func progressOf(t testing.TB, s *Store, p geo.Principal, area geo.Code, typ string) *geo.Progress {
	t.Helper()
	rows, err := s.Progress(t.Context(), p, area, typ)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.AreaCode == area && row.Type == typ {
			return row
		}
	}
	return nil
}

// counts shows the numbers of a row in one line.
func counts(row *geo.Progress) string {
	if row == nil {
		return "none"
	}
	return fmt.Sprintf("registered %d placed %d confirmed %d returned %d waiting %d", row.Registered, row.Placed, row.Confirmed, row.Returned, row.Waiting)
}

func TestProgressCounts(t *testing.T) {
	s, owner := served(t, nil)
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	pic := principal(t, s, "pic-lor", geo.RolePIC, lor)
	planner := principal(t, s, "bappeda", geo.RolePlanner, "")
	placed := create(t, s, pic, at(112.005, -7.805, "name", "Melati", "area_code", lor))
	create(t, s, pic, geo.Input{Properties: properties("name", "Mawar", "area_code", lor)})
	create(t, s, pic, at(112.004, -7.804, "name", "Tutup", "area_code", lor, "operation", "tutup"))
	create(t, s, pic, at(112.004, -7.803, "name", "Rencana", "area_code", lor, "operation", "rencana"))
	create(t, s, pic, at(112.015, -7.805, "name", "Ditahan", "area_code", lor)) // 550 m outside
	old := create(t, s, pic, at(112.002, -7.802, "name", "Lama", "area_code", lor))
	for _, r := range []geo.Result{placed, old} {
		if _, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbConfirm, Type: "posyandu", ID: r.Asset.ID, AnyVersion: true}); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, owner, `update assets set verified_at = now() - interval '181 days' where id = $1`, old.Asset.ID) // posyandu: 180
	for i, state := range []string{"sent", "checking", "returned", "published"} {
		exec(t, owner, `insert into proposals (state, verb, type, uuid, name, area_code, to_area, input, base, steps, author_id, closed_at)
values ($1, 'create', 'posyandu', gen_random_uuid(), 'x', $2, $2, '{}', '{}', '{kelurahan}', $3, $4)`,
			state, string(lor), pic.AccountID, map[bool]any{true: time.Now()}[i == 3])
	}
	if got := counts(progressOf(t, s, pic, lor, "posyandu")); got != "registered 4 placed 3 confirmed 1 returned 1 waiting 2" {
		t.Errorf("the PIC sees %s", got)
	}
	// What is held, and what waits, is not for a planner to count.
	if got := counts(progressOf(t, s, planner, lor, "posyandu")); got != "registered 3 placed 2 confirmed 1 returned 0 waiting 0" {
		t.Errorf("the planner sees %s", got)
	}
	row := progressOf(t, s, admin, lor, "posyandu")
	if row.AreaName != "Bandar Lor" || row.District != "Mojoroto" || row.LastActivity == nil || time.Since(*row.LastActivity) > time.Minute ||
		row.Target != nil || row.Due != nil || row.Declared != "" {
		t.Errorf("%+v", row)
	}
	if untouched := progressOf(t, s, admin, kidul, "rt"); counts(untouched) != "registered 0 placed 0 confirmed 0 returned 0 waiting 0" || untouched.LastActivity != nil {
		t.Errorf("%+v", untouched)
	}
}

func TestProgressShowsWhatMayBeWatched(t *testing.T) {
	s, _ := served(t, nil)
	types := one[int](t, s, `select count(*) from asset_types`)
	both := principal(t, s, "camat", geo.RoleReviewer, "35.71.01")
	lurah := principal(t, s, "lurah", geo.RoleReviewer, lor)
	health := principal(t, s, "dinkes", geo.RoleReviewer, "35.71")
	health.Grants[0].Types = []string{"posyandu"}
	for name, c := range map[string]struct {
		p    geo.Principal
		area geo.Code
		typ  string
		want int
	}{
		"a kecamatan":              {both, "", "", 2 * types},
		"one area of it":           {both, lor, "", types},
		"one type of it":           {both, "35.71", "rt", 2},
		"no kelurahan":             {both, "33", "", 0},
		"a code that begins alike": {both, "35.7", "", 0},
		"a kelurahan":              {lurah, "", "", types},
		"somebody else's":          {lurah, kidul, "", 0},
		"some types":               {health, "", "", 2},
		"the public":               {geo.Public, "", "", 0},
	} {
		rows, err := s.Progress(t.Context(), c.p, c.area, c.typ)
		if err != nil || len(rows) != c.want {
			t.Errorf("%s: %d rows, want %d, %v", name, len(rows), c.want, err)
		}
	}
}

func TestProgressNamesPICs(t *testing.T) {
	now := time.Now()
	s, owner := served(t, func() time.Time { return now })
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	for name, area := range map[string]geo.Code{"pic-lor": lor, "pic-kota": "35.71", "pic-semua": "35", "pic-kidul": kidul, "pic-keluar": lor, "pic-nanti": lor, "pic-nonaktif": lor} {
		principal(t, s, name, geo.RolePIC, area)
	}
	exec(t, owner, `update grants set types = '{posyandu}' where area_code = '35.71' and role = 'pic'`)
	exec(t, owner, `update grants g set valid_until = now() - interval '1 day' from accounts c where c.id = g.account_id and c.name = 'pic-keluar'`)
	exec(t, owner, `update grants g set valid_from = now() + interval '1 day' from accounts c where c.id = g.account_id and c.name = 'pic-nanti'`)
	exec(t, owner, `update accounts set disabled_at = now() where name = 'pic-nonaktif'`)
	for typ, want := range map[string]string{"posyandu": "pic-lor pic-kota pic-semua", "rt": "pic-lor pic-semua"} {
		var names []string
		for _, who := range progressOf(t, s, admin, lor, typ).PIC {
			names = append(names, who.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", typ, got, want)
		}
	}
	if pics := progressOf(t, s, principal(t, s, "bappeda", geo.RolePlanner, ""), lor, "rt").PIC; len(pics) > 0 {
		t.Errorf("a planner is told %v", pics)
	}
	now = now.Add(48 * time.Hour)
	if pics := progressOf(t, s, admin, lor, "rt").PIC; !slices.ContainsFunc(pics, func(w geo.Who) bool { return w.Name == "pic-nanti" }) {
		t.Errorf("two days later %v", pics)
	}
}

// declared shows what was said of a row in one line.
func declared(row *geo.Progress) string {
	return fmt.Sprintf("%s by %q, confirmed by %q, done %v", row.Declared, row.DeclaredBy, row.ConfirmedBy, row.Done())
}

func TestDeclareAndConfirmProgress(t *testing.T) {
	s, owner := served(t, nil)
	ctx := t.Context()
	pic, lurah := principal(t, s, "pic-lor", geo.RolePIC, lor), principal(t, s, "lurah", geo.RoleReviewer, lor)
	admin, planner := principal(t, s, "admin", geo.RoleAdministrator, ""), principal(t, s, "bappeda", geo.RolePlanner, "")
	stranger := principal(t, s, "pic-kidul", geo.RolePIC, kidul)
	viewing := pic
	viewing.ReadOnly = true
	refused := func(what string, err error, want geo.Kind) {
		t.Helper()
		if geo.KindOf(err) != want || err == nil {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	_, err := s.ConfirmProgress(ctx, lurah, lor, "posyandu", true)
	refused("confirming nothing", err, geo.Conflict)
	for name, p := range map[string]geo.Principal{"a reviewer": lurah, "a planner": planner, "another's PIC": stranger,
		"the public": geo.Public, "one who only looks": viewing} {
		_, err = s.DeclareProgress(ctx, p, lor, "posyandu", geo.Complete)
		refused(name+" declares", err, geo.Forbidden)
	}
	for _, no := range []struct {
		area geo.Code
		typ  string
	}{{lor, "nothing"}, {"35.71.01.1009", "posyandu"}, {"35.71.01", "posyandu"}} {
		_, err = s.DeclareProgress(ctx, admin, no.area, no.typ, geo.Complete)
		refused(fmt.Sprint(no), err, geo.NotFound)
	}

	step := func(want string, row *geo.Progress, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if got := declared(row); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	row, err := s.DeclareProgress(ctx, pic, lor, "posyandu", geo.NoneHere)
	step(`none by "pic-lor", confirmed by "", done false`, row, err)
	_, err = s.ConfirmProgress(ctx, pic, lor, "posyandu", true)
	refused("a PIC confirms", err, geo.Forbidden)
	create(t, s, pic, at(112.005, -7.805, "name", "Melati", "area_code", lor))
	_, err = s.ConfirmProgress(ctx, lurah, lor, "posyandu", true)
	refused("confirming that there is none, when there is one", err, geo.Conflict)
	row, err = s.DeclareProgress(ctx, pic, lor, "posyandu", geo.Complete)
	step(`complete by "pic-lor", confirmed by "", done false`, row, err)
	row, err = s.ConfirmProgress(ctx, lurah, lor, "posyandu", true)
	step(`complete by "pic-lor", confirmed by "lurah", done true`, row, err)
	row, err = s.DeclareProgress(ctx, admin, lor, "posyandu", geo.Complete)
	step(`complete by "pic-lor", confirmed by "lurah", done true`, row, err) // it stands already
	_, err = s.DeclareProgress(ctx, pic, lor, "posyandu", geo.NoneHere)
	refused("none while one is registered", err, geo.Conflict)
	row, err = s.ConfirmProgress(ctx, lurah, lor, "posyandu", false)
	step(`complete by "pic-lor", confirmed by "", done false`, row, err)
	row, err = s.DeclareProgress(ctx, pic, lor, "posyandu", "")
	step(` by "", confirmed by "", done false`, row, err)
	row, err = s.DeclareProgress(ctx, admin, lor, "rt", geo.NoneHere)
	step(`none by "admin", confirmed by "", done false`, row, err)
	_, err = s.ConfirmProgress(ctx, admin, lor, "rt", true)
	refused("confirming one's own", err, geo.Forbidden)

	const lines = `select string_agg(action || ' ' || actor || ' ' || target, ', ' order by id) from audit where action like 'progress%'`
	want := "progress_declared pic-lor 35.71.01.1001 posyandu, progress_declared pic-lor 35.71.01.1001 posyandu, " +
		"progress_confirmed lurah 35.71.01.1001 posyandu, progress_doubted lurah 35.71.01.1001 posyandu, " +
		"progress_taken_back pic-lor 35.71.01.1001 posyandu, progress_declared admin 35.71.01.1001 rt"
	if got := one[string](t, owner, lines); got != want {
		t.Errorf("audit:\n%s\nwant\n%s", got, want)
	}
}

func TestSetGoals(t *testing.T) {
	s, _ := served(t, nil)
	ctx := t.Context()
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	district := principal(t, s, "admin-kota", geo.RoleAdministrator, lor)
	pic := principal(t, s, "pic-lor", geo.RolePIC, lor)
	n := func(v int) *int { return &v }
	due := geo.Date("2026-12-31")
	goal := func(area geo.Code, typ string, target *int, due *geo.Date) geo.GoalChange {
		return geo.GoalChange{Goal: geo.Goal{AreaCode: area, Type: typ, Target: target, Due: due}, HasTarget: true, HasDue: true}
	}
	set := func(p geo.Principal, want int, goals ...geo.GoalChange) {
		t.Helper()
		if changed, err := s.SetGoals(ctx, p, goals); err != nil || changed != want {
			t.Errorf("%d changed, want %d, %v", changed, want, err)
		}
	}
	both := []geo.GoalChange{goal(lor, "posyandu", n(7), &due), goal(kidul, "posyandu", n(0), nil), goal(kidul, "rt", nil, nil)}
	set(admin, 2, both...)
	set(admin, 0, both...)
	set(admin, 0, goal("35.71.01.1009", "posyandu", n(1), nil), goal(lor, "nothing", n(1), nil), goal("35.71.01", "rt", n(1), nil))
	if row := progressOf(t, s, pic, lor, "posyandu"); *row.Target != 7 || *row.Due != due {
		t.Errorf("%+v", row)
	}
	set(district, 1, geo.GoalChange{Goal: geo.Goal{AreaCode: lor, Type: "posyandu", Target: n(8)}, HasTarget: true})
	if row := progressOf(t, s, pic, lor, "posyandu"); *row.Target != 8 || row.Due == nil {
		t.Errorf("the due day went with the target: %+v", row)
	}
	set(admin, 1, geo.GoalChange{Goal: geo.Goal{AreaCode: lor, Type: "posyandu"}, HasDue: true})
	if row := progressOf(t, s, pic, lor, "posyandu"); *row.Target != 8 || row.Due != nil {
		t.Errorf("%+v", row)
	}
	for name, p := range map[string]geo.Principal{"a PIC": pic, "an administrator of less": district, "the public": geo.Public} {
		if _, err := s.SetGoals(ctx, p, []geo.GoalChange{goal(lor, "posyandu", n(9), nil), goal(kidul, "posyandu", n(9), nil)}); geo.KindOf(err) != geo.Forbidden {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if row := progressOf(t, s, admin, lor, "posyandu"); *row.Target != 8 {
		t.Errorf("a refused list set %d", *row.Target)
	}
}

// TestProgressBehindTheSecondLock: a principal whose grants are forged in memory
// gets no further than the grants in the database.
func TestProgressBehindTheSecondLock(t *testing.T) {
	s, _ := served(t, nil)
	admin, pic := principal(t, s, "admin", geo.RoleAdministrator, ""), principal(t, s, "pic-kidul", geo.RolePIC, kidul)
	target := 5
	if _, err := s.SetGoals(t.Context(), admin, []geo.GoalChange{{Goal: geo.Goal{AreaCode: lor, Type: "rt", Target: &target}, HasTarget: true}}); err != nil {
		t.Fatal(err)
	}
	pic.Grants = admin.Grants
	if row := progressOf(t, s, pic, lor, "rt"); row.Target != nil {
		t.Errorf("it reads the target %d", *row.Target)
	}
	if _, err := s.DeclareProgress(t.Context(), pic, lor, "rt", geo.NoneHere); err == nil {
		t.Error("it declares")
	}
	if _, err := s.SetGoals(t.Context(), pic, []geo.GoalChange{{Goal: geo.Goal{AreaCode: lor, Type: "posyandu", Target: &target}, HasTarget: true}}); err == nil {
		t.Error("it sets a target")
	}
}
