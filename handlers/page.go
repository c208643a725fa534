package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// page holds the files of the map page in memory, with their codings.
type page struct {
	built bool
	files map[string]*pageFile // by path, such as assets/main-1a2b.js
}

// pageFile is one file. Its tags are strong and differ per coding.
type pageFile struct {
	contentType string
	codings     map[string][]byte // "", "br", "gzip"
	hash        string
}

// codingSuffixes are the endings of the compressed siblings that the page's
// build leaves beside a file, best first.
var codingSuffixes = [...]struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// loadPage reads the files of the page.
func loadPage(files fs.FS, built bool) (*page, error) {
	p := &page{built: built, files: map[string]*pageFile{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || compressedSibling(files, name) || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		f, err := loadFile(files, name)
		p.files[name] = f
		return err
	})
	return p, err
}

func compressedSibling(files fs.FS, name string) bool {
	for _, c := range codingSuffixes {
		if plain, ok := strings.CutSuffix(name, c.suffix); ok {
			if _, err := fs.Stat(files, plain); err == nil {
				return true
			}
		}
	}
	return false
}

func loadFile(files fs.FS, name string) (*pageFile, error) {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	f := &pageFile{contentType: mediaType(name), codings: map[string][]byte{"": raw}, hash: hex.EncodeToString(sum[:8])}
	for _, c := range codingSuffixes {
		b, err := fs.ReadFile(files, name+c.suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil && len(b) < len(raw) {
			f.codings[c.coding] = b
		}
	}
	return f, nil
}

// mediaType is the type of a file by its ending. Ours are named here, since
// what the machine knows differs.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return typeHTML + utf8Suffix
	case ".js", ".mjs":
		return "text/javascript" + utf8Suffix
	case ".css":
		return "text/css" + utf8Suffix
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt":
		return "text/plain" + utf8Suffix
	case ".json", ".map":
		return typeJSON + utf8Suffix
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// patterns are the routes of the page's files: one per folder, and one per
// file beside index.html.
func (p *page) patterns() []string {
	set := map[string]bool{"/assets/*": true, "/fonts/*": true, "/icons/*": true}
	for name := range p.files {
		if folder, _, nested := strings.Cut(name, "/"); nested {
			set["/"+folder+"/*"] = true
		} else if name != "index.html" {
			set["/"+name] = true
		}
	}
	list := make([]string, 0, len(set))
	for pattern := range set {
		list = append(list, pattern)
	}
	slices.Sort(list)
	return list
}

// index answers the map page. Its policy names the base map's host, so the tag
// does too.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	f := s.page.files["index.html"]
	if !s.page.built || f == nil {
		s.page.unbuilt(w, r)
		return
	}
	host := s.basemap(r.Context()).origin()
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy(host))
	h.Set("Cache-Control", "no-cache")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	sum := sha256.Sum256([]byte(f.hash + host))
	f.serve(w, r, hex.EncodeToString(sum[:8]))
}

// file answers a file of the page.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	f := s.page.files[strings.TrimPrefix(r.URL.Path, "/")]
	if f == nil {
		s.notFound(w, r)
		return
	}
	h := w.Header()
	switch {
	case strings.HasPrefix(r.URL.Path, "/assets/"): // named by their content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case strings.HasPrefix(r.URL.Path, "/fonts/"), strings.HasPrefix(r.URL.Path, "/icons/"):
		h.Set("Cache-Control", "public, max-age=86400")
	default:
		h.Set("Cache-Control", "no-cache")
	}
	// A worker obeys the policy of its own script's answer, not its page's: the
	// map's worker fetches tiles.
	if strings.HasPrefix(f.contentType, typeHTML) || strings.HasPrefix(f.contentType, "text/javascript") {
		h.Set("Content-Security-Policy", pagePolicy(""))
	}
	f.serve(w, r, f.hash)
}

func (f *pageFile) serve(w http.ResponseWriter, r *http.Request, hash string) {
	coding, body := "", f.codings[""]
	for _, c := range codingSuffixes {
		if b, ok := f.codings[c.coding]; ok && acceptsCoding(r, c.coding) {
			coding, body = c.coding, b
			break
		}
	}
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	etag := `"` + hash + `"`
	if coding != "" {
		etag = `"` + hash + "-" + coding + `"`
	}
	h.Set("ETag", etag)
	if notModified(r, etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

const plainPage = `<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body><h1>{{.Title}}</h1><p>{{.Text}}</p><p><a href="{{.Href}}">{{.Link}}</a></p></body></html>
`

// unbuilt says that the binary was built without the page.
func (p *page) unbuilt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	p.plain(w, r, http.StatusOK, "/api",
		geo.Text{ID: "Halaman peta belum dibangun", EN: "The map page is not built"},
		geo.Text{ID: "Jalankan make build, lalu mulai ulang patok. Data sudah dapat dibaca di bawah ini.",
			EN: "Run make build, then start patok again. The data can be read below already."},
		geo.Text{ID: "/api", EN: "/api"})
}

// missing says that there is no such page.
func (p *page) missing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	p.plain(w, r, http.StatusNotFound, "/",
		geo.Text{ID: "Halaman tidak ditemukan", EN: "Page not found"},
		geo.Text{ID: "Alamat ini tidak ada.", EN: "This address does not exist."},
		geo.Text{ID: "Buka peta", EN: "Open the map"})
}

func (p *page) plain(w http.ResponseWriter, r *http.Request, status int, href string, title, text, link geo.Text) {
	lang := language(r)
	body, err := renderHTML(plainPage, map[string]string{
		"Lang": lang, "Title": title.In(lang), "Text": text.In(lang), "Href": href, "Link": link.In(lang)})
	if err != nil {
		body = []byte(title.In(lang)) // cannot happen: the template is ours
	}
	writeBody(w, r, status, typeHTML+utf8Suffix, body)
}
