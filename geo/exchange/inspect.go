package exchange

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// Inspection is what was found in a file before anybody says what it means.
type Inspection struct {
	File      string   `json:"file"`
	Format    Format   `json:"format"`
	Encoding  string   `json:"encoding"`
	Separator string   `json:"separator"`
	Decimal   string   `json:"decimal"` // "" when nothing tells
	Sheets    []string `json:"sheets"`
	Sheet     string   `json:"sheet"`
	HeaderRow int      `json:"header_row"`
	Rows      int      `json:"rows"`
	Columns   []Found  `json:"columns"`
	Shape     Shape    `json:"shape"`
	Plan      Plan     `json:"plan"`
}

// Found is a column that was found in a file. Guess is nil where nothing is known
// of it.
type Found struct {
	Name       string   `json:"name"`
	Sample     []string `json:"sample"`
	Guess      *Mapping `json:"guess"`
	Identifier bool     `json:"identifier"`
}

// maxSample is how many values of a column an inspection shows.
const (
	maxSample      = 5
	maxSampleRunes = 80
)

// Inspect reads a file and proposes a plan for it. wanted holds what is known
// already: What, and perhaps Sheet, HeaderRow, Source and Period. A file with
// identifiers, or of figures with names of persons, is an error that names the
// columns and rows.
func Inspect(src Source, wanted Plan, ref Reference) (*Inspection, error) {
	format, err := Detect(src)
	if err != nil {
		return nil, err
	}
	wanted.Columns = map[string]Mapping{}
	if format == GeoJSON {
		return inspectFeatures(src, wanted, ref)
	}
	sheet, err := ReadSheet(src, wanted.Sheet)
	if err != nil {
		return nil, err
	}
	l, err := sheet.layOut(src, wanted.HeaderRow)
	if err != nil {
		return nil, err
	}
	figures := wanted.What == WhatFigures
	if err := l.refuseIdentifiers(src, figures, func(i int) bool { return l.ofAreas(i, ref.Areas) }); err != nil {
		return nil, err
	}
	in := &Inspection{File: src.Name, Format: sheet.Format, Encoding: sheet.Encoding, Separator: sheet.Separator,
		Sheets: append([]string{}, sheet.Names...), Sheet: sheet.Name, HeaderRow: l.header, Rows: len(l.rows) - len(l.skipped), Plan: wanted}
	for i, name := range l.columns {
		in.Columns = append(in.Columns, Found{Name: name, Sample: l.sample(i)})
	}
	in.Plan.Sheet, in.Plan.HeaderRow = sheet.Name, l.header
	if figures {
		in.guessFigures(l, ref)
	} else {
		in.guessFeatures(ref)
	}
	in.propose()
	return in, nil
}

// propose makes the plan of the guesses.
func (in *Inspection) propose() {
	for _, c := range in.Columns {
		if c.Guess != nil {
			in.Plan.Columns[c.Name] = *c.Guess
		}
	}
}

func (l *layout) sample(column int) []string {
	list := []string{}
	for _, row := range l.rows {
		_, skipped := l.skipped[row.Line]
		if text := row.text(column); text != "" && !skipped && len(list) < maxSample {
			list = append(list, sampled(text))
		}
	}
	return list
}

func sampled(text string) string {
	if runes := []rune(text); len(runes) > maxSampleRunes {
		return string(runes[:maxSampleRunes]) + "…"
	}
	return text
}

// guessFigures guesses what the columns of a table of figures are.
func (in *Inspection) guessFigures(l *layout, ref Reference) {
	g := guesser{in: in, layout: l, ref: ref, taken: map[string]bool{}}
	g.roles()
	in.Shape = Wide
	if g.taken[toIndicator] && g.taken[toValue] {
		in.Shape = Long
	} else {
		g.drop(toIndicator, toValue, toDenominator)
		g.indicators()
	}
	in.Plan.Shape = in.Shape
	in.guessPeriod(l, g)
	if in.Plan.Source == "" {
		in.Plan.Source = g.source()
	}
	var e decimalEvidence
	for i, c := range in.Columns {
		if c.Guess != nil && (c.Guess.To == toValue || c.Guess.To == toDenominator) {
			for _, row := range l.rows {
				e.add(row.cell(i))
			}
		}
	}
	if d := e.decimal(); d != 0 {
		in.Decimal, in.Plan.Decimal = string(d), string(d)
	}
}

// guessPeriod looks for a period where the table has no column of it: in the
// columns' names, in the titles above it, and in the file's name.
func (in *Inspection) guessPeriod(l *layout, g guesser) {
	if g.taken[toPeriod] || in.Plan.Period != "" {
		return
	}
	texts := []string{}
	for _, row := range l.sheet.Rows {
		if row.Line < l.header {
			texts = append(texts, firstText(row))
		}
	}
	if g.year != 0 {
		texts = append(texts, strconv.Itoa(g.year))
	}
	for _, text := range append(texts, in.File) {
		if p, ok := periodOf(text); ok {
			in.Plan.Period = p
			return
		}
	}
}

// guesser guesses the columns of one table of figures.
type guesser struct {
	in     *Inspection
	layout *layout
	ref    Reference
	taken  map[string]bool // roles that a column has
	year   int             // that the names of columns of figures end in
}

func (g *guesser) take(i int, to string) {
	if !g.taken[to] {
		g.taken[to] = true
		g.in.Columns[i].Guess = &Mapping{To: to}
	}
}

func (g *guesser) drop(list ...string) {
	for i, c := range g.in.Columns {
		if c.Guess != nil && slices.Contains(list, c.Guess.To) {
			g.in.Columns[i].Guess = nil
		}
	}
}

// roleNames are the usual headings of each role, the surest first.
var roleNames = []struct {
	to    string
	names []string
}{
	{toBPS, []string{"bpscode", "kodebps", "kdbps", "kodewilayahbps", "iddesabps", "kodebpsdesa", "idsls"}},
	{toArea, codeNames},
	{toRW, []string{"rw", "norw", "nomorrw"}},
	{toRT, []string{"rt", "nort", "nomorrt", "rtrw"}},
	{toPeriod, []string{"periode", "period", "tahun", "year", "bulan", "triwulan", "tanggal", "thn"}},
	{toIndicator, []string{"indikator", "indicator", "namaindikator", "variabel", "kodeindikator"}},
	{toValue, []string{"nilai", "value", "angka", "jumlah", "number"}},
	{toDenominator, []string{"penyebut", "denominator", "pembagi"}},
	{toNote, []string{"catatan", "keterangan", "note", "ket"}},
}

// codeNames are the usual headings of Kemendagri codes.
var codeNames = []string{"kodewilayah", "kodekemendagri", "kemendagricode", "kodedesa", "kodekelurahan", "kodedesakelurahan", "kodekelurahandesa", "kodekel",
	"kodewilayahkemendagri", "kdepum", "areacode", "kode", "code", "kodedagri", "kodekabupaten", "kodekabkota", "kodekecamatan", "kodedesakel", "place"}

// Headings of names of areas, by level from below.
var (
	villageNames  = []string{"desa", "kelurahan", "namadesa", "namakelurahan", "desakelurahan", "kelurahandesa", "namadesakelurahan", "namakelurahandesa", "desakel", "village", "keldesa"}
	districtNames = []string{"kecamatan", "namakecamatan", "kec", "district"}
	regencyNames  = []string{"kabupaten", "kabkota", "kotkab", "kabupatenkota", "namakabupaten", "namakabkota", "kota", "regency", "namakabupatenkota", "kotakab", "kotakabupaten"}
	provinceNames = []string{"provinsi", "propinsi", "namaprovinsi", "province"}
	plainNames    = []string{"nama", "name", "namawilayah", "wilayah", "nameraw", "area", "areaname", "daerah", "namadaerah"}
)

func (g *guesser) roles() {
	for _, role := range roleNames {
		for _, name := range role.names {
			for i, c := range g.in.Columns {
				if c.Guess == nil && squash(unitInName.ReplaceAllString(c.Name, "")) == name {
					g.take(i, role.to)
				}
			}
		}
	}
	// The lowest level that is named is the area, the others are above it.
	lowest := true
	for _, level := range []struct {
		to    string
		names []string
	}{{"", villageNames}, {"", plainNames}, {toDistrict, districtNames}, {toRegency, regencyNames}, {toProvince, provinceNames}} {
		for i, c := range g.in.Columns {
			switch {
			case c.Guess != nil || !slices.Contains(level.names, squash(c.Name)):
			case lowest:
				g.take(i, toName)
				lowest = false
			case level.to != "":
				g.take(i, level.to)
			}
		}
	}
	if g.taken[toRT] && !g.taken[toRW] && !g.pairsRTandRW() {
		g.drop(toRT) // a number of RT per area, not an RT
	}
}

// pairsRTandRW reports whether the column of RT holds both, as in 005/003.
func (g *guesser) pairsRTandRW() bool {
	for i, c := range g.in.Columns {
		if c.Guess != nil && c.Guess.To == toRT {
			return slices.ContainsFunc(g.layout.sample(i), func(s string) bool { return strings.Contains(s, "/") })
		}
	}
	return false
}

// indicators finds the columns of figures of a wide table. Of two of one
// indicator that name a year the later one is taken.
func (g *guesser) indicators() {
	names := newIndicatorNames(g.ref.Registry)
	type found struct{ column, year int }
	chosen := map[*indicator.Indicator]found{}
	for i, c := range g.in.Columns {
		if c.Guess != nil {
			continue
		}
		of, year := names.find(c.Name)
		if before, again := chosen[of]; of != nil && (!again || year > before.year) {
			chosen[of] = found{i, year}
		}
	}
	for of, at := range chosen {
		g.in.Columns[at.column].Guess = &Mapping{To: toValue, Indicator: of.Code}
		g.year = max(g.year, at.year)
	}
}

// source is the one that the titles or the file name; "" for none.
func (g *guesser) source() string {
	texts := []string{squash(g.in.File)}
	for _, row := range g.layout.sheet.Rows {
		if row.Line < g.layout.header {
			texts = append(texts, squash(firstText(row)))
		}
	}
	for _, s := range g.ref.Registry.Sources {
		if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, squash(s.Code)) }) {
			return s.Code
		}
	}
	return ""
}

// ofAreas reports whether a column that is headed as names are holds areas: most
// of its values are names of some, or each stands beside a code of its own of
// something larger than a kelurahan.
func (l *layout) ofAreas(column int, areas *Gazetteer) bool {
	if !slices.Contains(plainNames, squash(l.columnName(column))) {
		return false
	}
	filled, known, codes := 0, 0, map[geo.Code]bool{}
	codeAt := slices.IndexFunc(l.columns, func(name string) bool { return slices.Contains(codeNames, squash(name)) })
	for _, row := range l.rows {
		text := row.text(column)
		if _, skipped := l.skipped[row.Line]; text == "" || skipped {
			continue
		}
		filled++
		if areas.knows(text) {
			known++
		}
		if code, err := geo.ParseCode(row.text(codeAt)); err == nil && code.Level() < geo.LevelKelurahan {
			codes[code] = true
		}
	}
	return known*2 > filled || len(codes)*10 > filled*9
}

// guessFeatures guesses what the columns of assets or areas are.
func (in *Inspection) guessFeatures(ref Reference) {
	for i := range in.Columns {
		c := &in.Columns[i]
		to := areaProperty(c.Name)
		if in.Plan.What == WhatAssets {
			if in.Plan.Type == "" {
				in.Plan.Type = typeInName(in.File, ref.Types)
			}
			to = assetProperty(c.Name, ref.Types)
		}
		if to != "" {
			c.Guess = &Mapping{To: to}
		}
	}
}

// areaProperty is the property that a column of areas is by its name; "" for
// none.
func areaProperty(column string) string {
	name := foldName(column)
	if slices.Contains(boundaryNames, name) {
		return areaBoundary
	}
	for property, usual := range areaNames() {
		if slices.Contains(usual, name) {
			return property
		}
	}
	return ""
}

// typeInName is the type that a file's name says; of several the longest.
func typeInName(file string, types []*geo.AssetType) string {
	best := ""
	for _, t := range types {
		if strings.Contains(squash(file), squash(t.Name)) && len(t.Name) > len(best) {
			best = t.Name
		}
	}
	return best
}

// assetProperty is the property that a column of assets is by its name; "" when
// no type knows it.
func assetProperty(column string, types []*geo.AssetType) string {
	name := newNaming(AssetOptions{}).of(column)
	switch {
	case name == latitude || name == longitude || name == coordinate || name == sourceID:
		return name
	case slices.ContainsFunc(types, func(t *geo.AssetType) bool { return t.Takes(name) }):
		return name
	case slices.Contains([]string{"jenis", "type", "tipe"}, name):
		return toType
	}
	return ""
}

// RefusePersonal is the error for a file of assets or areas with identifiers, as
// Inspect gives it; nil for one without.
func RefusePersonal(src Source, plan Plan, ref Reference) error {
	_, err := Inspect(src, Plan{What: plan.What, Sheet: plan.Sheet, HeaderRow: plan.HeaderRow}, ref)
	return err
}

// inspectFeatures reads the properties of GeoJSON.
func inspectFeatures(src Source, wanted Plan, ref Reference) (*Inspection, error) {
	if wanted.What == WhatFigures {
		return nil, fileError(src, nil, geo.Text{ID: "bukan tabel: angka dibaca dari CSV atau XLSX", EN: "is no table: figures are read from CSV or XLSX"})
	}
	in := &Inspection{File: src.Name, Format: GeoJSON, Sheets: []string{}, Plan: wanted}
	at := map[string]int{}
	scan := propertyScan{}
	err := features(src, func(number int, f *feature, refused *geo.Text) bool {
		in.Rows = number
		if refused != nil {
			return true
		}
		for name, value := range f.Properties {
			text := textOf(value)
			scan.look(name, number, text)
			i, known := at[name]
			if !known && len(in.Columns) < MaxColumns {
				i, at[name] = len(in.Columns), len(in.Columns)
				in.Columns = append(in.Columns, Found{Name: name, Sample: []string{}})
			} else if !known {
				continue
			}
			if c := &in.Columns[i]; text != "" && len(c.Sample) < maxSample {
				c.Sample = append(c.Sample, sampled(text))
			}
		}
		return true
	})
	if err == nil {
		err = refusePersonal(src, scan.found())
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(in.Columns, func(a, b Found) int { return cmp.Compare(a.Name, b.Name) })
	in.guessFeatures(ref)
	in.propose()
	return in, nil
}
