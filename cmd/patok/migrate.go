package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/patok-id/patok/migrations"
)

type migrateCmd struct {
	databaseFlags
}

// Run brings the schema up to date; every other command does so too.
func (c *migrateCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.reach(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	n, err := migrations.Up(ctx, db.adminURL)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%d migrations applied; the schema is current\n", n)
	return nil
}
