package exchange

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// No number of a person or a family, and no list by name, enters Patok. A column
// is recognised by what it holds first, since headings lie, and by its heading
// too, since numbers come shortened and hidden.

// The codes of what is refused in a column.
const (
	CodeIdentifier = "identifier" // numbers of persons or families
	CodeByName     = "by_name"    // names or addresses of persons
)

// maxNamedRows is how many rows of a column a refusal names.
const maxNamedRows = 20

// refuseIdentifiers is the error that names every column of a sheet with
// identifiers, and for figures those with names of persons; nil without. It is
// Invalid: each of its fields has a column as pointer and the rows as detail.
func (l *layout) refuseIdentifiers(src Source, figures bool, isArea func(column int) bool) error {
	var found []geo.FieldError
	for i := range l.widest() {
		name := l.columnName(i)
		if rows := l.identifierRows(i); len(rows) > 0 {
			found = append(found, holdsIdentifiers(name, rows))
		} else if figures && byName(name) && !isArea(i) {
			if rows := l.filledRows(i); len(rows) > 0 {
				found = append(found, personal(name, CodeByName, rows, geo.Text{
					ID: fmt.Sprintf("Kolom “%s” membuat berkas ini daftar menurut nama.", name), EN: fmt.Sprintf("Column “%s” makes this a list by name.", name)}))
			}
		}
	}
	return refusePersonal(src, found)
}

func holdsIdentifiers(column string, rows []int) geo.FieldError {
	return personal(column, CodeIdentifier, rows, geo.Text{
		ID: fmt.Sprintf("Kolom “%s” berisi NIK atau nomor KK.", column), EN: fmt.Sprintf("Column “%s” holds numbers of persons or families.", column)})
}

func personal(column, code string, rows []int, message geo.Text) geo.FieldError {
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = strconv.Itoa(row)
	}
	message.ID += " Baris " + strings.Join(lines, ", ") + "."
	message.EN += " Rows " + strings.Join(lines, ", ") + "."
	return geo.FieldError{Pointer: "/columns/" + escaped(column), Code: code, Message: message, Detail: map[string]any{"column": column, "rows": rows}}
}

func refusePersonal(src Source, found []geo.FieldError) error {
	if len(found) == 0 {
		return nil
	}
	return &geo.Error{Kind: geo.Invalid, Op: "exchange.identifiers", Fields: found, Message: geo.Text{
		ID: fmt.Sprintf("Berkas %s ditolak dan tidak disimpan, karena memuat data per orang. Hapus kolom yang disebut, atau unggah hasil hitungannya: halaman Impor menghitungnya di perangkat Anda.", src.Name),
		EN: fmt.Sprintf("File %s was refused and not kept, since it holds data about persons. Remove the columns named, or upload counts: the Import page counts them on your device.", src.Name)}}
}

// widest is how many columns any row has, those above the table included.
func (l *layout) widest() int {
	width := len(l.columns)
	for _, row := range l.sheet.Rows {
		width = max(width, len(row.Cells))
	}
	return width
}

func (l *layout) columnName(i int) string {
	if i < len(l.columns) {
		return l.columns[i]
	}
	return "Kolom " + columnLetters(i)
}

// identifierRows are the lines in which a column holds an identifier.
func (l *layout) identifierRows(i int) []int {
	column := newPersonalColumn(l.columnName(i))
	for _, row := range l.sheet.Rows {
		column.look(row.Line, row.cell(i), row.Line > l.header)
	}
	return column.rows
}

// personalColumn is a column that is looked through for identifiers. Under a
// heading that promises some, every value counts; a column of coordinates has
// many digits of its own.
type personalColumn struct {
	promised, places bool
	rows             []int
}

func newPersonalColumn(name string) *personalColumn {
	folded := newNaming(AssetOptions{}).of(name)
	return &personalColumn{promised: promisesIdentifiers(name),
		places: slices.Contains([]string{latitude, longitude, coordinate}, folded) || slices.Contains(boundaryNames, folded)}
}

func (p *personalColumn) look(row int, c Cell, data bool) {
	found := identifies(c)
	if p.places {
		found = bareIdentifier.MatchString(c.Text)
	}
	if (found || p.promised && data && c.Text != "" && !totalWord(c.Text)) && len(p.rows) < maxNamedRows {
		p.rows = append(p.rows, row)
	}
}

// propertyScan looks through the properties of features for identifiers.
type propertyScan map[string]*personalColumn

func (s propertyScan) look(name string, number int, text string) {
	column := s[name]
	if column == nil {
		if len(s) == MaxColumns {
			return
		}
		column = newPersonalColumn(name)
		s[name] = column
	}
	column.look(number, Cell{Text: text}, true)
}

func (s propertyScan) found() []geo.FieldError {
	var found []geo.FieldError
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if rows := s[name].rows; len(rows) > 0 {
			found = append(found, holdsIdentifiers(name, rows))
		}
	}
	return found
}

func (l *layout) filledRows(i int) []int {
	var rows []int
	for _, row := range l.rows {
		if row.text(i) != "" && len(rows) < maxNamedRows {
			rows = append(rows, row.Line)
		}
	}
	return rows
}

// identifies reports whether a cell holds an identifier: 16 digits anywhere in
// it, or a number of 16 digits, which a table program may have shortened to
// 3.57101E+15.
func identifies(c Cell) bool {
	text := strings.Trim(c.Text, `'"’“” `)
	if decimal := strings.Replace(text, ",", ".", 1); numberPattern.MatchString(decimal) && significant(decimal) <= floatDigits {
		n, err := strconv.ParseFloat(decimal, 64)
		return err == nil && math.Abs(n) >= 1e15 && math.Abs(n) < 1e16
	}
	return indicator.HasIdentifier(text) || indicator.HasIdentifier(strings.NewReplacer(`"`, "", "'", "", "_", "", "/", "").Replace(text))
}

var (
	numberPattern  = regexp.MustCompile(`^[+-]?\d+(\.\d+)?([eE]\+?\d{1,3})?$`)
	bareIdentifier = regexp.MustCompile(`^['" ]*\d{16}['" ]*$`)
)

// floatDigits is how many digits a computed number has at most.
const floatDigits = 17

// significant counts the digits of a number but for zeros before them.
func significant(text string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	return len(strings.TrimLeft(strings.NewReplacer(".", "", "+", "", "-", "").Replace(mantissa), "0"))
}

// headingWords cuts a heading into its words, in small letters.
func headingWords(heading string) []string {
	return strings.FieldsFunc(strings.ToLower(heading), func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c > 127 && c != '\u00a0')
	})
}

// countsSomething reports whether a heading is of a number of things: Jumlah KK.
func countsSomething(words []string) bool {
	return len(words) > 0 && slices.Contains([]string{"jumlah", "jml", "banyak", "banyaknya", "total", "persentase", "persen", "rata", "kode", "luas"}, words[0])
}

// promisesIdentifiers reports whether a heading is of NIK, KTP or KK numbers.
func promisesIdentifiers(heading string) bool {
	words := headingWords(heading)
	if countsSomething(words) {
		return false
	}
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	number := has("no", "nomor", "nmr", "number", "nomer")
	return has("nik", "nkk", "nokk", "noktp", "nonik", "ktp", "kependudukan") || number && (has("kk", "kks") || has("kartu") && has("keluarga"))
}

// areaWords are what a name may be of without being a person's.
var areaWords = map[string]bool{"kelurahan": true, "desa": true, "kel": true, "kecamatan": true, "kec": true, "kabupaten": true, "kab": true, "kota": true,
	"kabkota": true, "provinsi": true, "propinsi": true, "prov": true, "wilayah": true, "daerah": true, "rt": true, "rw": true, "dusun": true,
	"lingkungan": true, "indikator": true, "sumber": true, "satuan": true, "raw": true, "area": true, "village": true, "district": true, "regency": true, "province": true}

// byName reports whether a heading is of what only a list by name has.
func byName(heading string) bool {
	words := headingWords(heading)
	if len(words) == 0 || countsSomething(words) {
		return false
	}
	switch words[0] {
	case "nama", "name", "nm":
		return !slices.ContainsFunc(words[1:], func(w string) bool { return areaWords[w] })
	case "alamat", "address", "telepon", "telp", "hp", "ttl", "rekening":
		return true
	}
	two := strings.Join(words[:min(len(words), 2)], " ")
	return slices.Contains([]string{"tanggal lahir", "tgl lahir", "tempat lahir", "no hp", "nomor hp", "no telepon", "nomor telepon", "no telp", "no rekening",
		"nomor rekening", "kepala keluarga nama", "full name"}, two)
}
