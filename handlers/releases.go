package handlers

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// releaseStore is what has a name for ever.
type releaseStore interface {
	// Releases lists the releases, the newest first, with the files that p may see.
	Releases(ctx context.Context, p geo.Principal) ([]*geo.Release, error)
	// Release reads one, with the files that p may see.
	Release(ctx context.Context, p geo.Principal, name string) (*geo.Release, error)
	// ReleaseRevision returns the revision as of which a release is.
	ReleaseRevision(ctx context.Context, name string) (int64, error)
	// ReleaseFile describes a file; NotFound for who may not read it.
	ReleaseFile(ctx context.Context, p geo.Principal, release, name string, internal bool) (geo.ReleaseFile, error)
	// ReleaseContent reads a file, gzipped.
	ReleaseContent(ctx context.Context, p geo.Principal, release string, f geo.ReleaseFile) ([]byte, error)
	// PreviewRelease tells what a release made now would hold and lack.
	PreviewRelease(ctx context.Context, p geo.Principal, files func(*indicator.Frozen) geo.ReleaseFiles) (*geo.Release, error)
	// CreateRelease makes one; Conflict where the name is taken.
	CreateRelease(ctx context.Context, p geo.Principal, n geo.NewRelease, files func(*indicator.Frozen) geo.ReleaseFiles) (*geo.Release, error)
}

const patternRelease = "/api/releases/{release}"

// releaseTime is how long the making of a release may take: a million assets are
// written three times.
const releaseTime = 20 * time.Minute

// maxReleaseBytes is how much a request for a release may say.
const maxReleaseBytes = 16 << 10

type releaseInfo struct {
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	Note       string            `json:"note"`
	Revision   int64             `json:"revision"`
	ReleasedAt time.Time         `json:"released_at"`
	By         *string           `json:"by"` // null for who has no account here, and for a command
	Files      []releaseFileInfo `json:"files"`
	Incomplete []geo.Incomplete  `json:"incomplete,omitempty"` // for who may watch everything
}

type releaseFileInfo struct {
	Name       string             `json:"name"`
	Collection string             `json:"collection,omitempty"`
	Table      string             `json:"table,omitempty"`
	Audience   indicator.Audience `json:"audience"`
	MediaType  string             `json:"media_type"`
	Bytes      int64              `json:"bytes"`
	Rows       int                `json:"rows"`
	SHA256     string             `json:"sha256"`
	Href       string             `json:"href"`
}

// releaseInfoOf is a release as p may see it. Counts of what was not ready are
// for those who may know of it.
func (s *Server) releaseInfoOf(r *http.Request, p geo.Principal, l *geo.Release) releaseInfo {
	info := releaseInfo{Name: l.Name, Title: l.Title, Note: l.Note, Revision: l.Revision, ReleasedAt: l.ReleasedAt, Files: []releaseFileInfo{}}
	if !p.Anonymous() && l.By.ID != 0 {
		info.By = &l.By.Title
	}
	if geo.Can(p, geo.ActionWatch, geo.Target{}, s.Clock()) {
		info.Incomplete = l.Incomplete
	}
	for _, f := range l.Files {
		file := releaseFileInfo{Name: f.Path(), Audience: indicator.Public, MediaType: f.MediaType, Bytes: f.Bytes, Rows: f.Rows,
			SHA256: hex.EncodeToString(f.SHA256), Href: s.origin(r) + "/api/releases/" + url.PathEscape(l.Name) + "/files/" + f.Path()}
		if f.Internal {
			file.Audience = indicator.Internal
		}
		if f.IsTable() {
			file.Table = f.About
		} else {
			file.Collection = f.About
		}
		info.Files = append(info.Files, file)
	}
	return info
}

// vary says for whom the answer is: everybody's may be kept by anybody.
func vary(w http.ResponseWriter, p geo.Principal) {
	w.Header().Add("Vary", "Authorization, Cookie")
	if !p.Anonymous() {
		w.Header().Set("Cache-Control", "private, no-store")
	}
}

// releases lists all releases, the newest first.
func (s *Server) releases(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	list, err := s.Store.Releases(r.Context(), p)
	if err != nil {
		return err
	}
	infos := make([]releaseInfo, len(list))
	for i, l := range list {
		infos[i] = s.releaseInfoOf(r, p, l)
	}
	vary(w, p)
	return writeJSON(w, r, http.StatusOK, map[string]any{"releases": infos})
}

// release answers one release.
func (s *Server) release(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	l, err := s.Store.Release(r.Context(), p, pathParam(r, "release"))
	if err != nil {
		return err
	}
	vary(w, p)
	return writeJSON(w, r, http.StatusOK, s.releaseInfoOf(r, p, l))
}

// createRelease makes a release, or tells with ?dry_run=true what it would lack.
func (s *Server) createRelease(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	q, err := readParams(r, "dry_run")
	if err != nil {
		return err
	}
	dry, err := q.flag("dry_run")
	if err != nil {
		return err
	}
	body, err := readFields(w, r, maxReleaseBytes)
	if err != nil {
		return err
	}
	n := geo.NewRelease{Name: told(body, "name"), Title: told(body, "title"), Note: told(body, "note")}
	if err := body.done("handlers.createRelease"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), releaseTime)
	defer cancel()
	if dry {
		l, err := s.Store.PreviewRelease(ctx, p, exchange.ReleaseFiles)
		if err != nil {
			return err
		}
		rows := 0
		for _, f := range l.Files {
			rows += f.Rows
		}
		incomplete := append([]geo.Incomplete{}, l.Incomplete...)
		return writePrivate(w, r, http.StatusOK, map[string]any{"incomplete": incomplete, "files": len(l.Files) + 1, "rows": rows})
	}
	l, err := s.Store.CreateRelease(ctx, p, n, exchange.ReleaseFiles)
	if err != nil {
		return err
	}
	info := s.releaseInfoOf(r, p, l)
	w.Header().Set("Location", s.origin(r)+"/api/releases/"+url.PathEscape(l.Name))
	return writePrivate(w, r, http.StatusCreated, info)
}

// told reads a text that may be left out.
func told(body *fields, name string) string {
	if v := maybe[string](body, name); v != nil {
		return strings.TrimSpace(*v)
	}
	return ""
}

// releaseFile answers a public file of a release: the same bytes for ever.
func (s *Server) releaseFile(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := s.Store.ReleaseFile(r.Context(), p, pathParam(r, "release"), pathParam(r, "file"), false)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return s.sendReleaseFile(w, r, p, f)
}

// internalReleaseFile answers a file of the administration's figures, to who
// says what for, and logs it.
func (s *Server) internalReleaseFile(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := s.Store.ReleaseFile(r.Context(), p, pathParam(r, "release"), pathParam(r, "file"), true)
	if err != nil {
		return err
	}
	q, err := readParams(r, "purpose")
	if err != nil {
		return err
	}
	purpose, err := q.purpose()
	if err != nil {
		return err
	}
	err = s.Store.Audit(r.Context(), geo.AuditEntry{Actor: p.Actor(), Action: "export", Target: "release/" + pathParam(r, "release") + "/" + f.Path(),
		Detail: map[string]any{"rows": f.Rows, "purpose": purpose}, Address: clientAddress(r)})
	if err != nil {
		return err // what is not in the log does not leave
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.sendReleaseFile(w, r, p, f)
}

// The bounds of what somebody says a file is for, in characters.
const (
	minPurpose = 10
	maxPurpose = 200
)

// purpose reads what somebody wants internal data for.
func (p params) purpose() (string, error) {
	text := strings.Join(strings.Fields(p["purpose"]), " ")
	if n := utf8.RuneCountInString(text); n < minPurpose || n > maxPurpose {
		return "", invalidParameter("purpose", fmt.Sprintf("harus menjelaskan keperluan dalam %d sampai %d huruf.", minPurpose, maxPurpose),
			fmt.Sprintf("must tell what for, in %d to %d characters.", minPurpose, maxPurpose))
	}
	return text, nil
}

// sendReleaseFile sends a file as it is kept, or unpacked for who takes no gzip.
func (s *Server) sendReleaseFile(w http.ResponseWriter, r *http.Request, p geo.Principal, f geo.ReleaseFile) error {
	if err := accepts(r, f.MediaType); err != nil {
		return err
	}
	h := w.Header()
	h.Add("Vary", "Accept, Accept-Encoding")
	packed := f.MediaType != exchange.TypeXLSX && acceptsCoding(r, "gzip")
	h.Set("ETag", `"`+hex.EncodeToString(f.SHA256)+`"`)
	if notModified(r, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	release := pathParam(r, "release")
	content, err := s.Store.ReleaseContent(r.Context(), p, release, f)
	if err != nil {
		return err
	}
	var body io.Reader = bytes.NewReader(content)
	size := int64(len(content))
	if !packed {
		if body, err = f.Unpack(content); err != nil {
			return geo.Wrap("handlers.sendReleaseFile", err)
		}
		size = f.Bytes
	}
	sendFile(w, r, sentFile{name: release + "_" + f.Name, mediaType: f.MediaType, gzipped: packed, size: size, body: body})
	return nil
}

// sentFile is a file that is ready to be sent.
type sentFile struct {
	name, mediaType string
	gzipped         bool
	size            int64 // of body
	body            io.Reader
}

// sendFile sends a file to be kept under its name. What happens to the
// connection is not our error.
func sendFile(w http.ResponseWriter, r *http.Request, f sentFile) {
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	if f.mediaType != exchange.TypeXLSX {
		h.Set("Content-Type", f.mediaType+utf8Suffix)
	}
	h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	if f.gzipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.FormatInt(f.size, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, f.body)
	}
}
