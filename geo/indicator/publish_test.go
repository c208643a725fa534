package indicator

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo"
)

// testRegistry has a total of two parts, one more count, and a rate.
func testRegistry() *Registry {
	down, public := []Level{Kabupaten, Kecamatan, Kelurahan, RW, RT}, []Level{Kabupaten, Kecamatan, Kelurahan}
	indicator := func(code string, kind Kind, base string, internal []Level, public []Level, parts ...string) *Indicator {
		return &Indicator{Code: code, Kind: kind, Additive: kind == Count, Protected: kind == Count, Base: base, Parts: parts, Levels: down, Internal: internal, Public: public}
	}
	return NewRegistry([]*Indicator{
		indicator("part_1", Count, "total", public, nil), // before its total
		indicator("total", Count, "", down, public, "part_1", "part_2"),
		indicator("part_2", Count, "total", public, nil),
		indicator("aided", Count, "total", down, public),
		indicator("p0", Rate, "", public, public),
	}, []*Source{{Code: "dtsen", Level: Kelurahan}})
}

var testAreas = []NamedPlace{{"35.71", "Kota"}, {"35.71.01", "Satu"}, {"35.71.01.1001", "A"}, {"35.71.01.1002", "B"}, {"35.71.02", "Dua"}, {"35.71.02.1001", "C"}}

func tells(place Place, code string, number any) Value {
	v := Value{ValueKey: ValueKey{Place: place, Indicator: code}}
	if f, ok := number.(float64); ok {
		v.Number = &f
	}
	return v
}

func numberOf(e *Exact, place Place, code string) any {
	at, found := slices.BinarySearch(e.Places, place)
	column := slices.IndexFunc(e.Columns, func(c Column) bool { return c.Indicator == code })
	if !found || column < 0 {
		return "absent"
	}
	if n := e.Numbers[column][at]; n.Known {
		return n.Value
	}
	return nil
}

func TestGather(t *testing.T) {
	rate, source := 40.0, "BPS"
	denominator := tells("35.71", "p0", 7.5)
	denominator.Denominator, denominator.DenominatorSource = &rate, source
	e := Gather(testRegistry(), testAreas, []Value{
		tells("35.71.01.1001", "part_1", 3.0), tells("35.71.01.1001", "part_2", 7.0),
		tells("35.71.01.1002", "part_1", 1.0), tells("35.71.01.1002", "part_2", 0.0),
		tells("35.71.02.1001", "total", 20.0), tells("35.71.02.1001", "part_1", nil),
		tells("35.71.02.1001-001-001", "aided", 2.0), tells("35.71.02.1001-001-002", "aided", 3.0), tells("35.71.02.1001-002-001", "aided", 4.0),
		tells("35.71.01.1001", "aided", 1.0),
		denominator,
		tells("35.72", "total", 99.0), tells("35.71.01.1009-001", "total", 99.0), tells("35.71.01.1001", "unknown", 99.0), // of other registries
	})
	for _, c := range []struct {
		place Place
		code  string
		want  any
	}{
		{"35.71.01.1001", "total", 10.0},     // its parts
		{"35.71.01", "total", 11.0},          // its kelurahan
		{"35.71.01", "part_1", 4.0},          //
		{"35.71", "total", 31.0},             // 11 and 20, which was told
		{"35.71.02", "part_1", nil},          // somebody said that it is not known
		{"35.71", "part_1", nil},             // so nor is the city's
		{"35.71.02.1001-001", "aided", 5.0},  // RT 001 and RT 002
		{"35.71.02.1001", "aided", 9.0},      // two RW
		{"35.71.01", "aided", nil},           // B said nothing
		{"35.71.01.1002", "part_2", 0.0},     // zero is told
		{"35.71", "p0", 7.5},                 //
		{"35.71.01", "p0", nil},              // no rate is a sum
		{"35.72", "total", "absent"},         //
		{"35.71.01.1009", "total", "absent"}, //
	} {
		if got := numberOf(e, c.place, c.code); got != c.want {
			t.Errorf("%s of %s is %v, want %v", c.code, c.place, got, c.want)
		}
	}
	if !slices.IsSorted(e.Places) || len(e.Places) != len(testAreas)+5 {
		t.Errorf("places %v", e.Places)
	}
	at := map[string]int{}
	for i, c := range e.Columns {
		at[c.Indicator] = i
	}
	if at["total"] > at["part_1"] || !slices.Equal(e.Columns[at["total"]].Parts, []int{at["part_1"], at["part_2"]}) ||
		e.Columns[at["aided"]].Base != at["total"] || e.Columns[at["total"]].Base != -1 {
		t.Errorf("columns %+v", e.Columns)
	}
	public := e.For(Public)
	if len(public.Places) != len(testAreas) || len(public.Columns) != 3 || public.Columns[0].Parts != nil || public.Columns[1].Base != 0 {
		t.Errorf("for the public %v %+v", public.Places, public.Columns)
	}
	content := public.Content(&Protected{Cells: [][]Cell{make([]Cell, 6), make([]Cell, 6), {{State: Shown, Value: 7.5}, {}, {}, {}, {}, {}}}})
	if c := content.Columns[2]; c.Denominators[0] != 40 || c.DenominatorSource != "BPS" {
		t.Errorf("%+v", c)
	}
	hidden := public.Content(&Protected{Cells: [][]Cell{make([]Cell, 6), make([]Cell, 6), {{State: Hidden}, {}, {}, {}, {}, {}}}})
	if withheld := public.Content(&Protected{Withheld: []int{1}, Cells: [][]Cell{make([]Cell, 6), make([]Cell, 6), make([]Cell, 6)}}); len(withheld.Columns) != 2 {
		t.Errorf("a column that is withheld is published: %+v", withheld.Columns)
	}
	if hidden.Columns[2].Denominators[0] != 0 {
		t.Error("the denominator of a hidden rate is told")
	}
}

// randomContent is content of every kind of cell.
func randomContent(r *rand.Rand) *Content {
	c := &Content{}
	for i := range 1 + r.IntN(30) {
		c.Places = append(c.Places, Place(fmt.Sprintf("35.71.01.1%03d", i)))
		c.Names = append(c.Names, []string{"", "Bandar \"Lor\"", "<Ngronggo & Ringinanom>"}[r.IntN(3)])
	}
	for i := range r.IntN(5) {
		col := PublishedColumn{Indicator: fmt.Sprint("i_", i), Levels: []Level{Kelurahan, Kecamatan}[:1+r.IntN(2)]}
		for range c.Places {
			cell := Cell{State: CellState(r.IntN(4))}
			if cell.State == Shown {
				cell.Value = []float64{0, 1, 12345, 0.1, 7.25, -3, 1e9 + 0.5, float64(r.IntN(1 << 40))}[r.IntN(8)]
			}
			col.Cells = append(col.Cells, cell)
		}
		if r.IntN(2) == 0 {
			col.DenominatorSource = "BPS"
			for range c.Places {
				col.Denominators = append(col.Denominators, float64(r.IntN(3))/2)
			}
		}
		c.Columns = append(c.Columns, col)
	}
	if c.Columns == nil {
		c.Columns = []PublishedColumn{}
	}
	return c
}

func TestContentRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2026))
	for range 200 {
		c := randomContent(r)
		packed, err := Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Encode(c)
		if err != nil || !bytes.Equal(packed, again) {
			t.Fatalf("the same content gives other bytes: %v", err)
		}
		read, err := Decode(packed)
		if err != nil || !reflect.DeepEqual(read, c) {
			t.Fatalf("%v\n%+v\n%+v", err, c, read)
		}
	}
}

func TestContentThatIsBroken(t *testing.T) {
	short := &Content{Places: []Place{"35"}, Names: []string{""}, Columns: []PublishedColumn{{Indicator: "a"}}}
	if _, err := Encode(short); geo.KindOf(err) != geo.Internal {
		t.Error(err)
	}
	for _, plain := range []string{``, `{`, `{"places":["35"],"names":[],"columns":[]}`, `{"places":["36","35"],"names":["",""],"columns":[]}`,
		`{"places":["35"],"names":[""],"columns":[{"indicator":"a","cells":[]}]}`, `{"places":["35"],"names":[""],"columns":[{"indicator":"a","cells":["x"]}]}`,
		`{"places":["35"],"names":[""],"columns":[{"indicator":"a","cells":[NaN]}]}`} {
		if _, err := Decode(zipped([]byte(plain))); err == nil {
			t.Errorf("%s is read", plain)
		}
	}
	if _, err := Decode([]byte("x")); err == nil {
		t.Error("no gzip is read")
	}
}

// province is 8,563 kelurahan in 664 kecamatan of 38 kabupaten, with 30 indicators
// of all of them.
func province(r *rand.Rand) (*Registry, []NamedPlace, []Value) {
	var list []*Indicator
	all := []Level{Provinsi, Kabupaten, Kecamatan, Kelurahan}
	add := func(code, base string, parts ...string) {
		list = append(list, &Indicator{Code: code, Kind: Count, Additive: true, Protected: true, Base: base, Parts: parts, Levels: all, Public: all, Internal: all})
	}
	add("keluarga", "", "desil_1_4", "desil_5_10", "unranked")
	add("desil_1_4", "keluarga", "desil_1", "desil_2", "desil_3", "desil_4")
	add("desil_5_10", "keluarga", "desil_5", "desil_6", "desil_7", "desil_8", "desil_9", "desil_10")
	codes := []string{"unranked"}
	for d := range 10 {
		codes = append(codes, fmt.Sprint("desil_", d+1))
	}
	for i := range 16 {
		codes = append(codes, fmt.Sprint("aid_", i))
	}
	for _, code := range codes {
		add(code, "keluarga")
	}
	areas := []NamedPlace{{"35", "Jawa Timur"}}
	var values []Value
	for n, kecamatan := 0, 0; n < 8563; kecamatan++ {
		kabupaten := Place(fmt.Sprintf("35.%02d", 1+kecamatan/18))
		if kecamatan%18 == 0 {
			areas = append(areas, NamedPlace{kabupaten, "Kabupaten"})
		}
		above := Place(fmt.Sprintf("%s.%02d", kabupaten, 1+kecamatan%18))
		areas = append(areas, NamedPlace{above, "Kecamatan"})
		for i := 0; i < 13 && n < 8563; i++ {
			place := Place(fmt.Sprintf("%s.2%03d", above, 1+i))
			areas = append(areas, NamedPlace{place, "Desa " + fmt.Sprint(i)})
			for _, code := range codes {
				number := float64(r.IntN(160))
				if code[0] == 'a' {
					number = float64(r.IntN(400))
				}
				values = append(values, Value{ValueKey: ValueKey{Place: place, Indicator: code}, Number: &number})
			}
			n++
		}
	}
	return NewRegistry(list, []*Source{{Code: "dtsen", Level: Kelurahan}}), areas, values
}

// BenchmarkPublish is the pure part of publishing a province: from what batches
// tell to the bytes for both audiences, with an edition before.
func BenchmarkPublish(b *testing.B) {
	registry, areas, values := province(rand.New(rand.NewPCG(1, 1)))
	var kept []Kept
	for b.Loop() {
		start := time.Now()
		exact := Gather(registry, areas, values)
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "gather-ms")
		start = time.Now()
		internal, public, err := exact.Publish(b.Context(), DefaultSettings(), kept)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "protect-ms")
		start = time.Now()
		size := 0
		for _, c := range []*Content{internal, public} {
			packed, err := Encode(c)
			if err != nil {
				b.Fatal(err)
			}
			size += len(packed)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "encode-ms")
		b.ReportMetric(float64(size), "bytes")
	}
}

// BenchmarkDecode is what loading one of the province's publications takes.
func BenchmarkDecode(b *testing.B) {
	registry, areas, values := province(rand.New(rand.NewPCG(1, 1)))
	exact := Gather(registry, areas, values)
	f := exact.For(Public)
	cells := make([][]Cell, len(f.Columns))
	for i, column := range f.Numbers {
		for _, n := range column {
			cells[i] = append(cells[i], Cell{State: Shown, Value: n.Value})
		}
	}
	packed, err := Encode(f.Content(&Protected{Cells: cells}))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Decode(packed); err != nil {
			b.Fatal(err)
		}
	}
}

func zipped(plain []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(plain)
	_ = z.Close()
	return out.Bytes()
}

// TestNextPeriodIsPublished publishes the next period of a part of a provinsi, a
// third of whose numbers have changed a little.
func TestNextPeriodIsPublished(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	registry, areas, values := province(random)
	elsewhere := func(p Place) bool { return p > "35.08" && !p.Within("35.08") } // an eighth will do
	areas = slices.DeleteFunc(areas, func(a NamedPlace) bool { return elsewhere(a.Place) })
	values = slices.DeleteFunc(values, func(v Value) bool { return elsewhere(v.Place) })
	first := Gather(registry, areas, values)
	internal, public, err := first.Publish(t.Context(), DefaultSettings(), nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := []Kept{{Published: Published{Public: &Publication{Audience: Public, Threshold: 10, Content: public},
		Internal: &Publication{Audience: Internal, Threshold: 5, Content: internal}}, Exact: first}}
	for i, v := range values {
		n := *v.Number
		if random.IntN(3) == 0 {
			n = max(0, n+float64(random.IntN(7)-3))
		}
		values[i].Number = &n
	}
	next := Gather(registry, areas, values)
	_, after, err := next.Publish(t.Context(), DefaultSettings(), kept)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first %+v, next %+v", public.Tally(), after.Tally())
	if left := next.Withheld(Public, after); len(left) > 0 || after.Tally().Shown < public.Tally().Shown*9/10 {
		t.Errorf("%v are left out; shown %d after %d", left, after.Tally().Shown, public.Tally().Shown)
	}
}
