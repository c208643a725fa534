package geo

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestReviewRulesFor(t *testing.T) {
	var rules ReviewRules
	if err := json.Unmarshal([]byte(`[
{"type":null,"area":null,"steps":["kelurahan"]},
{"type":"posyandu","area":null,"steps":["kelurahan","agency"]},
{"type":null,"area":"35.71.01","steps":[]},
{"type":"rt","area":"35.71.01","steps":["kecamatan"]},
{"type":null,"area":"35.71.01.1001","steps":["kelurahan","kecamatan"]}]`), &rules); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		area Code
		typ  string
		want string
	}{
		"the rule for all":            {"33.28.01.2001", "rt", "[kelurahan]"},
		"the type's rule":             {"33.28.01.2001", "posyandu", "[kelurahan agency]"},
		"the area's, before the type": {"35.71.01.1002", "posyandu", "[]"},
		"the area's, for the type":    {"35.71.01.1002", "rt", "[kecamatan]"},
		"the smallest area's":         {"35.71.01.1001", "rt", "[kelurahan kecamatan]"},
		"no prefix of digits":         {"35.71.02.1001", "rt", "[kelurahan]"},
	} {
		if got := fmt.Sprint(rules.For(c.area, c.typ)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := ReviewRules(nil).For("35.71.01.1001", "rt"); got != nil {
		t.Errorf("without rules: %v", got)
	}
}

func TestCanStep(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	who := func(g Grant) Principal { return Principal{AccountID: 1, Grants: []Grant{g}} }
	lor, kecamatan, city := Code("35.71.01.1001"), Code("35.71.01"), Code("35.71")
	for name, c := range map[string]struct {
		p    Principal
		want string // the steps of a posyandu in Bandar Lor that they may take
	}{
		"lurah":                {who(Grant{Role: RoleReviewer, AreaCode: lor}), "[kelurahan]"},
		"another lurah":        {who(Grant{Role: RoleReviewer, AreaCode: "35.71.01.1002"}), "[]"},
		"camat":                {who(Grant{Role: RoleReviewer, AreaCode: kecamatan}), "[kecamatan]"},
		"agency":               {who(Grant{Role: RoleReviewer, AreaCode: city, Types: []string{"posyandu"}}), "[agency]"},
		"agency everywhere":    {who(Grant{Role: RoleReviewer, Types: []string{"posyandu", "rt"}}), "[agency]"},
		"agency of another":    {who(Grant{Role: RoleReviewer, AreaCode: city, Types: []string{"rt"}}), "[]"},
		"a city's reviewer":    {who(Grant{Role: RoleReviewer, AreaCode: city}), "[]"},
		"a former lurah":       {who(Grant{Role: RoleReviewer, AreaCode: lor, Until: now}), "[]"},
		"PIC":                  {who(Grant{Role: RolePIC, AreaCode: lor}), "[]"},
		"planner":              {who(Grant{Role: RolePlanner}), "[]"},
		"public":               {Public, "[]"},
		"administrator":        {who(Grant{Role: RoleAdministrator}), "[kelurahan kecamatan agency]"},
		"a kecamatan's admin":  {who(Grant{Role: RoleAdministrator, AreaCode: kecamatan}), "[kelurahan kecamatan agency]"},
		"another one's admin":  {who(Grant{Role: RoleAdministrator, AreaCode: "35.71.02"}), "[]"},
		"who may only look":    {Principal{AccountID: 1, ReadOnly: true, Grants: []Grant{{Role: RoleReviewer, AreaCode: lor}}}, "[]"},
		"a lurah who is camat": {Principal{Grants: []Grant{{Role: RoleReviewer, AreaCode: lor}, {Role: RoleReviewer, AreaCode: kecamatan}}}, "[kelurahan kecamatan]"},
	} {
		got := []Step{}
		for _, step := range []Step{StepKelurahan, StepKecamatan, StepAgency} {
			if CanStep(c.p, step, Target{Area: lor, Type: "posyandu"}, now) {
				got = append(got, step)
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestProposalRights(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	x := Proposal{State: ProposalSent, Type: "posyandu", AreaCode: "35.71.01.1001", ToArea: "35.71.01.1001",
		Steps: []Step{StepKelurahan, StepKecamatan}, Author: Who{ID: 1}, Correctors: []int64{5}}
	with := func(change func(*Proposal)) Proposal { c := x; change(&c); return c }
	who := func(id int64, role Role, area Code) Principal {
		return Principal{AccountID: id, Grants: []Grant{{Role: role, AreaCode: area}}}
	}
	step, author := ProposalRights{Approve: true, Return: true, Reject: true}, ProposalRights{Withdraw: true, Correct: true}
	all := step
	all.Correct = true
	for name, c := range map[string]struct {
		x    Proposal
		p    Principal
		want ProposalRights
	}{
		"lurah":                       {x, who(2, RoleReviewer, "35.71.01.1001"), step},
		"lurah, at the camat's":       {with(func(x *Proposal) { x.State, x.Step = ProposalChecking, 1 }), who(2, RoleReviewer, "35.71.01.1001"), ProposalRights{}},
		"camat, before the lurah":     {x, who(3, RoleReviewer, "35.71.01"), ProposalRights{}},
		"camat":                       {with(func(x *Proposal) { x.State, x.Step = ProposalChecking, 1 }), who(3, RoleReviewer, "35.71.01"), step},
		"author":                      {x, who(1, RolePIC, "35.71.01.1001"), author},
		"author, now administrator":   {x, who(1, RoleAdministrator, ""), author},
		"author, now lurah":           {x, who(1, RoleReviewer, "35.71.01.1001"), ProposalRights{Withdraw: true}},
		"author without a right":      {x, who(1, RolePIC, "35.71.01.1002"), ProposalRights{}},
		"administrator":               {x, who(4, RoleAdministrator, ""), all},
		"administrator who corrected": {x, who(5, RoleAdministrator, ""), ProposalRights{Correct: true}},
		"another PIC there":           {x, who(6, RolePIC, "35.71.01.1001"), ProposalRights{Correct: true}},
		"returned":                    {with(func(x *Proposal) { x.State = ProposalReturned }), who(4, RoleAdministrator, ""), ProposalRights{Correct: true}},
		"published":                   {with(func(x *Proposal) { x.State = ProposalPublished }), who(4, RoleAdministrator, ""), ProposalRights{}},
		"a move, to its lurah":        {with(func(x *Proposal) { x.ToArea = "35.71.01.1002" }), who(2, RoleReviewer, "35.71.01.1001"), ProposalRights{}},
		"a move, from elsewhere":      {with(func(x *Proposal) { x.AreaCode = "35.71.01.1002" }), who(2, RoleReviewer, "35.71.01.1001"), ProposalRights{}},
		"a move, to an administrator": {with(func(x *Proposal) { x.ToArea = "35.71.01.1002" }), who(4, RoleAdministrator, "35.71"), all},
	} {
		if got := c.x.Rights(c.p, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
