package index

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// TestMemoryReturns edits every asset of a set some times over. After a new pack
// the snapshot needs as much memory as one that was loaded so.
func TestMemoryReturns(t *testing.T) {
	const n = 30_000
	asset := func(id, version int64) *geo.Asset {
		p := orb.Point{112 + float64(id%173)*0.001, -7 - float64(id%211)*0.001}
		return &geo.Asset{ID: id, Version: version, Revision: version, Type: "rt", AreaCode: "35.71.01.1001", Point: &p,
			Name: fmt.Sprint("RT ", id, " ", version), Attributes: fmt.Appendf(nil, `{"jumlah_kk":%d}`, id)}
	}
	before := heapInUse()
	live := NewLive()
	refill := live.Refill()
	for id := range int64(n) {
		refill.Add(asset(id+1, 1))
	}
	refill.Done(geo.Content{Types: []*geo.AssetType{{Name: "rt"}}})
	loaded := heapInUse() - before
	for version := int64(2); version < 6; version++ {
		r := geo.Revision{Number: version}
		for id := range int64(n) {
			r.Changes = append(r.Changes, geo.Change{Collection: "rt", ID: id + 1, Asset: asset(id+1, version)})
		}
		live.Apply([]geo.Revision{r})
		live.Repack()
	}
	after := heapInUse() - before
	t.Logf("loaded %d kB, after four edits of all %d kB", loaded>>10, after>>10)
	if after > loaded*3/2+1<<20 {
		t.Errorf("%d kB in memory after mass edits, %d before", after>>10, loaded>>10)
	}
	runtime.KeepAlive(live)
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
