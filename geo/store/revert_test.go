package store

import (
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// TestRevert brings former versions back as new ones, under the rules of today.
func TestRevert(t *testing.T) {
	s, setup := served(t, nil)
	pic := principal(t, setup, "pic", geo.RolePIC, lor)
	other := principal(t, setup, "other", geo.RolePIC, kidul)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	made := apply(t, s, pic, geo.Edit{Verb: geo.VerbCreate, Type: "rt", Input: at(112.005, -7.805, "name", "RT 005", "area_code", string(lor), "rt", "5",
		"accuracy_m", 4, "taken_by", "gps", "taken_at", "2026-01-01T00:00:00Z", "jumlah_kk", 40, "ketua_nama", "Sutrisno", "note", "lama")})
	id := made.Asset.ID
	apply(t, s, pic, geo.Edit{Verb: geo.VerbMerge, Type: "rt", ID: id, AnyVersion: true, Input: at(112.006, -7.806, "name", "RT 006", "rt", "6", "jumlah_kk", nil, "ketua_nama", "Wahyuni", "note", nil, "address", "Jl. Veteran")})
	revert := geo.Edit{Verb: geo.VerbRevert, Type: "rt", ID: id, IfVersion: 2, Version: 1, Reason: "keliru"}
	r := apply(t, s, pic, revert)
	a, want := r.Asset, made.Asset
	if a.Version != 3 || a.Name != want.Name || a.RT != "005" || *a.Point != *want.Point || *a.AccuracyM != 4 || a.TakenBy != "gps" || !a.TakenAt.Equal(*want.TakenAt) ||
		a.Address != "" || string(a.Attributes) != string(want.Attributes) || a.Private.Note != "lama" || a.Placement != geo.Inside {
		t.Errorf("reverted to %+v %+v, want %+v", a, a.Private, want)
	}
	if !strings.Contains(string(a.Private.Personal), "Wahyuni") || strings.Contains(string(a.Private.Personal), "Sutrisno") {
		t.Errorf("what is about people has a past: %s", a.Private.Personal)
	}
	h, err := s.History(t.Context(), pic, "rt", id, 0, 1)
	if err != nil || h.Versions[0].Reason != "keliru" || h.Versions[0].Operation != geo.Update {
		t.Errorf("%+v, %v", h, err)
	}
	fail := func(p geo.Principal, e geo.Edit, want geo.Kind, code string) {
		t.Helper()
		_, err := s.Apply(t.Context(), p, e)
		if e := kindOf(t, err, want); code != "" && (len(e.Fields) != 1 || e.Fields[0].Code != code) {
			t.Errorf("%v, want %s", err, code)
		}
	}
	fail(pic, revert, geo.Stale, "")
	revert.IfVersion = 0
	fail(pic, revert, geo.NoVersion, "")
	revert.AnyVersion = true
	fail(other, revert, geo.Forbidden, "")
	revert.Version = 99
	fail(pic, revert, geo.Invalid, "unknown")

	// The old place must be the asker's too, and the version theirs to read.
	apply(t, s, admin, geo.Edit{Verb: geo.VerbMerge, Type: "rt", ID: id, AnyVersion: true, Input: at(112.015, -7.805, "area_code", string(kidul))})
	revert.Version = 1
	fail(other, revert, geo.Invalid, "unknown")
	apply(t, s, admin, revert)

	// What the registry no longer knows is named.
	exec(t, setup, `update asset_types set definition = jsonb_set(jsonb_set(definition, '{fields}', (select jsonb_agg(f) from jsonb_array_elements(definition -> 'fields') f where f ->> 'name' <> 'jumlah_kk')),
'{schema,properties}', (definition #> '{schema,properties}') - 'jumlah_kk') where name = 'rt'`)
	_, err = s.Apply(t.Context(), pic, revert)
	if e := kindOf(t, err, geo.Invalid); len(e.Fields) != 1 || e.Fields[0].Pointer != "/properties/jumlah_kk" {
		t.Errorf("%v", err)
	}
}

// TestRevertUnderReview: it becomes a proposal, and the last approval does it.
func TestRevertUnderReview(t *testing.T) {
	s, setup := served(t, nil)
	pic := principal(t, setup, "pic", geo.RolePIC, lor)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "")
	made := apply(t, s, pic, geo.Edit{Verb: geo.VerbCreate, Input: at(112.005, -7.805, "name", "Melati", "area_code", string(lor))})
	apply(t, s, pic, geo.Edit{Verb: geo.VerbMerge, ID: made.Asset.ID, IfVersion: 1, Input: geo.Input{Properties: properties("name", "Mawar")}})
	if err := setup.SetSetting(t.Context(), admin, "review", []byte(`[{"type":null,"area":null,"steps":["kelurahan"]}]`)); err != nil {
		t.Fatal(err)
	}
	r := apply(t, s, pic, geo.Edit{Verb: geo.VerbRevert, ID: made.Asset.ID, IfVersion: 2, Version: 1})
	if r.Proposal == nil || r.Asset != nil || r.Proposal.Verb != geo.VerbUpdate || one[string](t, setup, `select name from assets where id = $1`, made.Asset.ID) != "Mawar" {
		t.Errorf("%+v", r)
	}
}

// TestRevertOfAnArea is for administrators, and what a boundary changes follows.
func TestRevertOfAnArea(t *testing.T) {
	s, setup := served(t, nil)
	pic := principal(t, setup, "pic", geo.RolePIC, lor)
	admin := principal(t, setup, "admin", geo.RoleAdministrator, "35.71.01")
	asset := apply(t, s, pic, geo.Edit{Verb: geo.VerbCreate, Input: at(112.008, -7.805, "name", "Melati", "area_code", string(lor))}).Asset
	exec(t, setup, `update areas set name = 'Baru', year = 2026, boundary = st_multi(st_makeenvelope(112, -7.81, 112.003, -7.80, 4326)) where code = '35.71.01.1001'`)
	exec(t, setup, `update areas set boundary = st_multi(st_makeenvelope(112.003, -7.81, 112.02, -7.80, 4326)) where code = '35.71.01.1002'`)
	e := geo.Edit{Verb: geo.VerbRevert, Type: "kelurahan", ID: 3571011001, IfVersion: 2, Version: 1, Reason: "batas keliru"}
	_, err := s.RevertArea(t.Context(), pic, e)
	kindOf(t, err, geo.Forbidden)
	a, err := s.RevertArea(t.Context(), admin, e)
	if err != nil || a.Version != 3 || a.Name != "Bandar Lor" || a.Year != 0 || a.Bound().Right() != 112.01 || !a.Bound().Contains(a.LabelPoint) {
		t.Fatalf("%+v, %v", a, err)
	}
	if got := one[string](t, setup, `select area_located from assets where id = $1`, asset.ID); got != string(lor) {
		t.Errorf("the asset lies in %s", got)
	}
	if got := one[string](t, setup, `select code_a || ' ' || code_b from area_overlaps`); got != "35.71.01.1001 35.71.01.1002" {
		t.Errorf("overlaps %s", got)
	}
	if got := one[string](t, setup, `select actor || ' ' || reason from revisions where revision = $1`, a.Revision); got != "admin batas keliru" {
		t.Errorf("revision %s", got)
	}
	for name, c := range map[string]struct {
		change func(*geo.Edit)
		want   geo.Kind
	}{
		"stale":      {func(e *geo.Edit) { e.IfVersion = 2 }, geo.Stale},
		"no version": {func(e *geo.Edit) { e.IfVersion = 0 }, geo.NoVersion},
		"unknown":    {func(e *geo.Edit) { e.Version = 9 }, geo.Invalid},
		"no area":    {func(e *geo.Edit) { e.ID = 3571011009 }, geo.NotFound},
		"level":      {func(e *geo.Edit) { e.Type = "kecamatan" }, geo.NotFound},
		"elsewhere":  {func(e *geo.Edit) { e.ID, e.Type = 3571, "kabupaten" }, geo.Forbidden},
	} {
		wrong := e
		wrong.IfVersion = 3
		c.change(&wrong)
		if _, err := s.RevertArea(t.Context(), admin, wrong); geo.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	derived := geo.Edit{Type: "kecamatan", ID: 357101, AnyVersion: true, Version: 1}
	d, err := s.RevertArea(t.Context(), admin, derived)
	if err != nil || d.Bound().Right() != 112.02 {
		t.Errorf("a derived boundary is not that of today's children: %+v, %v", d, err)
	}
}
