package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/feed"
)

// editTimes are how long edits took, from the call.
type editTimes struct {
	committed []time.Duration // until the store answered
	visible   []time.Duration // until the snapshot held it
	event     []time.Duration // until a browser's stream had it
	sql       []time.Duration // of plain SQL, until PostgreSQL answered
	heard     []time.Duration // of plain SQL, until the stream had it
}

// measureEdits makes edits as the API does, and others by plain SQL, which wakes
// nobody and waits for the next look at the log.
func measureEdits(ctx context.Context, n *node, seed uint64, api, sql, rounds int, progress func(string)) (editTimes, error) {
	var times editTimes
	events, err := n.hub.Subscribe(nil)
	if err != nil {
		return times, err
	}
	defer events.Close()
	e := &editor{node: n, events: events, rnd: random(seed, forEdits), assets: placedAssets(n.live.Snapshot())}
	for round := range rounds {
		progress(fmt.Sprintf("edits, round %d of %d", round+1, rounds))
		steps := []func() error{
			func() error { return repeat(share(api, rounds, round), func() error { return e.api(ctx, &times) }) },
			func() error { return repeat(share(sql, rounds, round), func() error { return e.sql(ctx, &times) }) },
		}
		if round%2 == 1 {
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return times, err
			}
		}
	}
	return times, nil
}

// share is the part of total that falls to one round.
func share(total, rounds, round int) int { return total*(round+1)/rounds - total*round/rounds }

func repeat(times int, do func() error) error {
	for range times {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

type editor struct {
	node   *node
	events *feed.Subscription
	rnd    *rand.Rand
	assets []*geo.Asset
}

// api moves an asset by a metre or so through the store, wakes the follower as
// the handlers do, and waits.
func (e *editor) api(ctx context.Context, times *editTimes) error {
	a := e.assets[e.rnd.IntN(len(e.assets))]
	point := orb.Point{a.Point[0] + 1e-5*e.rnd.NormFloat64(), a.Point[1] + 1e-5*e.rnd.NormFloat64()}
	edit := geo.Edit{Verb: geo.VerbMerge, Type: a.Type, ID: a.ID, AnyVersion: true, AllowDuplicate: true, Input: geo.Input{
		HasGeometry: true, Geometry: &point,
		// A point that ends a metre outside its kelurahan is near; no reason is asked for.
		Properties: map[string]json.RawMessage{"condition": json.RawMessage(`"` + pick(e.rnd, "baik", "rusak_ringan", "rusak_berat") + `"`)},
	}}
	began := time.Now()
	result, err := e.node.store.Apply(ctx, clerk, edit)
	if err != nil {
		return err
	}
	times.committed = append(times.committed, time.Since(began))
	e.node.follower.Wake()
	if err := e.node.follower.WaitFor(ctx, result.Revision); err != nil {
		return err
	}
	times.visible = append(times.visible, time.Since(began))
	if err := e.hear(ctx, a.ID); err != nil {
		return err
	}
	times.event = append(times.event, time.Since(began))
	return nil
}

const plainEditSQL = `update assets set note = $2 where id = $1`

// sql changes an asset by a statement of its own, at any moment between two
// looks at the log.
func (e *editor) sql(ctx context.Context, times *editTimes) error {
	a := e.assets[e.rnd.IntN(len(e.assets))]
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(e.rnd.IntN(200)) * time.Millisecond):
	}
	began := time.Now()
	if tag, err := e.node.conn.Exec(ctx, plainEditSQL, a.ID, began.String()); err != nil || tag.RowsAffected() != 1 {
		return cmp.Or(err, fmt.Errorf("asset %d was not changed", a.ID))
	}
	times.sql = append(times.sql, time.Since(began))
	if err := e.hear(ctx, a.ID); err != nil {
		return err
	}
	times.heard = append(times.heard, time.Since(began))
	return nil
}

// hear reads the stream until it tells of the asset.
func (e *editor) hear(ctx context.Context, id int64) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event, open := <-e.events.Events:
			if !open {
				return fmt.Errorf("the stream of events ended before asset %d was heard of", id)
			}
			if slices.ContainsFunc(event.Changes, func(c geo.EventChange) bool { return c.ID == id }) {
				return nil
			}
		}
	}
}
