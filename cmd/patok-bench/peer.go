package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/patok-id/patok/tiles"
)

// peer is another server of the same tiles, which the reader of the report set
// up on the same database.
type peer struct {
	name     string
	base     string // http://host:port
	template string // with {layer}, {z}, {x} and {y}
}

// The views that peers publish: what Patok's own tiles hold. A peer's layers are
// bench_points and bench_kelurahan.
const peerViewsSQL = `create or replace view bench_points as select id, type, name, area_code, condition, operation, point from assets where placement <> 'held';
create or replace view bench_kelurahan as select id, code, name, kind, boundary from areas where level = 4`

// peerTemplate is pg_tileserv's, for a peer that is given by its host alone.
const peerTemplate = "/public.{layer}/{z}/{x}/{y}.pbf?limit=5000000"

func readPeers(given map[string]string) ([]peer, error) {
	var peers []peer
	for _, name := range slices.Sorted(maps.Keys(given)) {
		u, err := url.Parse(given[name])
		if err != nil || u.Scheme != "http" || u.Host == "" {
			return nil, fmt.Errorf("--peer %s=%s: give an address such as http://127.0.0.1:7800 or http://127.0.0.1:3000/{layer}/{z}/{x}/{y}", name, given[name])
		}
		p := peer{name: name, base: u.Scheme + "://" + u.Host, template: strings.TrimPrefix(given[name], u.Scheme+"://"+u.Host)}
		if strings.Trim(p.template, "/") == "" {
			p.template = peerTemplate
		}
		peers = append(peers, p)
	}
	return peers, nil
}

// paths are the addresses of tiles of a layer.
func (p peer) paths(layer string, ids []tiles.ID) []string {
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = strings.NewReplacer("{layer}", layer, "{z}", fmt.Sprint(id.Z), "{x}", fmt.Sprint(id.X), "{y}", fmt.Sprint(id.Y)).Replace(p.template)
	}
	return paths
}
