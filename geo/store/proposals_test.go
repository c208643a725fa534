package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// reviewed is a city where everything goes by the lurah and the camat, with the
// server's store and its people.
type reviewed struct {
	*testing.T
	app, owner                  *Store
	pic, twin, kidul, both      geo.Principal // twin is another PIC of Bandar Lor, both one of the two kelurahan
	lurah, camat, dinkes, admin geo.Principal // dinkes looks after posyandu only
}

func underReview(t *testing.T, steps ...string) *reviewed {
	t.Helper()
	app, owner := served(t, nil)
	c := &reviewed{T: t, app: app, owner: owner}
	if len(steps) == 0 {
		steps = []string{"kelurahan", "kecamatan"}
	}
	c.pic = principal(t, owner, "pic-lor", geo.RolePIC, lor)
	c.twin = principal(t, owner, "pic-lor-2", geo.RolePIC, lor)
	c.kidul = principal(t, owner, "pic-kidul", geo.RolePIC, kidul)
	c.both = principal(t, owner, "pic-dua", geo.RolePIC, "35.71.01")
	c.lurah = principal(t, owner, "lurah", geo.RoleReviewer, lor)
	c.camat = principal(t, owner, "camat", geo.RoleReviewer, "35.71.01")
	c.admin = principal(t, owner, "admin", geo.RoleAdministrator, "")
	principal(t, owner, "dinkes", geo.RoleReviewer, "")
	exec(t, owner, `update grants set types = '{posyandu}' where account_id = (select id from accounts where name = 'dinkes')`)
	c.dinkes = c.again("dinkes")
	c.rule(steps...)
	return c
}

// again reads who somebody is now.
func (c *reviewed) again(name string) geo.Principal {
	c.Helper()
	a, err := c.owner.AccountByName(c.Context(), name)
	if err != nil {
		c.Fatal(err)
	}
	return a.Principal
}

// rule makes every edit take these steps.
func (c *reviewed) rule(steps ...string) {
	c.Helper()
	b, _ := json.Marshal(steps)
	exec(c, c.owner, `insert into settings (name, value) values ('review', $1::jsonb) on conflict (name) do update set value = excluded.value`,
		`[{"type":null,"area":null,"steps":`+string(b)+`}]`)
}

// propose sends an edit that must become a proposal.
func (c *reviewed) propose(p geo.Principal, e geo.Edit) *geo.Proposal {
	c.Helper()
	if e.Type == "" {
		e.Type = "posyandu"
	}
	before := one[string](c, c.owner, stateSQL)
	r, err := c.app.Apply(c.Context(), p, e)
	if err != nil {
		c.Fatal(err)
	}
	if r.Proposal == nil || r.Asset != nil || r.Created {
		c.Fatalf("no proposal: %+v", r)
	}
	if after := one[string](c, c.owner, stateSQL); after != before {
		c.Fatalf("a proposal changed what is published: %s, then %s", before, after)
	}
	return r.Proposal
}

// stateSQL is everything that is published, and the clock.
const stateSQL = `select (select revision from revision_clock)::text || (select count(*) from revisions) || (select count(*) from asset_history)
|| (select count(*) from asset_personal) || coalesce((select string_agg(a::text, ';' order by id) from assets a), '')`

// published makes an asset without review.
func (c *reviewed) published(in geo.Input, typ string) *geo.Asset {
	c.Helper()
	r, err := c.app.Apply(c.Context(), geo.System("test"), geo.Edit{Verb: geo.VerbCreate, Type: typ, Input: in, AllowDuplicate: true})
	if err != nil {
		c.Fatal(err)
	}
	return r.Asset
}

func (c *reviewed) melati() *geo.Asset {
	return c.published(at(112.005, -7.805, "name", "Posyandu Melati", "area_code", "35.71.01.1001", "strata", "madya"), "posyandu")
}

// patch is an edit of an asset's properties.
func patch(a *geo.Asset, pairs ...any) geo.Edit {
	return geo.Edit{Verb: geo.VerbMerge, Type: a.Type, ID: a.ID, IfVersion: a.Version, Input: geo.Input{Properties: properties(pairs...)}}
}

func approval(x *geo.Proposal) geo.Decision {
	d := geo.Decision{Act: geo.ActApproved, ID: x.ID, Version: x.Version}
	if x.Before != nil {
		d.AssetVersion = x.Before.Version
	}
	return d
}

// decide carries a decision out.
func (c *reviewed) decide(p geo.Principal, d geo.Decision) *geo.Proposal {
	c.Helper()
	x, err := c.app.Decide(c.Context(), p, d)
	if err != nil {
		c.Fatalf("%s as %s: %v", d.Act, p.Name, err)
	}
	return x
}

// refuse expects a decision to be refused, and nothing of it to be left.
func (c *reviewed) refuse(p geo.Principal, d geo.Decision, want geo.Kind) *geo.Error {
	c.Helper()
	const sql = `select coalesce(string_agg(p::text, ';'), '') || (select count(*) from proposal_events) || (select count(*) from audit) from proposals p`
	before := one[string](c, c.owner, sql) + one[string](c, c.owner, stateSQL)
	_, err := c.app.Decide(c.Context(), p, d)
	e := kindOf(c.T, err, want)
	if after := one[string](c, c.owner, sql) + one[string](c, c.owner, stateSQL); after != before {
		c.Errorf("a refused %s as %s left something: %s, then %s", d.Act, p.Name, before, after)
	}
	return e
}

func acts(x *geo.Proposal) string {
	var list []string
	for _, e := range x.Events {
		list = append(list, fmt.Sprint(e.By.Name, " ", e.Act, " ", e.Step))
	}
	return strings.Join(list, "; ")
}

func changed(x *geo.Proposal, t *geo.AssetType) string {
	var list []string
	for _, d := range x.Changes(t) {
		list = append(list, fmt.Sprint(d.Field, " ", string(d.Before), "→", string(d.After), map[bool]string{true: " !"}[d.Conflict]))
	}
	return strings.Join(list, "; ")
}

func (c *reviewed) typeNamed(name string) *geo.AssetType {
	c.Helper()
	content, err := c.owner.Load(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	i := slices.IndexFunc(content.Types, func(t *geo.AssetType) bool { return t.Name == name })
	return content.Types[i]
}

func TestAProposalOfAnUpdate(t *testing.T) {
	c := underReview(t)
	a := c.melati()
	x := c.propose(c.pic, patch(a, "strata", "mandiri", "address", "Jl. Veteran"))
	if x.State != geo.ProposalSent || x.Verb != geo.VerbUpdate || x.Name != "Posyandu Melati" || x.Before.Version != 1 ||
		string(x.After.Attributes) != `{"strata":"mandiri"}` || x.After.Placement != geo.Inside || x.MovedM != nil {
		t.Errorf("proposed %+v", x)
	}
	if got := changed(x, c.typeNamed("posyandu")); got != `address null→"Jl. Veteran"; strata "madya"→"mandiri"` {
		t.Errorf("changes %s", got)
	}
	shown, err := c.app.Asset(t.Context(), c.pic, a.ID)
	if err != nil || !slices.Equal(shown.Private.Proposals, []int64{x.ID}) {
		t.Errorf("the asset does not name what waits: %v, %v", shown, err)
	}
	c.refuse(c.camat, approval(x), geo.Forbidden) // the lurah comes first
	c.refuse(c.pic, approval(x), geo.Forbidden)
	c.refuse(c.dinkes, approval(x), geo.Forbidden)
	c.refuse(c.kidul, approval(x), geo.NotFound)
	c.refuse(geo.Public, approval(x), geo.Unauthorized)

	back := c.decide(c.lurah, geo.Decision{Act: geo.ActReturned, ID: x.ID, Version: x.Version, Note: "Periksa lagi", Fields: map[string]string{"/properties/strata": "Tahun berapa?"}})
	if back.State != geo.ProposalReturned || back.Events[1].Fields["/properties/strata"] != "Tahun berapa?" {
		t.Errorf("returned %+v", back)
	}
	c.refuse(c.lurah, approval(back), geo.Conflict)
	again, err := c.app.Correct(t.Context(), c.pic, geo.Correction{ID: x.ID, Version: back.Version, Input: geo.Input{Properties: properties("strata", "purnama")}})
	if err != nil || again.State != geo.ProposalSent || again.Step != 0 {
		t.Fatalf("corrected %+v, %v", again, err)
	}
	checked := c.decide(c.lurah, approval(again))
	if checked.State != geo.ProposalChecking || checked.Step != 1 {
		t.Errorf("after the lurah %+v", checked)
	}
	if v := one[int](t, c.owner, `select version from assets where id = $1`, a.ID); v != 1 {
		t.Errorf("published before the last step")
	}
	c.refuse(c.lurah, approval(checked), geo.Forbidden)
	done := c.decide(c.camat, approval(checked))
	if done.State != geo.ProposalPublished || done.Revision == 0 || done.Before.Version != 2 || string(done.Before.Attributes) != `{"strata": "purnama"}` || len(done.Before.Private.Proposals) > 0 {
		t.Errorf("published %+v: %+v", done, done.Before)
	}
	if got := acts(done); got != "pic-lor sent ; lurah returned kelurahan; pic-lor corrected ; lurah approved kelurahan; camat approved kecamatan; camat published " {
		t.Errorf("events %s", got)
	}
	if got := one[string](t, c.owner, `select concat_ws(',', actor, kind, approved_by) from revisions where revision = $1`, done.Revision); got != "pic-lor,review,camat" {
		t.Errorf("the revision is by %s", got)
	}
	if got := one[string](t, c.owner, `select string_agg(concat_ws(' ', actor, action, target), ',' order by id) from audit where action like 'proposal%'`); got !=
		fmt.Sprintf("lurah proposal_returned proposals/%[1]d,lurah proposal_approved proposals/%[1]d,camat proposal_approved proposals/%[1]d", x.ID) {
		t.Errorf("audit %s", got)
	}
	c.refuse(c.camat, approval(done), geo.Conflict)
}

func TestProposalsOfACreateADeleteAndARestore(t *testing.T) {
	c := underReview(t, "kelurahan")
	uuid := geo.NewUUID().String()
	create := geo.Edit{Verb: geo.VerbCreate, Type: "rt", Reason: "baru dibentuk", IdempotencyKey: "k",
		Input: at(112.005, -7.805, "name", "RT 005", "area_code", lor, "ketua_hp", "081299998888", "uuid", uuid)}
	x := c.propose(c.pic, create)
	if x.Before != nil || x.AssetID != 0 || x.After.Placement != geo.Inside || x.UUID.String() != uuid || !strings.Contains(string(x.After.Private.Personal), "081299998888") {
		t.Errorf("proposed %+v: %+v", x, x.After)
	}
	if again := c.propose(c.pic, create); again.ID != x.ID {
		t.Errorf("repeated by key: proposal %d, want %d", again.ID, x.ID)
	}
	create.IdempotencyKey = ""
	if again := c.propose(c.pic, create); again.ID != x.ID {
		t.Errorf("repeated by UUID: proposal %d, want %d", again.ID, x.ID)
	}
	_, err := c.app.Apply(t.Context(), c.twin, create)
	kindOf(t, err, geo.Conflict)
	corrected, err := c.app.Correct(t.Context(), c.pic, geo.Correction{ID: x.ID, Version: x.Version, Input: at(112.006, -7.806, "name", "RT 006", "uuid", geo.NewUUID().String())})
	if err != nil || corrected.Name != "RT 006" || corrected.UUID.String() != uuid || corrected.After.Point[0] != 112.006 || corrected.Reason != "baru dibentuk" {
		t.Fatalf("corrected %+v, %v", corrected, err)
	}
	made := c.decide(c.lurah, approval(corrected))
	a, err := c.app.Asset(t.Context(), c.pic, made.AssetID)
	if err != nil || a.UUID.String() != uuid || a.Name != "RT 006" || a.Version != 1 || !strings.Contains(string(a.Private.Personal), "081299998888") {
		t.Fatalf("made %+v, %v", a, err)
	}
	if n := one[int](t, c.owner, `select count(*) from proposals p where p::text like '%081299998888%'`); n != 0 {
		t.Errorf("a closed proposal holds a telephone number")
	}
	if got := one[string](t, c.owner, `select reason from revisions where revision = $1`, made.Revision); got != "baru dibentuk" {
		t.Errorf("the revision's reason is %q", got)
	}
	if r, err := c.app.Apply(t.Context(), c.pic, create); err != nil || r.Created || r.Asset == nil || r.Asset.ID != a.ID {
		t.Errorf("repeated after it was published: %+v, %v", r, err)
	}

	gone := c.propose(c.pic, geo.Edit{Verb: geo.VerbDelete, Type: "rt", ID: a.ID, IfVersion: a.Version})
	if gone.After != nil || gone.Before.ID != a.ID || len(gone.Changes(c.typeNamed("rt"))) != 0 {
		t.Errorf("proposed %+v", gone)
	}
	deleted := c.decide(c.lurah, approval(gone))
	if deleted.Before != nil || deleted.Revision == 0 {
		t.Errorf("deleted %+v", deleted)
	}
	back := c.propose(c.pic, geo.Edit{Verb: geo.VerbRestore, Type: "rt", ID: a.ID})
	if back.Before != nil || back.After == nil || back.After.Name != "RT 006" {
		t.Errorf("proposed %+v: %+v", back, back.After)
	}
	restored := c.decide(c.lurah, approval(back))
	if restored.Before == nil || restored.Before.Version != 2 || restored.Before.Name != "RT 006" {
		t.Errorf("restored %+v", restored.Before)
	}
}

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

func TestATypeThatIsGone(t *testing.T) {
	c := underReview(t, "kelurahan")
	x := c.propose(c.pic, patch(c.melati(), "strata", "mandiri"))
	exec(t, c.owner, `delete from asset_types where name = 'posyandu'`)
	c.refuse(c.lurah, approval(x), geo.NotFound)
	if gone := c.decide(c.lurah, geo.Decision{Act: geo.ActRejected, ID: x.ID, Version: x.Version, Note: "jenisnya dihapus"}); gone.State != geo.ProposalRejected || !gone.Input.Empty() {
		t.Errorf("rejected %+v", gone)
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

func TestAPublicationHoldsToTheRulesOfItsTime(t *testing.T) {
	c := underReview(t, "kelurahan")
	a := c.melati()
	x := c.propose(c.pic, patch(a, "strata", "mandiri"))
	exec(t, c.owner, `update asset_types set definition = jsonb_set(definition, '{schema,properties,strata,enum}', '["madya"]') where name = 'posyandu'`)
	if e := c.refuse(c.lurah, approval(x), geo.Invalid); e.Fields[0].Pointer != "/properties/strata" {
		t.Errorf("refused %v", e)
	}
	if shown, err := c.app.Proposal(t.Context(), c.lurah, x.ID); err != nil || string(shown.After.Attributes) != `{"strata":"mandiri"}` {
		t.Errorf("what is proposed is not shown: %+v, %v", shown, err)
	}
	far := c.propose(c.twin, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: at(112.015, -7.805, "name", "Jauh", "area_code", lor)})
	if far.After.Placement != geo.Held || far.After.OutsideM < 500 {
		t.Errorf("550 m outside it would be %s, %v m", far.After.Placement, far.After.OutsideM)
	}
	done := c.decide(c.lurah, approval(far))
	if placed := one[string](t, c.owner, `select placement from assets where id = $1`, done.AssetID); placed != "held" {
		t.Errorf("a lurah published a point far outside: %s", placed)
	}
	override := c.propose(c.admin, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: done.AssetID, IfVersion: 1, Input: geo.Input{Properties: properties("placement", "override")}})
	c.decide(c.lurah, approval(override))
	if placed := one[string](t, c.owner, `select placement from assets where id = $1`, done.AssetID); placed != "override" {
		t.Errorf("what an administrator proposed became %s", placed)
	}
}

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
