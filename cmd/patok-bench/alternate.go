package main

import (
	"context"
	"fmt"
	"slices"
)

// side is one of those that do the same work in turn.
type side struct {
	name string
	run  func(ctx context.Context) (sample, error)
}

// alternate lets every side work in each round, another one first each time, and
// gives the samples of each side by round.
func alternate(ctx context.Context, rounds int, sides []side) ([][]sample, error) {
	samples := make([][]sample, len(sides))
	for round := range rounds {
		for n := range sides {
			i := (n + round) % len(sides)
			s, err := sides[i].run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", sides[i].name, err)
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// number is one number of each sample.
func number(samples []sample, of func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	return values
}

func throughput(s sample) float64 { return s.PerSecond }
func slowest(s sample) float64    { return s.P99 }

// ratios divides round by round; a round without the divisor is left out.
func ratios(a, b []float64) []float64 {
	var all []float64
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			all = append(all, a[i]/b[i])
		}
	}
	return all
}

// failures counts what was not answered with 200, of how many.
func failures(samples []sample) (failed, requests int) {
	for _, s := range samples {
		failed, requests = failed+s.Failed, requests+s.Requests
	}
	return failed, requests
}

// duel compares Patok, the first side, with each of the others: how many times
// its requests in a second are theirs, and how many times their slowest one in a
// hundred is Patok's. A side fromMemory has no row of its own: it tells what
// the ratio would be if Patok had nothing to do.
func duel(ctx context.Context, rounds int, name string, sides []side, more, sooner reach) ([]row, error) {
	samples, err := alternate(ctx, rounds, sides)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	ours := samples[0]
	note := fmt.Sprintf("%s KB on average", digits(ours[0].Bytes/1024))
	if failed, requests := failures(ours); failed > 0 {
		note += fmt.Sprintf("; %d of %d were refused", failed, requests)
	}
	var rows []row
	memory := slices.IndexFunc(sides, func(s side) bool { return s.name == fromMemory })
	for i, other := range sides {
		if i == 0 || i == memory {
			continue
		}
		theirs, beside := samples[i], fmt.Sprintf("; of %s %s KB", other.name, digits(samples[i][0].Bytes/1024))
		compare := func(name, unit string, of func(sample) float64, more bool, goal reach, note string) {
			r := besideRow(name, unit, other.name, number(ours, of), number(theirs, of), more, goal, note)
			if memory > 0 {
				r.Memory = besideRow("", unit, "", number(samples[memory], of), number(theirs, of), more, reach{}, "").Ratio
			}
			rows = append(rows, r)
		}
		compare(name, unitRequests, throughput, true, more, note+beside)
		if sooner != (reach{}) {
			compare(name+", p99", unitMillis, slowest, false, sooner, "")
		}
	}
	return rows, nil
}
