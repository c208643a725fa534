package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestQueries holds reads to section A of the bad inputs: what cannot be
// understood is 400 and never half understood.
func TestQueries(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001","strata":"madya","rt":"5"`))
	n.create("pic-lor", "posyandu", unplaced(`"name":"Posyandu Mawar","area_code":"35.71.01.1001"`))
	n.create("pic-kidul", "rt", feature(112.015, -7.805, `"name":"RT 1","area_code":"35.71.01.1002"`))
	const posyandu = "/api/collections/posyandu/items"
	for query, want := range map[string]any{
		"":                               2,
		"?limit=1":                       1,
		"?limit=999999":                  2,
		"?limit=99999999999999999999999": 2,
		"?bbox=112,-7.81,112.01,-7.80":   2, // the one without a point matches every box
		"?bbox=112,-7.81,112.01,-7.80&located=true":        1,
		"?bbox=112,-7.81,0,112.01,-7.80,9":                 2,
		"?bbox=113,-8,114,-7":                              1,
		"?bbox=112.005,-7.805,112.005,-7.805&located=true": 1,
		"?bbox=177,-20,-177,20":                            1,
		"?bbox=-180,-90,180,90":                            2,
		"?bbox=170,-10,113,10&located=true":                1, // across 180° to 113° east
		"?bbox=177,65,-177,70":                             1,
		"?bbox=-180,85,180,90":                             1,
		"?name=Posyandu+Melati":                            1,
		"?strata=madya":                                    1,
		"?strata=lain":                                     0,
		"?rt=005":                                          1,
		"?placement=unplaced":                              1,
		"?q=mawar":                                         1,
		"?q=MELATI":                                        1,
		"?area=35.71":                                      2,
		"?area=3571011002":                                 0,
		"?foo=1":                                           "foo",
		"?name=a&name=b":                                   "name",
		"?limit=0":                                         "limit",
		"?limit=-1":                                        "limit",
		"?limit=abc":                                       "limit",
		"?limit=1.5":                                       "limit",
		"?limit=":                                          "limit",
		"?limit=unlimited":                                 "limit",
		"?limit=10&limit=20":                               "limit",
		"?bbox=1,2,3":                                      "bbox",
		"?bbox=1,2,3,4,5":                                  "bbox",
		"?bbox=1,2,3,4,5,6,7":                              "bbox",
		"?bbox=":                                           "bbox",
		"?bbox=110,-8,111,160":                             "bbox",
		"?bbox=110,-7,111,-8":                              "bbox",
		"?bbox=181,-8,182,-7":                              "bbox",
		"?bbox=NaN,-8,111,-7":                              "bbox",
		"?bbox=Inf,-8,111,-7":                              "bbox",
		"?bbox=0x10,-8,111,-7":                             "bbox",
		"?bbox=1_0,-8,111,-7":                              "bbox",
		"?bbox=1,2,9,3,4,0":                                "bbox",
		"?bbox=a,b,c,d":                                    "bbox",
		"?located=1":                                       "located",
		"?area=xyz":                                        "kode",
		"?area=3571010001":                                 "BPS",
		"?cursor=x":                                        "cursor",
		"?cursor=aWQ6LTE":                                  "cursor",
		"?crs=EPSG:4326":                                   "crs",
		"?nama_ketua=x":                                    "nama_ketua",
		"?a=1;b=2":                                         "",
		"?x=%zz":                                           "",
		"?name=%00":                                        "",
		"?name=%ff":                                        "",
		"?q=" + strings.Repeat("a", 201):                   "q",
	} {
		a := n.do("GET", posyandu+query)
		switch want := want.(type) {
		case int:
			if a.status != 200 || a.at("numberReturned") != float64(want) {
				t.Errorf("%s: %d, %v features, want %d: %.300s", query, a.status, a.at("numberReturned"), want, a.body)
			}
		case string:
			if a.status != 400 || !strings.Contains(fmt.Sprint(a.json["detail"]), want) {
				t.Errorf("%s: %d %v, want 400 naming %q", query, a.status, a.json["detail"], want)
			}
		}
	}
	many := url.Values{}
	for i := range 100 {
		many.Set(fmt.Sprint("p", i), "1")
	}
	n.expect(400, "GET", posyandu+"?"+many.Encode())
	n.expect(414, "GET", posyandu+"?name="+strings.Repeat("a", 9000))
	for path, status := range map[string]int{
		"/api/collections/tidak_ada": 404, "/api/collections/tidak_ada/items": 404, "/api/collections?x=1": 400,
		"/api?x=1": 400, "/api/locate": 400, "/api/locate?lon=112.005&lat=-7.805": 200, "/api/locate?lon=NaN&lat=1": 400,
		"/api/locate?lon=181&lat=1": 400, "/api/locate?lon=112,5&lat=-7": 400, "/api/nearest?lon=112&lat=-7.8": 200,
		"/api/nearest?lon=112&lat=-7.8&collection=tidak_ada": 404, "/api/nearest?lon=112&lat=-7.8&limit=0": 400,
		"/api/nearest?lon=112&lat=-7.8&collection=posyandu,rt&limit=500": 200, "/api/search?q=mojo": 200, "/api/search": 200,
		"/api/summary?area=35.71.01": 200, "/api/summary?area=x": 400, "/api/types": 200, "/api/settings": 200,
		"/api/collections/posyandu/items/0": 404, "/api/collections/posyandu/items/01": 404, "/api/collections/posyandu/items/-1": 404,
		"/api/collections/posyandu/items/9007199254740993": 404, "/api/collections/posyandu/items/99999999999999999999": 404,
		"/api/collections/posyandu/items/1e0": 404, "/api/collections/kelurahan/items/3571011001": 200,
		"/api/collections/kecamatan/items/3571011001": 404, "/nope": 404, "/api/nope": 404, "/api/": 200,
	} {
		n.expect(status, "GET", path)
	}
}

func TestNegotiation(t *testing.T) {
	n := newNode(t)
	for accept, status := range map[string]int{
		"": 200, "*/*": 200, "application/*": 200, "application/json": 200, "application/geo+json, application/json": 200,
		"application/x-foo": 406, "application/x-foo, */*;q=0.1": 200, "text/html": 406, "application/geo+json;q=0": 406,
		"text/html,application/xhtml+xml,*/*;q=0.8": 200,
	} {
		n.expect(status, "GET", "/api/collections/kelurahan/items", header("Accept", accept))
	}
	indonesian := n.expect(404, "GET", "/api/collections/x", header("Accept-Language", "de"))
	english := n.expect(404, "GET", "/api/collections/x", header("Accept-Language", "de, en-GB;q=0.8, id;q=0.5"))
	if indonesian.json["title"] != "Tidak ditemukan" || english.json["title"] != "Not found" ||
		english.header.Get("Content-Language") != "en" {
		t.Errorf("titles %v and %v", indonesian.json["title"], english.json["title"])
	}
	page := n.expect(404, "GET", "/tidak-ada", header("Accept", "text/html"))
	if !strings.Contains(page.header.Get("Content-Type"), "text/html") {
		t.Errorf("a browser gets %s", page.header.Get("Content-Type"))
	}
	for _, method := range []string{"TRACE", "FOO", "POST", "PUT"} {
		a := n.expect(405, method, "/api/collections")
		if a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%s: Allow %q", method, a.header.Get("Allow"))
		}
	}
	n.expect(404, "POST", "/nope")
	n.expect(400, "GET", "/api", func(r *http.Request) { r.Host = "a\"b" })
}

// TestBodies holds writes to section B of the bad inputs. Nothing of it may
// leave a trace in the database.
func TestBodies(t *testing.T) {
	n := newNode(t)
	const p = `"name":"Posyandu","area_code":"35.71.01.1001"`
	good := feature(112.005, -7.805, p)
	point := func(coordinates string) string {
		return `{"type":"Feature","geometry":{"type":"Point","coordinates":` + coordinates + `},"properties":{` + p + `}}`
	}
	properties := func(more string) string { return feature(112.005, -7.805, p+","+more) }
	for name, c := range map[string]struct {
		text   string
		status int
		codes  string // part of the codes
	}{
		"empty":                {"", 400, ""},
		"null":                 {"null", 400, ""},
		"list":                 {"[]", 400, ""},
		"truncated":            {good[:len(good)-3], 400, ""},
		"two documents":        {good + good, 400, ""},
		"something after":      {good + "x", 400, ""},
		"comment":              {"/* */" + good, 400, ""},
		"byte order mark":      {"\ufeff" + good, 400, ""},
		"twice the same name":  {strings.Replace(good, `"type":"Feature"`, `"type":"Feature","type":"Feature"`, 1), 400, ""},
		"twice, once escaped":  {properties(`"rt":"1","\u0072t":"2"`), 400, ""},
		"deep":                 {properties(`"note":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)), 400, ""},
		"65 levels":            {properties(`"note":` + strings.Repeat("[", 65) + strings.Repeat("]", 65)), 400, ""},
		"two megabytes":        {properties(`"note":"` + strings.Repeat("x", 2<<20) + `"`), 413, ""},
		"no UTF-8":             {properties("\"note\":\"\xff\xfe\""), 400, ""},
		"lone surrogate":       {properties(`"note":"\ud800"`), 400, ""},
		"lone low surrogate":   {properties(`"note":"\udc00x"`), 400, ""},
		"two high surrogates":  {properties(`"note":"\ud83d\ud83d"`), 400, ""},
		"NUL":                  {properties(`"note":"a\u0000b"`), 400, ""},
		"control character":    {properties("\"note\":\"a\x01b\""), 400, ""},
		"huge number":          {properties(`"jumlah_kader":1e999`), 400, ""},
		"tiny number":          {properties(`"jumlah_kader":1e-999999`), 400, ""},
		"number with a plus":   {properties(`"jumlah_kader":+1`), 400, ""},
		"not a number":         {properties(`"jumlah_kader":NaN`), 400, ""},
		"no type":              {strings.Replace(good, `"type":"Feature",`, "", 1), 422, "/type required"},
		"other type":           {strings.Replace(good, `"Feature"`, `"FeatureCollection"`, 1), 422, "/type type"},
		"other case":           {strings.Replace(good, `"geometry"`, `"Geometry"`, 1), 422, "/geometry required"},
		"no properties":        {`{"type":"Feature","geometry":null}`, 422, "/properties required"},
		"properties a list":    {`{"type":"Feature","geometry":null,"properties":[]}`, 422, "/properties type"},
		"crs":                  {strings.Replace(good, `"type":"Feature",`, `"type":"Feature","crs":{},`, 1), 422, "/crs unknown"},
		"one ordinate":         {point("[1]"), 422, "/geometry/coordinates coordinates"},
		"no ordinate":          {point("[]"), 422, "/geometry/coordinates coordinates"},
		"text ordinates":       {point(`["112.005","-7.805"]`), 422, "/geometry/coordinates/0 type"},
		"null ordinate":        {point("[null,0]"), 422, "/geometry/coordinates/0 type"},
		"four ordinates":       {point("[112.005,-7.805,1,2]"), 422, "/geometry/coordinates coordinates"},
		"coordinates null":     {point("null"), 422, "/geometry/coordinates coordinates"},
		"line":                 {strings.Replace(good, `"Point"`, `"LineString"`, 1), 422, "/geometry/type geometry_type"},
		"geometry a text":      {`{"type":"Feature","geometry":"POINT(1 2)","properties":{` + p + `}}`, 422, "/geometry type"},
		"collection":           {`{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[]},"properties":{` + p + `}}`, 422, "/geometry/type geometry_type"},
		"swapped":              {point("[-7.805,112.005]"), 422, "/geometry swapped_axes"},
		"no name":              {feature(112.005, -7.805, `"area_code":"35.71.01.1001"`), 422, "/properties/name required"},
		"unknown property":     {properties(`"tidak_ada":1`), 422, "/properties/tidak_ada unknown"},
		"wrong type":           {properties(`"jumlah_kader":"lima"`), 422, "/properties/jumlah_kader type"},
		"not in the list":      {properties(`"strata":"super"`), 422, "/properties/strata enum"},
		"three errors at once": {properties(`"strata":"super","rt":"x","jumlah_kader":-1`), 422, "/properties/strata enum; /properties/jumlah_kader minimum"},
		"BPS code":             {feature(112.005, -7.805, `"name":"x","area_code":"3571010001"`), 422, "/properties/area_code code"},
		"role and created_by":  {properties(`"role":"administrator"`), 422, "/properties/role unknown"},
	} {
		a := n.do("POST", "/api/collections/posyandu/items", as(n, "pic-lor"), body(typeGeoJSON, c.text))
		if a.status != c.status || !strings.Contains(a.codes(), c.codes) {
			t.Errorf("%s: %d %q, want %d %q: %.300s", name, a.status, a.codes(), c.status, c.codes, a.body)
		}
	}
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", typeMergePatch, "x"} {
		n.expect(415, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), body(contentType, good))
	}
	n.expect(400, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), header("Content-Crs", "<http://www.opengis.net/def/crs/EPSG/0/3857>"), body(typeGeoJSON, good))
	n.expect(400, "POST", "/api/collections/posyandu/items?x=1", as(n, "pic-lor"), body(typeGeoJSON, good))
	if c := n.count(`select count(*) from assets`) + n.count(`select count(*) from asset_history`); c != 0 {
		t.Errorf("%d rows came of it", c)
	}
}

// TestOddButGood is what looks wrong and is not.
func TestOddButGood(t *testing.T) {
	n := newNode(t)
	text := `{"type":"Feature","id":99,"bbox":[1,2,3,4],"asing":{"x":1},"geometry":{"type":"Point","coordinates":[112.00500001,-7.80512345678,55]},
"properties":{"name":"Posyandu 👩‍👧 \u202eterbalik\u202c e\u0301 \ud83d\ude00","area_code":"3571011001","id":7,"type":"rt","version":9,"revision":1,"placement":"override","area_located":"x","rw":3}}`
	a := n.expect(201, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), header("Content-Crs", crs84), body(typeJSON+"; charset=UTF-8", text))
	if a.at("properties", "name") != "Posyandu 👩‍👧 \u202eterbalik\u202c e\u0301 😀" {
		t.Errorf("name %q", a.at("properties", "name"))
	}
	if a.at("geometry", "coordinates", 1) != -7.8051235 || a.at("properties", "type") != "posyandu" || a.at("properties", "version") != 1.0 ||
		a.at("properties", "placement") != "inside" || a.at("properties", "rw") != "003" || a.id() == 99 {
		t.Errorf("made %s", a.body)
	}
	n.settle(a)
	read := n.expect(200, "GET", itemPath("posyandu", a.id()), as(n, "pic-lor"))
	if read.header.Get("ETag") != a.header.Get("ETag") || read.body != a.body {
		t.Errorf("what was answered is not what is read:\n%s\n%s", a.body, read.body)
	}
	n.expect(422, "PATCH", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"id":5}`))
	n.expect(422, "PATCH", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"properties":null}`))
	n.expect(415, "PATCH", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeJSON, `{}`))
	moved := n.expect(200, "PATCH", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"),
		body(typeMergePatch, `{"geometry":{"coordinates":[112.002,-7.803]}}`))
	if moved.at("geometry", "coordinates", 0) != 112.002 {
		t.Errorf("moved %s", moved.body)
	}
	byPlace := n.expect(201, "POST", "/api/collections/rt/items", as(n, "pic-lor"), body(typeGeoJSON, feature(112.003, -7.803, `"name":"RT 1"`)))
	if byPlace.at("properties", "area_code") != lor {
		t.Errorf("area by place: %s", byPlace.body)
	}
}
