package tiles

import (
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// Style returns a MapLibre style (specification version 8) of every layer, for
// other map programs; baseURL is the server's origin without a slash at the
// end. It needs nothing but the tiles and the font that the server has.
func Style(s *index.Snapshot, baseURL string) map[string]any {
	layers := []string{}
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		layers = append(layers, level.Collection())
	}
	layers = append(layers, geo.AllAssets)
	middle := Describe(s, layers, baseURL).Center
	return map[string]any{
		"version": 8,
		"name":    "Patok",
		"center":  []float64{middle[0], middle[1]},
		"zoom":    middle[2],
		"sources": map[string]any{
			"patok": map[string]any{"type": "vector", "url": baseURL + "/tiles/" + strings.Join(layers, ",") + ".json"},
		},
		"font-faces": map[string]any{font: baseURL + "/fonts/noto-sans-latin-400-normal.woff2"},
		"layers":     styleLayers(s),
	}
}

const font = "Noto Sans"

// levelLook is how a level of areas is drawn, and from which zoom to which it
// is named.
var levelLook = map[geo.Level]struct {
	line     float64
	color    string
	from, to float64
}{
	geo.LevelProvinsi:  {2.5, "#57534e", 0, 8},
	geo.LevelKabupaten: {2, "#57534e", 5, 10},
	geo.LevelKecamatan: {1.5, "#78716c", 9, 13},
	geo.LevelKelurahan: {1, "#a8a29e", 11, 24},
}

func styleLayers(s *index.Snapshot) []any {
	layers := []any{
		map[string]any{"id": "latar", "type": "background", "paint": map[string]any{"background-color": "#fafaf9"}},
		styleLayer("kelurahan-isi", "fill", "kelurahan", map[string]any{"fill-color": "#f0ebe1", "fill-opacity": 0.7}),
	}
	for level := geo.LevelKelurahan; level >= geo.LevelProvinsi; level-- {
		look := levelLook[level]
		line := styleLayer(level.Collection()+"-batas", "line", level.Collection(), map[string]any{"line-color": look.color, "line-width": look.line})
		line["minzoom"] = look.from
		layers = append(layers, line)
	}
	colors := []any{"match", []any{"get", "type"}}
	for _, t := range s.Types() {
		if t.Color != "" {
			colors = append(colors, t.Name, t.Color)
		}
	}
	var color any = "#44403c"
	if len(colors) > 2 {
		color = append(colors, color)
	}
	layers = append(layers, assetLayers(color)...)
	for level := geo.LevelKelurahan; level >= geo.LevelProvinsi; level-- {
		look := levelLook[level]
		layers = append(layers, labelLayer(level.Collection()+"-nama", level.Collection()+index.LabelSuffix, look.from, look.to, 12+2*float64(geo.LevelKelurahan-level)))
	}
	layers = append(layers, countLayer())
	names := labelLayer("aset-nama", geo.AllAssets, 14, 24, 11)
	names["layout"].(map[string]any)["text-anchor"] = "top"
	names["layout"].(map[string]any)["text-offset"] = []float64{0, 0.8}
	return append(layers, names)
}

// isCluster tells clusters from assets that stand by themselves.
var isCluster = []any{"has", "cluster"}

// assetLayers draws assets in their color, and clusters as circles by size.
func assetLayers(color any) []any {
	single := styleLayer("aset", "circle", geo.AllAssets, map[string]any{
		"circle-color":        color,
		"circle-radius":       []any{"interpolate", []any{"linear"}, []any{"zoom"}, 8, 2, 16, 7},
		"circle-stroke-color": "#ffffff",
		"circle-stroke-width": 1,
	})
	single["filter"] = []any{"!", isCluster}
	cluster := styleLayer("aset-kelompok", "circle", geo.AllAssets, map[string]any{
		"circle-color":        "#44403c",
		"circle-opacity":      0.85,
		"circle-radius":       []any{"step", []any{"get", "count"}, 9, 10, 11, 100, 14, 1000, 17, 10_000, 20},
		"circle-stroke-color": "#ffffff",
		"circle-stroke-width": 1.5,
	})
	cluster["filter"] = isCluster
	return []any{single, cluster}
}

// countLayer writes how many assets a cluster stands for.
func countLayer() map[string]any {
	counts := labelLayer("aset-jumlah", geo.AllAssets, 0, 24, 11)
	counts["filter"] = isCluster
	counts["paint"] = map[string]any{"text-color": "#ffffff"}
	layout := counts["layout"].(map[string]any)
	layout["text-field"] = []any{"to-string", []any{"get", "count"}}
	layout["text-allow-overlap"], layout["text-ignore-placement"] = true, true
	return counts
}

func styleLayer(id, kind, source string, paint map[string]any) map[string]any {
	return map[string]any{"id": id, "type": kind, "source": "patok", "source-layer": source, "paint": paint}
}

func labelLayer(id, source string, from, to, size float64) map[string]any {
	l := styleLayer(id, "symbol", source, map[string]any{
		"text-color": "#292524", "text-halo-color": "#fafaf9", "text-halo-width": 1.5,
	})
	l["layout"] = map[string]any{"text-field": []any{"get", "name"}, "text-font": []string{font}, "text-size": size}
	l["minzoom"], l["maxzoom"] = from, to
	return l
}
