package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// loadedSet is what is known of the set in a folder, kept beside it.
type loadedSet struct {
	Set     datasetFlags `json:"set"`
	Areas   loadTimes    `json:"areas"`
	Sample  loadTimes    `json:"sample"` // a dry run of the first rows of the first file
	Imports []loadTimes  `json:"imports"`
}

// loadTimes is what one import took.
type loadTimes struct {
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
	Peak    int64   `json:"peak"` // bytes that were resident
}

// importRows is how many assets an import takes in at once, and sampleRows the
// size that its memory is compared with.
const (
	importRows = 1_000_000
	sampleRows = 100_000
)

// load fills an empty database by the ordinary way: files, and patok import. A
// set that is there already is taken as it is.
func (s *stage) load(ctx context.Context, dir string) error {
	note := filepath.Join(dir, "loaded.json")
	if b, err := os.ReadFile(note); err == nil {
		if err := json.Unmarshal(b, &s.loaded); err != nil {
			return fmt.Errorf("%s: %w", note, err)
		}
		if s.loaded.Set != s.datasetFlags {
			return fmt.Errorf("%s holds another set, %+v", dir, s.loaded.Set)
		}
		return nil
	}
	if err := s.fill(ctx, dir); err != nil {
		return err
	}
	b, err := json.MarshalIndent(s.loaded, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(note, append(b, '\n'), 0o644)
}

// fill makes the files and takes them in.
func (s *stage) fill(ctx context.Context, dir string) error {
	if filled, err := s.filled(ctx); err != nil || filled {
		return cmp.Or(err, fmt.Errorf("%s holds areas, and nothing tells that they are this set, loaded to its end: remove the folder", dir))
	}
	d := newDataset(s.datasetFlags)
	files, err := writeDataset(ctx, d, filepath.Join(dir, "set"), importRows, s.progress)
	if err != nil {
		return err
	}
	s.loaded.Set = s.datasetFlags
	take := func(rows int, args ...string) (loadTimes, error) {
		e, err := s.program.do(ctx, s.progress, append([]string{"import"}, append(args, "--data-dir", s.cluster.DataDir())...)...)
		return loadTimes{Rows: rows, Seconds: e.took.Seconds(), Peak: e.peak}, err
	}
	if s.loaded.Areas, err = take(s.Areas, "areas", files.areas); err != nil {
		return err
	}
	sample := filepath.Join(dir, "set", "sample.csv")
	rows := min(sampleRows, s.Points)
	next, stop := iter.Pull(d.assets())
	defer stop()
	if err := writeFile(sample, func(w io.Writer) error { return writeAssets(w, first(rows, next)) }); err != nil {
		return err
	}
	if s.loaded.Sample, err = take(rows, "assets", "--type-property=type", "--dry-run", sample); err != nil {
		return err
	}
	for i, file := range files.assets {
		taken, err := take(min(importRows, s.Points-i*importRows), "assets", "--type-property=type", file)
		if err != nil {
			return err
		}
		s.loaded.Imports = append(s.loaded.Imports, taken)
	}
	return execute(ctx, s.cluster.AdminURL(), `vacuum (analyze) areas, assets, revisions`)
}

// filled tells whether something was loaded already.
func (s *stage) filled(ctx context.Context) (filled bool, err error) {
	conn, err := pgx.Connect(ctx, s.cluster.AdminURL())
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is under way
	return filled, conn.QueryRow(ctx, `select exists (select from areas)`).Scan(&filled)
}
