package store

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// tell closes a batch of dtsen with figures, the next edition of its area.
func tell(t testing.TB, s *Store, area string, period string, figures map[string]map[string]any) {
	t.Helper()
	id := one[int64](t, s, `insert into batches (area_code, period, source, steps, edition)
values ($1, $2, 'dtsen', '{dinsos}', (select count(*) + 1 from batches where area_code = $1 and period = $2)) returning id`, area, period)
	for place, values := range figures {
		for code, number := range values {
			exec(t, s, `insert into batch_values (batch_id, place, indicator, number) values ($1, $2, $3, $4)`, id, place, code, number)
		}
	}
	exec(t, s, `update batches set state = 'closed', closed_at = clock_timestamp() where id = $1`, id)
}

func dtsen(dry bool) indicator.PublicationRequest {
	return indicator.PublicationRequest{Source: "dtsen", Period: "2026-Q1", Area: "35.71", DryRun: dry, Today: "2026-05-01"}
}

// openFigures is open with a third kelurahan in another kecamatan, and figures of
// all three: 400 and 300 families in Mojoroto, 200 in Kota. The second store is
// the server's.
func openFigures(t testing.TB) (owner, app *Store) {
	t.Helper()
	s, url := open(t)
	exec(t, s, `insert into areas (code, name, kind, derived) values ('35.71.02', 'Kota', 'kecamatan', true)`)
	exec(t, s, `insert into areas (code, name, kind, boundary) values ('35.71.02.1001', 'Semampir', 'kelurahan', `+square(112.02, -7.81)+`)`)
	tell(t, s, "35.71.01.1001", "2026-Q1", map[string]map[string]any{
		"35.71.01.1001":         {"keluarga": 400, "kpm_pkh": 60},
		"35.71.01.1001-001-001": {"keluarga": 300, "kpm_pkh": 57},
		"35.71.01.1001-001-002": {"keluarga": 100, "kpm_pkh": 3},
	})
	tell(t, s, "35.71.01.1002", "2026-Q1", map[string]map[string]any{"35.71.01.1002": {"keluarga": 300, "kpm_pkh": 7}})
	tell(t, s, "35.71.02.1001", "2026-Q1", map[string]map[string]any{"35.71.02.1001": {"keluarga": 200, "kpm_pkh": 80}})
	app, err := Open(t.Context(), geotest.AppURL(t, url), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	return s, app
}

// cellOf is what the newest edition of dtsen 2026-Q1 says to an audience.
func cellOf(t testing.TB, s *Store, to indicator.Audience, place indicator.Place, code string) indicator.Cell {
	t.Helper()
	c, err := s.Catalog(t.Context(), indicator.NewLive(nil).Catalog())
	if err != nil {
		t.Fatal(err)
	}
	editions, err := c.Find("dtsen", "2026-Q1", "")
	if err != nil {
		t.Fatal(err)
	}
	p := editions[len(editions)-1].Public
	if to == indicator.Internal {
		p = editions[len(editions)-1].Internal
	}
	column, at := p.Column(code), p.Place(place)
	if column < 0 || at < 0 {
		return indicator.Cell{}
	}
	return p.Columns[column].Cells[at]
}

func TestPublish(t *testing.T) {
	owner, app := openFigures(t)
	dinsos := principal(t, owner, "dinsos", geo.RoleDinsos, "")
	before := one[int64](t, owner, `select revision from revision_clock`)
	dry, err := app.Publish(t.Context(), dinsos, dtsen(true))
	if err != nil || dry.Published || dry.Edition != 1 || dry.Covered != 3 || dry.Expected != 3 || len(dry.Incomplete) != 0 || dry.Revision != 0 {
		t.Fatalf("%+v %v", dry, err)
	}
	if after := one[int64](t, owner, `select revision from revision_clock`); after != before || one[int](t, owner, `select count(*) from publications`) != 0 {
		t.Fatal("a dry run left something behind")
	}
	made, err := app.Publish(t.Context(), dinsos, dtsen(false))
	if err != nil || !made.Published || made.Edition != 1 || made.Revision != before+1 || len(made.Audiences) != 2 || made.Audiences[1].Small == 0 {
		t.Fatalf("%+v %v", made, err)
	}
	shown := func(v float64) indicator.Cell { return indicator.Cell{State: indicator.Shown, Value: v} }
	for _, c := range []struct {
		to    indicator.Audience
		place indicator.Place
		code  string
		want  indicator.Cell
	}{
		{indicator.Public, "35.71", "keluarga", shown(900)}, // the sum of three kelurahan by way of two kecamatan
		{indicator.Public, "35.71.01", "keluarga", shown(700)},
		{indicator.Public, "35.71.01.1002", "kpm_pkh", indicator.Cell{State: indicator.Small}},
		{indicator.Internal, "35.71.01.1002", "kpm_pkh", shown(7)},
		{indicator.Internal, "35.71.01.1001-001-002", "kpm_pkh", indicator.Cell{State: indicator.Small}},
		{indicator.Public, "35.71.01.1001-001-002", "keluarga", indicator.Cell{}}, // RT are not in it
		{indicator.Internal, "35.71.01.1001-001", "keluarga", shown(400)},         // an RW is the sum of its RT
	} {
		if got := cellOf(t, app, c.to, c.place, c.code); got != c.want {
			t.Errorf("%s of %s for %s is %+v, want %+v", c.code, c.place, c.to, got, c.want)
		}
	}
	again, err := app.Publish(t.Context(), dinsos, dtsen(false))
	if err != nil || again.Published || again.Edition != 1 || again.Changed != 0 {
		t.Errorf("the same again: %+v %v", again, err)
	}
	if n := one[int](t, owner, `select count(*) from audit where action = 'publish' and actor = 'dinsos'`); n != 1 {
		t.Errorf("%d lines in the audit log", n)
	}
	if who := one[string](t, owner, `select string_agg(distinct r.actor || ' ' || a.name, ',') from publications p join revisions r on r.id = p.from_tx join accounts a on a.id = p.account_id`); who != "dinsos dinsos" {
		t.Errorf("published by %s", who)
	}
}

// TestPublicationHoldsNothingHidden looks for hidden numbers in what is stored.
func TestPublicationHoldsNothingHidden(t *testing.T) {
	owner, app := openFigures(t)
	// Nearly all of 9876 families, and all but that of the city's.
	tell(t, owner, "35.71.02.1001", "2026-Q1", map[string]map[string]any{"35.71.02.1001": {"keluarga": 9876, "kpm_pkh": 9874}})
	if _, err := app.Publish(t.Context(), geo.System("test"), dtsen(false)); err != nil {
		t.Fatal(err)
	}
	if got := cellOf(t, app, indicator.Internal, "35.71.02.1001", "kpm_pkh"); got.State != indicator.Hidden {
		t.Fatalf("not hidden: %+v", got)
	}
	for _, packed := range []string{"public", "internal"} {
		z, err := gzip.NewReader(bytes.NewReader(one[[]byte](t, owner, `select content from publications where audience = $1`, packed)))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil || !strings.Contains(string(plain), "9876") || strings.Contains(string(plain), "9874") {
			t.Errorf("%s: %v %s", packed, err, plain)
		}
	}
}

func TestPublishRefuses(t *testing.T) {
	owner, app := openFigures(t)
	request := func(change func(*indicator.PublicationRequest)) indicator.PublicationRequest {
		r := dtsen(false)
		change(&r)
		return r
	}
	if _, err := app.Publish(t.Context(), geo.System("test"), dtsen(false)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who  geo.Principal
		r    indicator.PublicationRequest
		want geo.Kind
	}{
		"the public":         {geo.Public, dtsen(true), geo.Forbidden},
		"planner":            {principal(t, owner, "bappeda", geo.RolePlanner, ""), dtsen(true), geo.Forbidden},
		"dinsos elsewhere":   {principal(t, owner, "dinsos-1", geo.RoleDinsos, "35.71.01"), dtsen(true), geo.Forbidden},
		"reads only":         {geo.Principal{AccountID: 1, ReadOnly: true, Grants: []geo.Grant{{Role: geo.RoleDinsos}}}, dtsen(true), geo.Forbidden},
		"unknown source":     {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Source = "x" }), geo.Invalid},
		"unknown period":     {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Period = "2026-13" }), geo.Invalid},
		"unknown area":       {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Area = "35.72" }), geo.Invalid},
		"nothing is closed":  {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Period = "2026-Q2" }), geo.Conflict},
		"part of an area":    {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Area = "35.71.01" }), geo.Conflict},
		"an area above that": {geo.System("test"), request(func(r *indicator.PublicationRequest) { r.Area = "35" }), geo.Conflict},
	} {
		if _, err := app.Publish(t.Context(), c.who, c.r); geo.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if n := one[int](t, owner, `select count(*) from publications`); n != 2 {
		t.Errorf("%d publications", n)
	}
}

// TestPublishAgain corrects a batch: the next edition says otherwise, the first
// stays what it is, byte by byte.
func TestPublishAgain(t *testing.T) {
	owner, app := openFigures(t)
	if _, err := app.Publish(t.Context(), geo.System("test"), dtsen(false)); err != nil {
		t.Fatal(err)
	}
	first := one[[]byte](t, owner, `select string_agg(content, '' order by id) from publications`)
	tell(t, owner, "35.71.02.1001", "2026-Q1", map[string]map[string]any{"35.71.02.1001": {"keluarga": 260, "kpm_pkh": 80}})
	made, err := app.Publish(t.Context(), geo.System("test"), dtsen(false))
	if err != nil || made.Edition != 2 || made.Changed != 3 { // of the kelurahan, its kecamatan and the city
		t.Fatalf("%+v %v", made, err)
	}
	if again := one[[]byte](t, owner, `select string_agg(content, '' order by id) from publications where edition = 1`); !bytes.Equal(first, again) {
		t.Error("the first edition changed")
	}
	held, err := app.Catalog(t.Context(), indicator.NewLive(nil).Catalog())
	if err != nil {
		t.Fatal(err)
	}
	editions, _ := held.Find("dtsen", "2026-Q1", "35.71.02")
	if len(editions) != 2 || editions[0].Public.Content != nil || editions[1].Public.Content == nil {
		t.Fatalf("%d editions, or not only the newest is held", len(editions))
	}
	old, err := app.Published(t.Context(), geo.Public, editions[0])
	if err != nil || old.Public.Columns[old.Public.Column("keluarga")].Cells[0].Value != 900 {
		t.Errorf("%v", err)
	}
	renewed, err := app.Catalog(t.Context(), held)
	if err != nil || renewed.Newest()[0].Public.Content != held.Newest()[0].Public.Content {
		t.Errorf("a content that is held was read again: %v", err)
	}
}

// TestIncompleteAreas: what was not told is missing, and so are the sums that it
// is part of.
func TestIncompleteAreas(t *testing.T) {
	owner, app := openFigures(t)
	exec(t, owner, `insert into settings (name, value) values ('figures', '{"windows":{"dtsen":{"from_day":1,"until_day":14}}}')`)
	exec(t, owner, `insert into batches (area_code, period, source, steps) values ('35.71.01.1001', '2026-Q2', 'dtsen', '{dinsos}')`)
	tell(t, owner, "35.71.02.1001", "2026-Q2", map[string]map[string]any{"35.71.02.1001": {"keluarga": 200}})
	r := dtsen(true)
	r.Period, r.Today = "2026-Q2", "2026-07-20"
	made, err := app.Publish(t.Context(), geo.System("test"), r)
	if err != nil || made.Covered != 1 || made.Expected != 3 || len(made.Incomplete) != 2 {
		t.Fatalf("%+v %v", made, err)
	}
	if a := made.Incomplete[0]; a.AreaCode != "35.71.01.1001" || a.State != indicator.Draft || !a.Late || a.AreaName != "Bandar Lor" {
		t.Errorf("%+v", a)
	}
	if a := made.Incomplete[1]; a.State != "" || !a.Late {
		t.Errorf("%+v", a)
	}
	public := made.Audiences[1]
	if public.Shown != 2 || public.Missing != 4 { // Semampir and its kecamatan; not the city, Mojoroto and its two
		t.Errorf("%+v", public)
	}
}

// TestTheLogTellsOfFigures: publishing, the registry and taking publications away
// are told, edits of batches are not.
func TestTheLogTellsOfFigures(t *testing.T) {
	owner, app := openFigures(t)
	tells := func(what string, want bool, change func()) {
		t.Helper()
		before := one[int64](t, owner, `select revision from revision_clock`)
		change()
		segment, err := app.Changes(t.Context(), before, 100)
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, r := range segment.Revisions {
			told = told || r.Figures
		}
		if told != want || len(segment.Revisions) == 0 {
			t.Errorf("%s: told %t in %d revisions", what, told, len(segment.Revisions))
		}
	}
	tells("publishing", true, func() {
		if _, err := app.Publish(t.Context(), geo.System("test"), dtsen(false)); err != nil {
			t.Fatal(err)
		}
	})
	tells("a batch", false, func() {
		tell(t, owner, "35.71.01.1001", "2026-Q2", map[string]map[string]any{"35.71.01.1001": {"keluarga": 1}})
	})
	tells("an indicator", true, func() { exec(t, owner, `update indicators set definition = definition || '{"x":1}' where code = 'p0'`) })
	tells("a source", true, func() { exec(t, owner, `update sources set position = 99 where code = 'dtks'`) })
	tells("taking away", true, func() { exec(t, owner, `delete from publications`) })
}

// TestPublicationsByRights: row-level security lets nobody read the
// administration's figures who may analyse nothing.
func TestPublicationsByRights(t *testing.T) {
	owner, app := openFigures(t)
	if _, err := app.Publish(t.Context(), geo.System("test"), dtsen(false)); err != nil {
		t.Fatal(err)
	}
	c, err := app.Catalog(t.Context(), indicator.NewLive(nil).Catalog())
	if err != nil {
		t.Fatal(err)
	}
	bare := indicator.Published{Public: new(*c.Newest()[0].Public), Internal: new(*c.Newest()[0].Internal)}
	bare.Public.Content, bare.Internal.Content = nil, nil
	for role, want := range map[geo.Role]indicator.Audience{"": indicator.Public, geo.RoleService: indicator.Public, geo.RolePIC: indicator.Internal,
		geo.RoleReviewer: indicator.Internal, geo.RoleDinsos: indicator.Internal, geo.RolePlanner: indicator.Internal, geo.RoleAdministrator: indicator.Internal} {
		p := geo.Public
		if role != "" {
			p = principal(t, owner, "a-"+string(role), role, "35.71.01.1001")
		}
		if got, err := app.Published(t.Context(), p, bare); err != nil || got.Internal.Audience != want || got.Internal.Content == nil || got.Public.Audience != indicator.Public {
			t.Errorf("%q reads %s figures, want %s: %v", role, got.Internal.Audience, want, err)
		}
	}
}
