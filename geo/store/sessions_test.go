package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

// logIn makes a session whose cookie's hash is name.
func (o *office) logIn(t testing.TB, p geo.Principal, name string) int64 {
	t.Helper()
	return must[int64](t)(o.CreateSession(t.Context(), geo.Session{Principal: p, ExpiresAt: time.Now().Add(time.Hour), Address: "10.0.0.1", Agent: "Firefox"}, []byte(name)))
}

func TestSessionsEnd(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	first, second, third := o.logIn(t, o.lor, "a"), o.logIn(t, o.lor, "b"), o.logIn(t, o.lor, "c")
	foreign := o.logIn(t, o.my, "d")
	list := must[[]geo.Session](t)(o.Sessions(ctx, o.lor, o.lor.AccountID))
	if len(list) != 3 || list[0].Address != "10.0.0.1" || list[0].Agent != "Firefox" || list[0].ID == 0 {
		t.Errorf("%+v", list)
	}
	wantKind(t, o.EndSessions(ctx, o.lor, o.lor.AccountID, foreign, 0), geo.NotFound)
	if err := o.EndSessions(ctx, o.lor, o.lor.AccountID, first, 0); err != nil {
		t.Fatal(err)
	}
	if err := o.EndSessions(ctx, o.lor, o.lor.AccountID, 0, second); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a": false, "b": true, "c": false, "d": true} {
		if _, err := o.SessionByToken(ctx, []byte(name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := must[geo.Session](t)(o.SessionByToken(ctx, []byte("b"))); got.ID != second || got.Principal.SessionID != second || got.Principal.Name != "pic-lor" || third == second {
		t.Errorf("%+v", got)
	}
	if err := o.SetPassword(ctx, o.lor, o.lor.AccountID, "neu", second); err != nil {
		t.Fatal(err)
	}
	must[geo.Session](t)(o.SessionByToken(ctx, []byte("b")))
	if err := o.SetPassword(ctx, o.mojoroto, o.lor.AccountID, "neu", 0); err != nil {
		t.Fatal(err)
	}
	_, err := o.SessionByToken(ctx, []byte("b"))
	wantKind(t, err, geo.NotFound)
}

func TestSessionsAreBounded(t *testing.T) {
	o := newOffice(t)
	for i := range maxSessions + 3 {
		o.logIn(t, o.lor, string(rune('0'+i)))
	}
	if n := one[int](t, o.owner, `select count(*) from sessions`); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
	_, err := o.SessionByToken(t.Context(), []byte("2"))
	wantKind(t, err, geo.NotFound)
	must[geo.Session](t)(o.SessionByToken(t.Context(), []byte("3")))
}

func TestSessionsIdleAndAreTouchedSeldom(t *testing.T) {
	o := newOffice(t)
	o.logIn(t, o.lor, "a")
	seen := func() time.Time {
		must[geo.Session](t)(o.SessionByToken(t.Context(), []byte("a")))
		return one[time.Time](t, o.owner, `select last_seen_at from sessions`)
	}
	if first := seen(); !seen().Equal(first) {
		t.Error("touched twice within a minute")
	}
	exec(t, o.owner, `update sessions set last_seen_at = now() - interval '61 seconds'`)
	if age := time.Since(seen()); age > 30*time.Second {
		t.Errorf("not touched after a minute: %s", age)
	}
	if at := must[geo.Account](t)(o.Account(t.Context(), o.admin, o.lor.AccountID)).LastSeenAt; at == nil || time.Since(*at) > 30*time.Second {
		t.Errorf("the account was last seen %v", at)
	}
	if n := one[int](t, o.owner, `select count(*) from account_history where id = $1`, o.lor.AccountID); n != 0 {
		t.Error("being seen is no change of an account")
	}
	exec(t, o.owner, `update sessions set last_seen_at = now() - interval '12 hours 1 second'`)
	_, err := o.SessionByToken(t.Context(), []byte("a"))
	wantKind(t, err, geo.NotFound)
}

func TestViewAs(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	session := o.logIn(t, o.mojoroto, "a")
	look := func() geo.Principal { return must[geo.Session](t)(o.SessionByToken(ctx, []byte("a"))).Principal }
	if err := o.ViewAs(ctx, look(), session, o.lor.AccountID); err != nil {
		t.Fatal(err)
	}
	p := look()
	if p.AccountID != o.lor.AccountID || !p.ReadOnly || p.ViewedBy == nil || p.ViewedBy.Name != "admin-mojoroto" || p.SessionID != session {
		t.Errorf("%+v", p)
	}
	wantKind(t, o.ViewAs(ctx, p, session, o.my.AccountID), geo.Conflict)
	wantKind(t, o.EndSessions(ctx, p, o.lor.AccountID, 0, 0), geo.Forbidden)
	_, err := o.CreateToken(ctx, p, p.AccountID, geo.Token{Name: "x"}, []byte("x"))
	wantKind(t, err, geo.Forbidden)
	if err := o.ViewAs(ctx, p, session, 0); err != nil {
		t.Fatal(err)
	}
	if p := look(); p.AccountID != o.mojoroto.AccountID || p.ReadOnly {
		t.Errorf("%+v", p)
	}
	if err := o.ViewAs(ctx, look(), session, o.lor.AccountID); err != nil {
		t.Fatal(err)
	}
	must[geo.Grant](t)(o.EndGrant(ctx, o.admin, o.mojoroto.Grants[0].ID, time.Time{}, ""))
	if p := look(); p.AccountID != o.mojoroto.AccountID || p.ViewedBy != nil {
		t.Errorf("who lost the right still looks as another: %+v", p)
	}
	var actions []string
	lines, _, err := o.AuditLines(ctx, o.admin, geo.AuditFilter{Actor: "pic-lor", Limit: 10})
	for _, l := range lines {
		actions = append(actions, l.Actor+" "+l.Action)
	}
	if err != nil || len(actions) < 3 || actions[0] != "admin-mojoroto view_as" || actions[1] != "admin-mojoroto view_ended" {
		t.Errorf("%v %v", actions, err)
	}
}

func TestInvitationsAreGoodOnce(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	a := person("baru", geo.Grant{Role: geo.RolePIC, AreaCode: lor})
	a.InvitationHash, a.InvitedUntil = []byte("first"), time.Now().Add(time.Hour)
	id := must[[]geo.Account](t)(o.CreateAccounts(ctx, o.mojoroto, []geo.NewAccount{a}))[0].AccountID
	for range 3 { // a preview opens links
		if i := must[geo.Invitation](t)(o.Invitation(ctx, []byte("first"))); i.Purpose != geo.PurposeInvitation || i.Account.Name != "baru" {
			t.Errorf("%+v", i)
		}
	}
	must[geo.Invitation](t)(o.Invite(ctx, o.mojoroto, id, []byte("second"), time.Now().Add(time.Hour)))
	_, err := o.AcceptInvitation(ctx, []byte("first"), "x")
	wantKind(t, err, geo.NotFound) // a new link ends the earlier
	var accepted atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := o.AcceptInvitation(ctx, []byte("second"), "hash"); err == nil {
				accepted.Add(1)
			}
		})
	}
	group.Wait()
	if accepted.Load() != 1 {
		t.Errorf("accepted %d times", accepted.Load())
	}
	made := must[geo.Account](t)(o.AccountByName(ctx, "baru"))
	if !made.HasPassword || made.PasswordHash != "hash" || made.InvitedUntil != nil {
		t.Errorf("%+v", made)
	}
	o.logIn(t, made.Principal, "a")
	if i := must[geo.Invitation](t)(o.Invite(ctx, o.mojoroto, id, []byte("reset"), time.Now().Add(time.Hour))); i.Purpose != geo.PurposeReset {
		t.Errorf("%+v", i)
	}
	must[geo.Session](t)(o.SessionByToken(ctx, []byte("a")))
	must[geo.Account](t)(o.AcceptInvitation(ctx, []byte("reset"), "other"))
	_, err = o.SessionByToken(ctx, []byte("a"))
	wantKind(t, err, geo.NotFound)
	must[geo.Invitation](t)(o.Invite(ctx, o.mojoroto, id, []byte("old"), time.Now().Add(-time.Second)))
	_, err = o.Invitation(ctx, []byte("old"))
	wantKind(t, err, geo.NotFound)
	must[geo.Invitation](t)(o.Invite(ctx, o.mojoroto, id, []byte("of a disabled one"), time.Now().Add(time.Hour)))
	exec(t, o.owner, `update accounts set disabled_at = now() where id = $1`, id)
	_, err = o.AcceptInvitation(ctx, []byte("of a disabled one"), "x")
	wantKind(t, err, geo.NotFound)
	for _, account := range []int64{id, o.mojoroto.AccountID} { // disabled; one's own
		_, err = o.Invite(ctx, o.mojoroto, account, []byte("again"), time.Now().Add(time.Hour))
		wantKind(t, err, geo.Conflict)
	}
}

func TestTokens(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	bad := map[string]geo.Token{"/name length": {}, "/area_code beyond": {Name: "x", Scope: geo.Scope{AreaCode: kidul}},
		"/expires_at range": {Name: "x", ExpiresAt: pointerTo(time.Now().Add(-time.Second))}}
	for want, token := range bad {
		_, err := o.CreateToken(ctx, o.lor, o.lor.AccountID, token, []byte("bad"))
		if got := wantKind(t, err, geo.Invalid); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	made := must[geo.Token](t)(o.CreateToken(ctx, o.admin, o.admin.AccountID,
		geo.Token{Name: "QGIS", Scope: geo.Scope{AreaCode: lor, Types: []string{"rt"}, ReadOnly: true}, ExpiresAt: &until}, []byte("t")))
	p, end, err := o.PrincipalByToken(ctx, []byte("t"))
	if err != nil || !p.Token || !p.ReadOnly || p.SessionID != 0 || !end.Equal(until) || len(p.Grants) != 1 || p.Grants[0].AreaCode != lor {
		t.Errorf("%+v %s %v", p, end, err)
	}
	now := time.Now()
	if geo.Can(p, geo.ActionEdit, geo.Target{Area: lor, Type: "rt"}, now) || !geo.Can(p, geo.ActionReadFull, geo.Target{Area: lor, Type: "rt"}, now) ||
		geo.Can(p, geo.ActionReadFull, geo.Target{Area: lor, Type: "posyandu"}, now) || geo.Can(p, geo.ActionReadFull, geo.Target{Area: kidul}, now) {
		t.Error("the scope does not narrow")
	}
	if list := must[[]geo.Token](t)(o.Tokens(ctx, o.admin, o.admin.AccountID)); len(list) != 1 || list[0].LastUsedAt == nil || list[0].RevokedAt != nil {
		t.Errorf("%+v", list)
	}
	wantKind(t, o.RevokeToken(ctx, o.lor, o.lor.AccountID, made.ID), geo.NotFound)
	wantKind(t, o.RevokeToken(ctx, o.mojoroto, 0, made.ID), geo.NotFound)
	if err := o.RevokeToken(ctx, o.admin, o.admin.AccountID, made.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = o.PrincipalByToken(ctx, []byte("t"))
	wantKind(t, err, geo.NotFound)
}

func TestTidy(t *testing.T) {
	o := newOffice(t)
	o.logIn(t, o.lor, "living")
	o.logIn(t, o.lor, "idle")
	o.logIn(t, o.lor, "over")
	exec(t, o.owner, `update sessions set last_seen_at = now() - interval '13 hours' where token_hash = 'idle'`)
	exec(t, o.owner, `update sessions set expires_at = now() - interval '1 hour' where token_hash = 'over'`)
	for name, day := range map[string]int{"new": 1, "old": 31} {
		exec(t, o.owner, `insert into invitations (token_hash, account_id, purpose, expires_at) values ($1::text::bytea, $2, 'reset', now() - make_interval(days => $3))`, name, o.lor.AccountID, day)
		exec(t, o.owner, `insert into idempotency_keys (account_id, key, request_hash, created_at) values ($2, $1, '', now() - make_interval(days => $3))`, name, o.lor.AccountID, day)
	}
	exec(t, o.owner, `alter table revisions disable trigger user`)
	exec(t, o.owner, `update revisions set committed_at = now() - interval '2 days' where id = (select min(tx) from withdrawals)`)
	before := one[int](t, o.owner, `select count(*) from withdrawals`)
	if err := o.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := one[string](t, o.owner, `select concat_ws(' ', (select string_agg(encode(token_hash, 'escape'), ',') from sessions),
(select string_agg(encode(token_hash, 'escape'), ',') from invitations), (select string_agg(key, ',') from idempotency_keys))`)
	if left != "living new new" {
		t.Errorf("left: %s", left)
	}
	// Ending the idle session withdraws once more.
	if after := one[int](t, o.owner, `select count(*) from withdrawals`); after != before {
		t.Errorf("%d withdrawals, before %d", after, before)
	}
}
