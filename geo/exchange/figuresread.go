package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// Reference is what files of figures are read against.
type Reference struct {
	Registry *indicator.Registry
	Areas    *Gazetteer
	Types    []*geo.AssetType // for files of assets
}

// Figures reads the figures of a CSV or XLSX file as plan says, which was
// checked. A file with identifiers, or a list by name, is refused whole. Each
// row says what is wrong with it; what is told twice and differently is refused
// where it comes again.
func Figures(src Source, plan Plan, ref Reference) indicator.FileRows {
	return func(yield func(indicator.FileRow, error) bool) {
		r, err := openFigures(src, plan, ref)
		if err != nil {
			yield(indicator.FileRow{}, err)
			return
		}
		for _, row := range r.layout.rows {
			if !yield(r.row(row), nil) {
				return
			}
		}
	}
}

// figureReader is the reading of one file of figures.
type figureReader struct {
	plan    Plan
	ref     Reference
	source  *indicator.Source
	layout  *layout
	columns map[string]int // by role
	values  []valueColumn
	places  placeFinder
	told    map[toldKey]toldAt
	names   indicatorNames
}

// valueColumn is a column of figures: of one indicator, or in a long table of
// the one that each row names.
type valueColumn struct {
	column, denominator int // -1 for none
	indicator           *indicator.Indicator
	numbers             numberReader
}

type toldKey struct {
	period indicator.Period
	key    indicator.ValueKey
}

type toldAt struct {
	row    int
	number *float64
}

func openFigures(src Source, plan Plan, ref Reference) (*figureReader, error) {
	sheet, err := ReadSheet(src, plan.Sheet)
	if err != nil {
		return nil, err
	}
	l, err := sheet.layOut(src, plan.HeaderRow)
	if err != nil {
		return nil, err
	}
	if err := l.refuseIdentifiers(src, true, func(i int) bool { return l.ofAreas(i, ref.Areas) }); err != nil {
		return nil, err
	}
	r := &figureReader{plan: plan, ref: ref, source: ref.Registry.Source(plan.Source), layout: l, columns: map[string]int{}, told: map[toldKey]toldAt{},
		names: newIndicatorNames(ref.Registry)}
	if err := r.findColumns(); err != nil {
		return nil, err
	}
	r.places = placeFinder{areas: ref.Areas, level: levelOf(r.source.Level), within: plan.Area, bps: r.crosswalk()}
	return r, nil
}

// levelOf is the area level of a place level; RW and RT are of a kelurahan.
func levelOf(l indicator.Level) geo.Level {
	return geo.Level(min(slices.Index(indicator.Levels(), l)+1, int(geo.LevelKelurahan)))
}

// findColumns finds the columns that the plan names.
func (r *figureReader) findColumns() error {
	var problems []geo.FieldError
	denominators := map[string]int{}
	for name, m := range r.plan.Columns {
		at := slices.Index(r.layout.columns, name)
		switch {
		case at < 0:
			problems = append(problems, geo.FieldError{Pointer: "/columns/" + escaped(name), Code: "missing", Message: geo.Text{
				ID: "Kolom ini tidak ada di berkas.", EN: "The file has no such column."}})
		case m.To == toDenominator:
			denominators[m.Indicator] = at
		case m.To == toValue:
			r.values = append(r.values, valueColumn{column: at, denominator: -1, indicator: r.ref.Registry.Indicator(m.Indicator)})
		default:
			r.columns[m.To] = at
		}
	}
	slices.SortFunc(problems, func(a, b geo.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	slices.SortFunc(r.values, func(a, b valueColumn) int { return a.column - b.column })
	for i := range r.values {
		v := &r.values[i]
		code := ""
		if v.indicator != nil && r.plan.Shape == Wide {
			code = v.indicator.Code
		}
		if at, ok := denominators[code]; ok {
			v.denominator = at
		}
		v.numbers = r.layout.numbers(v.column, r.plan.Decimal)
		v.numbers.whole = v.indicator == nil || v.indicator.Kind == indicator.Count || v.indicator.Kind == indicator.Amount
	}
	return geo.InvalidFields("exchange.Figures", problems)
}

// numbers is how a column's numbers are read: by what its own values tell, else
// as the plan says.
func (l *layout) numbers(column int, said string) numberReader {
	var e decimalEvidence
	for _, row := range l.rows {
		e.add(row.cell(column))
	}
	if d := e.decimal(); d != 0 {
		return numberReader{decimal: d}
	}
	if said != "" {
		return numberReader{decimal: said[0]}
	}
	return numberReader{}
}

// crosswalk is what rows with a BPS and a Kemendagri code teach the others.
func (r *figureReader) crosswalk() map[string]string {
	known := map[string]string{}
	for _, row := range r.layout.rows {
		if bps, code := r.cell(row, toBPS), r.cell(row, toArea); bps != "" && code != "" {
			known[bps] = code
		}
	}
	return known
}

// cell is the text of the column with a role; "" without one.
func (r *figureReader) cell(row SheetRow, role string) string {
	if at, ok := r.columns[role]; ok {
		return row.text(at)
	}
	return ""
}

// maxReasons bounds what is said of one row.
const maxReasons = 10

func (r *figureReader) row(row SheetRow) indicator.FileRow {
	cells := placeCells{code: r.cell(row, toArea), bps: r.cell(row, toBPS), name: r.cell(row, toName), rw: r.cell(row, toRW), rt: r.cell(row, toRT),
		in: above{r.cell(row, toDistrict), r.cell(row, toRegency), r.cell(row, toProvince)}}
	out := indicator.FileRow{Row: row.Line, Name: cells.name}
	if out.Name == "" {
		out.Name = strings.TrimSpace(strings.Join([]string{cells.code, cells.rw, cells.rt}, " "))
	}
	if why := r.skips(row, cells); why != nil {
		out.Skipped = why
		return out
	}
	place, doubts, problem := r.places.find(cells)
	if out.Doubts = doubts; problem != nil {
		out.Refused = append(out.Refused, *problem)
		return out
	}
	out.Name = r.nameOf(place)
	if out.Period, problem = r.period(row); problem != nil {
		out.Refused = append(out.Refused, *problem)
	}
	if problem = r.misplaced(place); problem != nil {
		out.Refused = append(out.Refused, *problem)
		return out
	}
	for _, v := range r.values {
		r.addValue(&out, row, place, v)
	}
	if len(out.Refused) > maxReasons {
		out.Refused = out.Refused[:maxReasons]
	}
	return out
}

// skips says why a row is none of figures; nil for one that is.
func (r *figureReader) skips(row SheetRow, cells placeCells) *geo.Text {
	if why, skipped := r.layout.skipped[row.Line]; skipped {
		return &why
	}
	for _, text := range []string{cells.code, cells.name, cells.in.district, cells.rw, cells.rt} {
		if words := headingWords(text); len(words) > 0 && (words[0] == "jumlah" || words[0] == "total" || totalWord(text)) {
			return &geo.Text{ID: "Baris jumlah.", EN: "A row of totals."}
		}
	}
	if !slices.ContainsFunc(r.values, func(v valueColumn) bool { return row.text(v.column) != "" }) {
		return &geo.Text{ID: "Tidak ada angka.", EN: "It has no figures."}
	}
	return nil
}

// misplaced says why the source has no figures of a place.
func (r *figureReader) misplaced(place indicator.Place) *geo.Text {
	if place.Area().Level() >= r.places.level {
		return nil
	}
	return &geo.Text{ID: fmt.Sprintf("Angka %s disampaikan per %s; yang di atasnya dihitung dari situ.", r.source.Label.ID, r.source.Level),
		EN: fmt.Sprintf("Figures of %s are told by %s; those above are computed.", r.source.Label.In("en"), r.source.Level)}
}

// areaOf is the area of the batch that a place belongs to.
func (r *figureReader) areaOf(place indicator.Place) geo.Code {
	code := place.Area()
	for code.Level() > r.places.level {
		code = code.Parent()
	}
	return code
}

func (r *figureReader) nameOf(place indicator.Place) string {
	name := r.ref.Areas.Name(place.Area())
	if parts := strings.Split(string(place), "-"); len(parts) > 1 {
		name += " RW " + parts[1]
		if len(parts) > 2 {
			name += " RT " + parts[2]
		}
	}
	return name
}

func (r *figureReader) period(row SheetRow) (indicator.Period, *geo.Text) {
	period := r.plan.Period
	if text := r.cell(row, toPeriod); text != "" {
		var ok bool
		if period, ok = periodOf(text); !ok {
			return "", &geo.Text{ID: "Periode " + short(text) + " tidak dikenal; tulis 2026, 2026-Q1, 2026-03 atau 2026-03-31.",
				EN: "The period " + short(text) + " is not known; write 2026, 2026-Q1, 2026-03 or 2026-03-31."}
		}
	}
	switch {
	case period == "":
		return "", &geo.Text{ID: "Periodenya kosong.", EN: "It names no period."}
	case !slices.Contains(r.source.Periods, period.Kind()):
		return "", &geo.Text{ID: fmt.Sprintf("%s tidak ada untuk periode %s.", r.source.Label.ID, period), EN: fmt.Sprintf("%s does not come for %s.", r.source.Label.In("en"), period)}
	}
	return period, nil
}

// addValue reads one figure of a row.
func (r *figureReader) addValue(out *indicator.FileRow, row SheetRow, place indicator.Place, v valueColumn) {
	i := v.indicator
	if r.plan.Shape == Long {
		said := r.cell(row, toIndicator)
		if i, _ = r.names.find(said); i == nil {
			out.Refused = append(out.Refused, geo.Text{ID: "Indikator " + short(said) + " tidak dikenal.", EN: "The indicator " + short(said) + " is not known."})
			return
		}
	}
	refuse := func(why geo.Text) {
		out.Refused = append(out.Refused, geo.Text{ID: i.Label.ID + ": " + why.ID, EN: i.Label.In("en") + ": " + why.EN})
	}
	if r.plan.Shape == Long && r.plan.Decimal == "" {
		v.numbers.whole = i.Kind == indicator.Count || i.Kind == indicator.Amount
	}
	f := v.numbers.read(row.cell(v.column))
	switch {
	case !f.Told:
		return
	case f.Refused != nil:
		refuse(*f.Refused)
		return
	case f.Percent && i.Kind != indicator.Share && i.Kind != indicator.Rate:
		refuse(geo.Text{ID: "bukan persentase.", EN: "is not in per cent."})
		return
	}
	value := indicator.Value{ValueKey: indicator.ValueKey{Place: place, Indicator: i.Code}, Number: f.Number, Note: r.cell(row, toNote)}
	if d := (numberReader{decimal: v.numbers.decimal, whole: true}).read(row.cell(v.denominator)); d.Refused != nil {
		refuse(*d.Refused)
	} else {
		value.Denominator = d.Number
	}
	for _, p := range r.ref.Registry.CheckValue(r.areaOf(place), value) {
		refuse(p.Message)
	}
	if why := r.repeated(out, value); why != nil {
		refuse(*why)
		return
	}
	if f.Doubt != nil && len(out.Doubts) < maxReasons {
		out.Doubts = append(out.Doubts, geo.Text{ID: i.Label.ID + ": " + f.Doubt.ID + ".", EN: i.Label.In("en") + ": " + f.Doubt.EN + "."})
	}
	out.Values = append(out.Values, value)
}

// repeated says which row told a figure before, and differently.
func (r *figureReader) repeated(out *indicator.FileRow, v indicator.Value) *geo.Text {
	key := toldKey{out.Period, v.ValueKey}
	before, again := r.told[key]
	if !again {
		r.told[key] = toldAt{out.Row, v.Number}
		return nil
	}
	if before.number == v.Number || before.number != nil && v.Number != nil && *before.number == *v.Number {
		return nil
	}
	return &geo.Text{ID: fmt.Sprintf("sudah disebut baris %d dengan angka lain.", before.row), EN: fmt.Sprintf("row %d told another number.", before.row)}
}
