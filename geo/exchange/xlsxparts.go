package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// The limits of a workbook, which is a ZIP archive of XML parts.
const (
	MaxWorkbookBytes = 64 << 20
	MaxUnzipBytes    = 256 << 20 // of all parts that are read
	MaxUnzipXMLBytes = 128 << 20 // of one part
	MaxZipParts      = 2000
	MaxWorksheets    = 200
	maxStyles        = 100_000
)

// workbook is an open XLSX file.
type workbook struct {
	src       Source
	parts     map[string]*zip.File
	left      int64 // bytes that may still be unzipped
	shared    []string
	styles    []cellStyle
	since1904 bool
}

// cellStyle is what a number's format says of its meaning.
type cellStyle uint8

const (
	stylePlain cellStyle = iota
	stylePercent
	styleDate
)

// worksheet is one table of a workbook.
type worksheet struct{ name, path string }

func openWorkbook(src Source) (*workbook, error) {
	file, err := open(src)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(file, MaxWorkbookBytes+1))
	if err != nil {
		return nil, fileError(src, err, geo.Text{ID: "tidak dapat dibaca", EN: "cannot be read"})
	}
	w := &workbook{src: src, parts: map[string]*zip.File{}, left: MaxUnzipBytes}
	if len(content) > MaxWorkbookBytes {
		return nil, w.tooLarge()
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, w.broken(err)
	}
	if len(archive.File) > MaxZipParts {
		return nil, w.tooLarge()
	}
	for _, f := range archive.File {
		w.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	return w, nil
}

func (w *workbook) broken(err error) error {
	return fileError(w.src, err, geo.Text{ID: "bukan XLSX yang sah; simpan ulang sebagai XLSX atau CSV", EN: "is no valid XLSX; save it again as XLSX or CSV"})
}

func (w *workbook) tooLarge() error {
	return fileError(w.src, nil, geo.Text{ID: "terlalu besar setelah dibuka; simpan lembarnya sebagai CSV", EN: "is too large when unpacked; save its sheet as CSV"})
}

// tokens hands the XML of a part to each, piece by piece. A part that is not
// there has none.
func (w *workbook) tokens(name string, each func(xml.Token) error) error {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return nil
	}
	if f.UncompressedSize64 > MaxUnzipXMLBytes || int64(f.UncompressedSize64) > w.left { //nolint:gosec // the first bound keeps it small
		return w.tooLarge()
	}
	part, err := f.Open()
	if err != nil {
		return w.broken(err)
	}
	defer part.Close() //nolint:errcheck // only read from
	// What the archive says of a part's size is not believed.
	limited := &io.LimitedReader{R: part, N: min(w.left, MaxUnzipXMLBytes) + 1}
	before := limited.N
	decoder := xml.NewDecoder(limited)
	for {
		t, err := decoder.RawToken()
		if limited.N == 0 {
			return w.tooLarge()
		}
		if errors.Is(err, io.EOF) {
			w.left -= before - limited.N
			return nil
		}
		if err != nil {
			return w.broken(err)
		}
		if err := each(t); err != nil {
			return err
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sheets lists the worksheets that are not hidden.
func (w *workbook) sheets() ([]worksheet, error) {
	targets := map[string]string{}
	err := w.tokens("xl/_rels/workbook.xml.rels", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" && len(targets) < MaxZipParts {
			targets[attribute(e, "Id")] = attribute(e, "Target")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []worksheet
	err = w.tokens("xl/workbook.xml", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "workbookPr":
			since := attribute(e, "date1904")
			w.since1904 = since == "1" || since == "true"
		case e.Name.Local == "sheet" && !strings.Contains(strings.ToLower(attribute(e, "state")), "hidden"):
			if len(list) == MaxWorksheets {
				return w.tooLarge()
			}
			list = append(list, worksheet{attribute(e, "name"), partPath(targets[relation(e)])})
		}
		return nil
	})
	if err == nil && len(list) == 0 {
		err = w.broken(errors.New("no worksheet"))
	}
	return list, err
}

// relation is the attribute r:id of a sheet, whose own id is another.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// partPath is where a target of the workbook's relations lies.
func partPath(target string) string {
	if inside, absolute := strings.CutPrefix(target, "/"); absolute {
		return inside
	}
	return path.Join("xl", target)
}

// prepare reads the texts and styles that cells refer to.
func (w *workbook) prepare() error {
	var text strings.Builder
	var inText, phonetic bool
	size := 0
	err := w.tokens("xl/sharedStrings.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				phonetic = true
			case "t":
				inText = !phonetic
			}
		case xml.CharData:
			if inText && text.Len() <= MaxCellBytes {
				text.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				phonetic = false
			case "si":
				if size++; size > MaxSheetCells {
					return w.tooLarge()
				}
				w.shared = append(w.shared, unescape(text.String()))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.readStyles()
}

func (w *workbook) readStyles() error {
	formats, inFormats := map[int]cellStyle{}, false
	return w.tokens("xl/styles.xml", func(t xml.Token) error {
		if end, ok := t.(xml.EndElement); ok && end.Name.Local == "cellXfs" {
			inFormats = false
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch e.Name.Local {
		case "cellXfs":
			inFormats = true
		case "numFmt":
			if id, err := strconv.Atoi(attribute(e, "numFmtId")); err == nil && len(formats) < maxStyles {
				formats[id] = styleOfFormat(attribute(e, "formatCode"))
			}
		case "xf":
			if !inFormats {
				return nil
			}
			if len(w.styles) == maxStyles {
				return w.broken(fmt.Errorf("more than %d styles", maxStyles))
			}
			id, _ := strconv.Atoi(attribute(e, "numFmtId")) // 0, general, where it is none
			style, own := formats[id]
			if !own {
				style = styleOfBuiltIn(id)
			}
			w.styles = append(w.styles, style)
		}
		return nil
	})
}

func (w *workbook) style(i int) cellStyle {
	if i < 0 || i >= len(w.styles) {
		return stylePlain
	}
	return w.styles[i]
}

// styleOfBuiltIn is the meaning of a built-in format (ECMA-376 part 1, 18.8.30).
func styleOfBuiltIn(id int) cellStyle {
	switch {
	case id == 9 || id == 10:
		return stylePercent
	case id >= 14 && id <= 17 || id == 22:
		return styleDate
	}
	return stylePlain
}

// styleOfFormat reads a format's code without what stands in quotes and
// brackets: one with a year is a date.
func styleOfFormat(code string) cellStyle {
	var plain strings.Builder
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\' || c == '_':
			i++
		case c == '"':
			quoted = !quoted
		case c == '[' || c == ']':
			bracket = c == '['
		case !quoted && !bracket:
			plain.WriteByte(c)
		}
	}
	text := strings.ToLower(plain.String())
	switch {
	case strings.Contains(text, "%"):
		return stylePercent
	case strings.Contains(text, "y") || strings.Contains(text, "d") && strings.Contains(text, "m"):
		return styleDate
	}
	return stylePlain
}
