package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"
)

// plainGzip packs as Patok packs a page, and faster than it packs a tile.
const plainGzip = gzip.BestSpeed

// What PostGIS is asked for: the properties that Patok's own answers hold, and
// nothing that it would have to look for elsewhere.
const (
	plainPointsSQL = `select st_asmvt(t, 'assets', 4096, 'geom', 'id') from (
select id, type, name, area_code, nullif(condition, '') as condition, operation, placement, nullif(rt, '') as rt, nullif(rw, '') as rw,
nullif(example, false) as example, st_asmvtgeom(st_transform(point, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as geom
from assets where placement <> 'held' and point && st_transform(st_tileenvelope($1, $2, $3, margin => 64.0 / 4096), 4326)
) t where geom is not null`
	plainAreasSQL = `select st_asmvt(t, 'kelurahan', 4096, 'geom', 'id') from (
select id, code, name, kind, 4 as level, parent_code, st_asmvtgeom(st_transform(boundary, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as geom
from areas where level = 4 and boundary && st_transform(st_tileenvelope($1, $2, $3, margin => 64.0 / 4096), 4326)
) t where geom is not null`
	plainItemsSQL = `select json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(st_asgeojson(t, 'point', 7)::json), '[]'))::text from (
select id, type, name, area_code, condition, operation, point from assets
where placement <> 'held' and point && st_makeenvelope($1, $2, $3, $4, 4326) limit 1000) t`
	plainItemSQL = `select st_asgeojson(t, 'point', 7) from (
select ` + wholeColumns + ` from assets where id = $1 and placement <> 'held') t`
	plainNearestSQL = `select json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(st_asgeojson(t, 'point', 7)::json), '[]'))::text from (
select ` + wholeColumns + ` from assets
where placement <> 'held' order by point <-> st_setsrid(st_makepoint($1, $2), 4326) limit 10) t`
	plainLocateSQL = `select coalesce(json_agg(t), '[]')::text from (
select p.code, p.name, p.level from areas k join areas p on p.code in (k.code, left(k.code, 8), left(k.code, 5), left(k.code, 2))
where k.level = 4 and st_covers(k.boundary, st_setsrid(st_makepoint($1, $2), 4326)) order by p.level) t`
)

// servePlain answers from PostGIS behind the same kind of handler as Patok's, on
// a free port until the stage closes.
func (s *stage) servePlain(ctx context.Context) error {
	r := chi.NewRouter()
	zippers := &sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, plainGzip) // the level is a good one
		return w
	}}
	for pattern, sql := range map[string]string{
		"/points/{z}/{x}/{y}": plainPointsSQL, "/kelurahan/{z}/{x}/{y}": plainAreasSQL, "/items/{west}/{south}/{east}/{north}": plainItemsSQL,
		"/item/{id}": plainItemSQL, "/nearest/{lon}/{lat}": plainNearestSQL, "/locate/{lon}/{lat}": plainLocateSQL,
	} {
		r.Get(pattern, func(w http.ResponseWriter, r *http.Request) { s.answerPlain(w, r, sql, zippers) })
	}
	base, stop, err := serveOn(ctx, r)
	s.plain = base
	if err == nil {
		s.atEnd(stop)
	}
	return err
}

func (s *stage) answerPlain(w http.ResponseWriter, r *http.Request, sql string, zippers *sync.Pool) {
	values := chi.RouteContext(r.Context()).URLParams.Values
	args := make([]any, len(values))
	for i, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if args[i] = n; n == float64(int64(n)) {
			args[i] = int64(n)
		}
	}
	rows, err := s.pool.Query(r.Context(), sql, args...)
	if err == nil {
		defer rows.Close()
		if !rows.Next() {
			err = errors.Join(rows.Err(), pgx.ErrNoRows)
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body := rows.RawValues()[0] // text or bytes as they came: not copied
	if r.Header.Get("Accept-Encoding") != "gzip" {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body) //nolint:errcheck // a client that has gone
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	z.Write(body) //nolint:errcheck // a client that has gone
	z.Close()     //nolint:errcheck // the same
}

// serveOn answers handler on a free port of this machine until stop is called.
func serveOn(ctx context.Context, handler http.Handler) (base string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() { server.Serve(listener); close(ended) }() //nolint:errcheck // it ends when it is closed
	return "http://" + listener.Addr().String(), func() { server.Close(); <-ended }, nil
}
