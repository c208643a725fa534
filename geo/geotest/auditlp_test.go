package geotest

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
)

// TestSimplex compares the audit's programs with gonum's.
func TestSimplex(t *testing.T) {
	random := Random(t)
	for range 300 {
		n, m := 1+random.IntN(6), 3+random.IntN(12)
		a, b, basis := make([][]float64, n), make([]float64, n), make([]int, n)
		cost := make([]float64, 2*n+m)
		for j := range cost {
			cost[j] = float64(1 + random.IntN(40))
		}
		matrix := mat.NewDense(n, len(cost), nil)
		for k := range a {
			a[k] = make([]float64, len(cost))
			a[k][2*k], a[k][2*k+1] = 1, -1
			for j := 2 * n; j < len(cost); j++ {
				a[k][j] = float64(random.IntN(3) - 1)
			}
			for j := 2*n + k; j < len(cost); j += n {
				a[k][j] = 1 // gonum wants no column without a number
			}
			b[k] = random.Float64()*4 - 2
			if basis[k] = 2 * k; b[k] < 0 {
				basis[k]++
			}
			matrix.SetRow(k, a[k])
		}
		want, _, err := lp.Simplex(slices.Clone(cost), matrix, slices.Clone(b), 1e-10, slices.Clone(basis))
		if err != nil {
			t.Fatal(err)
		}
		if have, _ := simplex(cost, a, b, basis); math.Abs(have-want) > 1e-6 {
			t.Fatalf("%v, gonum says %v", have, want)
		}
	}
}
