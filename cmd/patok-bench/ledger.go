package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/patok-id/patok/tiles"
)

// ledger is what writers were told of: each edit gives an asset a name that
// tells its number, and is written down when it is acknowledged.
type ledger struct {
	run    string // tells its edits from those of other runs
	assets []asset
	acked  []atomic.Pointer[acked] // by asset
	token  string
	client *http.Client
}

// acked is an acknowledged edit.
type acked struct {
	number   int // of the asset's edits
	revision string
}

// editedAssets is how many assets are edited in turn.
const editedAssets = 2000

// editing is two nodes on one database, and what is edited through them.
func (s *stage) editing(ctx context.Context) ([]*serving, *ledger, error) {
	nodes, err := s.pair(ctx)
	if err != nil {
		return nil, nil, err
	}
	l, err := s.newLedger(ctx)
	return nodes, l, err
}

func (s *stage) newLedger(ctx context.Context) (*ledger, error) {
	assets, err := s.someAssets(ctx, forEdits, editedAssets)
	if err != nil {
		return nil, err
	}
	token, err := s.newToken(ctx)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}, Timeout: answerLimit}
	s.atEnd(client.CloseIdleConnections)
	return &ledger{run: strings.ToLower(rand.Text()[:8]), assets: assets, acked: make([]atomic.Pointer[acked], len(assets)), token: token, client: client}, nil
}

// newToken makes an account that may edit everything.
func (s *stage) newToken(ctx context.Context) (string, error) {
	name := "bench-" + strings.ToLower(rand.Text()[:10])
	quiet := func(string) {}
	if _, err := s.program.do(ctx, quiet, "user", "add", name, "--role=administrator", "--json", "--data-dir", s.cluster.DataDir()); err != nil {
		return "", err
	}
	made, err := s.program.do(ctx, quiet, "token", "create", "--account", name, "--json", "--data-dir", s.cluster.DataDir())
	if err != nil {
		return "", err
	}
	var printed struct{ Token string }
	return printed.Token, json.Unmarshal([]byte(made.stdout), &printed)
}

// mark is the name that the n-th edit gives an asset.
func (l *ledger) mark(id int64, number int) string {
	return fmt.Sprintf("Patokan %d %s nomor %d.", id, l.run, number)
}

// marked is the number in a feature or a tile that tells of the asset; 0 when
// this ledger did not edit it.
func (l *ledger) marked(body []byte, id int64) int {
	_, after, found := bytes.Cut(body, fmt.Appendf(nil, "Patokan %d %s nomor ", id, l.run))
	if !found {
		return 0
	}
	digits, _, _ := bytes.Cut(after, []byte("."))
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return 0
	}
	return n
}

// edit renames the i-th asset through a node, and writes down what it was told.
func (l *ledger) edit(ctx context.Context, node string, i, number int) error {
	a := l.assets[i]
	body := fmt.Sprintf(`{"properties":{"name":%q}}`, l.mark(a.id, number))
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, node+l.item(i)+"?allow_duplicate=true", strings.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + l.token, "Content-Type": "application/merge-patch+json", "If-Match": "*"} {
		r.Header.Set(name, value)
	}
	response, err := l.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	told, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %.500s", r.Method, r.URL, response.Status, told)
	}
	if err != nil {
		return err
	}
	l.acked[i].Store(&acked{number: number, revision: response.Header.Get("Patok-Revision")})
	return nil
}

// item and tile are where the i-th asset is read.
func (l *ledger) item(i int) string {
	return fmt.Sprintf("/api/collections/%s/items/%d", l.assets[i].typ, l.assets[i].id)
}

func (l *ledger) tile(i int) string {
	return tilePaths(l.assets[i].typ, []tiles.ID{tileAt(l.assets[i].point, tiles.MaxZoom)})[0]
}

// reading is what a read told of an asset.
type reading struct {
	status int
	number int    // of the last edit that it shows
	etag   string // "" where there is none
}

// read asks a node for an item or a tile that shows the i-th asset, with further
// headers.
func (l *ledger) read(ctx context.Context, node, path string, i int, headers map[string]string) (reading, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, node+path, nil)
	if err != nil {
		return reading{}, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := l.client.Do(r)
	if err != nil {
		return reading{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reading{status: response.StatusCode, number: l.marked(body, l.assets[i].id), etag: response.Header.Get("ETag")}, err
}
