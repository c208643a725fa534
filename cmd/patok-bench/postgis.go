package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

// postgis is a fresh PostGIS with Patok's schema, and with the settings that
// Patok's own cluster has in production: every commit reaches the disk.
type postgis struct {
	admin, app string // URLs of the superuser and of the server's role
	cluster    *cluster.Cluster
}

// startPostGIS makes a cluster in a new folder under dir. Close removes it.
func startPostGIS(ctx context.Context, dir string) (*postgis, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	folder := filepath.Join(dir, "patok-bench-"+strings.ToLower(rand.Text()[:8]))
	own, err := cluster.Open(ctx, cluster.Options{DataDir: folder})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder)) // Open has stopped what it began
	}
	p := &postgis{admin: own.AdminURL(), app: own.URL(), cluster: own}
	if _, err := migrations.Up(ctx, p.admin); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close stops the cluster and removes its folder.
func (p *postgis) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.cluster.Close(ctx); err != nil {
		return err
	}
	return os.RemoveAll(p.cluster.DataDir())
}

// execute runs statements on a connection of their own.
func execute(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is under way
	_, err = conn.Exec(ctx, sql)
	return err
}
