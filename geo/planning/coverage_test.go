package planning

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// east is the point of the equator so many metres east of a meridian.
func east(metres float64) orb.Point {
	return orb.Point{112 + metres/111319.49079327358, 0}
}

func eastern(metres float64) *orb.Point {
	p := east(metres)
	return &p
}

// The arithmetic of Luo and Qi's two steps by hand. Zones of 100 m.
//
//	facility 1 at 0 m, made for 1,000; facility 2 at 400 m, as the norm: 1,250
//	A at 50 m, 100 people: zone 1 of facility 1
//	B at 150 m, 200 people: zone 2 of facility 1, zone 3 of facility 2
//	C at 390 m, 300 people: zone 1 of facility 2
//	D at 900 m, 100 people: in no catchment
//	R1 = 1000 / (100·1 + 200·0.68) = 1000/236 = 4.237288
//	R2 = 1250 / (200·0.22 + 300·1) = 1250/344 = 3.633721
//	A = R1; B = 0.68·R1 + 0.22·R2 = 3.680775; C = R2; D = 0
func TestRatioByHand(t *testing.T) {
	var demand []Demand
	for i, at := range []float64{50, 150, 390, 900} {
		demand = append(demand, Demand{ID: int64(i + 1), Place: lor, Point: eastern(at), Weight: 1, People: []float64{100, 200, 300, 100}[i]})
	}
	supply := []Supply{{ID: 1, Point: east(0), Capacity: 1000}, {ID: 2, Point: east(400)}}
	c, err := Cover(context.Background(), demand, supply, Norm{RadiusM: 300, Ratio: 1250}, Ways{Detour: 1}, nil)
	if err != nil || !c.HasRatio {
		t.Fatal(c, err)
	}
	r1, r2 := 1000.0/236, 1250.0/344
	for i, want := range []float64{r1, 0.68*r1 + 0.22*r2, r2, 0} {
		if got := c.Reach[i].Ratio; math.Abs(got-want) > 1e-9 {
			t.Errorf("demand %d: %v, want %v", i, got, want)
		}
	}
}

func TestZones(t *testing.T) {
	for metres, want := range map[float64]float64{0: 1, 99: 1, 100: 1, 100.1: 0.68, 200: 0.68, 200.1: 0.22, 300: 0.22} {
		if got := zoneWeight(metres, 300); got != want {
			t.Errorf("%v m: %v, want %v", metres, got, want)
		}
	}
}

// Two kelurahan: the facility stands in the first and serves across the border.
func TestCover(t *testing.T) {
	demand := []Demand{
		{ID: 1, Place: lor + "-001-001", Point: eastern(0), Weight: 30},
		{ID: 2, Place: lor + "-001-002", Point: eastern(600), Weight: 10, Estimated: true}, // 780 m with its detour
		{ID: 3, Place: kidul + "-001-001", Point: eastern(-300), Weight: 40},               // 390 m, across the border
		{ID: 4, Place: kidul + "-001-002", Point: eastern(-1000), Weight: 15},              // 1,300 m
		{ID: 5, Place: kidul + "-001-003", Weight: 5},                                      // without a point
	}
	c, err := Cover(context.Background(), demand, []Supply{{ID: 9, Point: east(0)}}, Norm{RadiusM: 500}, Ways{Detour: 1.3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[indicator.Place]Served{}
	for _, s := range c.Places {
		all[s.Place] = s
	}
	round := func(s Served) Served {
		s.MedianM, s.UncoveredM = math.Round(s.MedianM), math.Round(s.UncoveredM)
		return s
	}
	for _, want := range []Served{
		{Place: "", Weight: 95, Covered: 70, Unlocated: 5, Estimated: 10, Points: 4, CoveredPoints: 2, Unplaced: 1, MedianM: 390, UncoveredM: 1092},
		{Place: "35.71.01", Weight: 95, Covered: 70, Unlocated: 5, Estimated: 10, Points: 4, CoveredPoints: 2, Unplaced: 1, MedianM: 390, UncoveredM: 1092},
		{Place: lor, Weight: 40, Covered: 30, Estimated: 10, Points: 2, CoveredPoints: 1, UncoveredM: 780},
		{Place: kidul, Weight: 55, Covered: 40, Unlocated: 5, Points: 2, CoveredPoints: 1, Unplaced: 1, MedianM: 390, UncoveredM: 1300},
		{Place: kidul + "-001", Weight: 55, Covered: 40, Unlocated: 5, Points: 2, CoveredPoints: 1, Unplaced: 1, MedianM: 390, UncoveredM: 1300},
		{Place: kidul + "-001-002", Weight: 15, Points: 1, MedianM: 1300, UncoveredM: 1300},
	} {
		if got := round(all[want.Place]); got != want {
			t.Errorf("%q:\n%+v, want\n%+v", want.Place, got, want)
		}
	}
	if len(c.Places) != 11 || c.HasRatio {
		t.Errorf("%d places, ratio %v; want 11 and none", len(c.Places), c.HasRatio)
	}
	// In the order of metres 30, 40, 10, 15: after 30 of 95, 70, 80 and 95.
	for i, want := range []float64{0, 0, 390, 780, 1300, 1300, 1300} {
		if got := c.Quantiles[i]; math.Round(got.MetresM) != want || got.Share != quantileShares[i] {
			t.Errorf("quantile %v, want %v m", got, want)
		}
	}
	var gaps []indicator.Place
	for _, s := range c.Gaps(indicator.RT) {
		gaps = append(gaps, s.Place)
	}
	if want := []indicator.Place{kidul + "-001-002", lor + "-001-002"}; !reflect.DeepEqual(gaps, want) {
		t.Errorf("gaps %v, want %v", gaps, want)
	}
}

func TestGapsOfEqualWeightGoByDistanceThenPlace(t *testing.T) {
	var demand []Demand
	for i, at := range []float64{900, 2000, 900} {
		demand = append(demand, Demand{ID: int64(i + 1), Place: lor + indicator.Place([]string{"-001-003", "-001-002", "-001-001"}[i]), Point: eastern(at), Weight: 10})
	}
	// The first and the last stand at the same place.
	c, err := Cover(context.Background(), demand, []Supply{{Point: east(0)}}, Norm{RadiusM: 500}, Ways{Detour: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	gaps := c.Gaps(indicator.RT)
	for i, want := range []indicator.Place{lor + "-001-002", lor + "-001-001", lor + "-001-003"} {
		if gaps[i].Place != want {
			t.Errorf("gap %d is %s, want %s", i, gaps[i].Place, want)
		}
	}
}

func TestCoverWithoutFacilities(t *testing.T) {
	c, err := Cover(context.Background(), []Demand{{ID: 1, Place: lor, Point: eastern(0), Weight: 3}}, nil, Norm{RadiusM: 500, Ratio: 1250}, Ways{Detour: 1}, nil)
	if err != nil || c.Unreached != 1 || c.Reach[0].Covered || !math.IsInf(c.Quantiles[0].MetresM, 1) {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = Cover(context.Background(), nil, nil, Norm{RadiusM: 500}, Ways{Detour: 1}, nil); err != nil || len(c.Quantiles) != 0 || len(c.Places) != 1 {
		t.Errorf("of nothing: %+v, %v", c, err)
	}
}

// Every run ends soon after its context does, wherever it is then.
func TestRunsStop(t *testing.T) {
	random := geotest.Random(t)
	points := scatter(random, 800)
	demand := make([]Demand, len(points))
	for i := range points {
		demand[i] = Demand{ID: int64(i + 1), Place: lor, Point: &points[i], Weight: float64(1 + random.IntN(9)), People: 3}
	}
	supply := []Supply{{Point: points[0]}}
	norm, network := Norm{RadiusM: 400, Ratio: 1250}, NewNetwork(mesh(random))
	runs := map[string]func(context.Context, Ways, Progress) error{
		"cover": func(ctx context.Context, w Ways, told Progress) error {
			_, err := Cover(ctx, demand, supply, norm, w, told)
			return err
		},
		"choose": func(ctx context.Context, w Ways, told Progress) error {
			_, err := Choose(ctx, demand, supply, points, 20, norm, w, told)
			return err
		},
		"fewest": func(ctx context.Context, w Ways, told Progress) error {
			_, err := FewestSites(ctx, demand, supply, points, norm, w, told)
			return err
		},
	}
	for name, run := range runs {
		for _, ways := range []Ways{{Detour: 1.3}, {Detour: 1.3, Network: network}} {
			for _, after := range []float64{0, 0.1, 0.3, 0.5, 0.56} {
				ctx, cancel := context.WithCancel(context.Background())
				last := -1.0
				err := run(ctx, ways, func(share float64) {
					if share < 0 || share > 1 {
						t.Errorf("%s: progress %v", name, share)
					}
					last = share
					if share >= after {
						cancel()
					}
				})
				cancel()
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s went on after %v (last told %v): %v", name, after, last, err)
				}
			}
		}
	}
}
