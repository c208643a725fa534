package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/patok-id/patok/geo"
)

func TestACreateIsProposedOnce(t *testing.T) {
	c := underReview(t, "kelurahan")
	create := geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: at(112.005, -7.805, "name", "Melati", "area_code", lor, "uuid", geo.NewUUID().String())}
	keyed := geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", AllowDuplicate: true, IdempotencyKey: "k", Input: at(112.002, -7.802, "name", "Mawar", "area_code", lor)}
	var wait sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]bool{}
	for i := range 20 {
		wait.Go(func() {
			for _, e := range []geo.Edit{create, keyed} {
				p := c.pic
				if i%2 == 0 && e.IdempotencyKey == "" {
					p = c.twin // one of the two is the first
				}
				r, err := c.app.Apply(t.Context(), p, e)
				outcome := fmt.Sprint(e.IdempotencyKey, " ", geo.KindOf(err))
				if err == nil {
					outcome = fmt.Sprint(e.IdempotencyKey, " ", r.Proposal.ID)
				}
				mu.Lock()
				outcomes[outcome] = true
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if n := one[int](t, c.owner, `select count(*) from proposals`); n != 2 || len(outcomes) != 3 || !outcomes[" conflict"] {
		t.Errorf("%d proposals of two creates: %v", n, outcomes)
	}
}

func TestBringingAVersionBackIsReviewed(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.published(at(112.005, -7.805, "name", "RT 005", "area_code", lor, "ketua_hp", "081299998888", "jumlah_kk", 40), "rt")
	change := patch(a, "name", "RT 006", "jumlah_kk", 50, "ketua_hp", "081277776666")
	if _, err := c.app.Apply(t.Context(), geo.System("test"), change); err != nil {
		t.Fatal(err)
	}
	x := c.propose(c.pic, geo.Edit{Verb: geo.VerbRevert, Type: "rt", ID: a.ID, IfVersion: 2, Version: 1, Reason: "keliru"})
	if got := changed(x, c.typeNamed("rt")); got != `name "RT 006"→"RT 005"; jumlah_kk 50→40` || x.Verb != geo.VerbUpdate {
		t.Errorf("%s: %s", x.Verb, got)
	}
	if done := c.decide(c.lurah, approval(x)); done.Before.Name != "RT 005" || done.Before.Version != 3 || !strings.Contains(string(done.Before.Private.Personal), "081277776666") {
		t.Errorf("published %+v", done.Before)
	}
}

func TestWhoSendsAgainWaits(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	x := c.propose(c.pic, patch(a, "strata", "mandiri"))
	_, err := c.app.Apply(t.Context(), c.pic, patch(a, "address", "Jl. Veteran"))
	if e := kindOf(t, err, geo.Waiting); e.Proposal != x.ID {
		t.Errorf("waiting for %d, want %d", e.Proposal, x.ID)
	}
	c.propose(c.twin, patch(a, "address", "Jl. Veteran")) // somebody else may
	withdrawn := c.decide(c.pic, geo.Decision{Act: geo.ActWithdrawn, ID: x.ID, Version: x.Version})
	if withdrawn.State != geo.ProposalWithdrawn || withdrawn.ClosedAt == nil {
		t.Errorf("withdrawn %+v", withdrawn)
	}
	c.propose(c.pic, patch(a, "address", "Jl. Veteran"))

	var wait sync.WaitGroup
	var mu sync.Mutex
	kinds := map[geo.Kind]int{}
	for range 20 {
		wait.Go(func() {
			_, err := c.app.Apply(t.Context(), c.both, patch(a, "rt", "005"))
			kind := geo.Kind("")
			if err != nil {
				kind = geo.KindOf(err)
			}
			mu.Lock()
			defer mu.Unlock()
			kinds[kind]++
		})
	}
	wait.Wait()
	if kinds[""] != 1 || kinds[geo.Waiting] != 19 {
		t.Errorf("20 sent at once: %v", kinds)
	}
}

func TestProposalsAreCheckedAsEditsAre(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	moved := func(lon, lat float64, reason string, pairs ...any) geo.Edit {
		return geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.ID, IfVersion: 1, Input: at(lon, lat, pairs...), Reason: reason}
	}
	for name, k := range map[string]struct {
		p    geo.Principal
		e    geo.Edit
		kind geo.Kind
		code string
	}{
		"of another kelurahan":    {c.kidul, patch(a, "strata", "mandiri"), geo.Forbidden, ""},
		"to another kelurahan":    {c.pic, patch(a, "area_code", "35.71.01.1002"), geo.Forbidden, ""},
		"the schema":              {c.pic, patch(a, "strata", "lima"), geo.Invalid, "enum"},
		"no version":              {c.pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.ID}, geo.NoVersion, ""},
		"an old version":          {c.pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.ID, IfVersion: 7}, geo.Stale, ""},
		"moved, no reason":        {c.pic, moved(112.0053, -7.805, ""), geo.Invalid, "reason_required"},
		"outside, no reason":      {c.pic, moved(112.011, -7.805, "salah letak"), geo.Invalid, "reason_required"},
		"outside the city":        {c.pic, moved(113, -7.805, "salah letak"), geo.Invalid, "outside_city"},
		"nothing changes":         {c.pic, patch(a, "strata", "madya"), geo.Invalid, "unchanged"},
		"a likely duplicate":      {c.pic, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: at(112.00501, -7.805, "name", "Posyandu Melati 1", "area_code", lor)}, geo.Duplicate, ""},
		"a restore of what is":    {c.pic, geo.Edit{Verb: geo.VerbRestore, Type: "posyandu", ID: a.ID}, geo.NotFound, ""},
		"a delete, old version":   {c.pic, geo.Edit{Verb: geo.VerbDelete, Type: "posyandu", ID: a.ID, IfVersion: 3}, geo.Stale, ""},
		"an unknown type":         {c.pic, geo.Edit{Verb: geo.VerbDelete, Type: "pasar", ID: a.ID, IfVersion: 1}, geo.NotFound, ""},
		"a reviewer is no editor": {c.lurah, patch(a, "strata", "mandiri"), geo.Forbidden, ""},
	} {
		_, err := c.app.Apply(t.Context(), k.p, k.e)
		e := kindOf(t, err, k.kind)
		if k.code != "" && (len(e.Fields) != 1 || e.Fields[0].Code != k.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := one[int](t, c.owner, `select count(*) from proposals`); n != 0 {
		t.Errorf("%d proposals are left of refused edits", n)
	}
	x := c.propose(c.pic, moved(112.0053, -7.805, "salah letak"))
	if x.MovedM == nil || *x.MovedM < 32 || *x.MovedM > 34 || x.Reason != "salah letak" {
		t.Errorf("moved %v m because of %q", x.MovedM, x.Reason)
	}
	confirmed, err := c.app.Apply(t.Context(), c.pic, geo.Edit{Verb: geo.VerbConfirm, Type: "posyandu", ID: a.ID, IfVersion: 1})
	if err != nil || confirmed.Asset == nil || confirmed.Asset.VerifiedAt == nil {
		t.Errorf("a confirmation waits: %+v, %v", confirmed, err)
	}
}

func TestWithoutARuleNothingWaits(t *testing.T) {
	c := underReview(t, "kelurahan")
	exec(t, c.owner, `update settings set value = '[{"type":"posyandu","area":null,"steps":["kelurahan"]},{"type":null,"area":"35.71.01.1002","steps":["kecamatan"]},{"type":null,"area":"35.71.01.1001","steps":[]}]' where name = 'review'`)
	a, err := c.app.Apply(t.Context(), c.both, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: at(112.005, -7.805, "name", "Melati", "area_code", lor)})
	if err != nil || a.Asset == nil {
		t.Fatalf("%+v, %v", a, err)
	}
	move := geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.Asset.ID, IfVersion: 1, Input: at(112.015, -7.805, "area_code", kidul), Reason: "pindah"}
	x := c.propose(c.both, move) // where it goes asks for more
	if len(x.Steps) != 1 || x.Steps[0] != geo.StepKecamatan || x.AreaCode != lor || x.ToArea != kidul {
		t.Errorf("a move to %s takes %v", x.ToArea, x.Steps)
	}
	c.refuse(c.lurah, approval(x), geo.Forbidden)
	waits := c.propose(c.admin, patch(a.Asset, "strata", "mandiri", "area_code", kidul))
	done := c.decide(c.camat, approval(x))
	if waits, err := c.app.Proposal(t.Context(), c.kidul, waits.ID); err != nil || waits.AreaCode != kidul || waits.ToArea != kidul {
		t.Errorf("another proposal did not move along: %+v, %v", waits, err)
	}
	if done.AreaCode != kidul || done.ToArea != kidul || done.Before.AreaCode != kidul {
		t.Errorf("after the move it is in %s", done.AreaCode)
	}
	if _, err := c.app.Proposal(t.Context(), c.pic, x.ID); geo.KindOf(err) != geo.NotFound {
		t.Errorf("who may no longer read the asset reads of it: %v", err)
	}
	if _, err := c.app.Proposal(t.Context(), c.kidul, x.ID); err != nil {
		t.Errorf("its new PIC does not: %v", err)
	}
}
