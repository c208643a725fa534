package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/patok-id/patok/geo"
)

// feature is one GeoJSON feature (RFC 7946 section 3.2) before its geometry is
// understood.
type feature struct {
	Type       string                     `json:"type"`
	Geometry   *geometry                  `json:"geometry"`
	Properties map[string]json.RawMessage `json:"properties"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// features reads a FeatureCollection and hands each feature to each, with its
// number from 1, or the reason why it is none. each returns false to stop.
func features(src Source, each func(number int, f *feature, refused *geo.Text) bool) error {
	file, err := open(src)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read from
	body := bufio.NewReader(file)
	if head, _ := body.Peek(3); bytes.Equal(head, utf8BOM) {
		_, _ = body.Discard(3) // cannot fail: they were peeked
	}
	c := &collection{src: src, meter: newMeter(src, body)}
	c.decoder = json.NewDecoder(c.meter)
	return c.read(each)
}

// collection is the reading of one FeatureCollection.
type collection struct {
	src     Source
	meter   *meter
	decoder *json.Decoder
	rows    int
	found   bool // the member "features" was there
}

func (c *collection) read(each func(int, *feature, *geo.Text) bool) error {
	if t, err := c.decoder.Token(); err != nil || t != json.Delim('{') {
		return c.broken(err)
	}
	for c.decoder.More() {
		key, err := c.decoder.Token()
		if err != nil {
			return c.broken(err)
		}
		switch key {
		case "features":
			more, err := c.members(each)
			if err != nil || !more {
				return err
			}
		default:
			var value json.RawMessage
			if err := c.decoder.Decode(&value); err != nil {
				return c.broken(err)
			}
			if err := c.member(key, value); err != nil {
				return err
			}
		}
		c.meter.reached(c.decoder.InputOffset())
	}
	if _, err := c.decoder.Token(); err != nil {
		return c.broken(err)
	}
	if !c.found {
		return fileError(c.src, nil, geo.Text{ID: "bukan GeoJSON FeatureCollection", EN: "is no GeoJSON FeatureCollection"})
	}
	return nil
}

// member checks what stands beside the features.
func (c *collection) member(key json.Token, value json.RawMessage) error {
	switch key {
	case "type":
		if string(value) != `"FeatureCollection"` {
			return fileError(c.src, nil, geo.Text{ID: "bukan GeoJSON FeatureCollection", EN: "is no GeoJSON FeatureCollection"})
		}
	case "crs":
		// GeoJSON of before 2016 names its reference system; RFC 7946 knows WGS 84 only.
		name := strings.ToUpper(string(value))
		known := strings.Contains(name, "CRS84") || strings.Contains(name, "4326") || string(value) == "null"
		if !known {
			return fileError(c.src, nil, geo.Text{
				ID: "memakai sistem koordinat lain: simpan ulang sebagai WGS 84 (EPSG:4326)",
				EN: "is in another reference system: save it as WGS 84 (EPSG:4326)"})
		}
	}
	return nil
}

// members reads the array of features. more is false when each said stop.
func (c *collection) members(each func(int, *feature, *geo.Text) bool) (more bool, err error) {
	if t, err := c.decoder.Token(); err != nil || t != json.Delim('[') {
		return false, c.broken(err)
	}
	c.found = true
	for c.decoder.More() {
		if c.rows == MaxRows {
			return false, fileError(c.src, nil, geo.Text{
				ID: fmt.Sprintf("berisi lebih dari %d baris", MaxRows), EN: fmt.Sprintf("holds more than %d rows", MaxRows)})
		}
		c.rows++
		c.meter.reached(c.decoder.InputOffset())
		var raw json.RawMessage
		if err := c.decoder.Decode(&raw); err != nil {
			return false, c.broken(err)
		}
		f, refused := parseFeature(raw)
		if !each(c.rows, f, refused) {
			return false, nil
		}
	}
	if _, err := c.decoder.Token(); err != nil {
		return false, c.broken(err)
	}
	return true, nil
}

// broken explains an error of the decoder; nil means that the JSON is valid,
// and no object or array where one must be.
func (c *collection) broken(err error) error {
	if e, ok := errors.AsType[*geo.Error](err); ok {
		return e // the meter's
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fileError(c.src, err, geo.Text{ID: "terpotong: akhirnya hilang", EN: "is cut off: its end is missing"})
	}
	return fileError(c.src, err, geo.Text{
		ID: fmt.Sprintf("bukan GeoJSON yang sah (dekat bita %d)", c.decoder.InputOffset()),
		EN: fmt.Sprintf("is no valid GeoJSON (near byte %d)", c.decoder.InputOffset())})
}

func parseFeature(raw json.RawMessage) (*feature, *geo.Text) {
	if depth(raw) > MaxDepth {
		return nil, &geo.Text{ID: "Susunannya terlalu dalam.", EN: "It is nested too deeply."}
	}
	var f feature
	if err := json.Unmarshal(raw, &f); err != nil || f.Type != "Feature" {
		return nil, &geo.Text{ID: "Bukan fitur GeoJSON.", EN: "Not a GeoJSON feature."}
	}
	return &f, nil
}

// depth is how deeply the brackets of valid JSON are nested.
func depth(raw []byte) (deepest int) {
	level, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
