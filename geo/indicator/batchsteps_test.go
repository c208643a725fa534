package indicator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

const (
	lor   = geo.Code("35.71.01.1001")
	kidul = geo.Code("35.71.01.1002")
)

func person(id int64, role geo.Role, area geo.Code, types ...string) geo.Principal {
	return geo.Principal{AccountID: id, Grants: []geo.Grant{{Role: role, AreaCode: area, Types: types}}}
}

// people are who may have to do with the figures of Bandar Lor, by a name.
func people() map[string]geo.Principal {
	reading := person(1, geo.RolePIC, lor)
	reading.ReadOnly = true
	list := map[string]geo.Principal{
		"public": geo.Public, "pic": person(1, geo.RolePIC, lor), "pic next door": person(2, geo.RolePIC, kidul), "reading pic": reading,
		"lurah": person(3, geo.RoleReviewer, lor), "lurah next door": person(4, geo.RoleReviewer, kidul),
		"camat": person(5, geo.RoleReviewer, "35.71.01"), "camat elsewhere": person(6, geo.RoleReviewer, "35.71.02"),
		"agency": person(7, geo.RoleReviewer, "35.71"), "agency of posyandu": person(8, geo.RoleReviewer, "", "posyandu"),
		"dinsos": person(9, geo.RoleDinsos, "35.71"), "dinsos of posyandu": person(10, geo.RoleDinsos, "", "posyandu"),
		"planner": person(11, geo.RolePlanner, ""), "program": person(12, geo.RoleService, ""),
		"administrator": person(13, geo.RoleAdministrator, ""), "administrator here": person(14, geo.RoleAdministrator, "35.71.01"),
		"administrator elsewhere": person(15, geo.RoleAdministrator, "35.71.02"), "command": geo.System("test"),
		"past lurah": person(16, geo.RoleReviewer, lor),
	}
	past := list["past lurah"]
	past.Grants[0].Until = time.Now().Add(-time.Hour)
	return list
}

// TestWhoTakesEachStep names, for every state, all who may do something.
func TestWhoTakesEachStep(t *testing.T) {
	const admins = "administrator, administrator here, command"
	now := time.Now()
	for name, c := range map[string]struct {
		state  State
		step   int
		origin Origin
		want   map[string]string // right: who has it
	}{
		"a draft": {Draft, 0, FromArea, map[string]string{"enter": "pic, dinsos, " + admins, "send": "pic, dinsos, " + admins,
			"minutes": "pic, dinsos, " + admins, "withdraw": "pic, dinsos, " + admins}},
		"a returned one": {Returned, 0, FromArea, map[string]string{"enter": "pic, dinsos, " + admins, "send": "pic, dinsos, " + admins,
			"minutes": "pic, dinsos, " + admins, "withdraw": "pic, dinsos, " + admins}},
		"a draft from the centre": {Draft, 0, FromCentre, map[string]string{"enter": "dinsos, " + admins, "send": "dinsos, " + admins,
			"minutes": "dinsos, " + admins, "withdraw": "dinsos, " + admins}},
		"sent":               {Sent, 0, FromArea, map[string]string{"approve": "lurah, " + admins, "return": "lurah, " + admins, "withdraw": "pic, dinsos, " + admins}},
		"at the camat":       {Checking, 1, FromArea, map[string]string{"approve": "camat, " + admins, "return": "camat, " + admins, "withdraw": "pic, dinsos, " + admins}},
		"at Dinsos":          {Checking, 2, FromArea, map[string]string{"approve": "dinsos, " + admins, "return": "dinsos, " + admins, "withdraw": "pic, dinsos, " + admins}},
		"closed":             {Closed, 2, FromArea, map[string]string{"correct": "pic, dinsos, " + admins}},
		"closed, from above": {Closed, 2, FromCentre, map[string]string{"correct": "dinsos, " + admins}},
		"withdrawn":          {Withdrawn, 0, FromArea, map[string]string{}},
	} {
		checkers := "lurah, camat, agency, dinsos, " + admins
		if c.state != Withdrawn {
			c.want["mark"] = checkers
		}
		c.want["purge"] = checkers
		b := Batch{AreaCode: lor, Origin: c.origin, State: c.state, Step: c.step, Newest: true, Steps: []Step{StepKelurahan, StepKecamatan, StepDinsos}, Minutes: &Minutes{Scan: &Scan{}}}
		for who, p := range people() {
			got := rightsOf(b.Rights(p, now))
			for right, has := range got {
				if want := contains(c.want[right], who); has != want {
					t.Errorf("%s: may %s %s: %v, want %v", name, who, right, has, want)
				}
			}
		}
	}
}

func rightsOf(r BatchRights) map[string]bool {
	return map[string]bool{"enter": r.Enter, "send": r.Send, "approve": r.Approve, "return": r.Return, "withdraw": r.Withdraw,
		"correct": r.Correct, "mark": r.Mark, "minutes": r.Minutes, "purge": r.Purge}
}

func contains(list, who string) bool { return slices.Contains(strings.Split(list, ", "), who) }

func TestNobodyApprovesTheirOwn(t *testing.T) {
	now := time.Now()
	b := Batch{AreaCode: lor, State: Sent, Steps: []Step{StepDinsos}, Writers: []int64{1, 9, 13}}
	for who, want := range map[string]bool{"dinsos": false, "administrator": false, "administrator here": true, "command": true} {
		if got := b.Rights(people()[who], now); got.Approve != want || got.Return != want {
			t.Errorf("%s: %+v, want %v", who, got, want)
		}
	}
	colleague := person(20, geo.RoleDinsos, "")
	if !b.Rights(colleague, now).Approve {
		t.Error("another one of Dinsos may not either")
	}
}

func TestTheWayOfABatch(t *testing.T) {
	three := []Step{StepKelurahan, StepKecamatan, StepDinsos}
	for name, c := range map[string]struct {
		batch Batch
		act   Act
		state State
		step  int
	}{
		"sent from a draft":              {Batch{State: Draft, Steps: three}, ActSent, Sent, 0},
		"sent again begins anew":         {Batch{State: Returned, Steps: three, Step: 2}, ActSent, Sent, 0},
		"the first of three":             {Batch{State: Sent, Steps: three}, ActApproved, Checking, 1},
		"the second of three":            {Batch{State: Checking, Steps: three, Step: 1}, ActApproved, Checking, 2},
		"the last of three closes":       {Batch{State: Checking, Steps: three, Step: 2}, ActApproved, Closed, 2},
		"the only one closes":            {Batch{State: Sent, Steps: three[2:]}, ActApproved, Closed, 0},
		"returned from anywhere":         {Batch{State: Checking, Steps: three, Step: 2}, ActReturned, Returned, 0},
		"withdrawn while it is checked":  {Batch{State: Checking, Steps: three, Step: 1}, ActWithdrawn, Withdrawn, 1},
		"what is no act changes nothing": {Batch{State: Draft, Steps: three}, ActCreated, Draft, 0},
	} {
		if state, step := c.batch.After(c.act); state != c.state || step != c.step {
			t.Errorf("%s: %s %d, want %s %d", name, state, step, c.state, c.step)
		}
	}
}

func TestDecisionsAreChecked(t *testing.T) {
	many := map[string]string{}
	for i := range maxCellNotes + 1 {
		many[fmt.Sprintf("35.71.01.1001-%03d/keluarga", i)] = "x"
	}
	for name, c := range map[string]struct {
		decision BatchDecision
		want     string
	}{
		"an approval":           {BatchDecision{Act: ActApproved}, ""},
		"returned without note": {BatchDecision{Act: ActReturned}, "/note required"},
		"a number of a person":  {BatchDecision{Act: ActReturned, Note: "lihat 3571011203850001"}, "/note identifier"},
		"one in the number":     {BatchDecision{Act: ActApproved, Number: "3571011203850001"}, "/number identifier"},
		"one in a cell's note":  {BatchDecision{Act: ActReturned, Note: "x", Cells: map[string]string{"35.71.01.1001/keluarga": "3571 0112 0385 0001"}}, "/cells identifier"},
		"an RT's key is none":   {BatchDecision{Act: ActReturned, Note: "35.71.01.1001-003-005?", Cells: map[string]string{"35.71.01.1001-003-005/keluarga": "periksa"}}, ""},
		"no cell":               {BatchDecision{Act: ActReturned, Note: "x", Cells: map[string]string{"keluarga": "x"}}, "/cells pointer"},
		"too many cells":        {BatchDecision{Act: ActReturned, Note: "x", Cells: many}, "/cells too_many"},
		"NUL":                   {BatchDecision{Act: ActApproved, Note: "\x00"}, "/note characters"},
	} {
		got := ""
		if problems := c.decision.Check(); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestBatchesAreAskedForInTheirPeriods(t *testing.T) {
	now := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	source := &Source{Periods: []PeriodKind{Quarter, Month}, Level: Kelurahan}
	for name, c := range map[string]struct {
		period Period
		area   geo.Code
		reason string
		want   string
	}{
		"a past quarter":           {"2026-Q1", lor, "", ""},
		"this one":                 {"2026-Q2", lor, "", ""},
		"the next one":             {"2026-Q3", lor, "", "/period future"},
		"a year":                   {"2026", lor, "", "/period kind"},
		"a kecamatan":              {"2026-Q1", "35.71.01", "", "/area_code level"},
		"a person in the reason":   {"2026-Q1", lor, "NIK 3571011203850001", "/reason identifier"},
		"this month":               {"2026-05", lor, "salah ketik", ""},
		"a month that is to begin": {"2026-06", lor, "", "/period future"},
	} {
		got := ""
		if problems := (NewBatch{Period: c.period, Reason: c.reason}).Check(source, []geo.Code{c.area}, now); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
