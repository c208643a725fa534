package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// cloneAsset copies what a load hands over, which holds during the call only.
func cloneAsset(a *geo.Asset) *geo.Asset {
	c := *a
	for _, s := range []*string{&c.Type, &c.Name, (*string)(&c.AreaCode), (*string)(&c.AreaLocated), &c.RT, &c.RW, &c.Address,
		&c.TakenBy, &c.Condition, &c.Operation, (*string)(&c.Placement)} {
		*s = strings.Clone(*s)
	}
	c.Point, c.AccuracyM, c.TakenAt, c.VerifiedAt = clone(a.Point), clone(a.AccuracyM), clone(a.TakenAt), clone(a.VerifiedAt)
	c.Marks = slices.Clone(a.Marks)
	for i, mark := range c.Marks {
		c.Marks[i] = strings.Clone(mark)
	}
	c.Attributes = slices.Clone(a.Attributes)
	c.Private = nil
	return &c
}

// clone copies what p points to; nil gives nil.
func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// load reads everything that is published, assets included.
func load(t *testing.T, s *Store) geo.Content {
	t.Helper()
	var assets []*geo.Asset
	content, err := s.Load(t.Context(), func(a *geo.Asset) { assets = append(assets, cloneAsset(a)) })
	if err != nil {
		t.Fatal(err)
	}
	content.Assets = assets
	return content
}

// memory is a plain map that follows the log: the oracle for the whole feed.
type memory struct {
	revision int64
	assets   map[int64]*geo.Asset
}

func (m *memory) apply(t *testing.T, b geo.Segment) {
	for _, r := range b.Revisions {
		if r.Number != m.revision+1 {
			t.Fatalf("revision %d follows %d", r.Number, m.revision)
		}
		m.revision = r.Number
		for _, c := range r.Changes {
			switch {
			case c.Delete:
				delete(m.assets, c.ID)
			case c.Asset != nil:
				m.assets[c.ID] = c.Asset
			}
		}
	}
}

// TestFollowingMissesNothing lets many writers work in parallel, with
// savepoints, rollbacks, deletes, and long transactions, while a follower
// reads; at the end its map is the table.
func TestFollowingMissesNothing(t *testing.T) {
	s, url := open(t)
	content := load(t, s)
	m := &memory{revision: content.Revision, assets: map[int64]*geo.Asset{}}
	seed := geotest.Seed(t)
	var writers sync.WaitGroup
	var writing atomic.Bool
	writing.Store(true)
	for w := range 8 {
		writers.Go(func() { write40(t, url, rand.New(rand.NewPCG(seed, uint64(w)))) })
	}
	go func() { writers.Wait(); writing.Store(false) }()
	for {
		last := !writing.Load()
		b, err := s.Changes(t.Context(), m.revision, 7)
		if err != nil {
			t.Fatal(err)
		}
		m.apply(t, b)
		if last && len(b.Revisions) == 0 {
			break
		}
	}
	content = load(t, s)
	if content.Revision != m.revision || len(content.Assets) != len(m.assets) {
		t.Fatalf("revision %d and %d, %d assets and %d", content.Revision, m.revision, len(content.Assets), len(m.assets))
	}
	for _, a := range content.Assets {
		if held := m.assets[a.ID]; held == nil || held.Digest() != a.Digest() || held.Revision != a.Revision || !held.UpdatedAt.Equal(a.UpdatedAt) {
			t.Errorf("asset %d: followed %+v, loaded %+v", a.ID, held, a)
		}
	}
	if n := one[int](t, s, `select count(*) from revisions`); int64(n) != m.revision {
		t.Errorf("%d revisions, the clock says %d", n, m.revision)
	}
}

func write40(t *testing.T, url string, random *rand.Rand) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(ctx)
	for range 40 {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for range 1 + random.IntN(4) {
				sql := []string{
					`insert into assets (type, name, area_code, point) values ('posyandu', 'a', '35.71.01.1001', st_setsrid(st_makepoint(112.005, -7.805), 4326))`,
					`insert into assets (type, name, area_code) values ('rt', 'b', '35.71.01.1002')`,
					`update assets set name = name || 'x' where id = (select id from assets order by random() limit 1)`,
					`update assets set point = st_setsrid(st_makepoint(112.015, -7.805), 4326) where id = (select id from assets order by random() limit 1) and area_code = '35.71.01.1001'`,
					`delete from assets where id = (select id from assets order by random() limit 1)`,
					`update assets set name = 'never' where false`,
				}[random.IntN(6)]
				nested := pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
					if _, err := inner.Exec(ctx, sql); err != nil {
						return err
					}
					if random.IntN(5) == 0 {
						return fmt.Errorf("taken back")
					}
					return nil
				})
				if nested != nil && retryable(nested) {
					return nested
				}
			}
			if random.IntN(6) == 0 {
				time.Sleep(20 * time.Millisecond)
			}
			if random.IntN(8) == 0 {
				return fmt.Errorf("rolled back")
			}
			return nil
		})
		_ = err // a rollback or a deadlock is part of the mix
	}
}

func TestPlainSQLIsSeen(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	a := create(t, s, pic, at(112.005, -7.805, "name", "A", "area_code", "35.71.01.1001"))
	b := create(t, s, pic, at(112.006, -7.806, "name", "B", "area_code", "35.71.01.1001"))
	exec(t, s, `update assets set name = 'C' where id = $1`, a.Asset.ID)
	exec(t, s, `update assets set name = 'no row' where false`)
	exec(t, s, `truncate assets restart identity`)
	exec(t, s, `insert into assets (type, name, area_code) values ('rt', 'D', '35.71.01.1001')`)
	batch, err := s.Changes(t.Context(), b.Revision, 100)
	if err != nil || len(batch.Revisions) != 3 {
		t.Fatalf("%d revisions, %v", len(batch.Revisions), err)
	}
	if c := batch.Revisions[0].Changes; len(c) != 1 || c[0].Asset.Name != "C" || c[0].Asset.Version != 2 {
		t.Errorf("update: %+v", c)
	}
	if c := batch.Revisions[1].Changes; len(c) != 2 || !c[0].Delete || c[0].Collection != "posyandu" {
		t.Errorf("truncate: %+v", c)
	}
	if c := batch.Revisions[2].Changes; len(c) != 1 || c[0].ID <= b.Asset.ID {
		t.Errorf("an id came back: %+v", c)
	}
	if got := one[string](t, s, `select actor from revisions order by revision desc limit 1`); got[:4] != "sql:" {
		t.Errorf("actor %s", got)
	}
}

func TestALargeRevisionIsNotRead(t *testing.T) {
	s, _ := open(t)
	before := one[int64](t, s, `select revision from revision_clock`)
	for _, rows := range []int{1, 2, 1, 9, 3, 4} {
		exec(t, s, `insert into assets (type, name, area_code) select 'rt', 'RT ' || n, '35.71.01.1001' from generate_series(1, $1::int) n`, rows)
	}
	exec(t, s, `delete from assets where name = 'RT 1'`)
	var got []string
	for last := before; last < before+7; {
		b, err := s.segment(t.Context(), last, 20, 6)
		if err != nil || b.Clock != before+7 || b.Large == (len(b.Revisions) > 0) {
			t.Fatalf("after %d: %+v, %v", last, b, err)
		}
		line := ""
		for _, r := range b.Revisions {
			line += fmt.Sprint(len(r.Changes), " ")
		}
		got, last = append(got, line), last+int64(max(len(b.Revisions), 1)) // a load skips the large one
	}
	if want := []string{"1 ", "2 ", "1 ", "", "3 ", "4 ", "6 "}; !slices.Equal(got, want) {
		t.Errorf("segments %q, want %q", got, want)
	}
}

func TestDigestsAgreeWithTheRows(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	create(t, s, pic, at(112.00512345678, -7.805, "name", "Pos \"Äé\" 漢", "area_code", "35.71.01.1001", "accuracy_m", 4.25,
		"taken_by", "gps", "taken_at", "2026-11-22T08:00:00.123456+07:00", "strata", "madya", "jumlah_kader", 5))
	create(t, s, pic, at(112.0101, -7.805, "name", "Dekat", "area_code", "35.71.01.1001", "rt", "5", "rw", "3"))
	create(t, s, pic, geo.Input{Properties: properties("name", "Tanpa titik", "area_code", "35.71.01.1001")})
	content := load(t, s)
	_, _, digests, err := s.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := geo.Digest{}
	rows, err := s.DigestList(t.Context(), "posyandu")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range content.Assets {
		sum.Count++
		sum.Sum += a.Digest()
		if rows[a.ID] != a.Digest() {
			t.Errorf("asset %d (%s) differs", a.ID, a.Name)
		}
	}
	if digests["posyandu"] != sum || sum.Count != 3 {
		t.Errorf("posyandu %+v, memory %+v", digests["posyandu"], sum)
	}
	for _, a := range content.Areas {
		rows, err := s.DigestList(t.Context(), a.Level.Collection())
		if err != nil || rows[a.ID] != a.Digest() {
			t.Errorf("area %s differs (%v)", a.Code, err)
		}
	}
	// What a disabled trigger hides is found: the version is the same, the row is not.
	exec(t, s, `alter table assets disable trigger user`)
	exec(t, s, `update assets set name = 'secret' where name = 'Dekat'`)
	_, _, after, err := s.Digests(t.Context())
	if err != nil || after["posyandu"] == digests["posyandu"] {
		t.Errorf("a hidden change has the same digest (%v)", err)
	}
	findings, err := s.Findings(t.Context())
	if err != nil || len(findings) == 0 {
		t.Errorf("findings %v, %v", findings, err)
	}
}

func TestListenWakesAfterACommit(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	ctx, cancel := context.WithCancel(t.Context())
	woken := make(chan struct{}, 10)
	done := make(chan error)
	go func() { done <- s.Listen(ctx, func() { woken <- struct{}{} }) }()
	<-woken // it listens
	create(t, s, pic, at(112.005, -7.805, "name", "A", "area_code", "35.71.01.1001"))
	<-woken
	exec(t, s, `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen patok' and datname = current_database()`)
	if err := <-done; geo.KindOf(err) != geo.Unavailable {
		t.Errorf("a broken connection gave %v", err)
	}
	cancel()
}

func TestBoundaryChangeMovesNothingOutOfSight(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic", geo.RolePIC, "35.71.01.1001")
	a := create(t, s, pic, at(112.008, -7.805, "name", "A", "area_code", "35.71.01.1001"))
	exec(t, s, `update areas set boundary = st_multi(st_makeenvelope(112, -7.81, 112.003, -7.80, 4326)) where code = '35.71.01.1001'`)
	r, err := s.Asset(t.Context(), pic, a.Asset.ID)
	if err != nil || r.Placement != geo.Reasoned || r.OutsideM < 500 || r.AreaLocated != "" {
		t.Errorf("%+v, %v", r, err)
	}
	if got := one[float64](t, s, `select st_area(boundary) from areas where code = '35'`); got > 0.00014 {
		t.Errorf("the derived province kept its old boundary: %v", got)
	}
}

// TestFewRowsReadFewRevisions looks, after an import and many edits, at an asset
// that was edited last: the statistics know nothing of that transaction.
func TestFewRowsReadFewRevisions(t *testing.T) {
	s, _ := open(t)
	exec(t, s, `insert into assets (type, name, area_code) select 'rt', 'RT ' || n, '35.71.01.1001' from generate_series(1, 5000) n`)
	exec(t, s, `insert into revisions (revision, committed_at, actor) select -n, now(), 'test' from generate_series(1, 5000) n`)
	exec(t, s, `analyze assets`)
	exec(t, s, `analyze revisions`)
	id := one[int64](t, s, `update assets set name = 'A' where name = 'RT 7' returning id`)
	for name, sql := range map[string]string{
		"baseSQL": baseSQL, "privateAssetSQL": privateAssetSQL, "presentSQL": strings.Replace(presentSQL, "any($1)", "any(array[$1::bigint])", 1),
		"pastAssetSQL": strings.NewReplacer("$2", "0", "$3", "1000000").Replace(pastAssetSQL),
	} {
		plan := one[[]struct {
			Plan struct {
				Hit  int `json:"Shared Hit Blocks"`
				Read int `json:"Shared Read Blocks"`
			}
		}](t, s, `explain (analyze, buffers, format json) `+strings.ReplaceAll(sql, "$1", fmt.Sprint(id)))
		if blocks := plan[0].Plan.Hit + plan[0].Plan.Read; blocks > 100 {
			t.Errorf("%s reads %d blocks for one asset", name, blocks)
		}
	}
}
