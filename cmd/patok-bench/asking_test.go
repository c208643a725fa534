package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// The clients ask for every path, read answers of both kinds to their end, and
// tell what was refused.
func TestAskingReadsEveryAnswer(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path+" "+r.Header.Get("Accept-Encoding")]++
		mu.Unlock()
		switch r.URL.Path {
		case "/chunked":
			for range 3 {
				fmt.Fprint(w, strings.Repeat("x", 1000))
				w.(http.Flusher).Flush()
			}
		case "/whole":
			w.Header().Set("Content-Length", "5000")
			fmt.Fprint(w, strings.Repeat("y", 5000))
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		default:
			http.Error(w, "no", http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	l := asking{base: server.URL, paths: []string{"/chunked", "/whole", "/empty", "/refused"}, clients: 3, headers: gzipHeader}
	s, err := l.run(t.Context(), 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if s.Requests < 4 || s.Requests%4 != 0 || s.Failed != s.Requests/4 || s.Bytes != (3000+5000+3)/4.0 {
		t.Errorf("%+v", s)
	}
	if s.PerSecond <= 0 || s.P99 < s.P50 || s.P50 <= 0 {
		t.Errorf("no time passed: %+v", s)
	}
	for _, path := range l.paths {
		if n := asked[path+" gzip"]; n != s.Requests/4 {
			t.Errorf("%s was asked for %d times of %d", path, n, s.Requests)
		}
	}
	server.Close()
	if _, err := l.run(t.Context(), time.Millisecond); err == nil {
		t.Error("a server that has gone answered")
	}
}

const wrkPrints = `Running 2s test @ http://127.0.0.1:36661
  2 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.13ms    2.11ms  38.13ms   91.63%
    Req/Sec    26.88k     4.26k   33.83k    70.00%
  Latency Distribution
     50%  429.00us
     75%    1.02ms
     90%    2.60ms
     99%   10.32ms
  107140 requests in 2.01s, 2.05GB read
  Socket errors: connect 0, read 1, write 0, timeout 2
  Non-2xx or 3xx responses: 7
Requests/sec:  53297.25
Transfer/sec:      1.02GB
`

func TestWrkIsUnderstood(t *testing.T) {
	s, err := readWrk(wrkPrints)
	if err != nil {
		t.Fatal(err)
	}
	if s.PerSecond != 53297.25 || s.P50 != 0.429 || s.P99 != 10.32 || s.Requests != 107140 || s.Failed != 10 || int(s.Bytes) != 20544 {
		t.Errorf("%+v", s)
	}
	if _, err := readWrk("unable to connect"); err == nil {
		t.Error("nonsense was taken for figures")
	}
	script := wrkScript(asking{paths: []string{"/a?b=1", "/c"}, headers: gzipHeader})
	for _, want := range []string{`"/a?b=1",`, `headers["Accept-Encoding"] = "gzip"`} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %s:\n%s", want, script)
		}
	}
}
