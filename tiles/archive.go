package tiles

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// Archive says what a PMTiles archive is made of: every tile of some layers and
// zooms that is not empty. The same content and words give the same bytes on any
// machine.
type Archive struct {
	Snapshot         *index.Snapshot
	Layers           []string // as ParseLayers has read them
	MinZoom, MaxZoom int
	Name             string // what readers call it
	Release          string // whose content it is, "" for no release
	Folder           string // where it lies while it is made, under no name
	Progress         func(ArchiveProgress)
}

// ArchiveProgress tells how far the making of an archive is.
type ArchiveProgress struct {
	Zoom  int    // under way
	Tiles uint64 // so far
	Bytes uint64 // likewise
}

// MadeArchive is an archive that waits to be written to its place.
type MadeArchive struct {
	Tiles    uint64 // that can be asked for
	Contents uint64 // that differ, as far as was noticed
	begin    []byte // all that stands before the tiles
	data     *os.File
	size     int64 // of data
}

// Make makes the archive. Its tiles wait in a file of the folder that has no
// name any more, so that nothing is left behind, whatever happens; Close gives
// it back. A snapshot with nothing to draw in these layers is NotFound, zooms
// that do not exist are BadRequest.
func (a Archive) Make(ctx context.Context) (made *MadeArchive, err error) {
	const op = "tiles.Make"
	if a.MinZoom < 0 || a.MinZoom > a.MaxZoom || a.MaxZoom > MaxZoom {
		n := strconv.Itoa(MaxZoom)
		return nil, &geo.Error{Kind: geo.BadRequest, Op: op, Message: geo.Text{ID: "Zum harus 0 sampai " + n + ".", EN: "Zooms must be 0 to " + n + "."}}
	}
	data, err := nameless(a.Folder)
	if err != nil {
		return nil, geo.Wrap(op, err)
	}
	defer func() {
		if err != nil {
			_ = data.Close() // its error says less
		}
	}()
	w := &archiveWriter{Archive: a, out: bufio.NewWriterSize(data, 1<<20), directory: newDirectory()}
	if err := w.run(ctx); err != nil {
		return nil, geo.Wrap(op, err)
	}
	if w.directory.tiles == 0 {
		return nil, &geo.Error{Kind: geo.NotFound, Op: op, Message: geo.Text{ID: "Tidak ada yang dapat digambar.", EN: "There is nothing to draw."}}
	}
	begin, err := w.begin()
	if err != nil {
		return nil, geo.Wrap(op, err)
	}
	return &MadeArchive{Tiles: w.directory.tiles, Contents: w.contents, begin: begin, data: data, size: int64(w.size)}, nil
}

// nameless is a new file without a name.
func nameless(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, ".patok-archive-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close() // its error says less
		return nil, err
	}
	return f, nil
}

// Size is how many bytes WriteTo writes.
func (m *MadeArchive) Size() int64 { return int64(len(m.begin)) + m.size }

// WriteTo writes the archive.
func (m *MadeArchive) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(m.begin)
	if err != nil {
		return int64(n), err
	}
	if _, err := m.data.Seek(0, io.SeekStart); err != nil {
		return int64(n), err
	}
	copied, err := io.Copy(w, m.data)
	return int64(n) + copied, err
}

// Close gives the archive's room on disk back.
func (m *MadeArchive) Close() error { return m.data.Close() }

// A stem is a part of a zoom that one worker makes at a time: the tiles of a
// zoom that lie in one tile some zooms above.
type stem struct {
	h    uint64 // place of the tile above on its Hilbert curve
	zoom int    // of the tiles
	made chan []packedTile
}

// stemZooms is how many zooms lie between a stem and its tiles, of which it has
// at most 64.
const stemZooms = 3

func (s *stem) top() int { return max(0, s.zoom-stemZooms) }

// packedTile is a gzipped tile.
type packedTile struct {
	h       uint64
	content []byte
	sum     [sha256.Size]byte
}

// archiveWriter puts tiles one behind another.
type archiveWriter struct {
	Archive
	out       *bufio.Writer
	size      uint64 // written
	contents  uint64
	directory *directory
	known     [2]map[[sha256.Size]byte]place // contents written of late
}

// place is where a content is.
type place struct {
	offset uint64
	length uint32
}

// knownContents bounds how many contents are remembered, twice: tiles that are
// alike, such as those within one area, are near each other.
const knownContents = 1 << 17

// run makes all tiles on all cores, and writes them in their order.
func (w *archiveWriter) run(ctx context.Context) error {
	workers := runtime.GOMAXPROCS(0)
	group, ctx := errgroup.WithContext(ctx)
	work, order := make(chan *stem), make(chan *stem, 2*workers)
	group.Go(func() error {
		defer close(work)
		defer close(order)
		return w.plan(ctx, work, order)
	})
	for range workers {
		group.Go(func() error { return w.work(ctx, work) })
	}
	group.Go(func() error { return w.collect(ctx, order) })
	if err := group.Wait(); err != nil {
		return err
	}
	return w.out.Flush()
}

// plan hands every stem to the workers, and in the same order to who collects.
func (w *archiveWriter) plan(ctx context.Context, work, order chan<- *stem) error {
	for zoom := w.MinZoom; zoom <= w.MaxZoom; zoom++ {
		top := (&stem{zoom: zoom}).top()
		err := w.walk(0, 0, top, func(h uint64, _ ID) error {
			s := &stem{h: h, zoom: zoom, made: make(chan []packedTile, 1)}
			for _, to := range []chan<- *stem{order, work} {
				select {
				case to <- s:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// walk calls each for the tiles of a zoom that something touches, in and below
// the tile at h of zoom z, along the Hilbert curve.
func (w *archiveWriter) walk(z int, h uint64, zoom int, each func(h uint64, id ID) error) error {
	id := tileAt(z, h)
	if !touched(w.Snapshot, w.Layers, zoom, id) {
		return nil
	}
	if z == zoom {
		return each(h, id)
	}
	for child := 4 * h; child < 4*h+4; child++ {
		if err := w.walk(z+1, child, zoom, each); err != nil {
			return err
		}
	}
	return nil
}

// touched reports whether the tile can show anything of the layers at a zoom.
// Where it cannot, nothing is drawn in it, nor in the tiles within it.
func touched(s *index.Snapshot, layers []string, zoom int, id ID) bool {
	b, found := id.bound(buffer+1), false
	for _, name := range layers {
		if level := index.LevelOfLayer(name, zoom); level != 0 {
			s.Shapes(level, b, func(*index.Shape) bool { found = true; return false })
		} else {
			found = s.Touches(name, id.Z, id.X, id.Y)
		}
		if found {
			return true
		}
	}
	return false
}

// work makes the tiles of stems. Tiles that follow each other are often the same.
func (w *archiveWriter) work(ctx context.Context, work <-chan *stem) error {
	e, p := NewEncoder(), newGzip(packLevel)
	var last []byte
	for s := range work {
		var made []packedTile
		err := w.walk(s.top(), s.h, s.zoom, func(h uint64, id ID) error {
			raw, err := e.encode(w.Snapshot, w.Layers, index.Filter{}, id, nil)
			if err != nil || len(raw) == 0 {
				return err
			}
			if len(made) > 0 && bytes.Equal(raw, last) {
				again := made[len(made)-1]
				again.h = h
				made = append(made, again)
				return nil
			}
			content, err := p.pack(raw)
			if err != nil {
				return err
			}
			last = raw
			made = append(made, packedTile{h, content, sha256.Sum256(content)})
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		s.made <- made
	}
	return nil
}

// collect writes what the workers make.
func (w *archiveWriter) collect(ctx context.Context, order <-chan *stem) error {
	for s := range order {
		select {
		case made := <-s.made:
			for _, t := range made {
				if err := w.add(firstTile(s.zoom)+t.h, t); err != nil {
					return err
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if w.Progress != nil {
			w.Progress(ArchiveProgress{Zoom: s.zoom, Tiles: w.directory.tiles, Bytes: w.size})
		}
	}
	return nil
}

// add writes a tile, unless its content is there already.
func (w *archiveWriter) add(number uint64, t packedTile) error {
	at, ok := w.known[0][t.sum]
	if !ok {
		at, ok = w.known[1][t.sum]
	}
	if !ok {
		at = place{w.size, uint32(len(t.content))}
		if _, err := w.out.Write(t.content); err != nil {
			return err
		}
		w.size += uint64(len(t.content))
		w.contents++
	}
	if w.known[0] == nil || len(w.known[0]) == knownContents {
		w.known = [2]map[[sha256.Size]byte]place{{}, w.known[0]}
	}
	w.known[0][t.sum] = at
	return w.directory.add(number, at.offset, at.length)
}

// begin is the archive up to its tiles: header, root directory, metadata, leaf
// directories.
func (w *archiveWriter) begin() ([]byte, error) {
	root, err := w.directory.root()
	if err != nil {
		return nil, err
	}
	about := Describe(w.Snapshot, w.Layers, "")
	metadata, err := w.metadata(about)
	if err != nil {
		return nil, err
	}
	h := header{
		root: uint64(len(root)), metadata: uint64(len(metadata)), leaves: uint64(len(w.directory.section)), tiles: w.size,
		addressed: w.directory.tiles, entries: w.directory.entries, contents: w.contents,
		minZoom: w.MinZoom, maxZoom: w.MaxZoom, centerZoom: min(max(int(about.Center[2]), w.MinZoom), w.MaxZoom),
		west: about.Bounds[0], south: about.Bounds[1], east: about.Bounds[2], north: about.Bounds[3],
		centerLongitude: about.Center[0], centerLatitude: about.Center[1],
	}
	return bytes.Join([][]byte{h.bytes(), root, metadata, w.directory.section}, nil), nil
}

// metadata is what the archive says of itself, as gzipped JSON.
func (w *archiveWriter) metadata(about TileJSON) ([]byte, error) {
	for i := range about.VectorLayers {
		l := &about.VectorLayers[i]
		l.MinZoom, l.MaxZoom = max(l.MinZoom, w.MinZoom), min(l.MaxZoom, w.MaxZoom)
	}
	said := map[string]any{
		"name": w.Name, "type": "overlay", "version": about.Version, "vector_layers": about.VectorLayers,
		"patok_revision": strconv.FormatInt(w.Snapshot.Revision(), 10),
	}
	if about.Attribution != "" {
		said["attribution"] = about.Attribution
	}
	if w.Release != "" {
		said["patok_release"] = w.Release
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	return w.directory.packer.pack(text)
}
