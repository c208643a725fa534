package tiles

import (
	"cmp"
	"html"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/index"
)

// TileJSON is a TileJSON 3.0.0 document.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Version      string        `json:"version"`
	Scheme       string        `json:"scheme"`
	Format       string        `json:"format"` // not in TileJSON; MBTiles' word, which GDAL reads
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	Center       [3]float64    `json:"center"`
	Attribution  string        `json:"attribution,omitempty"`
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes one layer of the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// schemaVersion is the version of the tiles' layers and fields: a new major
// number when a layer or field is renamed (TileJSON 3.0.0 section 3.15).
const schemaVersion = "1.0.0"

// Describe returns the TileJSON of layers; baseURL is the server's origin
// without a slash at the end.
func Describe(s *index.Snapshot, layers []string, baseURL string) TileJSON {
	bounds := bounds(s, layers)
	doc := TileJSON{
		TileJSON: "3.0.0", Name: strings.Join(layers, ", "), Version: schemaVersion, Scheme: "xyz", Format: "pbf",
		Tiles:   []string{baseURL + "/tiles/" + strings.Join(layers, ",") + "/{z}/{x}/{y}.mvt"},
		MinZoom: 0, MaxZoom: MaxZoom,
		Bounds:      [4]float64{bounds.Min[0], bounds.Min[1], bounds.Max[0], bounds.Max[1]},
		Center:      center(bounds),
		Attribution: attribution(s, layers),
	}
	for _, name := range drawnLayers(layers) {
		doc.VectorLayers = append(doc.VectorLayers, describeLayer(s, name))
	}
	return doc
}

// bounds is the box around the layers, grown to seven decimals; the world of
// Web Mercator when they are empty.
func bounds(s *index.Snapshot, layers []string) orb.Bound {
	const world = index.MaxLatitude
	around, any := orb.Bound{Min: orb.Point{-180, -world}, Max: orb.Point{180, world}}, false
	take := func(collection string) {
		b, ok := s.Extent(collection)
		switch {
		case ok && any:
			around = around.Union(b)
		case ok:
			around, any = b, true
		}
	}
	for _, name := range layers {
		levels := index.LayerLevels(name)
		for _, level := range levels {
			take(level.Collection())
		}
		if levels == nil {
			take(name)
		}
	}
	grow := func(v, limit float64, round func(float64) float64) float64 {
		return math.Max(-limit, math.Min(limit, round(v*1e7)/1e7))
	}
	return orb.Bound{
		Min: orb.Point{grow(around.Min[0], 180, math.Floor), grow(around.Min[1], world, math.Floor)},
		Max: orb.Point{grow(around.Max[0], 180, math.Ceil), grow(around.Max[1], world, math.Ceil)},
	}
}

// center is the middle of the box, and the zoom at which about two tiles of
// 512 pixels show all of it.
func center(b orb.Bound) [3]float64 {
	nw, se := index.Project(b.LeftTop()), index.Project(b.RightBottom())
	size := math.Max(se[0]-nw[0], se[1]-nw[1])
	zoom := math.Floor(math.Log2(2 / math.Max(size, 1e-9)))
	c := b.Center()
	return [3]float64{c[0], c[1], math.Max(0, math.Min(MaxZoom, zoom))}
}

func describeLayer(s *index.Snapshot, name string) VectorLayer {
	l := VectorLayer{ID: name, MaxZoom: MaxZoom, Fields: map[string]string{}}
	collection, labels := strings.CutSuffix(name, index.LabelSuffix)
	keys := areaKeys
	switch t := s.Type(name); {
	case collection == index.AreasLayer && labels:
		l.Description = "Titik label wilayah"
	case collection == index.AreasLayer:
		l.Description = "Wilayah, tingkatnya menurut zum"
	case isAreas(collection) && labels:
		l.Description = "Titik label " + collection
	case isAreas(collection):
		l.Description = "Wilayah tingkat " + collection
	case t != nil:
		l.Description, keys = t.Plural.ID, clusterKeys(nil, t.Summed())
	default:
		l.Description, keys = "Semua aset", clusterKeys(typeNames(s), summedFields(s))
	}
	for _, key := range keys {
		l.Fields[key] = kindOf(key)
	}
	return l
}

// kindOf is what kind of value a property has, in TileJSON's words.
func kindOf(key string) string {
	switch key {
	case "level", "areas", "count", "expansion_zoom":
		return "Number"
	case "example", "buffer", "cluster":
		return "Boolean"
	}
	if strings.HasPrefix(key, countPrefix) || strings.HasPrefix(key, sumPrefix) {
		return "Number"
	}
	return "String"
}

func typeNames(s *index.Snapshot) []string {
	var names []string
	for _, t := range s.Types() {
		names = append(names, t.Name)
	}
	return names
}

// summedFields are the attributes that clusters of all types sum.
func summedFields(s *index.Snapshot) []string {
	var fields []string
	for _, t := range s.Types() {
		for _, field := range t.Summed() {
			if !slices.Contains(fields, field) {
				fields = append(fields, field)
			}
		}
	}
	return fields
}

// attribution names the sources of the areas that the layers show, most used
// first. It is escaped, since clients may read it as HTML.
func attribution(s *index.Snapshot, layers []string) string {
	uses := map[string]int{}
	for _, name := range layers {
		for _, level := range index.LayerLevels(name) {
			s.Sources(level, func(source string, areas int) { uses[source] += areas })
		}
	}
	delete(uses, "")
	sources := slices.SortedFunc(maps.Keys(uses), func(a, b string) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b))
	})
	return html.EscapeString(strings.Join(sources[:min(len(sources), 5)], "; "))
}
