package handlers

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// pageLimit is how many lines a page of a list for people has at most.
const pageLimit = 1000

// readPage reads limit and cursor, and the parameters named.
func readPage(r *http.Request, more ...string) (after int64, limit int, p params, err error) {
	if p, err = readParams(r, append([]string{"limit", "cursor"}, more...)...); err != nil {
		return 0, 0, nil, err
	}
	if limit, err = p.limit("limit", geo.DefaultLimit, pageLimit); err != nil {
		return 0, 0, nil, err
	}
	after, err = p.cursor()
	return after, limit, p, err
}

// cursor reads where the page before ended.
func (p params) cursor() (int64, error) {
	text, given := p["cursor"]
	if !given {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	var after int64
	if err == nil {
		number, ok := strings.CutPrefix(string(raw), "id:")
		if !ok || !digits.MatchString(number) {
			err = fmt.Errorf("cursor %q", raw)
		} else {
			after, err = strconv.ParseInt(number, 10, 64)
		}
	}
	if err != nil {
		return 0, invalidParameter("cursor", "tidak sah; pakai tautan next.", "is not valid; use the link next.")
	}
	return after, nil
}

// cursorAfter is the cursor of the page that begins after id.
func cursorAfter(id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("id:" + strconv.FormatInt(id, 10)))
}

// nameCursor reads where a page that is ordered by name ended.
func (p params) nameCursor() (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(p["cursor"])
	name, ok := strings.CutPrefix(string(raw), "name:")
	if err != nil || p["cursor"] != "" && (!ok || !validText(name)) {
		return "", invalidParameter("cursor", "tidak sah; pakai tautan next.", "is not valid; use the link next.")
	}
	return name, nil
}

// cursorAfterName is the cursor of the page that begins after name.
func cursorAfterName(name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("name:" + name))
}

// nextAfter is the address of the page after id, nil when there is none.
func (s *Server) nextAfter(r *http.Request, id int64) *string {
	if id == 0 {
		return nil
	}
	return s.nextPage(r, cursorAfter(id))
}

// nextPage is the address of the page of r's list that begins at cursor.
func (s *Server) nextPage(r *http.Request, cursor string) *string {
	query := r.URL.Query()
	query.Set("cursor", cursor)
	next := withQuery(s.origin(r)+r.URL.EscapedPath(), query)
	return &next
}
