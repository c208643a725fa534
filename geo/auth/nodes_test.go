package auth_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/store"
)

// follow gives a second node over the same database: a service whose follower
// tells it what it must forget.
func (d *door) follow() *auth.Service {
	d.t.Helper()
	db, err := store.Open(d.t.Context(), d.url, store.Options{})
	d.must(err)
	var follower *feed.Follower
	service := auth.NewService(db, auth.Options{Lag: func() time.Duration { return follower.Lag() }})
	follower = feed.NewFollower(db, index.NewLive(), feed.NewHub(64, 4), slog.New(slog.DiscardHandler), feed.Options{Rights: service})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = follower.Run(ctx) })
	d.t.Cleanup(func() { cancel(); running.Wait(); db.Close() })
	waiting, stop := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer stop()
	d.must(follower.WaitFor(waiting, int64(d.count(`select revision from revision_clock`))))
	return service
}

// TestEveryNodeForgetsWithinASecond takes a right away through one node while
// another, which remembers it, is asked all the time.
func TestEveryNodeForgetsWithinASecond(t *testing.T) {
	d := newDoor(t)
	ctx := t.Context()
	first, second := d.follow(), d.follow()
	admin := d.person("admin", geo.Grant{Role: geo.RoleAdministrator})
	yes := true
	inside := func(p geo.Principal, err error) bool { return err == nil && p.AccountID != 0 }
	edits := func(p geo.Principal, err error) bool {
		return err == nil && geo.Can(p, geo.ActionEdit, geo.Target{Area: lor}, time.Now())
	}
	cases := []struct {
		name string
		take func(name string, p geo.Principal, tokenID int64) error
		by   string // cookie or bearer
		held func(geo.Principal, error) bool
	}{
		{"account disabled", func(_ string, p geo.Principal, _ int64) error {
			_, err := d.db.ChangeAccount(ctx, admin, p.AccountID, 1, geo.AccountChange{Disabled: &yes})
			return err
		}, "cookie", inside},
		{"account disabled, by token", func(_ string, p geo.Principal, _ int64) error {
			_, err := d.db.ChangeAccount(ctx, admin, p.AccountID, 1, geo.AccountChange{Disabled: &yes})
			return err
		}, "bearer", inside},
		{"session ended", func(_ string, p geo.Principal, _ int64) error {
			return d.db.EndSessions(ctx, admin, p.AccountID, p.SessionID, 0)
		}, "cookie", inside},
		{"logged out", func(cookie string, _ geo.Principal, _ int64) error { return first.LogOut(ctx, cookie) }, "cookie", inside},
		{"token revoked", func(_ string, p geo.Principal, token int64) error {
			return d.db.RevokeToken(ctx, admin, p.AccountID, token)
		}, "bearer", inside},
		{"grant ended", func(_ string, p geo.Principal, _ int64) error {
			_, err := d.db.EndGrant(ctx, admin, p.Grants[0].ID, time.Time{}, "selesai")
			return err
		}, "cookie", edits},
		{"password changed", func(_ string, p geo.Principal, _ int64) error {
			other, q, err := first.LogIn(ctx, geo.LogIn{Name: p.Name, Password: password, Address: home})
			if err == nil && other != "" {
				err = first.SetPassword(ctx, q, password, "gunung tinggi biru", home)
			}
			return err
		}, "cookie", inside},
		{"disabled by plain SQL", func(_ string, p geo.Principal, _ int64) error {
			_, err := d.sql.Exec(ctx, `update accounts set disabled_at = now() where id = $1`, p.AccountID)
			return err
		}, "cookie", inside},
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name := "pic-" + string(rune('a'+i))
			d.person(name, geo.Grant{Role: geo.RolePIC, AreaCode: lor})
			token, p := d.logIn(name)
			bearer, hash := auth.NewToken()
			made, err := d.db.CreateToken(ctx, d.ops, p.AccountID, geo.Token{Name: "x"}, hash)
			d.must(err)
			ask := func() bool {
				if c.by == "bearer" {
					return c.held(second.FromBearer(ctx, bearer))
				}
				return c.held(second.FromSession(ctx, token))
			}
			for begin := time.Now(); time.Since(begin) < 300*time.Millisecond; time.Sleep(time.Millisecond) {
				if !ask() {
					t.Fatal("the second node does not let in who may")
				}
			}
			d.must(c.take(token, p, made.ID))
			begin := time.Now()
			for ask() {
				if time.Since(begin) > time.Second {
					t.Fatal("a second later the other node still lets in")
				}
				time.Sleep(time.Millisecond)
			}
			t.Logf("refused on the other node %s after the answer", time.Since(begin).Round(time.Millisecond))
			for range 50 {
				if ask() {
					t.Fatal("let in again")
				}
			}
		})
	}
}
