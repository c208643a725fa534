package exchange

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/paulmach/orb"
)

// isLink reports whether a typed coordinate is a link or a geo: URI.
func isLink(s string) bool {
	lower := strings.ToLower(s)
	return strings.Contains(lower, "://") || strings.HasPrefix(lower, "geo:") ||
		strings.HasPrefix(lower, "www.") || strings.HasPrefix(lower, "maps.") || strings.HasPrefix(lower, "goo.gl")
}

// Where map services write a place, the surest first: the place itself, then
// what was searched, then the middle of the view.
var (
	placePattern = regexp.MustCompile(`!3d(-?[0-9]+(?:\.[0-9]+)?)!4d(-?[0-9]+(?:\.[0-9]+)?)`)
	pairPattern  = regexp.MustCompile(`^(?:loc:)?\s*(-?[0-9]+(?:\.[0-9]+)?)\s*,\s*(-?[0-9]+(?:\.[0-9]+)?)`)
	pathPattern  = regexp.MustCompile(`/(?:search|place|dir|maps)/(?:[^@]*/)?(-?[0-9]+\.[0-9]+),[\s+]*(-?[0-9]+\.[0-9]+)(?:[/?&#]|$)`)
	viewPattern  = regexp.MustCompile(`@(-?[0-9]+(?:\.[0-9]+)?),(-?[0-9]+(?:\.[0-9]+)?)`)
	hashPattern  = regexp.MustCompile(`#(?:map=)?[0-9.]+/(-?[0-9]+(?:\.[0-9]+)?)/(-?[0-9]+(?:\.[0-9]+)?)`)
)

// queryNames are the parameters in which map services put a pair.
var queryNames = []string{"q", "query", "ll", "destination", "daddr", "center", "sll", "viewpoint"}

// parseLink finds the pair of coordinates in a link. In links latitude comes
// first.
func parseLink(s string) (orb.Point, error) {
	text := s
	if u, err := url.PathUnescape(s); err == nil {
		text = u
	}
	if m := placePattern.FindStringSubmatch(text); m != nil {
		return linkPair(s, m[1], m[2])
	}
	u, err := url.Parse(s)
	if err != nil {
		return orb.Point{}, coordinateError(s, "bukan tautan yang sah", "it is no valid link")
	}
	query := u.Query()
	for _, name := range queryNames {
		if m := pairPattern.FindStringSubmatch(query.Get(name)); m != nil {
			return linkPair(s, m[1], m[2])
		}
	}
	if lat, lon := query.Get("mlat"), query.Get("mlon"); lat != "" && lon != "" {
		return linkPair(s, lat, lon)
	}
	if u.Scheme == "geo" {
		if m := pairPattern.FindStringSubmatch(u.Opaque); m != nil {
			return linkPair(s, m[1], m[2])
		}
	}
	for _, pattern := range []*regexp.Regexp{pathPattern, viewPattern, hashPattern} {
		if m := pattern.FindStringSubmatch(text); m != nil {
			return linkPair(s, m[1], m[2])
		}
	}
	return orb.Point{}, coordinateError(s,
		"tautan ini tidak memuat koordinat; buka tautannya, lalu salin koordinat dari peta",
		"this link holds no coordinates; open it and copy them from the map")
}

func linkPair(s, lat, lon string) (orb.Point, error) {
	y, err := parseOne(lat, 'y')
	if err != nil {
		return orb.Point{}, err
	}
	x, err := parseOne(lon, 'x')
	if err != nil {
		return orb.Point{}, err
	}
	return inOrder(s, angle{degrees: y, axis: 'y'}, angle{degrees: x, axis: 'x'})
}
