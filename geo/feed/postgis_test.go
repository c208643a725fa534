package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/store"
)

func TestMain(m *testing.M) { geotest.Main(m) }

// cutListener ends the connection that waits for wake-ups, and no other.
const cutListener = `select count(pg_terminate_backend(pid)) from pg_stat_activity
	where datname = current_database() and query ilike 'listen %'`

// TestFollowingPostGIS lets writers of plain SQL loose on a real database while
// the follower's listener is cut again and again: nothing is missed, nothing
// comes twice, memory ends as the tables are, and the comparison that runs
// meanwhile finds no difference. Then a write behind the triggers' back is found.
func TestFollowingPostGIS(t *testing.T) {
	url := geotest.Database(t)
	log, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Close)
	run(t, url, `insert into areas (code, name, kind, derived) values
		('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true), ('35.71.01', 'Mojoroto', 'kecamatan', true)`)
	run(t, url, `insert into areas (code, name, kind, boundary) values
		('35.71.01.1001', 'Bandar Lor', 'kelurahan', st_multi(st_makeenvelope(112, -7.81, 112.01, -7.8, 4326)))`)

	live, hub := index.NewLive(), feed.NewHub(4096, 4)
	f := feed.NewFollower(log, live, hub, slog.New(slog.DiscardHandler), feed.Options{Compare: 50 * time.Millisecond, BatchLimit: 5})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = f.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	waiting, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if err := f.WaitFor(waiting, 2); err != nil {
		t.Fatal(err)
	}
	_, first := live.Position()
	events, err := hub.Subscribe(&first)
	if err != nil {
		t.Fatal(err)
	}

	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() { writeSome(t, url, rand.New(rand.NewPCG(7, uint64(w)))) })
	}
	writers.Wait()
	epoch, revision, stored, err := log.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WaitFor(waiting, revision); err != nil {
		t.Fatal(err)
	}
	gotEpoch, got, held := live.Digests()
	if gotEpoch != epoch || got != revision || !agree(held, stored) || live.Snapshot().Check() != nil {
		t.Errorf("memory at %d holds %v, the database at %d %v; %v", got, held, revision, stored, live.Snapshot().Check())
	}
	for next := first + 1; next <= revision; next++ {
		if e := <-events.Events; e.Revision != next {
			t.Fatalf("event %d where %d was due", e.Revision, next)
		}
	}
	if n := f.Counters.Reloads.Load(); n != 1 || f.Counters.Different.Load() != 0 || f.Counters.Broken.Load() != 0 {
		t.Errorf("%d loads, %d differences, %d breaks", n, f.Counters.Different.Load(), f.Counters.Broken.Load())
	}

	run(t, url, `begin; set local session_replication_role = replica; update assets set name = 'in silence' where id = (select min(id) from assets); commit`)
	select { // the alarm's reload ends the stream
	case _, open := <-events.Events:
		if open || !events.Reload() {
			t.Error("the stream went on")
		}
	case <-waiting.Done():
		t.Error("the silent write was not found")
	}
	if _, _, stored, _ = log.Digests(t.Context()); f.Counters.Different.Load() == 0 || !agree(live.Snapshot().Digests(), stored) {
		t.Errorf("%d differences; memory and database differ still", f.Counters.Different.Load())
	}
}

// agree compares digests; a collection without features may be left out.
func agree(a, b map[string]geo.Digest) bool {
	full := func(digests map[string]geo.Digest) map[string]geo.Digest {
		digests = maps.Clone(digests)
		maps.DeleteFunc(digests, func(_ string, d geo.Digest) bool { return d == (geo.Digest{}) })
		return digests
	}
	return maps.Equal(full(a), full(b))
}

func run(t *testing.T, url, sql string) {
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over with it
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// writeSome writes revisions of one to three changes.
func writeSome(t *testing.T, url string, rnd *rand.Rand) {
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the test is over with it
	for i := range 60 {
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			for range 1 + rnd.IntN(3) {
				if _, err := tx.Exec(t.Context(), anyWrite(rnd)); err != nil {
					return err
				}
			}
			return nil
		})
		if i%20 == 10 {
			_, _ = conn.Exec(t.Context(), cutListener)
		}
		_ = err // of writers that meet, one may lose
	}
}

func anyWrite(rnd *rand.Rand) string {
	at := fmt.Sprintf("st_setsrid(st_makepoint(%v, %v), 4326)", 112.001+rnd.Float64()*0.008, -7.809+rnd.Float64()*0.008)
	some := "(select id from assets order by random() limit 1)"
	switch rnd.IntN(5) {
	case 0:
		return "delete from assets where id = " + some
	case 1:
		return "update assets set point = " + at + " where id = " + some
	case 2:
		return "insert into assets (type, name, area_code) values ('rt', 'RT', '35.71.01.1001')"
	}
	return "insert into assets (type, name, area_code, point) values ('posyandu', 'Melati', '35.71.01.1001', " + at + ")"
}
