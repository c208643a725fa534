package main

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"github.com/patok-id/patok/geo"
)

// cachedBytes is about how large the tile is that is asked for again and again,
// and cachedClients how many connections do.
const (
	cachedBytes   = 20_000
	cachedClients = 32
)

// measureCached compares a tile in Patok's cache with a chi handler that has the
// same bytes in memory.
func measureCached(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.node(ctx, firstNode)
	if err != nil {
		return nil, err
	}
	path, answer, err := s.tileOf(ctx, node, cachedBytes)
	if err != nil {
		return nil, err
	}
	plain := &plainAnswers{answers: map[string]plainAnswer{path: answer}}
	base, stop, err := serveOn(ctx, plain.router())
	if err != nil {
		return nil, err
	}
	defer stop()
	var rows []row
	for _, ask := range []struct{ name, headers string }{
		{"tile from the cache", gzipHeader},
		{"tile from the cache, 304", gzipHeader + "If-None-Match: " + answer.header.Get("ETag") + "\r\n"},
	} {
		pound := func(base string) func(context.Context) (sample, error) {
			return func(ctx context.Context) (sample, error) {
				return s.wrk.run(ctx, asking{base: base, paths: []string{path}, clients: cachedClients, headers: ask.headers}, s.Slice)
			}
		}
		more, err := duel(ctx, s.Rounds, ask.name, []side{{"Patok", pound(node.url)}, {"chi, the same bytes", pound(base)}}, ratioOf(0.9), reach{})
		if err != nil {
			return nil, err
		}
		more[0].Note = fmt.Sprintf("%d connections of %s; %d bytes packed", cachedClients, s.wrk.name(), len(answer.body))
		rows = append(rows, more...)
	}
	return rows, nil
}

// tileOf finds a tile of assets whose packed bytes are about so many, and has it
// made.
func (s *stage) tileOf(ctx context.Context, node *serving, size int) (path string, best plainAnswer, err error) {
	for zoom := 8; zoom <= 15; zoom++ {
		ids, err := s.someTiles(ctx, zoom, 8)
		if err != nil {
			return "", best, err
		}
		for _, p := range tilePaths(geo.AllAssets, ids) {
			answer, err := fetchPlain(ctx, http.DefaultClient, node.url+p)
			if err != nil {
				return "", best, err
			}
			if path == "" || math.Abs(float64(len(answer.body)-size)) < math.Abs(float64(len(best.body)-size)) {
				path, best = p, answer
			}
		}
	}
	return path, best, nil
}
