package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// village is a city whose figures go by the lurah, the camat and Dinsos, with the
// server's store and its people.
type village struct {
	*testing.T
	app, owner                                           *Store
	pic, twin, kidul, lurah, camat, far, planner, dinsos geo.Principal
	dinsos2, admin                                       geo.Principal
}

func newVillage(t *testing.T) *village {
	t.Helper()
	app, owner := served(t, nil)
	exec(t, owner, `insert into areas (code, name, kind, derived) values ('35.71.02', 'Kota', 'kecamatan', true)`)
	return &village{T: t, app: app, owner: owner,
		pic: principal(t, owner, "pic-lor", geo.RolePIC, lor), twin: principal(t, owner, "pic-lor-2", geo.RolePIC, lor),
		kidul: principal(t, owner, "pic-kidul", geo.RolePIC, kidul), lurah: principal(t, owner, "lurah", geo.RoleReviewer, lor),
		camat: principal(t, owner, "camat", geo.RoleReviewer, "35.71.01"), far: principal(t, owner, "camat-jauh", geo.RoleReviewer, "35.71.02"),
		planner: principal(t, owner, "bappeda", geo.RolePlanner, ""), dinsos: principal(t, owner, "dinsos", geo.RoleDinsos, "35.71"),
		dinsos2: principal(t, owner, "dinsos-2", geo.RoleDinsos, "35.71"), admin: principal(t, owner, "admin", geo.RoleAdministrator, "")}
}

// ok fails the test unless err is nil.
func ok[T any](v T, err error) func(*village) T {
	return func(c *village) T {
		c.Helper()
		if err != nil {
			c.Fatal(err)
		}
		return v
	}
}

func (c *village) open(p geo.Principal, source string, period indicator.Period, reason string) *indicator.Batch {
	c.Helper()
	return ok(c.app.OpenBatch(c.Context(), p, indicator.NewBatch{AreaCode: lor, Source: source, Period: period, Reason: reason}))(c)
}

// put writes place, indicator, number triples; a nil number is not known.
func (c *village) put(p geo.Principal, b *indicator.Batch, triples ...any) (*indicator.Batch, error) {
	c.Helper()
	put := indicator.PutValues{Batch: b.ID, Version: b.Version}
	for i := 0; i < len(triples); i += 3 {
		v := indicator.Value{ValueKey: indicator.ValueKey{Place: indicator.Place(fmt.Sprint(triples[i])), Indicator: triples[i+1].(string)}}
		if n, told := triples[i+2].(int); told {
			f := float64(n)
			v.Number = &f
		}
		put.Values = append(put.Values, v)
	}
	after, _, err := c.app.PutValues(c.Context(), p, put)
	return after, err
}

func (c *village) decide(p geo.Principal, b *indicator.Batch, act indicator.Act, note string) (*indicator.Batch, error) {
	return c.app.DecideBatch(c.Context(), p, indicator.BatchDecision{Act: act, ID: b.ID, Version: b.Version, Note: note})
}

func (c *village) must(p geo.Principal, b *indicator.Batch, act indicator.Act, note string) *indicator.Batch {
	c.Helper()
	return ok(c.decide(p, b, act, note))(c)
}

func (c *village) minutes(p geo.Principal, b *indicator.Batch) *indicator.Batch {
	c.Helper()
	return ok(c.app.PutMinutes(c.Context(), p, b.ID, b.Version, indicator.Minutes{Number: "141/12/2026", HeldOn: "2026-04-09", Attendance: 42}))(c)
}

// sent is a batch of the meeting that waits for the lurah.
func (c *village) sent() *indicator.Batch {
	c.Helper()
	b := ok(c.put(c.pic, c.open(c.pic, "muskel", "2026-Q1", ""), lor, "keluarga", 100))(c)
	return c.must(c.pic, c.minutes(c.pic, b), indicator.ActSent, "")
}

// closed is one that everybody agreed to.
func (c *village) closed() *indicator.Batch {
	c.Helper()
	b := c.must(c.lurah, c.sent(), indicator.ActApproved, "")
	return c.must(c.dinsos, c.must(c.camat, b, indicator.ActApproved, ""), indicator.ActApproved, "")
}

// refused wants an error of a kind.
func (c *village) refused(what string, kind geo.Kind, err error) {
	c.Helper()
	if geo.KindOf(err) != kind {
		c.Errorf("%s: %v, want %s", what, err, kind)
	}
}

func TestTheWholeWayOfABatch(t *testing.T) {
	c := newVillage(t)
	b := c.open(c.pic, "muskel", "2026-Q1", "")
	if b.State != indicator.Draft || b.Edition != 1 || !b.Newest || len(b.Steps) != 3 || len(b.Events) != 1 || b.AreaName != "Bandar Lor" {
		t.Fatalf("opened as %+v", b)
	}
	_, err := c.decide(c.pic, b, indicator.ActSent, "")
	c.refused("sent without figures and minutes", geo.Invalid, err)
	b = ok(c.put(c.pic, b, lor, "keluarga", 100, lor+"-001-001", "keluarga", 40, lor+"-001-002", "keluarga", 50))(c)
	b = c.minutes(c.pic, b)
	_, err = c.decide(c.pic, b, indicator.ActSent, "")
	c.refused("sent with a difference", geo.Invalid, err)
	b = ok(c.put(c.twin, b, lor+"-001-002", "keluarga", 60))(c)
	b = c.must(c.pic, b, indicator.ActSent, "sudah")
	if b.State != indicator.Sent || b.SentAt == nil || !slices.Equal(b.Writers, []int64{c.pic.AccountID, c.twin.AccountID}) || *b.Told != (indicator.Told{Places: 3, Values: 3}) {
		t.Fatalf("sent as %+v, %+v", b, b.Told)
	}
	_, err = c.put(c.pic, b, lor, "keluarga", 101)
	c.refused("changed while it is checked", geo.Conflict, err)
	_, err = c.decide(c.camat, b, indicator.ActApproved, "")
	c.refused("the camat before the lurah", geo.Forbidden, err)
	b = c.must(c.lurah, b, indicator.ActApproved, "")
	returned := ok(c.app.DecideBatch(t.Context(), c.camat, indicator.BatchDecision{Act: indicator.ActReturned, ID: b.ID, Version: b.Version, Note: "RT 2?",
		Cells: map[string]string{string(lor) + "-001-002/keluarga": "lebih dari tahun lalu"}}))(c)
	if returned.State != indicator.Returned || returned.Step != 0 || returned.Events[len(returned.Events)-1].Cells[string(lor)+"-001-002/keluarga"] == "" {
		t.Fatalf("returned as %+v", returned)
	}
	b = ok(c.put(c.pic, returned, lor, "keluarga", 99, lor+"-001-002", "keluarga", 59))(c)
	b = c.must(c.pic, b, indicator.ActSent, "")
	b = c.must(c.camat, c.must(c.lurah, b, indicator.ActApproved, ""), indicator.ActApproved, "")
	dated := geo.Date("2026-04-20")
	b = ok(c.app.DecideBatch(t.Context(), c.dinsos, indicator.BatchDecision{Act: indicator.ActApproved, ID: b.ID, Version: b.Version, Number: "SK 12", Dated: &dated}))(c)
	if b.State != indicator.Closed || b.ClosedAt == nil {
		t.Fatalf("closed as %+v", b)
	}
	var acts []string
	for _, e := range b.Events {
		acts = append(acts, fmt.Sprint(e.By.Name, " ", e.Act, " ", e.Step))
	}
	want := []string{"pic-lor created ", "pic-lor sent ", "lurah approved kelurahan", "camat returned kecamatan", "pic-lor sent ",
		"lurah approved kelurahan", "camat approved kecamatan", "dinsos closed dinsos"}
	if !slices.Equal(acts, want) {
		t.Errorf("events %q, want %q", acts, want)
	}
	if last := b.Events[7]; last.Number != "SK 12" || last.Dated == nil || *last.Dated != dated {
		t.Errorf("the decision's number is lost: %+v", last)
	}
	if n := one[int](t, c.owner, `select count(*) from audit where target = $1 and action like 'batch_%'`, batchTarget(b.ID)); n != 9 {
		t.Errorf("%d audit lines, want 9", n)
	}
	if n := one[int](t, c.owner, `select count(*) from revisions where kind = 'review' and approved_by = actor and actor in ('lurah', 'camat', 'dinsos')`); n != 5 {
		t.Errorf("%d revisions of review, want 5", n)
	}
	if n := one[int](t, c.owner, `select count(*) from batch_value_history where batch_id = $1`, b.ID); n != 3 {
		t.Errorf("%d values in history, want 3", n)
	}
}

func TestNobodyTakesAStepOfTheirOwnFigures(t *testing.T) {
	c := newVillage(t)
	b := c.open(c.dinsos, "dtsen", "2026-Q1", "")
	_, err := c.app.OpenBatch(t.Context(), c.pic, indicator.NewBatch{AreaCode: lor, Source: "dtsen", Period: "2025-Q4"})
	c.refused("a PIC opens what comes from the centre", geo.Forbidden, err)
	_, err = c.put(c.pic, b, lor, "keluarga", 1)
	c.refused("a PIC enters it", geo.Forbidden, err)
	b = ok(c.put(c.dinsos, b, lor, "keluarga", 100))(c)
	b = ok(c.put(c.admin, b, lor, "keluarga_desil_1", 10))(c)
	b = c.must(c.dinsos, b, indicator.ActSent, "")
	for _, p := range []geo.Principal{c.dinsos, c.admin} {
		_, err = c.decide(p, b, indicator.ActApproved, "")
		c.refused(p.Name+" approves it", geo.Forbidden, err)
		_, err = c.decide(p, b, indicator.ActReturned, "x")
		c.refused(p.Name+" returns it", geo.Forbidden, err)
	}
	if b = c.must(c.dinsos2, b, indicator.ActApproved, ""); b.State != indicator.Closed {
		t.Errorf("%s", b.State)
	}
}

func TestCommandsTakeEveryStep(t *testing.T) {
	c := newVillage(t)
	system := geo.System("impor")
	b := ok(c.put(system, c.open(system, "dtsen", "2026-Q1", ""), lor, "keluarga", 100))(c)
	for _, act := range []indicator.Act{indicator.ActSent, indicator.ActApproved} {
		b = ok(c.app.DecideBatch(t.Context(), system, indicator.BatchDecision{Act: act, ID: b.ID}))(c)
	}
	if b.State != indicator.Closed || len(b.Writers) != 0 || b.Events[2].By != (geo.Who{}) {
		t.Errorf("closed as %+v", b)
	}
}

func TestMissingUntoldAndZeroAreThreeThings(t *testing.T) {
	c := newVillage(t)
	b := c.open(c.pic, "muskel", "2026-Q1", "")
	b = ok(c.put(c.pic, b, lor, "keluarga", 0, lor, "kpm_pkh", nil, lor, "rtlh", 3))(c)
	again := ok(c.put(c.pic, b, lor, "keluarga", 0, lor, "kpm_pkh", nil))(c)
	if again.Version != b.Version || *b.Told != (indicator.Told{Places: 1, Values: 2}) {
		t.Errorf("the same again makes version %d of %d, told %+v", again.Version, b.Version, b.Told)
	}
	revision := one[int64](t, c.owner, `select revision from revision_clock`)
	ok(c.put(c.pic, b, lor, "keluarga", 0))(c)
	if now := one[int64](t, c.owner, `select revision from revision_clock`); now != revision {
		t.Error("what changes nothing is a revision")
	}
	b, _, err := c.app.PutValues(t.Context(), c.pic, indicator.PutValues{Batch: b.ID, Version: b.Version, Remove: []indicator.ValueKey{{Place: indicator.Place(lor), Indicator: "rtlh"}, {Place: indicator.Place(lor), Indicator: "blt_dd"}}})
	if err != nil || b.Version != again.Version+1 {
		t.Fatalf("removed as version %d, %v", b.Version, err)
	}
	values := ok(c.app.BatchValues(t.Context(), c.pic, b.ID))(c)
	if len(values) != 2 || values[0].Indicator != "keluarga" || values[0].Number == nil || *values[0].Number != 0 || values[1].Number != nil {
		t.Errorf("kept %+v", values)
	}
}

func TestACorrectionIsTheNextEdition(t *testing.T) {
	c := newVillage(t)
	first := c.closed()
	_, err := c.put(c.pic, first, lor, "keluarga", 101)
	c.refused("a closed one is changed", geo.Conflict, err)
	_, err = c.app.OpenBatch(t.Context(), c.pic, indicator.NewBatch{AreaCode: lor, Source: "muskel", Period: "2026-Q1"})
	c.refused("corrected without a reason", geo.Invalid, err)
	b := c.open(c.pic, "muskel", "2026-Q1", "salah hitung RT 2")
	if b.Edition != 2 || b.Reason == "" || len(b.Writers) != 0 || b.Told.Values != 1 || b.Minutes != nil {
		t.Fatalf("corrected as %+v", b)
	}
	var waiting *geo.Error
	_, err = c.app.OpenBatch(t.Context(), c.twin, indicator.NewBatch{AreaCode: lor, Source: "muskel", Period: "2026-Q1", Reason: "juga"})
	if !errors.As(err, &waiting) || waiting.Kind != geo.Waiting || waiting.Batch != b.ID {
		t.Errorf("opened twice: %v", err)
	}
	b = ok(c.put(c.pic, b, lor, "keluarga", 97, lor, "rtlh", 2))(c)
	against, rows, err := c.app.Correction(t.Context(), c.pic, b.ID)
	if err != nil || against.Edition != 1 || len(rows) != 2 || *rows[0].Before != 100 || *rows[0].After != 97 || rows[1].Before != nil {
		t.Errorf("against %+v: %+v, %v", against, rows, err)
	}
	if old := ok(c.app.Batch(t.Context(), c.pic, first.ID))(c); old.Newest || old.Rights(c.pic, c.app.now()).Correct {
		t.Error("the first edition can still be corrected")
	}
	c.must(c.pic, b, indicator.ActWithdrawn, "tidak jadi")
	if old := ok(c.app.Batch(t.Context(), c.pic, first.ID))(c); !old.Newest {
		t.Error("a withdrawn correction stands in the way")
	}
	if third := c.open(c.pic, "muskel", "2026-Q1", "lagi"); third.Edition != 3 || third.Told.Values != 1 {
		t.Errorf("the third is %+v", third)
	}
	entry := ok(c.app.Entry(t.Context(), c.pic, c.open(c.pic, "muskel", "2026-Q2", "").ID, true))(c)
	if entry.Previous == nil || entry.Previous.Period != "2026-Q1" || entry.Previous.Edition != 1 || len(entry.Previous.Values) != 1 {
		t.Errorf("the next quarter is compared with %+v", entry.Previous)
	}
	if !slices.Contains(entry.Asked, "usulan_diusulkan") || slices.Contains(entry.Asked, "p0") || slices.Contains(entry.Asked, "jumlah_rt") {
		t.Errorf("asked for %v", entry.Asked)
	}
}

func TestWhatABatchRefuses(t *testing.T) {
	c := newVillage(t)
	for what, n := range map[string]indicator.NewBatch{
		"an unknown source": {AreaCode: lor, Source: "lain", Period: "2026-Q1"},
		"a year":            {AreaCode: lor, Source: "muskel", Period: "2026"},
		"what is to come":   {AreaCode: lor, Source: "muskel", Period: "2199-Q1"},
		"an unknown area":   {AreaCode: "35.71.01.1999", Source: "muskel", Period: "2026-Q1"},
		"a kecamatan":       {AreaCode: "35.71.01", Source: "muskel", Period: "2026-Q1"},
	} {
		_, err := c.app.OpenBatch(t.Context(), c.admin, n)
		c.refused(what, geo.Invalid, err)
	}
	b := c.open(c.pic, "muskel", "2026-Q1", "")
	for what, triple := range map[string][]any{
		"next door":        {kidul, "keluarga", 1},
		"a rate":           {lor, "p0", 1},
		"below zero":       {lor, "keluarga", -1},
		"no indicator":     {lor, "miskin", 1},
		"one wrong of two": {lor, "keluarga", 1, lor, "rtlh", -1},
	} {
		_, err := c.put(c.pic, b, triple...)
		c.refused(what, geo.Invalid, err)
	}
	if b.Told.Values != 0 || len(ok(c.app.BatchValues(t.Context(), c.pic, b.ID))(c)) != 0 {
		t.Error("something of it was kept")
	}
	stale := ok(c.put(c.twin, b, lor, "keluarga", 1))(c)
	_, err := c.put(c.pic, b, lor, "keluarga", 2)
	c.refused("an older version", geo.Stale, err)
	_, err = c.decide(c.pic, b, indicator.ActWithdrawn, "")
	c.refused("an older version is withdrawn", geo.Stale, err)
	c.must(c.pic, stale, indicator.ActWithdrawn, "")
}

// TestWhoSeesWhatOfABatch: state for who watches, numbers for who works with them.
func TestWhoSeesWhatOfABatch(t *testing.T) {
	c := newVillage(t)
	b := c.sent()
	for _, who := range []struct {
		principal     geo.Principal
		state, figure bool
	}{{c.pic, true, true}, {c.lurah, true, true}, {c.camat, true, true}, {c.dinsos, true, true}, {c.admin, true, true},
		{c.planner, true, false}, {c.kidul, false, false}, {c.far, false, false}, {geo.Public, false, false}} {
		p := who.principal
		got, err := c.app.Batch(t.Context(), p, b.ID)
		if (err == nil) != who.state || !who.state && geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s sees it: %v, want %v", p.Actor(), err, who.state)
		}
		if who.state && (got.Told != nil) != who.figure || who.state && (got.Minutes != nil || len(got.Events) > 0) != who.figure {
			t.Errorf("%s sees %+v", p.Actor(), got)
		}
		list, matched, _, err := c.app.Batches(t.Context(), p, indicator.BatchFilter{Limit: 10})
		if err != nil || (matched == 1) != who.state || len(list) != matched || matched == 1 && (list[0].Minutes != nil) != who.figure {
			t.Errorf("%s lists %d: %v", p.Actor(), matched, err)
		}
		_, err = c.app.BatchValues(t.Context(), p, b.ID)
		want := map[bool]geo.Kind{true: geo.Forbidden, false: geo.NotFound}[who.state]
		if who.figure && err != nil || !who.figure && geo.KindOf(err) != want {
			t.Errorf("%s reads its figures: %v", p.Actor(), err)
		}
		if _, _, err = c.app.Scan(t.Context(), p, b.ID); who.figure && geo.KindOf(err) != geo.NotFound || !who.figure && geo.KindOf(err) != want {
			t.Errorf("%s reads its scan: %v", p.Actor(), err)
		}
	}
}

func TestBatchesWaitForWhoIsNext(t *testing.T) {
	c := newVillage(t)
	b := c.sent()
	exec(t, c.owner, `insert into settings (name, value) values ('figures', '{"windows":{"muskel":{"from_day":1,"until_day":14}}}')`)
	counts := func(p geo.Principal) indicator.BatchCounts {
		return ok(c.app.CountBatches(t.Context(), p, "2026-04-15"))(c)
	}
	checks := func(p geo.Principal) int {
		_, matched, _, err := c.app.Batches(t.Context(), p, indicator.BatchFilter{For: "check"})
		if err != nil {
			t.Fatal(err)
		}
		return matched
	}
	if n := counts(c.lurah); n != (indicator.BatchCounts{Check: 1, Late: 1}) || checks(c.lurah) != 1 || checks(c.camat) != 0 || checks(c.pic) != 0 {
		t.Errorf("the lurah has %+v", n)
	}
	b = c.must(c.lurah, b, indicator.ActReturned, "periksa")
	if n := counts(c.pic); n != (indicator.BatchCounts{Returned: 1, Late: 1}) {
		t.Errorf("the PIC has %+v", n)
	}
	if n := counts(c.planner); n != (indicator.BatchCounts{}) {
		t.Errorf("the planner has %+v", n)
	}
	_, mine, _, err := c.app.Batches(t.Context(), c.pic, indicator.BatchFilter{For: "mine", State: "open", Source: "muskel", Period: "2026-Q1", Area: "35.71.01"})
	if err != nil || mine != 1 {
		t.Errorf("%d of mine, %v", mine, err)
	}
	c.open(c.twin, "profil", "2025", "")
	c.open(c.twin, "profil", "2024", "")
	page, matched, next, err := c.app.Batches(t.Context(), c.pic, indicator.BatchFilter{Limit: 2})
	if err != nil || matched != 3 || len(page) != 2 || next != page[1].ID {
		t.Errorf("%d of %d, then %d: %v", len(page), matched, next, err)
	}
	if rest, _, next, err := c.app.Batches(t.Context(), c.pic, indicator.BatchFilter{Limit: 2, After: next}); err != nil || len(rest) != 1 || rest[0].ID != b.ID || next != 0 {
		t.Errorf("the rest is %+v, %v", rest, err)
	}
}

// TestOneOfTwoApproversWins: several at once take one step, and take it once.
func TestOneOfTwoApproversWins(t *testing.T) {
	c := newVillage(t)
	for range 5 {
		b := c.sent()
		var mu sync.Mutex
		var wg sync.WaitGroup
		kinds := map[geo.Kind]int{}
		for _, p := range []geo.Principal{c.lurah, c.admin, c.lurah, c.admin} {
			wg.Go(func() {
				_, err := c.decide(p, b, indicator.ActApproved, "")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					kinds["won"]++
				} else {
					kinds[geo.KindOf(err)]++
				}
			})
		}
		wg.Wait()
		after := ok(c.app.Batch(t.Context(), c.admin, b.ID))(c)
		if kinds["won"] != 1 || kinds[geo.Stale]+kinds[geo.Forbidden] != 3 || after.Step != 1 || after.State != indicator.Checking {
			t.Fatalf("%v, then %s %d", kinds, after.State, after.Step)
		}
		c.must(c.pic, after, indicator.ActWithdrawn, "")
	}
}

// TestTwoOpenOneBatch: who opens the same at once finds the other's.
func TestTwoOpenOneBatch(t *testing.T) {
	c := newVillage(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = c.app.OpenBatch(t.Context(), c.pic, indicator.NewBatch{AreaCode: lor, Source: "muskel", Period: "2026-Q1"})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if geo.KindOf(err) != geo.Waiting {
			t.Error(err)
		}
	}
	if n := one[int](t, c.owner, `select count(*) from batches`); n != 1 || won != 1 {
		t.Errorf("%d opened, %d are there", won, n)
	}
}

// TestFrozenForPlainSQLToo: a closed batch's figures and minutes stay, whoever writes.
func TestFrozenForPlainSQLToo(t *testing.T) {
	c := newVillage(t)
	b := c.closed()
	for _, sql := range []string{`update batch_values set number = 1`, `delete from batch_values`,
		`insert into batch_values (batch_id, place, indicator, number) values (@b, '` + string(lor) + `', 'rtlh', 1)`,
		`update batches set state = 'draft'`, `update batches set edition = 7`, `update batch_minutes set number = 'x'`} {
		_, err := c.owner.pool.Exec(t.Context(), strings.ReplaceAll(sql, "@b", strconv.FormatInt(b.ID, 10)))
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != stateFrozenBatch && pg.Code != stateImmutable {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestMarksStopNothing(t *testing.T) {
	c := newVillage(t)
	ctx := t.Context()
	b := c.closed()
	_, err := c.app.PutMark(ctx, c.pic, b.ID, indicator.Mark{Mark: "verval", Dated: "2026-05-01"})
	c.refused("marked by the PIC", geo.Forbidden, err)
	_, err = c.app.PutMark(ctx, c.dinsos, b.ID, indicator.Mark{Mark: "lain", Dated: "2026-05-01"})
	c.refused("a mark that nobody knows", geo.NotFound, err)
	_, err = c.app.PutMark(ctx, c.dinsos, b.ID, indicator.Mark{Mark: "verval", Dated: "2026-05-01", Note: "3571011203850001"})
	c.refused("a mark with a person", geo.Invalid, err)
	ok(c.app.PutMark(ctx, c.dinsos, b.ID, indicator.Mark{Mark: "disahkan", Dated: "2026-05-03"}))(c)
	b = ok(c.app.PutMark(ctx, c.dinsos, b.ID, indicator.Mark{Mark: "verval", Dated: "2026-05-01", Number: "7"}))(c)
	b = ok(c.app.PutMark(ctx, c.dinsos2, b.ID, indicator.Mark{Mark: "verval", Dated: "2026-05-02", Number: "8"}))(c)
	if len(b.Marks) != 2 || b.Marks[0].Mark != "verval" || b.Marks[0].Number != "8" || b.Marks[0].By.Name != "dinsos-2" || b.State != indicator.Closed {
		t.Errorf("marked %+v", b.Marks)
	}
	if seen := ok(c.app.Batch(ctx, c.planner, b.ID))(c); len(seen.Marks) != 2 {
		t.Errorf("the planner sees %+v", seen.Marks)
	}
	if b = ok(c.app.RemoveMark(ctx, c.dinsos, b.ID, "verval"))(c); len(b.Marks) != 1 {
		t.Errorf("left %+v", b.Marks)
	}
}

// TestManyBatchesAtOnce is what an import does in its transaction.
func TestManyBatchesAtOnce(t *testing.T) {
	c := newVillage(t)
	ctx := t.Context()
	areas := []geo.Code{lor, kidul}
	write := func(p geo.Principal, reason string, number float64) (map[int64]int, error) {
		var changed map[int64]int
		err := c.app.begin(ctx, "test", act{principal: p, kind: "import", reason: reason}, func(tx pgx.Tx) error {
			batches, err := c.app.openBatches(ctx, tx, p, areas, indicator.NewBatch{Source: "dtsen", Period: "2026-Q1", Reason: reason})
			if err != nil {
				return err
			}
			var values []batchValue
			for area, b := range batches {
				for rt := range 40 {
					values = append(values, batchValue{b.ID, indicator.Value{ValueKey: indicator.ValueKey{Place: indicator.Place(fmt.Sprintf("%s-001-%03d", area, rt)), Indicator: "keluarga"}, Number: &number}})
				}
			}
			changed, err = c.app.putValues(ctx, tx, p, values)
			return err
		})
		return changed, err
	}
	if _, err := write(c.pic, "", 10); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("the PIC of one of two writes both: %v", err)
	}
	for i, want := range []int{40, 0, 40} {
		changed, err := write(c.dinsos, "", []float64{10, 10, 11}[i])
		if err != nil || one[int](t, c.owner, `select count(*) from batches`) != 2 || len(changed) != min(want, 2) {
			t.Fatalf("%v, %v", changed, err)
		}
		for _, n := range changed {
			if n != want {
				t.Errorf("%d changed, want %d", n, want)
			}
		}
	}
	id := one[int64](t, c.owner, `select id from batches where area_code = $1`, lor)
	b := ok(c.app.DecideBatch(ctx, geo.System("test"), indicator.BatchDecision{Act: indicator.ActSent, ID: id}))(c)
	if _, err := write(c.dinsos, "", 12); geo.KindOf(err) != geo.Conflict {
		t.Errorf("written while it is checked: %v", err)
	}
	c.must(c.dinsos2, b, indicator.ActApproved, "")
	if _, err := write(c.dinsos, "", 12); geo.KindOf(err) != geo.Invalid {
		t.Errorf("corrected without a reason: %v", err)
	}
	if _, err := write(c.dinsos, "berkas baru", 12); err != nil {
		t.Error(err)
	}
	if n := one[int](t, c.owner, `select count(*) from batches`); n != 3 {
		t.Errorf("%d batches, want a second edition of one", n)
	}
}
