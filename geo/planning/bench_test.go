package planning

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// city gives RT in clumps, as people live, and facilities beside some of them;
// n RT take about n/22 km², as in Kota Kediri.
func city(n, facilities int) ([]Demand, []Supply, []orb.Point) {
	random := rand.New(rand.NewPCG(3571, uint64(n)))
	width := 0.009 * math.Sqrt(float64(n)/22)
	demand, points := make([]Demand, n), make([]orb.Point, n)
	for i := range points {
		if i%25 == 0 {
			points[i] = orb.Point{112 + width*random.Float64(), -7.8 + width*random.Float64()}
		} else {
			home := points[i-i%25]
			points[i] = orb.Point{home[0] + 0.004*random.NormFloat64(), home[1] + 0.004*random.NormFloat64()}
		}
		demand[i] = Demand{ID: int64(i + 1), Place: lor, Point: &points[i], Weight: float64(40 + random.IntN(50)), People: 200}
	}
	supply := make([]Supply, facilities)
	for i := range supply {
		supply[i] = Supply{ID: int64(i + 1), Point: points[random.IntN(n)]}
	}
	return demand, supply, points
}

func benchmarkCover(b *testing.B, n, facilities int) {
	demand, supply, _ := city(n, facilities)
	for b.Loop() {
		if _, err := Cover(context.Background(), demand, supply, Norm{RadiusM: 500, Ratio: 1250}, Ways{Detour: 1.3}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCover300x1500(b *testing.B)    { benchmarkCover(b, 1500, 300) }
func BenchmarkCover3000x100000(b *testing.B) { benchmarkCover(b, 100_000, 3000) }

func benchmarkChoose(b *testing.B, p, facilities int, radiusM float64) {
	demand, supply, candidates := city(1500, facilities)
	var s *Choice
	var err error
	for b.Loop() {
		if s, err = Choose(context.Background(), demand, supply, candidates, p, Norm{RadiusM: radiusM}, Ways{Detour: 1.3}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*s.Gap(), "%gap")
}

func BenchmarkChoose10of1500(b *testing.B)         { benchmarkChoose(b, 10, 0, 500) }
func BenchmarkChoose10of1500Beside40(b *testing.B) { benchmarkChoose(b, 10, 40, 500) }
func BenchmarkChoose10of1500Wide(b *testing.B)     { benchmarkChoose(b, 10, 0, 1500) }
func BenchmarkChoose40of1500(b *testing.B)         { benchmarkChoose(b, 40, 0, 500) }

func BenchmarkFewest1500(b *testing.B) {
	demand, supply, candidates := city(1500, 40)
	var f *Fewest
	var err error
	for b.Loop() {
		if f, err = FewestSites(context.Background(), demand, supply, candidates, Norm{RadiusM: 500}, Ways{Detour: 1.3}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.Sites)), "sites")
	b.ReportMetric(float64(f.AtLeast), "least")
}
