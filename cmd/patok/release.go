package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

type releaseCmd struct {
	Create releaseCreateCmd `cmd:"" help:"Give all that is published now a name, and keep its files for ever."`
	List   releaseListCmd   `cmd:"" help:"List the releases."`
	Verify releaseVerifyCmd `cmd:"" help:"Compare every file of a release with its hash."`
}

// releaser is who acts in the history of releases.
var releaser = geo.System("patok release")

type releaseCreateCmd struct {
	databaseFlags
	Name   string `arg:"" help:"Lower-case letters, digits, dots and hyphens, such as 2026."`
	Title  string `required:"" help:"What people read."`
	Note   string `help:"What is to be known about it."`
	DryRun bool   `help:"Tell what it would lack, and make nothing."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run makes the release and prints its files.
func (c *releaseCreateCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var l *geo.Release
	if c.DryRun {
		l, err = db.PreviewRelease(ctx, releaser, exchange.ReleaseFiles)
	} else {
		l, err = db.CreateRelease(ctx, releaser, geo.NewRelease{Name: c.Name, Title: c.Title, Note: c.Note}, exchange.ReleaseFiles)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(releaseListedOf(l))
	}
	for _, i := range l.Incomplete {
		fmt.Fprintf(env.Stderr, "incomplete: %s %s %s: %d\n", i.Kind, i.AreaName, i.What, i.Count)
	}
	return printFiles(env, l)
}

type releaseListCmd struct {
	databaseFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// releaseListed is a release as JSON.
type releaseListed struct {
	Name       string           `json:"name"`
	Title      string           `json:"title"`
	Revision   int64            `json:"revision"`
	ReleasedAt time.Time        `json:"released_at"`
	Files      []fileListed     `json:"files"`
	Incomplete []geo.Incomplete `json:"incomplete"`
}

type fileListed struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

func releaseListedOf(l *geo.Release) releaseListed {
	out := releaseListed{Name: l.Name, Title: l.Title, Revision: l.Revision, ReleasedAt: l.ReleasedAt, Files: []fileListed{}, Incomplete: l.Incomplete}
	for _, f := range l.Files {
		out.Files = append(out.Files, fileListed{Name: f.Path(), Bytes: f.Bytes, Rows: f.Rows, SHA256: hex.EncodeToString(f.SHA256)})
	}
	return out
}

// Run lists the releases, the newest first.
func (c *releaseListCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	list, err := db.Releases(ctx, releaser)
	if err != nil {
		return err
	}
	if c.JSON {
		out := []releaseListed{}
		for _, l := range list {
			out = append(out, releaseListedOf(l))
		}
		return json.NewEncoder(env.Stdout).Encode(map[string]any{"releases": out})
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tTITLE\tRELEASED\tREVISION\tFILES")
	for _, l := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\n", l.Name, l.Title, l.ReleasedAt.Format(time.DateOnly), l.Revision, len(l.Files))
	}
	return w.Flush()
}

type releaseVerifyCmd struct {
	databaseFlags
	Name string `arg:"" help:"The release."`
}

// Run reads every file of the release. It fails when one of them is not what
// was released.
func (c *releaseVerifyCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	l, broken, err := db.VerifyRelease(ctx, releaser, c.Name)
	if err != nil {
		return err
	}
	if err := printFiles(env, l); err != nil {
		return err
	}
	for _, why := range broken {
		fmt.Fprintln(env.Stderr, "patok:", why)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%d of %d files are not what was released", len(broken), len(l.Files))
	}
	fmt.Fprintf(env.Stdout, "all %d files are what was released\n", len(l.Files))
	return nil
}

func printFiles(env *environment, l *geo.Release) error {
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range l.Files {
		fmt.Fprintf(w, "%s\t%d rows\t%d bytes\t%x\n", f.Path(), f.Rows, f.Bytes, f.SHA256)
	}
	return w.Flush()
}
