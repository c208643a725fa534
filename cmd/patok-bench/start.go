package main

import (
	"context"
	"runtime"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// startTimes are what a node's start costs.
type startTimes struct {
	load          []time.Duration // reading everything from PostGIS
	build         []time.Duration // the index of it
	bytesPerAsset []float64       // of the heap, areas included
}

// measureStart loads and builds as a node does when it starts.
func measureStart(ctx context.Context, n *node, rounds int, progress func(string)) (startTimes, error) {
	var times startTimes
	for range rounds {
		progress("start")
		before, began := heapBytes(), time.Now()
		live, assets := index.NewLive(), 0
		refill := live.Refill()
		content, err := n.store.Load(ctx, func(a *geo.Asset) {
			assets++
			refill.Add(a)
		})
		if err != nil {
			return times, err
		}
		loaded := time.Now()
		refill.Done(content)
		refill, content = nil, geo.Content{} // a node keeps the snapshot alone
		times.load = append(times.load, loaded.Sub(began))
		times.build = append(times.build, time.Since(loaded))
		times.bytesPerAsset = append(times.bytesPerAsset, float64(heapBytes()-before)/float64(max(assets, 1)))
		runtime.KeepAlive(live)
	}
	return times, nil
}

// heapBytes is what is in use after a collection.
func heapBytes() int64 {
	runtime.GC()
	runtime.GC() // the second frees what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
