package tiles

import (
	"encoding/binary"
	"math"
	"slices"
)

// An archive is PMTiles version 3:
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

// The sizes of an archive's beginning. Readers fetch the first 16 KiB and find
// header and root directory in it.
const (
	headerSize = 127
	maxRoot    = 16<<10 - headerSize
)

// leafEntries is how many entries a leaf directory has: about 16 KB, which is
// what a reader fetches to find a tile.
const leafEntries = 4096

// entry says where the content of run tiles from tile on is; with run 0, where
// the leaf directory is whose first entry is for tile.
type entry struct {
	tile   uint64 // its number, see firstTile
	offset uint64 // in the section of tiles, or of leaf directories
	length uint32
	run    uint32
}

// firstTile is the number of the first tile of a zoom: tiles are numbered zoom
// by zoom, each along its Hilbert curve.
func firstTile(z int) uint64 { return (1<<(2*z) - 1) / 3 }

// tileAt is the tile at position h of a zoom's Hilbert curve. The four tiles
// within it are at 4h to 4h+3 of the next zoom.
func tileAt(z int, h uint64) ID {
	id := ID{Z: z}
	for side := 1; side < 1<<z; side *= 2 {
		right := int(h>>1) & 1
		down := int(h)&1 ^ right
		if down == 0 {
			if right == 1 {
				id.X, id.Y = side-1-id.X, side-1-id.Y
			}
			id.X, id.Y = id.Y, id.X
		}
		id.X += side * right
		id.Y += side * down
		h >>= 2
	}
	return id
}

// directory gathers the entries of an archive, in the order of their tiles. It
// holds a leaf's entries in memory, and all closed leaves as they are written.
type directory struct {
	open    []entry // of the leaf under way
	leaves  []entry // the closed ones
	section []byte  // their bytes
	entries uint64
	tiles   uint64
	perLeaf int // entries at most
	maxRoot int // bytes
	packer  *packer
}

func newDirectory() *directory {
	return &directory{perLeaf: leafEntries, maxRoot: maxRoot, packer: newGzip(packLevel)}
}

// add says where a tile's content is. Tiles that follow each other with the same
// content are one entry.
func (d *directory) add(tile, offset uint64, length uint32) error {
	d.tiles++
	if n := len(d.open); n > 0 {
		last := &d.open[n-1]
		if last.tile+uint64(last.run) == tile && last.offset == offset && last.run < math.MaxUint32 {
			last.run++
			return nil
		}
		if n == d.perLeaf {
			leaf, err := d.leaf(d.open)
			if err != nil {
				return err
			}
			d.leaves, d.open = append(d.leaves, leaf), d.open[:0]
		}
	}
	d.entries++
	d.open = append(d.open, entry{tile, offset, length, 1})
	return nil
}

// leaf writes a leaf directory and returns its entry.
func (d *directory) leaf(entries []entry) (entry, error) {
	packed, err := d.packer.pack(directoryBytes(entries))
	leaf := entry{tile: entries[0].tile, offset: uint64(len(d.section)), length: uint32(len(packed))}
	d.section = append(d.section, packed...)
	return leaf, err
}

// root ends the directory: what is too much for a root goes into leaves, and
// when they are too many, those into leaves again.
func (d *directory) root() ([]byte, error) {
	entries := d.open
	if len(d.leaves) > 0 {
		last, err := d.leaf(d.open)
		if err != nil {
			return nil, err
		}
		entries = append(d.leaves, last)
	}
	for {
		packed, err := d.packer.pack(directoryBytes(entries))
		if err != nil || len(packed) <= d.maxRoot {
			return packed, err
		}
		var above []entry
		for chunk := range slices.Chunk(entries, d.perLeaf) {
			leaf, err := d.leaf(chunk)
			if err != nil {
				return nil, err
			}
			above = append(above, leaf)
		}
		entries = above
	}
}

// directoryBytes writes a directory: columns of varints. A tile is told as its
// distance from the one before, an offset as 0 where it follows the content
// before.
func directoryBytes(entries []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.tile-last)
		last = e.tile
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	next := uint64(0)
	for i, e := range entries {
		if i > 0 && e.offset == next {
			b = append(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
		next = e.offset + uint64(e.length)
	}
	return b
}

// packLevel is for what is made once and read often.
const packLevel = 7

// header is an archive's header; everything in it is gzipped.
type header struct {
	root, metadata, leaves, tiles   uint64 // lengths of the sections, which follow in this order
	addressed, entries, contents    uint64
	minZoom, maxZoom, centerZoom    int
	west, south, east, north        float64
	centerLongitude, centerLatitude float64
}

func (h header) bytes() []byte {
	const gzipped, vector, clustered = 2, 1, 1
	b := append(make([]byte, 0, headerSize), "PMTiles\x03"...)
	at := uint64(headerSize)
	for _, length := range []uint64{h.root, h.metadata, h.leaves, h.tiles} {
		b = binary.LittleEndian.AppendUint64(b, at)
		b = binary.LittleEndian.AppendUint64(b, length)
		at += length
	}
	for _, n := range []uint64{h.addressed, h.entries, h.contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	b = append(b, clustered, gzipped, gzipped, vector, byte(h.minZoom), byte(h.maxZoom))
	b = appendDegrees(b, h.west, h.south, h.east, h.north)
	return appendDegrees(append(b, byte(h.centerZoom)), h.centerLongitude, h.centerLatitude)
}

func appendDegrees(b []byte, degrees ...float64) []byte {
	for _, v := range degrees {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(v*1e7))))
	}
	return b
}
