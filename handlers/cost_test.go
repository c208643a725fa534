package handlers

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/auth"
)

// statements counts what requests ask of the database, and not what the
// follower does.
type statements struct{ atomic.Int64 }

// TraceQueryStart counts a statement whose ctx comes from a request.
func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if ctx.Value(chi.RouteCtxKey) != nil {
		s.Add(1)
	}
	return ctx
}

// TraceQueryEnd does nothing.
func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

const costTile = "/tiles/posyandu,kelurahan/14/13289/8548.mvt"

// quiet keeps no log: a benchmark would measure the growing of its buffer.
func quiet(c *Config) { c.Logger = slog.New(slog.DiscardHandler) }

// costNode is a node with an asset in each kelurahan, and a cookie and a token of
// the PIC of Bandar Lor.
func costNode(t testing.TB) (n *node, credentials map[string]option, mine, theirs string) {
	n = newNode(t, quiet)
	mine = "/api/collections/posyandu/items/" + n.makePosyandu(own)
	theirs = "/api/collections/posyandu/items/" + n.makePosyandu(other)
	session, hash := auth.NewToken()
	n.sql(`insert into sessions (token_hash, account_id, expires_at) select $1, id, now() + interval '1 hour' from accounts where name = 'pic-lor'`, hash)
	return n, map[string]option{
		"nobody": func(*http.Request) {},
		"cookie": cookie(&http.Cookie{Name: "patok", Value: session}),
		"token":  as(n, "pic-lor"),
		"basic":  func(r *http.Request) { r.SetBasicAuth("pic-lor", n.tokens["pic-lor"]) },
	}, mine, theirs
}

// serveOnce answers a request without a network.
func (n *node) serveOnce(path string, by option) int {
	r := httptest.NewRequest(http.MethodGet, "http://peta.example"+path, nil)
	by(r)
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w.Code
}

// TestReadsAskNothingOfTheDatabase: tiles, lists and the published assets of
// others come from memory, whoever asks, once it is known who that is.
func TestReadsAskNothingOfTheDatabase(t *testing.T) {
	n, credentials, mine, theirs := costNode(t)
	for name, by := range credentials {
		before := n.asked.Load()
		for range 1000 {
			if status := n.serveOnce(costTile, by); status != 200 {
				t.Fatal(status)
			}
		}
		if asked := n.asked.Load() - before; asked != 0 {
			t.Errorf("1,000 tiles by %s ask %d statements", name, asked)
		}
		n.serveOnce(theirs, by) // who that is, is asked once
		before = n.asked.Load()
		for range 1000 {
			if status := n.serveOnce(theirs, by); status != 200 {
				t.Fatal(status)
			}
		}
		for _, path := range []string{"/api/collections/posyandu/items", "/api/search?q=pos", "/api/summary", "/api/nearest?lon=112&lat=-7.8"} {
			n.serveOnce(path, by)
		}
		if asked := n.asked.Load() - before; asked != 0 {
			t.Errorf("1,000 items of others by %s ask %d statements", name, asked)
		}
	}
	before := n.asked.Load()
	n.serveOnce(mine, credentials["token"])
	if n.asked.Load() == before {
		t.Error("the private view comes from PostGIS, and was not counted")
	}
}

// cpuTime is what this process has used of the processors: unlike the time that
// passed, it does not grow with what else the machine does.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCachedTile is what a tile costs whoever asks for it.
func BenchmarkCachedTile(b *testing.B) {
	n, credentials, _, _ := costNode(b)
	for _, name := range []string{"nobody", "cookie", "token", "basic"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "http://peta.example"+costTile, nil)
			credentials[name](r)
			b.ReportAllocs()
			began := cpuTime(b)
			for b.Loop() {
				w := httptest.NewRecorder()
				n.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkTileWhileGuessing is the tiles that clients get over HTTP while
// nobody, or somebody with a thousand tries a second, guesses at one password.
// One client leaves the machine time to spare, two take it all.
func BenchmarkTileWhileGuessing(b *testing.B) {
	for _, clients := range []int{1, 2} {
		for _, perSecond := range []int{0, 1000} {
			b.Run(fmt.Sprintf("%d_clients_%d_per_second", clients, perSecond), func(b *testing.B) { tilesWhileGuessing(b, clients, perSecond) })
		}
	}
}

func tilesWhileGuessing(b *testing.B, clients, perSecond int) {
	n := newNode(b, quiet)
	n.makePosyandu(own)
	ctx, cancel := context.WithCancel(b.Context())
	var guessing, asking sync.WaitGroup
	var refused atomic.Int64
	if perSecond > 0 {
		n.guess(ctx, &guessing, perSecond, &refused)
		time.Sleep(2 * time.Second) // the throttle has begun
	}
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	before, began, cpu := refused.Load(), time.Now(), cpuTime(b)
	b.ResetTimer()
	for range clients {
		asking.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				asked := time.Now()
				response, err := client.Get(n.http.URL + costTile)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				took[i] = time.Since(asked)
			}
		})
	}
	asking.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[b.N/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
	b.ReportMetric(float64(refused.Load()-before)/time.Since(began).Seconds(), "guesses/s")
	b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op") // of clients, guesses and server together
	cancel()
	guessing.Wait()
}

// BenchmarkGuess is what the server does about a wrong password that is one too
// many.
func BenchmarkGuess(b *testing.B) {
	n := newNode(b, quiet, func(c *Config) { c.PlainLogin = true })
	ask := func() int {
		r := httptest.NewRequest(http.MethodPost, "http://peta.example/api/session", strings.NewReader(`{"name":"pic-lor","password":"salah-salah-salah"}`))
		r.Header.Set("Content-Type", typeJSON)
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		return w.Code
	}
	status := 0
	for range 20 { // the first few are hashed
		status = ask()
	}
	if status != http.StatusTooManyRequests {
		b.Fatal(status)
	}
	began := cpuTime(b)
	for b.Loop() {
		ask()
	}
	b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N), "cpu-ns/op")
}

// guess sends wrong passwords for one account until ctx ends.
func (n *node) guess(ctx context.Context, group *sync.WaitGroup, perSecond int, refused *atomic.Int64) {
	const clients = 8
	for range clients {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			tick := time.NewTicker(time.Second * clients / time.Duration(perSecond))
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.http.URL+"/api/session", strings.NewReader(`{"name":"pic-lor","password":"salah-salah-salah"}`))
				if err != nil {
					return
				}
				r.Header.Set("Content-Type", typeJSON)
				response, err := client.Do(r)
				if err != nil {
					continue
				}
				response.Body.Close()
				if response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusUnauthorized {
					refused.Add(1)
				}
			}
		})
	}
}
