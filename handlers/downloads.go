package handlers

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

// downloadStore is what a file with internal fields needs of the database.
type downloadStore interface {
	// PrivateAssets reads assets in the private view, in the order of ids. It is
	// NotFound when p may not read all of them fully.
	PrivateAssets(ctx context.Context, p geo.Principal, ids []int64) ([]*geo.Asset, error)
}

// The limits of a workbook: a table program opens no more, and each is made in
// memory by and by.
const (
	maxWorkbookRows = 250_000
	maxWorkbooks    = 2 // at once; whoever comes then is asked to come again
)

// downloadForm is a form in which the features of a collection come as a file.
type downloadForm struct {
	extension, mediaType string
	write                func(*exchange.FeatureFile, io.Writer) (rows int, err error)
}

func downloadForms() []downloadForm {
	return []downloadForm{
		{"csv", exchange.TypeCSV, (*exchange.FeatureFile).WriteCSV},
		{"xlsx", exchange.TypeXLSX, (*exchange.FeatureFile).WriteXLSX},
		{"geojson", exchange.TypeGeoJSON, (*exchange.FeatureFile).WriteGeoJSON},
	}
}

// download answers all features that a filter of items selects as a file. Public
// fields are everybody's; with ?fields=internal those who may read the whole
// selection fully get internal ones too, saying what for, and it is logged.
func (s *Server) download(form downloadForm) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		d, err := s.readDownload(r, p, at)
		if err != nil {
			return err
		}
		if err := accepts(r, form.mediaType); err != nil {
			return err
		}
		if form.mediaType == exchange.TypeXLSX {
			if err := d.workbook(&s.workbooks); err != nil {
				return err
			}
			defer s.workbooks.Add(-1)
		}
		w, leave, err := s.admit(w, r, p, lengthy)
		if err != nil {
			return err
		}
		defer leave()
		held, size, err := s.writeDownload(r, form, d)
		if err != nil {
			return err
		}
		defer held.Close() //nolint:errcheck // nothing of it is kept
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		if d.purpose != "" {
			h.Set("Cache-Control", "private, no-store")
		}
		h.Add("Vary", "Accept, Accept-Encoding, Authorization, Cookie")
		sendFile(w, r, sentFile{name: d.name + "." + form.extension, mediaType: form.mediaType, gzipped: d.gzipped(r, form), size: size, body: held})
		return nil
	}
}

// download is a request for a file.
type download struct {
	who     geo.Principal
	at      *index.Snapshot // whose registry and names hold
	shown   *index.Snapshot // whose features are written
	query   geo.Query
	name    string
	purpose string // of internal fields; "" for public ones
	matched int
}

// readDownload reads the request, and finds out whether it can be answered.
func (s *Server) readDownload(r *http.Request, p geo.Principal, at *index.Snapshot) (*download, error) {
	collection := pathParam(r, "collection")
	if !isCollection(at, collection) {
		return nil, geo.NotFoundError("handlers.download")
	}
	asked, err := readParams(r)
	if err != nil {
		return nil, err
	}
	q, when, join, err := asked.itemsQuery(r)
	if err != nil {
		return nil, err
	}
	if join != nil { // figures have files of their own
		return nil, unknownParameter("indicators")
	}
	for _, name := range []string{"limit", "cursor"} {
		if r.URL.Query().Has(name) {
			return nil, unknownParameter(name)
		}
	}
	d := &download{who: p, at: at, shown: at, query: q, name: collection}
	if q.Area != "" {
		d.name += "_" + string(q.Area)
	}
	if err := s.readPurpose(d, when != nil); err != nil {
		return nil, err
	}
	if when != nil {
		if d.shown, err = s.asOf(r, at, collection, when); err != nil {
			return nil, err
		}
	}
	one := d.query
	one.Limit = 1
	page, err := d.shown.Query(r.Context(), one)
	d.matched = page.Matched
	return d, err
}

// readPurpose takes out of the query what says that internal fields are wanted.
func (s *Server) readPurpose(d *download, past bool) error {
	fields, purpose := d.query.Equal["fields"], params(d.query.Equal)
	delete(d.query.Equal, "fields")
	var err error
	switch {
	case fields != "" && fields != "internal":
		return invalidParameter("fields", "hanya dapat berisi internal.", "can only be internal.")
	case fields == "internal" && (past || geo.LevelOf(d.query.Collection) != 0):
		return invalidParameter("fields", "hanya berlaku untuk aset sebagaimana adanya sekarang.", "is for assets as they are now.")
	case fields == "internal" && d.who.Anonymous():
		return notLoggedIn("handlers.download")
	case fields == "internal":
		d.purpose, err = purpose.purpose()
		d.name += "_internal"
	case purpose["purpose"] != "":
		return unknownParameter("purpose")
	}
	delete(d.query.Equal, "purpose")
	return err
}

// workbook takes one of the turns to make a workbook.
func (d *download) workbook(turns *atomic.Int32) error {
	if d.matched > maxWorkbookRows {
		return &geo.Error{Kind: geo.TooLarge, Op: "handlers.download", Message: geo.Text{
			ID: "Terlalu banyak baris untuk XLSX. Unduh sebagai CSV, atau pilih wilayah.", EN: "Too many rows for XLSX. Download CSV, or choose an area."}}
	}
	if turns.Add(1) > maxWorkbooks {
		turns.Add(-1)
		return tryAgain(geo.Text{ID: "Terlalu banyak berkas XLSX sedang dibuat.", EN: "Too many XLSX files are being made."})
	}
	return nil
}

func (d *download) gzipped(r *http.Request, form downloadForm) bool {
	return form.mediaType != exchange.TypeXLSX && acceptsCoding(r, "gzip")
}

// writeDownload writes the file to disk, where no memory is needed for it and a
// slow reader holds nothing up, and logs that internal fields leave.
func (s *Server) writeDownload(r *http.Request, form downloadForm, d *download) (held *os.File, size int64, err error) {
	const op = "handlers.writeDownload"
	if held, err = os.CreateTemp("", "patok-download-"); err != nil {
		return nil, 0, geo.Wrap(op, err)
	}
	defer func() {
		if err != nil {
			_ = held.Close() // its error says less
		}
	}()
	if err = os.Remove(held.Name()); err != nil {
		return nil, 0, geo.Wrap(op, err)
	}
	rows, err := writeForm(held, form, s.featureFile(r.Context(), d), d.gzipped(r, form))
	if err != nil {
		return nil, 0, err
	}
	if d.purpose != "" {
		err = s.Store.Audit(r.Context(), geo.AuditEntry{Actor: d.who.Actor(), Action: "export", Target: d.query.Collection + "." + form.extension,
			Detail: map[string]any{"rows": rows, "query": r.URL.RawQuery, "purpose": d.purpose}, Address: clientAddress(r)})
		if err != nil {
			return nil, 0, err // what is not in the log does not leave
		}
	}
	if size, err = held.Seek(0, io.SeekEnd); err == nil {
		_, err = held.Seek(0, io.SeekStart)
	}
	return held, size, geo.Wrap(op, err)
}

func writeForm(to io.Writer, form downloadForm, f *exchange.FeatureFile, gzipped bool) (rows int, err error) {
	buffered := bufio.NewWriterSize(to, 64<<10)
	if !gzipped {
		if rows, err = form.write(f, buffered); err != nil {
			return rows, err
		}
		return rows, buffered.Flush()
	}
	z, err := gzip.NewWriterLevel(buffered, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	if rows, err = form.write(f, z); err != nil {
		return rows, err
	}
	if err := z.Close(); err != nil {
		return rows, err
	}
	return rows, buffered.Flush()
}

// featureFile is what the request selects, read page by page.
func (s *Server) featureFile(ctx context.Context, d *download) *exchange.FeatureFile {
	selection := exchange.Selection{Query: d.query, From: d.shown, At: d.at}
	if d.purpose != "" {
		selection.Private = func(published []*geo.Asset) ([]*geo.Asset, error) { return s.privately(ctx, d.who, published) }
	}
	return selection.Features(ctx)
}

// privately reads published assets with their internal fields, for who may read
// all of them fully.
func (s *Server) privately(ctx context.Context, p geo.Principal, published []*geo.Asset) ([]*geo.Asset, error) {
	ids := make([]int64, len(published))
	for i, a := range published {
		if !s.may(p, geo.ActionReadFull, a) {
			return nil, &geo.Error{Kind: geo.Forbidden, Op: "handlers.download", Message: geo.Text{
				ID: "Isian internal hanya untuk wilayah dan jenis Anda. Pilih wilayah Anda.", EN: "Internal fields are for your own areas and types. Choose your area."}}
		}
		ids[i] = a.ID
	}
	return s.Store.PrivateAssets(ctx, p, ids)
}
