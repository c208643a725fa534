package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	editsPerSecond = 200
	editWriters    = 8
	editLookers    = 8
	apiMillis      = 50  // of the slowest edit in a hundred, until it is everywhere
	sqlMillis      = 300 // the same of plain SQL
	lostAfter      = 30 * time.Second
)

// measureFreshness edits at a steady rate and waits for each edit in items,
// tiles and events of two nodes.
func measureFreshness(ctx context.Context, s *stage) ([]row, error) {
	nodes, l, err := s.editing(ctx)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, way := range []struct {
		name  string
		goal  float64
		write func(ctx context.Context, i, number int) error
	}{
		{"edit through the API", apiMillis, func(ctx context.Context, i, number int) error { return l.edit(ctx, nodes[0].url, i, number) }},
		{"edit by plain SQL", sqlMillis, func(ctx context.Context, i, number int) error {
			_, err := s.pool.Exec(ctx, `update assets set name = $2 where id = $1`, l.assets[i].id, l.mark(l.assets[i].id, number))
			return err
		}},
	} {
		s.progress(way.name)
		f := &follower{ledger: l, nodes: nodes, number: 1000*len(rows) + 1, write: way.write}
		edits := max(20, int(float64(s.Rounds)*2*s.Slice.Seconds()*editsPerSecond))
		if err := f.run(ctx, min(edits, 10*len(l.assets))); err != nil {
			return nil, fmt.Errorf("%s: %w", way.name, err)
		}
		note := fmt.Sprintf("%d edits, %.0f a second, from the commit; two nodes", f.edits, float64(f.edits)/f.took.Seconds())
		for _, seen := range []struct {
			where string
			times []time.Duration
		}{{"items", f.items}, {"tile", f.tiles}, {"event on each node", f.events}} {
			rows = append(rows, latencyRow(way.name+" until in "+seen.where, seen.times, note).toReach(p99Below(way.goal)))
		}
	}
	return rows, nil
}

// follower makes edits and looks for them.
type follower struct {
	*ledger
	nodes  []*serving
	number int // of the first edit of each asset
	write  func(ctx context.Context, i, number int) error

	edits                int
	took                 time.Duration
	mu                   sync.Mutex // guards what follows
	items, tiles, events []time.Duration
	heard                []map[int64]time.Time // by node, when an asset was last heard of
}

// committed is an edit that is to be seen.
type committed struct {
	n, i, number int
	at           time.Time
}

func (f *follower) run(ctx context.Context, edits int) error {
	f.edits = edits
	f.heard = make([]map[int64]time.Time, len(f.nodes))
	listening, stop := context.WithCancel(ctx)
	defer stop()
	listeners, err := f.listen(listening)
	if err != nil {
		return err
	}
	group, working := errgroup.WithContext(ctx)
	due, look := make(chan committed), make(chan committed, edits)
	began := time.Now()
	group.Go(func() error { defer close(due); return pace(working, edits, len(f.assets), f.number, due) })
	var writers sync.WaitGroup
	for range editWriters {
		writers.Add(1)
		group.Go(func() error {
			defer writers.Done()
			for c := range due {
				if err := f.write(working, c.i, c.number); err != nil {
					return err
				}
				c.at = time.Now()
				look <- c
			}
			return nil
		})
	}
	group.Go(func() error { writers.Wait(); f.took = time.Since(began); close(look); return nil })
	for range editLookers {
		group.Go(func() error {
			for c := range look {
				if err := f.find(working, c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = group.Wait()
	stop()
	listeners.Wait()
	return err
}

// pace gives the edits at their rate; assets take turns.
func pace(ctx context.Context, edits, assets, number int, due chan<- committed) error {
	began := time.Now()
	for n := range edits {
		at := began.Add(time.Duration(n) * time.Second / editsPerSecond)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(at)):
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case due <- committed{n: n, i: n % assets, number: number + n/assets}:
		}
	}
	return nil
}

// find looks for an edit: in the events of both nodes, then in the item of one
// and the tile of the other, by turns. Reads begin with the node's event, so that
// the looking is no load of its own.
func (f *follower) find(ctx context.Context, c committed) error {
	paths := []string{f.item(c.i), f.tile(c.i)}
	for node := range f.nodes {
		heard, err := f.until(ctx, c, func() (time.Time, error) { return f.lastHeard(node, c), nil })
		if err != nil {
			return fmt.Errorf("event: %w", err)
		}
		asked := (c.n + node) % len(paths)
		read, err := f.until(ctx, c, func() (time.Time, error) {
			r, err := f.read(ctx, f.nodes[node].url, paths[asked], c.i, nil)
			if err != nil || r.number < c.number {
				return time.Time{}, err
			}
			return time.Now(), nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", paths[asked], err)
		}
		f.mu.Lock()
		f.events = append(f.events, heard)
		if asked == 0 {
			f.items = append(f.items, read)
		} else {
			f.tiles = append(f.tiles, read)
		}
		f.mu.Unlock()
	}
	return nil
}

// lastHeard is when a node told of the edit's asset, zero when it did not since
// the edit. It may do so before the writer has its answer.
func (f *follower) lastHeard(node int, c committed) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at := f.heard[node][f.assets[c.i].id]; at.After(c.at.Add(-time.Second)) {
		return at
	}
	return time.Time{}
}

// until asks again and again when an edit was seen, and tells how long after the
// commit that was.
func (f *follower) until(ctx context.Context, c committed, seen func() (time.Time, error)) (time.Duration, error) {
	for {
		at, err := seen()
		if err != nil || !at.IsZero() {
			return max(0, at.Sub(c.at)), err
		}
		if time.Since(c.at) > lostAfter {
			return 0, fmt.Errorf("edit %d of asset %d is not seen after %v", c.number, f.assets[c.i].id, lostAfter)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// listen follows the events of all nodes until ctx ends.
func (f *follower) listen(ctx context.Context) (*sync.WaitGroup, error) {
	listeners := &sync.WaitGroup{}
	for n, node := range f.nodes {
		f.heard[n] = map[int64]time.Time{}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, node.url+"/api/events", nil)
		if err != nil {
			return nil, err
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		listeners.Go(func() {
			defer response.Body.Close()
			lines := bufio.NewScanner(response.Body)
			lines.Buffer(nil, 16<<20)
			for lines.Scan() {
				if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
					f.hear(n, data)
				}
			}
		})
	}
	return listeners, nil
}

func (f *follower) hear(node int, data string) {
	at := time.Now()
	var event struct{ Changes []struct{ ID int64 } }
	if json.Unmarshal([]byte(data), &event) != nil {
		return // not about changes
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range event.Changes {
		f.heard[node][c.ID] = at
	}
}
