package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

type runCmd struct {
	datasetFlags
	Rounds   int           `help:"Rounds, in which Patok and the reference go first in turn." default:"5"`
	Slice    time.Duration `help:"How long each side works in a round, at least." default:"150ms"`
	Edits    int           `help:"Edits through the store." default:"300"`
	SQLEdits int           `help:"Edits by plain SQL." default:"60" name:"sql-edits"`
	Dir      string        `help:"Where the PostGIS of the run is made (default: the system's temporary folder)." type:"existingdir" placeholder:"DIR"`
	JSON     bool          `help:"Print JSON instead of the table." name:"json"`
	Strict   bool          `help:"Exit with 1 when Patok is slower than PostGIS anywhere."`
}

// minRounds is how many rounds a median needs.
const minRounds = 5

// Validate is called by kong.
func (c *runCmd) Validate() error {
	switch {
	case c.Rounds < minRounds:
		return fmt.Errorf("--rounds must be %d at least", minRounds)
	case c.Slice < 0 || c.Edits < 1 || c.SQLEdits < 1:
		return errors.New("--slice, --edits and --sql-edits must be positive")
	}
	return c.datasetFlags.Validate()
}

// Run makes the data and a PostGIS, measures, prints, and removes both.
func (c *runCmd) Run(ctx context.Context, env *environment) (err error) {
	load := loadAverage()
	env.progress("starting a PostGIS of its own")
	db, err := startPostGIS(ctx, c.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := c.measure(ctx, db.admin, db.app, env.progress)
	if err != nil {
		return err
	}
	r.Machine.Load = load
	write := r.writeMarkdown
	if c.JSON {
		write = r.writeJSON
	}
	if err := write(env.Stdout); err != nil {
		return err
	}
	return c.judge(r)
}

// judge is the error of --strict, which the exit code follows.
func (c *runCmd) judge(r *report) error {
	if slower := r.slower(); c.Strict && len(slower) > 0 {
		return fmt.Errorf("slower than PostGIS: %s", strings.Join(slower, "; "))
	}
	return nil
}

// measure fills the empty migrated database and does all measurements.
func (c *runCmd) measure(ctx context.Context, adminURL, appURL string, progress func(string)) (*report, error) {
	progress(fmt.Sprintf("making %d assets in %d kelurahan", c.Points, c.Areas))
	d := newDataset(c.datasetFlags)
	progress("loading them")
	loaded, err := loadDataset(ctx, adminURL, appURL, d)
	if err != nil {
		return nil, err
	}
	progress("imported: " + loaded.String())
	n, err := startNode(ctx, adminURL, appURL)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	r := &report{Dataset: c.datasetFlags, Rounds: c.Rounds}
	if r.Machine, err = describeMachine(ctx, n.conn, ""); err != nil {
		return nil, err
	}
	if err := c.compete(ctx, n, adminURL, r, progress); err != nil {
		return nil, err
	}
	if err := c.follow(ctx, n, r, progress); err != nil {
		return nil, err
	}
	if err := c.start(ctx, n, r, progress); err != nil {
		return nil, err
	}
	if err := c.reckon(ctx, n, r, progress); err != nil {
		return nil, err
	}
	r.Rows = append(r.Rows, figureRow("import", unitRows, []float64{float64(c.Points) / loaded.total().Seconds()},
		"once, the whole of patok import from CSV: "+loaded.String()))
	return r, nil
}

// compete runs everything that has a reference.
func (c *runCmd) compete(ctx context.Context, n *node, adminURL string, r *report, progress func(string)) (err error) {
	if err := execute(ctx, adminURL, geographyIndexSQL); err != nil {
		return err
	}
	// The edits that follow shall not keep up an index that Patok does not have.
	defer func() { err = errors.Join(err, execute(context.WithoutCancel(ctx), adminURL, dropGeographySQL)) }()
	progress("preparing, and making sure that both sides give the same")
	contests, err := c.contests(ctx, n)
	if err != nil {
		return err
	}
	results, err := compare(ctx, contests, c.Rounds, c.Slice, progress)
	for _, result := range results {
		r.Rows = append(r.Rows, contestRow(result))
	}
	return err
}

func (c *runCmd) contests(ctx context.Context, n *node) ([]contest, error) {
	var all []contest
	for _, several := range []func(context.Context, *node, uint64) ([]contest, error){tileContests, servedContests, nearestContests} {
		contests, err := several(ctx, n, c.Seed)
		if err != nil {
			return nil, err
		}
		all = append(all, contests...)
	}
	for _, one := range []func(context.Context, *node, uint64) (contest, error){locateContest, itemsContest} {
		contest, err := one(ctx, n, c.Seed)
		if err != nil {
			return nil, err
		}
		all = append(all, contest)
	}
	return all, nil
}

// follow measures how soon a change is seen.
func (c *runCmd) follow(ctx context.Context, n *node, r *report, progress func(string)) error {
	times, err := measureEdits(ctx, n, c.Seed, c.Edits, c.SQLEdits, c.Rounds, progress)
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows,
		latencyRow("edit until committed", times.committed, fmt.Sprintf("%d edits through the store, one at a time", len(times.committed))),
		latencyRow("edit until in the snapshot", times.visible, "from the same call"),
		latencyRow("edit until its event is out", times.event, "from the same call"),
		latencyRow("plain SQL until committed", times.sql, fmt.Sprintf("%d updates of one row, for comparison: no rights, rules or duplicates are looked at", len(times.sql))),
		latencyRow("plain SQL until its event is out", times.heard, "nothing wakes the node but its look every 100 ms"),
	)
	return nil
}

// reckon measures planning and figures, on data of their own.
func (c *runCmd) reckon(ctx context.Context, n *node, r *report, progress func(string)) error {
	rows, err := measurePlanning(ctx, c.Seed, c.Points, c.Rounds, progress)
	if err != nil {
		return err
	}
	figures, err := measureFigures(ctx, n, c.Seed, c.Points, c.Rounds, progress)
	if err != nil {
		return err
	}
	r.Rows = append(append(r.Rows, rows...), figures)
	return nil
}

// start measures a node's start.
func (c *runCmd) start(ctx context.Context, n *node, r *report, progress func(string)) error {
	times, err := measureStart(ctx, n, c.Rounds, progress)
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows,
		figureRow("start: read everything", unitMillis, inMillis(times.load), fmt.Sprintf("%d assets", c.Points)),
		figureRow("start: build the index", unitMillis, inMillis(times.build), ""),
		figureRow("heap per asset", unitBytes, times.bytesPerAsset, "areas included"),
	)
	return nil
}
