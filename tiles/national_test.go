package tiles

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// maxTileBytes is the most that a tile may weigh, gzipped.
const maxTileBytes = 150_000

// readSet reads the assets that patok-bench has generated into a folder.
func readSet(t testing.TB, dir string) *index.Snapshot {
	files, err := filepath.Glob(filepath.Join(dir, "assets-*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no assets in ", dir, err)
	}
	live := index.NewLive()
	refill, id := live.Refill(), int64(0)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows := csv.NewReader(f)
		rows.ReuseRecord = true
		header, _ := rows.Read()
		header = slices.Clone(header)
		column := func(name string) int { return slices.Index(header, name) }
		kind, text, code, rt, rw := column("type"), column("name"), column("area_code"), column("rt"), column("rw")
		lon, lat, condition, operation, kk := column("lon"), column("lat"), column("condition"), column("operation"), column("jumlah_kk")
		for {
			r, err := rows.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			id++
			a := geo.Asset{ID: id, Version: 1, Type: r[kind], Name: r[text], AreaCode: geo.Code(r[code]), RT: r[rt], RW: r[rw],
				Condition: r[condition], Operation: r[operation], Placement: geo.Unplaced}
			if r[lon] != "" {
				x, _ := strconv.ParseFloat(r[lon], 64)
				y, _ := strconv.ParseFloat(r[lat], 64)
				a.Point, a.Placement = &orb.Point{x, y}, geo.Inside
			}
			if r[kk] != "" {
				a.Attributes = fmt.Appendf(nil, `{"jumlah_kk":%s}`, r[kk])
			}
			refill.Add(&a)
		}
		_ = f.Close()
	}
	refill.Done(geo.Content{Revision: 1, Types: []*geo.AssetType{
		{Name: "rt", Schema: []byte(`{"properties":{"jumlah_kk":{"type":"integer"}}}`),
			Fields: []geo.Field{{Name: "jumlah_kk", Unit: "KK", Sensitivity: geo.SensitivityPublic}}},
		{Name: "posyandu", Position: 1}, {Name: "pos_kamling", Position: 2}, {Name: "kantor_kelurahan", Position: 3},
	}})
	return live.Snapshot()
}

// TestNationalTiles draws every tile down to zoom 10 and some below of the set
// in the folder PATOK_SET; it takes minutes.
func TestNationalTiles(t *testing.T) {
	dir := os.Getenv("PATOK_SET")
	if dir == "" {
		return
	}
	s, e := readSet(t, dir), newEncoder()
	zipper, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	for z := range MaxZoom + 1 {
		var biggest, sum, n int
		var slowest, all time.Duration
		for id := range tilesWith(s, z) {
			if z > 10 && (id.X+id.Y*7)%(1<<(2*(z-10))) != 0 {
				continue
			}
			began := time.Now()
			raw := e.must(t, s, geo.AllAssets, index.Filter{}, id)
			took := time.Since(began)
			slowest, all = max(slowest, took), all+took
			var out bytes.Buffer
			zipper.Reset(&out)
			_, _ = zipper.Write(raw)
			_ = zipper.Close()
			biggest, n, sum = max(biggest, out.Len()), n+1, sum+out.Len()
			if out.Len() > maxTileBytes {
				t.Errorf("%v is %d bytes, gzipped", id, out.Len())
			}
		}
		t.Logf("z%-2d %6d tiles, at most %6d bytes, %5d on average; %8s on average, %s at most", z, n, biggest, sum/max(n, 1), all/time.Duration(max(n, 1)), slowest)
	}
}

// tilesWith are the tiles that assets lie in.
func tilesWith(s *index.Snapshot, z int) map[ID]bool {
	tiles := map[ID]bool{}
	s.Points(geo.AllAssets, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, func(p orb.Point, _ *geo.Asset) bool {
		tiles[tileOf(p, z)] = true
		return true
	})
	return tiles
}
