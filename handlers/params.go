package handlers

import (
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// The limits of a query.
const (
	maxQueryBytes  = 8 << 10
	maxParameters  = 50
	maxSearchBytes = 200
)

// params is a query of which every parameter was given once.
type params map[string]string

// readParams reads the query strictly: what cannot be decoded, what is
// repeated, and what is not among allowed is BadRequest. A nil allowed takes
// every name.
func readParams(r *http.Request, allowed ...string) (params, error) {
	const op = "handlers.readParams"
	if len(r.URL.RawQuery) > maxQueryBytes {
		return nil, &refusal{status: http.StatusRequestURITooLong, slug: "too-large", detail: geo.Text{
			ID: "Alamat terlalu panjang.", EN: "The address is too long."}}
	}
	if r.URL.RawQuery == "" {
		return params{}, nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest(op, "Parameter pada alamat tidak dapat dibaca.", "The query cannot be read.")
	}
	if len(values) > maxParameters {
		return nil, badRequest(op, "Terlalu banyak parameter.", "Too many parameters.")
	}
	p := params{}
	for name, list := range values {
		if allowed != nil && !slices.Contains(allowed, name) {
			return nil, unknownParameter(name)
		}
		if len(list) > 1 {
			return nil, badRequest(op, "Parameter "+show(name)+" berulang.", "Parameter "+show(name)+" is repeated.")
		}
		if !validText(list[0]) || !validText(name) {
			return nil, badRequest(op, "Parameter berisi huruf yang tidak sah.", "A parameter holds invalid characters.")
		}
		p[name] = list[0]
	}
	return p, nil
}

// noParams is for what takes no parameter at all.
func noParams(r *http.Request) error {
	_, err := readParams(r, []string{}...)
	return err
}

func unknownParameter(name string) error {
	return badRequest("handlers.readParams", "Parameter "+show(name)+" tidak dikenal.", "Parameter "+show(name)+" is not known.")
}

func invalidParameter(name string, id, en string) error {
	return badRequest("handlers.params", "Parameter "+name+" "+id, "Parameter "+name+" "+en)
}

// show puts what a stranger wrote into a sentence.
func show(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.Quote(s)
}

// number is a decimal number as people and GDAL write it; ParseFloat alone
// would take NaN, Inf, hexadecimal and underscores.
var number = regexp.MustCompile(`^-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$`)

func parseNumber(s string) (float64, bool) {
	if len(s) > 64 || !number.MatchString(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// digits is a whole number without sign and without zeros before it.
var digits = regexp.MustCompile(`^(0|[1-9]\d{0,18})$`)

// limit reads a page's size: 1 or more; above most it is most.
func (p params) limit(name string, usual, most int) (int, error) {
	text, given := p[name]
	if !given {
		return usual, nil
	}
	if !regexpWhole(text) {
		return 0, invalidParameter(name, "harus bilangan bulat mulai dari 1.", "must be a whole number from 1.")
	}
	n, err := strconv.Atoi(text)
	if err != nil { // more digits than a number has
		return most, nil
	}
	if n < 1 {
		return 0, invalidParameter(name, "harus bilangan bulat mulai dari 1.", "must be a whole number from 1.")
	}
	return min(n, most), nil
}

func regexpWhole(s string) bool {
	return s != "" && len(s) <= 100 && strings.Trim(s, "0123456789") == "" && strings.Trim(s, "0") != ""
}

// lonLat reads the position that lon and lat name.
func (p params) lonLat() (orb.Point, error) {
	lon, okLon := parseNumber(p["lon"])
	lat, okLat := parseNumber(p["lat"])
	switch {
	case !okLon || lon < -180 || lon > 180:
		return orb.Point{}, invalidParameter("lon", "harus bujur antara -180 dan 180.", "must be a longitude between -180 and 180.")
	case !okLat || lat < -90 || lat > 90:
		return orb.Point{}, invalidParameter("lat", "harus lintang antara -90 dan 90.", "must be a latitude between -90 and 90.")
	}
	return orb.Point{lon, lat}, nil
}

// bbox reads a box of 4 numbers, or of 6 with heights, which are not looked
// at: west, south, east, north. One that crosses 180° becomes two.
func (p params) bbox() ([]orb.Bound, error) {
	text, given := p["bbox"]
	if !given {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return nil, invalidParameter("bbox", "harus 4 atau 6 angka.", "must be 4 or 6 numbers.")
	}
	n := make([]float64, len(parts))
	for i, part := range parts {
		f, ok := parseNumber(part)
		if !ok {
			return nil, invalidParameter("bbox", "harus berisi angka.", "must hold numbers.")
		}
		n[i] = f
	}
	if len(n) == 6 {
		if n[2] > n[5] {
			return nil, invalidParameter("bbox", "terbalik tingginya.", "has its heights the wrong way round.")
		}
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	w, s, e, north := n[0], n[1], n[2], n[3]
	if w < -180 || w > 180 || e < -180 || e > 180 || s < -90 || north > 90 || s > north {
		return nil, invalidParameter("bbox", "harus barat,selatan,timur,utara dalam derajat.", "must be west,south,east,north in degrees.")
	}
	if w > e {
		return []orb.Bound{
			{Min: orb.Point{w, s}, Max: orb.Point{180, north}},
			{Min: orb.Point{-180, s}, Max: orb.Point{e, north}},
		}, nil
	}
	return []orb.Bound{{Min: orb.Point{w, s}, Max: orb.Point{e, north}}}, nil
}

// flag reads true or false; absent is false.
func (p params) flag(name string) (bool, error) {
	switch text, given := p[name]; {
	case !given, text == "false":
		return false, nil
	case text == "true":
		return true, nil
	}
	return false, invalidParameter(name, "harus true atau false.", "must be true or false.")
}

// time reads a time as RFC 3339 has it; absent is the zero time.
func (p params) time(name string) (time.Time, error) {
	text, given := p[name]
	if !given {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return time.Time{}, invalidParameter(name, "harus waktu seperti 2026-12-31T00:00:00Z.", "must be a time such as 2026-12-31T00:00:00Z.")
	}
	return at, nil
}

// area reads an area's code, with or without dots; absent is everywhere.
func (p params) area() (geo.Code, error) {
	text := p["area"]
	if text == "" {
		return "", nil
	}
	code, err := geo.ParseCode(text)
	if e, ok := err.(*geo.Error); ok {
		return "", &geo.Error{Kind: geo.BadRequest, Op: "handlers.area", Message: e.Message}
	}
	return code, err
}

// search reads a text to look for.
func (p params) search() (string, error) {
	q := strings.TrimSpace(p["q"])
	if len(q) > maxSearchBytes {
		return "", invalidParameter("q", "terlalu panjang.", "is too long.")
	}
	return q, nil
}

// pathParam is a part of the path, decoded.
func pathParam(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// featureID reads a feature's id from the path. What cannot be one is NotFound.
func featureID(r *http.Request) (int64, error) { return pathID(r, "id") }

// pathID reads an id from the part of the path called name. What cannot be one
// is NotFound.
func pathID(r *http.Request, name string) (int64, error) {
	text := pathParam(r, name)
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !digits.MatchString(text) || id == 0 || id >= 1<<53 {
		return 0, geo.NotFoundError("handlers.pathID")
	}
	return id, nil
}

// onlyID is pathID for a request that takes no parameters.
func onlyID(r *http.Request, name string) (int64, error) {
	if err := noParams(r); err != nil {
		return 0, err
	}
	return pathID(r, name)
}
