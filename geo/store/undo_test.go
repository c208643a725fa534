package store

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// contents gives what every asset is, by id, but for its version and when.
func contents(t testing.TB, s *Store) map[int64]string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `select id, (to_jsonb(a) - 'version' - 'from_tx')::text || coalesce((select fields::text from asset_personal p where p.asset_id = a.id), '') from assets a`)
	if err != nil {
		t.Fatal(err)
	}
	all := map[int64]string{}
	var id int64
	var content string
	if _, err := pgx.ForEachRow(rows, []any{&id, &content}, func() error { all[id] = content; return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// same fails the test at the first asset that differs.
func same(t testing.TB, what string, got, want map[int64]string) {
	t.Helper()
	for id := range maps.Keys(want) {
		if got[id] != want[id] {
			t.Fatalf("%s: asset %d is\n%s\nwant\n%s", what, id, got[id], want[id])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d assets, want %d", what, len(got), len(want))
	}
}

// fileOf makes the rows of a file: posyandu and RT with an owner's id.
func fileOf(from, until int, suffix string) geo.AssetRows {
	return func(yield func(geo.AssetRow, error) bool) {
		for n := from; n < until; n++ {
			row := geo.AssetRow{Row: n + 1, SourceID: fmt.Sprint(n), Type: "posyandu", Input: at(112.0001+0.0098*float64(n%97)/97, -7.8099+0.0098*float64(n%89)/89,
				"name", fmt.Sprint("Posyandu ", n, suffix), "area_code", "35.71.01.1001", "strata", "madya", "note", "impor"+suffix)}
			if n%3 == 0 {
				row.Type, row.Input = "rt", geo.Input{Properties: properties("name", fmt.Sprint("RT ", n, suffix), "area_code", "35.71.01.1002", "jumlah_kk", n%90+10, "ketua_nama", fmt.Sprint("Ketua ", n))}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func imported(t testing.TB, s *Store, p geo.Principal, rows geo.AssetRows) geo.Report {
	t.Helper()
	report, err := s.ImportAssets(t.Context(), p, rows, geo.ImportOptions{File: "aset.csv", Source: "dinas"})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func undone(t testing.TB, s *Store, p geo.Principal, u geo.Undo) geo.UndoReport {
	t.Helper()
	u.Reason = "salah berkas"
	r, err := s.Undo(t.Context(), p, u)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestUndoOfAnImport undoes an import of 5,000 rows, then undoes the undo.
func TestUndoOfAnImport(t *testing.T) {
	s, setup := served(t, nil)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	pic := principal(t, setup, "pic", geo.RolePIC, lor)
	imported(t, s, admin, fileOf(0, 2000, ""))
	before := contents(t, setup)
	report := imported(t, s, admin, fileOf(0, 5000, " baru"))
	if report.New != 3000 || report.Changed != 2000 {
		t.Fatalf("%+v", report)
	}
	after := contents(t, setup)
	const personal = `select count(*) from asset_personal`
	people := one[int](t, setup, personal)

	dry := undone(t, s, admin, geo.Undo{Revision: report.Revision, DryRun: true})
	same(t, "a dry run", contents(t, setup), after)
	begin := time.Now()
	back := undone(t, s, admin, geo.Undo{Revision: report.Revision})
	t.Logf("undo of %d rows: %v", report.New+report.Changed, time.Since(begin))
	if back.Deleted != 3000 || back.Reverted != 2000 || back.Restored != 0 || back.KeptTotal != 0 || back.Revision == 0 {
		t.Errorf("%+v", back)
	}
	if dry.Deleted != back.Deleted || dry.Reverted != back.Reverted || !dry.DryRun || dry.Revision != 0 {
		t.Errorf("the dry run said %+v", dry)
	}
	same(t, "the undo", contents(t, setup), before)
	kind := one[string](t, setup, `select kind || ' ' || actor || ' ' || reason from revisions where revision = $1`, back.Revision)
	if kind != "undo admin salah berkas" {
		t.Errorf("the revision says %q", kind)
	}
	if line := one[string](t, setup, `select actor || ' ' || target from audit where action = 'undo'`); line != fmt.Sprintf("admin revision %d", report.Revision) {
		t.Errorf("the audit log says %q", line)
	}
	_, err := s.Undo(t.Context(), pic, geo.Undo{Revision: report.Revision, Reason: "x"})
	kindOf(t, err, geo.Forbidden)

	begin = time.Now()
	again := undone(t, s, admin, geo.Undo{Revision: back.Revision})
	t.Logf("undo of the undo: %v", time.Since(begin))
	if again.Restored != 3000 || again.Reverted != 2000 || again.KeptTotal != 0 {
		t.Errorf("%+v", again)
	}
	same(t, "the undo's undo", contents(t, setup), after)
	if n := one[int](t, setup, personal); n != people {
		t.Errorf("%d assets know of people, before %d", n, people)
	}
	content := load(t, s)
	_, _, digests, err := s.Digests(t.Context())
	if err != nil || digests["posyandu"].Count+digests["rt"].Count != len(content.Assets) {
		t.Errorf("%v, %v", digests, err)
	}
}

// TestUndoOfAnAfternoon undoes what somebody did at random, and keeps whatever
// somebody else touched since.
func TestUndoOfAnAfternoon(t *testing.T) {
	s, setup := served(t, nil)
	random := geotest.Random(t)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	pic := principal(t, setup, "pic", geo.RolePIC, "35.71.01")
	e := &era{t: t, s: s, states: []map[string]int64{{}}, times: []time.Time{{}}}
	for range 80 {
		e.edit(random, admin)
		e.keep()
	}
	before := contents(t, setup)
	begin := one[int64](t, setup, `select revision from revision_clock`)
	from := time.Now()
	for range 120 {
		who := pic
		if random.IntN(12) == 0 {
			who = admin
		}
		e.edit(random, who)
		e.keep()
	}
	until := time.Now()
	now := contents(t, setup)
	r := undone(t, s, admin, geo.Undo{Actor: "pic", From: from, Until: until})
	if r.Deleted+r.Reverted+r.Restored == 0 {
		t.Fatalf("%+v", r)
	}
	others := map[int64]bool{}
	rows, err := setup.pool.Query(t.Context(), `select distinct v.id from (select id, from_tx as tx from assets union all select id, from_tx from asset_history
union all select id, to_tx from asset_history) v join revisions r on r.id = v.tx where r.revision > $1 and r.revision <= $2 and r.actor = 'admin'`, begin, r.Revision-1)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	if _, err := pgx.ForEachRow(rows, []any{&id}, func() error { others[id] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	want := maps.Clone(before)
	for id := range others { // kept, unless the other came first
		delete(want, id)
	}
	got := contents(t, setup)
	for id := range others {
		if got[id] != now[id] && got[id] != before[id] && !othersFirst(t, setup, id, begin) {
			t.Errorf("asset %d was touched by two: it is\n%s\nbefore\n%s\nsince\n%s", id, got[id], before[id], now[id])
		}
		delete(got, id)
	}
	same(t, "the afternoon", got, want)
}

// othersFirst reports whether the administrator touched an asset only before its
// PIC did.
func othersFirst(t testing.TB, s *Store, id, after int64) bool {
	t.Helper()
	return one[bool](t, s, `select coalesce(max(r.revision) filter (where r.actor = 'admin') < min(r.revision) filter (where r.actor = 'pic'), false)
from (select id, from_tx as tx from assets union all select id, from_tx from asset_history union all select id, to_tx from asset_history) v
join revisions r on r.id = v.tx where v.id = $1 and r.revision > $2 and r.kind = 'edit'`, id, after)
}

// TestUndoKeeps what others changed since, and what can no longer be; each with
// a sentence.
func TestUndoKeeps(t *testing.T) {
	s, setup := served(t, nil)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	var ids []int64
	for n := range 5 {
		ids = append(ids, apply(t, s, admin, geo.Edit{Verb: geo.VerbCreate, Input: at(112.001+0.001*float64(n), -7.805, "name", fmt.Sprint("Posyandu ", n), "area_code", "35.71.01.1001")}).Asset.ID)
	}
	from := time.Now()
	for _, id := range ids {
		apply(t, s, admin, geo.Edit{Verb: geo.VerbDelete, ID: id, AnyVersion: true})
	}
	until := time.Now()
	apply(t, s, admin, geo.Edit{Verb: geo.VerbRestore, ID: ids[0]})
	exec(t, setup, `insert into assets (uuid, type, name, area_code) select uuid, 'rt', 'RT', '35.71.01.1002' from asset_history where id = $1`, ids[1])
	exec(t, setup, `insert into areas (code, name, kind, boundary) values ('35.71.01.1009', 'Lain', 'kelurahan', `+square(112.03, -7.81)+`)`)
	exec(t, setup, `alter table asset_history disable trigger user`)
	exec(t, setup, `update asset_history set area_code = '35.71.01.1008' where id = $1`, ids[2])
	exec(t, setup, `update asset_history set type = 'gone' where id = $1`, ids[3])
	r := undone(t, s, admin, geo.Undo{Actor: "admin", From: from, Until: until})
	if r.Restored != 1 || r.KeptTotal != 4 || len(r.Kept) != 4 {
		t.Fatalf("%+v", r)
	}
	for i, want := range []string{"changed again", "UUID", "kelurahan or desa of then", "no longer registered"} {
		if k := r.Kept[i]; k.ID != ids[i] || !strings.Contains(k.Why.EN, want) || k.Why.ID == "" || k.Name != fmt.Sprint("Posyandu ", i) {
			t.Errorf("kept %+v, want %s", k, want)
		}
	}
}

// TestUndoFindsBoundariesChanged: a point that its boundary left behind comes
// back published, with a reason; marks and a held point as they were.
func TestUndoFindsBoundariesChanged(t *testing.T) {
	s, setup := served(t, nil)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	inside := apply(t, s, admin, geo.Edit{Verb: geo.VerbCreate, Input: at(112.008, -7.805, "name", "Melati", "area_code", "35.71.01.1001")}).Asset
	double := apply(t, s, admin, geo.Edit{Verb: geo.VerbCreate, Input: at(112.008, -7.805, "name", "Melati 1", "area_code", "35.71.01.1001")}).Asset
	held := apply(t, s, admin, geo.Edit{Verb: geo.VerbCreate, Input: at(112.0181, -7.805, "name", "Jauh", "area_code", "35.71.01.1001")}).Asset
	if len(double.Marks) == 0 || held.Placement != geo.Held {
		t.Fatalf("%+v %+v", double, held)
	}
	from := time.Now()
	for _, a := range []*geo.Asset{inside, double, held} {
		apply(t, s, admin, geo.Edit{Verb: geo.VerbDelete, ID: a.ID, AnyVersion: true})
	}
	until := time.Now()
	exec(t, setup, `update areas set boundary = st_multi(st_makeenvelope(112, -7.81, 112.003, -7.80, 4326)) where code = '35.71.01.1001'`)
	undone(t, s, admin, geo.Undo{Actor: "admin", From: from, Until: until})
	back := func(id int64) *geo.Asset {
		a, err := s.Asset(t.Context(), admin, id)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := back(inside.ID); a.Placement != geo.Reasoned || a.Private.PlacementReason == "" || a.OutsideM < 500 || a.AreaLocated != "" {
		t.Errorf("%+v %+v", a, a.Private)
	}
	if a := back(double.ID); strings.Join(a.Marks, ",") != strings.Join(double.Marks, ",") {
		t.Errorf("marks %v, were %v", a.Marks, double.Marks)
	}
	if a := back(held.ID); a.Placement != geo.Held || a.OutsideM <= held.OutsideM {
		t.Errorf("held %+v", a)
	}
}

func TestUndoNeedsTheRight(t *testing.T) {
	s, setup := served(t, nil)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	camat := principal(t, setup, "camat", geo.RoleAdministrator, "35.71.01")
	kidulAdmin := principal(t, setup, "kidul-admin", geo.RoleAdministrator, kidul)
	pic := principal(t, setup, "pic", geo.RolePIC, lor)
	other := principal(t, setup, "other", geo.RolePIC, kidul)
	lurah := principal(t, setup, "lurah", geo.RoleReviewer, lor)
	change := func(p geo.Principal) geo.Undo {
		t.Helper()
		r := apply(t, s, p, geo.Edit{Verb: geo.VerbCreate, Input: at(112.005, -7.805, "name", "Melati", "area_code", "35.71.01.1001")})
		return geo.Undo{Revision: r.Revision, Reason: "keliru"}
	}
	try := func(p geo.Principal, u geo.Undo, want geo.Kind) {
		t.Helper()
		_, err := s.Undo(t.Context(), p, u)
		if want == "" && err != nil || want != "" && geo.KindOf(err) != want {
			t.Errorf("%s: %v, want %q", p.Name, err, want)
		}
	}
	byAdmin := change(admin)
	for who, want := range map[*geo.Principal]geo.Kind{&geo.Principal{}: geo.NotFound, &other: geo.NotFound, &kidulAdmin: geo.NotFound, &pic: geo.Forbidden, &lurah: geo.Forbidden} {
		try(*who, byAdmin, want)
		try(*who, geo.Undo{Revision: 1_000_000, Reason: "x"}, geo.NotFound)
	}
	try(camat, byAdmin, "")
	try(admin, byAdmin, "") // nothing is left to do, and it says so
	if r := undone(t, s, admin, byAdmin); r.KeptTotal != 1 || r.Revision != 0 {
		t.Errorf("%+v", r)
	}
	try(pic, change(pic), "")
	noReason := change(pic)
	noReason.Reason = ""
	try(pic, noReason, geo.Invalid)
	if err := setup.SetSetting(t.Context(), admin, "review", []byte(`[{"type":"posyandu","area":null,"steps":["kelurahan"]}]`)); err != nil {
		t.Fatal(err)
	}
	exec(t, setup, `insert into assets (type, name, area_code) values ('rt', 'RT', '35.71.01.1001')`)
	noReason.Reason = "keliru"
	try(pic, noReason, geo.Forbidden) // review is asked for there
	try(camat, noReason, "")
	viewer := camat
	viewer.ReadOnly = true
	try(viewer, noReason, geo.Forbidden)
	exec(t, setup, `update areas set year = 2025 where code = '35.71.01.1001'`)
	borders := geo.Undo{Revision: one[int64](t, setup, `select revision from revision_clock`), Reason: "x"}
	try(admin, borders, geo.Conflict)
	try(pic, borders, geo.NotFound)
	exec(t, setup, `insert into assets (type, name, area_code) select 'rt', 'RT', '35.71.01.1001' from generate_series(1, 3)`)
	three := one[int64](t, setup, `select revision from revision_clock`)
	try(admin, geo.Undo{Revision: three, Type: "posyandu", Reason: "x"}, geo.NotFound)
	try(admin, geo.Undo{Revision: three, Area: kidul, Reason: "x"}, geo.NotFound)
	if r := undone(t, s, admin, geo.Undo{Revision: three, Type: "rt", Area: lor}); r.Deleted != 3 {
		t.Errorf("%+v", r)
	}
}
