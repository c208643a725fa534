package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/store"
)

// The figures that look-ups have to reach, in a second.
const (
	nearestInProcess = 100_000
	locateInProcess  = 500_000
	nearestOverHTTP  = 20_000
	lookupPlaces     = 5000
)

// somePlaces are places beside assets.
func (s *stage) somePlaces(ctx context.Context) ([]orb.Point, error) {
	assets, err := s.someAssets(ctx, lookupPlaces, lookupPlaces)
	if err != nil {
		return nil, err
	}
	rnd := random(s.Seed, forPoints)
	points := make([]orb.Point, len(assets))
	for i, a := range assets {
		points[i] = orb.Point{round7(a.point[0] + 1e-3*rnd.NormFloat64()), round7(a.point[1] + 1e-3*rnd.NormFloat64())}
	}
	return points, nil
}

// measureInProcess loads the set into this process, which tells what a snapshot
// takes, and looks things up in it on one core.
func measureInProcess(ctx context.Context, s *stage) ([]row, error) {
	points, err := s.somePlaces(ctx)
	if err != nil {
		return nil, err
	}
	before := heapBytes()
	live, assets, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	taken := float64(heapBytes()-before) / float64(assets)
	snapshot := live.Snapshot()
	rows := []row{figureRow("heap per asset", unitBytes, []float64{taken}, fmt.Sprintf("areas included: %d MB in all", int(taken*float64(assets)/1e6)))}
	for _, lookup := range []struct {
		name, sql string
		goal      reach
		do        func(p orb.Point) error
	}{
		{"nearest 10 in process", plainNearestSQL, valueOf(nearestInProcess), func(p orb.Point) error {
			_, err := snapshot.Nearest(p, []string{geo.AllAssets}, 10)
			return err
		}},
		{"locate in process", plainLocateSQL, valueOf(locateInProcess), func(p orb.Point) error { snapshot.Locate(p); return nil }},
	} {
		s.progress(lookup.name)
		samples, err := alternate(ctx, s.Rounds, []side{
			{"Patok", func(context.Context) (sample, error) { return repeated(points, s.Slice/2, lookup.do) }},
			{"PostGIS", func(ctx context.Context) (sample, error) {
				return repeated(points, s.Slice/2, func(p orb.Point) error {
					_, err := one[string](ctx, s, lookup.sql, p[0], p[1])
					return err
				})
			}},
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, besideRow(lookup.name, unitLookups, "PostGIS", number(samples[0], throughput), number(samples[1], throughput), true, lookup.goal,
			"one goroutine; PostGIS by one prepared statement, nearest by degrees"))
	}
	runtime.KeepAlive(live)
	return rows, nil
}

// snapshot loads what a node holds.
func (s *stage) snapshot(ctx context.Context) (*index.Live, int, error) {
	db, err := store.Open(ctx, s.cluster.URL(), store.Options{})
	if err != nil {
		return nil, 0, err
	}
	defer db.Close()
	live, assets := index.NewLive(), 0
	refill := live.Refill()
	content, err := db.Load(ctx, func(a *geo.Asset) {
		assets++
		refill.Add(a)
	})
	if err != nil {
		return nil, 0, err
	}
	refill.Done(content)
	return live, assets, nil
}

// repeated does something for each point in turn until slice is over.
func repeated(points []orb.Point, slice time.Duration, do func(p orb.Point) error) (sample, error) {
	began, done := time.Now(), 0
	for done == 0 || time.Since(began) < slice {
		for range 100 {
			if err := do(points[done%len(points)]); err != nil {
				return sample{}, err
			}
			done++
		}
	}
	return sample{PerSecond: float64(done) / time.Since(began).Seconds(), Requests: done}, nil
}

// measureLookups compares look-ups over HTTP.
func measureLookups(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.node(ctx, firstNode)
	if err != nil {
		return nil, err
	}
	points, err := s.somePlaces(ctx)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, ask := range []struct {
		name, ours, theirs string
		goal               reach
	}{
		{"nearest 10 over HTTP", "/api/nearest?lon=%.7f&lat=%.7f&collection=assets&limit=10", "/nearest/%.7f/%.7f", valueOf(nearestOverHTTP)},
		{"locate over HTTP", "/api/locate?lon=%.7f&lat=%.7f", "/locate/%.7f/%.7f", reach{}},
	} {
		s.progress(ask.name)
		ours := pointPaths(points, ask.ours)
		memory, err := s.serveFromMemory(ctx, node.url, ours, "")
		if err != nil {
			return nil, err
		}
		sides := []side{s.wrkSide("Patok", node.url, ours, ""), s.wrkSide("PostGIS", s.plain, pointPaths(points, ask.theirs), ""),
			s.wrkSide(fromMemory, memory, ours, "")}
		more, err := duel(ctx, s.Rounds, ask.name, sides, ask.goal, reach{})
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}
