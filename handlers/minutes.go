package handlers

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

const patternScan = patternBatch + "/minutes/scan"

// minutesStore is the berita acara of batches.
type minutesStore interface {
	// PutMinutes writes them for who may enter the batch's figures.
	PutMinutes(ctx context.Context, p geo.Principal, id, version int64, m indicator.Minutes) (*indicator.Batch, error)
	// PutScan keeps their picture; the content says what it is.
	PutScan(ctx context.Context, p geo.Principal, id int64, content []byte) (*indicator.Batch, error)
	// Scan reads their picture, for who may read the batch's figures.
	Scan(ctx context.Context, p geo.Principal, id int64) (mediaType string, content []byte, err error)
	// PurgeScan removes the picture for ever; its hash stays.
	PurgeScan(ctx context.Context, p geo.Principal, id int64, reason string) (*indicator.Batch, error)
}

// scanTypes are the media types that a scan is sent as. What it is its content
// says.
var scanTypes = []string{"image/jpeg", "image/png", "image/webp", "application/pdf"}

// putMinutes writes the minutes of a batch.
func (s *Server) putMinutes(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxBatchBytes)
	if err != nil {
		return err
	}
	version := need[int64](f, "version")
	m := indicator.Minutes{Number: need[string](f, "number"), HeldOn: needDate(f, "held_on"), Attendance: need[int](f, "attendance"), Note: valueOf(maybe[string](f, "note"))}
	if err := f.done("handlers.putMinutes"); err != nil {
		return err
	}
	b, err := s.Store.PutMinutes(r.Context(), p, id, version, m)
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}

// putScan keeps the picture of a batch's minutes.
func (s *Server) putScan(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	if err := contentType(r, scanTypes...); err != nil {
		return err
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, indicator.MaxScanBytes))
	if err != nil {
		return err
	}
	b, err := s.Store.PutScan(r.Context(), p, id, content)
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}

// scan answers the picture of a batch's minutes, once it is written down who
// reads it.
func (s *Server) scan(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	mediaType, content, err := s.Store.Scan(r.Context(), p, id)
	if err != nil {
		return err
	}
	if err := accepts(r, scanTypes...); err != nil {
		return err
	}
	if err := s.Store.Audit(r.Context(), entryOf(p, "batch_scan_read", "batches/"+strconv.FormatInt(id, 10), clientAddress(r), map[string]any{})); err != nil {
		return &geo.Error{Kind: geo.Unavailable, Op: "handlers.scan", RetryAfter: time.Second, Err: err, Message: geo.Text{
			ID: "Pindaian hanya ditampilkan bila pembacaannya dapat dicatat. Coba lagi sebentar lagi.",
			EN: "A scan is shown only where it can be written down who read it. Try again in a moment."}}
	}
	w.Header().Set("Cache-Control", "private, no-store")
	if !strings.HasPrefix(mediaType, "image/") {
		w.Header().Set("Content-Disposition", `attachment; filename="berita-acara.pdf"`)
	}
	writeBody(w, r, http.StatusOK, mediaType, content)
	return nil
}

// purgeScan removes the picture of a batch's minutes.
func (s *Server) purgeScan(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "batch")
	if err != nil {
		return err
	}
	why, err := reason(r)
	if err != nil {
		return err
	}
	b, err := s.Store.PurgeScan(r.Context(), p, id, why)
	return s.writeBatch(w, r, http.StatusOK, p, at, b, err)
}
