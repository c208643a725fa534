package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

// auditLines counts the lines with this actor and action.
func (n *node) auditLines(actor, action string) int {
	n.t.Helper()
	return n.count(`select count(*) from audit where actor = $1 and action = $2`, actor, action)
}

// phoneOfRT makes an RT of Bandar Lor whose head's telephone number is known,
// and returns its path.
func (n *node) phoneOfRT(name string) string {
	n.t.Helper()
	return itemPath("rt", n.create("admin", "rt", feature(112.005, -7.805, `"name":"`+name+`","area_code":"`+lor+`","ketua_hp":"081299998888"`)).id())
}

// TestReadsOfRestrictedFieldsAreWrittenDown: once for each reader and asset, and
// never for who is shown nothing.
func TestReadsOfRestrictedFieldsAreWrittenDown(t *testing.T) {
	n := newNode(t)
	rt, second := n.phoneOfRT("RT 005"), n.phoneOfRT("RT 006")
	plain := itemPath("posyandu", n.create("admin", "posyandu", feature(112.005, -7.806, `"name":"Posyandu","area_code":"`+lor+`"`)).id())
	const action = "read_restricted"
	for _, c := range []struct {
		who   string
		lines int
	}{{"pic-lor", 1}, {"lurah", 1}, {"program", 1}, {"pic-kidul", 0}, {"bappeda", 0}} {
		for range 3 {
			shown := strings.Contains(n.expect(200, "GET", rt, as(n, c.who)).body, "081299998888")
			if shown != (c.lines == 1) {
				t.Errorf("%s is shown the number: %v", c.who, shown)
			}
			n.expect(200, "GET", plain, as(n, c.who))
		}
		if got := n.auditLines(c.who, action); got != c.lines {
			t.Errorf("%d lines about %s, want %d", got, c.who, c.lines)
		}
	}
	n.expect(200, "GET", second, as(n, "pic-lor"))
	if got := n.auditLines("pic-lor", action); got != 2 {
		t.Errorf("%d lines after the second asset, want 2", got)
	}
	if got := n.text(`select detail ->> 'assets' from audit where actor = 'pic-lor' order by id desc limit 1`); got != "["+second[strings.LastIndex(second, "/")+1:]+"]" {
		t.Errorf("the line is about %s", got)
	}

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { n.do("GET", rt, as(n, "camat")) })
	}
	group.Wait()
	if got := n.auditLines("camat", action); got != 1 {
		t.Errorf("%d lines of 20 readings at once", got)
	}

	before := n.auditLines("admin", action)
	n.sql(`update assets set placement_reason = 'x', marks = '{possible_duplicate}' where type = 'rt'`)
	if list := n.expect(200, "GET", "/api/doubts", as(n, "admin")); !strings.Contains(list.body, "081299998888") {
		t.Fatalf("nothing restricted is in the list: %.300s", list.body)
	}
	if got := n.auditLines("admin", action); got > before+1 {
		t.Errorf("a list made %d lines", got-before)
	}
}

// TestWhatCannotBeWrittenDownIsNotShown takes the right to append away.
func TestWhatCannotBeWrittenDownIsNotShown(t *testing.T) {
	n := newNode(t)
	rt := n.phoneOfRT("RT 005")
	n.expect(200, "GET", rt, as(n, "pic-lor"))
	n.sql(`revoke insert on audit from patok_app`)
	n.expect(200, "GET", rt, as(n, "pic-lor")) // written down a moment ago
	n.expect(200, "GET", rt)
	stale := []option{as(n, "program"), header("If-Match", `"99-x"`), body(typeMergePatch, `{"properties":{"name":"RT 007"}}`)}
	for _, a := range []answered{n.do("GET", rt, as(n, "lurah")), n.do("GET", "/api/doubts", as(n, "program")), n.do("PATCH", rt, stale...)} {
		if strings.Contains(a.body, "081299998888") || a.status != 503 && strings.Contains(a.body, "RT 005") {
			t.Errorf("shown all the same: %d %.300s", a.status, a.body)
		}
	}
	done := n.expect(200, "PATCH", rt, as(n, "program"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"RT 008"}}`))
	if strings.Contains(done.body, "081299998888") {
		t.Errorf("an edit shows it: %s", done.body)
	}
}

// TestRefusalsAreWrittenDown: one line for an account and a route at first.
func TestRefusalsAreWrittenDown(t *testing.T) {
	n := newNode(t)
	theirs := n.create("admin", "posyandu", feature(112.015, -7.805, `"name":"Posyandu","area_code":"`+kidul+`"`)).id()
	for range 5 {
		n.expect(403, "PATCH", itemPath("posyandu", theirs), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, patch))
		n.expect(401, "PATCH", itemPath("posyandu", theirs), header("If-Match", "*"), body(typeMergePatch, patch))
	}
	n.expect(404, "GET", itemPath("posyandu", 987654321), as(n, "pic-lor"))
	n.expect(404, "GET", itemPath("posyandu", 987654321))
	deadline := time.Now().Add(10 * time.Second)
	for n.auditLines("pic-lor", "refused") < 2 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if got := n.text(`select string_agg(target || ' ' || (detail ->> 'status'), ', ' order by detail ->> 'status') from audit where action = 'refused'`); got != itemPath("posyandu", theirs)+" 403, "+itemPath("posyandu", 987654321)+" 404" {
		t.Errorf("refused: %s", got)
	}
}

// clockedAuditor keeps the lines that it writes, and has a clock of its own.
type clockedAuditor struct {
	*auditor
	now    time.Time
	lines  []geo.AuditEntry
	failed error
}

func newClockedAuditor() *clockedAuditor {
	c := &clockedAuditor{now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	c.auditor = newAuditor(func(_ context.Context, e geo.AuditEntry) error {
		if c.failed == nil {
			c.lines = append(c.lines, e)
		}
		return c.failed
	}, func() time.Time { return c.now })
	return c
}

func TestAuditorReads(t *testing.T) {
	a := newClockedAuditor()
	ctx, p := t.Context(), geo.Principal{AccountID: 7, Name: "pic"}
	read := func(p geo.Principal, assets ...int64) {
		t.Helper()
		if err := a.reading(ctx, p, "192.0.2.1", assets); err != nil {
			t.Fatal(err)
		}
	}
	read(p, 1, 2)
	read(p, 2, 3)
	read(p)
	if len(a.lines) != 2 || !slices.Equal(a.lines[1].Detail["assets"].([]int64), []int64{3}) {
		t.Fatalf("lines %+v", a.lines)
	}
	a.now = a.now.Add(readsAgain)
	read(p, 2)
	viewed := p
	viewed.ViewedBy = &geo.Who{ID: 1, Name: "admin"}
	read(viewed, 2)
	if len(a.lines) != 4 || a.lines[3].Actor != "admin" || a.lines[3].Detail["as"] != "pic" {
		t.Errorf("lines %+v", a.lines)
	}
	a.failed = errors.New("no database")
	for range 2 { // what failed is not taken for written
		if err := a.reading(ctx, p, "", []int64{9}); geo.KindOf(err) != geo.Unavailable {
			t.Errorf("unwritten: %v", err)
		}
	}
	a.failed = nil
	for id := range int64(3 * readsKept) {
		read(p, id)
	}
	if len(a.reads) > readsKept {
		t.Errorf("%d readings are remembered", len(a.reads))
	}
}

func TestAuditorRefusals(t *testing.T) {
	a := newClockedAuditor()
	refuse := func(account int64, path string) {
		routing := chi.NewRouteContext()
		routing.RoutePatterns = []string{"/api/x"}
		r := httptest.NewRequest("GET", path, nil)
		a.refuse(geo.Principal{AccountID: account, Name: fmt.Sprint("orang-", account)}, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, routing)), 403)
	}
	flush := func() { a.flush(t.Context(), false, func(geo.AuditEntry, error) { t.Error("failed") }) }
	for range 1000 {
		refuse(1, "/api/x")
		flush()
	}
	refuse(2, "/api/x?"+strings.Repeat("y", 5000))
	flush()
	if len(a.lines) != 2 || a.lines[0].Detail["count"] != 1 || len(a.lines[1].Target) > 200 {
		t.Fatalf("%d lines at first: %+v", len(a.lines), a.lines)
	}
	a.now = a.now.Add(refusalsAgain)
	flush()
	if len(a.lines) != 3 || a.lines[2].Detail["count"] != 999 {
		t.Fatalf("lines after a while: %+v", a.lines)
	}
	a.now = a.now.Add(refusalsAgain)
	flush()
	if len(a.lines) != 3 || len(a.refusals) != 0 {
		t.Errorf("%d lines, %d remembered", len(a.lines), len(a.refusals))
	}
	for account := range int64(3 * refusalsKept) {
		refuse(account+1, "/api/x")
	}
	if len(a.refusals) > refusalsKept+1 {
		t.Errorf("%d refusals are remembered", len(a.refusals))
	}
	a.lines = nil
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	a.run(stopped, func(geo.AuditEntry, error) { t.Error("failed") })
	total := 0
	for _, e := range a.lines {
		total += e.Detail["count"].(int)
	}
	if total != 3*refusalsKept {
		t.Errorf("%d refusals of %d are written down at the end", total, 3*refusalsKept)
	}
}

// TestReadsOfRestrictedHistoryAreWrittenDown: a field that the registry restricts
// is restricted in the past too.
func TestReadsOfRestrictedHistoryAreWrittenDown(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"`+lor+`","puskesmas_pembina":"Sukorame"`))
	path := itemPath("posyandu", made.id()) + "/history"
	n.expect(200, "GET", path, as(n, "pic-lor"))
	if got := n.auditLines("pic-lor", "read_restricted"); got != 0 {
		t.Fatalf("%d lines about a field that everybody sees", got)
	}
	n.sql(`update asset_types set definition = jsonb_set(definition, array['fields', (f.position - 1)::text, 'sensitivity'], '"restricted"')
from (select ordinality as position from asset_types, jsonb_array_elements(definition -> 'fields') with ordinality
where asset_types.name = 'posyandu' and value ->> 'name' = 'puskesmas_pembina') f where name = 'posyandu'`)
	n.catchUp()
	for range 2 {
		if a := n.expect(200, "GET", path, as(n, "lurah")); !strings.Contains(a.body, "Sukorame") {
			t.Fatalf("not in the history: %s", a.body)
		}
	}
	if got := n.auditLines("lurah", "read_restricted"); got != 1 {
		t.Errorf("%d lines, want 1", got)
	}
	n.sql(`revoke insert on audit from patok_app`)
	n.expect(503, "GET", path, as(n, "camat"))
}
