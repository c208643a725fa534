package index

import (
	"encoding/binary"
	"hash/maphash"
	"unsafe"
)

// Text is the number of a text in a pack; "" is 0.
type Text uint32

// texts holds every text once, by its number. It grows while a pack is made and
// is never written afterwards.
type texts struct {
	chunks [][]byte // each text behind its length, none over the end of a chunk
	at     []uint64 // where each is: chunk << 32 | byte
	table  []uint32 // open hash table of numbers + 1, a power of two long
	seed   maphash.Seed
}

const textChunk = 1 << 20

func newTexts() *texts {
	t := &texts{seed: maphash.MakeSeed(), table: make([]uint32, 1<<10)}
	t.add("")
	return t
}

// len is how many texts there are.
func (t *texts) len() int { return len(t.at) }

// of is the text with a number. It shares the memory of t.
func (t *texts) of(n Text) string {
	at := t.at[n]
	chunk := t.chunks[at>>32][uint32(at):]
	size, head := binary.Uvarint(chunk)
	if size == 0 {
		return ""
	}
	return unsafe.String(&chunk[head], size)
}

// find is the number of a text; false when it is not held.
func (t *texts) find(s string) (Text, bool) {
	n := t.table[t.slot(s)]
	return Text(n - 1), n != 0
}

// add is the number of a text, which is copied when it is new.
func (t *texts) add(s string) Text {
	slot := t.slot(s)
	if n := t.table[slot]; n != 0 {
		return Text(n - 1)
	}
	n := Text(len(t.at))
	t.at = append(t.at, t.keep(s))
	t.table[slot] = uint32(n) + 1
	if 2*len(t.at) > len(t.table) {
		t.grow()
	}
	return n
}

// slot is where s is in the table, or would be.
func (t *texts) slot(s string) int {
	mask := len(t.table) - 1
	for i := int(maphash.String(t.seed, s)) & mask; ; i = (i + 1) & mask {
		if n := t.table[i]; n == 0 || t.of(Text(n-1)) == s {
			return i
		}
	}
}

func (t *texts) keep(s string) uint64 {
	need := binary.MaxVarintLen32 + len(s)
	last := len(t.chunks) - 1
	if last < 0 || cap(t.chunks[last])-len(t.chunks[last]) < need {
		t.chunks = append(t.chunks, make([]byte, 0, max(textChunk, need)))
		last++
	}
	at := uint64(last)<<32 | uint64(len(t.chunks[last]))
	t.chunks[last] = append(binary.AppendUvarint(t.chunks[last], uint64(len(s))), s...)
	return at
}

func (t *texts) grow() {
	old := t.table
	t.table = make([]uint32, 2*len(old))
	mask := len(t.table) - 1
	for _, n := range old {
		if n == 0 {
			continue
		}
		i := int(maphash.String(t.seed, t.of(Text(n-1)))) & mask
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

func (in *interned[T]) add(v T) uint32 {
	n, ok := in.number[v]
	if !ok {
		n = uint32(len(in.values))
		in.values = append(in.values, v)
		in.number[v] = n
	}
	return n
}
