package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// era is a kept list of past states: what was published after each revision.
type era struct {
	t      *testing.T
	s      *Store
	states []map[string]int64 // by revision: collection and id → digest
	times  []time.Time
}

func nameOf(collection string, id int64) string { return fmt.Sprint(collection, "/", id) }

func digestsOf(c geo.Content) map[string]int64 {
	all := map[string]int64{}
	for _, a := range c.Assets {
		all[nameOf(a.Type, a.ID)] = a.Digest()
	}
	for _, a := range c.Areas {
		all[nameOf(a.Level.Collection(), a.ID)] = a.Digest()
	}
	return all
}

// keep keeps the state as it is, when it is a new revision's.
func (e *era) keep() {
	e.t.Helper()
	c := load(e.t, e.s)
	for int64(len(e.states)) <= c.Revision {
		e.states, e.times = append(e.states, digestsOf(c)), append(e.times, c.CommittedAt)
	}
}

// collections are those that the test city has features in.
var collections = []string{"posyandu", "rt", "kelurahan", "kecamatan", "kabupaten"}

// past reads every collection between two revisions.
func (e *era) past(from, until int64) map[string]int64 {
	e.t.Helper()
	all := map[string]int64{}
	for _, name := range collections {
		c, err := e.s.ContentBetween(e.t.Context(), geo.Past{Collection: name, From: from, Until: until}, 1000)
		if err != nil {
			e.t.Fatal(err)
		}
		maps.Copy(all, digestsOf(c))
	}
	return all
}

// want folds the kept states: of each feature its latest within.
func (e *era) want(from, until int64) map[string]int64 {
	all := map[string]int64{}
	for r := from; r <= until; r++ {
		for name, digest := range e.states[r] {
			if !isOneOf(name, collections) {
				continue
			}
			all[name] = digest
		}
	}
	return all
}

func isOneOf(name string, list []string) bool {
	for _, c := range list {
		if len(name) > len(c) && name[:len(c)+1] == c+"/" {
			return true
		}
	}
	return false
}

// step changes a boundary or an asset at random.
func (e *era) step(random *rand.Rand, p geo.Principal) {
	if random.IntN(10) == 0 {
		east := 112.003 + 0.006*random.Float64()
		sql := fmt.Sprintf(`update areas set boundary = st_multi(st_makeenvelope(112, -7.81, %v, -7.80, 4326)) where code = '35.71.01.1001'`, east)
		err := e.s.begin(e.t.Context(), "test", edited(p), func(tx pgx.Tx) error {
			_, err := tx.Exec(e.t.Context(), sql)
			return err
		})
		if err != nil {
			e.t.Fatal(err)
		}
		return
	}
	e.edit(random, p)
}

// edit changes an asset at random, at times in vain.
func (e *era) edit(random *rand.Rand, p geo.Principal) {
	var ids []int64
	for name := range e.states[len(e.states)-1] {
		var id int64
		if n, _ := fmt.Sscanf(name, "posyandu/%d", &id); n == 1 {
			ids = append(ids, id)
		}
	}
	id := int64(1 + random.IntN(60))
	if len(ids) > 0 && random.IntN(4) > 0 {
		id = ids[random.IntN(len(ids))]
	}
	lon, lat := 112.0001+0.0198*random.Float64(), -7.8099+0.0098*random.Float64()
	edit := geo.Edit{Type: "posyandu", ID: id, AnyVersion: true, AllowDuplicate: true}
	claim := []any{"name", fmt.Sprint("Posyandu ", random.IntN(1000)), "area_code", []string{"35.71.01.1001", "35.71.01.1002"}[random.IntN(2)],
		"placement_reason", "titik di batas", "strata", []string{"madya", "mandiri"}[random.IntN(2)]}
	switch random.IntN(9) {
	case 0, 1, 2:
		edit.Verb, edit.ID, edit.Input = geo.VerbCreate, 0, at(lon, lat, claim...)
	case 3, 4, 5: // often far outside what it claims: then it is held
		edit.Verb, edit.Input = geo.VerbMerge, at(lon, lat, claim...)
	case 6:
		edit.Verb = geo.VerbDelete
	case 7:
		edit.Verb = geo.VerbRestore
	case 8:
		edit.Verb = geo.VerbConfirm
	}
	_, err := e.s.Apply(e.t.Context(), p, edit)
	if k := geo.KindOf(err); err != nil && k != geo.NotFound && k != geo.Stale && k != geo.Conflict && k != geo.Invalid {
		e.t.Fatal(err)
	}
}

// TestThePastIsWhatItWas holds the past of every revision, and of intervals,
// against what was there then.
func TestThePastIsWhatItWas(t *testing.T) {
	s, _ := open(t)
	admin := principal(t, s, "admin", geo.RoleAdministrator, "")
	random := geotest.Random(t)
	e := &era{t: t, s: s, states: []map[string]int64{{}}, times: []time.Time{{}}}
	begin := one[int64](t, s, `select revision from revision_clock`)
	e.keep() // what was before has the state of now: it is not asked for
	for range 300 {
		e.step(random, admin)
		e.keep()
	}
	last := int64(len(e.states) - 1)
	if last < begin+150 {
		t.Fatalf("%d revisions from %d on", last, begin)
	}
	for r := begin; r <= last; r++ {
		if got, want := e.past(r, r), e.want(r, r); !maps.Equal(got, want) {
			t.Fatalf("as of revision %d: %v, want %v", r, got, want)
		}
		if at, err := s.RevisionAt(t.Context(), e.times[r]); err != nil || at != r {
			t.Fatalf("revision %d was at %v: %d, %v", r, e.times[r], at, err)
		}
	}
	for range 60 {
		from := begin + random.Int64N(last-begin)
		until := from + random.Int64N(last-from+1)
		if got, want := e.past(from, until), e.want(from, until); !maps.Equal(got, want) {
			t.Fatalf("from revision %d until %d: %v, want %v", from, until, got, want)
		}
	}
	e.onePast(begin+random.Int64N(last-begin), last)
	e.wholePast(begin + random.Int64N(last-begin))
	e.wholePast(last)
	if n := len(e.past(0, 0)); n != 0 {
		t.Errorf("%d features before the first revision", n)
	}
	if at, err := s.RevisionAt(t.Context(), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil || at != 0 {
		t.Errorf("in the year 1 there was revision %d, %v", at, err)
	}
}

// wholePast loads everything as of a revision, and as of revisions that are none.
func (e *era) wholePast(revision int64) {
	e.t.Helper()
	var assets []*geo.Asset
	c, err := e.s.LoadPast(e.t.Context(), revision, func(a *geo.Asset) { assets = append(assets, cloneAsset(a)) })
	c.Assets = assets
	now := load(e.t, e.s)
	if err != nil || !maps.Equal(digestsOf(c), e.states[revision]) || c.Revision != revision || !c.CommittedAt.Equal(e.times[revision]) || c.Epoch != now.Epoch || len(c.Types) != len(now.Types) {
		e.t.Errorf("as of revision %d: %d areas and %d assets, want %d; %v %v", revision, len(c.Areas), len(c.Assets), len(e.states[revision]), c.CommittedAt, err)
	}
	for _, none := range []int64{0, -1, now.Revision + 1} {
		_, err := e.s.LoadPast(e.t.Context(), none, func(*geo.Asset) { e.t.Errorf("there is an asset as of revision %d", none) })
		kindOf(e.t, err, geo.NotFound)
	}
}

// onePast asks for the features one by one, and as assets of every type.
func (e *era) onePast(from, until int64) {
	e.t.Helper()
	want := e.want(from, until)
	for id := range int64(80) {
		c, err := e.s.ContentBetween(e.t.Context(), geo.Past{Collection: "posyandu", From: from, Until: until, ID: id + 1}, 1)
		digest, there := want[nameOf("posyandu", id+1)]
		if err != nil || there != (len(c.Assets) == 1) || there && c.Assets[0].Digest() != digest {
			e.t.Errorf("posyandu %d: %v, %v", id+1, c.Assets, err)
		}
	}
	area, err := e.s.ContentBetween(e.t.Context(), geo.Past{Collection: "kelurahan", From: from, Until: until, ID: 3571011001}, 100)
	if err != nil || len(area.Areas) != 1 || area.Areas[0].Digest() != want[nameOf("kelurahan", 3571011001)] {
		e.t.Errorf("kelurahan: %v, %v", area.Areas, err)
	}
	all, err := e.s.ContentBetween(e.t.Context(), geo.Past{Collection: geo.AllAssets, From: from, Until: until}, 1000)
	if err != nil {
		e.t.Fatal(err)
	}
	for name, digest := range digestsOf(all) {
		if want[name] != digest {
			e.t.Errorf("%s differs among all assets", name)
		}
	}
}

// TestAPastHasALimit: beyond it the past is refused and not cut off.
func TestAPastHasALimit(t *testing.T) {
	s, _ := open(t)
	exec(t, s, `insert into assets (type, name, area_code) select 'rt', 'RT', '35.71.01.1001' from generate_series(1, 20)`)
	now := one[int64](t, s, `select revision from revision_clock`)
	past := geo.Past{Collection: "rt", From: now, Until: now}
	if c, err := s.ContentBetween(t.Context(), past, 20); err != nil || len(c.Assets) != 20 {
		t.Errorf("%d assets, %v", len(c.Assets), err)
	}
	_, err := s.ContentBetween(t.Context(), past, 19)
	kindOf(t, err, geo.TooLarge)
}
