package tiles

// numbers says for numbers what else they are, such as where the text of a
// number is among the values of a layer: an open hash table that is emptied by
// counting. The zero value is empty.
type numbers struct {
	slots []numberSlot // a power of two
	shift int
	round uint32 // slots of other rounds are empty
	held  int
}

type numberSlot struct{ round, number, is uint32 }

// reset empties the table.
func (n *numbers) reset() {
	n.held = 0
	if n.round++; n.round == 0 {
		clear(n.slots)
		n.round = 1
	}
}

// at is what a number is. When that was not known it is to be set before the
// next call.
func (n *numbers) at(number uint32) (is *uint32, known bool) {
	if 2*n.held >= len(n.slots) {
		n.grow()
	}
	s := n.slot(number)
	if s.round == n.round {
		return &s.is, true
	}
	*s = numberSlot{round: n.round, number: number}
	n.held++
	return &s.is, false
}

func (n *numbers) slot(number uint32) *numberSlot {
	mask := uint32(len(n.slots) - 1)
	for i := number * 2654435769 >> n.shift; ; i = (i + 1) & mask { // Fibonacci hashing
		if s := &n.slots[i&mask]; s.round != n.round || s.number == number {
			return s
		}
	}
}

func (n *numbers) grow() {
	old := n.slots
	if len(old) == 0 {
		n.slots, n.shift = make([]numberSlot, 256), 32-8
		n.round = max(n.round, 1)
		return
	}
	n.slots, n.shift = make([]numberSlot, 2*len(old)), n.shift-1
	for _, s := range old {
		if s.round == n.round {
			*n.slot(s.number) = s
		}
	}
}
