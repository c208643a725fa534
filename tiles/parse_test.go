package tiles

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

func TestParseTile(t *testing.T) {
	good := map[string]ID{"0/0/0": {0, 0, 0}, "16/65535/0": {16, 65535, 0}, "3/7/5": {3, 7, 5}}
	for s, want := range good {
		p := strings.Split(s, "/")
		if got, err := ParseTile(p[0], p[1], p[2]); err != nil || got != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"17/0/0", "-1/0/0", "0/1/0", "0/0/1", "3/8/0", "+3/1/1", "03/1/1", "3/01/1", "3/1.0/1", "//", "3/ 1/1",
		"3/1/1e0", "3/1/٣", "16/65536/0", "99999999999999999999/0/0", "3/1/NaN", "0x3/1/1",
	} {
		p := strings.Split(s, "/")
		if got, err := ParseTile(p[0], p[1], p[2]); geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
}

func typesOnly() *index.Snapshot {
	return index.New(geo.Content{Types: []*geo.AssetType{{Name: "posyandu"}, {Name: "rt"}}})
}

func TestParseLayers(t *testing.T) {
	s := typesOnly()
	tests := []struct {
		list string
		want geo.Kind
	}{
		{"posyandu", ""},
		{"posyandu,rt,assets,kelurahan,provinsi", ""},
		{"kelurahan_label", ""},
		{"kelurahan,kecamatan_label", ""},
		{"", geo.NotFound},
		{",", geo.NotFound},
		{"posyandu,", geo.NotFound},
		{"kebun", geo.NotFound},
		{"posyandu_label", geo.NotFound},
		{"posyandu,posyandu", geo.BadRequest},
		{"kelurahan,kelurahan_label", geo.BadRequest},
		{"kelurahan_label,kelurahan", geo.BadRequest},
		{strings.Repeat("rt,", 16) + "rt", geo.BadRequest},
	}
	for _, test := range tests {
		_, err := ParseLayers(s, test.list)
		if test.want == "" && err != nil || test.want != "" && geo.KindOf(err) != test.want {
			t.Errorf("%q: %v, want %q", test.list, err, test.want)
		}
	}
}

func FuzzParseTile(f *testing.F) {
	for _, seed := range []string{"0/0/0", "16/65535/65535", "3/-1/2", "03/1/1", "1e1/0/0"} {
		p := strings.Split(seed, "/")
		f.Add(p[0], p[1], p[2])
	}
	f.Fuzz(func(t *testing.T, z, x, y string) {
		id, err := ParseTile(z, x, y)
		if err != nil {
			return
		}
		if !id.Valid() || fmt.Sprint(id.Z) != z || fmt.Sprint(id.X) != x || fmt.Sprint(id.Y) != y {
			t.Errorf("%q/%q/%q was read as %v", z, x, y, id)
		}
	})
}

func FuzzParseLayers(f *testing.F) {
	for _, seed := range []string{"posyandu", "rt,assets", "kelurahan,kelurahan_label", ",,,", "_label"} {
		f.Add(seed)
	}
	s := typesOnly()
	f.Fuzz(func(t *testing.T, list string) {
		layers, err := ParseLayers(s, list)
		if err != nil {
			if kind := geo.KindOf(err); kind != geo.NotFound && kind != geo.BadRequest {
				t.Errorf("%q: %v", list, err)
			}
			return
		}
		seen := map[string]bool{}
		for _, name := range drawnLayers(layers) {
			if seen[name] {
				t.Errorf("%q draws %s twice", list, name)
			}
			seen[name] = true
		}
		if strings.Join(layers, ",") != list || len(layers) > MaxLayers {
			t.Errorf("%q was read as %v", list, layers)
		}
	})
}
