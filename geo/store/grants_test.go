package store

import (
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

func TestGrantsAreGivenAndEnded(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	_, err := o.AddGrant(ctx, o.mojoroto, o.lor.AccountID, geo.Grant{Role: geo.RolePIC, AreaCode: "35.71.02.1001"})
	if got := wantKind(t, err, geo.Invalid); got != "/area_code not_yours" {
		t.Error(got)
	}
	_, err = o.AddGrant(ctx, o.mojoroto, o.mojoroto.AccountID, geo.Grant{Role: geo.RoleAdministrator})
	wantKind(t, err, geo.Invalid)
	given := must[geo.Grant](t)(o.AddGrant(ctx, o.mojoroto, o.lor.AccountID, geo.Grant{Role: geo.RolePIC, AreaCode: kidul, Until: time.Now().Add(time.Hour)}))
	before := must[geo.Account](t)(o.Account(ctx, o.lor, o.lor.AccountID))
	if !geo.Can(before.Principal, geo.ActionEdit, geo.Target{Area: kidul}, time.Now()) {
		t.Error("the grant gives nothing")
	}
	ended := must[geo.Grant](t)(o.EndGrant(ctx, o.mojoroto, given.ID, time.Time{}, "selesai"))
	after := must[geo.Account](t)(o.Account(ctx, o.lor, o.lor.AccountID))
	if ended.Active(time.Now()) || geo.Can(after.Principal, geo.ActionEdit, geo.Target{Area: kidul}, time.Now()) || ended.Reason != "selesai" {
		t.Errorf("%+v", ended)
	}
	_, err = o.EndGrant(ctx, o.admin, o.admin.Grants[0].ID, time.Time{}, "")
	wantKind(t, err, geo.Conflict)
	_, err = o.EndGrant(ctx, o.mojoroto, o.admin.Grants[0].ID, time.Time{}, "")
	wantKind(t, err, geo.NotFound)
}

func TestHandOver(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	next := principal(t, o.Store, "pic-baru", geo.RolePlanner, lor)
	_, _, err := o.HandOver(ctx, o.mojoroto, o.lor.Grants[0].ID, o.my.AccountID, time.Time{}, "")
	wantKind(t, err, geo.NotFound)
	_, _, err = o.HandOver(ctx, o.mojoroto, o.lor.Grants[0].ID, o.lor.AccountID, time.Time{}, "")
	wantKind(t, err, geo.Conflict)
	ended, given, err := o.HandOver(ctx, o.mojoroto, o.lor.Grants[0].ID, next.AccountID, time.Time{}, "mutasi")
	if err != nil {
		t.Fatal(err)
	}
	if !ended.Until.Equal(given.From) || given.Role != geo.RolePIC || given.AreaCode != lor || !given.Until.IsZero() || given.Reason != "mutasi" {
		t.Errorf("%+v %+v", ended, given)
	}
	now := time.Now()
	for id, want := range map[int64]bool{o.lor.AccountID: false, next.AccountID: true} {
		a := must[geo.Account](t)(o.Account(ctx, o.admin, id))
		if geo.Can(a.Principal, geo.ActionEdit, geo.Target{Area: lor}, now) != want {
			t.Errorf("%s may edit: %v", a.Name, !want)
		}
	}
	_, _, err = o.HandOver(ctx, o.mojoroto, ended.ID, next.AccountID, time.Time{}, "")
	wantKind(t, err, geo.Conflict)
	// One's own administrator's grant goes to a successor.
	if _, _, err := o.HandOver(ctx, o.mojoroto, o.mojoroto.Grants[0].ID, next.AccountID, time.Time{}, "pensiun"); err != nil {
		t.Error(err)
	}
}
