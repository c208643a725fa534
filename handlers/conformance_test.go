package handlers

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

// These tests hold what /api/conformance declares of OGC API Features part 1
// (OGC 17-069r4): its core, GeoJSON and OpenAPI 3.0, with what the OGC's own
// test suite asks for. HTML is not declared, so that no document has an
// alternate. What datetime gives is in TestDatetime and TestThreeStates.

const features = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"

// links gives the links of a JSON document by their relation.
func (a answered) links(path ...any) map[string]map[string]any {
	byRel := map[string]map[string]any{}
	list, _ := a.at(append(path, "links")...).([]any)
	for _, l := range list {
		m, _ := l.(map[string]any)
		byRel[fmt.Sprint(m["rel"])] = m
	}
	return byRel
}

// follow asks what a link leads to in the media type that it names.
func (n *node) follow(link map[string]any) answered {
	n.t.Helper()
	href, mediaType := fmt.Sprint(link["href"]), fmt.Sprint(link["type"])
	if !strings.HasPrefix(href, n.http.URL+"/") || link["type"] == nil {
		n.t.Fatalf("link %v", link)
	}
	a := n.expect(200, "GET", strings.TrimPrefix(href, n.http.URL), header("Accept", mediaType))
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, mediaType) {
		n.t.Errorf("%s is %s, the link says %s", href, got, mediaType)
	}
	return a
}

// city is a node with posyandu on both sides of a border and one without a point.
func city(t *testing.T) *node {
	n := newNode(t)
	for i := range 7 {
		n.create("admin", "posyandu", feature(112.001+float64(i)*0.002, -7.805, fmt.Sprintf(`"name":"Posyandu %d","area_code":"35.71.01.100%d","strata":"madya"`, i, 1+i/5)))
	}
	n.create("admin", "posyandu", unplaced(`"name":"Belum dititik","area_code":"35.71.01.1001"`))
	return n
}

func TestConformanceOfTheCore(t *testing.T) {
	n := city(t)
	landing := n.expect(200, "GET", "/api", header("Accept", typeJSON))
	links := landing.links()
	for _, rel := range []string{"self", "service-desc", "service-doc", "conformance", "data"} {
		n.follow(links[rel])
	}
	if links["service-desc"]["type"] != "application/vnd.oai.openapi+json;version=3.0" || links["service-doc"]["type"] != "text/html" {
		t.Errorf("links %v", links)
	}
	declared := fmt.Sprint(n.follow(links["conformance"]).at("conformsTo"))
	for _, class := range []string{"core", "geojson", "oas30"} {
		if !strings.Contains(declared, features+class) {
			t.Errorf("%s is not declared: %s", class, declared)
		}
	}
	if strings.Contains(declared, features+"html") {
		t.Error("html is declared, and no feature has it")
	}
	for _, path := range []string{"/api", "/api/conformance", "/api/collections", "/api/collections/posyandu", "/api/collections/posyandu/items", "/api/collections/kelurahan/items/3571011001", "/api/openapi.json"} {
		n.expect(400, "GET", path+"?tidak_ada=1")
		n.expect(406, "GET", path, header("Accept", "application/x-lain"))
		head := n.expect(200, "HEAD", path)
		if head.body != "" || head.header.Get("Content-Type") == "" {
			t.Errorf("HEAD %s: %v", path, head.header)
		}
		if cors := n.expect(200, "GET", path, header("Origin", "https://lain.example")); cors.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s may not be read by other sites", path)
		}
		n.expect(405, "PUT", path, body(typeJSON, `{}`))
	}
	n.expect(401, "GET", "/api/collections/kelurahan/items/3571011001", header("Authorization", "Bearer salah"))
}

func TestConformanceOfCollections(t *testing.T) {
	n := city(t)
	all := n.follow(n.expect(200, "GET", "/api").links()["data"])
	n.follow(all.links()["self"])
	list, _ := all.at("collections").([]any)
	if len(list) < 6 {
		t.Fatalf("%d collections", len(list))
	}
	for i, c := range list {
		links := all.links("collections", i)
		if one := n.follow(links["self"]); !reflect.DeepEqual(any(one.json), c) {
			t.Errorf("%s differs from the list's entry", one.body)
		}
		if all.at("collections", i, "itemType") != "feature" || fmt.Sprint(all.at("collections", i, "crs")) != "["+crs84+"]" || all.at("collections", i, "storageCrs") != crs84 {
			t.Errorf("%v", c)
		}
		page := n.follow(links["items"])
		if page.header.Get("Content-Type") != typeGeoJSON+utf8Suffix || page.header.Get("Content-Crs") != "<"+crs84+">" || page.json["type"] != "FeatureCollection" {
			t.Errorf("%v: %v", links["items"], page.header)
		}
		n.inExtent(all.at("collections", i, "extent"), page)
	}
	n.expect(404, "GET", "/api/collections/tidak_ada")
	n.expect(404, "GET", "/api/collections/tidak_ada/items")
	n.expect(404, "GET", "/api/collections/posyandu/items/999")
	n.expect(404, "GET", "/api/collections/posyandu/items/x")
}

// inExtent holds the features of a page against the extent of their collection,
// which the suite sends back as bbox and datetime.
func (n *node) inExtent(extent any, page answered) {
	n.t.Helper()
	e, _ := extent.(map[string]any)
	if e == nil {
		return
	}
	spatial, _ := e["spatial"].(map[string]any)
	bbox, _ := spatial["bbox"].([]any)[0].([]any)
	temporal, _ := e["temporal"].(map[string]any)
	interval, _ := temporal["interval"].([]any)[0].([]any)
	began, err := time.Parse(time.RFC3339Nano, fmt.Sprint(interval[0]))
	if err != nil || len(interval) != 2 || interval[1] != nil || len(bbox) != 4 {
		n.t.Errorf("extent %v: %v", extent, err)
	}
	path := strings.TrimPrefix(fmt.Sprint(page.links()["self"]["href"]), n.http.URL)
	box := fmt.Sprintf("%v,%v,%v,%v", bbox[0], bbox[1], bbox[2], bbox[3])
	for _, query := range []string{"bbox=" + box, "datetime=" + url.QueryEscape(fmt.Sprint(interval[0])+"/.."), "bbox=" + box + "&datetime=" + url.QueryEscape("../"+time.Now().UTC().Format(time.RFC3339Nano))} {
		if inside := n.expect(200, "GET", path+"?"+query); inside.at("numberMatched") != page.at("numberMatched") {
			n.t.Errorf("%s?%s: %v of %v", path, query, inside.at("numberMatched"), page.at("numberMatched"))
		}
	}
	list, _ := page.json["features"].([]any)
	for i := range list {
		updated, err := time.Parse(time.RFC3339Nano, fmt.Sprint(page.at("features", i, "properties", "updated_at")))
		if err != nil || updated.Before(began) {
			n.t.Errorf("a feature of %v is before the extent's %v: %v", updated, began, err)
		}
	}
	n.expect(200, "GET", path+"?datetime="+began.Format(time.DateOnly)+"/P2D")
}

func TestConformanceOfItems(t *testing.T) {
	n := city(t)
	const items = "/api/collections/posyandu/items"
	page := n.expect(200, "GET", items)
	if page.at("numberMatched") != 8.0 || page.at("numberReturned") != 8.0 || len(page.json["features"].([]any)) != 8 {
		t.Errorf("%v of %v", page.at("numberReturned"), page.at("numberMatched"))
	}
	if at, err := time.Parse(time.RFC3339, fmt.Sprint(page.at("timeStamp"))); err != nil || time.Since(at) > time.Minute {
		t.Errorf("timeStamp %v", page.at("timeStamp"))
	}
	for _, limit := range []string{"0", "-1", "abc", "1.5", "", "unlimited", "10&limit=20"} {
		n.expect(400, "GET", items+"?limit="+limit)
	}
	for limit, want := range map[string]float64{"1": 1, "3": 3, "8": 8, "999999": 8, "10000": 8} {
		if a := n.expect(200, "GET", items+"?limit="+limit); a.at("numberReturned") != want || a.at("numberMatched") != 8.0 {
			t.Errorf("limit=%s: %v of %v", limit, a.at("numberReturned"), a.at("numberMatched"))
		}
	}
	for _, bbox := range []string{"1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "1,2,3,x", "110,-8,111,160", "110,8,111,-8", "NaN,1,2,3", "0x1p4,1,20,3"} {
		n.expect(400, "GET", items+"?bbox="+bbox)
	}
	// What has no geometry matches every box.
	for bbox, want := range map[string]float64{"-1.5,50,1.5,53": 1, "-80,-5,-70,5": 1, "177,65,-177,70": 1, "-180,85,180,90": 1, "-180,-90,180,-85": 1, "112,-7.81,112.02,-7.80": 8,
		"112.001,-7.805,112.001,-7.805": 2, "112.001,-7.805,112.003,-7.8": 3, "112,-7.81,0,112.02,-7.80,100": 8, "111,-8,-179,-7": 8} {
		if a := n.expect(200, "GET", items+"?bbox="+bbox); a.at("numberMatched") != want {
			t.Errorf("bbox=%s: %v, want %v", bbox, a.at("numberMatched"), want)
		}
	}
	for query, want := range map[string]float64{"strata=madya": 7, "strata=mandiri": 0, "name=Posyandu%203": 1, "area_code=35.71.01.1002": 2, "strata=madya&bbox=112,-7.81,112.004,-7.80": 2} {
		if a := n.expect(200, "GET", items+"?"+query); a.at("numberMatched") != want {
			t.Errorf("%s: %v, want %v", query, a.at("numberMatched"), want)
		}
	}
	for _, query := range []string{"foo=1", "Limit=1", "datetime=kemarin", "datetime=2026-01-01T00:00:00,5Z", "datetime=2026-01-02/2026-01-01", "a=1;b=2", "%zz=1"} {
		n.expect(400, "GET", items+"?"+query)
	}
	for _, when := range []string{"0000-01-01T00:00:00Z/2099-01-01T00:00:00Z", "2024-01-01T00:00:00Z/9999-12-31T00:00:00Z", "../2099-01-01t00:00:00z", "2024-01-01T00:00:00+07:00/", "2099-01-01"} {
		if a := n.expect(200, "GET", items+"?datetime="+when); a.at("numberMatched") != 8.0 {
			t.Errorf("datetime=%s: %v", when, a.at("numberMatched"))
		}
	}
	for _, when := range []string{"1999-01-01", "../1999-01-01", "0000-01-01T00:00:00Z"} {
		if a := n.expect(200, "GET", items+"?datetime="+when); a.at("numberMatched") != 0.0 {
			t.Errorf("datetime=%s: %v, before the first revision", when, a.at("numberMatched"))
		}
	}
	n.walk(items+"?limit=3", "")
	n.walk(items+"?limit=3", "10000")
}

// walk follows next from page to page, at times with another limit, and holds
// each feature against the one at its own address.
func (n *node) walk(path, otherLimit string) {
	n.t.Helper()
	seen := map[any]bool{}
	for pages := 0; path != ""; pages++ {
		page := n.expect(200, "GET", path, header("Accept", typeGeoJSON))
		list, _ := page.json["features"].([]any)
		if page.at("numberMatched") != 8.0 || page.at("numberReturned") != float64(len(list)) || page.links()["self"]["type"] != typeGeoJSON {
			n.t.Errorf("page %d: %v of %v", pages, page.at("numberReturned"), page.at("numberMatched"))
		}
		for i := range list {
			id := page.at("features", i, "id")
			seen[id] = true
			one := n.expect(200, "GET", fmt.Sprintf("/api/collections/posyandu/items/%v", id), header("Accept", typeGeoJSON))
			if one.header.Get("Content-Type") != typeGeoJSON+utf8Suffix || one.json["type"] != "Feature" || one.json["id"] != id || one.header.Get("ETag") == "" ||
				!reflect.DeepEqual(one.at("properties"), page.at("features", i, "properties")) || !reflect.DeepEqual(one.at("geometry"), page.at("features", i, "geometry")) {
				n.t.Errorf("%s", one.body)
			}
			n.follow(one.links()["self"])
			n.follow(one.links()["collection"])
		}
		next := page.links()["next"]
		if path = ""; next != nil {
			if next["type"] != typeGeoJSON || !strings.Contains(fmt.Sprint(next["href"]), "?") {
				n.t.Errorf("next %v", next)
			}
			path = strings.TrimPrefix(fmt.Sprint(next["href"]), n.http.URL)
			if otherLimit != "" {
				path = strings.Replace(path, "limit=3", "limit="+otherLimit, 1)
			}
		}
	}
	if len(seen) != 8 {
		n.t.Errorf("paging saw %d of 8", len(seen))
	}
}

// TestConformanceOfTheDescription: it is valid OpenAPI 3.0, and says of the
// parameters what the suite needs.
func TestConformanceOfTheDescription(t *testing.T) {
	n := city(t)
	document := n.document()
	if err := document.Validate(t.Context()); err != nil || !strings.HasPrefix(document.OpenAPI, "3.0.") {
		t.Errorf("%s: %v", document.OpenAPI, err)
	}
	paths := document.Paths.Map()
	for _, path := range []string{"/api/conformance", "/api/collections", "/api/collections/posyandu", "/api/collections/posyandu/items", "/api/collections/posyandu/items/{id}"} {
		if paths[path] == nil {
			t.Fatalf("%s is not described", path)
		}
	}
	for name, schema := range map[string]string{"limit": "integer", "bbox": "array", "datetime": "string", "strata": "string"} {
		p := paths["/api/collections/posyandu/items"].Get.Parameters.GetByInAndName("query", name)
		if p == nil || p.Required || p.Style != "form" || p.Explode == nil || *p.Explode || !p.Schema.Value.Type.Is(schema) {
			t.Errorf("parameter %s: %+v", name, p)
		}
	}
	limit := paths["/api/collections/posyandu/items"].Get.Parameters.GetByInAndName("query", "limit").Schema.Value
	bbox := paths["/api/collections/posyandu/items"].Get.Parameters.GetByInAndName("query", "bbox").Schema.Value
	if limit.Min == nil || *limit.Min != 1 || limit.Max == nil || *limit.Max < 2500 || limit.Default == nil || bbox.MinItems != 4 || bbox.MaxItems == nil || *bbox.MaxItems != 6 || !bbox.Items.Value.Type.Is("number") {
		t.Errorf("limit %+v, bbox %+v", limit, bbox)
	}
	for path, item := range paths {
		for method, operation := range item.Operations() {
			for status, response := range operation.Responses.Map() {
				if status >= "400" && response.Value.Content.Get("application/problem+json") == nil {
					t.Errorf("%s %s: %s is described as no problem", method, path, status)
				}
			}
			if method != "GET" && operation.Responses.Status(401) != nil && operation.Security == nil && !strings.HasPrefix(path, "/api/session") && !strings.HasPrefix(path, "/api/invitations") {
				t.Errorf("%s %s asks for a log-in and does not say so", method, path)
			}
		}
	}
}
