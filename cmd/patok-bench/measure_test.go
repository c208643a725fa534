package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   spread
	}{
		"none":         {nil, spread{}},
		"one":          {[]float64{4}, spread{4, 4, 4}},
		"odd":          {[]float64{9, 1, 5}, spread{5, 1, 9}},
		"even":         {[]float64{4, 1, 3, 2}, spread{2.5, 1, 4}},
		"input stays":  {[]float64{3, 2, 1}, spread{2, 1, 3}},
		"equal values": {[]float64{2, 2, 2}, spread{2, 2, 2}},
	} {
		before := slices.Clone(c.values)
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if !slices.Equal(before, c.values) {
			t.Errorf("%s: the values were sorted in place", name)
		}
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]float64, 101)
	for i := range hundred {
		hundred[i] = float64(i)
	}
	for p, want := range map[float64]float64{0: 0, 50: 50, 99: 99, 99.5: 99.5, 100: 100} {
		if got := percentile(hundred, p); got != want {
			t.Errorf("p%v of 0..100 is %v, want %v", p, got, want)
		}
	}
	if got := percentile([]float64{7}, 99); got != 7 {
		t.Errorf("p99 of one value is %v", got)
	}
}

func TestSpeedupsArePairedByRound(t *testing.T) {
	got := speedups([]time.Duration{2, 4, 0}, []time.Duration{4, 2, 1})
	if want := []float64{2, 0.5}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCompareAlternates(t *testing.T) {
	var order []string
	side := func(name string) subject {
		return func(_ context.Context, i int) error {
			if i == 0 {
				order = append(order, name)
			}
			return nil
		}
	}
	c := contest{Name: "x", Items: 3, Ours: side("ours"), Theirs: side("theirs")}
	results, err := compare(t.Context(), []contest{c}, 3, 0, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ours", "theirs", "ours", "theirs", "theirs", "ours", "ours", "theirs"}
	if !slices.Equal(order, want) {
		t.Errorf("the sides ran as %v, want %v", order, want)
	}
	if n := len(results[0].ours); n != 3 || len(results[0].theirs) != 3 {
		t.Errorf("%d rounds were kept, want 3", n)
	}
}

func TestRunDoesWholeCycles(t *testing.T) {
	for _, workers := range []int{0, 4} {
		var done [10]atomic.Int64
		c := contest{Items: len(done), Parallel: workers}
		_, err := c.run(t.Context(), func(_ context.Context, i int) error { done[i].Add(1); return nil }, 2*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for i := range done {
			if n := done[i].Load(); n == 0 || n != done[0].Load() {
				t.Errorf("with %d workers piece %d was done %d times, the first %d times", workers, i, n, done[0].Load())
			}
		}
	}
}

func TestRunReturnsTheError(t *testing.T) {
	broken := errors.New("broken")
	for _, workers := range []int{1, 3} {
		c := contest{Items: 5, Parallel: workers}
		_, err := c.run(t.Context(), func(_ context.Context, i int) error {
			if i == 4 {
				return broken
			}
			return nil
		}, 0)
		if !errors.Is(err, broken) {
			t.Errorf("with %d workers: %v", workers, err)
		}
	}
}
