package handlers

import (
	"iter"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// preferences are the elements of a header of the Accept family, each with its
// name in lower case and its quality. Parameters other than q are left out; an
// element that cannot be read counts for nothing.
func preferences(r *http.Request, header string) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		for _, list := range r.Header[header] {
			for element := range strings.SplitSeq(list, ",") {
				name, parameters, _ := strings.Cut(element, ";")
				if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !yield(name, quality(parameters)) {
					return
				}
			}
		}
	}
}

// quality is the q among the parameters of an element, 1 without one, and 0 for
// one that is none.
func quality(parameters string) float64 {
	found := 1.0
	for parameters != "" {
		var one string
		one, parameters, _ = strings.Cut(parameters, ";")
		key, value, _ := strings.Cut(one, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			q = 0
		}
		found = q
	}
	return found
}

// accepts is nil when the client takes one of the media types offered, and
// otherwise the refusal 406. JSON and GeoJSON stand in for each other, as
// clients ask for either.
func accepts(r *http.Request, offered ...string) error {
	if strings.TrimSpace(strings.Join(r.Header["Accept"], "")) == "" {
		return nil
	}
	if slices.Contains(offered, typeGeoJSON) {
		offered = append(offered, typeJSON)
	}
	for name, q := range preferences(r, "Accept") {
		for _, o := range offered {
			o, _, _ = strings.Cut(o, ";")
			family, _, _ := strings.Cut(o, "/")
			if q > 0 && (name == "*/*" || name == o || name == family+"/*") {
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
	for name, q := range preferences(r, "Accept") {
		switch name {
		case typeHTML:
			return q > 0
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
	for name, q := range preferences(r, "Accept-Language") {
		primary, _, _ := strings.Cut(name, "-")
		if (primary == "id" || primary == "en") && q > best {
			best, lang = q, primary
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
