package store

import (
	"fmt"
	"testing"

	"github.com/patok-id/patok/geo"
)

func TestLists(t *testing.T) {
	c := underReview(t)
	a := c.melati()
	b := c.published(at(112.015, -7.805, "name", "RT 001", "area_code", "35.71.01.1002", "ketua_hp", "081299998888"), "rt")
	first := c.propose(c.pic, patch(a, "strata", "mandiri"))
	second := c.propose(c.twin, patch(a, "rt", "001"))
	third := c.propose(c.kidul, patch(b, "rt", "002"))
	c.decide(c.lurah, approval(second))
	names := func(p geo.Principal, f geo.ProposalFilter) string {
		t.Helper()
		f.Limit = 100
		list, matched, next, err := c.app.Proposals(t.Context(), p, f)
		if err != nil || matched != len(list) || next != 0 {
			t.Fatalf("%d of %d, next %d, %v", len(list), matched, next, err)
		}
		var ids []int64
		for _, x := range list {
			ids = append(ids, x.ID)
		}
		return fmt.Sprint(ids)
	}
	ids := func(list ...*geo.Proposal) string {
		var out []int64
		for _, x := range list {
			out = append(out, x.ID)
		}
		return fmt.Sprint(out)
	}
	for name, k := range map[string]struct {
		p    geo.Principal
		f    geo.ProposalFilter
		want string
	}{
		"lurah, review":       {c.lurah, geo.ProposalFilter{For: "review", State: "open"}, ids(first)},
		"camat, review":       {c.camat, geo.ProposalFilter{For: "review", State: "open"}, ids(second)},
		"admin, review":       {c.admin, geo.ProposalFilter{For: "review"}, ids(first, second, third)},
		"lurah, area":         {c.lurah, geo.ProposalFilter{State: "open"}, ids(second, first)},
		"camat, area":         {c.camat, geo.ProposalFilter{}, ids(third, second, first)},
		"pic, mine":           {c.pic, geo.ProposalFilter{For: "mine"}, ids(first)},
		"pic, area":           {c.pic, geo.ProposalFilter{For: "area"}, ids(second, first)},
		"pic, elsewhere":      {c.pic, geo.ProposalFilter{Area: kidul}, ids()},
		"pic, another's":      {c.pic, geo.ProposalFilter{Asset: b.ID}, ids()},
		"by type":             {c.admin, geo.ProposalFilter{Type: "rt"}, ids(third)},
		"by area":             {c.admin, geo.ProposalFilter{Area: lor}, ids(second, first)},
		"by asset":            {c.admin, geo.ProposalFilter{Asset: a.ID}, ids(second, first)},
		"by state":            {c.admin, geo.ProposalFilter{State: "checking"}, ids(second)},
		"closed":              {c.admin, geo.ProposalFilter{State: "closed"}, ids()},
		"agency of posyandu":  {c.dinkes, geo.ProposalFilter{}, ids(second, first)},
		"the public":          {geo.Public, geo.ProposalFilter{}, ids()},
		"a planner":           {principal(t, c.owner, "bappeda", geo.RolePlanner, ""), geo.ProposalFilter{}, ids()},
		"looking, not acting": {geo.Principal{AccountID: c.lurah.AccountID, Grants: c.lurah.Grants, ReadOnly: true}, geo.ProposalFilter{For: "review"}, ids()},
	} {
		if got := names(k.p, k.f); got != k.want {
			t.Errorf("%s: %s, want %s", name, got, k.want)
		}
	}
	page, matched, next, err := c.app.Proposals(t.Context(), c.admin, geo.ProposalFilter{For: "review", Limit: 2})
	if err != nil || matched != 3 || len(page) != 2 || next != second.ID {
		t.Errorf("a page: %d of %d, next %d, %v", len(page), matched, next, err)
	}
	page, _, next, err = c.app.Proposals(t.Context(), c.admin, geo.ProposalFilter{For: "review", Limit: 2, After: next})
	if err != nil || len(page) != 1 || page[0].ID != third.ID || next != 0 {
		t.Errorf("the next page: %v, next %d, %v", page, next, err)
	}
	c.decide(c.lurah, geo.Decision{Act: geo.ActReturned, ID: first.ID, Version: first.Version, Note: "x"})
	for name, k := range map[string]struct {
		p    geo.Principal
		want geo.ProposalCounts
	}{
		"pic":   {c.pic, geo.ProposalCounts{MineReturned: 1, MineOpen: 1}},
		"twin":  {c.twin, geo.ProposalCounts{MineOpen: 1}},
		"camat": {c.camat, geo.ProposalCounts{Review: 1}},
		"lurah": {c.lurah, geo.ProposalCounts{}},
		"admin": {c.admin, geo.ProposalCounts{Review: 2}},
	} {
		if got, err := c.app.CountProposals(t.Context(), k.p); err != nil || got != k.want {
			t.Errorf("%s counts %+v, want %+v, %v", name, got, k.want, err)
		}
	}
}
