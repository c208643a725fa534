package main

import (
	"context"
	"fmt"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/tiles"
)

// nationalZooms are the zooms that tiles are compared at, how many tiles of
// each, and how many times faster they have to be than another server's.
var nationalZooms = []struct {
	zoom, tiles   int
	points, areas float64
}{{6, 24, 50, 50}, {10, 56, 50, 10}, {13, 60, 12, 8}, {15, 60, 8, 6}}

// soonerThanPeers is how many times sooner Patok's slowest tile in a hundred of
// points is there.
const soonerThanPeers = 20

// measureUncached compares tiles that are made for each request: Patok without a
// cache, PostGIS behind a plain handler, and the peers.
func measureUncached(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.uncached(ctx)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, layer := range []struct{ name, ours, plain, peers string }{
		{"points", geo.AllAssets, "/points/%d/%d/%d", "bench_points"},
		{"kelurahan", geo.LevelKelurahan.Collection(), "/kelurahan/%d/%d/%d", "bench_kelurahan"},
	} {
		for _, z := range nationalZooms {
			ids, err := s.someTiles(ctx, z.zoom, z.tiles)
			if err != nil {
				return nil, err
			}
			sides := []side{
				s.tileSide("Patok", node.url, tilePaths(layer.ours, ids)),
				s.tileSide("PostGIS", s.plain, plainPaths(layer.plain, ids)),
			}
			memory, err := s.serveFromMemory(ctx, node.url, tilePaths(layer.ours, ids), gzipHeader)
			if err != nil {
				return nil, err
			}
			sides = append(sides, s.tileSide(fromMemory, memory, tilePaths(layer.ours, ids)))
			for _, p := range s.peers {
				sides = append(sides, s.tileSide(p.name, p.base, p.paths(layer.peers, ids)))
			}
			more, sooner := ratioOf(z.points), ratioOf(soonerThanPeers)
			if layer.peers == "bench_kelurahan" {
				more, sooner = ratioOf(z.areas), reach{}
			}
			name := fmt.Sprintf("%s, tiles of z%d, no cache", layer.name, z.zoom)
			s.progress(name)
			compared, err := duel(ctx, s.Rounds, name, sides, more, sooner)
			if err != nil {
				return nil, err
			}
			rows = append(rows, compared...)
		}
	}
	return rows, nil
}

func (s *stage) tileSide(name, base string, paths []string) side {
	return side{name, func(ctx context.Context) (sample, error) {
		return asking{base: base, paths: paths, clients: peerClients, headers: gzipHeader}.run(ctx, s.Slice)
	}}
}

func plainPaths(pattern string, ids []tiles.ID) []string {
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = fmt.Sprintf(pattern, id.Z, id.X, id.Y)
	}
	return paths
}
