package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

const anyAssetSQL = `insert into assets (id, uuid, type, type_version, name, area_code, area_located, rt, rw, address, point,
accuracy_m, taken_by, taken_at, condition, operation, placement, outside_m, marks, attributes, example, verified_at, version, from_tx)
values (@id, @uuid, @type, @type_version, @name, @area, @located, @rt, @rw, @address, st_geomfromewkb(@point),
@accuracy, @taken_by, @taken_at, @condition, @operation, @placement, @outside, @marks, @attributes, @example, @verified_at, @version, @tx)`

// anyAsset gives an asset that no rule was asked about.
func anyAsset(rnd *rand.Rand, id int64) pgx.NamedArgs {
	oneOf := func(values ...any) any { return values[rnd.IntN(len(values))] }
	point, placement := []byte(nil), "unplaced"
	if rnd.IntN(4) > 0 {
		point = geo.EncodePoint(&orb.Point{95 + 46*rnd.Float64(), -11 + 17*rnd.Float64()})
		placement = oneOf("inside", "near", "reasoned", "override", "held").(string)
	}
	marks := slices.Repeat([]string{`two "words", {braces} \ and NULL`, "", geo.MarkTooMany}, rnd.IntN(3))
	return pgx.NamedArgs{
		"id": id, "uuid": uuid.New(), "type": oneOf("rt", "posyandu"), "type_version": rnd.IntN(math.MaxInt32),
		"name": oneOf("RT 004", "Pos \"Äé\"\n漢", "x"), "area": "35.71.01.1001", "located": oneOf(nil, "", "35.71.01.1002"),
		"rt": oneOf("", "004"), "rw": oneOf("", "010"), "address": oneOf("", "Jl. Veteran", strings.Repeat("Jl. ", rnd.IntN(9000))),
		"point": point, "placement": placement, "accuracy": oneOf(nil, 0.0, 4.25, math.Inf(1)), "taken_by": oneOf("", "gps"),
		"taken_at":  oneOf(nil, time.UnixMicro(rnd.Int64N(2e15)-1e15), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)),
		"condition": oneOf("", "rusak_berat"), "operation": oneOf("aktif", "tutup"), "outside": oneOf(0.0, 12.5, -math.MaxFloat64),
		"marks": marks, "attributes": oneOf(`{}`, `{"nama": "Äé\"漢", "jumlah": 1e300, "lagi": [null, {"a": -0.10}]}`),
		"example": oneOf(true, false), "verified_at": oneOf(nil, time.UnixMicro(rnd.Int64N(4e15))),
		"version": oneOf(int64(1), int64(math.MaxInt64)), "tx": oneOf(int64(0), int64(1), int64(2)),
	}
}

// anyAssets fills the table past every trigger, over at least two parts of it.
func anyAssets(t *testing.T, owner *Store, rnd *rand.Rand, number int) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), owner.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `set local session_replication_role = replica`); err != nil {
			return err
		}
		var batch pgx.Batch
		for id := range number {
			batch.Queue(anyAssetSQL, anyAsset(rnd, int64(id+1)))
		}
		return tx.SendBatch(t.Context(), &batch).Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages := one[int64](t, owner, `select pg_relation_size('assets') / 8192`); len(partsOf(pages, 2)) < 2 {
		t.Fatalf("%d pages are read in one part", pages)
	}
}

// TestLoadEqualsScan holds what comes by binary COPY, in parts, against what the
// driver scans.
func TestLoadEqualsScan(t *testing.T) {
	app, owner := served(t, nil)
	anyAssets(t, owner, geotest.Random(t), 800)
	want, held := map[int64]*geo.Asset{}, 0
	err := app.read(t.Context(), "test", itself, func(tx pgx.Tx) error {
		list, err := collect(t.Context(), tx, scanPublicAsset, `select `+assetColumns+` from assets a left join revisions r on r.id = a.from_tx`)
		for _, a := range list {
			if a.Published() {
				want[a.ID] = a
			} else {
				held++
			}
		}
		return err
	})
	content := load(t, app)
	if err != nil || held == 0 || len(content.Assets) != len(want) || len(content.Areas) != 5 || len(content.Types) == 0 {
		t.Fatalf("%d assets of %d, %d held, %v", len(content.Assets), len(want), held, err)
	}
	for _, got := range content.Assets {
		if got.Revision == 0 { // of no revision: as old as the transaction that asks
			got.UpdatedAt, want[got.ID].UpdatedAt = time.Time{}, time.Time{}
		}
		if !reflect.DeepEqual(got, want[got.ID]) {
			t.Errorf("loaded\n%+v, scanned\n%+v", got, want[got.ID])
		}
	}
}

// TestDigestsAreTheSchemasOwn holds the digests written out against the functions.
func TestDigestsAreTheSchemasOwn(t *testing.T) {
	_, owner := served(t, nil)
	anyAssets(t, owner, geotest.Random(t), 800)
	for table, digests := range map[string][2]string{"assets": {assetDigest, "asset_digest(a)"}, "areas": {areaDigest, "area_digest(a)"}} {
		rows := one[int](t, owner, `select count(*) from `+table)
		same := one[int](t, owner, fmt.Sprintf(`select count(*) from %s a where %s = %s`, table, digests[0], digests[1]))
		if rows == 0 || same != rows {
			t.Errorf("%d of %d %s have one digest", same, rows, table)
		}
	}
}

// TestLoadAllocatesNothingForARow and refuses whatever is cut off.
func TestLoadAllocatesNothingForARow(t *testing.T) {
	_, owner := served(t, nil)
	anyAssets(t, owner, geotest.Random(t), 800)
	stream := &messages{}
	conn, err := owner.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Conn().PgConn().CopyTo(t.Context(), stream, "copy ("+loadAssetsSQL+") to stdout (format binary)"); err != nil {
		t.Fatal(err)
	}
	var loaded loadedAsset
	rows := &copied{each: loaded.read}
	all := func() {
		for _, message := range stream.list {
			if _, err := rows.Write(message); err != nil {
				t.Fatal(err)
			}
		}
		rows.begun = false
	}
	if n := testing.AllocsPerRun(3, all); n > 0 {
		t.Errorf("%v allocations for %d rows", n, len(stream.list))
	}
	first := stream.list[0][:min(len(stream.list[0]), 600)]
	for cut := range first {
		rows := &copied{each: loaded.read}
		if _, err := rows.Write(first[:cut]); err == nil && cut != len(copySignature)+8 {
			t.Fatalf("the first %d bytes pass", cut)
		}
	}
}

// messages keeps what a COPY sends.
type messages struct{ list [][]byte }

func (m *messages) Write(message []byte) (int, error) {
	m.list = append(m.list, slices.Clone(message))
	return len(message), nil
}

// TestLoadIsOneMoment loads while many write, and holds each load against the
// state that the log gives for its revision.
func TestLoadIsOneMoment(t *testing.T) {
	s, url := open(t)
	seed := geotest.Seed(t)
	anyAssets(t, s, rand.New(rand.NewPCG(seed, 0)), 800)
	first := load(t, s)
	m := &memory{revision: first.Revision, assets: map[int64]*geo.Asset{}}
	for _, a := range first.Assets {
		m.assets[a.ID] = a
	}
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() { write40(t, url, rand.New(rand.NewPCG(seed, uint64(w+1)))) })
	}
	var loads []geo.Content
	written := make(chan struct{})
	go func() { writers.Wait(); close(written) }()
	for done := false; !done; {
		select {
		case <-written:
			done = true
		default:
		}
		loads = append(loads, load(t, s))
	}
	changes, err := s.Changes(t.Context(), m.revision, math.MaxInt32)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range loads {
		n := slices.IndexFunc(changes.Revisions, func(r geo.Revision) bool { return r.Number > c.Revision })
		if n < 0 {
			n = len(changes.Revisions)
		}
		m.apply(t, geo.Segment{Revisions: changes.Revisions[:n]})
		changes.Revisions = changes.Revisions[n:]
		got, want := map[int64]int64{}, map[int64]int64{}
		for _, a := range c.Assets {
			got[a.ID] = a.Digest()
		}
		for id, a := range m.assets {
			want[id] = a.Digest()
		}
		if m.revision != c.Revision || !maps.Equal(got, want) {
			t.Fatalf("loaded at %d: %d assets; the log gives %d at %d", c.Revision, len(got), len(want), m.revision)
		}
	}
	if len(loads) < 3 || m.revision < first.Revision+20 {
		t.Errorf("only %d loads, %d revisions", len(loads), m.revision-first.Revision)
	}
}

func TestLoadEndsWithItsCaller(t *testing.T) {
	app, owner := served(t, nil)
	anyAssets(t, owner, geotest.Random(t), 800)
	ctx, cancel := context.WithCancel(t.Context())
	some := 0
	_, err := app.Load(ctx, func(*geo.Asset) {
		if some++; some == 10 {
			cancel()
			time.Sleep(20 * time.Millisecond)
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after %d assets: %v", some, err)
	}
	if content := load(t, app); len(content.Assets) < 500 {
		t.Errorf("%d assets afterwards", len(content.Assets))
	}
	if n := app.pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are held", n)
	}
}

func TestPartsMissNothing(t *testing.T) {
	for _, test := range []struct {
		pages int64
		most  int
		parts int
	}{{0, 4, 1}, {31, 4, 1}, {32, 4, 2}, {50, 4, 3}, {1 << 20, 4, 4}, {1 << 20, 1, 1}, {1 << 20, 0, 1}} {
		parts, next := partsOf(test.pages, test.most), "0"
		for i, part := range parts {
			var from, until string
			switch n, _ := fmt.Sscanf(strings.NewReplacer("(", " ", ",", " ").Replace(part), "a.ctid >= ' %s 0)' and a.ctid < ' %s 0)'", &from, &until); {
			case len(parts) == 1 && part == "true":
			case n == 0 || from != next || (n == 1) != (i == len(parts)-1):
				t.Errorf("%d pages: %q", test.pages, parts)
			}
			next = until
		}
		if len(parts) != test.parts {
			t.Errorf("%d pages in %d parts, at most %d", test.pages, len(parts), test.most)
		}
	}
}
