package geotest_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/patok-id/patok/"

// layers says which packages of ours each package may import, and rules which
// packages may import what is outside. Each has its reason.
var layers = []struct {
	pkg, may string // may: ours, separated by spaces
	why      string
}{
	{"geo", "", "the domain is pure: everything else depends on it"},
	{"geo/index", "geo", "memory knows no database and no HTTP"},
	{"geo/feed", "geo", "it follows any log into any target"},
	{"geo/auth", "geo", "the door asks for accounts by an interface"},
	{"geo/indicator", "geo", "what may be published is decided without a database"},
	{"geo/planning", "geo geo/index geo/indicator", "planning computes from what it is given"},
	{"geo/exchange", "geo geo/indicator", "a file is read the same for every way in"},
	{"geo/demo", "geo geo/indicator", "the example city is pure"},
	{"geo/store", "geo geo/indicator", "SQL meets the domain and nothing else"},
	{"geo/store/cluster", "", "running PostgreSQL needs the standard library alone"},
	{"tiles", "geo geo/index", "tiles come from the snapshot only"},
	{"handlers", "geo geo/auth geo/exchange geo/feed geo/index geo/indicator geo/planning tiles web", "handlers say by interfaces what they need of the store"},
	{"migrations", "", "the schema stands alone"},
	{"web", "", "the page stands alone"},
}

var rules = []struct {
	outside string   // import path prefix
	only    []string // who may import it
	why     string
}{
	{"github.com/jackc/pgx", []string{"geo/store", "migrations", "geo/geotest", "cmd/patok-bench"}, "SQL lives in one place (the bench is PostGIS's side of the comparison)"},
	{"github.com/tidwall/rtree", []string{"geo/index"}, "one package answers spatial look-ups"},
	{"github.com/go-chi/chi", []string{"handlers", "cmd/patok-bench"}, "one package routes (the bench compares with a bare router)"},
	{"github.com/xuri/excelize", []string{"geo/exchange"}, "files are written in one place"},
	{"net/http", []string{"handlers", "cmd/patok", "cmd/patok-bench"}, "the domain does not know how it is asked"},
	{"database/sql", []string{"migrations"}, "goose wants it"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestLayers holds the directions in which packages import each other.
func TestLayers(t *testing.T) {
	all := packages(t)
	known := map[string]string{}
	for _, l := range layers {
		known[l.pkg] = l.may
	}
	for _, p := range all {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, listed := known[name]
		if !listed && !strings.HasPrefix(name, "cmd/") && name != "geo/geotest" {
			t.Errorf("package %s has no rule", name)
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if isOurs && strings.HasPrefix(ours, "cmd/") {
				t.Errorf("%s imports %s: nobody imports a command", name, ours)
			}
			if isOurs && ours == "geo/geotest" {
				t.Errorf("%s imports geo/geotest: only tests do", name)
			}
			if isOurs && listed && !slices.Contains(strings.Fields(may), ours) {
				t.Errorf("%s imports %s: it may import %q", name, ours, may)
			}
			checkOutside(t, name, imported)
		}
	}
	for _, l := range layers {
		found := false
		for _, p := range all {
			found = found || p.ImportPath == module+l.pkg
		}
		if !found {
			t.Errorf("the rule for %s (%s) is about no package", l.pkg, l.why)
		}
	}
}

func checkOutside(t *testing.T, name, imported string) {
	for _, r := range rules {
		if (imported == r.outside || strings.HasPrefix(imported, r.outside+"/")) && !slices.Contains(r.only, name) {
			t.Errorf("%s imports %s: only %v may, since %s", name, imported, r.only, r.why)
		}
	}
}
