package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
)

func TestImportNetworkCommand(t *testing.T) {
	url := geotest.Database(t)
	roads := filepath.Join(t.TempDir(), "jalan.geojson")
	write := func(geometry string) {
		t.Helper()
		content := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nama":"Jalan Dhoho"},"geometry":` + geometry + `}]}`
		if err := os.WriteFile(roads, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"type":"LineString","coordinates":[[112.0,-7.8],[112.01,-7.8]]}`)
	if out := must(t, "import", "network", roads, "--dry-run", "--database-url", url); !strings.Contains(out, "1 new") || !strings.Contains(out, "Dry run") {
		t.Error(out)
	}
	if out := must(t, "import", "network", roads, "--database-url", url); !strings.Contains(out, "1 new") || !strings.Contains(out, "Saved as revision") {
		t.Error(out)
	}
	write(`{"type":"Point","coordinates":[112.0,-7.8]}`)
	if out, code := patok(t, "import", "network", roads, "--database-url", url); code != 1 || !strings.Contains(out, "A Point is no line.") || !strings.Contains(out, "Nothing was imported") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
