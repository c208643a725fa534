package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

// acknowledged are the writes that got an answer.
type acknowledged struct {
	mu    sync.Mutex
	uuids map[string]int64 // uuid → id
	stop  chan struct{}
	wait  sync.WaitGroup
}

// write creates posyandu, one after another on each of four connections, until
// stop is closed. A write without an answer is not repeated here.
func (a *acknowledged) write(p *process, token string) {
	a.uuids, a.stop = map[string]int64{}, make(chan struct{})
	for w := range 4 {
		a.wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-a.stop:
					return
				default:
				}
				uuid := geo.NewUUID().String()
				body := feature(uuid, fmt.Sprintf("Posyandu %d-%d", w, n), 112.005, -7.805)
				r, err := p.do(http.MethodPost, "/api/collections/posyandu/items?allow_duplicate=true", token, body)
				if err != nil || r.status != http.StatusCreated {
					time.Sleep(5 * time.Millisecond)
					continue
				}
				a.mu.Lock()
				a.uuids[uuid] = 0
				a.mu.Unlock()
			}
		})
	}
}

func (a *acknowledged) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.uuids)
}

// check wants every acknowledged write there exactly once.
func (a *acknowledged) check(p *process) {
	p.t.Helper()
	var c featureCollection
	p.get("/api/collections/posyandu/items?limit=10000", &c)
	seen := map[string]int{}
	for _, f := range c.Features {
		seen[f.Properties["uuid"].(string)]++
	}
	for uuid := range a.uuids {
		if seen[uuid] != 1 {
			p.t.Errorf("acknowledged write %s is there %d times", uuid, seen[uuid])
		}
	}
	if len(c.Features) < len(a.uuids) || len(c.Features) > len(a.uuids)+4 {
		p.t.Errorf("%d features for %d acknowledged writes", len(c.Features), len(a.uuids))
	}
	p.t.Logf("%d acknowledged, %d there", len(a.uuids), len(c.Features))
}

// TestNothingAcknowledgedIsLost kills the server and every PostgreSQL process
// amid writes, starts again, and looks for each write that got an answer.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	token := square(t, "--data-dir", folder)
	for round := range 3 {
		before := 0
		var writes acknowledged
		writes.write(p, token)
		eventually(t, 30*time.Second, "a hundred writes", func() bool { return writes.count() > 100 })
		switch round {
		case 0: // the server alone: the cluster is adopted
			p.kill()
		case 1: // both, as when the power fails
			p.kill()
			if killPostgres(folder) == 0 {
				t.Error("no PostgreSQL process was found to kill")
			}
		case 2: // PostgreSQL alone: the server brings it up again
			killPostgres(folder)
			before = writes.count()
			eventually(t, 30*time.Second, "writes after recovery", func() bool { return writes.count() > before+20 })
		}
		close(writes.stop)
		writes.wait.Wait()
		if round < 2 {
			p = serve(t, folder)
		}
		eventually(t, 20*time.Second, "a ready server", func() bool {
			r, err := p.do(http.MethodGet, "/readyz", "", "")
			return err == nil && r.status == http.StatusOK
		})
		must(t, "doctor", "--data-dir", folder) // memory agrees with PostGIS
		writes.check(p)
		must(t, "psql", "--data-dir", folder, "--", "-q", "-c", "delete from assets")
		eventually(t, 5*time.Second, "an empty map", func() bool {
			var c featureCollection
			p.get("/api/collections/posyandu/items?limit=1", &c)
			return c.NumberMatched == 0
		})
	}
	p.stop()
}

// TestReadsOutliveTheDatabase stops PostgreSQL under a server with a database
// of its own keeping: features and tiles go on being answered, writes are
// refused with a time to try again.
func TestReadsOutliveTheDatabase(t *testing.T) {
	folder := dataDir(t)
	owner := serve(t, folder)
	token := square(t, "--data-dir", folder)
	if r, err := owner.do(http.MethodPost, "/api/collections/posyandu/items", token, feature(geo.NewUUID().String(), "Posyandu", 112.005, -7.805)); err != nil || r.status != http.StatusCreated {
		t.Fatal(r.status, string(r.body), err)
	}
	// A second node reaches the same cluster by its address; the first one, which
	// would start PostgreSQL again, is gone.
	p := serve(t, "", "--database-url", clusterURL(t, folder))
	owner.kill()
	killPostgres(folder)
	for _, path := range []string{"/api/collections/posyandu/items", "/api/collections/kelurahan/items", "/tiles/kelurahan,posyandu/14/13289/8548.mvt", "/api/locate?lon=112.005&lat=-7.805"} {
		if r, err := p.do(http.MethodGet, path, "", ""); err != nil || r.status != http.StatusOK {
			t.Errorf("GET %s without a database: %d %s %v", path, r.status, r.body, err)
		}
	}
	r, err := p.do(http.MethodPost, "/api/collections/posyandu/items", token, feature(geo.NewUUID().String(), "Lain", 112.006, -7.805))
	if err != nil || r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), "problem") && r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a write without a database: %d %v %s %v", r.status, r.header, r.body, err)
	}
	second := serve(t, folder) // brings PostgreSQL up again
	eventually(t, 30*time.Second, "a write after recovery", func() bool {
		r, err := p.do(http.MethodPost, "/api/collections/posyandu/items?allow_duplicate=true", token, feature(geo.NewUUID().String(), "Lain", 112.006, -7.805))
		return err == nil && r.status == http.StatusCreated
	})
	eventually(t, 5*time.Second, "the write on the other node", func() bool {
		var c featureCollection
		second.get("/api/collections/posyandu/items", &c)
		return c.NumberMatched == 2
	})
}

func TestOneServerPerFolder(t *testing.T) {
	folder := dataDir(t)
	serve(t, folder)
	if _, code := patok(t, "serve", "--data-dir", folder, "--listen", "127.0.0.1:0"); code != 1 {
		t.Errorf("a second server on the folder ended with %d", code)
	}
}
