package handlers

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// TestChosenCoding is RFC 9110, section 12.5.3.
func TestChosenCoding(t *testing.T) {
	for header, want := range map[string]string{
		"": "identity", "gzip": "gzip", "gzip, deflate": "gzip", "gzip, deflate, br, zstd": "zstd", "gzip, deflate, br": "br", "*": "zstd",
		"gzip;q=1, br;q=0.5, zstd;q=0": "gzip", "zstd;q=0.1, br;q=0.9": "br", "gzip;q=0": "identity", "GZIP;Q=0.5": "gzip", "compress": "identity",
		"identity": "identity", "identity;q=1, gzip;q=0.5": "identity", "gzip;q=0.001": "gzip", "*;q=0, br": "br", "identity;q=0, gzip": "gzip",
		"identity;q=0": "identity", "zstd;q=0, *": "br", "gzip;q=x": "identity", "gzip;q=2": "identity", ", ,gzip;x=1;q=0.3,": "gzip",
	} {
		r := request(t, "")
		if header != "" {
			r.Header.Set("Accept-Encoding", header)
		}
		if got := chosenCoding(r, "zstd", "br", "gzip", "identity"); got != want {
			t.Errorf("%q chooses %s, want %s", header, got, want)
		}
	}
	r := request(t, "")
	r.Header["Accept-Encoding"] = []string{"gzip;q=0.5", "br"}
	if got := chosenCoding(r, "zstd", "br", "gzip", "identity"); got != "br" {
		t.Errorf("of two headers %s", got)
	}
}

// TestTileCodings: every coding holds the same tile, under an ETag of its own.
func TestTileCodings(t *testing.T) {
	n := newNode(t)
	n.makePosyandu(own)
	plain := n.expect(200, "GET", costTile, header("Accept-Encoding", "identity"))
	tags := map[string]bool{plain.header.Get("ETag"): true}
	readers := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	}
	for coding, reader := range readers {
		packed := n.expect(200, "GET", costTile, header("Accept-Encoding", coding))
		tag := packed.header.Get("ETag")
		if packed.header.Get("Content-Encoding") != coding || !strings.Contains(packed.header.Get("Vary"), "Accept-Encoding") || tags[tag] {
			t.Errorf("%s: %v", coding, packed.header)
		}
		tags[tag] = true
		from, err := reader(strings.NewReader(packed.body))
		n.must(err)
		if raw, err := io.ReadAll(from); err != nil || !bytes.Equal(raw, []byte(plain.body)) {
			t.Errorf("%s holds another tile: %v", coding, err)
		}
		known := n.expect(304, "GET", costTile, header("Accept-Encoding", coding), header("If-None-Match", `"x", W/`+tag))
		if known.body != "" || known.header.Get("ETag") != tag || known.header.Get("Content-Encoding") != "" || known.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s not modified: %v", coding, known.header)
		}
		n.expect(200, "GET", costTile, header("Accept-Encoding", "identity"), header("If-None-Match", tag)) // that is another coding's
	}
}

// TestTileFilters: what a filter leaves out is in no tile, and its address is told.
func TestTileFilters(t *testing.T) {
	n := newNode(t)
	n.makePosyandu(own)
	const tile = "/tiles/assets/14/13289/8548.mvt"
	all := n.expect(200, "GET", tile)
	if same := n.expect(200, "GET", tile+"?type=posyandu,rt&area="+lor+"&v=1"); same.body != all.body {
		t.Error("a filter that selects everything gives another tile")
	}
	n.expect(204, "GET", tile+"?type=rt")
	n.expect(204, "GET", tile+"?area="+kidul)
	n.expect(204, "GET", "/tiles/posyandu/14/13289/8548.mvt?area="+kidul)
	n.expect(204, "GET", "/api/collections/assets/tiles/WebMercatorQuad/14/8548/13289?type=rt")
	for _, query := range []string{"?type=tiada", "?type=", "?area=x", "?typ=rt", "?type=rt&type=rt"} {
		n.expect(400, "GET", tile+query)
	}
	n.expect(400, "GET", "/tiles/posyandu/14/13289/8548.mvt?type=posyandu")
	described := n.expect(200, "GET", "/tiles/assets.json?type=rt,posyandu&area="+lor+"&v=7")
	if at, _ := described.at("tiles", 0).(string); !strings.HasSuffix(at, "/tiles/assets/{z}/{x}/{y}.mvt?area="+lor+"&type=rt%2Cposyandu") {
		t.Errorf("tiles at %v", at)
	}
}

// TestChosenProperties: a list shows the properties that are asked for, in their
// order, and nothing that is not public.
func TestChosenProperties(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Melati","area_code":"35.71.01.1001","puskesmas_pembina":"Sukorame","note":"RAHASIA"`))
	list := func(collection, query string) string {
		t.Helper()
		body := n.expect(200, "GET", "/api/collections/"+collection+"/items?"+query, as(n, "pic-lor")).body
		_, features, _ := strings.Cut(body, `"features":`)
		return features
	}
	id := made.header.Get("Location")[strings.LastIndexByte(made.header.Get("Location"), '/')+1:]
	point := `{"type":"Feature","id":` + id + `,"geometry":{"type":"Point","coordinates":[112.005,-7.805]},"properties":{`
	if got, want := list("posyandu", "properties=puskesmas_pembina,area_name,type"), `[`+point+`"type":"posyandu","area_name":"Bandar Lor","puskesmas_pembina":"Sukorame"}}]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := list("assets", "properties=rt&skipGeometry=true"), `[{"type":"Feature","id":`+id+`,"geometry":null,"properties":{"rt":null}}]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := list("assets", "properties=example"); got != `[`+point+`}}]}` {
		t.Errorf("a property that it does not have: %s", got)
	}
	if got := list("kelurahan", "properties=kind,code&skipGeometry=true&limit=1"); got != `[{"type":"Feature","id":3571011001,"geometry":null,"properties":{"code":"`+lor+`","kind":"kelurahan"}}]}` {
		t.Errorf("an area: %s", got)
	}
	if whole := list("posyandu", ""); !strings.Contains(whole, `"updated_at"`) || list("posyandu", "skipGeometry=false") != whole {
		t.Error("not everything is shown where nothing is chosen")
	}
	next := n.expect(200, "GET", "/api/collections/kelurahan/items?limit=1&properties=code")
	if href, _ := next.at("links", 1, "href").(string); !strings.Contains(href, "properties=code") {
		t.Errorf("the next page shows other properties: %s", href)
	}
	for _, query := range []string{"properties=tiada", "properties=", "properties=note", "properties=ketua_hp", "properties=name,name", "properties=can_edit", "properties=name&properties=rt", "skipGeometry=ya"} {
		n.expect(400, "GET", "/api/collections/posyandu/items?"+query, as(n, "pic-lor"))
	}
	n.expect(400, "GET", "/api/collections/kelurahan/items?properties=rt")
	n.expect(400, "GET", "/api/collections/posyandu/items.csv?properties=name")
}
