package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

const (
	servedTiles    = 30   // different tiles, all of them in the cache
	servedRequests = 1500 // of a cycle
	servedClients  = 4    // connections that ask at the same time
)

// servedContests compares cached tiles over HTTP with a chi handler that has the
// same bytes in a map: what every layer between the socket and the cache costs.
func servedContests(ctx context.Context, n *node, seed uint64) ([]contest, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: servedClients, DisableCompression: true}}
	ours, err := n.serve(ctx, n.server)
	if err != nil {
		return nil, err
	}
	plain := &plainAnswers{answers: map[string]plainAnswer{}}
	theirs, err := n.serve(ctx, plain.router())
	if err != nil {
		return nil, err
	}
	var paths []string
	size := 0
	for _, id := range sampleTiles(n.live.Snapshot(), seed, 13, servedTiles) {
		path := fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", geo.AllAssets, id.Z, id.X, id.Y)
		answer, err := fetchPlain(ctx, client, ours+path)
		if err != nil {
			return nil, err
		}
		plain.answers[path] = answer
		paths, size = append(paths, path), size+len(answer.body)
	}
	ask := func(base string, known bool) subject {
		return func(ctx context.Context, i int) error {
			path, etag, want := paths[i%len(paths)], "", http.StatusOK
			if known {
				etag, want = plain.answers[path].header.Get("ETag"), http.StatusNotModified
			}
			return ask(ctx, client, base+path, etag, want)
		}
	}
	note := fmt.Sprintf("%d connections; %d KB each, gzip", servedClients, size/max(len(paths), 1)/1024)
	return []contest{
		{Name: "cached tile over HTTP", Reference: "chi, same bytes", Items: servedRequests, Parallel: servedClients, Note: note, Ours: ask(ours, false), Theirs: ask(theirs, false)},
		{Name: "cached tile over HTTP, 304", Reference: "chi, 304", Items: servedRequests, Parallel: servedClients, Note: "If-None-Match", Ours: ask(ours, true), Theirs: ask(theirs, true)},
	}, nil
}

// plainAnswers answers with what Patok answered once, by path and query.
type plainAnswers struct{ answers map[string]plainAnswer }

type plainAnswer struct {
	header http.Header
	body   []byte
}

func (p *plainAnswers) router() http.Handler {
	r := chi.NewRouter()
	answer := func(w http.ResponseWriter, r *http.Request) {
		answer := p.answers[r.RequestURI]
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Length", "ETag", "Cache-Control", "Vary"} {
			if value := answer.header.Get(name); value != "" {
				w.Header().Set(name, value)
			}
		}
		if etag := r.Header.Get("If-None-Match"); etag != "" && etag == answer.header.Get("ETag") {
			w.Header().Del("Content-Length")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(answer.body) //nolint:errcheck // a client that has gone
	}
	r.Get("/tiles/{layers}/{z}/{x}/{y}.{ext}", answer)
	r.Get("/api/collections/{collection}/items", answer)
	r.Get("/api/collections/{collection}/items/{id}", answer)
	r.Get("/api/{lookup}", answer)
	return r
}

// fromMemory is the name of a side that gives Patok's own answers from memory.
const fromMemory = "memory"

// serveFromMemory gives what base answers to all paths, behind a chi handler until
// the stage closes.
func (s *stage) serveFromMemory(ctx context.Context, base string, paths []string, headers string) (address string, err error) {
	answers := &plainAnswers{answers: map[string]plainAnswer{}}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, path := range paths {
		r, err := request(ctx, base+path, "")
		if err != nil {
			return "", err
		}
		if headers == "" {
			r.Header.Del("Accept-Encoding")
		}
		if answers.answers[path], err = readPlain(client, r); err != nil {
			return "", err
		}
	}
	client.CloseIdleConnections()
	address, stop, err := serveOn(ctx, answers.router())
	if err == nil {
		s.atEnd(stop)
	}
	return address, err
}

func request(ctx context.Context, url, etag string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	return r, nil
}

func fetchPlain(ctx context.Context, client *http.Client, url string) (plainAnswer, error) {
	r, err := request(ctx, url, "")
	if err != nil {
		return plainAnswer{}, err
	}
	answer, err := readPlain(client, r)
	if err == nil && answer.header.Get("ETag") == "" {
		err = fmt.Errorf("%s: no ETag", url)
	}
	return answer, err
}

// readPlain reads an answer with something in it.
func readPlain(client *http.Client, r *http.Request) (plainAnswer, error) {
	response, err := client.Do(r)
	if err != nil {
		return plainAnswer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.URL, response.Status)
	}
	return plainAnswer{header: response.Header, body: body}, err
}

// ask reads an answer to its end and drops it.
func ask(ctx context.Context, client *http.Client, url, etag string, want int) error {
	r, err := request(ctx, url, etag)
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != want {
		return fmt.Errorf("%s: %s, want %d", url, response.Status, want)
	}
	return nil
}
