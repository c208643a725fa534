package geo

import (
	"slices"
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
		"who administers a type administers it":  {Principal{Grants: []Grant{{Role: RoleAdministrator, Types: []string{own.Type}}}}, ActionAdminister, own, true},
		"and not what is of every type":          {Principal{Grants: []Grant{{Role: RoleAdministrator, Types: []string{own.Type}}}}, ActionAdminister, Target{}, false},
		"a code that only begins alike is other": {Principal{Grants: []Grant{{Role: RolePIC, AreaCode: "35.7"}}}, ActionEdit, own, false},
	} {
		if got := Can(c.p, c.action, c.target, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestReachIsWhereCanSaysYes: for every role, action, place, type and time.
func TestReachIsWhereCanSaysYes(t *testing.T) {
	now := time.Now()
	actions := []Action{ActionReadFull, ActionEdit, ActionReview, ActionWatch, ActionOverride, ActionAdminister}
	yes := 0
	for _, role := range []Role{RoleAdministrator, RolePIC, RoleReviewer, RoleDinsos, RolePlanner, RoleService} {
		for _, area := range []Code{"", "35.71.01", "35.71.01.1001"} {
			for _, types := range [][]string{nil, {"rt"}} {
				for _, until := range []time.Time{{}, now.Add(time.Hour), now} {
					for _, readOnly := range []bool{false, true} {
						p := Principal{AccountID: 1, ReadOnly: readOnly, Grants: []Grant{{Role: role, AreaCode: area, Types: types, Until: until}}}
						for _, action := range actions {
							for _, at := range []Target{{Area: "35.71.01.1001", Type: "rt"}, {Area: "35.71.01.1002", Type: "rt", Held: true}, {Area: "35.71.01.1001", Type: "posyandu"}, {Area: "35.71.01"}} {
								reached := false
								for _, s := range p.Reach(action, now) {
									reached = reached || at.Area.Within(s.AreaCode) && (s.Types == nil || at.Type == "" && action != ActionAdminister || slices.Contains(s.Types, at.Type))
								}
								can := Can(p, action, at, now)
								if can {
									yes++
								}
								if reached != can {
									t.Fatalf("%+v %s %+v: reach %v, Can %v", p, action, at, reached, can)
								}
							}
						}
					}
				}
			}
		}
	}
	if yes == 0 {
		t.Error("nobody may do anything")
	}
}
