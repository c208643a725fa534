package geo

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestManages(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	city := Principal{AccountID: 1, Grants: []Grant{{Role: RoleAdministrator}}}
	district := Principal{AccountID: 2, Grants: []Grant{{Role: RoleAdministrator, AreaCode: "35.71.01"}}}
	looking := city
	looking.ReadOnly = true
	inside, outside := Grant{Role: RolePIC, AreaCode: "35.71.01.1001"}, Grant{Role: RolePIC, AreaCode: "35.71.02.1001"}
	over := outside
	over.Until = now.Add(-time.Hour)
	for name, c := range map[string]struct {
		p      Principal
		grants []Grant
		want   bool
	}{
		"a city's administrator anybody":               {city, []Grant{inside, outside}, true},
		"a city's administrator who has no grant":      {city, nil, true},
		"a kecamatan's who is within":                  {district, []Grant{inside}, true},
		"a kecamatan's not who is outside too":         {district, []Grant{inside, outside}, false},
		"a kecamatan's not who was outside once":       {district, []Grant{inside, over}, false},
		"a kecamatan's not who has no grant":           {district, nil, false},
		"a kecamatan's not who is everywhere":          {district, []Grant{{Role: RolePlanner}}, false},
		"a PIC not themself":                           {Principal{AccountID: 3, Grants: []Grant{inside}}, []Grant{inside}, false},
		"the public nobody":                            {Public, nil, false},
		"who looks through an administrator's eyes no": {looking, []Grant{inside}, false},
	} {
		if got := Manages(c.p, c.grants, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestScopesNarrow(t *testing.T) {
	grants := []Grant{{ID: 1, Role: RolePIC, AreaCode: "35.71.01"}, {ID: 2, Role: RolePlanner}, {ID: 3, Role: RolePIC, AreaCode: "35.71.02.1001", Types: []string{"rt"}}}
	for name, c := range map[string]struct {
		scope Scope
		want  []string
	}{
		"nothing":        {Scope{ReadOnly: true}, []string{"1 35.71.01 []", "2  []", "3 35.71.02.1001 [rt]"}},
		"an area within": {Scope{AreaCode: "35.71.01.1001"}, []string{"1 35.71.01.1001 []", "2 35.71.01.1001 []"}},
		"an area around": {Scope{AreaCode: "35.71"}, []string{"1 35.71.01 []", "2 35.71 []", "3 35.71.02.1001 [rt]"}},
		"types":          {Scope{Types: []string{"posyandu"}}, []string{"1 35.71.01 [posyandu]", "2  [posyandu]"}},
		"both":           {Scope{AreaCode: "35.71.02", Types: []string{"rt", "posyandu"}}, []string{"2 35.71.02 [rt posyandu]", "3 35.71.02.1001 [rt]"}},
		"beyond":         {Scope{AreaCode: "99"}, []string{"2 99 []"}},
	} {
		var got []string
		for _, g := range c.scope.Narrow(grants) {
			got = append(got, fmt.Sprint(g.ID, " ", g.AreaCode, " ", g.Types))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAccountStates(t *testing.T) {
	now := time.Now()
	for want, a := range map[AccountState]Account{AccountInvited: {}, AccountActive: {HasPassword: true}, AccountDisabled: {HasPassword: true, DisabledAt: &now}} {
		if a.State() != want {
			t.Errorf("%s, want %s", a.State(), want)
		}
	}
	if (Account{SSO: "sri@kota.go.id"}).State() != AccountActive {
		t.Error("who has the city's sign-in needs no invitation")
	}
}
