package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

// wantKind fails unless err is of a kind, and gives its fields as one line.
func wantKind(t testing.TB, err error, kind geo.Kind) string {
	t.Helper()
	if err == nil || geo.KindOf(err) != kind {
		t.Fatalf("got %v, want kind %s", err, kind)
	}
	e, _ := err.(*geo.Error)
	var fields []string
	for _, f := range e.Fields {
		fields = append(fields, f.Pointer+" "+f.Code)
	}
	return strings.Join(fields, "; ")
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func person(name string, grants ...geo.Grant) geo.NewAccount {
	return geo.NewAccount{Account: geo.Account{Principal: geo.Principal{Name: name, Title: strings.ToUpper(name), Grants: grants}}}
}

// office is a city with two kecamatan, an administrator of everything, one of
// the kecamatan Mojoroto alone, and PICs on both sides.
type office struct {
	*Store
	owner                    *Store
	admin, mojoroto, lor, my geo.Principal // my is the PIC of the other kecamatan
}

func newOffice(t testing.TB) *office {
	s, owner := served(t, nil)
	exec(t, owner, `insert into areas (code, name, kind, derived) values ('35.71.02', 'Kota', 'kecamatan', true)`)
	exec(t, owner, `insert into areas (code, name, kind, boundary) values ('35.71.02.1001', 'Semampir', 'kelurahan', `+square(112.02, -7.81)+`)`)
	return &office{s, owner, principal(t, s, "admin", geo.RoleAdministrator, ""), principal(t, s, "admin-mojoroto", geo.RoleAdministrator, "35.71.01"),
		principal(t, s, "pic-lor", geo.RolePIC, lor), principal(t, s, "pic-semampir", geo.RolePIC, "35.71.02.1001")}
}

func TestWhoManagesWhom(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	both := must[[]geo.Account](t)(o.CreateAccounts(ctx, o.admin, []geo.NewAccount{person("dua", geo.Grant{Role: geo.RolePIC, AreaCode: lor}, geo.Grant{Role: geo.RolePIC, AreaCode: "35.71.02.1001"})}))[0]
	none := must[[]geo.Account](t)(o.CreateAccounts(ctx, o.admin, []geo.NewAccount{person("tanpa")}))[0]
	names := func(by geo.Principal, f geo.AccountFilter) string {
		f.Limit = 100
		list, matched, err := o.Accounts(ctx, by, f)
		if err != nil || matched != len(list) {
			t.Fatalf("%d of %d, %v", len(list), matched, err)
		}
		var names []string
		for _, a := range list {
			names = append(names, a.Name)
			if a.PasswordHash != "" {
				t.Errorf("the list of %s tells the hash of %s", by.Name, a.Name)
			}
		}
		return strings.Join(names, " ")
	}
	if got := names(o.admin, geo.AccountFilter{}); got != "admin admin-mojoroto dua pic-lor pic-semampir tanpa" {
		t.Errorf("the administrator sees %s", got)
	}
	if got := names(o.mojoroto, geo.AccountFilter{}); got != "admin-mojoroto pic-lor" {
		t.Errorf("the kecamatan's administrator sees %s", got)
	}
	if got := names(o.lor, geo.AccountFilter{}) + names(geo.Public, geo.AccountFilter{}); got != "" {
		t.Errorf("a PIC or the public sees %s", got)
	}
	for want, f := range map[string]geo.AccountFilter{
		"dua pic-lor pic-semampir": {Role: geo.RolePIC}, "dua pic-semampir": {Area: "35.71.02"}, "admin-mojoroto": {Role: geo.RoleAdministrator, Area: "35.71.01"},
		"pic-lor": {Query: "PIC-L"}, "dua tanpa": {State: geo.AccountInvited}, "tanpa": {After: "pic-semampir"}} {
		if f.After != "" {
			list, matched, err := o.Accounts(ctx, o.admin, geo.AccountFilter{After: f.After, Limit: 5})
			if err != nil || matched != 6 || len(list) != 1 || list[0].Name != want {
				t.Errorf("after %s: %v, %d, %v", f.After, list, matched, err)
			}
		} else if got := names(o.admin, f); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
	}
	for _, id := range []int64{o.admin.AccountID, o.my.AccountID, both.AccountID, none.AccountID, 999999} {
		for name, err := range o.everything(t, o.mojoroto, id) {
			if geo.KindOf(err) != geo.NotFound {
				t.Errorf("%s of account %d by the kecamatan's administrator: %v", name, id, err)
			}
		}
	}
	for name, err := range o.everything(t, o.lor, o.my.AccountID) {
		if geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s by a PIC: %v", name, err)
		}
	}
	viewing := o.admin
	viewing.ReadOnly = true
	for name, err := range o.everything(t, viewing, o.lor.AccountID) {
		if reads := strings.HasPrefix(name, "read "); reads != (err == nil) {
			t.Errorf("%s by who only looks: %v", name, err)
		}
	}
}

// everything tries all that can be done with an account.
func (o *office) everything(t testing.TB, by geo.Principal, id int64) map[string]error {
	ctx, tried := t.Context(), map[string]error{}
	note := func(name string, err error) { tried[name] = err }
	var grant int64
	if a, err := o.Account(ctx, o.admin, id); err == nil && len(a.Grants) > 0 {
		grant = a.Grants[0].ID
	}
	disabled, hash := true, []byte(fmt.Sprint(by.Name, id))
	_, err := o.Account(ctx, by, id)
	note("read account", err)
	_, _, err = o.AccountHistory(ctx, by, id, 0, 10)
	note("read history", err)
	_, err = o.Sessions(ctx, by, id)
	note("read sessions", err)
	_, err = o.Tokens(ctx, by, id)
	note("read tokens", err)
	_, err = o.ChangeAccount(ctx, by, id, 1, geo.AccountChange{Disabled: &disabled})
	note("change", err)
	_, err = o.AddGrant(ctx, by, id, geo.Grant{Role: geo.RolePlanner, AreaCode: lor})
	note("add grant", err)
	_, err = o.EndGrant(ctx, by, grant, time.Time{}, "")
	note("end grant", err)
	_, _, err = o.HandOver(ctx, by, grant, o.lor.AccountID, time.Time{}, "")
	note("hand over", err)
	note("end sessions", o.EndSessions(ctx, by, id, 0, 0))
	_, err = o.CreateToken(ctx, by, id, geo.Token{Name: "x"}, hash)
	note("create token", err)
	note("revoke token", o.RevokeToken(ctx, by, id, 1))
	_, err = o.Invite(ctx, by, id, hash, time.Now().Add(time.Hour))
	note("invite", err)
	note("set password", o.SetPassword(ctx, by, id, "x", 0))
	note("end second factor", o.EndSecondFactor(ctx, by, id))
	note("view as", o.ViewAs(ctx, by, 1, id))
	return tried
}

func TestCreateAccounts(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	pic := geo.Grant{Role: geo.RolePIC, AreaCode: lor}
	for name, c := range map[string]struct {
		by   geo.Principal
		list []geo.NewAccount
		kind geo.Kind
		want string
	}{
		"outside the area":       {o.mojoroto, []geo.NewAccount{person("a1", pic), person("a2", geo.Grant{Role: geo.RolePIC, AreaCode: "35.71.02.1001"})}, geo.Invalid, "/1/grants/0/area_code not_yours"},
		"everywhere":             {o.mojoroto, []geo.NewAccount{person("a1", geo.Grant{Role: geo.RoleAdministrator})}, geo.Invalid, "/0/grants/0/area_code not_yours"},
		"without a grant":        {o.mojoroto, []geo.NewAccount{person("a1")}, geo.Invalid, "/0/grants not_yours"},
		"by a PIC":               {o.lor, []geo.NewAccount{person("a1", pic)}, geo.Invalid, "/0/grants/0/area_code not_yours"},
		"administrator by types": {o.admin, []geo.NewAccount{person("a1", geo.Grant{Role: geo.RoleAdministrator, Types: []string{"rt"}})}, geo.Invalid, "/0/grants/0/types administrator"},
		"no such area or type":   {o.admin, []geo.NewAccount{person("a1", geo.Grant{Role: geo.RolePIC, AreaCode: "99.99", Types: []string{"gua"}})}, geo.Invalid, "/0/grants/0/area_code unknown; /0/grants/0/types/0 unknown"},
		"a bad name":             {o.admin, []geo.NewAccount{person("A 1", pic)}, geo.Invalid, "/0/name pattern"},
		"taken":                  {o.admin, []geo.NewAccount{person("a1", pic), person("pic-lor", pic)}, geo.Conflict, "/1/name taken"},
		"twice":                  {o.admin, []geo.NewAccount{person("a1", pic), person("a1", pic)}, geo.Conflict, "/1/name taken"},
	} {
		if got := wantKind(t, o.CheckAccounts(ctx, c.by, c.list), c.kind); got != c.want {
			t.Errorf("check %s: %s", name, got)
		}
		_, err := o.CreateAccounts(ctx, c.by, c.list)
		if got := wantKind(t, err, c.kind); got != c.want {
			t.Errorf("create %s: %s", name, got)
		}
	}
	if n := one[int](t, o.owner, `select count(*) from accounts where name = 'a1'`); n != 0 {
		t.Error("a refused list left an account")
	}
	a := person("a1", pic)
	a.SSO, a.InvitationHash, a.InvitedUntil = "a1@kota.go.id", []byte("link"), time.Now().Add(time.Hour)
	made := must[[]geo.Account](t)(o.CreateAccounts(ctx, o.mojoroto, []geo.NewAccount{a, person("a2", pic)}))
	if made[0].Name != "a1" || made[0].State() != geo.AccountActive || made[0].InvitedUntil == nil || made[1].State() != geo.AccountInvited || made[1].HasPassword {
		t.Errorf("%+v", made)
	}
	again := person("a3", pic)
	again.SSO = a.SSO
	_, err := o.CreateAccounts(ctx, o.admin, []geo.NewAccount{again})
	if got := wantKind(t, err, geo.Conflict); got != "/0/sso taken" {
		t.Error(got)
	}
	lines, _, err := o.AuditLines(ctx, o.admin, geo.AuditFilter{Action: "account_created", Actor: "a2", Limit: 5})
	if err != nil || len(lines) != 1 || lines[0].Actor != "admin-mojoroto" || lines[0].Target != "a2" {
		t.Errorf("%+v %v", lines, err)
	}
}

func TestChangeAccount(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	title, yes, no, empty := "Ibu Sri", true, false, ""
	_, err := o.ChangeAccount(ctx, o.admin, o.lor.AccountID, 7, geo.AccountChange{Title: &title})
	wantKind(t, err, geo.Stale)
	_, err = o.ChangeAccount(ctx, o.admin, o.admin.AccountID, 1, geo.AccountChange{Disabled: &yes})
	wantKind(t, err, geo.Conflict)
	_, err = o.ChangeAccount(ctx, o.mojoroto, o.lor.AccountID, 1, geo.AccountChange{Title: &empty})
	if got := wantKind(t, err, geo.Invalid); got != "/title length" {
		t.Error(got)
	}
	must[int64](t)(o.CreateSession(ctx, geo.Session{Principal: o.lor, ExpiresAt: time.Now().Add(time.Hour)}, []byte("cookie")))
	must[geo.Session](t)(o.SessionByToken(ctx, []byte("cookie")))
	a := must[geo.Account](t)(o.ChangeAccount(ctx, o.mojoroto, o.lor.AccountID, 1, geo.AccountChange{Title: &title, Disabled: &yes, Reason: "pindah tugas"}))
	if a.Title != title || a.DisabledAt == nil || a.Version != 2 {
		t.Errorf("%+v", a)
	}
	_, err = o.SessionByToken(ctx, []byte("cookie"))
	wantKind(t, err, geo.NotFound)
	a = must[geo.Account](t)(o.ChangeAccount(ctx, o.mojoroto, o.lor.AccountID, 2, geo.AccountChange{Disabled: &no}))
	if a.DisabledAt != nil {
		t.Error("still disabled")
	}
	_, err = o.SessionByToken(ctx, []byte("cookie"))
	wantKind(t, err, geo.NotFound) // the session ended for good
	taken := "sri@kota.go.id"
	must[geo.Account](t)(o.ChangeAccount(ctx, o.admin, o.lor.AccountID, 3, geo.AccountChange{SSO: &taken}))
	_, err = o.ChangeAccount(ctx, o.admin, o.my.AccountID, 1, geo.AccountChange{SSO: &taken})
	wantKind(t, err, geo.Conflict)
	if found := must[geo.Account](t)(o.AccountBySSO(ctx, taken)); found.AccountID != o.lor.AccountID {
		t.Errorf("%+v", found)
	}
}

func TestAccountHistory(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	title, yes := "Ibu Sri", true
	must[geo.Account](t)(o.ChangeAccount(ctx, o.mojoroto, o.lor.AccountID, 1, geo.AccountChange{Title: &title, Reason: "nama baru"}))
	g := must[geo.Grant](t)(o.AddGrant(ctx, o.admin, o.lor.AccountID, geo.Grant{Role: geo.RoleReviewer, AreaCode: lor, Types: []string{"rt"}, Reason: "SK 12"}))
	must[geo.Grant](t)(o.EndGrant(ctx, o.mojoroto, g.ID, time.Time{}, "pensiun"))
	must[geo.Account](t)(o.ChangeAccount(ctx, o.admin, o.lor.AccountID, 2, geo.AccountChange{Disabled: &yes}))
	var got []string
	var pages int
	for after := int64(0); ; pages++ {
		entries, next, err := o.AccountHistory(ctx, o.mojoroto, o.lor.AccountID, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			var fields []string
			for _, c := range e.Changes {
				if c.Field != "disabled_at" && c.Field != "until" {
					fields = append(fields, fmt.Sprintf("%s %s→%s", c.Field, c.Before, c.After))
				} else {
					fields = append(fields, c.Field)
				}
			}
			got = append(got, fmt.Sprintf("%s %s %s %q: %s", e.Actor, e.Op, e.Kind, e.Reason, strings.Join(fields, ", ")))
			if time.Since(e.At) > time.Minute {
				t.Errorf("at %s", e.At)
			}
		}
		if after = next; next == 0 {
			break
		}
	}
	want := []string{
		`admin update account "": disabled_at`,
		`admin-mojoroto update grant "pensiun": reason "SK 12"→"pensiun", until`,
		`admin create grant "SK 12": area_code →"35.71.01.1001", reason →"SK 12", role →"reviewer", types →["rt"]`,
		`admin-mojoroto update account "nama baru": title "pic-lor"→"Ibu Sri"`,
		`test create account "": name →"pic-lor", title →"pic-lor"`,
		`test create grant "": area_code →"35.71.01.1001", reason →"", role →"pic"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || pages != 2 {
		t.Errorf("in %d pages and one more:\n%s", pages, strings.Join(got, "\n"))
	}
}
