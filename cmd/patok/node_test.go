package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/store/cluster"
)

// clusterURL is the address of a running own cluster, for a further node.
func clusterURL(t *testing.T, folder string) string {
	t.Helper()
	own, err := cluster.Open(t.Context(), cluster.Options{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	url := own.AdminURL()
	t.Cleanup(func() { own.Close(context.Background()) }) //nolint:errcheck // it was killed, or ends with the test
	return url
}

// TestEveryNodeSeesEveryWrite writes through one node and by plain SQL and reads
// on another.
func TestEveryNodeSeesEveryWrite(t *testing.T) {
	url := geotest.Database(t)
	flags := []string{"--database-url", url}
	a, b := serve(t, "", flags...), serve(t, "", flags...)
	token := square(t, flags...)
	made, err := a.do(http.MethodPost, "/api/collections/posyandu/items", token, feature(geo.NewUUID().String(), "Posyandu", 112.005, -7.805))
	if err != nil || made.status != http.StatusCreated {
		t.Fatal(made.status, string(made.body), err)
	}
	var c featureCollection
	b.get("/api/collections/posyandu/items", &c, "Patok-Min-Revision", made.header.Get("Patok-Revision"))
	if c.NumberMatched != 1 {
		t.Errorf("the other node has %d after waiting for the revision", c.NumberMatched)
	}
	tile := "/tiles/posyandu/16/53157/34193.mvt"
	before, err := b.do(http.MethodGet, tile, "", "")
	if err != nil || before.status != http.StatusOK {
		t.Fatal(before.status, err)
	}
	must(t, append(append([]string{"psql"}, flags...), "--", "-q", "-c", `update assets set name = 'Lewat SQL'`)...)
	for name, p := range map[string]*process{"first": a, "second": b} {
		eventually(t, 2*time.Second, "plain SQL on the "+name+" node", func() bool {
			var c featureCollection
			p.get("/api/collections/posyandu/items", &c)
			after, err := p.do(http.MethodGet, tile, "", "")
			return c.Features[0].Properties["name"] == "Lewat SQL" && err == nil && after.header.Get("ETag") != before.header.Get("ETag") &&
				strings.Contains(string(after.body), "Lewat SQL")
		})
	}
}

// TestRestore makes a backup, edits, restores, and edits again: the node follows
// into the new epoch, and the first edit after it gets a revision.
func TestRestore(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	token := square(t, "--data-dir", folder)
	create := func(name string) answer {
		t.Helper()
		r, err := p.do(http.MethodPost, "/api/collections/posyandu/items?allow_duplicate=true", token, feature(geo.NewUUID().String(), name, 112.005, -7.805))
		if err != nil || r.status != http.StatusCreated {
			t.Fatal(r.status, string(r.body), err)
		}
		return r
	}
	names := func(want string) func() bool {
		return func() bool {
			var c featureCollection
			p.get("/api/collections/posyandu/items", &c)
			var names []string
			for _, f := range c.Features {
				names = append(names, f.Properties["name"].(string))
			}
			return strings.Join(names, ",") == want
		}
	}
	create("Sebelum")
	wrongLogIn(p)
	head := auditHead(t, folder)
	dump := filepath.Join(filepath.Dir(folder), "patok.dump")
	must(t, "backup", "--data-dir", folder, dump)
	create("Sesudah")
	wrongLogIn(p)
	if auditHead(t, folder) == head {
		t.Error("a refused log-in is no news to the audit log: " + head)
	}
	must(t, "restore", "--data-dir", folder, dump)
	eventually(t, 15*time.Second, "the state of the backup", names("Sebelum"))
	if after := auditHead(t, folder); after != head {
		t.Errorf("the audit log was %q and is %q", head, after)
	}
	var made answer
	eventually(t, 15*time.Second, "a write after the restore", func() bool {
		r, err := p.do(http.MethodPost, "/api/collections/posyandu/items?allow_duplicate=true", token, feature(geo.NewUUID().String(), "Baru", 112.005, -7.805))
		made = r
		return err == nil && r.status == http.StatusCreated
	})
	if made.header.Get("Patok-Revision") == "" {
		t.Error("the first write after a restore has no revision")
	}
	eventually(t, 5*time.Second, "the new write", names("Sebelum,Baru"))
	must(t, "doctor", "--data-dir", folder)
}

// wrongLogIn makes a line of the audit log.
func wrongLogIn(p *process) {
	_, _ = p.do(http.MethodPost, "/api/session", "", `{"name":"tidak-ada","password":"salah-salah"}`, "Content-Type", "application/json")
}

// auditHead runs doctor, which must find nothing, and returns its line about the
// audit log.
func auditHead(t *testing.T, folder string) string {
	t.Helper()
	out, code := patok(t, "doctor", "--data-dir", folder)
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "audit log: ") && code == 0 {
			return line
		}
	}
	t.Fatalf("doctor: exit %d: %s", code, out)
	return ""
}

// TestDoctorFindsABrokenAuditLog cuts its tail off as a superuser.
func TestDoctorFindsABrokenAuditLog(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	square(t, "--data-dir", folder)
	wrongLogIn(p)
	if line := auditHead(t, folder); strings.Contains(line, " 0 lines") {
		t.Fatal(line)
	}
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `alter table audit disable trigger user`, "-c", `delete from audit`, "-c", `alter table audit enable trigger user`)
	if out, code := patok(t, "doctor", "--data-dir", folder); code != 1 || !strings.Contains(out, "the audit log ends at line 0") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestDoctorFindsWhatATriggerWouldHaveSeen changes a row behind the log's back.
func TestDoctorFindsWhatATriggerWouldHaveSeen(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	token := square(t, "--data-dir", folder)
	if r, err := p.do(http.MethodPost, "/api/collections/posyandu/items", token, feature(geo.NewUUID().String(), "Posyandu", 112.005, -7.805)); err != nil || r.status != http.StatusCreated {
		t.Fatal(r.status, string(r.body), err)
	}
	must(t, "doctor", "--data-dir", folder)
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `alter table assets disable trigger user`, "-c", `update assets set name = 'diam-diam'`)
	out, code := patok(t, "doctor", "--data-dir", folder)
	if code != 1 || !strings.Contains(out, "posyandu 1 differs") || !strings.Contains(out, "is disabled") {
		t.Errorf("exit %d", code)
	}
	p.stop()
	if _, code := patok(t, "doctor", "--data-dir", folder); code != 1 {
		t.Errorf("without a node: exit %d", code)
	}
}

func TestUsageAndRefusalHaveTheirExitCodes(t *testing.T) {
	for code, args := range map[int][]string{0: {"--help"}, 2: {"serve", "--no-such-flag"}, 1: {"serve", "--tls-cert", "main.go"}} {
		if _, got := patok(t, args...); got != code {
			t.Errorf("patok %v: exit %d, want %d", args, got, code)
		}
	}
}
