package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGrowthIsBounded(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{{0, 100}, {20 << 20, 100}, {200 << 20, 100}, {400 << 20, 50}, {750 << 20, 26}, {800 << 20, 25}, {8 << 30, 25}} {
		if got := growthOf(test.live); got != test.want {
			t.Errorf("%d MB in use: %d %%, want %d %%", test.live>>20, got, test.want)
		}
	}
}

func TestTheOperatorDecidesAboutMemory(t *testing.T) {
	before := debug.SetGCPercent(333)
	defer debug.SetGCPercent(before)
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv("GOGC", "")
		t.Setenv("GOMEMLIMIT", "")
		t.Setenv(name, "400")
		startMemory()
		settleMemory()
		if got := debug.SetGCPercent(333); got != 333 {
			t.Errorf("with %s: %d %%", name, got)
		}
	}
	t.Setenv("GOMEMLIMIT", "")
	startMemory()
	if got := debug.SetGCPercent(333); got != loadingGrowth {
		t.Errorf("while loading: %d %%", got)
	}
	heap := make([]byte, 2*heapRoom)
	settleMemory()
	runtime.KeepAlive(heap)
	if got := debug.SetGCPercent(333); got < 25 || got > 50 {
		t.Errorf("with %d MB in use: %d %%", len(heap)>>20, got)
	}
}
