package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

// stage is what measurements of the national set work on: a PostGIS that holds
// it, nodes as processes of their own, and PostGIS behind a plain handler.
type stage struct {
	nationalFlags
	datasetFlags
	program  program
	wrk      wrk
	cluster  *cluster.Cluster
	pool     *pgxpool.Pool // as administrator: row-level security is none of the comparison
	loaded   loadedSet
	peers    []peer
	plain    string // where the plain handlers answer
	nodes    map[string]*serving
	close    []func()
	progress func(string)
}

// peerClients is how many connections ask at the same time, and how many of
// PostGIS answer them.
const peerClients = 4

// openStage opens the folder's PostGIS, which is loaded when it is empty.
func openStage(ctx context.Context, f nationalFlags, d datasetFlags, dir string, progress func(string)) (*stage, error) {
	s := &stage{nationalFlags: f, datasetFlags: d, wrk: findWrk(), progress: progress, nodes: map[string]*serving{}}
	err := s.open(ctx, dir)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *stage) open(ctx context.Context, dir string) (err error) {
	if s.program, err = findProgram(s.Patok); err != nil {
		return err
	}
	if s.peers, err = readPeers(s.Peer); err != nil {
		return err
	}
	if s.cluster, err = cluster.Open(ctx, cluster.Options{DataDir: filepath.Join(dir, "data")}); err != nil {
		return err
	}
	s.atEnd(func() {
		ending, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		s.cluster.Close(ending) //nolint:errcheck // the next to open it starts it anew
	})
	if _, err := migrations.Up(ctx, s.cluster.AdminURL()); err != nil {
		return err
	}
	if err := s.load(ctx, dir); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	if len(s.peers) > 0 {
		if _, err := s.pool.Exec(ctx, peerViewsSQL); err != nil {
			return err
		}
	}
	return s.servePlain(ctx)
}

// connect opens the pool that stands for PostGIS; statements are prepared on
// first use.
func (s *stage) connect(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(s.cluster.AdminURL())
	if err != nil {
		return err
	}
	config.MaxConns, config.MinConns = peerClients, peerClients
	config.ConnConfig.RuntimeParams["work_mem"] = "64MB"
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	s.atEnd(s.pool.Close)
	return nil
}

func (s *stage) atEnd(do func()) { s.close = append(s.close, do) }

// Close ends everything that the stage began, the last first.
func (s *stage) Close() {
	for name := range s.nodes {
		s.dismiss(name)
	}
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

// node is the node of this name, a process of its own that is started on first
// use and lives until it is dismissed or the stage closes.
func (s *stage) node(ctx context.Context, name string, flags ...string) (*serving, error) {
	if n := s.nodes[name]; n != nil {
		return n, nil
	}
	n, err := s.start(ctx, flags...)
	if err == nil {
		s.nodes[name] = n
	}
	return n, err
}

// The nodes: two as people run them, and one that keeps no tiles.
const (
	firstNode   = "first"
	secondNode  = "second"
	withoutTile = "without tiles"
)

// uncached is the node that makes every tile anew.
func (s *stage) uncached(ctx context.Context) (*serving, error) {
	return s.node(ctx, withoutTile, "--cache-mb=0")
}

// pair is two nodes on one database, and no third that follows it too.
func (s *stage) pair(ctx context.Context) ([]*serving, error) {
	s.dismiss(withoutTile)
	first, err := s.node(ctx, firstNode)
	if err != nil {
		return nil, err
	}
	second, err := s.node(ctx, secondNode)
	return []*serving{first, second}, err
}

func (s *stage) dismiss(name string) {
	if n := s.nodes[name]; n != nil {
		n.Close()
		delete(s.nodes, name)
	}
}

// start starts a node, which the caller closes. It works as the server's own
// role, and does not look after PostgreSQL, which measurements stop.
func (s *stage) start(ctx context.Context, flags ...string) (*serving, error) {
	s.progress("starting a node")
	return s.program.serve(ctx, s.cluster.URL(), flags...)
}

// measurement is a part of the report.
type measurement struct {
	name string
	do   func(ctx context.Context, s *stage) ([]row, error)
}

// measurements are all parts, in their order. Those that disturb PostgreSQL or
// change data come last.
func measurements() []measurement {
	return []measurement{
		{"import", measureImport},
		{"encoder", measureEncoder},
		{"look-ups in process", measureInProcess},
		{"start", measureServing},
		{"cached tile", measureCached},
		{"uncached tiles", measureUncached},
		{"budget", measureBudget},
		{"items", measureFeatures},
		{"look-ups over HTTP", measureLookups},
		{"freshness", measureFreshness},
		{"stale answers", measureStaleness},
		{"outage", measureOutage},
	}
}

// measure does the measurements whose names match. One that fails does not keep
// the others from being made; the errors are together.
func (s *stage) measure(ctx context.Context) ([]row, error) {
	only, err := regexp.Compile(s.Only)
	if err != nil {
		return nil, err
	}
	var rows []row
	var failed error
	for _, m := range measurements() {
		if ctx.Err() != nil {
			return rows, errors.Join(failed, ctx.Err())
		}
		if !only.MatchString(m.name) {
			continue
		}
		s.progress("measuring: " + m.name)
		more, err := m.do(ctx, s)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", m.name, err))
		}
		rows = append(rows, more...)
	}
	return rows, failed
}

// one reads a single value from PostGIS.
func one[T any](ctx context.Context, s *stage, sql string, args ...any) (v T, err error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return v, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
}
