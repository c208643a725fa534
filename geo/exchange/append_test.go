package exchange

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
)

// TestAppendNumberEqualsStrconv: numbers are rounded as strconv rounds them, also
// where a digit more would be a five.
func TestAppendNumberEqualsStrconv(t *testing.T) {
	random := geotest.Random(t)
	check := func(f float64, digits int) {
		want := strconv.FormatFloat(f, 'f', digits, 64)
		if strings.Contains(want, ".") {
			want = strings.TrimRight(strings.TrimRight(want, "0"), ".")
		}
		if want == "-0" {
			want = "0"
		}
		if got := string(AppendNumber([]byte("x"), f, digits)); got != "x"+want {
			t.Fatalf("%v with %d decimals is %s, want x%s", f, digits, got, want)
		}
	}
	for digits := range 10 {
		unit := math.Pow10(digits)
		for range 5000 {
			f := (random.Float64() - 0.5) * 400
			check(f, digits)
			check(math.Round(f*unit)/unit, digits)
			check((math.Round(f*unit)+0.5)/unit, digits)
			check(math.Nextafter((math.Round(f*unit)+0.5)/unit, 1000), digits)
			check(f*math.Pow10(random.IntN(20)), digits)
		}
	}
	for _, f := range []float64{0, -0.00000001, math.Copysign(0, -1), 1e6, 999999.99999999, -999999.5, 0.5, 180, -180, 1e-300} {
		check(f, 7)
		check(f, 0)
	}
}
