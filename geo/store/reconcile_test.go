package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// TestTheKecamatanAtAGlance: state for who watches, numbers for who works with
// them, sums of what is told per RT, and who is late.
func TestTheKecamatanAtAGlance(t *testing.T) {
	c := newVillage(t)
	ctx := t.Context()
	before := ok(c.put(c.pic, c.open(c.pic, "muskel", "2025-Q4", ""), lor, "keluarga", 90, lor, "keluarga_desil_1_4", 20))(c)
	before = c.must(c.pic, c.minutes(c.pic, before), indicator.ActSent, "")
	for _, p := range []geo.Principal{c.lurah, c.camat, c.dinsos} {
		before = c.must(p, before, indicator.ActApproved, "")
	}
	b := c.open(c.pic, "muskel", "2026-Q1", "")
	for _, d := range []string{"1", "2", "3", "4"} {
		b = ok(c.put(c.pic, b, lor+"-001-001", "keluarga_desil_"+d, 3, lor+"-001-002", "keluarga_desil_"+d, 4))(c)
	}
	b = ok(c.put(c.pic, b, lor, "keluarga", 100, lor+"-001-001", "keluarga", 40, lor+"-001-002", "keluarga", 50))(c)
	rows := ok(c.app.Overview(ctx, c.camat, "muskel", "2026-Q1", "35.71.01"))(c)
	if len(rows) != 2 || rows[0].AreaCode != lor || rows[0].District != "Mojoroto" || rows[0].Batch.ID != b.ID || rows[1].Batch != nil {
		t.Fatalf("at a glance %+v", rows)
	}
	if got, want := fmt.Sprint(*rows[0].Figures), "{5 2 1 map[keluarga:100 keluarga_desil_1_4:28] map[keluarga:90 keluarga_desil_1_4:20]}"; got != want {
		t.Errorf("of it %s, want %s", got, want)
	}
	if got := rows[1].Figures; got == nil || got.Told != 0 || got.Before != nil {
		t.Errorf("of what nobody began: %+v", got)
	}
	if rows = ok(c.app.Overview(ctx, c.planner, "muskel", "2026-Q1", ""))(c); len(rows) != 2 || rows[0].Batch == nil || rows[0].Figures != nil {
		t.Errorf("the planner sees %+v", rows)
	}
	if rows = ok(c.app.Overview(ctx, c.kidul, "muskel", "2026-Q1", ""))(c); len(rows) != 1 || rows[0].AreaCode != kidul {
		t.Errorf("the PIC next door sees %+v", rows)
	}
	if rows = ok(c.app.Overview(ctx, c.far, "muskel", "2026-Q1", ""))(c); len(rows) != 0 {
		t.Errorf("the camat of another kecamatan sees %+v", rows)
	}
	_, err := c.app.Overview(ctx, c.camat, "lain", "2026-Q1", "")
	c.refused("a source that is not", geo.NotFound, err)
}

// TestDifferencesAreTasks: what is told against the map, the parts and the
// places below.
func TestDifferencesAreTasks(t *testing.T) {
	c := newVillage(t)
	ctx := t.Context()
	for i := range 3 {
		create(t, c.app, c.admin, at(112.002+float64(i)/500, -7.805, "name", fmt.Sprint("P", i), "area_code", lor))
	}
	create(t, c.app, c.admin, at(112.015, -7.805, "name", "Tetangga", "area_code", kidul))
	closed := create(t, c.app, c.admin, at(112.009, -7.801, "name", "Tutup", "area_code", lor, "operation", "tutup"))
	if closed.Asset.Operation != "tutup" {
		t.Fatal("not closed")
	}
	old := c.open(c.pic, "profil", "2024", "")
	ok(c.put(c.pic, old, lor, "jumlah_posyandu", 9))(c)
	b := c.open(c.pic, "profil", "2025", "")
	entered, list, err := c.app.PutValues(ctx, c.pic, indicator.PutValues{Batch: b.ID, Version: b.Version, Values: []indicator.Value{
		number(lor, "jumlah_posyandu", 5), number(lor, "penduduk", 100), number(lor, "penduduk_laki", 60), number(lor, "penduduk_perempuan", 41), number(lor, "jumlah_rt", 0)}})
	if err != nil || len(list) != 2 {
		t.Fatalf("told when it is put in: %+v, %v", list, err)
	}
	m := c.open(c.pic, "muskel", "2026-Q1", "")
	ok(c.put(c.pic, m, lor, "keluarga", 10, lor+"-001-001", "keluarga", 9))(c)
	show := func(p geo.Principal, of indicator.Sum, period indicator.Period) (got []string) {
		for _, task := range ok(c.app.Reconciliation(ctx, p, "35.71.01", period, of))(c) {
			got = append(got, fmt.Sprint(task.Place, " ", task.Indicator, " ", task.Of, " ", task.Told, " ", task.Sum, " ", task.Batch.Period))
		}
		return got
	}
	points, parts, children := "35.71.01.1001 jumlah_posyandu points 5 3 2025", "35.71.01.1001 penduduk parts 100 101 2025", "35.71.01.1001 keluarga children 10 9 2026-Q1"
	for _, x := range []struct {
		who    geo.Principal
		of     indicator.Sum
		period indicator.Period
		want   []string
	}{
		{c.camat, "", "", []string{points, children, parts}}, {c.dinsos, indicator.OfPoints, "", []string{points}}, {c.pic, indicator.OfParts, "", []string{parts}},
		{c.lurah, indicator.OfChildren, "", []string{children}}, {c.lurah, "", "2024", []string{"35.71.01.1001 jumlah_posyandu points 9 3 2024"}},
		{c.planner, "", "", nil}, {c.kidul, "", "", nil}, {c.far, "", "", nil}, {geo.Public, "", "", nil},
	} {
		got := show(x.who, x.of, x.period)
		slices.Sort(got)
		if !slices.Equal(got, x.want) {
			t.Errorf("%s, %q of %q: %q, want %q", x.who.Actor(), x.of, x.period, got, x.want)
		}
	}
	explained := number(lor, "penduduk", 100)
	explained.Note = "satu belum tercatat"
	if _, list, err = c.app.PutValues(ctx, c.pic, indicator.PutValues{Batch: b.ID, Version: entered.Version, Values: []indicator.Value{explained}}); err != nil || len(list) != 2 || !list[0].Explained() {
		t.Errorf("explained as %+v, %v", list, err)
	}
}

func number(place geo.Code, code string, n float64) indicator.Value {
	return indicator.Value{ValueKey: indicator.ValueKey{Place: indicator.Place(place), Indicator: code}, Number: &n}
}

// BenchmarkOverview is a regency of 287 desa with figures of two quarters per RT.
func BenchmarkOverview(b *testing.B) {
	app, owner := served(b, nil)
	exec(b, owner, `insert into areas (code, name, kind, derived) values ('33', 'Jawa Tengah', 'provinsi', true), ('33.28', 'Tegal', 'kabupaten', true)`)
	exec(b, owner, `insert into areas (code, name, kind, derived) select '33.28.' || lpad(k::text, 2, '0'), 'K' || k, 'kecamatan', true from generate_series(1, 18) k`)
	exec(b, owner, `insert into areas (code, name, kind, boundary) select '33.28.' || lpad((1 + i % 18)::text, 2, '0') || '.2' || lpad((1 + i / 18)::text, 3, '0'), 'D' || i, 'desa',
st_multi(st_makeenvelope(109 + i * 0.001, -7, 109 + i * 0.001 + 0.001, -6.999, 4326)) from generate_series(0, 286) i`)
	exec(b, owner, `insert into batches (area_code, period, source, steps) select code, p, 'muskel', '{kelurahan}' from areas, unnest(array['2025-Q4', '2026-Q1']) p where code like '33.28%' and level = 4`)
	exec(b, owner, `insert into batch_values (batch_id, place, indicator, number)
select b.id, b.area_code || '-' || lpad((rt / 10 + 1)::text, 3, '0') || '-' || lpad((rt % 10 + 1)::text, 3, '0'), i.code, 5 + rt % 7
from batches b, generate_series(0, 29) rt, (select code from indicators where position <= 15) i`)
	exec(b, owner, `update batches set state = 'closed' where period = '2025-Q4'`)
	exec(b, owner, `analyze`)
	var accounts = []geo.NewAccount{{Account: geo.Account{PasswordHash: "x", Principal: geo.Principal{Name: "dinsos", Title: "Dinsos", Grants: []geo.Grant{{Role: geo.RoleDinsos, AreaCode: "33.28"}}}}}}
	made, err := owner.CreateAccounts(b.Context(), geo.System("test"), accounts)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		rows, err := app.Overview(b.Context(), made[0].Principal, "muskel", "2026-Q1", "33.28")
		if err != nil || len(rows) != 287 || rows[0].Figures.Totals["keluarga"] == 0 {
			b.Fatalf("%d rows, %v", len(rows), err)
		}
	}
}
