package main

import (
	"fmt"
	"strings"
)

// recorded is what another server reached once on two shared Xeon cores, with a
// set of the same size, made otherwise: 5 properties a point, 3 a kelurahan, gzip
// where it says nothing else, 4 connections of a load generator in Go. It is a
// sense of scale where the server itself is not there to be measured beside.
type recorded struct {
	row       string // whose figure it stands beside
	server    string
	perSecond float64
	asked     float64 // how many times as much
}

// The servers, with their commits.
const (
	pgTileserv    = "pg_tileserv cc7f57f"
	pgFeatureserv = "pg_featureserv cd3ae95"
	tile38        = "tile38 5b8ce58"
)

// recordings are in the order of the report's rows.
func recordings() []recorded {
	return []recorded{
		{"nearest 10 in process", tile38, 4748, 0},
		{"locate in process", tile38, 24_410, 0},
		{"points, tiles of z6, no cache", pgTileserv, 6.4, 50},
		{"points, tiles of z10, no cache", pgTileserv, 18, 50},
		{"points, tiles of z13, no cache", pgTileserv, 589, 12},
		{"points, tiles of z15, no cache", pgTileserv, 1610, 8},
		{"kelurahan, tiles of z6, no cache", pgTileserv, 10.6, 50},
		{"kelurahan, tiles of z10, no cache", pgTileserv, 283, 10},
		{"kelurahan, tiles of z13, no cache", pgTileserv, 1492, 8},
		{"kelurahan, tiles of z15, no cache", pgTileserv, 1882, 6},
		{"items by bbox, gzip", pgFeatureserv, 94, 8},
		{"items by bbox", pgFeatureserv, 130, 20},
		{"single item, gzip", pgFeatureserv, 1970, 8},
		{"single item", pgFeatureserv, 7198, 3},
	}
}

// writeRecorded puts what was measured beside what other servers reached then.
func (r *report) writeRecorded(b *strings.Builder) {
	var lines []string
	for _, other := range recordings() {
		for _, line := range r.Rows {
			if line.Name == other.row && line.Patok != nil {
				lines = append(lines, other.line(line.Patok.Median))
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n## Beside figures of other servers, recorded elsewhere\n\n" +
		"Not of this run: on two shared Xeon cores, a set of the same size, 4 connections of a load generator in Go. A sense of scale, where the server is not there to be measured beside.\n\n" +
		"| what | Patok in this run | recorded | times as much | asked |\n|---|---|---|---|---|\n")
	b.WriteString(strings.Join(lines, ""))
}

func (o recorded) line(ours float64) string {
	asked := "–"
	if o.asked > 0 {
		asked = fmt.Sprintf("≥ %s×", plain(o.asked))
	}
	return fmt.Sprintf("| %s | %s/s | %s %s/s | %s× | %s |\n", o.row, digits(ours), o.server, digits(o.perSecond), digits(ours/o.perSecond), asked)
}
