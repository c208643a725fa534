package handlers

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// TestNothingInternalLeaks plants texts in everything that the public must not
// see and looks for them on every route that the public can read.
func TestNothingInternalLeaks(t *testing.T) {
	n := newNode(t)
	secrets := []string{"RAHASIA-KETUA", "081299998888", "RAHASIA-CATATAN", "RAHASIA-SUMBER", "RAHASIA-ALASAN", "RAHASIA-DITAHAN", "pic-lor", "$argon2id"}
	private := `"area_code":"35.71.01.1001","ketua_nama":"RAHASIA-KETUA","ketua_hp":"081299998888","note":"RAHASIA-CATATAN","source":"RAHASIA-SUMBER","placement_reason":"RAHASIA-ALASAN"`
	made := n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 005",`+private))
	n.settle(n.expect(200, "POST", itemPath("rt", made.id())+"/confirm", as(n, "pic-lor"), header("If-Match", "*")))
	held := n.create("pic-lor", "rt", feature(112.015, -7.805, `"name":"RAHASIA-DITAHAN",`+private))
	full := n.expect(200, "GET", itemPath("rt", made.id()), as(n, "pic-lor"))
	for _, s := range secrets[:5] {
		if !strings.Contains(full.body, s) {
			t.Fatalf("%s is not even there for its PIC: %s", s, full.body)
		}
	}
	var paths []string
	n.eachRoute(func(method, pattern string) {
		if method == "GET" && pattern != patternEvents {
			for _, c := range []string{"rt", "assets"} {
				for _, id := range []int{made.id(), held.id()} {
					paths = append(paths, cast{node: n, made: map[string]string{}}.path(strings.NewReplacer("{collection}", c, "{id}", strconv.Itoa(id)).Replace(pattern)))
				}
			}
		}
	})
	paths = append(paths, "/api/search?q=RAHASIA", "/api/search?q=RT", "/api/collections/rt/items?q=RAHASIA", "/api/collections/rt/items?area=35.71.01.1002",
		"/api/collections/rt/items?placement=held", "/tiles/rt/16/53156/34197.mvt", "/tiles/assets/0/0/0.mvt", "/tiles/rt,kelurahan.json",
		"/api/collections/rt/items?ketua_nama=RAHASIA-KETUA", "/api/collections/assets/items?limit=10000")
	for _, path := range paths {
		for _, who := range []string{"", "pic-kidul", "bappeda"} {
			a := n.do("GET", path, as(n, who))
			for _, s := range secrets {
				if strings.Contains(a.body, s) && !(s == "RAHASIA-KETUA" && a.status == 400) && !(path == "/api/session" && who != "") {
					t.Errorf("GET %s as %q tells %s: %.300s", path, who, s, a.body)
				}
			}
			if a.status == 200 && strings.Contains(path, "q=RAHASIA") && strings.Contains(a.body, `"id"`) {
				t.Errorf("GET %s as %q finds what is hidden", path, who)
			}
		}
	}
	n.expect(400, "GET", "/api/collections/rt/items?ketua_nama=RAHASIA-KETUA")
	if c := n.expect(200, "GET", "/api/collections/rt/items").at("numberMatched"); c != 1.0 {
		t.Errorf("%v rt are counted, want the published one", c)
	}
	for _, s := range secrets[:6] {
		if strings.Contains(n.log.String(), s) {
			t.Errorf("the log tells %s", s)
		}
	}
}

// TestARegistryThatHidesAField: an attribute that was public when it was stored
// is hidden as soon as the registry says so.
func TestARegistryThatHidesAField(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001","puskesmas_pembina":"Sukorame"`))
	path := itemPath("posyandu", made.id())
	if n.expect(200, "GET", path).at("properties", "puskesmas_pembina") != "Sukorame" {
		t.Fatal("not public to begin with")
	}
	shown := n.Live.Snapshot().Asset(int64(made.id()))
	hidden := *n.Live.Snapshot().Type("posyandu")
	hidden.Fields = slices.Clone(hidden.Fields)
	hidden.Field("puskesmas_pembina").Sensitivity = "internal"
	b := appendAsset(nil, index.New(geo.Content{Epoch: "e", Types: []*geo.AssetType{&hidden}}), shown, public)
	if strings.Contains(string(b), "Sukorame") {
		t.Errorf("still shown: %s", b)
	}
}
