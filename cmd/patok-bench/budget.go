package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/encoding/mvt"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/tiles"
)

const (
	budgetBytes = 150_000 // of a tile, packed
	budgetZoom  = 10
	coldMillis  = 10 // of the slowest tile in a hundred that nobody asked for before
)

// measureBudget asks for every tile of z0 to z10 once: none may be large or
// slow, and what the tiles of a zoom show must be all there is.
func measureBudget(ctx context.Context, s *stage) ([]row, error) {
	node, err := s.uncached(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.placedByLayer(ctx)
	if err != nil {
		return nil, err
	}
	layers := slices.Sorted(maps.Keys(counts))
	for l := geo.LevelKelurahan; l >= geo.LevelProvinsi; l-- {
		layers = append(layers, l.Collection())
	}
	if there, err := has(ctx, node.url+"/tiles/"+allAreas+".json"); err != nil {
		return nil, err
	} else if there {
		layers = append(layers, allAreas)
	}
	var rows []row
	wrong := 0
	var notes []string
	for _, layer := range layers {
		s.progress("asking for every tile of " + layer)
		w := &walk{layer: layer, host: strings.TrimPrefix(node.url, "http://"), most: make([]int, budgetZoom+1), shown: make([]int, budgetZoom+1)}
		if err := w.all(ctx); err != nil {
			return nil, err
		}
		rows = append(rows, w.rows()...)
		if placed, ok := counts[layer]; ok {
			differing, note := w.compare(placed)
			wrong, notes = wrong+differing, append(notes, note)
		}
	}
	deep, err := s.deepTiles(ctx, node)
	if err != nil {
		return nil, err
	}
	return append(rows, deep, figureRow("zooms whose tiles do not add up to the table", unitZooms, []float64{float64(wrong)}, strings.Join(notes, "; ")).toReach(none())), nil
}

// allAreas is the layer whose level of areas follows the zoom.
const allAreas = "areas"

// placedByLayer counts the assets that tiles have to tell of: all, and each
// type's.
func (s *stage) placedByLayer(ctx context.Context) (map[string]int, error) {
	rows, err := s.pool.Query(ctx, `select coalesce(type, $1), count(*) from assets where point is not null and placement <> 'held' group by rollup (type)`, geo.AllAssets)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	var layer string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&layer, &count}, func() error { counts[layer] = count; return nil })
	return counts, err
}

// denseTiles is how many tiles of each deeper zoom are looked at: where most
// assets are.
const denseTiles = 300

// deepTiles asks for dense tiles of the zooms at which assets begin to stand
// alone.
func (s *stage) deepTiles(ctx context.Context, node *serving) (row, error) {
	most, largest := 0, ""
	for zoom := budgetZoom + 1; zoom <= tiles.MaxZoom; zoom++ {
		ids, err := s.someTiles(ctx, zoom, denseTiles)
		if err != nil {
			return row{}, err
		}
		for _, path := range tilePaths(geo.AllAssets, ids) {
			answer, err := fetchPlain(ctx, http.DefaultClient, node.url+path)
			if err != nil {
				return row{}, err
			}
			if len(answer.body) > most {
				most, largest = len(answer.body), path
			}
		}
	}
	name := fmt.Sprintf("%s, the largest of dense tiles of z%d to z%d", geo.AllAssets, budgetZoom+1, tiles.MaxZoom)
	return figureRow(name, unitKB, []float64{float64(most) / 1000}, fmt.Sprintf("gzip; up to %d of each zoom; %s", denseTiles, largest)).toReach(atMost(budgetBytes / 1000)), nil
}

// walk asks for the tiles of a layer from z0 down; below an empty tile nothing is
// looked for, which the counts would tell.
type walk struct {
	layer, host string
	asker       *asker
	most        []int // by zoom, the packed bytes of the largest tile
	shown       []int // by zoom, how many assets the tiles tell of
	times       []time.Duration
	tiles       int
}

func (w *walk) all(ctx context.Context) (err error) {
	if w.asker, err = dial(ctx, w.host); err != nil {
		return err
	}
	defer w.asker.Close()
	next := []tiles.ID{{}}
	for len(next) > 0 {
		var below []tiles.ID
		for _, id := range next {
			if err := ctx.Err(); err != nil {
				return err
			}
			there, err := w.ask(id)
			if err != nil {
				return err
			}
			if there && id.Z < budgetZoom {
				for i := range 4 {
					below = append(below, tiles.ID{Z: id.Z + 1, X: 2*id.X + i%2, Y: 2*id.Y + i/2})
				}
			}
		}
		next = below
	}
	return nil
}

// ask measures a tile, and tells whether there is one.
func (w *walk) ask(id tiles.ID) (bool, error) {
	path := tilePaths(w.layer, []tiles.ID{id})[0]
	var body bytes.Buffer
	began := time.Now()
	status, size, err := w.asker.ask([]byte("GET "+path+" HTTP/1.1\r\nHost: "+w.host+"\r\n"+gzipHeader+"\r\n"), &body)
	took := time.Since(began)
	switch {
	case err != nil:
		return false, fmt.Errorf("%s: %w", path, err)
	case status == http.StatusNoContent:
		return false, nil
	case status != http.StatusOK:
		return false, fmt.Errorf("%s: status %d", path, status)
	}
	w.tiles++
	w.times = append(w.times, took)
	w.most[id.Z] = max(w.most[id.Z], size)
	if geo.LevelOf(w.layer) == 0 && w.layer != allAreas {
		raw, err := unpacked(body.Bytes())
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		n, err := assetsShown(raw)
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		w.shown[id.Z] += n
	}
	return true, nil
}

func (w *walk) rows() []row {
	sizes := make([]string, len(w.most))
	for z, size := range w.most {
		sizes[z] = fmt.Sprintf("z%d %.1f", z, float64(size)/1000)
	}
	latency := latencyRow(w.layer+", every tile of z0 to z10, cold", w.times, fmt.Sprintf("%d tiles, one at a time", w.tiles))
	return []row{
		figureRow(w.layer+", the largest tile of z0 to z10", unitKB, []float64{float64(slices.Max(w.most)) / 1000}, "gzip, kB by zoom: "+strings.Join(sizes, ", ")).toReach(atMost(budgetBytes / 1000)),
		latency.toReach(p99Below(coldMillis)),
	}
}

// compare counts the zooms whose tiles tell of more or fewer assets than the
// table holds.
func (w *walk) compare(placed int) (differing int, note string) {
	note = fmt.Sprintf("%s: %d", w.layer, placed)
	for z, n := range w.shown {
		if n != placed {
			differing++
			note += fmt.Sprintf(", but z%d shows %d", z, n)
		}
	}
	return differing, note
}

// unpacked is what gzip packed.
func unpacked(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// assetsShown is how many assets a tile tells of: clusters count, and what
// stands in its buffer does not.
func assetsShown(tile []byte) (int, error) {
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		return 0, err
	}
	shown := 0
	for _, layer := range layers {
		for _, f := range layer.Features {
			switch count, cluster := f.Properties["count"].(float64); {
			case f.Properties["buffer"] == true:
			case cluster:
				shown += int(count)
			default:
				shown++
			}
		}
	}
	return shown, nil
}
