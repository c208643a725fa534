package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"

	"github.com/patok-id/patok/geo/indicator"
)

// maxFiguresKept bounds the public's answers that are kept, in bytes.
const maxFiguresKept = 64 << 20

// packed is an answer in both codings, and the strong entity tag of the first.
type packed struct {
	body, gzip []byte // gzip is nil where it was not made
	tag        string
}

func pack(body []byte) packed {
	sum := sha256.Sum256(body)
	return packed{body: body, tag: hex.EncodeToString(sum[:12])}
}

// figuresKept keeps the public's answers about published figures, packed once.
// They follow from the catalog alone: with a new one all are forgotten. Its zero
// value is ready.
type figuresKept struct {
	mu      sync.Mutex
	catalog *indicator.Catalog
	answers map[string]packed
	bytes   int
}

// answer answers with what is kept under key, or else with what build makes.
func (k *figuresKept) answer(w http.ResponseWriter, r *http.Request, catalog *indicator.Catalog, mediaType, key string, build func() ([]byte, error)) error {
	k.mu.Lock()
	if k.catalog != catalog {
		k.catalog, k.answers, k.bytes = catalog, map[string]packed{}, 0
	}
	answer, held := k.answers[key]
	k.mu.Unlock()
	if !held {
		body, err := build()
		if err != nil {
			return err
		}
		answer = pack(body)
		if len(body) >= smallBody {
			answer.gzip = gzipOf(body)
		}
		k.keep(catalog, key, answer)
	}
	writePacked(w, r, mediaType, answer)
	return nil
}

// keep keeps an answer, unless the catalog has moved on meanwhile.
func (k *figuresKept) keep(catalog *indicator.Catalog, key string, answer packed) {
	size := len(answer.body) + len(answer.gzip) + len(key)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.catalog != catalog || size > maxFiguresKept/4 {
		return
	}
	if k.bytes+size > maxFiguresKept {
		clear(k.answers)
		k.bytes = 0
	}
	if _, held := k.answers[key]; !held {
		k.answers[key] = answer
		k.bytes += size
	}
}

// writePacked answers with a strong entity tag of the bytes that are sent, or
// that the client has them.
func writePacked(w http.ResponseWriter, r *http.Request, mediaType string, answer packed) {
	h := w.Header()
	h.Add("Vary", "Accept, Accept-Encoding, Accept-Language")
	body, etag := answer.body, `"`+answer.tag+`"`
	if worthCompressing(h, r, answer.body) {
		etag = `"` + answer.tag + `-gz"`
		if body = answer.gzip; body == nil && r.Method != http.MethodHead {
			body = gzipOf(answer.body)
		}
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if notModified(r, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", mediaType+charsetOf(mediaType))
	if body != nil {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // what happens to the connection is not our error
	}
}

// charsetOf is what a media type of ours needs behind it.
func charsetOf(mediaType string) string {
	if mediaType == typeXLSX {
		return ""
	}
	return utf8Suffix
}
