package handlers

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

const (
	semampir = "35.71.02.1001"
	bandar   = "35.71.01.1003" // beside Bandar Lor and Bandar Kidul
)

// city publishes figures of four kelurahan: so many families get PKH in Bandar
// Lor, few enough to be hidden, and the rest of 1236 in Bandar Kidul, which hides
// them.
func (n *node) city(pkhLor int) {
	n.t.Helper()
	n.makeFar()
	n.sql(`insert into areas (code, name, kind, boundary) values ('` + bandar + `', 'Bandar', 'kelurahan', st_multi(st_makeenvelope(112, -7.82, 112.01, -7.81, 4326)))`)
	rt := func(families, pkh int) map[string]any { return map[string]any{"keluarga": families, "kpm_pkh": pkh} }
	n.tell("2026-Q1", map[string]numbers{
		lor:      {lor: rt(400, pkhLor), lor + "-001-001": rt(400, pkhLor)},
		kidul:    {kidul: rt(3000, 1236-pkhLor), kidul + "-001-001": rt(2000, 1236-pkhLor), kidul + "-001-002": rt(1000, 0)},
		bandar:   {bandar: rt(5000, 1500)},
		semampir: {semampir: rt(200, 93)},
	})
	n.publishDTSEN("2026-Q1")
}

// figuresOf reads one table as somebody.
func (n *node) figuresOf(who, query string) answered {
	n.t.Helper()
	return n.expect(200, "GET", "/api/figures/dtsen/2026-Q1"+query, as(n, who))
}

// value is what a table says of a place.
func value(a answered, place, code string) any {
	areas, _ := a.json["areas"].([]any)
	columns, _ := a.json["columns"].([]any)
	for i, area := range areas {
		for _, c := range columns {
			if column := c.(map[string]any); area == place && column["indicator"] == code {
				return column["values"].([]any)[i]
			}
		}
	}
	return "absent"
}

// TestFiguresTellWhoMayKnow asks as everybody: rows where somebody may analyse
// are the administration's, all others the public's.
func TestFiguresTellWhoMayKnow(t *testing.T) {
	n := newNode(t)
	n.city(7)
	for who, want := range map[string]struct {
		audience, lor, kidul any
		rt                   string // the area of which RT are seen, "" for none
	}{
		"":               {"public", "<10", "*", ""},
		"program":        {"public", "<10", "*", ""},
		"dinkes":         {"public", "<10", "*", ""}, // posyandu are all that they review
		"pic-lor":        {"mixed", 7.0, "*", lor},
		"lurah":          {"mixed", 7.0, "*", lor},
		"pic-kidul":      {"mixed", "<10", 1229.0, kidul},
		"camat":          {"mixed", 7.0, 1229.0, "35.71.01"},
		"admin-mojoroto": {"mixed", 7.0, 1229.0, "35.71.01"},
		"bappeda":        {"internal", 7.0, 1229.0, "35.71"},
		"dinsos":         {"internal", 7.0, 1229.0, "35.71"},
		"admin":          {"internal", 7.0, 1229.0, "35.71"},
	} {
		a := n.figuresOf(who, "")
		if a.at("audience") != want.audience || value(a, lor, "kpm_pkh") != want.lor || value(a, kidul, "kpm_pkh") != want.kidul || value(a, semampir, "keluarga") != 200.0 {
			t.Errorf("%q: %s", who, a.body)
		}
		wantCache := map[any]string{"public": "no-cache"}[want.audience]
		if wantCache == "" {
			wantCache = "private, no-cache"
		}
		if got := a.header.Get("Cache-Control"); got != wantCache || !strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Authorization") {
			t.Errorf("%q may be kept %q", who, got)
		}
		for _, area := range []string{lor, kidul} {
			sees := want.rt != "" && (area == want.rt || strings.HasPrefix(area, want.rt+"."))
			if a := n.do("GET", "/api/figures/dtsen/2026-Q1?level=rt&area="+area, as(n, who)); (a.status == 200) != sees || !sees && a.status != 404 {
				t.Errorf("%q gets %d for the RT of %s: %s", who, a.status, area, a.body)
			}
		}
		whole := n.do("GET", "/api/figures/dtsen/2026-Q1?level=rt", as(n, who))
		if wantStatus := map[bool]int{true: 200, false: 400}[want.audience == "internal"]; whole.status != wantStatus {
			t.Errorf("%q gets %d for all RT", who, whole.status)
		}
	}
}

// TestNoFormTellsMore looks for what is hidden in Bandar Kidul in every form that
// figures take, as everybody.
func TestNoFormTellsMore(t *testing.T) {
	n := newNode(t)
	n.city(7)
	hidden := []string{"1229", string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(1229)))}
	for who, sees := range map[string]bool{"": false, "program": false, "dinkes": false, "pic-lor": false, "lurah": false, "pic-semampir": false,
		"pic-kidul": true, "camat": true, "admin-mojoroto": true, "bappeda": true, "dinsos": true, "admin": true} {
		told := map[string]bool{}
		for _, path := range figuresPathsOf() {
			a := n.do("GET", path, as(n, who))
			if text := readable(a); strings.Contains(text, hidden[0]) || strings.Contains(text, hidden[1]) {
				told[path] = true
			}
		}
		for _, path := range []string{"/api/figures/dtsen/2026-Q1", "/api/figures/dtsen/2026-Q1.csv", "/api/figures/dtsen/2026-Q1.xlsx", "/api/figures/dtsen/2026-Q1.geojson",
			"/api/collections/kelurahan/items" + joinOfCity} {
			if told[path] != sees {
				t.Errorf("%q: %s tells %t, want %t", who, path, told[path], sees)
			}
		}
		for path := range told {
			if !sees || strings.Contains(path, "/tiles/") {
				t.Errorf("GET %s tells %q what is hidden in Bandar Kidul", path, who)
			}
		}
	}
}

const joinOfCity = "?indicators=keluarga,kpm_pkh&source=dtsen&period=2026-Q1"

func TestFiguresAreTold(t *testing.T) {
	n := newNode(t)
	n.city(7)
	a := n.figuresOf("", "?level=kecamatan")
	if a.at("level") != "kecamatan" || a.at("threshold") != 10.0 || a.at("edition") != 1.0 || value(a, "35.71.01", "keluarga") != 8400.0 ||
		value(a, "35.71.02", "kpm_pkh") == "absent" || a.at("names", 0) != "Mojoroto" {
		t.Error(a.body)
	}
	if a := n.figuresOf("", "?indicators=kpm_pkh&area=35.71.02"); value(a, semampir, "kpm_pkh") == "absent" || value(a, lor, "kpm_pkh") != "absent" || value(a, semampir, "keluarga") != "absent" {
		t.Error(a.body)
	}
	a = n.figuresOf("bappeda", "?level=rt&area="+kidul)
	if value(a, kidul+"-001-001", "keluarga") != 2000.0 || a.at("names", 0) != "RT 001 RW 001" {
		t.Error(a.body)
	}
	for _, query := range []string{"?level=desa", "?area=x", "?edition=0", "?edition=x", "?x=1", "?indicators=keluarga,keluarga", "?edition=1&release=a"} {
		n.expect(400, "GET", "/api/figures/dtsen/2026-Q1"+query)
	}
	for _, path := range []string{"dtsen/2026-Q2", "muskel/2026-Q1", "tiada/2026-Q1", "dtsen/2026-Q7", "dtsen/x", "dtsen/2026-Q1?edition=2", "dtsen/2026-Q1?indicators=tiada",
		"dtsen/2026-Q1?indicators=keluarga_desil_1", "dtsen/2026-Q1?level=provinsi", "dtsen/2026-Q1?area=35.72", "dtsen/2026-Q1?release=tiada"} {
		n.expect(404, "GET", "/api/figures/"+path)
	}
	registry := n.expect(200, "GET", "/api/indicators")
	if registry.at("tables", 0, "area_name") != "Kota Kediri" || registry.at("tables", 0, "areas") != 4.0 || registry.at("tables", 0, "covered") != 4.0 ||
		fmt.Sprint(registry.at("tables", 0, "levels")) != "[kabupaten kecamatan kelurahan]" || registry.at("tables", 1) != nil {
		t.Errorf("%v", registry.at("tables"))
	}
	if planner := n.expect(200, "GET", "/api/indicators", as(n, "bappeda")); fmt.Sprint(planner.at("tables", 0, "levels")) != "[kabupaten kecamatan kelurahan rw rt]" {
		t.Errorf("%v", planner.at("tables"))
	}
}

// TestFiguresAsFiles reads the same figures in every form.
func TestFiguresAsFiles(t *testing.T) {
	n := newNode(t)
	n.city(7)
	for _, who := range []string{"", "bappeda"} {
		small := map[string]string{"": "<10", "bappeda": "7"}[who]
		status := map[string]string{"": "small", "bappeda": "shown"}[who]
		file := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1.csv?indicators=keluarga,kpm_pkh", as(n, who))
		if !strings.Contains(file.body, "Keluarga seluruhnya (keluarga)") || !strings.Contains(file.body, lor+",Bandar Lor,400,"+small+"\r\n") ||
			!strings.Contains(file.body, "Sumber,DTSEN") || !strings.Contains(file.header.Get("Content-Disposition"), `"dtsen_2026-q1_kelurahan.csv"`) {
			t.Errorf("%q: %v %s", who, file.header, file.body)
		}
		book := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1.xlsx", as(n, who))
		if _, err := zip.NewReader(bytes.NewReader([]byte(book.body)), int64(len(book.body))); err != nil || !strings.Contains(readable(book), "Bandar Lor") {
			t.Errorf("%q: %v", who, err)
		}
		features := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1.geojson", as(n, who))
		if features.at("features", 0, "geometry", "type") != "MultiPolygon" || features.at("features", 0, "properties", "keluarga") != 400.0 ||
			features.at("features", 0, "properties", "kpm_pkh_status") != status || (features.at("features", 0, "properties", "kpm_pkh") != nil) != (status == "shown") || features.at("figures", "period") != "2026-Q1" {
			t.Errorf("%q: %s", who, features.body)
		}
	}
	if c := n.count(`select count(*) from audit where action = 'export' and actor = 'bappeda'`); c != 3 {
		t.Errorf("%d exports are in the log", c)
	}
	if c := n.count(`select count(*) from audit where action = 'export' and actor = 'public'`); c != 0 {
		t.Errorf("%d public exports are in the log", c)
	}
	if status := n.do("GET", "/api/figures/dtsen/2026-Q1.csv", header("Accept", "application/json")).status; status != 406 {
		t.Error(status)
	}
}

// TestFiguresAreNotSentTwice: entity tags, HEAD, and both codings.
func TestFiguresAreNotSentTwice(t *testing.T) {
	n := newNode(t)
	n.city(7)
	for _, who := range []string{"", "bappeda"} {
		for _, coding := range []string{"identity", "gzip"} {
			for _, path := range []string{"/api/figures/dtsen/2026-Q1", "/api/figures/dtsen/2026-Q1.csv", "/api/figures/dtsen/2026-Q1.geojson"} {
				get := n.expect(200, "GET", path, as(n, who), header("Accept-Encoding", coding))
				head := n.expect(200, "HEAD", path, as(n, who), header("Accept-Encoding", coding))
				if tag := get.header.Get("ETag"); tag == "" || head.header.Get("ETag") != tag || head.body != "" {
					t.Errorf("%s as %q: %s, HEAD %s", path, who, tag, head.header.Get("ETag"))
				}
				if again := n.expect(304, "GET", path, as(n, who), header("Accept-Encoding", coding), header("If-None-Match", get.header.Get("ETag"))); again.body != "" {
					t.Error("304 with a body")
				}
			}
		}
	}
	if n.figuresOf("", "").header.Get("ETag") == n.figuresOf("bappeda", "").header.Get("ETag") {
		t.Error("different figures have one tag")
	}
}

// TestEditions corrects a figure: the old edition stays readable, and what differs
// is told to each as they may see it.
func TestEditions(t *testing.T) {
	n := newNode(t)
	n.city(7)
	first := n.figuresOf("", "?edition=1").body
	n.tell("2026-Q1", map[string]numbers{semampir: {semampir: {"keluarga": 260, "kpm_pkh": 93}}})
	n.publishDTSEN("2026-Q1")
	if now := n.figuresOf("", ""); now.at("edition") != 2.0 || value(now, semampir, "keluarga") != 260.0 {
		t.Error(now.body)
	}
	if again := n.figuresOf("", "?edition=1").body; again != first {
		t.Errorf("the first edition changed\n%s\n%s", first, again)
	}
	if old := n.figuresOf("bappeda", "?edition=1"); value(old, kidul, "kpm_pkh") != 1229.0 || value(old, semampir, "keluarga") != 200.0 {
		t.Error(old.body)
	}
	for _, who := range []string{"", "bappeda", "pic-lor"} {
		changes := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1/changes?indicators=keluarga", as(n, who))
		if changes.at("from") != 1.0 || changes.at("to") != 2.0 || changes.at("rows", 0, "area") != semampir || changes.at("rows", 0, "before") != 200.0 ||
			changes.at("rows", 0, "after") != 260.0 || changes.at("rows", 1) != nil {
			t.Errorf("%q: %s", who, changes.body)
		}
	}
	if none := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1/changes?edition=1"); none.at("from") != nil || none.at("rows", 0) != nil {
		t.Error(none.body)
	}
}

// TestJoinedFeatures: areas with figures, as who asks may see them; without the
// parameters nothing is otherwise than before.
func TestJoinedFeatures(t *testing.T) {
	n := newNode(t)
	plain := n.expect(200, "GET", "/tiles/kelurahan/14/13289/8548.mvt")
	n.city(7)
	const join = joinOfCity
	items := "/api/collections/kelurahan/items"
	for who, want := range map[string]any{"": "hidden", "program": "hidden", "pic-lor": "hidden", "bappeda": "shown"} {
		a := n.expect(200, "GET", items+join+"&area="+kidul, as(n, who))
		if a.at("features", 0, "properties", "keluarga") != 3000.0 || a.at("features", 0, "properties", "kpm_pkh_status") != want || a.at("figures", "edition") != 1.0 {
			t.Errorf("%q: %s", who, a.body)
		}
		one := n.expect(200, "GET", itemPath("kelurahan", 3571011002)+join, as(n, who))
		if one.at("properties", "kpm_pkh_status") != want || one.at("properties", "name") != "Bandar Kidul" {
			t.Errorf("%q: %s", who, one.body)
		}
	}
	n.expect(404, "GET", "/api/collections/provinsi/items?indicators=keluarga&source=dtsen&period=2026-Q1") // the city's are below it
	for _, query := range []string{"?indicators=keluarga", "?source=dtsen", "?indicators=keluarga&source=dtsen", join + "&datetime=2026-01-01"} {
		n.expect(400, "GET", items+query)
	}
	n.expect(404, "GET", items+"?indicators=tiada&source=dtsen&period=2026-Q1")
	n.expect(400, "GET", itemPath("posyandu", 1)+join)

	again := n.expect(200, "GET", "/tiles/kelurahan/14/13289/8548.mvt")
	joined := n.expect(200, "GET", "/tiles/kelurahan/14/13289/8548.mvt"+join)
	for _, who := range []string{"pic-kidul", "bappeda", "admin"} {
		if theirs := n.expect(200, "GET", "/tiles/kelurahan/14/13289/8548.mvt"+join, as(n, who)); theirs.body != joined.body {
			t.Errorf("a tile shows %s what it does not show everybody", who)
		}
	}
	if strings.Contains(again.body, "kpm_pkh") || !strings.Contains(joined.body, "kpm_pkh_status") || joined.header.Get("ETag") == plain.header.Get("ETag") {
		t.Error("the figures are not in the tile that asks for them alone")
	}
	document := n.expect(200, "GET", "/tiles/kelurahan.json"+join)
	if tiles := fmt.Sprint(document.at("tiles", 0)); !strings.Contains(tiles, "indicators=keluarga%2Ckpm_pkh") || document.at("vector_layers", 0, "fields", "kpm_pkh") != "Number" {
		t.Error(document.body)
	}
	n.expect(400, "GET", "/tiles/rt/14/13289/8548.mvt"+join)
}

// TestARegistryThatHidesAnIndicator: what was published and is no longer to be
// seen, is not seen, by the very next request.
func TestARegistryThatHidesAnIndicator(t *testing.T) {
	n := newNode(t)
	n.city(7)
	n.sql(`update indicators set definition = jsonb_set(definition, '{public}', '["kecamatan"]') where code = 'kpm_pkh'`)
	n.catchUp()
	if a := n.figuresOf("", ""); strings.Contains(a.body, "kpm_pkh") {
		t.Error(a.body)
	}
	n.expect(404, "GET", "/api/figures/dtsen/2026-Q1?indicators=kpm_pkh")
	n.expect(404, "GET", "/tiles/kelurahan/14/13289/8548.mvt?indicators=kpm_pkh&source=dtsen&period=2026-Q1")
	if a := n.figuresOf("pic-kidul", "?indicators=kpm_pkh"); value(a, kidul, "kpm_pkh") != 1229.0 || value(a, lor, "kpm_pkh") != "*" {
		t.Error(a.body)
	}
	if a := n.figuresOf("", "?level=kecamatan"); value(a, "35.71.01", "kpm_pkh") == "absent" {
		t.Error(a.body)
	}
}

// TestFiguresOutliveTheDatabase: what is published is answered without it.
func TestFiguresOutliveTheDatabase(t *testing.T) {
	n := newNode(t)
	n.city(7)
	before := n.figuresOf("", "?level=kecamatan").body
	n.cutOff()
	if after := n.figuresOf("", "?level=kecamatan").body; after != before {
		t.Errorf("%s\n%s", before, after)
	}
	n.figuresOf("", "") // was never asked for
	n.expect(200, "GET", "/api/indicators")
	n.expect(200, "GET", "/api/publications")
	n.expect(200, "GET", "/tiles/kelurahan/14/13289/8548.mvt?indicators=keluarga&source=dtsen&period=2026-Q1")
}

// TestPagesHearOfFigures reads the stream of events.
func TestPagesHearOfFigures(t *testing.T) {
	n := newNode(t)
	subscription, err := n.Hub.Subscribe(nil)
	n.must(err)
	defer subscription.Close()
	n.city(7)
	told := 0
	for len(subscription.Events) > 0 {
		for _, c := range (<-subscription.Events).Changes {
			if c.Collection == geo.FiguresCollection {
				told++
			}
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// TestHiddenNumbersDoNotShow is the sharpest test: two cities whose published
// figures are the same for the public and differ in what is hidden behind them.
// Whoever may not analyse there gets the same bytes from both, on every route and
// in every form.
func TestHiddenNumbersDoNotShow(t *testing.T) {
	now := time.Date(2026, 4, 21, 3, 0, 0, 0, time.UTC)
	alike := func(c *Config) { c.BaseURL, c.Clock = "http://peta.contoh.go.id", func() time.Time { return now } }
	a, b := newNode(t, alike), newNode(t, alike)
	a.city(7)
	b.city(9)
	for _, n := range []*node{a, b} {
		n.create("pic-lor", "rt", feature(112.005, -7.805, `"uuid":"01890000-0000-7000-8000-000000000001","name":"RT 001","rt":"001","rw":"001","jumlah_kk":400,"area_code":"`+lor+`"`))
		n.expect(201, "POST", "/api/releases", as(n, "admin"), body(typeJSON, `{"name":"2026","title":"Rilis","note":""}`))
		n.freezeTime()
	}
	if x, y := a.figuresOf("bappeda", "").body, b.figuresOf("bappeda", "").body; x == y {
		t.Fatal("nothing differs behind what is hidden")
	}
	if x, y := a.figuresOf("", "").body, b.figuresOf("", "").body; x != y {
		t.Fatalf("what is published differs\n%s\n%s", x, y)
	}
	compared := 0
	for _, who := range []string{"", "program", "dinkes", "pic-semampir"} {
		for _, path := range figuresPathsOf() {
			for _, coding := range []string{"identity", "gzip"} {
				for _, method := range []string{"GET", "HEAD"} {
					x, y := a.do(method, path, as(a, who), header("Accept-Encoding", coding)), b.do(method, path, as(b, who), header("Accept-Encoding", coding))
					if d := unlike(x, y); d != "" {
						t.Errorf("%s %s as %q: %s", method, path, who, d)
					}
					compared++
				}
			}
		}
		for _, path := range a.readablePaths(guessable{published: 1, firstHidden: 1, account: "1", grant: "1"}) {
			x, y := a.do("GET", path, as(a, who)), b.do("GET", path, as(b, who))
			if x, y := manifest.ReplaceAllString(normal(x), "~"), manifest.ReplaceAllString(normal(y), "~"); x != y {
				t.Errorf("GET %s as %q: %s", path, who, difference(x, y))
			}
			compared++
		}
	}
	t.Logf("%d answers of two databases compared", compared)
}

// manifest is a release's file that says when it was made.
var manifest = regexp.MustCompile(`"name":"manifest.json"[^}]*`)

// freezeTime makes everything that the node has happen at times that follow from
// its revision.
func (n *node) freezeTime() {
	n.t.Helper()
	const then = "'2026-04-20T03:00:00Z'"
	n.sql(`update publications set published_at = ` + then)
	n.sql(`alter table revisions disable trigger user`)
	n.sql(`update revisions set committed_at = ` + then + `::timestamptz + make_interval(secs => revision)`)
	n.sql(`alter table revisions enable trigger user`)
	n.sql(`update revision_clock set committed_at = (select max(committed_at) from revisions)`)
	loads := n.Follower.Counters.Reloads.Load()
	n.sql(`update revision_clock set epoch = '01890000-0000-7000-8000-000000000002'`)
	for range 500 {
		if n.Follower.Counters.Reloads.Load() > loads {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	n.t.Fatal("not loaded anew")
}

// figuresPathsOf are all ways to published figures.
func figuresPathsOf() []string {
	var paths []string
	queries := []string{"", "?level=kecamatan", "?level=kabupaten", "?level=rt&area=" + lor, "?level=rw&area=35.71.01", "?level=rt", "?area=" + lor, "?indicators=kpm_pkh",
		"?indicators=keluarga,kpm_pkh&area=35.71.01", "?edition=1", "?edition=2", "?indicators=keluarga_desil_1", "?indicators=kpm_pkh&level=kecamatan"}
	for _, form := range []string{"", ".csv", ".xlsx", ".geojson", "/changes"} {
		for _, q := range queries {
			paths = append(paths, "/api/figures/dtsen/2026-Q1"+form+q)
		}
	}
	const join = joinOfCity
	for _, level := range []string{"kelurahan", "kecamatan", "kabupaten"} {
		paths = append(paths, "/api/collections/"+level+"/items"+join, "/tiles/"+level+"/14/13289/8548.mvt"+join, "/tiles/"+level+"/8/207/133.mvt"+join,
			"/api/collections/"+level+"/tiles/WebMercatorQuad/8/133/207"+join)
	}
	return append(paths, itemPath("kelurahan", 3571011001)+join, itemPath("kecamatan", 357101)+join, "/api/indicators", "/api/publications")
}

// unlike says how two answers differ by as much as a byte, but for when and under
// which number they were given.
func unlike(x, y answered) string {
	plain := func(a answered) string {
		for _, name := range []string{"Date", "Patok-Request-Id"} {
			a.header.Del(name)
		}
		return fmt.Sprint(a.status, a.header, strings.ReplaceAll(a.body, fmt.Sprint(a.json["requestId"]), "~"))
	}
	if px, py := plain(x), plain(y); px != py {
		return difference(px, py)
	}
	return ""
}
