package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// releases lists the releases with their files, as the command prints them.
func releases(t *testing.T, folder string) map[string][]fileListed {
	t.Helper()
	var list struct{ Releases []releaseListed }
	if err := json.Unmarshal([]byte(must(t, "release", "list", "--data-dir", folder, "--json")), &list); err != nil {
		t.Fatal(err)
	}
	all := map[string][]fileListed{}
	for _, l := range list.Releases {
		all[l.Name] = l.Files
	}
	return all
}

// TestAKilledReleaseIsWholeOrNotThere kills the server, and once PostgreSQL too,
// while it makes a release. What is there afterwards is whole, its name can be
// used again where it is not, and what was released is the same after restarts.
func TestAKilledReleaseIsWholeOrNotThere(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	token := square(t, "--data-dir", folder)
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `insert into assets (uuid, type, name, area_code, point)
select gen_random_uuid(), 'posyandu', 'Posyandu ' || n, '35.71.01.1001', st_setsrid(st_makepoint(112.001 + n / 1e6, -7.805), 4326) from generate_series(1, 4000) n`)
	for round, after := range []time.Duration{20, 90, 250, 500} {
		name := fmt.Sprintf("r%d", round)
		answered := make(chan int, 1)
		go func() {
			r, err := p.do(http.MethodPost, "/api/releases", token, `{"name":"`+name+`","title":"Rilis"}`, "Content-Type", "application/json")
			if err != nil {
				r.status = 0
			}
			answered <- r.status
		}()
		time.Sleep(after * time.Millisecond)
		p.kill()
		if round == 2 {
			killPostgres(folder)
		}
		status := <-answered
		p = serve(t, folder)
		files, there := releases(t, folder)[name]
		t.Logf("killed after %d ms: answered %d, there %v", after, status, there)
		if there {
			must(t, "release", "verify", name, "--data-dir", folder)
			if len(files) < 25 {
				t.Errorf("%s has %d files", name, len(files))
			}
		} else if status == http.StatusCreated {
			t.Errorf("%s was acknowledged and is not there", name)
		} else {
			must(t, "release", "create", name, "--title", "Rilis", "--data-dir", folder)
		}
	}
	before := must(t, "release", "verify", "r0", "--data-dir", folder)
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `delete from assets where name like '%7'; update assets set name = 'Baru'`)
	p.stop()
	if after := must(t, "release", "verify", "r0", "--data-dir", folder); after != before || !strings.Contains(after, "are what was released") {
		t.Errorf("%s\nis not\n%s", after, before)
	}
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `update release_files set content = substr(content, 1, 40) where release = 'r0' and name = 'posyandu.csv'`)
	if out, code := patok(t, "release", "verify", "r0", "--data-dir", folder); code != exitFailed {
		t.Errorf("a broken file passes: %d %s", code, out)
	}
}
