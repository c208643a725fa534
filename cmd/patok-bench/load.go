package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/store"
)

// clerk may do everything.
var clerk = geo.System("patok-bench")

// loadDataset brings the data in as patok import does, from files as generate
// writes them: read, checked row by row, placed, compared and marked. It returns
// how long the assets took.
func loadDataset(ctx context.Context, adminURL, appURL string, d *dataset) (assets importTimes, err error) {
	s, err := store.Open(ctx, appURL, store.Options{})
	if err != nil {
		return assets, err
	}
	defer s.Close()
	areasFile, err := inMemory("areas.geojson", func(w io.Writer) error { return writeAreas(w, d.kelurahan()) })
	if err != nil {
		return assets, err
	}
	assetsFile, err := inMemory("assets.csv", func(w io.Writer) error { return writeAssets(w, d.assets()) })
	if err != nil {
		return assets, err
	}
	report, err := s.ImportAreas(ctx, clerk, exchange.Areas(areasFile, exchange.AreaOptions{}), geo.ImportOptions{File: areasFile.Name})
	if err := taken(report, d.Areas, err); err != nil {
		return assets, err
	}
	assets.begin()
	report, err = s.ImportAssets(ctx, clerk, exchange.Assets(assetsFile, exchange.AssetOptions{TypeProperty: "type"}),
		geo.ImportOptions{File: assetsFile.Name, Progress: assets.progress})
	assets.end()
	if err := taken(report, d.Points, err); err != nil {
		return assets, err
	}
	return assets, execute(ctx, adminURL, `vacuum (analyze) areas, assets, revisions`)
}

func inMemory(name string, write func(io.Writer) error) (exchange.Source, error) {
	var b bytes.Buffer
	err := write(&b)
	return exchange.Bytes(name, b.Bytes()), err
}

// taken makes sure that an import took every row.
func taken(r geo.Report, rows int, err error) error {
	if err == nil && (r.New != rows || len(r.Ignored) > 0) {
		err = fmt.Errorf("import of %s: %d of %d rows are new, columns %v are unknown", r.File, r.New, rows, r.Ignored)
	}
	if err != nil && len(r.Verdicts) > 0 {
		v := r.Verdicts[0]
		err = fmt.Errorf("%w (row %d: %v)", err, v.Row, v.Reasons)
	}
	return err
}

// importTimes are how long the steps of an import took, in their order.
type importTimes struct {
	steps []importStep
	since time.Time
}

type importStep struct {
	name geo.ImportStep
	took time.Duration
}

func (t *importTimes) begin() { t.since = time.Now() }

// progress is told whenever a step begins or goes on.
func (t *importTimes) progress(p geo.ImportProgress) {
	if n := len(t.steps); n == 0 || t.steps[n-1].name != p.Step {
		t.end()
		t.steps = append(t.steps, importStep{name: p.Step})
	}
}

// end closes the step under way.
func (t *importTimes) end() {
	now := time.Now()
	if n := len(t.steps); n > 0 {
		t.steps[n-1].took += now.Sub(t.since)
		t.since = now
	}
}

func (t *importTimes) total() time.Duration {
	var sum time.Duration
	for _, s := range t.steps {
		sum += s.took
	}
	return sum
}

// String names the steps: "read 1.2 s, write 3.4 s".
func (t *importTimes) String() string {
	parts := make([]string, len(t.steps))
	for i, s := range t.steps {
		parts[i] = fmt.Sprintf("%s %.1f s", s.name, s.took.Seconds())
	}
	return strings.Join(parts, ", ")
}
