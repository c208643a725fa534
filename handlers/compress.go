package handlers

import (
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// smallBody is the size below which compressing costs more than it saves.
const smallBody = 1024

func worthCompressing(h http.Header, r *http.Request, body []byte) bool {
	return len(body) >= smallBody && !strings.Contains(h.Get("Cache-Control"), "no-transform") && acceptsCoding(r, "gzip")
}

// writeGzip writes body compressed. What happens to the connection is not our
// error.
func writeGzip(w io.Writer, body []byte) {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		z = gzip.NewWriter(w) // cannot happen: the level is known
	}
	_, _ = z.Write(body)
	_ = z.Close()
}

// acceptsCoding reports whether Accept-Encoding takes a content coding (RFC
// 9110, section 12.5.3). Without the header only identity is sent.
func acceptsCoding(r *http.Request, coding string) bool {
	star := false
	for _, e := range parseAccept(strings.Join(r.Header.Values("Accept-Encoding"), ",")) {
		switch e.name {
		case coding:
			return e.q > 0
		case "*":
			star = e.q > 0
		}
	}
	return star
}
