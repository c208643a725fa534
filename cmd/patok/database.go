package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patok-id/patok/geo/store"
	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

// databaseFlags say which PostGIS a command works on.
type databaseFlags struct {
	DatabaseURL string `help:"A PostGIS database, as postgres://user:password@host/name. Without it Patok runs its own cluster in --data-dir." placeholder:"URL"`
	DataDir     string `help:"The folder of Patok's own PostGIS cluster (default: /var/lib/patok for root, else under the user's data home)." placeholder:"DIR" type:"path"`
}

// database is an open PostGIS with a current schema.
type database struct {
	*store.Store
	cluster  *cluster.Cluster // nil with --database-url
	adminURL string           // may change the schema
	url      string           // the server's own, lesser role
}

// folder is the own cluster's data folder, given or by default.
func (f databaseFlags) folder() (string, error) {
	if f.DataDir != "" {
		return f.DataDir, nil
	}
	return cluster.DefaultDataDir()
}

// open opens the database: the one named by URL, or the own cluster, which is
// started when nobody runs it. The schema is brought up to date. server takes
// the folder's one place for a server.
func (f databaseFlags) open(ctx context.Context, env *environment, server bool) (*database, error) {
	db, err := f.reach(ctx, env, server)
	if err != nil {
		return nil, err
	}
	if db.Store, err = connect(ctx, db, env); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// reach is open without a pool and without touching the schema.
func (f databaseFlags) reach(ctx context.Context, env *environment, server bool) (*database, error) {
	if f.DatabaseURL != "" {
		if f.DataDir != "" && !server {
			return nil, errors.New("give --database-url or --data-dir, not both")
		}
		return &database{adminURL: f.DatabaseURL, url: f.DatabaseURL}, nil
	}
	folder, err := f.folder()
	if err != nil {
		return nil, err
	}
	own, err := cluster.Open(ctx, cluster.Options{DataDir: folder, Server: server, Log: env.Log})
	if err != nil {
		return nil, err
	}
	return &database{cluster: own, adminURL: own.AdminURL(), url: own.URL()}, nil
}

func connect(ctx context.Context, db *database, env *environment) (*store.Store, error) {
	if _, err := migrations.Up(ctx, db.adminURL); err != nil {
		return nil, fmt.Errorf("bring the schema up to date: %w", err)
	}
	return openStore(ctx, db, env)
}

// Close leaves the database; the own cluster stops when nobody else uses it.
func (db *database) Close() error {
	if db.Store != nil {
		db.Store.Close()
	}
	if db.cluster == nil {
		return nil
	}
	// The command may be ending because its context did: stopping has its own time.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return db.cluster.Close(ctx)
}

// openStore opens the database without touching its schema, for a command that
// only looks.
func openStore(ctx context.Context, db *database, env *environment) (*store.Store, error) {
	return store.Open(ctx, db.url, store.Options{Logger: env.Log})
}
