package tiles

import (
	"bytes"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/patok-id/patok/geo"
)

// Coding is a content coding (RFC 9110, section 8.4.1) in which tiles are kept.
type Coding string

// The codings of tiles.
const (
	Identity Coding = "identity"
	Gzip     Coding = "gzip"
	Brotli   Coding = "br"
	Zstd     Coding = "zstd"
)

// Levels at which a tile is packed at once and for good. On tiles of points gzip
// takes 1.5 ms for 490 KB, where level 5 takes 3.1 ms to save 3 %; zstd packs as
// fast and as small as that level 5; brotli takes twice as long as zstd and saves
// 2 % on points, 15 % on areas.
const (
	gzipLevel   = 2
	zstdLevel   = zstd.SpeedFastest
	brotliLevel = 3
)

// coders pack tiles. What they hold is large, and kept from one to the next.
type coders struct {
	gzip, brotli sync.Pool // of *packer
	zstd         *zstd.Encoder
}

// coder is what gzip and brotli have in common.
type coder interface {
	io.WriteCloser
	Reset(to io.Writer)
}

// packer is a coder and what it writes into: the same bytes in, the same bytes
// out.
type packer struct {
	coder coder
	out   bytes.Buffer
}

// newGzip packs by gzip, with no time and no name.
func newGzip(level int) *packer {
	w, _ := gzip.NewWriterLevel(nil, level) // the level is a good one
	return &packer{coder: w}
}

// pack returns a copy of no more than it takes.
func (p *packer) pack(raw []byte) ([]byte, error) {
	p.out.Reset()
	p.coder.Reset(&p.out)
	if _, err := p.coder.Write(raw); err != nil {
		return nil, err
	}
	if err := p.coder.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(p.out.Bytes()), nil
}

func newCoders() (*coders, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	return &coders{
		gzip:   sync.Pool{New: func() any { return newGzip(gzipLevel) }},
		brotli: sync.Pool{New: func() any { return &packer{coder: brotli.NewWriterV2(nil, brotliLevel)} }},
		zstd:   encoder,
	}, err
}

// pack returns raw in a coding; raw itself as Identity.
func (c *coders) pack(raw []byte, coding Coding) ([]byte, error) {
	switch coding {
	case Identity:
		return raw, nil
	case Gzip:
		return packWith(&c.gzip, raw)
	case Brotli:
		return packWith(&c.brotli, raw)
	case Zstd:
		return bytes.Clone(c.zstd.EncodeAll(raw, make([]byte, 0, len(raw)))), nil
	}
	return nil, geo.NotFoundError("tiles.pack")
}

func packWith(pool *sync.Pool, raw []byte) ([]byte, error) {
	p := pool.Get().(*packer)
	defer pool.Put(p)
	return p.pack(raw)
}
