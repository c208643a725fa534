package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// nationalFlags say how the national set is measured.
type nationalFlags struct {
	Rounds       int               `help:"Rounds, in which Patok and the others go first in turn." default:"5"`
	Slice        time.Duration     `help:"How long each side works in a round, at least." default:"2s"`
	StaleMinutes float64           `help:"How long readers look for stale answers." default:"10"`
	Only         string            `help:"Measure only what matches this pattern, such as 'tiles|items'." placeholder:"PATTERN"`
	Peer         map[string]string `help:"Another server on the same database, to be measured beside: its name and address, such as pg_tileserv=http://127.0.0.1:7800. An address with {layer}, {z}, {x} and {y} is a template; the layers are bench_points and bench_kelurahan." placeholder:"NAME=URL"`
	Patok        string            `help:"The program to measure (default: the one beside this)." type:"path" placeholder:"FILE"`
}

type nationalCmd struct {
	nationalFlags
	Points int    `help:"How many assets." default:"3000000"`
	Areas  int    `help:"How many kelurahan." default:"80000"`
	Seed   uint64 `help:"What the data is made from: the same seed makes the same data." default:"1"`
	Keep   string `help:"Folder for the loaded set: made when missing, used again when there. Without it the set is made in the temporary folder and removed." type:"path" placeholder:"DIR"`
	Out    string `help:"Folder for the report as national.md, national.json and national.svg (default: it is printed)." type:"path" placeholder:"DIR"`
	JSON   bool   `help:"Print JSON instead of Markdown." name:"json"`
}

// Validate is called by kong.
func (c *nationalCmd) Validate() error {
	if c.Rounds < 1 || c.Slice < 0 || c.StaleMinutes < 0 {
		return errors.New("--rounds, --slice and --stale-minutes must be positive")
	}
	return c.dataset().Validate()
}

func (c *nationalCmd) dataset() datasetFlags {
	return datasetFlags{Points: c.Points, Areas: c.Areas, Seed: c.Seed}
}

// Run loads the set, measures, and writes the report.
func (c *nationalCmd) Run(ctx context.Context, env *environment) (err error) {
	load := loadAverage()
	dir := c.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "patok-national-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	// The cluster's own user passes through.
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
		return err
	}
	s, err := openStage(ctx, c.nationalFlags, c.dataset(), dir, env.progress)
	if err != nil {
		return err
	}
	defer s.Close()
	r := &report{Dataset: c.dataset(), Rounds: c.Rounds, Date: time.Now().UTC().Format("2006-01-02")}
	if r.Machine, err = s.machine(ctx, load); err != nil {
		return err
	}
	// What was measured is written, whatever failed beside it.
	rows, err := s.measure(ctx)
	r.Rows = rows
	return errors.Join(err, c.write(r, env))
}

func (s *stage) machine(ctx context.Context, load string) (machine, error) {
	conn, err := pgx.Connect(ctx, s.cluster.AdminURL())
	if err != nil {
		return machine{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is under way
	m, err := describeMachine(ctx, conn, load)
	said, doErr := s.program.do(ctx, func(string) {}, "--version")
	m.Patok = strings.TrimSpace(said.stdout)
	return m, errors.Join(err, doErr)
}

// write writes the report to its files, or prints it.
func (c *nationalCmd) write(r *report, env *environment) error {
	print := r.writeReaches
	if c.JSON {
		print = r.writeJSON
	}
	if c.Out == "" {
		return print(env.Stdout)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{"national.md": r.writeReaches, "national.json": r.writeJSON, "national.svg": r.writePlot} {
		if err := writeFile(filepath.Join(c.Out, name), write); err != nil {
			return err
		}
	}
	fmt.Fprintln(env.Stdout, filepath.Join(c.Out, "national.md"))
	return nil
}
