package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// layout is what was found in a sheet: the row of names, the rows of data, and
// what is neither.
type layout struct {
	sheet   *Sheet
	header  int      // line of the lowest row of names
	columns []string // each once
	rows    []SheetRow
	skipped map[int]geo.Text // why rows that look like data are none, by line
}

const (
	headerSearch = 50 // rows in which the names are looked for
	headerLevels = 3  // rows that names may go over
	widthSearch  = 200
)

// layOut finds the table in a sheet. headerLine names the line of its column
// names, 0 looks for it.
func (s *Sheet) layOut(src Source, headerLine int) (*layout, error) {
	first, last := s.findHeader()
	if headerLine > 0 {
		at := slices.IndexFunc(s.Rows, func(r SheetRow) bool { return r.Line == headerLine })
		if at < 0 {
			return nil, fileError(src, nil, geo.Text{ID: fmt.Sprintf("kosong pada baris %d", headerLine), EN: fmt.Sprintf("is empty in line %d", headerLine)})
		}
		first, last = s.above(at), at
	}
	if first < 0 {
		return nil, fileError(src, nil, geo.Text{ID: "tidak berisi baris judul kolom", EN: "has no row of column names"})
	}
	l := &layout{sheet: s, header: s.Rows[last].Line, columns: namesOf(s.Rows[first : last+1]), skipped: map[int]geo.Text{}}
	for i, row := range s.Rows[last+1:] {
		if why := l.noData(row, i); why != nil {
			l.skipped[row.Line] = *why
		}
		l.rows = append(l.rows, row)
	}
	return l, nil
}

// findHeader gives the rows of names: the first row that is as wide as the table
// and holds mostly words, and those below it that part its columns.
func (s *Sheet) findHeader() (first, last int) {
	width := s.width()
	for i, row := range s.Rows[:min(len(s.Rows), headerSearch)] {
		filled, words := row.filled(), 0
		for _, c := range row.Cells {
			if c.Text != "" && !c.Number && !looksLikeNumber(c.Text) || looksLikeYear(c.Text) {
				words++
			}
		}
		if filled*2 <= width && filled < width || words*2 < filled {
			continue
		}
		first, last = s.above(i), i
		for last+1 < len(s.Rows) && last-first+1 < headerLevels && parts(s.Rows[last], s.Rows[last+1]) {
			last++
		}
		return first, last
	}
	return -1, -1
}

// above is the first of the rows over i that name groups of its columns.
func (s *Sheet) above(i int) int {
	first := i
	for first > 0 && i-first+1 < headerLevels && parts(s.Rows[first-1], s.Rows[first]) {
		first--
	}
	return first
}

// width is how many cells most rows fill: the median.
func (s *Sheet) width() int {
	var counts []int
	for _, row := range s.Rows[:min(len(s.Rows), widthSearch)] {
		counts = append(counts, row.filled())
	}
	slices.Sort(counts)
	if len(counts) == 0 {
		return 0
	}
	return counts[len(counts)/2]
}

// parts reports whether lower names the columns of groups that upper names, as
// merged cells leave them: blank where upper has a column of its own, filled
// where upper is blank.
func parts(upper, lower SheetRow) bool {
	blankAbove, blankBelow := 0, 0
	for i := range max(len(upper.Cells), len(lower.Cells)) {
		above, below := upper.text(i), lower.text(i)
		switch {
		case above == "" && below != "":
			blankAbove++
		case above != "" && below == "":
			blankBelow++
		}
	}
	return upper.filled() >= 2 && blankAbove > 0 && blankBelow > 0 && lower.Line-upper.Line == 1
}

// namesOf makes the columns' names: groups before what they hold, each name once.
func namesOf(rows []SheetRow) []string {
	width := 0
	for _, row := range rows {
		width = max(width, len(row.Cells))
	}
	names, seen := make([]string, width), map[string]int{}
	for i := range names {
		var words []string
		for level, row := range rows {
			word := row.text(i)
			if word == "" && level < len(rows)-1 {
				word = groupOf(rows[level], rows[level+1], i)
			}
			if word != "" && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
		name := strings.Join(words, " ")
		if name == "" {
			name = "Kolom " + columnLetters(i)
		}
		if seen[name]++; seen[name] > 1 {
			name += fmt.Sprintf(" (%d)", seen[name])
		}
		names[i] = name
	}
	return names
}

// groupOf is the group over column i: the next name to its left, if lower parts
// all that lies between.
func groupOf(upper, lower SheetRow, i int) string {
	for k := i; k >= 0 && lower.text(k) != ""; k-- {
		if word := upper.text(k); word != "" {
			return word
		}
	}
	return ""
}

func columnLetters(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

// noData says why the nth row below the names is no row of data, nil for one.
func (l *layout) noData(row SheetRow, n int) *geo.Text {
	switch {
	case n < 2 && unitsRow(row):
		return &geo.Text{ID: "Baris satuan.", EN: "A row of units."}
	case n < 2 && numberingRow(row):
		return &geo.Text{ID: "Baris nomor kolom.", EN: "A row that numbers the columns."}
	case l.repeatsHeader(row):
		return &geo.Text{ID: "Judul kolom yang diulang.", EN: "The column names again."}
	case totalsRow(row):
		return &geo.Text{ID: "Baris jumlah.", EN: "A row of totals."}
	case row.filled() == 1 && len(l.columns) > 2 && !looksLikeNumber(firstText(row)):
		why := noteRow()
		return &why
	}
	return nil
}

// noteRow is said of a row with one text alone.
func noteRow() geo.Text {
	return geo.Text{ID: "Catatan, bukan baris data.", EN: "A note, no row of data."}
}

func firstText(row SheetRow) string {
	for _, c := range row.Cells {
		if c.Text != "" {
			return c.Text
		}
	}
	return ""
}

// unitWords are what a row of units holds, and what may stand behind a number.
var unitWords = map[string]bool{"jiwa": true, "orang": true, "kk": true, "keluarga": true, "%": true, "persen": true, "ha": true, "hektar": true,
	"hektare": true, "km2": true, "km²": true, "m2": true, "rp": true, "rupiah": true, "buah": true, "unit": true, "rumah": true, "ribu": true,
	"people": true, "families": true, "tahun": true, "indeks": true, "rumah tangga": true, "ruta": true, "kpm": true}

func unitsRow(row SheetRow) bool {
	for _, c := range row.Cells {
		word := strings.ToLower(strings.Trim(c.Text, "()"))
		if c.Text != "" && !unitWords[word] && !(strings.HasPrefix(c.Text, "(") && !looksLikeNumber(word)) {
			return false
		}
	}
	return true
}

// numberingRow reports whether the cells are 1, 2, 3 or (1), (2), (3).
func numberingRow(row SheetRow) bool {
	next := 1
	for _, c := range row.Cells {
		if c.Text == "" {
			continue
		}
		if strings.Trim(c.Text, "() ") != strconv.Itoa(next) {
			return false
		}
		next++
	}
	return next > 3
}

func (l *layout) repeatsHeader(row SheetRow) bool {
	same := 0
	for i, c := range row.Cells {
		if c.Text == "" {
			continue
		}
		if i >= len(l.columns) || c.Text != l.columns[i] {
			return false
		}
		same++
	}
	return same >= 2
}

// totalsRow reports whether one of the first filled cells says that the row adds
// up the others.
func totalsRow(row SheetRow) bool {
	seen := 0
	for _, c := range row.Cells {
		if c.Text == "" {
			continue
		}
		if totalWord(c.Text) {
			return true
		}
		if seen++; seen == 3 {
			break
		}
	}
	return false
}

func totalWord(text string) bool {
	switch squash(text) {
	case "jumlah", "total", "grandtotal", "jumlahtotal", "totaljumlah", "jumlahseluruhnya", "jumlahkeseluruhan", "totalkeseluruhan", "subtotal",
		"jumlahsemua", "ratarata", "rerata", "jml", "sum":
		return true
	}
	return false
}

// squash leaves the letters and digits of a text, in small letters: how names
// are compared that offices spell each in its way.
func squash(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		case c > 127 && c != '\u00a0' && c != '’' && c != '–' && c != '—':
			return c
		}
		return -1
	}, text)
}

func looksLikeNumber(text string) bool {
	f := numberReader{}.read(Cell{Text: text})
	return f.Number != nil
}

// looksLikeYear reports whether a column may be named so.
func looksLikeYear(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1945 && n < 2200
}
