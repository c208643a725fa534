package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

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
	content := load(c.T, c.owner)
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
