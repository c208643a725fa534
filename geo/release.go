package geo

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Release is a name for a revision, frozen for ever: who reads it reads as of
// that revision, and its files are the same bytes always.
type Release struct {
	Name       string
	Title      string
	Note       string
	Revision   int64
	ReleasedAt time.Time
	By         Who // zero for a command
	Incomplete []Incomplete
	Files      []ReleaseFile // that the asker may see, the public's first
}

// NewRelease is what a release is to be called.
type NewRelease struct {
	Name, Title, Note string
}

var releaseName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Check lists what is wrong with n, by pointer.
func (n NewRelease) Check() []FieldError {
	var problems []FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, FieldError{Pointer: pointer, Code: code, Message: Text{ID: id, EN: en}})
	}
	if !releaseName.MatchString(n.Name) {
		bad("/name", "pattern", "Nama rilis terdiri dari huruf kecil, angka, titik dan tanda hubung, paling panjang 40, misalnya 2026 atau 2026-semester-1.",
			"A release's name is lower-case letters, digits, dots and hyphens, 40 at most, such as 2026 or 2026-semester-1.")
	}
	if n.Title == "" {
		bad("/title", "required", "Wajib diisi.", "Required.")
	}
	if utf8.RuneCountInString(n.Title) > 200 {
		bad("/title", "too_long", "Paling panjang 200 huruf.", "200 characters at most.")
	}
	if utf8.RuneCountInString(n.Note) > 2000 {
		bad("/note", "too_long", "Paling panjang 2000 huruf.", "2000 characters at most.")
	}
	return problems
}

// ReleaseFile is one file of a release.
type ReleaseFile struct {
	Name      string // within its audience
	About     string // the collection, or the table as "source period"; "" for the list of files
	Internal  bool   // for who may analyse all of Area
	Area      Code   // that an internal file covers; "" is everywhere
	MediaType string
	Bytes     int64
	Rows      int
	SHA256    []byte
}

// Path is the file's name below those of its release.
func (f *ReleaseFile) Path() string {
	if f.Internal {
		return "internal/" + f.Name
	}
	return f.Name
}

// IsTable reports whether the file holds figures.
func (f *ReleaseFile) IsTable() bool { return strings.Contains(f.About, " ") }

// Unpack reads the file from its gzipped form.
func (f *ReleaseFile) Unpack(packed []byte) (io.Reader, error) {
	return gzip.NewReader(bytes.NewReader(packed))
}

// Verify reports how the gzipped form is not the file that was released.
func (f *ReleaseFile) Verify(packed []byte) error {
	plain, err := f.Unpack(packed)
	if err != nil {
		return err
	}
	hash := sha256.New()
	if n, err := io.Copy(hash, plain); err != nil {
		return err
	} else if n != f.Bytes {
		return errors.New("its size is another")
	}
	if !bytes.Equal(hash.Sum(nil), f.SHA256) {
		return errors.New("its content is another")
	}
	return nil
}

// WriteManifest writes the list of the release's public files with their
// hashes, as JSON, and counts them.
func (r *Release) WriteManifest(w io.Writer) (files int, err error) {
	type entry struct {
		Name      string `json:"name"`
		MediaType string `json:"media_type"`
		Bytes     int64  `json:"bytes"`
		Rows      int    `json:"rows"`
		SHA256    string `json:"sha256"`
	}
	list := []entry{}
	for _, f := range r.Files {
		if !f.Internal {
			list = append(list, entry{f.Name, f.MediaType, f.Bytes, f.Rows, hex.EncodeToString(f.SHA256)})
		}
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return len(list), out.Encode(map[string]any{"name": r.Name, "title": r.Title, "note": r.Note, "revision": r.Revision,
		"released_at": r.ReleasedAt.Format(time.RFC3339), "files": list})
}

// ReleaseFiles are the files of a release, one after another. Each is written by
// the function that comes with it, which counts its rows.
type ReleaseFiles = iter.Seq2[ReleaseFile, func(io.Writer) (rows int, err error)]

// The kinds of what a release may lack.
const (
	IncompleteBatch       = "batch"       // figures that are not agreed yet
	IncompleteDeclaration = "declaration" // types that nobody declared complete, or agreed to
	IncompleteHeld        = "held"        // assets kept for an administrator
	IncompleteProposal    = "proposal"    // changes that wait for review
)

// Incomplete is something that was not ready when a release was made.
type Incomplete struct {
	Kind     string `json:"kind"`
	AreaCode Code   `json:"area_code"` // a kecamatan, or what lies above
	AreaName string `json:"area_name"`
	What     string `json:"what"` // an asset type, or a table as "source period"
	Count    int    `json:"count"`
}
