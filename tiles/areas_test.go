package tiles

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// box is an area of a rectangle.
func box(code geo.Code, west, south, size float64) *geo.Area {
	b := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + size, south + size}}
	return &geo.Area{
		ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(), Name: string(code),
		Boundary: orb.MultiPolygon{{b.ToRing()}}, LabelPoint: b.Center(), Version: 1,
	}
}

// manyAreas are 3,000 kelurahan in 30 kecamatan of two kabupaten, each kecamatan
// a row of boxes; the kecamatan and the provinsi are there, of the kabupaten one.
func manyAreas() []*geo.Area {
	areas := []*geo.Area{box("35", 110, -8, 1), box("35.01", 110, -8, 0.5)}
	for k := range 30 {
		kecamatan := geo.Code(fmt.Sprintf("35.%02d.%02d", 1+k/15, 1+k%15))
		areas = append(areas, box(kecamatan, 110, -8+float64(k)*0.03, 0.029))
		for i := range 100 {
			areas = append(areas, box(geo.Code(fmt.Sprintf("%s.2%03d", kecamatan, i+1)), 110+float64(i)*0.009, -8+float64(k)*0.03, 0.008))
		}
	}
	return areas
}

// TestTooManyAreasAreShownByThoseAbove adds up what each feature stands for.
func TestTooManyAreasAreShownByThoseAbove(t *testing.T) {
	whole := ID{4, 12, 8}
	all := manyAreas()
	without := func(code geo.Code) []*geo.Area {
		var left []*geo.Area
		for _, a := range all {
			if a.Code != code {
				left = append(left, a)
			}
		}
		return left
	}
	for _, test := range []struct {
		name   string
		areas  []*geo.Area
		filter geo.Code
		want   int // features
		levels map[uint64]int
	}{
		{"kecamatan fit", all, "", 30, map[uint64]int{3: 30}},
		{"a kecamatan is not there", without("35.01.01"), "", 129, map[uint64]int{3: 29, 4: 100}},
		{"of one kecamatan all fit", all, "35.02.03", 100, map[uint64]int{4: 100}},
		{"of one kabupaten too", all, "35.01", 1500, map[uint64]int{4: 1500}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := index.New(geo.Content{Areas: test.areas})
			tile, err := Encode(s, []string{"kelurahan"}, index.Filter{Area: test.filter}, whole)
			if err != nil {
				t.Fatal(err)
			}
			layers, levels, stands := decode(t, tile), map[uint64]int{}, uint64(0)
			for _, f := range layers["kelurahan"].features {
				level := f.properties["level"].(uint64)
				levels[level]++
				if n, ok := f.properties["areas"].(uint64); ok != (level < 4) {
					t.Errorf("%v", f.properties)
				} else if ok {
					stands += n
				} else {
					stands++
				}
			}
			if fmt.Sprint(levels) != fmt.Sprint(test.levels) || len(layers["kelurahan_label"].features) != test.want {
				t.Errorf("levels %v, %d labels", levels, len(layers["kelurahan_label"].features))
			}
			if want := s.CountAreas(geo.LevelKelurahan, test.filter); stands != uint64(want) {
				t.Errorf("they stand for %d areas of %d", stands, want)
			}
		})
	}
}

func TestAreasFollowTheZoom(t *testing.T) {
	s := index.New(geo.Content{Areas: manyAreas()})
	for z := range MaxZoom + 1 {
		id := tilesOver(orb.Bound{Min: orb.Point{110.1, -7.99}, Max: orb.Point{110.1, -7.99}}, z)[0]
		layers := decode(t, encode(t, s, []string{index.AreasLayer}, id))
		for _, name := range []string{"areas", "areas_label"} {
			for _, f := range layers[name].features {
				if got, want := f.properties["level"], uint64(index.LevelAt(z)); got != want && z != 5 && z != 6 && z != 7 {
					t.Errorf("%v: level %v in %s, want %d", id, got, name, want)
				}
			}
		}
		if len(layers["areas"].features) == 0 {
			t.Errorf("nothing at zoom %d", z)
		}
	}
}
