package indicator

import "context"

// Kept is what readers have already: an edition that was published before, with
// the exact figures that it was made from.
type Kept struct {
	Published
	Exact *Exact
}

// maxJoined is the most cells of a table that is protected together with earlier
// ones, number by number: those of a regency, not of a provinsi.
const maxJoined = 50_000

// Publish makes what each audience will see of the figures: the administration
// first, since what is hidden from it is hidden from the public too. See Protect
// for its errors.
//
// Of the public's tables readers are taken to know which numbers have stayed the
// same since what was published before. Where that leaves columns out, and in
// tables beyond maxJoined, they are not; what was hidden stays hidden all the
// same while its number is close.
func (f *Exact) Publish(ctx context.Context, s Settings, kept []Kept) (internal, public *Content, err error) {
	rules := Rules{K: s.InternalThreshold, Wider: s.PublicThreshold, Apart: true}
	for _, k := range kept {
		rules.Kept = append(rules.Kept, k.Exact.recall(k.Internal))
	}
	inside := f.For(Internal)
	hidden, err := Protect(ctx, &inside.Table, rules)
	if err != nil {
		return nil, nil, err
	}
	rules = Rules{K: s.PublicThreshold, Also: []*Protected{hidden}}
	for _, k := range kept {
		rules.Kept = append(rules.Kept, k.Exact.recall(k.Public))
	}
	outside := f.For(Public)
	rules.Apart = len(outside.Places)*len(outside.Columns) > maxJoined
	shown, err := Protect(ctx, &outside.Table, rules)
	if err == nil && len(shown.Withheld) > 0 && !rules.Apart {
		rules.Apart = true
		shown, err = Protect(ctx, &outside.Table, rules)
	}
	if err != nil {
		return nil, nil, err
	}
	return inside.Content(hidden), outside.Content(shown), nil
}

// recall puts what was published beside the numbers that it was made from. What
// was shown is what it was then.
func (f *Exact) recall(p *Publication) *Protected {
	t := f.For(p.Audience)
	out := &Protected{Table: &t.Table, K: p.Threshold, Cells: make([][]Cell, len(t.Columns))}
	for i, column := range t.Columns {
		out.Cells[i] = make([]Cell, len(t.Places))
		from := p.Column(column.Indicator)
		if from < 0 {
			continue
		}
		for j, place := range t.Places {
			at := p.Place(place)
			if at < 0 {
				continue
			}
			cell := p.Columns[from].Cells[at]
			out.Cells[i][j] = cell
			if cell.State == Shown {
				t.Numbers[i][j] = Number{Value: cell.Value, Known: true}
			}
		}
	}
	return out
}

// Differing counts the cells of after that before says otherwise. A cell that
// before does not have is Missing there.
func Differing(before, after *Content) int {
	n := 0
	places := make([]int, len(after.Places))
	for i, p := range after.Places {
		places[i] = before.Place(p)
	}
	for _, column := range after.Columns {
		from := before.Column(column.Indicator)
		for i, cell := range column.Cells {
			var was Cell
			if from >= 0 && places[i] >= 0 {
				was = before.Columns[from].Cells[places[i]]
			}
			if was != cell {
				n++
			}
		}
	}
	return n
}

// Withheld lists the indicators that an audience should have been shown and that
// content does not have.
func (f *Exact) Withheld(to Audience, c *Content) []string {
	list := []string{}
	for _, column := range f.For(to).Columns {
		if c.Column(column.Indicator) < 0 {
			list = append(list, column.Indicator)
		}
	}
	return list
}
