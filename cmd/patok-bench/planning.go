package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/geo/planning"
)

// planningNorm is the question of every run: a posyandu within 500 m on foot,
// one for 1,250 people.
var planningNorm, planningWays = planning.Norm{RadiusM: 500, Ratio: 1250}, planning.Ways{Detour: 1.3}

// measurePlanning times coverage and the choice of sites, of at most so many RT.
func measurePlanning(ctx context.Context, seed uint64, most, rounds int, progress func(string)) ([]row, error) {
	var rows []row
	for _, size := range []struct{ rt, facilities int }{{1500, 300}, {100_000, 3000}} {
		demand, supply := town(seed, min(size.rt, most), min(size.facilities, most))
		name := fmt.Sprintf("coverage of %d RT by %d facilities", len(demand), len(supply))
		times, err := timed(rounds, func() error {
			progress(name)
			_, err := planning.Cover(ctx, demand, supply, planningNorm, planningWays, nil)
			return err
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, figureRow(name, unitMillis, times, "distances, quantiles, E2SFCA, every level of areas"))
	}
	demand, supply := town(seed, min(1500, most), min(100, most))
	candidates := make([]orb.Point, len(demand))
	for i, d := range demand {
		candidates[i] = *d.Point
	}
	var choice *planning.Choice
	name := fmt.Sprintf("the best 10 sites for %d RT", len(demand))
	times, err := timed(rounds, func() (err error) {
		progress(name)
		choice, err = planning.Choose(ctx, demand, supply, candidates, 10, planningNorm, planningWays, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("at most %.2f %% below the optimum", 100*choice.Gap())
	if choice.Optimal {
		note = "proven to be the optimum"
	}
	return append(rows, figureRow(name, unitMillis, times, note)), nil
}

// town makes RT and facilities that lie as people live.
func town(seed uint64, rt, facilities int) (demand []planning.Demand, supply []planning.Supply) {
	points := (rt + facilities) * 110 / 100 // some have no place yet
	assets := slices.Collect(newDataset(datasetFlags{Points: points + 1, Areas: 1 + points/33, Seed: seed}).assets())
	rnd := random(seed, forPoints)
	rnd.Shuffle(len(assets), func(i, j int) { assets[i], assets[j] = assets[j], assets[i] })
	for _, a := range assets {
		switch {
		case a.Point == nil:
		case len(supply) < facilities:
			supply = append(supply, planning.Supply{ID: a.ID, Point: *a.Point})
		case len(demand) < rt:
			families := float64(40 + rnd.IntN(50))
			demand = append(demand, planning.Demand{ID: int64(len(demand) + 1), Place: indicator.Place(a.AreaCode), Point: a.Point, Weight: families, People: 3 * families})
		}
	}
	return demand, supply
}

// timed times a piece of work, in milliseconds.
func timed(rounds int, work func() error) ([]float64, error) {
	times := make([]time.Duration, rounds)
	for i := range times {
		began := time.Now()
		if err := work(); err != nil {
			return nil, err
		}
		times[i] = time.Since(began)
	}
	return inMillis(times), nil
}
