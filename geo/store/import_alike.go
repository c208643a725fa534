package store

import (
	"context"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/patok-id/patok/geo"
)

// Likely duplicates of a file's rows, among themselves and beside what is there.
// Asking an index a million times takes minutes, so all pass by from west to
// east, each meets those of its type that may still be in reach, and PostgreSQL
// judges the pairs that are left by the rule for one asset (likely_duplicates).

const (
	sameSpotM   = 15.0      // whatever the names
	earthM      = 6371008.8 // mean radius, as st_distancesphere has it
	reachDegree = 108_000.0 // metres in a degree of longitude at least, between 11.5° south and north
	margin      = 1.001     // what pairs may be farther apart, since PostgreSQL measures again
	enoughAlike = 3         // others are enough to name: a dense file does not make every pair
)

// What is there passes with the rows, unless there is so much more of it that
// asking for each row is cheaper.
const (
	fewBeside     = 10
	fewBesideSQL  = `select count(*) < $1 from (select from assets limit $1) a`
	writtenSQL    = `select count(*) from import_rows where outcome in ('new', 'changed') and point is not null`
	alikePairsSQL = `create temp table import_pairs (a int not null, b int, asset_id bigint) on commit drop`
	eastwardSQL   = `declare eastward no scroll cursor for
select row, null::bigint as asset_id, type, name, st_x(point) as lon, st_y(point) as lat from import_rows
where outcome in ('new', 'changed') and point is not null
union all
select null, a.id, a.type, a.name, st_x(a.point), st_y(a.point) from assets a
where $1 and a.point is not null and a.type in (select type from import_rows)
    and not exists (select from import_rows x where x.asset_id = a.id and x.outcome = 'changed')
order by lon, row, asset_id`
	fetchEastward = `fetch 20000 from eastward`
)

// pairAlike fills import_pairs. beside tells that what is there is among them.
func (r *importRun) pairAlike(ctx context.Context, types []*geo.AssetType) (beside bool, err error) {
	var total, done int
	if err := r.tx.QueryRow(ctx, writtenSQL).Scan(&total); err != nil {
		return false, err
	}
	if err := r.tx.QueryRow(ctx, fewBesideSQL, total*fewBeside).Scan(&beside); err != nil {
		return false, err
	}
	if err := r.exec(ctx, alikePairsSQL); err != nil {
		return false, err
	}
	if _, err := r.tx.Exec(ctx, eastwardSQL, beside); err != nil {
		return false, err
	}
	passing := map[string]*alikeSweep{}
	for _, t := range types {
		passing[t.Name] = newAlikeSweep(t.DuplicateRadiusM)
	}
	for {
		r.progressTo(geo.StepMark, min(done, total), total)
		pairs, n, err := r.meet(ctx, passing)
		if err != nil {
			return false, err
		}
		if n == 0 {
			return beside, r.exec(ctx, `close eastward`, `analyze import_pairs`)
		}
		done += n
		if _, err := r.tx.CopyFrom(ctx, pgx.Identifier{"import_pairs"}, []string{"a", "b", "asset_id"}, pgx.CopyFromRows(pairs)); err != nil {
			return false, err
		}
	}
}

// meet lets the next ones pass, and gives the pairs and how many passed.
func (r *importRun) meet(ctx context.Context, passing map[string]*alikeSweep) (pairs [][]any, n int, err error) {
	rows, err := r.tx.Query(ctx, fetchEastward)
	if err != nil {
		return nil, 0, err
	}
	var row, id *int64
	var kind, name string
	var lon, lat float64
	_, err = pgx.ForEachRow(rows, []any{&row, &id, &kind, &name, &lon, &lat}, func() error {
		n++
		a := alikeRow{at: orb.Point{lon, lat}, numbers: numbersOf(name)}
		if row != nil {
			a.row = *row
		} else {
			a.id, a.same = *id, enoughAlike // it gets no mark
		}
		if s := passing[kind]; s != nil {
			s.pass(a, func(a, b *alikeRow) { pairs = append(pairs, pairOf(a, b)) })
		}
		return nil
	})
	return pairs, n, err
}

// pairOf is a pair as it is stored; a row of the file comes first.
func pairOf(a, b *alikeRow) []any {
	switch {
	case a.id != 0:
		return []any{b.row, nil, a.id}
	case b.id != 0:
		return []any{a.row, nil, b.id}
	}
	return []any{a.row, b.row, nil}
}

// alikeRow is a row on its way, or an asset that is there.
type alikeRow struct {
	row     int64 // 0 for an asset
	id      int64 // 0 for a row
	same    int   // others on the same spot, met so far
	numbers uint64
	at      orb.Point
}

// alikeBand holds the rows in reach that lie between two latitudes: those that
// have enough others already need not meet each other.
type alikeBand struct{ wanting, sated []alikeRow }

// alikeSweep holds the rows of one type that are still in reach, by bands that
// are one reach high.
type alikeSweep struct {
	radiusM, reach float64
	bands          map[int]*alikeBand
	passed         int
}

func newAlikeSweep(radiusM float64) *alikeSweep {
	return &alikeSweep{radiusM: radiusM, reach: max(radiusM, sameSpotM) * margin / reachDegree, bands: map[int]*alikeBand{}}
}

// pass tells every pair that a has with those before it, until both have enough;
// a comes no farther west than the one before.
func (s *alikeSweep) pass(a alikeRow, pair func(a, b *alikeRow)) {
	home, west := int(math.Floor(a.at.Lat()/s.reach)), a.at.Lon()-s.reach
	for k := home - 1; k <= home+1; k++ {
		band := s.bands[k]
		if band == nil {
			continue
		}
		wanting, before := band.wanting[:0], len(band.sated)
		for _, b := range band.wanting {
			if b.at.Lon() < west {
				continue // out of reach for whoever comes
			}
			if s.meet(&a, &b, pair); b.same < enoughAlike {
				wanting = append(wanting, b)
			} else {
				band.sated = append(band.sated, b)
			}
		}
		band.wanting = wanting
		for i := before - 1; i >= 0 && a.same < enoughAlike; i-- {
			s.meet(&a, &band.sated[i], pair)
		}
	}
	if s.bands[home] == nil {
		s.bands[home] = &alikeBand{}
	}
	if band := s.bands[home]; a.same < enoughAlike {
		band.wanting = append(band.wanting, a)
	} else {
		band.sated = append(band.sated, a)
	}
	if s.passed++; s.passed%4096 == 0 {
		s.forget(west)
	}
}

// meet makes a pair of rows that may be alike.
func (s *alikeSweep) meet(a, b *alikeRow, pair func(a, b *alikeRow)) {
	if math.Abs(a.at.Lat()-b.at.Lat()) > s.reach || a.at.Lon()-b.at.Lon() > s.reach {
		return
	}
	meters := sphereM(a.at, b.at)
	switch {
	case meters <= sameSpotM/margin:
		a.same++
		b.same++
	case meters <= sameSpotM*margin:
	case meters > s.radiusM*margin || a.numbers != b.numbers && a.numbers != 0 && b.numbers != 0:
		return
	}
	pair(a, b)
}

// forget leaves out the rows that are out of reach.
func (s *alikeSweep) forget(west float64) {
	gone := func(r alikeRow) bool { return r.at.Lon() < west }
	for k, band := range s.bands {
		band.wanting, band.sated = slices.DeleteFunc(band.wanting, gone), slices.DeleteFunc(band.sated, gone)
		if len(band.wanting)+len(band.sated) == 0 {
			delete(s.bands, k)
		}
	}
}

// sphereM is the distance on PostGIS's sphere, which is smaller than orb's.
func sphereM(a, b orb.Point) float64 {
	return orbgeo.DistanceHaversine(a, b) * (earthM / orb.EarthRadius)
}

// numbersOf is 0 for a name without digits. Names with different numbers are
// different places (names_alike); two numbers are equal where the names' are.
// What is no ASCII may hold digits of other scripts: such a name has none here,
// and PostgreSQL judges.
func numbersOf(name string) uint64 {
	h, digit, zero, any := uint64(14695981039346656037), false, false, false
	add := func(c byte) { h = (h ^ uint64(c)) * 1099511628211 } // FNV-1a
	for i := range len(name) {
		c := name[i]
		if c >= 0x80 {
			return 0
		}
		if c < '0' || c > '9' {
			if digit && zero {
				add('0')
			}
			digit = false
			continue
		}
		if !digit {
			add(' ')
			digit, zero, any = true, true, true
		}
		if zero && c == '0' {
			continue // leading, or the number is zero
		}
		zero = false
		add(c)
	}
	if digit && zero {
		add('0')
	}
	if !any {
		return 0
	}
	return max(h, 1)
}
