package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// hiddenWord is how a table shows a figure that is hidden for another reason than
// that it is small.
const hiddenWord = "disembunyikan"

// PublishedTable describes published figures as a file for offices: a row for each
// place, and under them the source, the threshold and whatever else must be known
// to read them. The same figures always give the same table.
func PublishedTable(f *indicator.Figures, source *indicator.Source) Table {
	t := Table{Name: source.Label.ID + " " + string(f.Public.Period), Columns: []Column{{Name: "Kode wilayah", Width: 22}, {Name: "Nama wilayah", Width: 26}}}
	for _, c := range f.Columns {
		t.Columns = append(t.Columns, Column{Name: headingOf(c.Indicator), Width: 16})
		if c.Denominators != nil {
			t.Columns = append(t.Columns, Column{Name: "Penyebut " + c.Label.ID, Width: 16})
		}
	}
	t.Rows = func(yield func([]any) bool) {
		for i, place := range f.Places {
			row := []any{string(place), f.Names[i]}
			for _, c := range f.Columns {
				row = append(row, cellShown(c.Cells[i], f.Below(i)))
				if c.Denominators != nil {
					row = append(row, denominatorShown(c.Denominators[i]))
				}
			}
			if !yield(row) {
				return
			}
		}
		for _, note := range notesOf(f, source) {
			row := make([]any, len(t.Columns))
			row[0], row[1] = note[0], note[1]
			if !yield(row) {
				return
			}
		}
	}
	return t
}

func headingOf(i *indicator.Indicator) string {
	if i.Unit.ID == "" {
		return i.Label.ID
	}
	return i.Label.ID + " (" + i.Unit.ID + ")"
}

func cellShown(c indicator.Cell, threshold int) any {
	switch c.State {
	case indicator.Shown:
		return c.Value
	case indicator.Small:
		return "<" + strconv.Itoa(threshold)
	case indicator.Hidden:
		return hiddenWord
	}
	return nil
}

func denominatorShown(d float64) any {
	if d == 0 {
		return nil
	}
	return d
}

// notesOf are what must be known to read the figures: words and what they say.
func notesOf(f *indicator.Figures, source *indicator.Source) [][2]string {
	notes := [][2]string{{"", ""},
		{"Sumber", source.Label.ID},
		{"Periode", string(f.Public.Period)},
		{"Edisi", strconv.Itoa(f.Edition()) + ", terbit " + f.Public.PublishedAt.UTC().Format("2006-01-02")},
		{"Untuk", map[indicator.Audience]string{indicator.Public: "umum", indicator.Internal: "instansi", indicator.Mixed: "instansi di wilayah Anda, umum di wilayah lain"}[f.Audience]},
		{"<" + strconv.Itoa(f.Threshold), "kurang dari " + strconv.Itoa(f.Threshold)},
		{hiddenWord, "tidak ditampilkan agar angka kecil tidak dapat dihitung"},
		{"(kosong)", "belum ada data"}}
	for _, c := range f.Columns {
		if c.DenominatorSource != "" {
			notes = append(notes, [2]string{"Penyebut " + c.Label.ID, c.DenominatorSource})
		}
	}
	return notes
}

// WritePublished writes published figures as GeoJSON (RFC 7946): a Feature for each
// place with the boundary that areaOf has for it, null where it has none.
func WritePublished(w io.Writer, f *indicator.Figures, areaOf func(geo.Code) *geo.Area) error {
	out := bufio.NewWriterSize(w, 1<<16)
	b := []byte(`{"type":"FeatureCollection","figures":`)
	b = append(AppendFiguresMember(b, f), `,"features":[`...)
	for i, place := range f.Places {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		var area *geo.Area
		if place.Level() != indicator.RW && place.Level() != indicator.RT {
			area = areaOf(geo.Code(place))
		}
		b = append(b, `{"type":"Feature","id":`...)
		b = appendJSON(b, string(place))
		b = append(b, `,"geometry":`...)
		if area == nil {
			b = append(b, "null"...)
		} else {
			b = AppendBoundary(b, area.Boundary)
		}
		b = appendJSON(append(b, `,"properties":{"code":`...), string(place))
		b = appendJSON(append(b, `,"name":`...), f.Names[i])
		b = append(AppendFigures(b, f, i), "}}"...)
		if _, err := out.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	if _, err := out.Write(append(b, "\n]}\n"...)); err != nil {
		return err
	}
	return out.Flush()
}

// AppendFiguresMember writes which figures these are, as JSON.
func AppendFiguresMember(b []byte, f *indicator.Figures) []byte {
	b = appendJSON(append(b, `{"source":`...), f.Public.Source)
	b = appendJSON(append(b, `,"period":`...), string(f.Public.Period))
	b = strconv.AppendInt(append(b, `,"edition":`...), int64(f.Edition()), 10)
	b = strconv.AppendInt(append(b, `,"threshold":`...), int64(f.Threshold), 10)
	return append(b, '}')
}

// AppendFigures writes the figures of a row as members of an object that has
// some already: of each a number or null, and beside it what there is. A row below
// zero has none.
func AppendFigures(b []byte, f *indicator.Figures, row int) []byte {
	for _, c := range f.Columns {
		var cell indicator.Cell
		if row >= 0 {
			cell = c.Cells[row]
		}
		b = append(append(append(b, ',', '"'), c.Code...), '"', ':')
		if cell.State == indicator.Shown {
			b = indicator.AppendNumber(b, cell.Value)
		} else {
			b = append(b, "null"...)
		}
		b = append(append(append(b, ',', '"'), c.Code...), `_status":"`...)
		b = append(append(b, cell.State.Word()...), '"')
	}
	return b
}

func appendJSON(b []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a text always can
	return append(b, quoted...)
}
