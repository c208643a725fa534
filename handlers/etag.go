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

// nextTag takes the first entity tag off a list (RFC 9110, section 8.8.3). It
// comes as written, and empty where the list is at its end or holds what is no
// tag: then rest is not empty.
func nextTag(list string) (tag, rest string) {
	list = strings.TrimSpace(list)
	body := strings.TrimPrefix(list, "W/")
	if !strings.HasPrefix(body, `"`) {
		return "", list
	}
	end := strings.IndexByte(body[1:], '"')
	if end < 0 {
		return "", list
	}
	end += len(list) - len(body) + 2
	if rest = strings.TrimSpace(list[end:]); rest != "" && rest[0] != ',' {
		return list[:end], "," // what follows is no tag
	}
	return list[:end], strings.TrimPrefix(rest, ",")
}

// splitTags reads a list of entity tags. What is no tag ends the reading and is
// not ok.
func splitTags(list string) (tags []string, ok bool) {
	for {
		tag, rest := nextTag(list)
		if tag == "" {
			return tags, rest == "" && len(tags) > 0
		}
		tags, list = append(tags, tag), rest
	}
}

// notModified reports whether If-None-Match names etag, by weak comparison.
func notModified(r *http.Request, etag string) bool {
	for _, list := range r.Header["If-None-Match"] {
		if strings.TrimSpace(list) == "*" {
			return true
		}
		for tag, rest := nextTag(list); tag != ""; tag, rest = nextTag(rest) {
			if strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
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
