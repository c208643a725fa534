package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// clock is the time of the newest revision, as ?datetime= takes it.
func (n *node) clock() string {
	n.t.Helper()
	var at time.Time
	n.must(n.conn.QueryRow(n.t.Context(), `select committed_at from revision_clock`).Scan(&at))
	return at.UTC().Format(time.RFC3339Nano)
}

// names lists the names of a page's features.
func (a answered) names() string {
	var names []string
	features, _ := a.json["features"].([]any)
	for _, f := range features {
		m, _ := f.(map[string]any)
		p, _ := m["properties"].(map[string]any)
		names = append(names, fmt.Sprint(p["name"]))
	}
	return strings.Join(names, ",")
}

// TestThreeStates reads what was before and after an edit, a delete and its
// undo, in every way that features are asked for.
func TestThreeStates(t *testing.T) {
	n := newNode(t)
	before := n.clock()
	made := n.create("pic-lor", "posyandu", feature(112.002, -7.805, `"name":"Melati","area_code":"35.71.01.1001","strata":"madya"`))
	path, first := itemPath("posyandu", made.id()), n.clock()
	n.settle(n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", "*"),
		body(typeMergePatch, `{"geometry":{"coordinates":[112.008,-7.803]},"properties":{"name":"Mawar","strata":"mandiri"}}`)))
	second := n.clock()
	n.settle(n.expect(204, "DELETE", path, as(n, "pic-lor"), header("If-Match", "*")))
	third := n.clock()
	n.settle(n.expect(200, "POST", path+"/restore", as(n, "pic-lor")))
	fourth := n.clock()
	const west, east = "bbox=112,-7.81,112.005,-7.80", "bbox=112.005,-7.81,112.01,-7.80"
	for _, c := range []struct{ when, want, version string }{
		{before, "", ""}, {first, "Melati", "1"}, {second, "Mawar", "2"}, {third, "", ""}, {fourth, "Mawar", "3"},
	} {
		when := "?datetime=" + url.QueryEscape(c.when)
		one := n.do("GET", path+when)
		if (one.status == 200) != (c.want != "") || c.want != "" && (one.at("properties", "name") != c.want || fmt.Sprint(one.at("properties", "version")) != c.version) {
			t.Errorf("as of %s: %d %s, want %q", c.when, one.status, one.body, c.want)
		}
		if one.status == 200 && (one.header.Get("ETag") == "" || !strings.Contains(fmt.Sprint(one.at("links", 0, "href")), "datetime=") || one.at("links", 2, "rel") != "latest-version") {
			t.Errorf("the past's ETag and links: %v %s", one.header, one.body)
		}
		for query, want := range map[string]bool{"": true, "&q=Melati": c.want == "Melati", "&q=mawar": c.want == "Mawar", "&strata=madya": c.version == "1",
			"&" + west: c.version == "1", "&" + east: c.want == "Mawar", "&area=35.71.01": true, "&area=35.71.01.1002": false, "&located=true": true} {
			expected := c.want
			if !want {
				expected = ""
			}
			for _, collection := range []string{"posyandu", "assets"} {
				if collection == "assets" && strings.Contains(query, "strata") {
					continue
				}
				page := n.expect(200, "GET", "/api/collections/"+collection+"/items"+when+query)
				matched := 0.0
				if expected != "" {
					matched = 1
				}
				if page.names() != expected || page.at("numberMatched") != matched {
					t.Errorf("%s as of %s %s: %q, want %q: %s", collection, c.when, query, page.names(), expected, page.body)
				}
			}
		}
	}
	if got := n.expect(200, "GET", path+"?datetime="+url.QueryEscape(first+"/"+third)).at("properties", "name"); got != "Mawar" {
		t.Errorf("the latest version within an interval is %v", got)
	}
	n.expect(404, "GET", path+"?datetime="+url.QueryEscape("../"+before))
	n.expect(404, "GET", itemPath("rt", made.id())+"?datetime="+url.QueryEscape(first))
	n.expect(404, "GET", "/api/collections/nope/items/1?datetime=2026-01-01")
	one := n.expect(200, "GET", path+"?datetime="+url.QueryEscape(first))
	n.expect(304, "GET", path+"?datetime="+url.QueryEscape(first), header("If-None-Match", one.header.Get("ETag")))
	stale := n.expect(412, "PATCH", path, as(n, "pic-lor"), header("If-Match", one.header.Get("ETag")), body(typeMergePatch, `{"properties":{"name":"X"}}`))
	if stale.at("current", "properties", "version") != 3.0 {
		t.Errorf("an ETag of the past is no stale one: %s", stale.body)
	}
}

// TestThePastOfAreas: a boundary as it was, and what it held.
func TestThePastOfAreas(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.008, -7.805, `"name":"Melati","area_code":"35.71.01.1001"`))
	before := url.QueryEscape(n.clock())
	n.sql(`update areas set name = 'Bandar Lor Baru', boundary = st_multi(st_makeenvelope(112, -7.81, 112.006, -7.80, 4326)) where code = '35.71.01.1001'`)
	n.settle(answered{header: http.Header{"Patok-Revision": {fmt.Sprint(n.count(`select revision from revision_clock`))}}})
	old := n.expect(200, "GET", "/api/collections/kelurahan/items/3571011001?datetime="+before)
	now := n.expect(200, "GET", "/api/collections/kelurahan/items/3571011001")
	if old.at("properties", "name") != "Bandar Lor" || now.at("properties", "name") != "Bandar Lor Baru" || fmt.Sprint(old.at("geometry")) == fmt.Sprint(now.at("geometry")) {
		t.Errorf("then %s\nnow %s", old.body, now.body)
	}
	page := n.expect(200, "GET", "/api/collections/kelurahan/items?datetime="+before+"&q=baru")
	if page.at("numberMatched") != 0.0 {
		t.Errorf("the new name is found in the past: %s", page.body)
	}
	asset := n.expect(200, "GET", itemPath("posyandu", made.id())+"?datetime="+before)
	if asset.at("properties", "area_located") != lor || asset.at("properties", "placement") != "inside" {
		t.Errorf("then %s", asset.body)
	}
	n.expect(404, "GET", "/api/collections/kecamatan/items/3571011001?datetime="+before)
}

// TestThePastTellsNoSecrets: what was never public is not in the past either,
// for anybody, and what the registry hides today is hidden in the past too.
func TestThePastTellsNoSecrets(t *testing.T) {
	n := newNode(t)
	const private = `"area_code":"35.71.01.1001","ketua_nama":"RAHASIA-KETUA","ketua_hp":"081299998888","note":"RAHASIA-CATATAN","source":"RAHASIA-SUMBER","placement_reason":"RAHASIA-ALASAN"`
	seen := n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 005",`+private))
	held := n.create("pic-lor", "rt", feature(112.015, -7.805, `"name":"RAHASIA-DITAHAN",`+private))
	then := url.QueryEscape(n.clock())
	n.settle(n.expect(200, "PATCH", itemPath("rt", seen.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"rw":"2"}}`)))
	n.settle(n.expect(204, "DELETE", itemPath("rt", held.id()), as(n, "pic-lor"), header("If-Match", "*")))
	for _, when := range []string{then, "../..", "2020-01-01/..", url.QueryEscape("../" + n.clock())} {
		for _, who := range []string{"", "pic-lor", "pic-kidul", "admin"} {
			list := n.expect(200, "GET", "/api/collections/rt/items?datetime="+when, as(n, who))
			all := n.expect(200, "GET", "/api/collections/assets/items?datetime="+when+"&q=RAHASIA", as(n, who))
			one := n.expect(200, "GET", itemPath("rt", seen.id())+"?datetime="+when, as(n, who))
			gone := n.expect(404, "GET", itemPath("rt", held.id())+"?datetime="+when, as(n, who))
			never := n.expect(404, "GET", itemPath("rt", held.id()+1)+"?datetime="+when, as(n, who))
			if list.at("numberMatched") != 1.0 || all.at("numberMatched") != 0.0 || len(gone.body) != len(never.body) {
				t.Errorf("%s as %q counts what is held: %s %s", when, who, list.body, all.body)
			}
			for _, a := range []answered{list, all, one, gone} {
				for _, secret := range []string{"RAHASIA", "0812", "pic-lor", "can_edit"} {
					if strings.Contains(strings.ReplaceAll(a.body, "q=RAHASIA", ""), secret) {
						t.Errorf("%s as %q tells %s: %s", when, who, secret, a.body)
					}
				}
			}
		}
	}
	shown := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001","puskesmas_pembina":"Sukorame"`))
	then = url.QueryEscape(n.clock())
	n.settle(n.expect(200, "PATCH", itemPath("posyandu", shown.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"rw":"2"}}`)))
	items := "/api/collections/posyandu/items?datetime=" + then
	if a := n.expect(200, "GET", items+"&puskesmas_pembina=Sukorame"); a.at("numberMatched") != 1.0 || !strings.Contains(a.body, "Sukorame") {
		t.Fatalf("not public to begin with: %s", a.body)
	}
	n.sql(`update asset_types set definition = jsonb_set(definition, '{fields}', (select jsonb_agg(case when f ->> 'name' = 'puskesmas_pembina' then f || '{"sensitivity":"internal"}' else f end)
from jsonb_array_elements(definition -> 'fields') f)) where name = 'posyandu'`)
	n.settle(answered{header: http.Header{"Patok-Revision": {fmt.Sprint(n.count(`select revision from revision_clock`))}}})
	n.expect(400, "GET", items+"&puskesmas_pembina=Sukorame")
	if a := n.expect(200, "GET", items); a.at("numberMatched") != 1.0 || strings.Contains(a.body, "Sukorame") {
		t.Errorf("a hidden field is still shown in the past: %s", a.body)
	}
}

// small is a past of a given weight.
func small(weight int) func(context.Context) (*index.Snapshot, int, error) {
	return func(context.Context) (*index.Snapshot, int, error) {
		return index.New(geo.Content{Epoch: "e"}), weight, nil
	}
}

// TestPastsAreBuiltOnce: of many that ask for one past at once, one builds it;
// of two that are being built, a third is asked to come again.
func TestPastsAreBuiltOnce(t *testing.T) {
	p := &pasts{}
	release, begun := make(chan struct{}), make(chan struct{}, 10)
	slow := func(context.Context) (*index.Snapshot, int, error) {
		begun <- struct{}{}
		<-release
		return small(minPast)(t.Context())
	}
	key := func(until int64) pastKey { return pastKey{"e", geo.Past{Collection: "rt", Until: until}} }
	var asking sync.WaitGroup
	for i := range 20 {
		asking.Go(func() {
			if at, err := p.snapshot(t.Context(), key(int64(i%2)), nil, slow); at == nil || err != nil {
				t.Errorf("%v, %v", at, err)
			}
		})
	}
	<-begun
	<-begun
	_, err := p.snapshot(t.Context(), key(2), nil, slow)
	if e, ok := errors.AsType[*geo.Error](err); !ok || e.Kind != geo.Unavailable || e.RetryAfter == 0 {
		t.Errorf("a third is built at once: %v", err)
	}
	close(release)
	asking.Wait()
	if len(begun) != 0 || p.building != 0 || p.weight != 2*minPast {
		t.Errorf("built %d more, %d under way, weight %d", len(begun), p.building, p.weight)
	}
}

// TestPastsThatFailAreForgotten, and whoever waited builds in their place.
func TestPastsThatFailAreForgotten(t *testing.T) {
	p := &pasts{}
	key := pastKey{"e", geo.Past{Collection: "rt", Until: 1}}
	gone, leave := context.WithCancel(t.Context())
	begun := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		_, err := p.snapshot(gone, key, nil, func(ctx context.Context) (*index.Snapshot, int, error) {
			close(begun)
			<-ctx.Done()
			return nil, 0, ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("who went away got %v", err)
		}
	})
	<-begun
	asking.Go(func() {
		if at, err := p.snapshot(t.Context(), key, nil, small(minPast)); at == nil || err != nil {
			t.Errorf("who waited got %v, %v", at, err)
		}
	})
	leave()
	asking.Wait()
	other := pastKey{"e", geo.Past{Collection: "rt", Until: 2}}
	broken := func(context.Context) (*index.Snapshot, int, error) { return nil, 0, geo.NotFoundError("test") }
	for range 3 {
		if _, err := p.snapshot(t.Context(), other, nil, broken); geo.KindOf(err) != geo.NotFound {
			t.Errorf("got %v", err)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = p.snapshot(t.Context(), other, nil, func(context.Context) (*index.Snapshot, int, error) { panic("test") })
	}()
	if len(p.held) != 1 || p.building != 0 || p.weight != minPast {
		t.Errorf("%d held, %d under way, weight %d", len(p.held), p.building, p.weight)
	}
}

// TestPastsAreBounded: the ones used longest ago go first, and one that another
// registry was read into counts for nothing.
func TestPastsAreBounded(t *testing.T) {
	p := &pasts{}
	key := func(until int64) pastKey { return pastKey{"e", geo.Past{Collection: "rt", Until: until}} }
	ask := func(until int64, registry []*geo.AssetType, weight int) bool {
		built := false
		_, err := p.snapshot(t.Context(), key(until), registry, func(ctx context.Context) (*index.Snapshot, int, error) {
			built = true
			return small(weight)(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		return built
	}
	first, second := []*geo.AssetType{{Name: "rt"}}, []*geo.AssetType{{Name: "rt"}}
	ask(1, first, 150_000)
	ask(2, first, 150_000)
	if ask(1, first, 150_000) {
		t.Error("a past that was kept is built again")
	}
	ask(3, first, 150_000)
	if ask(1, first, 150_000) || !ask(2, first, 150_000) {
		t.Error("not the one used longest ago was dropped")
	}
	if !ask(2, second, 150_000) || ask(2, second, 150_000) {
		t.Error("a past is shown by a registry of then")
	}
	if p.weight > maxPasts || p.weight != 150_000*len(p.held) {
		t.Errorf("weight %d of %d pasts", p.weight, len(p.held))
	}
	ask(4, second, maxPasts+1)
	if keys := len(p.held); keys != 1 || p.weight != maxPasts+1 {
		t.Errorf("%d pasts weigh %d", keys, p.weight)
	}
	if slices.Equal(first, second) {
		t.Fatal("the registries are the same")
	}
}
