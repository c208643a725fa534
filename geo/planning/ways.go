package planning

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Ways say how far it is between two points: the geodesic times Detour, or,
// where both lie on Network, along it.
type Ways struct {
	Detour  float64  // at least 1
	Network *Network // nil: none
}

// leg is the way to one of several points.
type leg struct {
	to     int32
	metres float64
}

// checkEvery is after how many points a run looks whether it is still wanted.
const checkEvery = 1024

// maxLegs is how many pairs of points a run holds: some 160 MB.
const maxLegs = 10_000_000

func tooManyLegs() error {
	return &geo.Error{Kind: geo.TooLarge, Op: "planning.within", Message: geo.Text{
		ID: "Jangkauannya terlalu jauh untuk titik sebanyak ini. Pilih wilayah yang lebih kecil atau jarak yang lebih pendek.",
		EN: "The radius is too large for so many points. Choose a smaller area or a shorter distance."}}
}

// nearest gives for each point of from the nearest one of to, the first of
// equal ones; -1 and infinity where no way leads to any. off is how many
// points of from lie off the network.
func (w Ways) nearest(ctx context.Context, from, to []orb.Point, told Progress) (legs []leg, off int, err error) {
	legs = make([]leg, len(from))
	straight := from
	var kept []int32 // positions in from of those that go straight; nil: all
	if w.Network != nil {
		if kept, err = w.walkNearest(ctx, from, to, legs); err != nil {
			return nil, 0, err
		}
		off = len(kept)
		straight = pick(from, kept)
	}
	near := newCloud(to)
	for i, p := range straight {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
			told.tell(i, len(straight))
		}
		at := i
		if w.Network != nil {
			at = int(kept[i])
		}
		j, metres := near.nearest(p)
		legs[at] = leg{j, metres * w.Detour}
	}
	return legs, off, nil
}

// within gives for each point of from the points of to that are at most
// radiusM away, by their positions. More than maxLegs in all is
// TooLarge.
func (w Ways) within(ctx context.Context, from, to []orb.Point, radiusM float64, told Progress) ([][]leg, error) {
	legs := make([][]leg, len(from))
	if w.Network != nil {
		return legs, w.walkWithin(ctx, from, to, radiusM, legs, told)
	}
	near, count := newCloud(to), 0
	for i, p := range from {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			told.tell(i, len(from))
		}
		legs[i] = w.straightWithin(near, p, radiusM, nil)
		if count += len(legs[i]); count > maxLegs {
			return nil, tooManyLegs()
		}
	}
	return legs, nil
}

// straightWithin gives the points of a cloud within radiusM as the crow flies
// and a detour, by their positions; only keeps those that it says yes to.
func (w Ways) straightWithin(near *cloud, p orb.Point, radiusM float64, only func(int32) bool) []leg {
	var legs []leg
	near.within(p, radiusM/w.Detour*(1+1e-12), func(j int32, metres float64) {
		if metres *= w.Detour; metres <= radiusM && (only == nil || only(j)) {
			legs = append(legs, leg{j, metres})
		}
	})
	sortLegs(legs)
	return legs
}

func pick(points []orb.Point, at []int32) []orb.Point {
	picked := make([]orb.Point, len(at))
	for i, j := range at {
		picked[i] = points[j]
	}
	return picked
}
