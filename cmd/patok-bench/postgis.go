package main

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
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
	own, err := cluster.Open(ctx, cluster.Options{DataDir: filepath.Join(dir, "patok-bench-"+strings.ToLower(rand.Text()[:8]))})
	if err != nil {
		return nil, err
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

// loadDataset brings the data in by COPY with every trigger on. The points were placed
// when they were made, as the import's are by its own set-wise step.
func loadDataset(ctx context.Context, adminURL string, d *dataset) (assets time.Duration, err error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is under way
	if _, err := conn.Exec(ctx, `select set_config('patok.actor', 'patok-bench', false), set_config('patok.placed', 'yes', false)`); err != nil {
		return 0, err
	}
	for _, areas := range [][]*geo.Area{d.Parents, d.Kelurahan} {
		if err := copyIn(ctx, conn, copyAreasSQL, func(w *csv.Writer) error { return writeRows(w, areas, areaRow) }); err != nil {
			return 0, fmt.Errorf("load areas: %w", err)
		}
	}
	began := time.Now()
	if err := copyIn(ctx, conn, copyAssetsSQL, func(w *csv.Writer) error { return writeRows(w, d.Assets, assetRow) }); err != nil {
		return 0, fmt.Errorf("load assets: %w", err)
	}
	assets = time.Since(began)
	_, err = conn.Exec(ctx, `vacuum (analyze) areas, assets, revisions`)
	return assets, err
}

const (
	copyAreasSQL = `copy areas (code, kind, name, boundary, source, year, boundary_status, derived)
from stdin with (format csv, null '\N')`
	copyAssetsSQL = `copy assets (uuid, type, type_version, name, area_code, area_located, rt, rw, address, point, accuracy_m,
taken_by, condition, operation, placement, attributes, source) from stdin with (format csv, null '\N')`
)

func areaRow(a *geo.Area) []string {
	return []string{string(a.Code), string(a.Kind), a.Name, hexOrNull(geo.EncodeBoundary(a.Boundary)),
		a.Source, strconv.Itoa(a.Year), string(a.Status), strconv.FormatBool(a.Derived)}
}

func assetRow(a *geo.Asset) []string {
	located, accuracy := `\N`, `\N`
	if a.AreaLocated != "" {
		located = string(a.AreaLocated)
	}
	if a.AccuracyM != nil {
		accuracy = strconv.FormatFloat(*a.AccuracyM, 'g', -1, 64)
	}
	return []string{a.UUID.String(), a.Type, strconv.Itoa(a.TypeVersion), a.Name, string(a.AreaCode), located, a.RT, a.RW,
		a.Address, hexOrNull(geo.EncodePoint(a.Point)), accuracy, a.TakenBy, a.Condition, a.Operation,
		string(a.Placement), string(a.Attributes), "patok-bench"}
}

func hexOrNull(ewkb []byte) string {
	if ewkb == nil {
		return `\N`
	}
	return hex.EncodeToString(ewkb)
}

func writeRows[T any](w *csv.Writer, features []T, row func(T) []string) error {
	for _, f := range features {
		if err := w.Write(row(f)); err != nil {
			return err
		}
	}
	return nil
}

// copyIn streams rows into a COPY while they are written.
func copyIn(ctx context.Context, conn *pgx.Conn, sql string, write func(*csv.Writer) error) error {
	read, into := io.Pipe()
	written := make(chan error, 1)
	go func() {
		w := csv.NewWriter(into)
		err := write(w)
		w.Flush()
		err = errors.Join(err, w.Error())
		into.CloseWithError(err) //nolint:errcheck // always nil
		written <- err
	}()
	_, err := conn.PgConn().CopyFrom(ctx, read, sql)
	read.CloseWithError(io.ErrClosedPipe) //nolint:errcheck // always nil; frees the writer after a failed COPY
	if failed := <-written; err == nil {
		err = failed
	}
	return err
}
