package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const publicationsSQL = `select p.id, p.source, p.period, p.area_code, p.edition, p.audience, p.threshold, p.published_at, coalesce(r.revision, 0), p.sha256
from publications p left join revisions r on r.id = p.from_tx order by p.id`

const contentsSQL = `select id, content from publications where id = any($1)`

func scanPublication(row pgx.CollectableRow) (*indicator.Publication, error) {
	var p indicator.Publication
	err := row.Scan(&p.ID, &p.Source, &p.Period, &p.Area, &p.Edition, &p.Audience, &p.Threshold, &p.PublishedAt, &p.Revision, &p.SHA256)
	p.PublishedAt = p.PublishedAt.UTC()
	return &p, err
}

// Catalog reads the registry and all publications, as of one moment. Contents
// that held has are not read again.
func (s *Store) Catalog(ctx context.Context, held *indicator.Catalog) (c *indicator.Catalog, err error) {
	err = s.read(ctx, "store.Catalog", itself, func(tx pgx.Tx) error {
		c, err = catalog(ctx, tx, held)
		return err
	})
	return c, err
}

func catalog(ctx context.Context, tx pgx.Tx, held *indicator.Catalog) (*indicator.Catalog, error) {
	r, err := registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	list, err := collect(ctx, tx, scanPublication, publicationsSQL)
	if err != nil {
		return nil, err
	}
	c := indicator.NewCatalog(r, list)
	var missing []*indicator.Publication
	for _, t := range c.Newest() {
		for _, p := range []*indicator.Publication{t.Public, t.Internal} {
			if p.Content = held.Content(p.ID); p.Content == nil {
				missing = append(missing, p)
			}
		}
	}
	return c, readContents(ctx, tx, missing)
}

// readContents reads what publications say; of those that the transaction may
// not read it stays nil.
func readContents(ctx context.Context, tx pgx.Tx, of []*indicator.Publication) error {
	if len(of) == 0 {
		return nil
	}
	byID, ids := map[int64]*indicator.Publication{}, make([]int64, len(of))
	for i, p := range of {
		byID[p.ID], ids[i] = p, p.ID
	}
	rows, err := tx.Query(ctx, contentsSQL, ids)
	if err != nil {
		return err
	}
	var id int64
	var packed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &packed}, func() (err error) {
		byID[id].Content, err = indicator.Decode(packed)
		return err
	})
	return err
}

// Published reads what an edition says that the catalog does not hold, as far as
// p may read it: to whom the administration's figures are not shown anywhere, the
// public's stand for both.
func (s *Store) Published(ctx context.Context, p geo.Principal, t indicator.Published) (indicator.Published, error) {
	public, internal := *t.Public, *t.Internal
	err := s.read(ctx, "store.Published", p, func(tx pgx.Tx) error {
		return readContents(ctx, tx, []*indicator.Publication{&public, &internal})
	})
	switch {
	case err != nil:
		return t, err
	case public.Content == nil:
		return t, geo.NotFoundError("store.Published")
	case internal.Content == nil:
		internal = public
	}
	return indicator.Published{Public: &public, Internal: &internal}, nil
}

// publishLock lets one publication be made at a time.
const publishLock = `select pg_advisory_xact_lock(71015)`

// Publish publishes what the newest closed batches of an area say, as a new
// edition, for a principal who may publish there. It computes all of it for a
// dry run too. What would say the same as the edition before is not published
// again. It is Invalid for an unknown source, period or area, and a Conflict when
// no batch is closed, or when figures of an area above or below it were published
// for that period.
func (s *Store) Publish(ctx context.Context, p geo.Principal, r indicator.PublicationRequest) (indicator.PublicationReport, error) {
	const op = "store.Publish"
	if !geo.Can(p, geo.ActionPublish, geo.Target{Area: r.Area}, s.now()) {
		return indicator.PublicationReport{}, &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya Dinas Sosial atau administrator wilayah ini yang dapat menerbitkan angka.", EN: "Only Dinas Sosial or an administrator of this area may publish figures."}}
	}
	var run *publishing
	var opened *int64
	// What is read is everybody's: the server reads it in its own cause.
	err := s.begin(ctx, op, act{principal: itself, actor: p.Actor(), kind: "edit"}, func(tx pgx.Tx) error {
		run = &publishing{tx: tx, request: r}
		if err := run.prepare(ctx); err != nil {
			return err
		}
		if err := run.protect(ctx); err != nil {
			return err
		}
		if r.DryRun || run.same() {
			return errDryRun
		}
		if err := run.write(ctx, p); err != nil {
			return err
		}
		return tx.QueryRow(ctx, openedSQL).Scan(&opened)
	})
	switch {
	case errors.Is(err, errDryRun):
		return run.report, nil
	case err != nil:
		return indicator.PublicationReport{}, err
	}
	run.report.Published = true
	err = s.pool.QueryRow(ctx, committedSQL, opened).Scan(&run.report.Revision)
	return run.report, mapError(op, err)
}

// publishing is one publication while it is made.
type publishing struct {
	tx       pgx.Tx
	request  indicator.PublicationRequest
	registry *indicator.Registry
	source   *indicator.Source
	settings indicator.Settings
	areas    []indicator.NamedPlace
	example  bool
	before   []indicator.Published // earlier editions of the table, with their contents
	near     []indicator.Published // the newest editions of the periods beside it
	exact    *indicator.Exact
	made     []made // by audience, internal first
	report   indicator.PublicationReport
}

// made is a publication's content, ready to be written.
type made struct {
	audience  indicator.Audience
	threshold int
	content   *indicator.Content
	packed    []byte
	hash      [sha256.Size]byte
}

// within selects the rows of areas a that the publication covers.
const within = `(a.code = @area or starts_with(a.code, @area || '.'))`

const publishedAreasSQL = `select a.code, a.name, a.example from areas a where ` + within + ` order by a.code`

func (r *publishing) args() pgx.NamedArgs {
	return pgx.NamedArgs{"source": r.request.Source, "period": string(r.request.Period), "area": string(r.request.Area)}
}

// prepare reads what the publication is about, and checks that it can be made.
func (r *publishing) prepare(ctx context.Context) (err error) {
	if _, err = r.tx.Exec(ctx, publishLock); err != nil {
		return err
	}
	if r.registry, err = registry(ctx, r.tx); err != nil {
		return err
	}
	if r.settings, err = figureSettings(ctx, r.tx); err != nil {
		return err
	}
	rows, err := r.tx.Query(ctx, publishedAreasSQL, r.args())
	if err != nil {
		return err
	}
	var area indicator.NamedPlace
	var example bool
	_, err = pgx.ForEachRow(rows, []any{&area.Place, &area.Name, &example}, func() error {
		r.areas, r.example = append(r.areas, area), r.example || example
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	return r.readEditions(ctx)
}

func (r *publishing) check() error {
	var problems []geo.FieldError
	bad := func(pointer, id, en string) {
		problems = append(problems, geo.FieldError{Pointer: pointer, Code: "unknown", Message: geo.Text{ID: id, EN: en}})
	}
	if r.source = r.registry.Source(r.request.Source); r.source == nil {
		bad("/source", "Sumber ini tidak ada.", "There is no such source.")
	}
	if _, err := indicator.ParsePeriod(string(r.request.Period)); err != nil {
		bad("/period", "Periode ini tidak ada.", "There is no such period.")
	}
	if len(r.areas) == 0 || r.areas[0].Place != indicator.Place(r.request.Area) {
		bad("/area_code", "Wilayah ini tidak ada.", "There is no such area.")
	}
	return geo.InvalidFields("store.Publish", problems)
}

// readEditions reads what was published of the source before: whoever reads it
// beside the new edition must not learn more.
func (r *publishing) readEditions(ctx context.Context) error {
	list, err := collect(ctx, r.tx, scanPublication, publicationsSQL)
	if err != nil {
		return err
	}
	place := indicator.Place(r.request.Area)
	var needed []*indicator.Publication
	catalog := indicator.NewCatalog(r.registry, list)
	for _, t := range catalog.Editions(r.request.Source, "") {
		switch p := t.Public; {
		case p.Area != place && (p.Area.Within(place) || place.Within(p.Area)):
			if p.Period == r.request.Period {
				return conflict("Angka periode ini sudah diterbitkan untuk wilayah "+string(p.Area)+". Terbitkan untuk wilayah itu.",
					"The figures of this period were published for area "+string(p.Area)+". Publish them for that area.")
			}
			continue
		case p.Area != place:
			continue
		case p.Period == r.request.Period:
			r.before = append(r.before, t) // the newest first
		case p.Period.Before() == r.request.Period || p.Period == r.request.Period.Before():
			if n := len(r.near); n > 0 && r.near[n-1].Public.Period == p.Period {
				continue // an older edition
			}
			r.near = append(r.near, t)
		default:
			continue
		}
		needed = append(needed, t.Public, t.Internal)
	}
	return readContents(ctx, r.tx, needed)
}

// closedValuesSQL gives what the newest batches say that were closed by @until,
// null for now.
const closedValuesSQL = `with closed as (
    select distinct on (b.area_code) b.id from batches b join areas a on a.code = b.area_code
    where b.source = @source and b.period = @period and b.state = 'closed' and ` + within + `
      and (@until::timestamptz is null or b.closed_at <= @until)
    order by b.area_code, b.edition desc)
select v.place, v.indicator, v.number, v.denominator, v.denominator_source from closed c join batch_values v on v.batch_id = c.id`

// gather makes the exact table of a period as it was published with t; of now,
// with the zero value.
func (r *publishing) gather(ctx context.Context, period indicator.Period, t indicator.Published) (*indicator.Exact, error) {
	args := r.args()
	args["period"], args["until"] = string(period), nil
	if t.Public != nil {
		args["until"] = t.Public.PublishedAt
	}
	rows, err := r.tx.Query(ctx, closedValuesSQL, args)
	if err != nil {
		return nil, err
	}
	var values []indicator.Value
	var v indicator.Value
	names := interner{}
	_, err = pgx.ForEachRow(rows, []any{&v.Place, &v.Indicator, &v.Number, &v.Denominator, &v.DenominatorSource}, func() error {
		v.Indicator = names.of(v.Indicator)
		values = append(values, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return indicator.Gather(r.registry, r.areas, values), nil
}

const coverageSQL = `select a.code, a.name, coalesce(c.closed, false), coalesce(c.example, false), coalesce(c.state, '')
from areas a left join (
    select b.area_code, bool_or(b.state = 'closed') as closed, bool_or(b.example) as example, (array_agg(b.state order by b.edition desc))[1] as state
    from batches b where b.source = @source and b.period = @period group by b.area_code) c on c.area_code = a.code
where a.level = @level and ` + within + ` order by a.code`

// cover finds out which areas told their figures.
func (r *publishing) cover(ctx context.Context) error {
	args := r.args()
	args["level"] = int(geo.LevelOf(string(r.source.Level)))
	rows, err := r.tx.Query(ctx, coverageSQL, args)
	if err != nil {
		return err
	}
	due := r.settings.Due(r.request.Source, r.request.Period)
	r.report.Incomplete = []indicator.IncompleteArea{}
	var area indicator.IncompleteArea
	var closed, example bool
	_, err = pgx.ForEachRow(rows, []any{&area.AreaCode, &area.AreaName, &closed, &example, &area.State}, func() error {
		r.report.Expected++
		r.example = r.example || example
		if closed {
			r.report.Covered++
			return nil
		}
		area.Late = area.State.Late(due, r.request.Today)
		r.report.Incomplete = append(r.report.Incomplete, area)
		return nil
	})
	if err == nil && r.report.Covered == 0 {
		return conflict("Belum ada angka yang ditutup untuk periode ini.", "No figures of this period are closed yet.")
	}
	return err
}

// protect makes what each audience will see.
func (r *publishing) protect(ctx context.Context) (err error) {
	if err = r.cover(ctx); err != nil {
		return err
	}
	if r.exact, err = r.gather(ctx, r.request.Period, indicator.Published{}); err != nil {
		return err
	}
	var kept []indicator.Kept
	for _, t := range append(r.before, r.near...) {
		exact, err := r.gather(ctx, t.Public.Period, t)
		if err != nil {
			return err
		}
		kept = append(kept, indicator.Kept{Published: t, Exact: exact})
	}
	internal, public, err := r.exact.Publish(ctx, r.settings, kept)
	if err != nil {
		return err
	}
	for _, m := range []made{{audience: indicator.Internal, content: internal}, {audience: indicator.Public, content: public}} {
		m.threshold = r.settings.Threshold(m.audience)
		if m.packed, err = indicator.Encode(m.content); err != nil {
			return err
		}
		m.hash = sha256.Sum256(m.packed)
		r.made = append(r.made, m)
		r.report.Audiences = append(r.report.Audiences, indicator.AudienceReport{Audience: m.audience, Threshold: m.threshold,
			Withheld: r.exact.Withheld(m.audience, m.content), Tally: m.content.Tally()})
	}
	r.report.Edition = 1
	if len(r.before) > 0 {
		r.report.Edition = r.before[0].Edition() + 1
		r.report.Changed = indicator.Differing(r.before[0].Internal.Content, internal)
	}
	return nil
}

// same reports whether the edition before says the same.
func (r *publishing) same() bool {
	if len(r.before) == 0 {
		return false
	}
	last := r.before[0]
	same := bytes.Equal(last.Internal.SHA256, r.made[0].hash[:]) && bytes.Equal(last.Public.SHA256, r.made[1].hash[:])
	if same {
		r.report.Edition = last.Edition()
	}
	return same
}

const publishSQL = `insert into publications (source, period, area_code, edition, audience, threshold, content, sha256, account_id, example)
values (@source, @period, @area, @edition, @audience, @threshold, @content, @sha256, @account, @example)`

// write adds the edition in the name of who asked for it.
func (r *publishing) write(ctx context.Context, p geo.Principal) error {
	if err := edited(p).declare(ctx, r.tx); err != nil {
		return err
	}
	args := r.args()
	args["edition"], args["example"], args["account"] = r.report.Edition, r.example, nil
	if p.AccountID > 0 {
		args["account"] = p.AccountID
	}
	for _, m := range r.made {
		args["audience"], args["threshold"], args["content"], args["sha256"] = string(m.audience), m.threshold, m.packed, m.hash[:]
		if _, err := r.tx.Exec(ctx, publishSQL, args); err != nil {
			return err
		}
	}
	return audit(ctx, r.tx, geo.AuditEntry{Actor: p.Actor(), Action: "publish",
		Target: r.request.Source + "/" + string(r.request.Period) + "/" + string(r.request.Area),
		Detail: map[string]any{"edition": r.report.Edition, "covered": r.report.Covered, "expected": r.report.Expected}})
}
