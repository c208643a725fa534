package index

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"unsafe"
)

// Text stands for a text of a pack: where it is, in fours of bytes. "" is 0.
type Text uint32

// texts holds every text once. It grows while a pack is made and is never
// written afterwards.
type texts struct {
	chunks [][]byte // each text behind its length, none over the end of a chunk
	table  []Text   // open hash table, a power of two long; 0 is free
	used   int      // of the table
	n      int      // texts
	seed   maphash.Seed
}

const (
	textChunk = 1 << textBits << 2 // bytes
	textBits  = 18
)

func newTexts() *texts {
	t := &texts{seed: maphash.MakeSeed(), table: make([]Text, 1<<10)}
	t.keep("")
	return t
}

// extended is a copy that can grow, of texts that never will again. Where the
// table is gone, only what is added from now on is found.
func (t *texts) extended() *texts {
	e := &texts{seed: t.seed, used: t.used, n: t.n, chunks: slices.Clone(t.chunks), table: slices.Clone(t.table)}
	last := len(e.chunks) - 1
	e.chunks[last] = append(make([]byte, 0, max(textChunk, len(e.chunks[last]))), e.chunks[last]...)
	if e.table == nil {
		e.used, e.table = 0, make([]Text, 1<<10)
	}
	return e
}

// len is above every Text.
func (t *texts) len() int { return len(t.chunks) << textBits }

// of is a text. It shares the memory of t.
func (t *texts) of(n Text) string {
	chunk := t.chunks[n>>textBits][n<<2%textChunk:]
	size, head := uint64(chunk[0]), 1
	if size >= 0x80 {
		size, head = binary.Uvarint(chunk)
	}
	if size == 0 {
		return ""
	}
	return unsafe.String(&chunk[head], size)
}

// each calls do for every text but "" until it returns false.
func (t *texts) each(do func(Text, string) bool) {
	for c, chunk := range t.chunks {
		for at := 0; at < len(chunk); {
			n := Text(c<<textBits | at>>2)
			size, head := binary.Uvarint(chunk[at:])
			if size > 0 && !do(n, t.of(n)) {
				return
			}
			at = (at + head + int(size) + 3) &^ 3
		}
	}
}

// find is where a text is; false when it is not held.
func (t *texts) find(s string) (Text, bool) {
	if s == "" {
		return 0, true
	}
	n := t.table[t.slot(s)]
	return n, n != 0
}

// add is where a text is, which is copied when it is new.
func (t *texts) add(s string) Text {
	if s == "" {
		return 0
	}
	slot := t.slot(s)
	if n := t.table[slot]; n != 0 {
		return n
	}
	n := t.keep(s)
	t.table[slot] = n
	t.n++
	if t.used++; 2*t.used > len(t.table) {
		t.grow()
	}
	return n
}

// slot is where s is in the table, or would be.
func (t *texts) slot(s string) int {
	mask := len(t.table) - 1
	for i := int(maphash.String(t.seed, s)) & mask; ; i = (i + 1) & mask {
		if n := t.table[i]; n == 0 || t.of(n) == s {
			return i
		}
	}
}

// keep writes a text behind the others.
func (t *texts) keep(s string) Text {
	need := binary.MaxVarintLen32 + len(s)
	last := len(t.chunks) - 1
	if last < 0 || len(t.chunks[last])+need > textChunk {
		t.chunks = append(t.chunks, make([]byte, 0, max(textChunk, need)))
		last++
	}
	chunk := t.chunks[last]
	at := Text(last<<textBits | len(chunk)>>2)
	chunk = append(binary.AppendUvarint(chunk, uint64(len(s))), s...)
	for len(chunk)%4 != 0 && len(chunk) < cap(chunk) {
		chunk = append(chunk, 0)
	}
	t.chunks[last] = chunk
	return at
}

func (t *texts) grow() {
	old := t.table
	t.table = make([]Text, 2*len(old))
	mask := len(t.table) - 1
	for _, n := range old {
		if n == 0 {
			continue
		}
		i := int(maphash.String(t.seed, t.of(n))) & mask
		for t.table[i] != 0 {
			i = (i + 1) & mask
		}
		t.table[i] = n
	}
}

// interned numbers values of any kind, each once.
type interned[T comparable] struct {
	values []T
	number map[T]uint32
}

func newInterned[T comparable]() *interned[T] { return &interned[T]{number: map[T]uint32{}} }

// internedAfter goes on numbering behind values, of which it knows nothing: some
// may be numbered twice.
func internedAfter[T comparable](values []T) *interned[T] {
	return &interned[T]{values: slices.Clip(values), number: map[T]uint32{}}
}

func (in *interned[T]) add(v T) uint32 {
	n, ok := in.number[v]
	if !ok {
		n = uint32(len(in.values))
		in.values = append(in.values, v)
		in.number[v] = n
	}
	return n
}

// reset forgets all values.
func (in *interned[T]) reset() {
	clear(in.values)
	clear(in.number)
	in.values = in.values[:0]
}
