package index

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// pack holds many assets in little memory: rows of numbers, and every text
// once. It is never written after it was made; what changes later lies beside
// it, in the layers of a snapshot, until the next pack takes it in.
type pack struct {
	texts    *texts   // what tiles show
	others   *texts   // what they do not
	shared   []Shared // what many assets have in common
	marks    [][]string
	stamps   []stamp
	numbers  []uint64 // the bits of floats
	sections map[string]*section
	names    []string // of the sections
	byID     []ref    // of all rows, by id

	textsAtFirst float64 // how many there were when the pack was made from the ground
}

// section holds the rows of one type: those with a point along the Morton
// curve, equal positions by id, and then those without by id.
type section struct {
	number  int // in pack.names
	rows    []row
	points  []orb.Point // of the rows; NaN without one
	keys    []uint64    // of the rows with a point that a map can show
	tree    packedTree
	byArea  []uint32 // rows by the area that is claimed for them, each area's in their order
	sums    []sums
	centers centers
}

// ref names a row of a pack: its section and its place there.
type ref uint64

func refTo(section, at int) ref { return ref(section)<<32 | ref(at) }

func (r ref) section() int { return int(r >> 32) }
func (r ref) at() int      { return int(uint32(r)) }

// placed is how many rows have a point.
func (s *section) placed() int { return len(s.keys) }

func (p *pack) sectionOf(r ref) *section { return p.sections[p.names[r.section()]] }

func (p *pack) at(r ref) *row { return &p.sectionOf(r).rows[r.at()] }

// find is the row with an id.
func (p *pack) find(id int64) (ref, bool) {
	if i := p.firstFrom(id); i < len(p.byID) && p.at(p.byID[i]).id == id {
		return p.byID[i], true
	}
	return 0, false
}

// firstFrom is the place in byID of the first row from an id on.
func (p *pack) firstFrom(id int64) int {
	return sort.Search(len(p.byID), func(i int) bool { return p.at(p.byID[i]).id >= id })
}

// packer makes a pack. Add copies what it keeps.
type packer struct {
	texts, others *texts
	shared        *interned[Shared]
	stamps        *interned[stamp]
	numbers       *interned[uint64]
	building      map[string]*building
	names         []string
}

// building is a section while rows come in no order.
type building struct {
	number int
	chunks []rows
	last   Shared
	lastAt uint32
	size   int
}

// rows are some rows and their points.
type rows struct {
	rows   []row
	points []orb.Point
}

const rowChunk = 8192

func newPacker() *packer {
	b := &packer{
		texts: newTexts(), others: newTexts(), shared: newInterned[Shared](), stamps: newInterned[stamp](),
		numbers: newInterned[uint64](), building: map[string]*building{},
	}
	b.numberOf(0) // the distance of nearly all
	return b
}

// Add takes in an asset.
func (b *packer) Add(a *geo.Asset) {
	s := b.section(a.Type)
	if s.size%rowChunk == 0 {
		s.chunks = append(s.chunks, rows{make([]row, 0, rowChunk), make([]orb.Point, 0, rowChunk)})
	}
	last := &s.chunks[len(s.chunks)-1]
	last.rows = append(last.rows, b.packRow(s, a))
	if a.Point == nil {
		last.points = append(last.points, noPoint())
	} else {
		last.points = append(last.points, *a.Point)
	}
	s.size++
}

func (b *packer) section(name string) *building {
	s := b.building[name]
	if s == nil {
		s = &building{number: len(b.names)}
		name = string([]byte(name)) // the caller's may be of a buffer
		b.building[name] = s
		b.names = append(b.names, name)
	}
	return s
}

func (b *packer) numberOf(v float64) uint32 { return b.numbers.add(math.Float64bits(v)) }

func (b *packer) stampOf(a *geo.Asset) uint32 {
	return b.stamps.add(stamp{a.Revision, a.UpdatedAt.UnixMicro()})
}

// sharedOf numbers what a has in common with others. Assets of a type that
// follow each other often agree.
func (b *packer) sharedOf(s *building, a *geo.Asset) uint32 {
	common := sharedOf(a)
	if s.size > 0 && s.last == common {
		return s.lastAt
	}
	n, known := b.shared.number[common]
	if !known {
		n = b.shared.add(common.clone())
	}
	s.last, s.lastAt = b.shared.values[n], n
	return n
}

// done makes the pack: sections side by side on all cores. sumsOf says which
// attributes of a type are summed.
func (b *packer) done(sumsOf func(typeName string) []string) *pack {
	p := &pack{
		texts: b.texts, others: b.others, shared: b.shared.values, stamps: b.stamps.values, numbers: b.numbers.values,
		names: b.names, sections: make(map[string]*section, len(b.names)),
	}
	p.others.table = nil
	for i := range p.shared {
		p.marks = append(p.marks, splitMarks(p.shared[i].Marks))
	}
	var chunks [][]row
	for _, from := range b.building {
		for i := range from.chunks {
			chunks = append(chunks, from.chunks[i].rows)
		}
	}
	ranks := areaRanks(chunks, p.texts)
	var all sync.WaitGroup
	for name, from := range b.building {
		s := &section{number: from.number}
		p.sections[name] = s
		all.Go(func() { s.fill(from, p, ranks, sumsOf(name)) })
	}
	all.Wait()
	p.byID, p.textsAtFirst = p.refsByID(), p.textCount()
	return p
}

func (p *pack) textCount() float64 { return float64(p.texts.n + p.others.n) }

// fill takes the rows out of from in their order.
func (s *section) fill(from *building, p *pack, ranks []uint32, sumFields []string) {
	type place struct {
		key uint64
		id  int64
		at  uint32
	}
	places := make([]place, 0, from.size)
	var unplaced []place
	for c, chunk := range from.chunks {
		for i, p := range chunk.points {
			at := place{id: chunk.rows[i].id, at: uint32(c*rowChunk + i)}
			if !onEarth(p) {
				unplaced = append(unplaced, at)
				continue
			}
			at.key = PositionOf(p).Key()
			places = append(places, at)
		}
	}
	inParts(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
	slices.SortFunc(unplaced, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	s.keys = make([]uint64, 0, len(places))
	s.rows, s.points = make([]row, 0, from.size), make([]orb.Point, 0, from.size)
	take := func(at place) {
		chunk, i := &from.chunks[at.at/rowChunk], at.at%rowChunk
		s.rows, s.points = append(s.rows, chunk.rows[i]), append(s.points, chunk.points[i])
	}
	for _, at := range places {
		s.keys = append(s.keys, at.key)
		take(at)
	}
	for _, at := range unplaced {
		take(at)
	}
	from.chunks = nil
	s.tree = newPackedTree(s.keys, s.points)
	s.byArea = s.rowsByArea(ranks)
	s.centers = newCenters(s.keys)
	for _, field := range sumFields {
		s.sums = append(s.sums, newSums(p, s, field))
	}
}

// inParts sorts on several cores: halves of halves, and merges them.
func inParts[T any](values []T, less func(a, b T) int) {
	if len(values) < 1<<16 || runtime.GOMAXPROCS(0) == 1 {
		slices.SortFunc(values, less)
		return
	}
	half := len(values) / 2
	var other sync.WaitGroup
	other.Go(func() { slices.SortFunc(values[:half], less) })
	slices.SortFunc(values[half:], less)
	other.Wait()
	a, b, merged := slices.Clone(values[:half]), values[half:], values[:0]
	for len(a) > 0 && len(b) > 0 {
		if less(b[0], a[0]) < 0 {
			merged, b = append(merged, b[0]), b[1:]
		} else {
			merged, a = append(merged, a[0]), a[1:]
		}
	}
	copy(values[len(merged):], a) // what is left of b is in its place
}

// refsByID orders all rows by id.
func (p *pack) refsByID() []ref {
	n := 0
	for _, s := range p.sections {
		n += len(s.rows)
	}
	all := make([]numbered, 0, n)
	for _, name := range p.names {
		s := p.sections[name]
		for i := range s.rows {
			all = append(all, numbered{s.rows[i].id, refTo(s.number, i)})
		}
	}
	inParts(all, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
	refs := make([]ref, n)
	for i, r := range all {
		refs[i] = r.at
	}
	return refs
}

// areaRanks numbers the codes that are claimed in the order of their texts.
func areaRanks(chunks [][]row, t *texts) []uint32 {
	ranks := make([]uint32, t.len())
	var codes []Text
	for _, rows := range chunks {
		for i := range rows {
			if code := rows[i].area; ranks[code] == 0 {
				ranks[code] = 1
				codes = append(codes, code)
			}
		}
	}
	slices.SortFunc(codes, func(a, b Text) int { return cmp.Compare(t.of(a), t.of(b)) })
	for i, code := range codes {
		ranks[code] = uint32(i)
	}
	return ranks
}

// rowsByArea orders rows by the rank of their areas, counting first.
func (s *section) rowsByArea(ranks []uint32) []uint32 {
	last := uint32(0)
	for i := range s.rows {
		last = max(last, ranks[s.rows[i].area])
	}
	starts := make([]uint32, last+2)
	for i := range s.rows {
		starts[ranks[s.rows[i].area]+1]++
	}
	for i := range starts[1:] {
		starts[i+1] += starts[i]
	}
	ordered := make([]uint32, len(s.rows))
	for i := range s.rows {
		at := &starts[ranks[s.rows[i].area]]
		ordered[*at] = uint32(i)
		*at++
	}
	return ordered
}

// inArea are the places in byArea of the rows that are claimed for area or what
// lies in it.
func (p *pack) inArea(s *section, area geo.Code) (from, to int) {
	code := func(i int) string { return p.texts.of(s.rows[s.byArea[i]].area) }
	from = sort.Search(len(s.byArea), func(i int) bool { return code(i) >= string(area) })
	// A code within area goes on with a dot; the character after the dot ends them.
	end := string(area) + "/"
	to = from + sort.Search(len(s.byArea)-from, func(i int) bool { return code(from+i) >= end })
	return from, to
}

// noPoint stands for the point of an asset without one.
func noPoint() orb.Point { return orb.Point{math.NaN(), math.NaN()} }

// bytesOf is the text as bytes that nobody may write to.
func bytesOf(s string) []byte {
	if s == "" {
		return nil
	}
	return unsafe.Slice(unsafe.StringData(s), len(s))
}
