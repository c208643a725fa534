package index_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// village is 3,000 assets, most of them in heaps, and a snapshot that came to
// them partly by changes.
func village(rnd *rand.Rand) (*index.Snapshot, map[int64]*geo.Asset) {
	types := []*geo.AssetType{
		{Name: "rt", RowVersion: 1, Schema: []byte(`{"properties":{"jumlah_kk":{"type":"integer"}}}`),
			Fields: []geo.Field{{Name: "jumlah_kk", Unit: "KK", Sensitivity: geo.SensitivityPublic}}},
		{Name: "posyandu", RowVersion: 1, Position: 1},
	}
	assets := map[int64]*geo.Asset{}
	random := func(id, version int64) *geo.Asset {
		heap := orb.Point{112 + float64(rnd.IntN(9))*0.1, -7.8 + float64(rnd.IntN(9))*0.1}
		p := orb.Point{heap[0] + rnd.NormFloat64()*0.01, heap[1] + rnd.NormFloat64()*0.01}
		if rnd.IntN(20) == 0 {
			p = heap // some at one place
		}
		return &geo.Asset{ID: id, Version: version, Type: types[rnd.IntN(2)].Name, AreaCode: codes[rnd.IntN(len(codes))], Point: &p,
			Name: fmt.Sprint("Melati ", rnd.IntN(99)), RT: fmt.Sprintf("%03d", rnd.IntN(9)), RW: "001", Condition: []string{"", "baik"}[rnd.IntN(2)],
			Attributes: fmt.Appendf(nil, `{"jumlah_kk":%d}`, rnd.IntN(80))}
	}
	c := geo.Content{Revision: 1, Types: types}
	for id := range int64(3000) {
		assets[id+1] = random(id+1, 1)
		c.Assets = append(c.Assets, assets[id+1])
	}
	s := index.New(c)
	r := geo.Revision{Number: 2}
	for range 500 {
		id := rnd.Int64N(3200) + 1
		if rnd.IntN(3) == 0 {
			r.Changes = append(r.Changes, geo.Change{Collection: "rt", ID: id, Delete: true})
			delete(assets, id)
			continue
		}
		a := random(id, int64(len(r.Changes)+2))
		assets[id] = a
		r.Changes = append(r.Changes, geo.Change{Collection: a.Type, ID: id, Asset: a})
	}
	s, _ = s.Apply([]geo.Revision{r})
	return s, assets
}

// square of a position at a level.
func squareOf(p orb.Point, level int) [2]int {
	at := index.PositionOf(p)
	return [2]int{int(uint64(at.X) >> (32 - level)), int(uint64(at.Y) >> (32 - level))}
}

var drawingFilters = []index.Filter{{}, {Types: []string{"posyandu"}}, {Area: "35.71"}, {Area: "35.71.02.2003"}, {Area: "99"}}

func TestDrawing(t *testing.T) {
	rnd := geotest.Random(t)
	s, assets := village(rnd)
	ids := slices.Sorted(maps.Keys(assets))
	d := index.NewDrawing()
	for range 150 {
		z := rnd.IntN(17)
		at := squareOf(*assets[ids[rnd.IntN(len(ids))]].Point, z)
		at[0], at[1] = max(0, at[0]+rnd.IntN(3)-1), max(0, at[1]+rnd.IntN(3)-1)
		if at[0] >= 1<<z || at[1] >= 1<<z {
			continue
		}
		f := drawingFilters[rnd.IntN(len(drawingFilters))]
		var selected []*geo.Asset
		for _, a := range assets {
			if a.AreaCode.Within(f.Area) && (f.Types == nil || a.Type == f.Types[0]) {
				selected = append(selected, a)
			}
		}
		d.Begin(s, geo.AllAssets, f, z, at[0], at[1])
		holdsPoints(t, d, selected, z, at)
		holdsCells(t, d, selected, z, at)
		d.End()
	}
}

// holdsPoints compares the assets of a tile, in their order.
func holdsPoints(t *testing.T, d *index.Drawing, selected []*geo.Asset, z int, at [2]int) {
	t.Helper()
	var want []*geo.Asset
	for _, a := range selected {
		if squareOf(*a.Point, z) == at {
			want = append(want, a)
		}
	}
	slices.SortFunc(want, func(a, b *geo.Asset) int {
		ka, kb := index.PositionOf(*a.Point).Key(), index.PositionOf(*b.Point).Key()
		return cmp.Or(-cmp.Compare(a.Type, b.Type), cmp.Compare(ka, kb), cmp.Compare(a.ID, b.ID)) // rt comes first
	})
	if d.Count() != len(want) {
		t.Fatalf("%d/%v holds %d assets, want %d", z, at, d.Count(), len(want))
	}
	n, outside := 0, map[int64]bool{}
	d.Points(1.0/64, func(a *index.Drawn) {
		if a.Outside {
			outside[a.ID] = true
			return
		}
		w, shared := want[n], d.Shared(a.Shared)
		n++
		if a.ID != w.ID || a.At != index.PositionOf(*w.Point) || d.Text(a.Name) != w.Name || d.Text(a.Area) != string(w.AreaCode) ||
			d.Text(a.RT) != w.RT || d.Text(a.RW) != w.RW || shared.Type != w.Type || shared.Condition != w.Condition {
			t.Fatalf("%d/%v: %+v, want %+v", z, at, *a, w)
		}
	})
	if n != len(want) {
		t.Fatalf("%d/%v draws %d assets, want %d", z, at, n, len(want))
	}
	b := index.TileBound(z, at[0], at[1], 1.0/64)
	for _, a := range selected {
		if b.Contains(*a.Point) && squareOf(*a.Point, z) != at && !outside[a.ID] {
			t.Fatalf("%d/%v: asset %d in the margin is not drawn", z, at, a.ID)
		}
	}
}

// holdsCells compares the counts of a tile's cells.
func holdsCells(t *testing.T, d *index.Drawing, selected []*geo.Asset, z int, at [2]int) {
	t.Helper()
	type cell struct {
		count, rt, kk int
		x, y          uint64
		only          int64
	}
	want := map[[2]int]*cell{}
	for _, a := range selected {
		c := squareOf(*a.Point, z+3)
		if x, y := c[0]-8*at[0], c[1]-8*at[1]; x < -1 || x > 8 || y < -1 || y > 8 {
			continue
		}
		if want[c] == nil {
			want[c] = &cell{}
		}
		p := index.PositionOf(*a.Point)
		want[c].count, want[c].only = want[c].count+1, a.ID
		want[c].x, want[c].y = want[c].x+uint64(p.X), want[c].y+uint64(p.Y)
		if a.Type == "rt" {
			n := 0
			_, _ = fmt.Sscanf(string(a.Attributes), `{"jumlah_kk":%d}`, &n)
			want[c].rt, want[c].kk = want[c].rt+1, want[c].kk+n
		}
	}
	cells, last := d.Cells(), int64(0)
	if len(cells) != len(want) {
		t.Fatalf("%d/%v has %d cells, want %d", z, at, len(cells), len(want))
	}
	rt, kk := slices.Index(d.Types(), "rt"), slices.Index(d.Fields(), "jumlah_kk")
	for _, c := range cells {
		mean := c.Mean()
		place := [2]int{int(uint64(mean.X) >> (29 - z)), int(uint64(mean.Y) >> (29 - z))}
		w := want[place]
		if w == nil || c.Count != w.count || mean != (index.Position{X: uint32(w.x / uint64(w.count)), Y: uint32(w.y / uint64(w.count))}) {
			t.Fatalf("%d/%v, cell %v: %+v, want %+v", z, at, place, *c, w)
		}
		if rt >= 0 && (int(c.Types[rt]) != w.rt || int(c.Sums[kk]) != w.kk) {
			t.Fatalf("%d/%v, cell %v: %v and %v, want %+v", z, at, place, c.Types, c.Sums, w)
		}
		if c.Count == 1 && d.Only(c).ID != w.only {
			t.Fatalf("%d/%v, cell %v: asset %d, want %d", z, at, place, d.Only(c).ID, w.only)
		}
		inside := place[0]>>3 == at[0] && place[1]>>3 == at[1]
		if c.Outside == inside || inside && c.ID <= last {
			t.Fatalf("%d/%v, cell %v comes after %x, outside %v", z, at, place, last, c.Outside)
		}
		last = max(last, c.ID)
	}
}
