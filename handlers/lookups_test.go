package handlers

import (
	"fmt"
	"strings"
	"testing"
)

func TestLookups(t *testing.T) {
	n := newNode(t)
	near := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Dekat","area_code":"35.71.01.1001"`))
	far := n.create("pic-kidul", "rt", feature(112.015, -7.805, `"name":"RT Jauh","area_code":"35.71.01.1002"`))
	n.create("pic-lor", "posyandu", unplaced(`"name":"Posyandu Tanpa Titik","area_code":"35.71.01.1001"`))
	a := n.expect(200, "GET", "/api/nearest?lon=112.004&lat=-7.805")
	if a.at("features", 0, "id") != float64(near.id()) || a.at("features", 1, "id") != float64(far.id()) || a.at("numberReturned") != 2.0 {
		t.Errorf("nearest %s", a.body)
	}
	// 0.001° of longitude at 7.805° south is 110.3 m on the ellipsoid.
	if d, _ := a.at("features", 0, "properties", "distance_m").(float64); d < 110 || d > 111 {
		t.Errorf("distance %v", d)
	}
	if a := n.expect(200, "GET", "/api/nearest?lon=112.004&lat=-7.805&collection=rt&limit=1"); a.at("features", 0, "id") != float64(far.id()) {
		t.Errorf("nearest rt %s", a.body)
	}
	sum := n.expect(200, "GET", "/api/summary?area=3571011001")
	counts, _ := sum.json["counts"].([]any)
	if !strings.Contains(fmt.Sprint(counts), "map[placed:1 total:2 type:posyandu]") || !strings.Contains(fmt.Sprint(counts), "map[placed:0 total:0 type:rt]") ||
		sum.at("areas", "kelurahan") != 1.0 {
		t.Errorf("summary %s", sum.body)
	}
	found := n.expect(200, "GET", "/api/search?q=3571011001")
	if found.at("results", 0, "name") != "Bandar Lor" || found.at("results", 0, "context") != "Kec. Mojoroto" || found.at("results", 0, "collection") != "kelurahan" {
		t.Errorf("search %s", found.body)
	}
	if found := n.expect(200, "GET", "/api/search?q=tanpa"); found.at("results", 0, "type") != "posyandu" || found.at("results", 0, "point") != nil {
		t.Errorf("search %s", found.body)
	}
	types := n.expect(200, "GET", "/api/types")
	if types.at("types", 0, "name") != "kantor_kelurahan" || types.at("types", 1, "schema", "additionalProperties") != false || types.at("types", 1, "fields", 0, "label", "id") != "Strata" {
		t.Errorf("types %.400s", types.body)
	}
}

func TestDoubts(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Baik","area_code":"35.71.01.1001"`))
	for i := range 3 {
		n.create("pic-lor", "posyandu", feature(112.011, -7.8021-float64(i)/500, fmt.Sprintf(`"name":"Ragu %d","area_code":"35.71.01.1001","placement_reason":"batas bergeser"`, i)))
	}
	held := n.create("pic-lor", "posyandu", feature(112.019, -7.805, `"name":"Ditahan","area_code":"35.71.01.1001"`))
	names, path := []string{}, "/api/doubts?limit=2"
	for path != "" {
		a := n.expect(200, "GET", path, as(n, "pic-lor"))
		path = ""
		list, _ := a.json["features"].([]any)
		for i := range list {
			names = append(names, fmt.Sprint(a.at("features", i, "properties", "name")))
			if a.at("features", i, "properties", "can_edit") != true {
				t.Errorf("not the private view: %s", a.body)
			}
		}
		if a.at("links", 1, "rel") == "next" {
			path = strings.TrimPrefix(fmt.Sprint(a.at("links", 1, "href")), n.http.URL)
		}
	}
	if fmt.Sprint(names) != "[Ragu 0 Ragu 1 Ragu 2 Ditahan]" {
		t.Errorf("doubts %v", names)
	}
	if a := n.expect(200, "GET", "/api/doubts", as(n, "lurah")); a.at("numberReturned") != 4.0 || a.at("features", 0, "properties", "can_edit") != false {
		t.Errorf("who may read fully sees %s", a.body)
	}
	if a := n.expect(200, "GET", "/api/doubts", as(n, "pic-kidul")); a.at("numberReturned") != 0.0 {
		t.Errorf("another PIC sees %s", a.body)
	}
	if a := n.expect(200, "GET", "/api/doubts", as(n, "admin")); a.at("features", 3, "id") != float64(held.id()) {
		t.Errorf("the administrator sees %s", a.body)
	}
	n.expect(400, "GET", "/api/doubts?x=1", as(n, "admin"))
}

func TestListsAreCompressed(t *testing.T) {
	n := newNode(t)
	plain := n.expect(200, "GET", "/api/types", header("Accept-Encoding", "identity"))
	zipped := n.expect(200, "GET", "/api/types", header("Accept-Encoding", "gzip"))
	if zipped.header.Get("Content-Encoding") != "gzip" || len(zipped.body)*3 > len(plain.body) || !strings.Contains(strings.Join(zipped.header.Values("Vary"), ","), "Accept-Encoding") {
		t.Errorf("%d bytes of %d, %v", len(zipped.body), len(plain.body), zipped.header)
	}
	if refused := n.expect(200, "GET", "/api/types", header("Accept-Encoding", "gzip;q=0")); refused.header.Get("Content-Encoding") != "" {
		t.Error("compressed for a client that does not want it")
	}
}
