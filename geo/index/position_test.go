package index

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/geotest"
)

func TestKeyGoesBothWays(t *testing.T) {
	rnd := geotest.Random(t)
	for range 2000 {
		p := Position{rnd.Uint32(), rnd.Uint32()}
		if got := positionAt(p.Key()); got != p {
			t.Fatalf("%v became %v", p, got)
		}
		z := rnd.IntN(21)
		x, y := int(p.X>>(32-z)), int(p.Y>>(32-z))
		if z == 0 {
			x, y = 0, 0
		}
		first, last := keysOf(z, x, y)
		if k := p.Key(); k < first || k > last {
			t.Fatalf("%v is not in its tile %d/%d/%d", p, z, x, y)
		}
		if k := (Position{p.X ^ 1<<31, p.Y}).Key(); z > 0 && k >= first && k <= last {
			t.Fatalf("the other half of the world lies in %d/%d/%d", z, x, y)
		}
	}
}

func TestPositionsAtTheEndsOfTheWorld(t *testing.T) {
	for _, c := range []struct {
		at   orb.Point
		want Position
	}{
		{orb.Point{-180, 90}, Position{0, 0}},
		{orb.Point{180, -90}, Position{1<<32 - 1, 1<<32 - 1}},
		{orb.Point{0, 0}, Position{1 << 31, 1 << 31}},
	} {
		if got := PositionOf(c.at); got != c.want {
			t.Errorf("%v is at %v, want %v", c.at, got, c.want)
		}
	}
}
