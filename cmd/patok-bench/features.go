package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

const (
	pageFeatures = 1000 // of a page of items
	pages        = 30   // different ones
	items        = 2000 // different single items

	extentSQL = `select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (
select st_extent(point) as e from (select point from assets where placement <> 'held' order by point <-> st_setsrid(st_makepoint($1, $2), 4326) limit $3) n) x`
)

// measureFeatures compares pages of items by bounding box, and single items, with
// PostGIS's ST_AsGeoJSON behind a plain handler.
func measureFeatures(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.node(ctx, firstNode)
	if err != nil {
		return nil, err
	}
	found, err := s.someBoxes(ctx)
	if err != nil {
		return nil, err
	}
	assets, err := s.someAssets(ctx, forBoxes, items)
	if err != nil {
		return nil, err
	}
	selected, err := s.selection(ctx, node)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, ask := range []struct {
		name, headers string
		ours, theirs  []string
		goal          reach
	}{
		{"items by bbox, gzip", gzipHeader, boxPaths("/api/collections/assets/items?limit=1000&located=true"+selected+"&bbox=%.7f,%.7f,%.7f,%.7f", found), boxPaths("/items/%.7f/%.7f/%.7f/%.7f", found), ratioOf(8)},
		{"items by bbox", "", boxPaths("/api/collections/assets/items?limit=1000&located=true"+selected+"&bbox=%.7f,%.7f,%.7f,%.7f", found), boxPaths("/items/%.7f/%.7f/%.7f/%.7f", found), ratioOf(20)},
		{"single item, gzip", gzipHeader, itemPaths(assets), plainItemPaths(assets), ratioOf(8)},
		{"single item", "", itemPaths(assets), plainItemPaths(assets), ratioOf(3)},
	} {
		s.progress(ask.name)
		memory, err := s.serveFromMemory(ctx, node.url, ask.ours, ask.headers)
		if err != nil {
			return nil, err
		}
		sides := []side{s.wrkSide("Patok", node.url, ask.ours, ask.headers), s.wrkSide("PostGIS", s.plain, ask.theirs, ask.headers),
			s.wrkSide(fromMemory, memory, ask.ours, ask.headers)}
		more, err := duel(ctx, s.Rounds, ask.name, sides, ask.goal, reach{})
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// wrkSide asks over four connections by wrk.
func (s *stage) wrkSide(name, base string, paths []string, headers string) side {
	return side{name, func(ctx context.Context) (sample, error) {
		return s.wrk.run(ctx, asking{base: base, paths: paths, clients: peerClients, headers: headers}, s.Slice)
	}}
}

// selection asks for as many properties as PostGIS gives, where the server knows
// how.
func (s *stage) selection(ctx context.Context, node *serving) (string, error) {
	const selected = "&properties=type,name,area_code,condition,operation"
	there, err := has(ctx, node.url+"/api/collections/assets/items?limit=1"+selected)
	if err != nil || !there {
		return "", err
	}
	return selected, nil
}

// has tells whether a server answers this address with 200.
func has(ctx context.Context, url string) (bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false, err
	}
	return response.StatusCode == http.StatusOK, response.Body.Close()
}

// someBoxes are boxes that hold a page of assets each, about.
func (s *stage) someBoxes(ctx context.Context) ([]orb.Bound, error) {
	assets, err := s.someAssets(ctx, forBoxes, pages)
	if err != nil {
		return nil, err
	}
	found := make([]orb.Bound, len(assets))
	for i, a := range assets {
		rows, err := s.pool.Query(ctx, extentSQL, a.point[0], a.point[1], pageFeatures)
		if err != nil {
			return nil, err
		}
		found[i], err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (b orb.Bound, err error) {
			return b, row.Scan(&b.Min[0], &b.Min[1], &b.Max[0], &b.Max[1])
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func boxPaths(pattern string, found []orb.Bound) []string {
	paths := make([]string, len(found))
	for i, b := range found {
		paths[i] = fmt.Sprintf(pattern, b.Min[0], b.Min[1], b.Max[0], b.Max[1])
	}
	return paths
}

func itemPaths(assets []asset) []string {
	paths := make([]string, len(assets))
	for i, a := range assets {
		paths[i] = fmt.Sprintf("/api/collections/%s/items/%d", a.typ, a.id)
	}
	return paths
}

func plainItemPaths(assets []asset) []string {
	paths := make([]string, len(assets))
	for i, a := range assets {
		paths[i] = fmt.Sprintf("/item/%d", a.id)
	}
	return paths
}

// pointPaths puts places beside assets into a pattern.
func pointPaths(points []orb.Point, pattern string) []string {
	paths := make([]string, len(points))
	for i, p := range points {
		paths[i] = fmt.Sprintf(pattern, p[0], p[1])
	}
	return paths
}
