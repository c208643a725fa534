package tiles

// pointFeature is the feature of an asset while it is written. It has at most
// ten tags of seven bytes, so that neither they nor all of it are 128 bytes long
// and each length is one byte.
type pointFeature struct {
	bytes [128]byte
	n     int
	tags  int // where they begin
}

func (f *pointFeature) begin(id int64) {
	f.bytes[0], f.bytes[2], f.n = tagLayerFeature, tagFeatureID, 3
	f.uvarint(uint64(id))
	f.bytes[f.n] = tagFeatureTags
	f.n += 2
	f.tags = f.n
}

func (f *pointFeature) tag(key, value uint32) {
	f.uvarint(uint64(key))
	f.uvarint(uint64(value))
}

// end puts the feature at a position and returns it, good until the next begin.
func (f *pointFeature) end(at cell) []byte {
	f.bytes[f.tags-1] = byte(f.n - f.tags)
	shape := f.n + 4
	f.bytes[f.n], f.bytes[f.n+1], f.bytes[f.n+2], f.bytes[shape] = tagFeatureType, typePoint, tagFeatureShape, 1<<3|commandMoveTo
	f.n = shape + 1
	f.uvarint(zigzag(at.x))
	f.uvarint(zigzag(at.y))
	f.bytes[shape-1], f.bytes[1] = byte(f.n-shape), byte(f.n-2)
	return f.bytes[:f.n]
}

func (f *pointFeature) uvarint(v uint64) {
	n := f.n
	for ; v >= 0x80; v >>= 7 {
		f.bytes[n] = byte(v) | 0x80
		n++
	}
	f.bytes[n] = byte(v)
	f.n = n + 1
}
