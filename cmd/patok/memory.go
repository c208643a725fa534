package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// Go lets the heap grow by 100 % before it collects. On top of a gigabyte that
// is seldom garbage this is a gigabyte for nothing.
const (
	heapRoom      = 200 << 20 // bytes that the heap may grow by, between the two percentages
	leastGrowth   = 25        // less would have the collector at work too often
	mostGrowth    = 100       // Go's own
	loadingGrowth = 50        // while content is loaded, most of which stays
)

// startMemory sets the collector for the first load.
func startMemory() {
	if !operatorSetMemory() {
		debug.SetGCPercent(loadingGrowth)
	}
}

// settleMemory gives back what a load left behind, and bounds how far the heap
// grows above what is in it now.
func settleMemory() {
	debug.FreeOSMemory()
	if operatorSetMemory() {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(growthOf(live[0].Value.Uint64()))
}

// growthOf gives GOGC for a heap in which so many bytes are in use.
func growthOf(live uint64) int {
	return int(min(max(heapRoom*100/max(live, 1), leastGrowth), mostGrowth))
}

// operatorSetMemory reports whether the Go runtime was told what to do.
func operatorSetMemory() bool {
	return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != ""
}
