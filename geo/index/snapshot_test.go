package index_test

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func TestSnapshotEqualsPlainMap(t *testing.T) {
	m := newModel(geotest.Random(t))
	live := index.NewLive()
	live.Reset(m.content())
	for range 400 {
		before, old := live.Snapshot(), maps.Clone(m.assets)
		var batch []geo.Revision
		for range 1 + m.rnd.IntN(3) {
			batch = append(batch, m.step())
		}
		events := live.Apply(batch)
		if len(events) != len(batch) || events[0].Revision != batch[0].Number {
			t.Fatalf("%d events of %d revisions", len(events), len(batch))
		}
		if again := live.Apply(batch); again != nil {
			t.Fatalf("applying twice gave %v", again)
		}
		compare(t, before, old)
		compare(t, live.Snapshot(), m.assets)
		if m.rnd.IntN(20) == 0 {
			live.Repack()
			compare(t, live.Snapshot(), m.assets)
		}
		if _, r := live.Position(); r != m.revision {
			t.Fatalf("revision %d, want %d", r, m.revision)
		}
	}
	fresh := index.New(m.content())
	if got, want := live.Snapshot().Digests(), fresh.Digests(); !maps.Equal(got, want) {
		t.Errorf("digests %v, a fresh load has %v", got, want)
	}
	for code := range map[geo.Code]bool{"": true, "35": true, "35.71.01": true, "35.71.01.1001": true, "12": true} {
		gotCounts, gotAreas := live.Snapshot().Summary(code)
		wantCounts, wantAreas := fresh.Summary(code)
		if !slices.Equal(gotCounts, wantCounts) || !maps.Equal(gotAreas, wantAreas) {
			t.Errorf("summary of %q: %v %v, want %v %v", code, gotCounts, gotAreas, wantCounts, wantAreas)
		}
	}
}

func compare(t *testing.T, s *index.Snapshot, want map[int64]*geo.Asset) {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	page, err := s.Query(context.Background(), geo.Query{Collection: geo.AllAssets, Limit: geo.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	if page.Matched != len(want) || len(page.Assets) != len(want) {
		t.Fatalf("snapshot has %d assets, the map %d", page.Matched, len(want))
	}
	for _, a := range page.Assets {
		if w := want[a.ID]; w == nil || w.Digest() != a.Digest() || w.Revision != a.Revision {
			t.Fatalf("asset %d is another one", a.ID)
		}
	}
}

func TestEventsTellOldAndNewPlace(t *testing.T) {
	s := index.New(geo.Content{Types: []*geo.AssetType{{Name: "rt"}, {Name: "posyandu"}}})
	at := func(x, y float64) *orb.Point { return &orb.Point{x, y} }
	change := func(a *geo.Asset) geo.Change { return geo.Change{Collection: a.Type, ID: a.ID, Asset: a} }
	steps := []struct {
		name   string
		change geo.Change
		want   []geo.EventChange
	}{
		{"create without a point", change(&geo.Asset{ID: 1, Type: "rt", Version: 1}),
			[]geo.EventChange{{Collection: "rt", ID: 1, Operation: geo.Create}}},
		{"place", change(&geo.Asset{ID: 1, Type: "rt", Version: 2, Point: at(112, -7)}),
			[]geo.EventChange{{Collection: "rt", ID: 1, Operation: geo.Update, Extent: &orb.Bound{Min: *at(112, -7), Max: *at(112, -7)}}}},
		{"move", change(&geo.Asset{ID: 1, Type: "rt", Version: 3, Point: at(113, -8)}),
			[]geo.EventChange{{Collection: "rt", ID: 1, Operation: geo.Update, Extent: &orb.Bound{Min: *at(112, -8), Max: *at(113, -7)}}}},
		{"an older version", change(&geo.Asset{ID: 1, Type: "rt", Version: 2, Point: at(100, 0)}), nil},
		{"change the type", change(&geo.Asset{ID: 1, Type: "posyandu", Version: 4, Point: at(113, -8)}),
			[]geo.EventChange{
				{Collection: "rt", ID: 1, Operation: geo.Delete, Extent: &orb.Bound{Min: *at(113, -8), Max: *at(113, -8)}},
				{Collection: "posyandu", ID: 1, Operation: geo.Create, Extent: &orb.Bound{Min: *at(113, -8), Max: *at(113, -8)}}}},
		{"delete", geo.Change{Collection: "posyandu", ID: 1, Delete: true},
			[]geo.EventChange{{Collection: "posyandu", ID: 1, Operation: geo.Delete, Extent: &orb.Bound{Min: *at(113, -8), Max: *at(113, -8)}}}},
		{"delete again", geo.Change{Collection: "posyandu", ID: 1, Delete: true}, nil},
		{"not a number", change(&geo.Asset{ID: 2, Type: "rt", Version: 1, Point: at(math.NaN(), math.Inf(1))}),
			[]geo.EventChange{{Collection: "rt", ID: 2, Operation: geo.Create}}},
	}
	for i, step := range steps {
		next, events := s.Apply([]geo.Revision{{Number: int64(i + 1), Changes: []geo.Change{step.change}}})
		if len(events) != 1 || !slices.EqualFunc(events[0].Changes, step.want, sameChange) {
			t.Errorf("%s: events %+v, want %+v", step.name, events, step.want)
		}
		if next.Revision() != int64(i+1) {
			t.Errorf("%s: revision %d", step.name, next.Revision())
		}
		if err := next.Check(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		s = next
	}
}

func sameChange(a, b geo.EventChange) bool {
	sameExtent := (a.Extent == nil) == (b.Extent == nil) && (a.Extent == nil || *a.Extent == *b.Extent)
	return a.Collection == b.Collection && a.ID == b.ID && a.Operation == b.Operation && sameExtent
}

func TestTypesComeAndGo(t *testing.T) {
	s := index.New(geo.Content{Types: []*geo.AssetType{{Name: "rt", Position: 2, RowVersion: 1}}})
	apply := func(n int64, c geo.Change) {
		c.Collection = index.TypesCollection
		s, _ = s.Apply([]geo.Revision{{Number: n, Changes: []geo.Change{c}}})
	}
	apply(1, geo.Change{Type: &geo.AssetType{Name: "posyandu", Position: 1, RowVersion: 1}})
	if got := s.Collections(); !slices.Equal(got[:3], []string{"posyandu", "rt", "assets"}) {
		t.Errorf("collections %v", got)
	}
	before := s.TileRevision("rt", 5, 3, 3)
	apply(2, geo.Change{Type: &geo.AssetType{Name: "rt", Icon: "new", Position: 2, RowVersion: 2}})
	if s.Type("rt").Icon != "new" || s.TileRevision("rt", 5, 3, 3) <= before {
		t.Error("a changed type is not seen, or its tiles are not marked")
	}
	apply(3, geo.Change{Type: &geo.AssetType{Name: "rt", Icon: "old", RowVersion: 1}})
	if s.Type("rt").Icon != "new" {
		t.Error("an older type replaced a newer one")
	}
	apply(4, geo.Change{Delete: true, Type: &geo.AssetType{Name: "rt"}})
	if s.Type("rt") != nil || s.Check() != nil {
		t.Error("a deleted type is still there", s.Check())
	}
	if _, err := s.Query(context.Background(), geo.Query{Collection: "rt"}); geo.KindOf(err) != geo.NotFound {
		t.Errorf("a deleted collection gives %v", err)
	}
}

// TestReadersDuringApply is for the race detector: readers of each published
// snapshot, while the writer goes on from it.
func TestReadersDuringApply(t *testing.T) {
	m := newModel(geotest.Random(t))
	live := index.NewLive()
	live.Reset(m.content())
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				s := live.Snapshot()
				page, err := s.Query(context.Background(), geo.Query{Collection: geo.AllAssets, Bounds: []orb.Bound{{Min: orb.Point{112, -7.8}, Max: orb.Point{112.03, -7.77}}}})
				counts, _ := s.Summary("")
				near, _ := s.Nearest(orb.Point{112.02, -7.78}, []string{geo.AllAssets}, 5)
				_, _ = s.Search(context.Background(), "melati", 5)
				_, _ = s.Locate(orb.Point{112.02, -7.78}), s.TileRevision("posyandu", 14, 13300, 8550)
				if err != nil || len(counts) == 0 || len(near) > 5 || page.Matched < len(page.Assets) || s.Check() != nil {
					t.Error("a reader saw nonsense", err, s.Check())
					return
				}
			}
		})
	}
	for range 300 {
		live.Apply([]geo.Revision{m.step()})
	}
	close(done)
	readers.Wait()
}

// While packs are made anew, changes go on; nothing of them is lost, and tiles
// that did not change keep their revision.
func TestRepackWhileChanging(t *testing.T) {
	m := newModel(geotest.Random(t))
	live := index.NewLive()
	live.Reset(m.content())
	var packing sync.WaitGroup
	stop := make(chan struct{})
	packing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				live.Repack()
			}
		}
	})
	for range 500 {
		live.Apply([]geo.Revision{m.step()})
	}
	close(stop)
	packing.Wait()
	compare(t, live.Snapshot(), m.assets)
	before := live.Snapshot()
	live.Repack()
	if after := live.Snapshot(); after.Lineage() != before.Lineage() || after.TileRevision("rt", 14, 13300, 8550) != before.TileRevision("rt", 14, 13300, 8550) {
		t.Error("a new pack of the same content changes tiles")
	}
}
