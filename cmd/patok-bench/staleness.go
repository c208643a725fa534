package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	staleWriters = 4
	staleReaders = 4
	stalePause   = 10 * time.Millisecond // of a writer between two edits
	staleAssets  = 200                   // few, so that they are read soon after an edit
	soakGrowth   = 1.25                  // the heap's own ups and downs are a fifth of it
)

// checker is the readers' and writers' of one check.
type checker struct {
	*ledger
	nodes                            []*serving
	edits, reads, stale, unavailable atomic.Int64
}

// measureStaleness lets writers edit through two nodes while readers ask both
// for items and tiles, with the revision of an acknowledged edit: no answer may
// show less than that edit.
func measureStaleness(ctx context.Context, s *stage) ([]row, error) {
	nodes, l, err := s.editing(ctx)
	if err != nil {
		return nil, err
	}
	l.assets = l.assets[:min(staleAssets, len(l.assets))]
	c := &checker{ledger: l, nodes: nodes}
	period := time.Duration(s.StaleMinutes * float64(time.Minute))
	// Caches and connections fill in the first tenth; the rest is the soak.
	sampled := make(chan int64, 1)
	time.AfterFunc(period/10, func() {
		sum, _ := residentIn(nodes) // the same is asked again below
		sampled <- sum
	})
	if err := c.run(ctx, s.Seed, period); err != nil {
		return nil, err
	}
	before := <-sampled
	after, err := residentIn(nodes)
	if err != nil {
		return nil, err
	}
	if c.edits.Load() == 0 || c.reads.Load() == 0 {
		return nil, errors.New("nobody wrote or read")
	}
	note := fmt.Sprintf("%v: %d edits and %d reads of items and tiles on two nodes, half of them conditional; %d answered 503", period, c.edits.Load(), c.reads.Load(), c.unavailable.Load())
	growth := figureRow("memory of the nodes at the end of that beside its first tenth", "×", []float64{float64(after) / float64(max(1, before))},
		fmt.Sprintf("VmRSS of both: %d MB, then %d MB", before>>20, after>>20))
	return []row{
		figureRow("stale answers", unitAnswers, []float64{float64(c.stale.Load())}, note).toReach(none()),
		growth.toReach(atMost(soakGrowth)),
	}, nil
}

// residentIn is what nodes have in memory, all together.
func residentIn(nodes []*serving) (int64, error) {
	sum := int64(0)
	for _, n := range nodes {
		m, err := n.memory()
		if err != nil {
			return 0, err
		}
		sum += m.Resident
	}
	return sum, nil
}

func (c *checker) run(ctx context.Context, seed uint64, period time.Duration) error {
	group, working := errgroup.WithContext(ctx)
	over := time.Now().Add(period)
	for w := range staleWriters {
		group.Go(func() error {
			for n := w; time.Now().Before(over); n += staleWriters {
				if err := c.edit(working, c.nodes[n/staleWriters%2].url, n%len(c.assets), 1+n/len(c.assets)); err != nil {
					return err
				}
				c.edits.Add(1)
				time.Sleep(stalePause)
			}
			return nil
		})
	}
	for r := range staleReaders {
		group.Go(func() error {
			rnd, known := random(seed, forEdits, uint64(r)), map[string]reading{}
			for time.Now().Before(over) {
				if err := c.check(working, rnd.IntN(2), rnd.IntN(len(c.assets)), rnd.IntN(4), known); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// check reads one asset and holds the answer against what was acknowledged
// before the question. known are the reader's earlier answers, by address.
func (c *checker) check(ctx context.Context, node, i, how int, known map[string]reading) error {
	edit := c.acked[i].Load()
	if edit == nil {
		time.Sleep(time.Millisecond)
		return nil
	}
	path := c.item(i)
	if how%2 == 1 {
		path = c.tile(i)
	}
	headers := map[string]string{"Patok-Min-Revision": edit.revision}
	address := c.nodes[node].url + path
	before, conditional := known[address], how >= 2
	if conditional && before.etag != "" {
		headers["If-None-Match"] = before.etag
	}
	now, err := c.read(ctx, c.nodes[node].url, path, i, headers)
	if err != nil {
		return err
	}
	c.reads.Add(1)
	switch now.status {
	case http.StatusOK:
		known[address] = now
	case http.StatusNotModified:
		now.number = before.number
	case http.StatusServiceUnavailable:
		c.unavailable.Add(1)
		return nil
	default:
		return fmt.Errorf("%s: status %d", address, now.status)
	}
	if now.number < edit.number {
		c.stale.Add(1)
	}
	return nil
}
