package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// connect opens a connection that ends with the test.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

var (
	allRoles   = []geo.Role{geo.RoleAdministrator, geo.RolePIC, geo.RoleReviewer, geo.RoleDinsos, geo.RolePlanner, geo.RoleService}
	allActions = []geo.Action{geo.ActionRead, geo.ActionReadFull, geo.ActionEdit, geo.ActionReview, geo.ActionWatch, geo.ActionOverride, geo.ActionAdminister,
		geo.ActionAnalyse, geo.ActionFigures, geo.ActionEnter, geo.ActionCheck, geo.ActionPublish}
)

// grantsOfEveryKind crosses roles, areas, types and dates.
func grantsOfEveryKind(now time.Time) []geo.Grant {
	var list []geo.Grant
	hour := time.Hour
	dates := [][2]time.Time{{}, {now.Add(-2 * hour), now.Add(-hour)}, {now.Add(-hour), now.Add(hour)}, {now.Add(hour), now.Add(2 * hour)}}
	for _, role := range allRoles {
		// 35.71.01.100 and 35.7 are the beginning of codes, and above none.
		for _, area := range []geo.Code{"", "35.71", "35.71.01", "35.71.01.1001", "35.71.01.1002", "35.71.01.100", "35.7"} {
			for _, types := range [][]string{nil, {}, {"posyandu"}, {"rt", "pos_kamling"}} {
				for _, d := range dates {
					list = append(list, geo.Grant{Role: role, AreaCode: area, Types: types, From: d[0], Until: d[1]})
				}
			}
		}
	}
	return list
}

// peopleOfEveryKind are principals with no grant, each single grant, and some
// with several; every fourth is disabled too.
func peopleOfEveryKind(r *rand.Rand, now time.Time) []geo.Principal {
	grants := grantsOfEveryKind(now)
	people := []geo.Principal{{}}
	for _, g := range grants {
		people = append(people, geo.Principal{Grants: []geo.Grant{g}})
	}
	for range 200 {
		people = append(people, geo.Principal{Grants: []geo.Grant{grants[r.IntN(len(grants))], grants[r.IntN(len(grants))], grants[r.IntN(len(grants))]}})
	}
	return people
}

// TestRowSecurityEqualsCan asks the database and geo.Can the same, about every
// kind of person.
func TestRowSecurityEqualsCan(t *testing.T) {
	s, url := open(t)
	app := connect(t, geotest.AppURL(t, url))
	now := time.Now()
	people := peopleOfEveryKind(geotest.Random(t), now)
	disabled := savePeople(t, s, people)
	var targets []geo.Target
	for _, area := range []geo.Code{"", "35", "35.71", "35.71.01", "35.71.01.1001", "35.71.01.1002", "35.71.01.1003", "35.71.02.1001", "33.71.01.1001"} {
		for _, kind := range []string{"", "posyandu", "rt"} {
			targets = append(targets, geo.Target{Area: area, Type: kind, Held: true})
		}
	}
	asked, yes := 0, 0
	for _, p := range people {
		who := p
		if disabled[p.AccountID] {
			who = geo.Public // nobody logs in with it
		}
		got := mays(t, app, p.AccountID, targets)
		for i, action := range allActions {
			for j, target := range targets {
				want := geo.Can(who, action, target, now)
				if got[i*len(targets)+j] != want {
					t.Fatalf("may(%s, %q, %q) is %v in the database; geo.Can says %v to %+v", action, target.Area, target.Type, !want, want, p)
				}
				asked++
				if want {
					yes++
				}
			}
		}
	}
	t.Logf("%d combinations of person, action and target agree, %d of them allowed", asked, yes)
}

// TestReachEqualsMay: what a table of many rows asks once is what it would be told
// for every row.
func TestReachEqualsMay(t *testing.T) {
	s, url := open(t)
	app := connect(t, geotest.AppURL(t, url))
	people := peopleOfEveryKind(geotest.Random(t), time.Now())
	savePeople(t, s, people)
	places := []string{"", "35", "35.71", "35.7", "35.71.01", "35.71.02", "35.71.01.1001", "35.71.01.1002", "35.71.01.1001-001", "35.71.01.1001-001-002", "35.71.01.1002-001-002", "33.71.01.1001"}
	asked, yes := 0, 0
	for _, id := range append([]string{"", "0", "system", "x"}, accountIDs(people)...) {
		if _, err := app.Exec(t.Context(), `select set_config('patok.account', $1, false)`, id); err != nil {
			t.Fatal(err)
		}
		var differ, allowed int
		err := app.QueryRow(t.Context(), `select count(*) filter (where near is distinct from every), count(*) filter (where near)
from (select p like any (reach(a)) as near, may(a, split_part(p, '-', 1), '') as every
      from unnest($1::text[]) p, unnest(array['watch', 'figures', 'enter', 'check']) a) x`, places).Scan(&differ, &allowed)
		if err != nil || differ > 0 {
			t.Fatalf("account %q: %d places differ, %v", id, differ, err)
		}
		asked, yes = asked+4*len(places), yes+allowed
	}
	t.Logf("%d combinations agree, %d of them allowed", asked, yes)
}

func accountIDs(people []geo.Principal) []string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = strconv.FormatInt(p.AccountID, 10)
	}
	return ids
}

// savePeople writes the accounts and grants of people, gives them their ids,
// and tells who of them is disabled.
func savePeople(t *testing.T, s *Store, people []geo.Principal) map[int64]bool {
	t.Helper()
	disabled := map[int64]bool{}
	var accounts, grants [][]any
	for i := range people {
		id := int64(1000 + i)
		people[i].AccountID = id
		var at *time.Time
		if disabled[id] = i%4 == 3; disabled[id] {
			at = pointerTo(time.Now())
		}
		accounts = append(accounts, []any{id, "orang-" + strconv.Itoa(i), at})
		for _, g := range people[i].Grants {
			grants = append(grants, []any{id, string(g.Role), noneIfEmpty(string(g.AreaCode)), g.Types, pointerTo(g.From), pointerTo(g.Until)})
		}
	}
	save := func(table string, columns []string, rows [][]any) {
		t.Helper()
		if _, err := s.pool.CopyFrom(t.Context(), pgx.Identifier{table}, columns, pgx.CopyFromRows(rows)); err != nil {
			t.Fatal(err)
		}
	}
	save("accounts", []string{"id", "name", "disabled_at"}, accounts)
	save("grants", []string{"account_id", "role", "area_code", "types", "valid_from", "valid_until"}, grants)
	return disabled
}

func noneIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// mays asks the database for every action and target, in that order.
func mays(t *testing.T, conn *pgx.Conn, account int64, targets []geo.Target) []bool {
	t.Helper()
	var actions, areas, kinds []string
	for _, a := range allActions {
		actions = append(actions, string(a))
	}
	for _, target := range targets {
		areas, kinds = append(areas, string(target.Area)), append(kinds, target.Type)
	}
	if _, err := conn.Exec(t.Context(), `select set_config('patok.account', $1, false)`, strconv.FormatInt(account, 10)); err != nil {
		t.Fatal(err)
	}
	var answers []bool
	err := conn.QueryRow(t.Context(), `select array_agg(may(a.action, x.area, x.kind) order by a.n, x.n)
from unnest($1::text[]) with ordinality a (action, n), unnest($2::text[], $3::text[]) with ordinality x (area, kind, n)`, actions, areas, kinds).Scan(&answers)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// TestGrantsEndOnTheMoment: a grant holds at its first moment and no longer at
// its last, as in geo.Can.
func TestGrantsEndOnTheMoment(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	for _, c := range []struct {
		dates string
		want  bool
	}{{"valid_from = now(), valid_until = null", true}, {"valid_from = null, valid_until = now()", false}} {
		err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
			var now time.Time
			var from, until *time.Time
			if err := tx.QueryRow(t.Context(), `update grants set `+c.dates+` where account_id = $1 returning now(), valid_from, valid_until`, pic.AccountID).Scan(&now, &from, &until); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `select set_config('patok.account', $1, true)`, acting(pic)); err != nil {
				return err
			}
			var may bool
			if err := tx.QueryRow(t.Context(), `select may('edit', '35.71.01.1001', 'posyandu')`).Scan(&may); err != nil {
				return err
			}
			pic.Grants = []geo.Grant{{Role: geo.RolePIC, AreaCode: "35.71.01.1001", From: valueOf(from), Until: valueOf(until)}}
			can := geo.Can(pic, geo.ActionEdit, geo.Target{Area: "35.71.01.1001", Type: "posyandu"}, now)
			if may != c.want || can != c.want {
				t.Errorf("%s: the database says %v, geo.Can %v, want %v", c.dates, may, can, c.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// unguarded are the tables without row-level security, each with its reason.
var unguarded = map[string]string{
	"goose_db_version":     "says which migrations ran",
	"spatial_ref_sys":      "of PostGIS",
	"revisions":            "the clock: who wrote when, and nothing of what",
	"revision_clock":       "the clock's one row",
	"withdrawals":          "numbers of accounts that a node shall forget",
	"removed_publications": "numbers of transactions that took publications away",
	"audit_head":           "the audit chain's end",
}

// TestEveryTableIsGuarded finds tables that nobody thought of.
func TestEveryTableIsGuarded(t *testing.T) {
	s, _ := open(t)
	rows, err := s.pool.Query(t.Context(), `select c.relname || case when c.relrowsecurity and c.relforcerowsecurity
then ' ' || (select count(*) from pg_policies p where p.tablename = c.relname and p.schemaname = 'public') else '' end
from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, table := range tables {
		var name string
		var policies int
		if n, _ := fmt.Sscan(table, &name, &policies); n < 2 {
			open = append(open, name)
		} else if policies == 0 {
			t.Errorf("table %s is forced and has no policy", name)
		}
	}
	for _, name := range open {
		if unguarded[name] == "" {
			t.Errorf("table %s has no forced row-level security", name)
		}
	}
	for name := range unguarded {
		if !slices.Contains(open, name) {
			t.Errorf("table %s is guarded: say no more why not", name)
		}
	}
}

// TestWhoMayOnlyReadWritesNothing: a reading token, or an administrator who looks
// as another, changes nothing even of what is the account's own.
func TestWhoMayOnlyReadWritesNothing(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	a := create(t, s, pic, at(112.005, -7.805, "name", "A", "area_code", "35.71.01.1001"))
	reader := pic
	reader.ReadOnly = true
	if _, err := s.Asset(t.Context(), reader, a.Asset.ID); err != nil {
		t.Errorf("it reads no more: %v", err)
	}
	if err := s.EndSessions(t.Context(), reader, pic.AccountID, 0, 0); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("its sessions end: %v", err)
	}
	if _, err := s.Apply(t.Context(), reader, geo.Edit{Verb: geo.VerbDelete, Type: "posyandu", ID: a.Asset.ID, AnyVersion: true}); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("it deletes: %v", err)
	}
}
