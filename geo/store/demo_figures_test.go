package store

import (
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/demo"
	"github.com/patok-id/patok/geo/geotest"
)

// TestTheExampleCityHasFigures seeds them as patok demo does, twice, and takes
// them away with the city.
func TestTheExampleCityHasFigures(t *testing.T) {
	s, err := Open(t.Context(), geotest.Database(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	who := geo.System("patok demo")
	o := geo.ImportOptions{File: demo.Source, Example: true}
	if _, err := s.ImportAreas(t.Context(), who, demo.Areas(), o); err != nil {
		t.Fatal(err)
	}
	pic := principal(t, s, "pic-3571011001", geo.RolePIC, "35.71.01.1001")
	began := time.Now()
	added, err := s.SeedFigures(t.Context(), who, demo.Batches())
	if err != nil {
		t.Fatal(err)
	}
	values := one[int](t, s, `select count(*) from batch_values`)
	t.Logf("%d batches with %d values in %v", added, values, time.Since(began))
	if added < 200 || values < 190_000 {
		t.Errorf("%d batches, %d values", added, values)
	}
	if n := one[int](t, s, `select count(*) from batches where area_code = '35.71.01.1001' and source = 'muskel' and state = 'draft' and writers = array[$1::bigint]`, pic.AccountID); n != 1 {
		t.Errorf("%d drafts of the PIC's own", n)
	}
	if n := one[int](t, s, `select count(*) from batches where state in ('sent', 'checking', 'closed') and source = 'muskel'
and id not in (select batch_id from batch_minutes)`); n != 0 {
		t.Errorf("%d were sent without minutes", n)
	}
	if again, err := s.SeedFigures(t.Context(), who, demo.Batches()); err != nil || again != 0 {
		t.Errorf("again: %d, %v", again, err)
	}
	if n := one[int](t, s, `select count(*) from batch_values`); n != values {
		t.Errorf("seeding again made %d values of %d", n, values)
	}
	began = time.Now()
	o.ReplaceDemo, o.Example = true, false
	if _, err := s.ImportAreas(t.Context(), who, demo.Areas(), o); err != nil {
		t.Fatal(err)
	}
	t.Logf("replaced in %v", time.Since(began))
	if n := one[int](t, s, `select (select count(*) from batches) + (select count(*) from batch_values) + (select count(*) from publications where example)`); n != 0 {
		t.Errorf("%d rows of the example are left", n)
	}
}
