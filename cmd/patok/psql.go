package main

import (
	"context"
	"errors"
	"os"

	"github.com/patok-id/patok/geo/store/cluster"
)

type psqlCmd struct {
	databaseFlags
	Args []string `arg:"" optional:"" passthrough:"" help:"Arguments for psql, such as -c 'select 1'."`
}

// Run opens psql as the database's owner. What is changed there is recorded in
// the history under the database role's name, and appears everywhere.
func (c *psqlCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.reach(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	bin, err := binaries(ctx, db)
	if err != nil {
		return err
	}
	args := c.Args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	psql, err := cluster.Client(ctx, bin, "psql", db.adminURL, args...)
	if err != nil {
		return err
	}
	psql.Stdin, psql.Stdout, psql.Stderr = os.Stdin, env.Stdout, env.Stderr
	if err := psql.Run(); err != nil {
		return errReported // psql said why
	}
	return nil
}
