package tiles

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// Field numbers and types of the Mapbox Vector Tile 2.1 schema
// (vector_tile.proto), as protobuf tags: number<<3 | wire type.
const (
	tagTileLayer     = 3<<3 | bytesWire
	tagLayerVersion  = 15 << 3
	tagLayerName     = 1<<3 | bytesWire
	tagLayerFeature  = 2<<3 | bytesWire
	tagLayerKey      = 3<<3 | bytesWire
	tagLayerValue    = 4<<3 | bytesWire
	tagLayerExtent   = 5 << 3
	tagFeatureID     = 1 << 3
	tagFeatureTags   = 2<<3 | bytesWire
	tagFeatureType   = 3 << 3
	tagFeatureShape  = 4<<3 | bytesWire
	tagValueString   = 1<<3 | bytesWire
	tagValueDouble   = 3<<3 | doubleWire
	tagValueUint     = 5 << 3
	tagValueBool     = 7 << 3
	typePoint        = 1
	typePolygon      = 3
	commandMoveTo    = 1
	commandLineTo    = 2
	commandClosePath = 7

	doubleWire = 1 // eight bytes, little-endian
	bytesWire  = 2 // strings, packed numbers, messages; a plain number's type is 0
)

// extent is the size of a tile in its own units; buffer is how far outside
// content is kept, so that symbols and lines at the edge are whole.
const (
	extentBits = 12
	extent     = 1 << extentBits
	buffer     = 64
)

// layer is one layer while it is written. Its buffers are used again for the
// next one; keys and values are kept once each, as the standard asks.
type layer struct {
	features []byte
	names    []string // of the properties that features may have
	keys     []string // those that some feature has
	values   []byte
	nValues  uint32
	strings  map[string]uint32 // value index of a string
	uints    map[uint64]uint32
	doubles  map[float64]uint32
	isTrue   int64       // value index of true, -1 before
	last     []lastValue // by key
	tags     []byte      // of the feature being written
	shape    []byte      // likewise
}

// lastValue remembers what a property was last: features that follow each
// other often agree, and comparing is cheaper than looking up.
type lastValue struct {
	text  string
	index uint32
	key   int32 // index of the property's key, -1 before its first use
}

func newLayer() *layer {
	return &layer{strings: map[string]uint32{}, uints: map[uint64]uint32{}, doubles: map[float64]uint32{}}
}

// begin empties the layer; names are those that its properties may have.
func (l *layer) begin(names []string) {
	l.features, l.values, l.nValues, l.isTrue = l.features[:0], l.values[:0], 0, -1
	l.names, l.keys = names, l.keys[:0]
	clear(l.strings)
	clear(l.uints)
	clear(l.doubles)
	l.last = l.last[:0]
	for range names {
		l.last = append(l.last, lastValue{key: -1})
	}
}

// text adds a property to the feature being written; "" is left out.
func (l *layer) text(name int, value string) {
	if value == "" {
		return
	}
	last := &l.last[name]
	if last.text != value {
		at, ok := l.strings[value]
		if !ok {
			at = l.addString(value)
			l.strings[value] = at
		}
		last.text, last.index = value, at
	}
	l.tag(name, last.index)
}

// addString adds a value that the layer has not, and returns its index.
func (l *layer) addString(value string) uint32 {
	l.value(1+uvarintLen(uint64(len(value)))+len(value), tagValueString, uint64(len(value)))
	l.values = append(l.values, value...)
	return l.nValues - 1
}

func (l *layer) uint(name int, value uint64) {
	at, ok := l.uints[value]
	if !ok {
		at = l.nValues
		l.uints[value] = at
		l.value(1+uvarintLen(value), tagValueUint, value)
	}
	l.tag(name, at)
}

// double adds a number; it must not be NaN.
func (l *layer) double(name int, value float64) {
	at, ok := l.doubles[value]
	if !ok {
		at = l.nValues
		l.doubles[value] = at
		l.nValues++
		l.values = append(l.values, tagLayerValue, 1+8, tagValueDouble)
		l.values = binary.LittleEndian.AppendUint64(l.values, math.Float64bits(value))
	}
	l.tag(name, at)
}

// flag adds a property that is true; false is left out.
func (l *layer) flag(name int, value bool) {
	if value {
		l.tag(name, l.yes())
	}
}

// yes is the value that is true.
func (l *layer) yes() uint32 {
	if l.isTrue < 0 {
		l.isTrue = int64(l.nValues)
		l.value(2, tagValueBool, 1)
	}
	return uint32(l.isTrue)
}

// value begins an entry of the layer's values, size bytes long.
func (l *layer) value(size int, tag byte, first uint64) {
	l.nValues++
	l.values = append(l.values, tagLayerValue)
	l.values = binary.AppendUvarint(l.values, uint64(size))
	l.values = append(l.values, tag)
	l.values = binary.AppendUvarint(l.values, first)
}

func (l *layer) tag(name int, value uint32) {
	l.tags = binary.AppendUvarint(l.tags, uint64(l.key(name)))
	l.tags = binary.AppendUvarint(l.tags, uint64(value))
}

// key is the index of a property's key, which is there from now on.
func (l *layer) key(name int) uint32 {
	last := &l.last[name]
	if last.key < 0 {
		last.key = int32(len(l.keys))
		l.keys = append(l.keys, l.names[name])
	}
	return uint32(last.key)
}

// feature ends the feature whose tags and shape were written, and begins the
// next one.
func (l *layer) feature(id int64, kind byte) {
	size := 1 + uvarintLen(uint64(id)) + 1 + uvarintLen(uint64(len(l.tags))) + len(l.tags) +
		2 + 1 + uvarintLen(uint64(len(l.shape))) + len(l.shape)
	b := slices.Grow(l.features, 1+binary.MaxVarintLen64+size)
	b = append(b, tagLayerFeature)
	b = binary.AppendUvarint(b, uint64(size))
	b = append(b, tagFeatureID)
	b = binary.AppendUvarint(b, uint64(id))
	b = append(b, tagFeatureTags)
	b = binary.AppendUvarint(b, uint64(len(l.tags)))
	b = append(b, l.tags...)
	b = append(b, tagFeatureType, kind, tagFeatureShape)
	b = binary.AppendUvarint(b, uint64(len(l.shape)))
	l.features = append(b, l.shape...)
	l.tags, l.shape = l.tags[:0], l.shape[:0]
}

// appendTo adds the layer to a tile; a layer without features adds nothing.
func (l *layer) appendTo(tile []byte, name string) []byte {
	if len(l.features) == 0 {
		return tile
	}
	size := 2 + 1 + uvarintLen(uint64(len(name))) + len(name) + len(l.features) + len(l.values) + 1 + uvarintLen(extent)
	for _, key := range l.keys {
		size += 1 + uvarintLen(uint64(len(key))) + len(key)
	}
	tile = slices.Grow(tile, size+1+binary.MaxVarintLen64)
	tile = append(tile, tagTileLayer)
	tile = binary.AppendUvarint(tile, uint64(size))
	tile = append(tile, tagLayerVersion, 2)
	tile = appendText(tile, tagLayerName, name)
	tile = append(tile, l.features...)
	for _, key := range l.keys {
		tile = appendText(tile, tagLayerKey, key)
	}
	tile = append(tile, l.values...)
	tile = append(tile, tagLayerExtent)
	return binary.AppendUvarint(tile, extent)
}

func appendText(b []byte, tag byte, text string) []byte {
	b = append(b, tag)
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

func uvarintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// cell is a position in a tile's units.
type cell struct{ x, y int32 }

// point writes the shape of a point.
func (l *layer) point(p cell) {
	l.shape = append(l.shape, 1<<3|commandMoveTo)
	l.shape = appendZigzag(l.shape, p.x)
	l.shape = appendZigzag(l.shape, p.y)
}

// ring writes one ring of a polygon, relative to the cursor, and returns where
// the cursor is after it (a ClosePath does not move it).
func (l *layer) ring(ring []cell, cursor cell) cell {
	for i, p := range ring {
		switch i {
		case 0:
			l.shape = append(l.shape, 1<<3|commandMoveTo)
		case 1:
			l.shape = binary.AppendUvarint(l.shape, uint64(len(ring)-1)<<3|commandLineTo)
		}
		l.shape = appendZigzag(l.shape, p.x-cursor.x)
		l.shape = appendZigzag(l.shape, p.y-cursor.y)
		cursor = p
	}
	l.shape = append(l.shape, 1<<3|commandClosePath)
	return cursor
}

func appendZigzag(b []byte, v int32) []byte { return binary.AppendUvarint(b, zigzag(v)) }

func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }
