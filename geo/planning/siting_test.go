package planning

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// town gives a random small case.
func town(random *rand.Rand, demands, candidates int) (demand []Demand, supply []Supply, sites []orb.Point) {
	for i, p := range scatter(random, demands) {
		d := Demand{ID: int64(i + 1), Place: lor, Point: &p, Weight: float64(random.IntN(60))}
		if random.IntN(10) == 0 {
			d.Point = nil
		}
		if random.IntN(3) == 0 {
			d.Weight += math.Floor(random.Float64()/grain) * grain
		}
		demand = append(demand, d)
	}
	for i, p := range scatter(random, random.IntN(4)) {
		supply = append(supply, Supply{ID: int64(i + 1), Point: p})
	}
	return demand, supply, scatter(random, candidates)
}

// covered is the weight within the norm of a facility or one of the sites,
// pair by pair.
func covered(demand []Demand, supply []Supply, sites []orb.Point, radiusM, detour float64) float64 {
	sum := 0.0
	for _, d := range demand {
		near := func(p orb.Point) bool { return d.Point != nil && index.DistanceM(*d.Point, p)*detour <= radiusM }
		if slices.ContainsFunc(supply, func(s Supply) bool { return near(s.Point) }) || slices.ContainsFunc(sites, near) {
			sum += d.Weight
		}
	}
	return sum
}

// choices calls try with every choice of k of n.
func choices(n, k int, try func([]int)) {
	var extend func(from int, chosen []int)
	extend = func(from int, chosen []int) {
		if len(chosen) == k {
			try(chosen)
			return
		}
		for j := from; j < n; j++ {
			extend(j+1, append(chosen, j))
		}
	}
	extend(0, nil)
}

func TestChooseAgainstEveryChoice(t *testing.T) {
	random := geotest.Random(t)
	for range 300 {
		demand, supply, candidates := town(random, 5+random.IntN(30), 3+random.IntN(9))
		norm, ways, p := Norm{RadiusM: 300 + 1500*random.Float64()}, Ways{Detour: 1.3}, 1+random.IntN(4)
		got, err := Choose(context.Background(), demand, supply, candidates, p, norm, ways, nil)
		if err != nil {
			t.Fatal(err)
		}
		most := 0.0
		choices(len(candidates), min(p, len(candidates)), func(chosen []int) {
			sites := make([]orb.Point, len(chosen))
			for i, j := range chosen {
				sites[i] = candidates[j]
			}
			most = max(most, covered(demand, supply, sites, norm.RadiusM, ways.Detour))
		})
		var sites []orb.Point
		sum := got.Before
		for i, s := range got.Sites {
			sites = append(sites, candidates[s.Candidate])
			if sum += s.Gain; sum != s.After || i > 0 && s.Gain > got.Sites[i-1].Gain+1e-9 {
				t.Fatalf("the sites do not add up: %+v", got)
			}
		}
		if now := covered(demand, supply, sites, norm.RadiusM, ways.Detour); math.Abs(now-got.After) > 1e-6 || len(sites) > p {
			t.Fatalf("%+v covers %v", got, now)
		}
		if math.Abs(got.Before-covered(demand, supply, nil, norm.RadiusM, ways.Detour)) > 1e-6 {
			t.Fatalf("before: %+v", got)
		}
		if math.Abs(got.After-most) > 1e-6 || !got.Optimal || got.Gap() != 0 {
			t.Fatalf("covers %v, and %v is possible: %+v", got.After, most, got)
		}
	}
}

// Of two candidates that cover the same, the one with fewer metres is taken,
// also when the search by greedy would begin otherwise.
func TestFewerMetresForTheSameCoverage(t *testing.T) {
	demand := []Demand{
		{ID: 1, Place: lor, Point: eastern(0), Weight: 10},
		{ID: 2, Place: lor, Point: eastern(300), Weight: 1},
	}
	candidates := []orb.Point{east(300), east(150), east(20)}
	s, err := Choose(context.Background(), demand, nil, candidates, 1, Norm{RadiusM: 400}, Ways{Detour: 1}, nil)
	if err != nil || len(s.Sites) != 1 || s.Sites[0].Candidate != 2 || s.After != 11 {
		t.Errorf("%+v, %v; want the candidate at 20 m", s, err)
	}
}

func TestNoMoreSitesThanHelp(t *testing.T) {
	demand := []Demand{{ID: 1, Place: lor, Point: eastern(0), Weight: 10}}
	s, err := Choose(context.Background(), demand, []Supply{{Point: east(0)}}, []orb.Point{east(10), east(20)}, 2, Norm{RadiusM: 400}, Ways{Detour: 1}, nil)
	if err != nil || len(s.Sites) != 0 || s.Before != 10 || s.After != 10 || !s.Optimal {
		t.Errorf("%+v, %v; want no site where all is covered at no distance", s, err)
	}
}

func TestFewestAgainstEveryChoice(t *testing.T) {
	random := geotest.Random(t)
	for range 300 {
		demand, supply, candidates := town(random, 5+random.IntN(30), 3+random.IntN(9))
		norm, ways := Norm{RadiusM: 500 + 2000*random.Float64()}, Ways{Detour: 1.3}
		got, err := FewestSites(context.Background(), demand, supply, candidates, norm, ways, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := covered(demand, supply, candidates, norm.RadiusM, ways.Detour)
		located := 0.0
		for _, d := range demand {
			if d.Point != nil {
				located += d.Weight
			}
		}
		if math.Abs(located-all-got.Left) > 1e-6 {
			t.Fatalf("%v is out of reach, want %v", got.Left, located-all)
		}
		least := -1
		for k := 0; least < 0; k++ {
			choices(len(candidates), k, func(chosen []int) {
				if covered(demand, supply, pickAt(candidates, chosen), norm.RadiusM, ways.Detour) >= all-1e-6 {
					least = k
				}
			})
		}
		if now := covered(demand, supply, sitesOf(candidates, got.Sites), norm.RadiusM, ways.Detour); math.Abs(now-all) > 1e-6 {
			t.Fatalf("%+v covers %v of %v", got, now, all)
		}
		if len(got.Sites) != least || got.AtLeast != least {
			t.Fatalf("%+v, want %d", got, least)
		}
	}
}

func sitesOf(candidates []orb.Point, sites []Site) []orb.Point {
	var points []orb.Point
	for _, s := range sites {
		points = append(points, candidates[s.Candidate])
	}
	return points
}

func pickAt(points []orb.Point, at []int) []orb.Point {
	var picked []orb.Point
	for _, i := range at {
		picked = append(picked, points[i])
	}
	return picked
}

// The bound holds at every size: on middling cases, where not every choice can
// be tried, no other search may find more than AtMost, nor a cover smaller than
// AtLeast.
func TestBoundsHold(t *testing.T) {
	random := geotest.Random(t)
	for range 4 {
		demand, supply, candidates := town(random, 200, 120)
		norm, ways := Norm{RadiusM: 500}, Ways{Detour: 1.3}
		p := 2 + random.IntN(8)
		got, err := Choose(context.Background(), demand, supply, candidates, p, norm, ways, nil)
		if err != nil {
			t.Fatal(err)
		}
		fewest, err := FewestSites(context.Background(), demand, supply, candidates, norm, ways, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			var sites []orb.Point
			for range p {
				sites = append(sites, candidates[random.IntN(len(candidates))])
			}
			if v := covered(demand, supply, sites, norm.RadiusM, ways.Detour); v > got.AtMost+1e-6 {
				t.Fatalf("%v is covered, and at most %v was promised", v, got.AtMost)
			}
		}
		if got.After > got.AtMost || len(fewest.Sites) < fewest.AtLeast {
			t.Fatalf("%+v %+v", got, fewest)
		}
		more, err := Choose(context.Background(), demand, supply, candidates, fewest.AtLeast-1, norm, ways, nil)
		if err != nil || more.Optimal && more.After >= more.Total-fewest.Left-1e-6 {
			t.Fatalf("%d sites cover all, and %d were said to be needed: %v", len(more.Sites), fewest.AtLeast, err)
		}
	}
}

func TestGrid(t *testing.T) {
	demand := []Demand{{ID: 1, Point: eastern(0), Weight: 1}, {ID: 2, Point: eastern(5000), Weight: 1}, {ID: 3, Point: eastern(9000)}}
	points, step := Grid(demand, 250, 1000)
	if step != GridMeters || len(points) < 2*16 || len(points) > 2*25 { // about π·250²/100² each
		t.Fatalf("%d points, %v m apart", len(points), step)
	}
	for _, p := range points {
		if m := min(index.DistanceM(p, east(0)), index.DistanceM(p, east(5000))); m > 250.1 {
			t.Errorf("%v is %v m from all demand", p, m)
		}
	}
	if few, step := Grid(demand, 250, 10); len(few) > 10 || step <= GridMeters || len(few) == 0 {
		t.Errorf("%d points %v m apart, want at most 10", len(few), step)
	}
	if none, _ := Grid(nil, 250, 10); len(none) != 0 {
		t.Errorf("a grid over nothing: %v", none)
	}
}

func TestTooManyPairsAreRefused(t *testing.T) {
	demand, candidates := make([]Demand, 2300), make([]orb.Point, 2300)
	for i := range demand {
		demand[i], candidates[i] = Demand{ID: int64(i + 1), Place: lor, Point: eastern(0), Weight: 1}, east(0)
	}
	_, err := Choose(context.Background(), demand, nil, candidates, 1, Norm{RadiusM: 400}, Ways{Detour: 1}, nil)
	if geo.KindOf(err) != geo.TooLarge {
		t.Errorf("%d pairs: %v", len(demand)*len(candidates), err)
	}
}
