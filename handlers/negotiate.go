package handlers

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// preference is one element of an Accept header: a name in lower case and its
// quality.
type preference struct {
	name string
	q    float64
}

// parseAccept reads a header of the Accept family. Parameters other than q are
// left out; an element that cannot be read counts for nothing.
func parseAccept(header string) []preference {
	var out []preference
	for _, element := range strings.Split(header, ",") {
		name, rest, _ := strings.Cut(element, ";")
		p := preference{name: strings.ToLower(strings.TrimSpace(name)), q: 1}
		for _, parameter := range strings.Split(rest, ";") {
			key, value, _ := strings.Cut(parameter, "=")
			if strings.TrimSpace(strings.ToLower(key)) != "q" {
				continue
			}
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || q < 0 || q > 1 {
				q = 0
			}
			p.q = q
		}
		if p.name != "" {
			out = append(out, p)
		}
	}
	return out
}

// accepts is nil when the client takes one of the media types offered, and
// otherwise the refusal 406. JSON and GeoJSON stand in for each other, as
// clients ask for either.
func accepts(r *http.Request, offered ...string) error {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return nil
	}
	if slices.Contains(offered, typeGeoJSON) {
		offered = append(offered, typeJSON)
	}
	for _, p := range parseAccept(header) {
		for _, o := range offered {
			o, _, _ = strings.Cut(o, ";")
			family, _, _ := strings.Cut(o, "/")
			if p.q > 0 && (p.name == o || p.name == "*/*" || p.name == family+"/*") {
				return nil
			}
		}
	}
	return &refusal{status: http.StatusNotAcceptable, slug: "not-acceptable", detail: geo.Text{
		ID: "Bentuk yang diminta tidak tersedia. Tersedia: " + strings.Join(offered, ", ") + ".",
		EN: "The form asked for is not available. Available: " + strings.Join(offered, ", ") + "."}}
}

// prefersHTML reports whether a browser asks for a page.
func prefersHTML(r *http.Request) bool {
	for _, p := range parseAccept(r.Header.Get("Accept")) {
		switch p.name {
		case typeHTML:
			return p.q > 0
		case typeJSON, typeGeoJSON:
			return false
		}
	}
	return false
}

// language is the language of messages: id, or en where Accept-Language
// prefers it.
func language(r *http.Request) string {
	best, lang := 0.0, "id"
	for _, p := range parseAccept(r.Header.Get("Accept-Language")) {
		primary, _, _ := strings.Cut(p.name, "-")
		if (primary == "id" || primary == "en") && p.q > best {
			best, lang = p.q, primary
		}
	}
	return lang
}

// contentType is nil when the request's body is of one of the media types.
func contentType(r *http.Request, allowed ...string) error {
	got, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, named := parameters["charset"]
	if err == nil && slices.Contains(allowed, got) && (!named || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	header := http.Header{}
	if r.Method == http.MethodPatch {
		header.Set("Accept-Patch", strings.Join(allowed, ", "))
	}
	return &refusal{status: http.StatusUnsupportedMediaType, slug: "unsupported-media-type", header: header, detail: geo.Text{
		ID: "Content-Type harus " + strings.Join(allowed, " atau ") + " dalam UTF-8.",
		EN: "Content-Type must be " + strings.Join(allowed, " or ") + " in UTF-8."}}
}
