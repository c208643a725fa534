package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/patok-id/patok/geo"
)

// unchanged is how much of the p99 without an outage has to be left with one.
const unchanged = 0.8

// measureOutage reads from a node while PostgreSQL hangs, and while it is gone.
func measureOutage(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.node(ctx, firstNode)
	if err != nil {
		return nil, err
	}
	paths, err := s.allReads(ctx)
	if err != nil {
		return nil, err
	}
	read := func(ctx context.Context) (sample, error) {
		return asking{base: node.url, paths: paths, clients: peerClients, headers: gzipHeader}.run(ctx, s.Slice)
	}
	if _, err := read(ctx); err != nil { // warms up
		return nil, err
	}
	var rows []row
	for _, outage := range []struct {
		name  string
		begin func(context.Context) (end func(context.Context) error, err error)
	}{{"hangs", s.hang}, {"is gone", s.shutDown}} {
		s.progress("reading while PostgreSQL " + outage.name)
		samples, err := alternate(ctx, s.Rounds, []side{
			{"PostgreSQL " + outage.name, func(ctx context.Context) (sample, error) {
				end, err := outage.begin(ctx)
				if err != nil {
					return sample{}, err
				}
				read, err := read(ctx)
				return read, errors.Join(err, end(context.WithoutCancel(ctx)))
			}},
			{"PostgreSQL runs", read},
		})
		if err != nil {
			return nil, err
		}
		failed, requests := failures(samples[0])
		name := "reads while PostgreSQL " + outage.name
		rows = append(rows,
			figureRow(name+", answered", unitPercent, []float64{100 * float64(requests-failed) / float64(max(1, requests))},
				fmt.Sprintf("%d of %d: items, pages, tiles, nearest, locate", requests-failed, requests)).toReach(valueOf(100)),
			besideRow(name+", p99", unitMillis, "while it runs", number(samples[0], slowest), number(samples[1], slowest), false, ratioOf(unchanged), ""))
	}
	return rows, nil
}

// allReads are addresses of every kind that is answered from memory.
func (s *stage) allReads(ctx context.Context) ([]string, error) {
	assets, err := s.someAssets(ctx, forBoxes, 200)
	if err != nil {
		return nil, err
	}
	var paths []string
	for i, a := range assets {
		p := a.point
		paths = append(paths, itemPaths(assets[i:i+1])...)
		paths = append(paths,
			fmt.Sprintf("/api/collections/assets/items?limit=20&located=true&bbox=%.5f,%.5f,%.5f,%.5f", p[0]-0.002, p[1]-0.002, p[0]+0.002, p[1]+0.002),
			fmt.Sprintf("/api/nearest?lon=%.7f&lat=%.7f&collection=assets&limit=10", p[0], p[1]),
			fmt.Sprintf("/api/locate?lon=%.7f&lat=%.7f", p[0], p[1]))
		for _, zoom := range []int{8, 13, 16} {
			id := tileAt(p, zoom)
			paths = append(paths, fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", geo.AllAssets, id.Z, id.X, id.Y))
		}
	}
	return paths, nil
}

// hang stops every process of PostgreSQL where it stands.
func (s *stage) hang(context.Context) (func(context.Context) error, error) {
	postmaster := s.cluster.Postmaster()
	if postmaster == 0 {
		return nil, errors.New("PostgreSQL does not run")
	}
	processes, err := children(postmaster)
	if err != nil {
		return nil, err
	}
	processes = append([]int{postmaster}, processes...)
	for _, pid := range processes {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil && !errors.Is(err, syscall.ESRCH) {
			return nil, err
		}
	}
	return func(context.Context) error {
		for _, pid := range slices.Backward(processes) {
			if err := syscall.Kill(pid, syscall.SIGCONT); err != nil && !errors.Is(err, syscall.ESRCH) {
				return err
			}
		}
		return nil
	}, nil
}

// shutDown ends PostgreSQL as its administrator would, by a fast shutdown.
func (s *stage) shutDown(ctx context.Context) (func(context.Context) error, error) {
	postmaster := s.cluster.Postmaster()
	if postmaster == 0 {
		return nil, errors.New("PostgreSQL does not run")
	}
	if err := syscall.Kill(postmaster, syscall.SIGINT); err != nil {
		return nil, err
	}
	for s.cluster.Postmaster() != 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return s.cluster.Ensure, nil
}
