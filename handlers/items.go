package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// crs84 is the reference system of all coordinates: lon, lat on WGS 84.
const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

func trimBrackets(s string) string { return strings.Trim(strings.TrimSpace(s), "<>") }

// items answers a page of a collection as everybody sees it: from the snapshot,
// or as of ?datetime=. Areas can have figures beside their own properties, which
// are those that who asks may see.
func (s *Server) items(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if !isCollection(at, pathParam(r, "collection")) {
		return geo.NotFoundError("handlers.items")
	}
	p, err := readParams(r)
	if err != nil {
		return err
	}
	features := newFeatureWriter(at)
	if features.shown, err = p.shown(at, pathParam(r, "collection")); err != nil {
		return err
	}
	q, when, join, err := p.without("properties", "skipGeometry").itemsQuery(r)
	if err != nil {
		return err
	}
	if err := accepts(r, typeGeoJSON); err != nil {
		return err
	}
	w, leave, err := s.admit(w, r, geo.Public, urgencyOf(q, when))
	if err != nil {
		return err
	}
	defer leave()
	source := at
	if when != nil {
		if source, err = s.asOf(r, at, q.Collection, when); err != nil {
			return err
		}
	}
	page, err := source.Select(r.Context(), q)
	if err != nil {
		return err
	}
	var figures *indicator.Figures
	if join != nil {
		if figures, err = s.joinedFor(w, r, join, geo.LevelOf(q.Collection)); err != nil {
			return err
		}
	}
	self := s.origin(r) + r.URL.EscapedPath()
	links := []link{{Href: withQuery(self, r.URL.Query()), Rel: "self", Type: typeGeoJSON, Title: "This page"}}
	if page.Next != 0 {
		next := r.URL.Query()
		next.Set("cursor", cursorAfter(page.Next))
		links = append(links, link{Href: withQuery(self, next), Rel: "next", Type: typeGeoJSON, Title: "The next page"})
	}
	links = append(links, link{Href: s.collectionURL(r, q.Collection), Rel: "collection", Type: typeJSON, Title: q.Collection})
	buffer := s.buffers.get()
	defer s.buffers.put(buffer)
	b := s.beginList(*buffer, links, page.Matched, page.Len())
	for a := range page.Assets {
		b = features.asset(nextFeature(b), a, public, nil)
	}
	for _, a := range page.Areas {
		b = withFigures(features.area(nextFeature(b), a), a, figures)
	}
	*buffer = endJoined(b, figures)
	w.Header().Set("Content-Crs", "<"+crs84+">")
	writeBody(w, r, http.StatusOK, typeGeoJSON+utf8Suffix, *buffer)
	return nil
}

// urgencyOf is how urgent a list is: what somebody looks at, what a program reads,
// or what the database has to be asked for.
func urgencyOf(q geo.Query, when *period) urgency {
	switch {
	case when != nil:
		return lengthy
	case q.Limit > geo.DefaultLimit:
		return bulk
	}
	return interactive
}

// keptBuffer is how large a buffer is worth keeping: a page of some thousand
// features. Larger ones are rare.
const keptBuffer = 4 << 20

// buffers are what answers are written into, from one to the next.
type buffers struct{ idle sync.Pool } // of *[]byte

// get returns an empty buffer.
func (f *buffers) get() *[]byte {
	b, _ := f.idle.Get().(*[]byte)
	if b == nil {
		b = new([]byte)
	}
	*b = (*b)[:0]
	return b
}

// put takes back a buffer that nobody reads any more.
func (f *buffers) put(b *[]byte) {
	if cap(*b) <= keptBuffer {
		f.idle.Put(b)
	}
}

// itemsQuery reads the parameters of items, the time that is asked for (nil is
// now), and the figures to be joined to areas (nil for none). What is no parameter
// of ours is a property to compare; the snapshot knows which there are.
func (p params) itemsQuery(r *http.Request) (q geo.Query, when *period, join *figuresQuery, err error) {
	q = geo.Query{Collection: pathParam(r, "collection"), Equal: map[string]string{}}
	if geo.LevelOf(q.Collection) != 0 {
		if join, err = p.joinQuery(); err != nil {
			return q, nil, nil, err
		}
		p = p.without(joinParams[:]...)
	}
	if when, err = p.when(); err != nil {
		return q, nil, nil, err
	}
	if q.Bounds, err = p.bbox(); err != nil {
		return q, nil, nil, err
	}
	if q.Limit, err = p.limit("limit", geo.DefaultLimit, geo.MaxLimit); err != nil {
		return q, nil, nil, err
	}
	if q.After, err = p.cursor(); err != nil {
		return q, nil, nil, err
	}
	if q.LocatedOnly, err = p.flag("located"); err != nil {
		return q, nil, nil, err
	}
	if q.Area, err = p.area(); err != nil {
		return q, nil, nil, err
	}
	if q.Search, err = p.search(); err != nil {
		return q, nil, nil, err
	}
	for name, value := range p {
		switch name {
		case "bbox", "limit", "cursor", "located", "area", "q", "datetime", "release":
		default:
			q.Equal[name] = value
		}
	}
	return q, when, join, nil
}

func withQuery(base string, values url.Values) string {
	if len(values) == 0 {
		return base
	}
	return base + "?" + values.Encode()
}

// link is a link of the OGC APIs (RFC 8288 in JSON).
type link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

func appendLinks(b []byte, links []link) []byte {
	b = append(b, '[')
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = stringMember(append(b, '{'), "href", l.Href)
		b = stringMember(b, "rel", l.Rel)
		b = stringMember(b, "type", l.Type)
		if l.Title != "" {
			b = stringMember(b, "title", l.Title)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// beginList begins a FeatureCollection. A matched below zero is left out.
func (s *Server) beginList(b []byte, links []link, matched, returned int) []byte {
	b = stringMember(append(b, '{'), "type", "FeatureCollection")
	if matched >= 0 {
		b = intMember(b, "numberMatched", int64(matched))
	}
	b = intMember(b, "numberReturned", int64(returned))
	b = stringMember(b, "timeStamp", s.Clock().UTC().Format(time.RFC3339))
	b = appendLinks(member(b, "links"), links)
	return append(member(b, "features"), '[')
}

// nextFeature puts the comma between two features.
func nextFeature(b []byte) []byte {
	if b[len(b)-1] == '[' {
		return b
	}
	return append(b, ',')
}

func endList(b []byte) []byte { return append(b, ']', '}') }

func (s *Server) collectionURL(r *http.Request, name string) string {
	return s.origin(r) + "/api/collections/" + url.PathEscape(name)
}

func (s *Server) itemURL(r *http.Request, collection string, id int64) string {
	return s.collectionURL(r, collection) + "/items/" + strconv.FormatInt(id, 10)
}
