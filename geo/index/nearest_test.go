package index

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// Lengths on WGS 84 along the equator and a meridian, which have closed forms.
func TestDistance(t *testing.T) {
	tests := []struct {
		a, b orb.Point
		want float64
	}{
		{orb.Point{112, -7.8}, orb.Point{112, -7.8}, 0},
		{orb.Point{112, 0}, orb.Point{113, 0}, 111319.49079327},
		{orb.Point{112, 0}, orb.Point{112, 1}, 110574.38855780},
		{orb.Point{0, 0}, orb.Point{90, 0}, 10018754.17139462},
		{orb.Point{0, 90}, orb.Point{0, -90}, 20003931.4586},
	}
	for _, test := range tests {
		if got := DistanceM(test.a, test.b); math.Abs(got-test.want) > test.want*2e-5 {
			t.Errorf("%v to %v: %.3f m, want %.3f", test.a, test.b, got, test.want)
		}
	}
}

func TestBoundsOfDistance(t *testing.T) {
	rnd := geotest.Random(t)
	for range 200_000 {
		scale := math.Pow(10, -4*rnd.Float64())
		near := func(p orb.Point) orb.Point {
			return orb.Point{
				math.Max(-180, math.Min(180, p[0]+(rnd.Float64()-0.5)*360*scale)),
				math.Max(-89, math.Min(89, p[1]+(rnd.Float64()-0.5)*180*scale)),
			}
		}
		from := orb.Point{rnd.Float64()*360 - 180, rnd.Float64()*170 - 85}
		in := near(from)
		box := orb.MultiPoint{in, near(in), near(in)}.Bound()
		at := newOrigin(from)
		if low, real := at.atLeast(box.Min[0], box.Min[1], box.Max[0], box.Max[1]), DistanceM(from, in); low > measureOf(real)*(1+1e-12) {
			t.Fatalf("from %v: the bound of %v is %g, but %v in it is %.6f m away: %g", from, box, low, in, real, measureOf(real))
		}
		if high, real := at.atMost(in), DistanceM(from, in); high < measureOf(real)*(1-1e-12) {
			t.Fatalf("%v is at most %g from %v, but %.6f m away: %g", in, high, from, real, measureOf(real))
		}
	}
}

func TestNearestEqualsBruteForce(t *testing.T) {
	rnd := geotest.Random(t)
	content := geo.Content{Types: []*geo.AssetType{{Name: "rt"}, {Name: "posyandu"}}}
	for i := range 3000 {
		p := orb.Point{112 + rnd.NormFloat64()*0.05, -7.8 + rnd.NormFloat64()*0.05}
		switch {
		case i%10 == 0: // far, over the antimeridian too
			p = orb.Point{rnd.Float64()*360 - 180, rnd.Float64()*160 - 80}
		case i%10 == 1: // equal places
			p = orb.Point{112, -7.8}
		}
		content.Assets = append(content.Assets, &geo.Asset{ID: int64(i + 1), Type: content.Types[i%2].Name, Point: &p})
	}
	content.Assets = append(content.Assets, &geo.Asset{ID: 9999, Type: "rt"})
	s := halfFresh(content)
	for i := range 200 {
		from := orb.Point{112 + rnd.NormFloat64()*0.05, -7.8 + rnd.NormFloat64()*0.05}
		if i%5 == 0 {
			from = orb.Point{rnd.Float64()*360 - 180, rnd.Float64()*170 - 85}
		}
		collection, limit := []string{"rt", "assets"}[i%2], 1+rnd.IntN(100)
		got, err := s.Nearest(from, []string{collection, collection}, limit)
		if err != nil {
			t.Fatal(err)
		}
		var want []Neighbor
		for _, a := range content.Assets {
			if a.Point != nil && (collection == geo.AllAssets || a.Type == collection) {
				want = append(want, Neighbor{a, DistanceM(from, *a.Point)})
			}
		}
		slices.SortFunc(want, func(a, b Neighbor) int {
			return cmp.Or(cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.Asset.ID, b.Asset.ID))
		})
		same := func(a, b Neighbor) bool { return a.Asset.ID == b.Asset.ID && a.DistanceM == b.DistanceM }
		if !slices.EqualFunc(got, want[:limit], same) {
			t.Fatalf("nearest %d of %s from %v: %v, want %v", limit, collection, from, got, want[:limit])
		}
	}
}

// halfFresh makes a snapshot whose pack holds every second asset of content; the
// others came later, and some rows of the pack were written anew.
func halfFresh(content geo.Content) *Snapshot {
	all := content.Assets
	content.Assets = nil
	changes := geo.Revision{Number: content.Revision + 1}
	for i, a := range all {
		if i%2 == 0 {
			content.Assets = append(content.Assets, a)
		}
		if i%2 == 1 || i%6 == 0 {
			newer := *a
			newer.Version++
			changes.Changes = append(changes.Changes, geo.Change{Collection: a.Type, ID: a.ID, Asset: &newer})
		}
	}
	s, _ := New(content).Apply([]geo.Revision{changes})
	return s
}
