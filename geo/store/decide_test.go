package store

import (
	"fmt"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

func TestParallelApprovalsHaveOneWinner(t *testing.T) {
	c := underReview(t, "kelurahan")
	x := c.propose(c.pic, patch(c.melati(), "strata", "mandiri"))
	second := principal(t, c.owner, "lurah-2", geo.RoleReviewer, lor)
	var wait sync.WaitGroup
	var mu sync.Mutex
	kinds := map[geo.Kind]int{}
	for i := range 20 {
		wait.Go(func() {
			_, err := c.app.Decide(t.Context(), []geo.Principal{c.lurah, second, c.admin}[i%3], approval(x))
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
	if kinds[""] != 1 || kinds[geo.Stale] != 19 {
		t.Errorf("outcomes %v", kinds)
	}
	if v := one[int](t, c.owner, `select version from assets`); v != 2 {
		t.Errorf("version %d after one approval", v)
	}
	if n := one[int](t, c.owner, `select count(*) from proposal_events`); n != 3 {
		t.Errorf("%d events, want sent, approved, published", n)
	}
}

func TestWhatTwoPeopleChangedIsMerged(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	mine := c.propose(c.pic, patch(a, "strata", "mandiri", "address", "Jl. Veteran"))
	other := c.propose(c.twin, patch(a, "name", "Posyandu Mawar", "rt", "005"))
	clash := c.propose(c.both, patch(a, "strata", "purnama", "rw", "002"))
	c.decide(c.lurah, approval(other))
	c.refuse(c.lurah, approval(mine), geo.Stale) // the asset moved on since it was read
	mine, err := c.app.Proposal(t.Context(), c.lurah, mine.ID)
	if err != nil {
		t.Fatal(err)
	}
	done := c.decide(c.lurah, approval(mine))
	if got := done.Before; got.Name != "Posyandu Mawar" || got.RT != "005" || got.Address != "Jl. Veteran" || string(got.Attributes) != `{"strata": "mandiri"}` || got.Version != 3 {
		t.Errorf("merged %+v %s", got, got.Attributes)
	}

	clash, err = c.app.Proposal(t.Context(), c.lurah, clash.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := changed(clash, c.typeNamed("posyandu")); got != `rw null→"002"; strata "mandiri"→"purnama" !` {
		t.Errorf("changes %s", got)
	}
	e := c.refuse(c.lurah, approval(clash), geo.Conflicting)
	if len(e.Fields) != 1 || e.Fields[0].Pointer != "/properties/strata" || fmt.Sprintf("%s %s", e.Fields[0].Detail["mine"], e.Fields[0].Detail["theirs"]) != `"purnama" "mandiri"` {
		t.Errorf("conflicting %+v", e.Fields)
	}
	correct := func(keep geo.Preferred, pairs ...any) (*geo.Proposal, error) {
		return c.app.Correct(t.Context(), c.both, geo.Correction{ID: clash.ID, Version: clash.Version, Input: geo.Input{Properties: properties(pairs...)},
			Keep: map[string]geo.Preferred{"/properties/strata": keep}})
	}
	_, err = correct("", "note", "baru")
	kindOf(t, err, geo.Conflicting)
	for _, k := range []struct {
		keep  geo.Preferred
		pairs []any
		want  string
	}{
		{geo.Mine, nil, `rw null→"002"; strata "mandiri"→"purnama"`},
		{"", []any{"strata", "pratama"}, `rw null→"002"; strata "mandiri"→"pratama"`},
		{geo.Theirs, []any{"strata", nil}, `rw null→"002"; strata "mandiri"→null`},
	} {
		if clash, err = correct(k.keep, k.pairs...); err != nil {
			t.Fatal(err)
		}
		if got := changed(clash, c.typeNamed("posyandu")); got != k.want {
			t.Errorf("kept %q: changes %s, want %s", k.keep, got, k.want)
		}
	}
	if done = c.decide(c.lurah, approval(clash)); done.Before.RW != "002" || string(done.Before.Attributes) != `{}` {
		t.Errorf("settled %+v %s", done.Before, done.Before.Attributes)
	}
}

func TestKeepingWhatIsPublished(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	x := c.propose(c.pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.ID, IfVersion: 1, Reason: "salah letak",
		Input: at(112.006, -7.806, "taken_by", "gps", "accuracy_m", 4, "note", "pindah")})
	direct := geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: a.ID, IfVersion: 1, Input: at(112.004, -7.804, "taken_by", "ketik")}
	if _, err := c.app.Apply(t.Context(), geo.System("impor"), direct); err != nil {
		t.Fatal(err)
	}
	x, err := c.app.Correct(t.Context(), c.pic, geo.Correction{ID: x.ID, Version: x.Version, Keep: map[string]geo.Preferred{"/geometry": geo.Theirs}})
	if err != nil {
		t.Fatal(err)
	}
	if got := changed(x, c.typeNamed("posyandu")); got != `note null→"pindah"` {
		t.Errorf("changes %s", got)
	}
	done := c.decide(c.lurah, approval(x))
	if *done.Before.Point != (orb.Point{112.004, -7.804}) || done.Before.TakenBy != "ketik" || done.Before.Private.Note != "pindah" {
		t.Errorf("kept %+v", done.Before)
	}
}

func TestNobodyReviewsWhatTheyWrote(t *testing.T) {
	c := underReview(t, "kelurahan", "kecamatan", "agency")
	a := c.melati()
	x := c.propose(c.admin, patch(a, "strata", "mandiri"))
	for _, p := range []geo.Principal{c.lurah, c.camat, c.dinkes} {
		c.refuse(c.admin, approval(x), geo.Forbidden)
		for _, act := range []geo.ReviewAct{geo.ActReturned, geo.ActRejected} {
			c.refuse(c.admin, geo.Decision{Act: act, ID: x.ID, Version: x.Version, Note: "x"}, geo.Forbidden)
		}
		c.refuse(c.lurah, geo.Decision{Act: geo.ActWithdrawn, ID: x.ID, Version: x.Version}, geo.Forbidden)
		x = c.decide(p, approval(x))
	}
	if x.State != geo.ProposalPublished {
		t.Errorf("after three steps it is %s", x.State)
	}
	y := c.propose(c.pic, patch(x.Before, "strata", "madya"))
	y, err := c.app.Correct(t.Context(), c.admin, geo.Correction{ID: y.ID, Version: y.Version, Input: geo.Input{Properties: properties("rt", "1")}})
	if err != nil {
		t.Fatal(err)
	}
	c.refuse(c.admin, approval(y), geo.Forbidden) // who corrected it wrote it too
	y = c.decide(c.lurah, approval(y))
	exec(t, c.owner, `insert into grants (account_id, role, area_code) values ($1, 'reviewer', '35.71.01')`, c.pic.AccountID)
	c.refuse(c.again("pic-lor"), approval(y), geo.Forbidden) // also as camat meanwhile
}

func TestAProposalOutlivesItsAuthorsRights(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	x := c.propose(c.pic, patch(a, "strata", "mandiri"))
	exec(t, c.owner, `update grants set valid_until = now() where account_id = $1`, c.pic.AccountID)
	ended := c.again("pic-lor")
	if _, err := c.app.Proposal(t.Context(), ended, x.ID); geo.KindOf(err) != geo.NotFound {
		t.Errorf("its author still reads it: %v", err)
	}
	if list, matched, _, err := c.app.Proposals(t.Context(), ended, geo.ProposalFilter{For: "mine", Limit: 10}); err != nil || len(list) != 0 || matched != 0 {
		t.Errorf("its author still lists it: %v, %v", list, err)
	}
	c.refuse(ended, geo.Decision{Act: geo.ActWithdrawn, ID: x.ID, Version: x.Version}, geo.NotFound)
	if done := c.decide(c.lurah, approval(x)); string(done.Before.Attributes) != `{"strata": "mandiri"}` {
		t.Errorf("published %+v", done.Before)
	}
}

func TestATypeThatIsGone(t *testing.T) {
	c := underReview(t, "kelurahan")
	x := c.propose(c.pic, patch(c.melati(), "strata", "mandiri"))
	exec(t, c.owner, `delete from asset_types where name = 'posyandu'`)
	c.refuse(c.lurah, approval(x), geo.NotFound)
	if gone := c.decide(c.lurah, geo.Decision{Act: geo.ActRejected, ID: x.ID, Version: x.Version, Note: "jenisnya dihapus"}); gone.State != geo.ProposalRejected || !gone.Input.Empty() {
		t.Errorf("rejected %+v", gone)
	}
}
