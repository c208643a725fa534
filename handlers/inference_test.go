package handlers

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// secret begins every text that is planted in what the public may not see of
// Bandar Kidul.
const secret = "RAHASIA"

// TestNothingCanBeInferred: the PIC of Bandar Lor asks every route that can be
// read, in every way, before and after a lot happens in Bandar Kidul that is
// not public. No answer tells of it, and none differs by as much as a byte.
func TestNothingCanBeInferred(t *testing.T) {
	n := newNode(t)
	n.underReview("posyandu", "kelurahan")
	known := n.plantPublic()
	paths := n.readablePaths(known)
	askers := n.askersOfLor()
	before := map[string]string{}
	for name, by := range askers {
		for _, path := range paths {
			before[name+" "+path] = normal(n.do("GET", path, by))
		}
	}
	hidden := n.plantSecrets(known)
	compared, told := 0, 0
	for name, by := range askers {
		for _, path := range paths {
			a := n.do("GET", path, by)
			compared++
			if text := readable(a); strings.Contains(strings.ReplaceAll(text, "q="+secret, ""), secret) || strings.Contains(text, "081299998888") {
				told++
				t.Errorf("GET %s by %s tells a secret: %d %.300s", path, name, a.status, a.body)
			}
			if after := normal(a); after != before[name+" "+path] {
				told++
				t.Errorf("GET %s by %s differs\n%s", path, name, difference(before[name+" "+path], after))
			}
			if told > 30 {
				t.Fatal("and so on")
			}
		}
	}
	n.sameWithoutBody(paths, askers)
	n.eventsTell(hidden)
	t.Logf("%d answers compared with those from before", compared)
}

// guessable are ids that exist, or that will, as somebody may guess.
type guessable struct {
	published, firstHidden int
	account, grant         string
}

// plantPublic makes what everybody sees, with private fields in it.
func (n *node) plantPublic() guessable {
	n.t.Helper()
	private := `"ketua_nama":"RAHASIA-KETUA","ketua_hp":"081299998888","note":"RAHASIA-CATATAN","source":"RAHASIA-SUMBER"`
	n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 001","area_code":"`+lor+`"`))
	made := n.create("pic-kidul", "rt", feature(112.0205, -7.805, `"name":"RT 002","placement_reason":"RAHASIA-ALASAN","area_code":"`+kidul+`",`+private))
	n.settle(n.expect(200, "POST", itemPath("rt", made.id())+"/confirm", as(n, "pic-kidul"), header("If-Match", "*"), header("Patok-Reason", "RAHASIA-SEBAB")))
	return guessable{published: made.id(), firstHidden: made.id() + 1, account: n.text(`select id from accounts where name = 'pic-kidul'`),
		grant: n.text(`select id from grants where area_code = $1`, kidul)}
}

// plantSecrets lets happen in Bandar Kidul what only those see who work there,
// and returns the ids of assets that are never published.
func (n *node) plantSecrets(k guessable) []int {
	n.t.Helper()
	private := `"area_code":"` + kidul + `","ketua_nama":"RAHASIA-KETUA","ketua_hp":"081299998888","address":"RAHASIA-ALAMAT"`
	var hidden []int
	for i := range 3 { // far outside: held for an administrator
		hidden = append(hidden, n.create("pic-kidul", "rt", feature(112.002, -7.802-float64(i)/1000, fmt.Sprintf(`"name":"RAHASIA-%d",`, i)+private)).id())
	}
	if hidden[0] != k.firstHidden {
		n.t.Fatalf("the first hidden asset is %d, want %d", hidden[0], k.firstHidden)
	}
	by := as(n, "pic-kidul")
	n.settle(n.expect(200, "PATCH", itemPath("rt", hidden[0]), by, header("If-Match", "*"), header("Patok-Reason", "RAHASIA-SEBAB"), body(typeMergePatch, `{"properties":{"note":"RAHASIA-BARU"}}`)))
	n.settle(n.expect(204, "DELETE", itemPath("rt", hidden[1]), by, header("If-Match", "*")))
	n.expect(202, "POST", "/api/collections/posyandu/items", by, body(typeGeoJSON, feature(112.016, -7.805, `"name":"RAHASIA-USUL","area_code":"`+kidul+`"`)))
	n.expect(200, "PUT", "/api/progress/targets", as(n, "admin"), body(typeJSON, `{"targets":[{"area_code":"`+kidul+`","type":"rt","target":99,"due":"2026-12-01"}]}`))
	n.expect(200, "PUT", "/api/progress/"+kidul+"/rt/declaration", by, body(typeJSON, `{"declared":"complete"}`))
	for _, sql := range []string{
		`update accounts set title = 'RAHASIA-GELAR', sso = 'RAHASIA@kota' where id = ` + k.account,
		`insert into sessions (token_hash, account_id, agent, address, expires_at) select sha256('x'), ` + k.account + `, 'RAHASIA-PERAMBAN', 'RAHASIA', now() + interval '1 hour'`,
		`insert into tokens (token_hash, account_id, name) select sha256('x'), ` + k.account + `, 'RAHASIA-TOKEN'`,
		`insert into invitations (token_hash, account_id, purpose, expires_at) select sha256('x'), ` + k.account + `, 'reset', now() + interval '1 hour'`,
		`update grants set reason = 'RAHASIA-MUTASI' where id = ` + k.grant,
		`insert into accounts (name, title) values ('rahasia-baru', 'RAHASIA-BARU')`,
		`insert into grants (account_id, role, area_code) select max(id), 'pic', '` + kidul + `' from accounts`,
		`insert into audit (actor, action, target) values ('pic-kidul', 'RAHASIA', 'RAHASIA')`,
	} {
		n.sql(sql)
	}
	n.catchUp()
	return hidden
}

// askersOfLor are the ways in which the PIC of Bandar Lor can show who they are,
// and the public.
func (n *node) askersOfLor() map[string]option {
	n.t.Helper()
	return map[string]option{"nobody": func(*http.Request) {}, "cookie": cookie(n.logInAs("pic-lor")), "token": as(n, "pic-lor"),
		"basic": func(r *http.Request) { r.SetBasicAuth("pic-lor", n.tokens["pic-lor"]) }}
}

// guesses are the values that somebody tries for a word in a pattern.
func (k guessable) guesses() map[string][]string {
	near := func(first int) (list []string) {
		for i := range 6 {
			list = append(list, strconv.Itoa(first+i))
		}
		return append(list, missing)
	}
	account, _ := strconv.Atoi(k.account)
	return map[string][]string{
		"collection": {"rt", "posyandu", "assets", "kelurahan"}, "id": append(near(k.firstHidden), strconv.Itoa(k.published)),
		"account": append(near(account), "1", "2", "99"), "grant": append(near(1), k.grant), "session": near(1), "token": near(1),
		"proposal": near(1), "area": {kidul, "35.71.01"}, "type": {"rt", "posyandu"}, "layers": {"rt", "assets", "rt,posyandu,kelurahan"},
		"z": {"14"}, "x": {"13289", "13290"}, "y": {"8548"}, "row": {"8548"}, "col": {"13289", "13290"}, "ext": {"mvt"}, "name": {"patok"}, "source": {"dtsen"}, "period": {"2026-Q1"},
		"batch": {"1", "2", missing}, "run": {"TIADA"}, "import": {"1", missing}, "scenario": {"1", missing},
		"release": {"2026", "tiada"}, "file": {"posyandu.csv", "kelurahan.geojson", "dtsen_2026-q1.csv", "dtsen_2026-q1.xlsx", "dtsen_2026-q1.geojson", "manifest.json"},
	}
}

// queriesOf are the queries that are tried on a pattern, besides none.
func (k guessable) queriesOf(pattern string) []string {
	asset := strconv.Itoa(k.firstHidden)
	switch pattern {
	case patternItems:
		return []string{"bbox=112.001,-7.81,112.003,-7.80", "bbox=112.01,-7.81,112.02,-7.80", "area=" + kidul, "area=35.71.01&limit=1", "q=RAHASIA", "q=RT",
			"placement=held", "ketua_hp=081299998888", "ketua_nama=RAHASIA-KETUA", "note=x", "located=true", "limit=10000", "operation=aktif",
			"datetime=2100-01-01T00:00:00Z", "datetime=2020-01-01T00:00:00Z/..", "datetime=../..", "rt=002", "cursor=x"}
	case patternItem:
		return []string{"datetime=2100-01-01T00:00:00Z", "datetime=2020-01-01T00:00:00Z/.."}
	case "/api/locate":
		return []string{"lon=112.002&lat=-7.802", "lon=112.015&lat=-7.805"}
	case "/api/nearest":
		return []string{"lon=112.002&lat=-7.802", "lon=112.002&lat=-7.802&collection=rt&limit=100", "lon=112.016&lat=-7.805&collection=posyandu"}
	case "/api/search":
		return []string{"q=RAHASIA", "q=RAHASIA-0", "q=RT", "q=081299998888", "q=pic-kidul"}
	case "/api/summary":
		return []string{"area=" + kidul, "area=35.71.01"}
	case "/api/doubts":
		return []string{"limit=1000", "limit=1"}
	case "/api/proposals":
		return []string{"for=area", "for=review", "for=mine", "state=open", "state=closed", "area=" + kidul, "asset=" + asset, "type=posyandu&limit=1"}
	case "/api/history":
		return []string{"area=" + kidul, "actor=pic-kidul", "type=rt", "area=35.71.01&limit=1", "from=2020-01-01T00:00:00Z", "revision=9", "revision=12"}
	case "/api/accounts":
		return []string{"q=RAHASIA", "area=" + kidul, "role=pic", "state=active"}
	case "/api/audit":
		return []string{"actor=pic-kidul", "action=RAHASIA"}
	case "/api/progress", "/api/progress.csv", "/api/progress.xlsx":
		return []string{"area=" + kidul, "area=35.71.01", "type=rt", "area=" + kidul + "&type=rt"}
	}
	if strings.HasSuffix(pattern, "/history") {
		return []string{"limit=1"}
	}
	return nil
}

// readablePaths are all routes that take GET, filled with every guess.
func (n *node) readablePaths(k guessable) []string {
	guesses := k.guesses()
	paths := []string{"/tiles/rt/0/0/0.mvt", "/tiles/assets/10/830/534.mvt", "/tiles/rt/16/53156/34193.mvt", "/tiles/assets/16/53156/34193.mvt", "/api/tidak-ada"}
	n.eachRoute(func(method, pattern string) {
		if method != http.MethodGet || pattern == patternEvents {
			return
		}
		filled := []string{inFolder(pattern)}
		for _, word := range slices.Sorted(maps.Keys(guesses)) {
			if strings.Contains(pattern, "{"+word+"}") {
				var more []string
				for _, path := range filled {
					for _, value := range guesses[word] {
						more = append(more, strings.ReplaceAll(path, "{"+word+"}", value))
					}
				}
				filled = more
			}
		}
		for _, path := range filled {
			if strings.Contains(path, "{") {
				n.t.Errorf("nobody guesses at a word of %s", path)
			}
			paths = append(paths, path)
			for _, query := range k.queriesOf(pattern) {
				paths = append(paths, path+"?"+query)
			}
		}
	})
	return paths
}

var passing = regexp.MustCompile(`"(revision|matched_revision)":\d+|"\d{4}-\d\d-\d\dT[^"]*"|"requestId":"[0-9a-f]*"|"lag_s":[\d.e-]+| s="\d+"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:.0-9]*Z?`)

// normal is what an answer tells, without what every request and every revision
// changes: times, numbers of revisions and of a workbook's styles, the request's
// own number.
func normal(a answered) string {
	text := passing.ReplaceAllString(readable(a), "~")
	h := a.header.Clone()
	for _, name := range []string{"Date", "Patok-Request-Id", "Patok-Revision", "Content-Length", "Set-Cookie"} {
		h.Del(name)
	}
	if strings.Contains(text, "~") {
		h.Del("Etag") // of a text with a time in it
	}
	return fmt.Sprint(a.status, " ", h, " ", text)
}

// readable is an answer's body as text; a workbook's is that of its sheets.
func readable(a answered) string {
	if !strings.Contains(a.header.Get("Content-Type"), "spreadsheetml") || a.status != http.StatusOK {
		return a.body
	}
	book, err := zip.NewReader(bytes.NewReader([]byte(a.body)), int64(len(a.body)))
	if err != nil {
		return err.Error()
	}
	var text strings.Builder
	for _, f := range book.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/") {
			continue // styles, in any order
		}
		part, err := f.Open()
		if err != nil {
			return err.Error()
		}
		if _, err := io.Copy(&text, part); err != nil {
			return err.Error()
		}
		part.Close()
	}
	return text.String()
}

// difference shows where two texts part.
func difference(before, after string) string {
	i := 0
	for i < len(before) && i < len(after) && before[i] == after[i] {
		i++
	}
	from := max(0, i-100)
	return fmt.Sprintf("before …%.300s\nafter  …%.300s", before[from:], after[from:])
}

// sameWithoutBody: HEAD tells what GET tells, and OPTIONS the same of what is
// hidden and of what does not exist.
func (n *node) sameWithoutBody(paths []string, askers map[string]option) {
	n.t.Helper()
	for _, path := range paths {
		get, head := n.do("GET", path, askers["token"]), n.do("HEAD", path, askers["token"])
		if get.status != head.status || head.body != "" {
			n.t.Errorf("HEAD %s: %d, GET %d", path, head.status, get.status)
		}
		if plain, _, _ := strings.Cut(path, "?"); plain == path {
			options := n.do("OPTIONS", path, askers["token"])
			if strings.Contains(fmt.Sprint(options.header)+options.body, secret) {
				n.t.Errorf("OPTIONS %s tells a secret", path)
			}
		}
	}
}

// eventsTell reads the whole stream and looks for assets that nobody may know.
func (n *node) eventsTell(hidden []int) {
	n.t.Helper()
	for _, since := range []string{"0", "1", "3"} {
		ctx, cancel := context.WithTimeout(n.t.Context(), 500*time.Millisecond)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.http.URL+patternEvents, http.NoBody)
		n.must(err)
		as(n, "pic-lor")(r)
		r.Header.Set("Last-Event-ID", since)
		response, err := n.http.Client().Do(r)
		n.must(err)
		text, _ := io.ReadAll(response.Body) // it ends by the ctx
		response.Body.Close()
		cancel()
		if !strings.Contains(string(text), "hello") {
			n.t.Errorf("no stream: %.200s", text)
		}
		for _, id := range hidden {
			if strings.Contains(string(text), fmt.Sprintf(`"id":%d,`, id)) || strings.Contains(string(text), secret) {
				n.t.Errorf("the stream since %s tells of asset %d: %s", since, id, text)
			}
		}
	}
}
