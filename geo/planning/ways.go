package planning

import (
	"context"
	"slices"

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

// maxLegs is how many pairs of points a run holds: some 80 MB.
const maxLegs = 5_000_000

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
// radiusM away, by their positions. More than maxLegs in all is TooLarge.
func (w Ways) within(ctx context.Context, from, to []orb.Point, radiusM float64, told Progress) ([][]leg, error) {
	all, count := make([][]leg, len(from)), 0
	err := w.eachWithin(ctx, from, to, radiusM, told, func(i int, legs []leg) error {
		if count += len(legs); count > maxLegs {
			return tooManyLegs()
		}
		all[i] = slices.Clone(legs)
		return nil
	})
	return all, err
}

// eachWithin is within one point of from after the other. take may not keep the
// legs, and ends it with an error.
func (w Ways) eachWithin(ctx context.Context, from, to []orb.Point, radiusM float64, told Progress, take func(i int, legs []leg) error) error {
	if w.Network != nil {
		return w.walkWithin(ctx, from, to, radiusM, told, take)
	}
	near := newCloud(to)
	var legs []leg
	for i, p := range from {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			told.tell(i, len(from))
		}
		legs = w.straightWithin(legs[:0], near, p, radiusM, nil)
		if err := take(i, legs); err != nil {
			return err
		}
	}
	return nil
}

// straightWithin adds to legs the points of a cloud within radiusM as the crow
// flies and a detour, by their positions; of them those that only says yes to,
// where it is not nil.
func (w Ways) straightWithin(legs []leg, near *cloud, p orb.Point, radiusM float64, only func(int32) bool) []leg {
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
