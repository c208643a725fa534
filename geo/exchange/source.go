package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/patok-id/patok/geo"
)

// The limits of a file.
const (
	MaxFileBytes = 2 << 30
	MaxRows      = 5_000_000
	MaxRowBytes  = 8 << 20 // one feature, or one record
	MaxVertices  = 1_000_000
	MaxDepth     = 64 // of nested JSON within one feature
	MaxColumns   = 1000
)

// Source is a file that can be read from its start more than once.
type Source struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// File is the source at path.
func File(path string) Source {
	return Source{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Bytes is a source in memory.
func Bytes(name string, content []byte) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// Format is how a file is written.
type Format string

// The formats that are read.
const (
	GeoJSON Format = "geojson"
	CSV     Format = "csv"
	XLSX    Format = "xlsx"
)

// Detect tells a file's format by how it begins: JSON with a brace, a workbook
// as a ZIP archive, and everything else is taken for CSV.
func Detect(src Source) (Format, error) {
	f, err := open(src)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read from
	head, err := bufio.NewReader(f).Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fileError(src, err, geo.Text{ID: "tidak dapat dibaca", EN: "cannot be read"})
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n")
	switch {
	case len(head) == 0:
		return "", fileError(src, nil, geo.Text{ID: "kosong", EN: "is empty"})
	case head[0] == '{' || head[0] == '[':
		return GeoJSON, nil
	case bytes.HasPrefix(head, []byte("PK")):
		return XLSX, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return "", fileError(src, nil, geo.Text{
			ID: "adalah buku kerja lama (XLS) atau terkunci sandi: simpan sebagai XLSX tanpa sandi", EN: "is an old workbook (XLS) or locked with a password: save it as XLSX without one"})
	}
	return CSV, nil
}

// Assets reads the assets of a GeoJSON, CSV or XLSX file.
func Assets(src Source, o AssetOptions) geo.AssetRows {
	return func(yield func(geo.AssetRow, error) bool) {
		format, err := Detect(src)
		if err != nil {
			yield(geo.AssetRow{}, err)
			return
		}
		read := geoJSONAssets
		if format != GeoJSON {
			read = tableAssets
		}
		if err := read(src, o, func(r geo.AssetRow) bool { return yield(r, nil) }); err != nil {
			yield(geo.AssetRow{}, err)
		}
	}
}

// Areas reads the areas of a GeoJSON file, or of a CSV or XLSX file with a column
// of WKT.
func Areas(src Source, o AreaOptions) geo.AreaRows {
	return func(yield func(geo.AreaRow, error) bool) {
		format, err := Detect(src)
		if err == nil {
			read := geoJSONAreas
			if format != GeoJSON {
				read = tableAreas
			}
			err = read(src, o, func(r geo.AreaRow) bool { return yield(r, nil) })
		}
		if err != nil {
			yield(geo.AreaRow{}, err)
		}
	}
}

var utf8BOM = []byte("\xef\xbb\xbf")

func open(src Source) (io.ReadCloser, error) {
	f, err := src.Open()
	if err != nil {
		return nil, fileError(src, err, geo.Text{ID: "tidak dapat dibuka", EN: "cannot be opened"})
	}
	return f, nil
}

// fileError says why a file as a whole cannot be used.
func fileError(src Source, err error, why geo.Text) error {
	return &geo.Error{Kind: geo.Invalid, Op: "exchange", Err: err, Message: geo.Text{
		ID: fmt.Sprintf("Berkas %s %s.", src.Name, why.ID),
		EN: fmt.Sprintf("File %s %s.", src.Name, why.EN),
	}}
}

// meter refuses to hand out more than one row's bytes beyond the place that a
// parser has reached, since parsers hold a whole row in memory. It also counts
// the file.
type meter struct {
	r     io.Reader
	read  int64
	limit int64
	src   Source
}

func newMeter(src Source, r io.Reader) *meter {
	return &meter{r: r, src: src, limit: MaxRowBytes}
}

// reached tells the meter that the parser stands at offset.
func (m *meter) reached(offset int64) { m.limit = offset + MaxRowBytes }

func (m *meter) Read(p []byte) (int, error) {
	left := m.limit - m.read
	if left <= 0 {
		return 0, fileError(m.src, nil, geo.Text{
			ID: fmt.Sprintf("berisi satu baris atau fitur yang lebih besar dari %d MB", MaxRowBytes>>20),
			EN: fmt.Sprintf("holds one row or feature larger than %d MB", MaxRowBytes>>20)})
	}
	if m.read >= MaxFileBytes {
		return 0, fileError(m.src, nil, geo.Text{
			ID: fmt.Sprintf("lebih besar dari %d MB", MaxFileBytes>>20), EN: fmt.Sprintf("is larger than %d MB", MaxFileBytes>>20)})
	}
	// In pieces, so that what a parser reads ahead stays small beside the limit.
	p = p[:min(int64(len(p)), left, 64<<10)]
	n, err := m.r.Read(p)
	m.read += int64(n)
	return n, err
}
