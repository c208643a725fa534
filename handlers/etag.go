package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// etagOf is the strong entity tag of a feature: its version, and a hash of
// the very bytes that are sent.
func etagOf(version int64, body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + strconv.FormatInt(version, 10) + "-" + hex.EncodeToString(sum[:6]) + `"`
}

// splitTags reads a list of entity tags (RFC 9110, section 8.8.3). Each comes
// as written; what is no tag ends the reading and is not ok.
func splitTags(header string) (tags []string, ok bool) {
	rest := strings.TrimSpace(header)
	for rest != "" {
		weak := ""
		if strings.HasPrefix(rest, "W/") {
			weak, rest = "W/", rest[2:]
		}
		if !strings.HasPrefix(rest, `"`) {
			return tags, false
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 {
			return tags, false
		}
		tags = append(tags, weak+rest[:end+2])
		rest = strings.TrimSpace(rest[end+2:])
		if rest == "" {
			break
		}
		if rest[0] != ',' {
			return tags, false
		}
		rest = strings.TrimSpace(rest[1:])
	}
	return tags, len(tags) > 0
}

// notModified reports whether If-None-Match names etag, by weak comparison.
func notModified(r *http.Request, etag string) bool {
	header := strings.Join(r.Header.Values("If-None-Match"), ",")
	if strings.TrimSpace(header) == "*" {
		return true
	}
	tags, _ := splitTags(header)
	for _, t := range tags {
		if strings.TrimPrefix(t, "W/") == etag {
			return true
		}
	}
	return false
}

// noVersion is a version that no feature has: what an If-Match comes to that
// can match nothing.
const noVersion = -1

// ifMatch reads If-Match into e: the version, or that any will do. Strong
// comparison: a weak tag matches nothing. Of several tags the one of version
// current counts, if it is among them. Without the header e names no version.
func ifMatch(r *http.Request, current int64, e *geo.Edit) error {
	header := strings.TrimSpace(strings.Join(r.Header.Values("If-Match"), ","))
	switch header {
	case "":
		return nil
	case "*":
		e.AnyVersion = true
		return nil
	}
	tags, ok := splitTags(header)
	if !ok {
		return badRequest("handlers.ifMatch", `If-Match harus berupa ETag dalam tanda kutip, misalnya "3-abc".`,
			`If-Match must be a quoted ETag such as "3-abc".`)
	}
	e.IfVersion = noVersion
	for _, t := range tags {
		if v := versionOf(t); v > 0 && (e.IfVersion == noVersion || v == current) {
			e.IfVersion = v
		}
	}
	return nil
}

// versionOf is the version in one of our tags, 0 for any other. The version alone
// will do, which is all that a history tells.
func versionOf(tag string) int64 {
	number, _, _ := strings.Cut(strings.Trim(tag, `"`), "-")
	if strings.HasPrefix(tag, "W/") {
		return 0
	}
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil || v < 0 {
		return 0
	}
	return v
}
