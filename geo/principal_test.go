package geo

import (
	"testing"
	"time"
)

func TestCan(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	pic := Principal{AccountID: 1, Grants: []Grant{{Role: RolePIC, AreaCode: "35.71.01.1001"}}}
	health := Principal{AccountID: 2, Grants: []Grant{{Role: RolePIC, AreaCode: "35.71", Types: []string{"posyandu"}}}}
	past := Principal{AccountID: 3, Grants: []Grant{{Role: RolePIC, AreaCode: "35.71", Until: now}}}
	future := Principal{AccountID: 4, Grants: []Grant{{Role: RolePIC, AreaCode: "35.71", From: now.Add(time.Second)}}}
	admin := Principal{AccountID: 5, Grants: []Grant{{Role: RoleAdministrator}}}
	district := Principal{AccountID: 6, Grants: []Grant{{Role: RoleAdministrator, AreaCode: "35.71.01"}}}
	reviewer := Principal{AccountID: 7, Grants: []Grant{{Role: RoleReviewer, AreaCode: "35.71.01"}}}
	planner := Principal{AccountID: 8, Grants: []Grant{{Role: RolePlanner}}}
	own := Target{Area: "35.71.01.1001", Type: "posyandu"}
	held := Target{Area: "35.71.01.1001", Type: "posyandu", Held: true}
	other := Target{Area: "35.71.01.1002", Type: "posyandu"}
	for name, c := range map[string]struct {
		p      Principal
		action Action
		target Target
		want   bool
	}{
		"the public reads":                       {Public, ActionRead, own, true},
		"the public reads nothing held":          {Public, ActionRead, held, false},
		"the public edits nothing":               {Public, ActionEdit, own, false},
		"a pic edits their own":                  {pic, ActionEdit, own, true},
		"a pic edits no other":                   {pic, ActionEdit, other, false},
		"a pic reads what is held there":         {pic, ActionRead, held, true},
		"a pic does not override":                {pic, ActionOverride, own, false},
		"a pic administers nothing":              {pic, ActionAdminister, Target{}, false},
		"a pic has no right without an area":     {pic, ActionEdit, Target{Type: "posyandu"}, false},
		"types bound":                            {health, ActionEdit, Target{Area: "35.71.01.1001", Type: "rt"}, false},
		"types allow":                            {health, ActionEdit, other, true},
		"an ended grant":                         {past, ActionEdit, own, false},
		"a grant to come":                        {future, ActionEdit, own, false},
		"an administrator does everything":       {admin, ActionAdminister, Target{}, true},
		"a district's does not administer":       {district, ActionAdminister, Target{}, false},
		"a district's overrides there":           {district, ActionOverride, own, true},
		"a reviewer reads fully":                 {reviewer, ActionReadFull, held, true},
		"a reviewer edits nothing":               {reviewer, ActionEdit, own, false},
		"a planner reads nothing internal":       {planner, ActionReadFull, own, false},
		"a code that only begins alike is other": {Principal{Grants: []Grant{{Role: RolePIC, AreaCode: "35.7"}}}, ActionEdit, own, false},
	} {
		if got := Can(c.p, c.action, c.target, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
