package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

type backupCmd struct {
	databaseFlags
	File string `arg:"" optional:"" help:"Where to write it (default: patok-DATE.dump here)." type:"path"`
}

// Run writes a logical backup, which another version of PostgreSQL can read,
// while the server goes on.
func (c *backupCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.reach(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	file := c.File
	if file == "" {
		file = "patok-" + time.Now().Format("2006-01-02-150405") + ".dump"
	}
	bin, err := binaries(ctx, db)
	if err != nil {
		return err
	}
	if err := cluster.Dump(ctx, bin, db.adminURL, file); err != nil {
		return err
	}
	file, _ = filepath.Abs(file)
	fmt.Fprintln(env.Stdout, "backup written to", file)
	return nil
}

func binaries(ctx context.Context, db *database) (cluster.Binaries, error) {
	if db.cluster != nil {
		return db.cluster.Binaries(), nil
	}
	return cluster.Find(ctx)
}

type restoreCmd struct {
	databaseFlags
	File string `arg:"" help:"A file that patok backup wrote." type:"existingfile"`
}

// Run replaces the own cluster's database by the backup, all or nothing, and
// starts a new epoch, so that no node believes what it knew before.
func (c *restoreCmd) Run(ctx context.Context, env *environment) (err error) {
	if c.DatabaseURL != "" {
		return errors.New("patok restore works on the own cluster; restore another PostGIS with pg_restore into an empty database and then run: select new_epoch()")
	}
	db, err := c.reach(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.cluster.Restore(ctx, c.File, cluster.AppRole); err != nil {
		return err
	}
	if _, err := cluster.Query(ctx, db.cluster.Binaries(), db.adminURL, `select new_epoch()`); err != nil {
		return fmt.Errorf("start a new epoch: %w", err)
	}
	if _, err := migrations.Up(ctx, db.adminURL); err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, "restored from", c.File)
	return nil
}
