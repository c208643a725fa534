package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// reason reads why somebody changes something: the header Patok-Reason,
// percent-encoded UTF-8 of at most 500 characters on one line. It is empty when
// the header is left out.
func reason(r *http.Request) (string, error) {
	given := r.Header.Values("Patok-Reason")
	if len(given) == 0 {
		return "", nil
	}
	text, err := url.PathUnescape(given[0])
	if err != nil || len(given) > 1 || !utf8.ValidString(text) || utf8.RuneCountInString(text) > geo.MaxReasonRunes || strings.ContainsFunc(text, unicode.IsControl) {
		return "", badRequest("handlers.reason", "Patok-Reason harus satu baris UTF-8 berkode persen, paling panjang 500 huruf.",
			"Patok-Reason must be one line of percent-encoded UTF-8, at most 500 characters.")
	}
	return strings.TrimSpace(text), nil
}
