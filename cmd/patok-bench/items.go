package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

const (
	boxes       = 10   // different boxes of a cycle
	boxFeatures = 1000 // in an answer
)

// wholeColumns are an asset as PostGIS tells it. It is less than Patok does:
// attributes stay an object of their own, and revision, time of change and the
// area's name are left out.
const wholeColumns = `id, point, type, name, uuid, area_code, area_located, nullif(rt, '') as rt, nullif(rw, '') as rw, nullif(address, '') as address,
nullif(condition, '') as condition, operation, accuracy_m, nullif(taken_by, '') as taken_by, taken_at, verified_at, placement, outside_m,
to_jsonb(marks) as marks, version, attributes`

// The FeatureCollection as PostGIS makes it in one row, without the exact number
// of matches.
const itemsSQL = `select '{"type":"FeatureCollection","features":[' || string_agg(st_asgeojson(t, 'point', 7), ',') || ']}' from (
select ` + wholeColumns + ` from assets where placement <> 'held' and point && st_makeenvelope($1, $2, $3, $4, 4326) order by id limit 1000) t`

// itemsContest compares a page of features in a box: Patok's whole handler,
// without a socket, with PostGIS's GeoJSON over the connection.
func itemsContest(ctx context.Context, n *node, seed uint64) (contest, error) {
	found, err := boxesOf(ctx, n.live.Snapshot(), seed)
	if err != nil {
		return contest{}, err
	}
	ours := func(ctx context.Context, i int) ([]byte, error) { return n.items(ctx, found[i]) }
	theirs := func(ctx context.Context, i int) (collection []byte, err error) {
		b := found[i]
		err = n.conn.QueryRow(ctx, itemsSQL, b.Min[0], b.Min[1], b.Max[0], b.Max[1]).Scan(&collection)
		return collection, err
	}
	size := 0
	for i := range found {
		var features [2]int
		for side, do := range []func(context.Context, int) ([]byte, error){ours, theirs} {
			b, err := do(ctx, i)
			if err != nil {
				return contest{}, err
			}
			var collection struct {
				Features []json.RawMessage `json:"features"`
			}
			if err := json.Unmarshal(b, &collection); err != nil {
				return contest{}, err
			}
			features[side] = len(collection.Features)
			if side == 0 {
				size += len(b)
			}
		}
		if features[0] != features[1] {
			return contest{}, fmt.Errorf("items in %v: Patok gives %d features, PostGIS %d", found[i], features[0], features[1])
		}
	}
	return contest{
		Name: "items by bbox", Reference: "ST_AsGeoJSON", PostGIS: true, Items: len(found),
		Note: fmt.Sprintf("up to %d features, %d KB on average", boxFeatures, size/len(found)/1024),
		Ours: dropping(ours), Theirs: dropping(theirs),
	}, nil
}

// items asks Patok's server for a page of assets, without a socket between.
func (n *node) items(ctx context.Context, b orb.Bound) ([]byte, error) {
	query := url.Values{"limit": {strconv.Itoa(boxFeatures)}, "located": {"true"}, "bbox": {fmt.Sprintf("%.7f,%.7f,%.7f,%.7f", b.Min[0], b.Min[1], b.Max[0], b.Max[1])}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/api/collections/"+geo.AllAssets+"/items?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.RemoteAddr, r.RequestURI = "127.0.0.1:1", r.URL.RequestURI()
	w := &recorder{header: http.Header{}}
	n.server.ServeHTTP(w, r)
	if w.status != 0 && w.status != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d: %.200s", r.URL, w.status, w.body.Bytes())
	}
	return w.body.Bytes(), nil
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorder) WriteHeader(status int)      { r.status = status }

// boxesOf finds boxes around assets, each grown until it holds a full page or
// everything.
func boxesOf(ctx context.Context, s *index.Snapshot, seed uint64) ([]orb.Bound, error) {
	rnd, placed := random(seed, forBoxes), placedAssets(s)
	found := make([]orb.Bound, boxes)
	for i := range found {
		p := *placed[rnd.IntN(len(placed))].Point
		for half := 0.001; ; half *= 1.15 {
			// The seven decimals of the request are those of the statement.
			found[i] = orb.Bound{Min: orb.Point{round7(p[0] - half), round7(p[1] - half)}, Max: orb.Point{round7(p[0] + half), round7(p[1] + half)}}
			page, err := s.Query(ctx, geo.Query{Collection: geo.AllAssets, Bounds: found[i : i+1], LocatedOnly: true, Limit: 1})
			if err != nil {
				return nil, err
			}
			if page.Matched >= min(boxFeatures, len(placed)) || half > 20 {
				break
			}
		}
	}
	return found, nil
}
