package index_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func TestQueryEqualsFilteringByHand(t *testing.T) {
	m := newModel(geotest.Random(t))
	s := m.build(300)
	for range 500 {
		q := geo.Query{Collection: []string{"assets", "posyandu", "rt"}[m.rnd.IntN(3)], Limit: 1 + m.rnd.IntN(40), Equal: map[string]string{}}
		for range m.rnd.IntN(3) {
			a, b := m.point(), m.point()
			q.Bounds = append(q.Bounds, orb.MultiPoint{a, b}.Bound())
		}
		if m.rnd.IntN(3) == 0 {
			q.Area = []geo.Code{"35", "35.71.01", "35.71.01.1001", "3"}[m.rnd.IntN(4)]
		}
		if m.rnd.IntN(4) == 0 {
			q.Equal["strata"] = "madya"
		}
		if m.rnd.IntN(4) == 0 {
			q.Equal["kader"] = "3"
		}
		if m.rnd.IntN(4) == 0 {
			q.Equal["rt"] = "002"
		}
		if m.rnd.IntN(4) == 0 {
			q.Search = []string{"LATI 1", "3571", "35.71.02.2003"}[m.rnd.IntN(3)]
		}
		q.LocatedOnly = m.rnd.IntN(2) == 0
		comparePages(t, s, m, q)
	}
}

// comparePages reads all pages of a query and compares with the model.
func comparePages(t *testing.T, s *index.Snapshot, m *model, q geo.Query) {
	t.Helper()
	var want, got []int64
	for id, a := range m.assets {
		if selects(q, a) {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	for {
		page, err := s.Query(context.Background(), q)
		if err != nil || page.Matched != len(want) || page.Len() > q.Limit {
			t.Fatalf("%+v: %v, matched %d, want %d", q, err, page.Matched, len(want))
		}
		for _, a := range page.Assets {
			got = append(got, a.ID)
		}
		if q.After = page.Next; page.Next == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v: %v, want %v", q, got, want)
	}
}

// selects is the query's meaning in the plainest words.
func selects(q geo.Query, a *geo.Asset) bool {
	if q.Collection != geo.AllAssets && a.Type != q.Collection {
		return false
	}
	if q.LocatedOnly && a.Point == nil {
		return false
	}
	if len(q.Bounds) > 0 && a.Point != nil && !slices.ContainsFunc(q.Bounds, func(b orb.Bound) bool { return b.Contains(*a.Point) }) {
		return false
	}
	if q.Area != "" && string(a.AreaCode) != string(q.Area) && !strings.HasPrefix(string(a.AreaCode), string(q.Area)+".") {
		return false
	}
	var attributes map[string]any
	_ = json.Unmarshal(a.Attributes, &attributes)
	for name, value := range q.Equal {
		if name == "rt" && a.RT != value || name != "rt" && fmt.Sprint(attributes[name]) != value {
			return false
		}
	}
	text := strings.ToLower(q.Search)
	return strings.Contains(strings.ToLower(a.Name), text) || strings.Contains(string(a.AreaCode), text) ||
		strings.Contains(a.AreaCode.Digits(), text)
}

func TestQueryRefusesWhatItDoesNotKnow(t *testing.T) {
	s := newModel(geotest.Random(t)).build(5)
	tests := []struct {
		name string
		q    geo.Query
		want geo.Kind
	}{
		{"collection", geo.Query{Collection: "kebun"}, geo.NotFound},
		{"property", geo.Query{Collection: "posyandu", Equal: map[string]string{"warna": "x"}}, geo.BadRequest},
		{"internal attribute", geo.Query{Collection: "posyandu", Equal: map[string]string{"rahasia": "x"}}, geo.BadRequest},
		{"type of one type", geo.Query{Collection: "posyandu", Equal: map[string]string{"type": "rt"}}, geo.BadRequest},
		{"property of an area", geo.Query{Collection: "kelurahan", Equal: map[string]string{"rt": "001"}}, geo.BadRequest},
	}
	for _, test := range tests {
		if _, err := s.Query(context.Background(), test.q); geo.KindOf(err) != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if _, err := s.Nearest(orb.Point{}, []string{"kebun"}, 1); geo.KindOf(err) != geo.NotFound {
		t.Errorf("nearest of an unknown collection: %v", err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Query(gone, geo.Query{Collection: "assets"}); err == nil {
		t.Error("a query goes on for a caller who has gone")
	}
}

func square(w, s, e, n float64) orb.Ring {
	return orb.Ring{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}
}

func areasContent() geo.Content {
	area := func(code geo.Code, name string, mp orb.MultiPolygon) *geo.Area {
		return &geo.Area{ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(),
			Name: name, Boundary: mp, LabelPoint: mp[0][0][0], Version: 1}
	}
	hole := square(112.4, -7.6, 112.6, -7.4)
	hole.Reverse()
	return geo.Content{Types: []*geo.AssetType{{Name: "rt"}}, Areas: []*geo.Area{
		area("35", "Jawa Timur", orb.MultiPolygon{{square(112, -8, 114, -7)}}),
		area("35.71.01.1001", "Bandar Lor", orb.MultiPolygon{{square(112, -8, 113, -7), hole}, {square(120, -8, 121, -7)}}),
		area("35.71.01.1002", "Bandar Kidul", orb.MultiPolygon{{square(113, -8, 114, -7)}}),
		area("35.71.01.1003", "Lirboyo Bandar", orb.MultiPolygon{{square(112.9, -7.1, 113.1, -6.9)}}),
	}}
}

func names(areas []*geo.Area) string {
	var all []string
	for _, a := range areas {
		all = append(all, a.Name)
	}
	return strings.Join(all, ", ")
}

func TestLocate(t *testing.T) {
	s := index.New(areasContent())
	tests := []struct {
		name string
		p    orb.Point
		want string
	}{
		{"inside", orb.Point{112.2, -7.5}, "Jawa Timur, Bandar Lor"},
		{"in the hole", orb.Point{112.5, -7.5}, "Jawa Timur"},
		{"on the hole's edge", orb.Point{112.4, -7.5}, "Jawa Timur, Bandar Lor"},
		{"on a shared border", orb.Point{113, -7.5}, "Jawa Timur, Bandar Lor, Bandar Kidul"},
		{"at a corner", orb.Point{112, -8}, "Jawa Timur, Bandar Lor"},
		{"in an overlap", orb.Point{113.05, -7.05}, "Jawa Timur, Bandar Kidul, Lirboyo Bandar"},
		{"in the second polygon", orb.Point{120.5, -7.5}, "Bandar Lor"},
		{"between the polygons", orb.Point{118, -7.5}, ""},
		{"level with a vertex", orb.Point{111, -7}, ""},
	}
	for _, test := range tests {
		if got := names(s.Locate(test.p)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAreasTouchingABox(t *testing.T) {
	s := index.New(areasContent())
	tests := []struct {
		name string
		box  orb.Bound
		want string
	}{
		{"all", orb.Bound{Min: orb.Point{90, -20}, Max: orb.Point{130, 0}}, "Bandar Lor, Bandar Kidul, Lirboyo Bandar"},
		{"within the hole", orb.Bound{Min: orb.Point{112.45, -7.55}, Max: orb.Point{112.55, -7.45}}, ""},
		{"within an area", orb.Bound{Min: orb.Point{112.1, -7.9}, Max: orb.Point{112.2, -7.8}}, "Bandar Lor"},
		{"across an edge", orb.Bound{Min: orb.Point{113.9, -7.6}, Max: orb.Point{115, -7.5}}, "Bandar Kidul"},
		{"between the polygons", orb.Bound{Min: orb.Point{115, -7.6}, Max: orb.Point{116, -7.5}}, ""},
		{"touching an edge", orb.Bound{Min: orb.Point{114, -7.6}, Max: orb.Point{115, -7.5}}, "Bandar Kidul"},
	}
	for _, test := range tests {
		page, err := s.Query(context.Background(), geo.Query{Collection: "kelurahan", Bounds: []orb.Bound{test.box}})
		if got := names(page.Areas); err != nil || got != test.want {
			t.Errorf("%s: %q %v, want %q", test.name, got, err, test.want)
		}
	}
	page, _ := s.Query(context.Background(), geo.Query{Collection: "kelurahan", Equal: map[string]string{"code": "3571011002"}})
	if names(page.Areas) != "Bandar Kidul" {
		t.Errorf("by code without dots: %q", names(page.Areas))
	}
}

func TestSearch(t *testing.T) {
	content := areasContent()
	content.Assets = []*geo.Asset{
		{ID: 1, Type: "rt", Name: "Pos Bandar"}, {ID: 2, Type: "rt", Name: "BANDAR 2"}, {ID: 3, Type: "rt", Name: "Énam Bélas"},
	}
	s := index.New(content)
	tests := []struct {
		q     string
		limit int
		want  string
	}{
		{"bandar", 10, "Bandar Lor, Bandar Kidul, Lirboyo Bandar, BANDAR 2, Pos Bandar"},
		{" BANDAR ", 4, "Bandar Lor, Bandar Kidul, Lirboyo Bandar, BANDAR 2"},
		{"35.71.01.1002", 10, "Bandar Kidul"},
		{"3571011002", 10, "Bandar Kidul"},
		{"35", 1, "Jawa Timur"},
		{"énam", 10, "Énam Bélas"},
		{"", 10, ""},
	}
	for _, test := range tests {
		hits, err := s.Search(context.Background(), test.q, test.limit)
		var got []string
		for _, h := range hits {
			if h.Area != nil {
				got = append(got, h.Area.Name)
			} else {
				got = append(got, h.Asset.Name)
			}
		}
		if err != nil || strings.Join(got, ", ") != test.want {
			t.Errorf("search %q: %v %v, want %s", test.q, got, err, test.want)
		}
	}
}
