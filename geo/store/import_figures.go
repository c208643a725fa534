package store

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// AreaNames lists every area with its codes and its name, by code: what a file's
// rows are matched with.
func (s *Store) AreaNames(ctx context.Context) (list []geo.AreaName, err error) {
	err = s.read(ctx, "store.AreaNames", geo.Public, func(tx pgx.Tx) error {
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (a geo.AreaName, err error) {
			return a, row.Scan(&a.Code, &a.Name, &a.BPSCode)
		}, `select code, name, coalesce(bps_code, '') from areas order by code`)
		return err
	})
	return list, err
}

// maxFileValues bounds the figures of one file.
const maxFileValues = 2_000_000

// ImportFigures takes in the figures of a file of the source o.Source, in one
// transaction: they go into the batches of their areas and periods that can be
// entered into, which are opened where there are none. What a row leaves empty
// stays as it is, and what says the same changes nothing. A closed batch becomes
// the next edition, for which o.Reason is needed. Rows in areas where p may not
// enter, and those that would change a batch that is being checked, are refused;
// refused rows refuse the file unless o.SkipRefused: then the error is of kind
// Invalid and the report says which.
func (s *Store) ImportFigures(ctx context.Context, p geo.Principal, rows indicator.FileRows, o geo.ImportOptions) (indicator.ImportReport, error) {
	const op = "store.ImportFigures"
	report := indicator.ImportReport{Report: geo.Report{File: o.File}}
	if len(p.Reach(geo.ActionEnter, s.now())) == 0 {
		return report, notTheirs(op)
	}
	if problems := indicator.CheckReason(o.Reason); len(problems) > 0 {
		return report, geo.InvalidFields(op, problems)
	}
	if o.DryRun && o.Reason == "" {
		o.Reason = o.File // nothing is kept of it
	}
	var err error
	report.Report, err = s.takeIn(ctx, op, figureImporter, p, o, func(ctx context.Context, r *importRun) error {
		report.Batches, report.Differences = nil, nil
		i := &figureImport{importRun: r, into: map[indicator.Period]map[geo.Code]*figureTarget{}}
		if err := i.work(ctx, rows); err != nil {
			return err
		}
		report.Batches, report.Differences = i.batches, i.differences
		r.full = func(base geo.Report) any {
			return indicator.ImportReport{Report: base, Batches: i.batches, Differences: i.differences}
		}
		return nil
	})
	return report, err
}

// figureImport is one try of an import of figures.
type figureImport struct {
	*importRun
	registry *indicator.Registry
	source   *indicator.Source
	rows     []indicator.FileRow // that are good so far
	values   int
	into     map[indicator.Period]map[geo.Code]*figureTarget

	batches     []indicator.ImportedBatch
	differences []indicator.Difference
}

// figureTarget is where figures of an area and a period go.
type figureTarget struct {
	now     *indicator.Batch // that holds what is told so far: open, or the newest closed one; nil for none
	told    map[indicator.ValueKey]indicator.Value
	changes []indicator.Value // new or changed, in the order of the file
}

func (i *figureImport) work(ctx context.Context, rows indicator.FileRows) (err error) {
	i.progress(geo.StepRead)
	if i.registry, err = registry(ctx, i.tx); err != nil {
		return err
	}
	if i.source = i.registry.Source(i.o.Source); i.source == nil {
		return invalid("store.ImportFigures", "/source", "unknown", "Sumber ini tidak ada.", "There is no such source.")
	}
	if err := i.read(rows); err != nil {
		return err
	}
	i.progress(geo.StepCompare)
	if err := i.load(ctx); err != nil {
		return err
	}
	for _, row := range i.rows {
		i.judge(row)
	}
	slices.SortStableFunc(i.report.Verdicts, func(a, b geo.RowVerdict) int { return a.Row - b.Row })
	if err := i.refusal(); err != nil {
		return err
	}
	i.progress(geo.StepWrite)
	for _, period := range slices.Sorted(maps.Keys(i.into)) {
		if err := i.write(ctx, period); err != nil {
			return err
		}
	}
	return nil
}

// read collects the rows that may be taken by themselves.
func (i *figureImport) read(rows indicator.FileRows) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		if i.report.Read++; i.report.Read%5000 == 0 {
			i.progress(geo.StepRead)
		}
		if row.Skipped == nil && len(row.Refused)+len(row.Values) == 0 {
			row.Skipped = &geo.Text{ID: "Tidak ada angka.", EN: "It has no figures."}
		}
		if row.Skipped != nil {
			i.skip(row.Row, row.Name, *row.Skipped)
			continue
		}
		if why := append(row.Refused, i.forbids(row)...); len(why) > 0 {
			i.refuse(row.Row, row.Name, why...)
			continue
		}
		if i.values += len(row.Values); i.values > maxFileValues {
			return &geo.Error{Kind: geo.TooLarge, Op: "store.ImportFigures", Message: geo.Text{
				ID: "Berkas ini berisi terlalu banyak angka; bagi menjadi beberapa berkas.", EN: "This file holds too many figures; split it."}}
		}
		i.rows = append(i.rows, row)
		if i.into[row.Period] == nil {
			i.into[row.Period] = map[geo.Code]*figureTarget{}
		}
		i.into[row.Period][i.areaOf(row)] = &figureTarget{told: map[indicator.ValueKey]indicator.Value{}}
	}
	return nil
}

// areaOf is the area of the batch that a row's figures belong to.
func (i *figureImport) areaOf(row indicator.FileRow) geo.Code {
	place := row.Values[0].Place
	for place.Level() != i.source.Level && place.Parent() != "" {
		place = place.Parent()
	}
	return place.Area()
}

// forbids says why p may not tell what a good row tells.
func (i *figureImport) forbids(row indicator.FileRow) []geo.Text {
	if len(row.Refused) > 0 {
		return nil
	}
	area := i.areaOf(row)
	if !indicator.CanEnter(i.who, i.source.Origin, area, i.store.now()) {
		return []geo.Text{{ID: "Anda tidak mengisi angka " + i.source.Label.ID + " untuk " + string(area) + ".",
			EN: "You do not enter figures of " + i.source.Label.In("en") + " for " + string(area) + "."}}
	}
	var why []geo.Text
	for _, p := range (indicator.NewBatch{Period: row.Period, Source: i.source.Code}).Check(i.source, []geo.Code{area}, i.store.now()) {
		why = append(why, p.Message)
	}
	return why
}

const (
	// targetsSQL gives of each area the batch that holds what is told: the open
	// one, else the newest that is closed.
	targetsSQL = `select distinct on (b.area_code) ` + batchColumns + fromBatches + `
where b.source = $1 and b.period = $2 and b.area_code = any($3) and b.state <> 'withdrawn'
order by b.area_code, b.state = 'closed', b.edition desc`
	toldValuesSQL = `select v.batch_id, ` + valueColumns + ` from batch_values v where v.batch_id = any($1)`
)

// load reads what the batches say now.
func (i *figureImport) load(ctx context.Context) error {
	held := map[int64]*figureTarget{}
	for period, areas := range i.into {
		list, err := collect(ctx, i.tx, scanBatch, targetsSQL, i.source.Code, string(period), slices.Collect(maps.Keys(areas)))
		if err != nil {
			return err
		}
		for _, b := range list {
			areas[b.AreaCode].now = b
			held[b.ID] = areas[b.AreaCode]
		}
	}
	rows, err := i.tx.Query(ctx, toldValuesSQL, slices.Collect(maps.Keys(held)))
	if err != nil {
		return err
	}
	var id int64
	var v indicator.Value
	_, err = pgx.ForEachRow(rows, []any{&id, &v.Place, &v.Indicator, &v.Number, &v.Denominator, &v.DenominatorSource, &v.Note}, func() error {
		held[id].told[v.ValueKey] = v
		v.Number, v.Denominator = nil, nil
		return nil
	})
	return err
}

// judge gives a row its verdict, and notes what of it is new or changed.
func (i *figureImport) judge(row indicator.FileRow) {
	target := i.into[row.Period][i.areaOf(row)]
	verdict := geo.RowVerdict{Row: row.Row, Name: row.Name, Outcome: geo.OutcomeUnchanged, Doubtful: len(row.Doubts) > 0, Reasons: row.Doubts}
	var changes []indicator.Value
	known := 0
	for _, v := range row.Values {
		before, told := target.told[v.ValueKey]
		if told {
			known++
			v = kept(v, before)
		}
		if !told || !sameValue(v, before) {
			changes = append(changes, v)
		}
	}
	switch b := target.now; {
	case len(changes) == 0:
	case b != nil && b.Waits():
		i.refuse(row.Row, row.Name, geo.Text{ID: "Angka " + b.AreaName + " sedang diperiksa; minta dikembalikan dahulu.",
			EN: "The figures of " + b.AreaName + " are being checked; have them returned first."})
		return
	case known == 0:
		verdict.Outcome = geo.OutcomeNew
	default:
		verdict.Outcome = geo.OutcomeChanged
	}
	for _, v := range changes {
		target.told[v.ValueKey] = v // so that a row that says it again changes nothing
	}
	target.changes = append(target.changes, changes...)
	i.add(verdict)
}

// kept is v with what it leaves empty as it was before.
func kept(v, before indicator.Value) indicator.Value {
	if v.Note == "" {
		v.Note = before.Note
	}
	if v.Denominator == nil {
		v.Denominator, v.DenominatorSource = before.Denominator, before.DenominatorSource
	}
	return v
}

func sameValue(a, b indicator.Value) bool {
	return sameNumber(a.Number, b.Number) && sameNumber(a.Denominator, b.Denominator) && a.DenominatorSource == b.DenominatorSource && a.Note == b.Note
}

func sameNumber(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }

// write puts what is new or changed of a period into its batches.
func (i *figureImport) write(ctx context.Context, period indicator.Period) error {
	var areas []geo.Code
	for area, target := range i.into[period] {
		if len(target.changes) > 0 {
			areas = append(areas, area)
		}
	}
	if len(areas) == 0 {
		return nil
	}
	slices.Sort(areas)
	opened, err := i.store.openBatches(ctx, i.tx, i.who, areas, indicator.NewBatch{Period: period, Source: i.source.Code, Reason: i.o.Reason})
	if err != nil {
		return err
	}
	var entries []batchValue
	for _, area := range areas {
		b, target := opened[area], i.into[period][area]
		for _, v := range target.changes {
			entries = append(entries, batchValue{b.ID, v})
		}
		made := indicator.ImportedBatch{ID: b.ID, AreaCode: area, AreaName: b.AreaName, Period: period, Edition: b.Edition, State: b.State, Values: len(target.changes)}
		if i.o.DryRun && (target.now == nil || target.now.ID != b.ID) {
			made.ID = 0
		}
		i.batches = append(i.batches, made)
		i.compare(slices.Collect(maps.Values(target.told)))
	}
	_, err = i.store.putValues(ctx, i.tx, i.who, entries)
	return err
}

// compare notes where a batch's figures differ from their sums.
func (i *figureImport) compare(values []indicator.Value) {
	for _, d := range indicator.Differences(i.registry, values) {
		if len(i.differences) < indicator.MaxDifferencesListed {
			i.differences = append(i.differences, d)
		}
	}
}
