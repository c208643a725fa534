package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// subject does the piece of work that is numbered i; i runs from 0 to items-1
// and begins anew. Pieces may differ in size, so only whole rounds compare.
type subject func(ctx context.Context, i int) error

// contest is one thing that Patok and a reference do in turn.
type contest struct {
	Name      string
	Reference string // what stands beside: PostGIS, chi
	PostGIS   bool   // the reference is PostGIS doing the same: Patok may not be slower
	Items     int    // pieces of work of one cycle
	Parallel  int    // goroutines that share the pieces; 0 is one
	Note      string // what a reader should know, short
	Ours      subject
	Theirs    subject
}

// result is a contest after its rounds. Times are per piece of work.
type result struct {
	contest
	ours, theirs []time.Duration
}

// compare runs contests round by round, so that all of them see the same
// machine. Within a round Patok goes first and second in turn, and each side
// repeats whole cycles for at least slice. A cycle before the rounds warms both.
func compare(ctx context.Context, contests []contest, rounds int, slice time.Duration, progress func(string)) ([]result, error) {
	results := make([]result, len(contests))
	for i, c := range contests {
		results[i].contest = c
		progress("warm up: " + c.Name)
		for _, side := range []subject{c.Ours, c.Theirs} {
			if _, err := c.run(ctx, side, 0); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
		}
	}
	for round := range rounds {
		progress(fmt.Sprintf("round %d of %d", round+1, rounds))
		for i := range results {
			if err := results[i].round(ctx, round, slice); err != nil {
				return nil, fmt.Errorf("%s: %w", results[i].Name, err)
			}
		}
	}
	return results, nil
}

func (r *result) round(ctx context.Context, round int, slice time.Duration) error {
	sides := []struct {
		do   subject
		into *[]time.Duration
	}{{r.Ours, &r.ours}, {r.Theirs, &r.theirs}}
	if round%2 == 1 {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		perPiece, err := r.run(ctx, side.do, slice)
		if err != nil {
			return err
		}
		*side.into = append(*side.into, perPiece)
	}
	return nil
}

// run repeats whole cycles until slice is over, one at least, and returns the
// time per piece of work.
func (c contest) run(ctx context.Context, do subject, slice time.Duration) (time.Duration, error) {
	began, pieces := time.Now(), 0
	for pieces == 0 || time.Since(began) < slice {
		if err := c.cycle(ctx, do); err != nil {
			return 0, err
		}
		pieces += c.Items
	}
	return time.Since(began) / time.Duration(pieces), nil
}

func (c contest) cycle(ctx context.Context, do subject) error {
	workers := max(c.Parallel, 1)
	if workers == 1 {
		for i := range c.Items {
			if err := do(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	failed := make(chan error, workers)
	for w := range workers {
		go func() {
			var err error
			for i := w; i < c.Items && err == nil; i += workers {
				err = do(ctx, i)
			}
			failed <- err
		}()
	}
	var first error
	for range workers {
		if err := <-failed; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// spread is what several measurements of one thing gave.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf sorts a copy of values; none give the zero spread.
func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := sortedCopy(values)
	return spread{Median: percentile(sorted, 50), Min: sorted[0], Max: sorted[len(sorted)-1]}
}

func sortedCopy(values []float64) []float64 { return slices.Sorted(slices.Values(values)) }

// percentile of sorted values, with linear interpolation between the two that
// are next to it (Hyndman and Fan 1996, definition 7).
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := p / 100 * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// speedups is, round by round, how many times faster ours was than theirs.
func speedups(ours, theirs []time.Duration) []float64 {
	ratios := make([]float64, 0, len(ours))
	for i := range min(len(ours), len(theirs)) {
		if ours[i] > 0 {
			ratios = append(ratios, float64(theirs[i])/float64(ours[i]))
		}
	}
	return ratios
}

// inMillis gives durations in milliseconds.
func inMillis(durations []time.Duration) []float64 {
	values := make([]float64, len(durations))
	for i, d := range durations {
		values[i] = float64(d) / float64(time.Millisecond)
	}
	return values
}

// perSecond is how often pieces of work that take so long are done in a second.
func perSecond(durations []time.Duration) []float64 {
	values := make([]float64, len(durations))
	for i, d := range durations {
		values[i] = float64(time.Second) / float64(max(d, 1))
	}
	return values
}
