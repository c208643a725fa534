package indicator

import (
	"math"
	"slices"
)

// NamedPlace is an area of the registry of areas with its name.
type NamedPlace struct {
	Place Place
	Name  string
}

// Exact are the exact numbers of closed batches, with what is derived from
// them, before disclosure control. They never leave the server.
type Exact struct {
	Table
	Indicators         []*Indicator // by column
	Names              []string     // by place; "" for RW and RT
	Denominators       [][]float64  // by column, then by place; nil without
	DenominatorSources []string     // by column
}

// Gather makes a table of what batches tell: of areas, which are all that there
// are within the one that is published, and of the RW and RT that values name.
//
// A total that was not told is the sum of its parts where all of them are known.
// A place of which an additive indicator was not told has the sum of the places
// right below it, where all of them are known. Who said that a number is not
// known is believed: nothing is put in its place. Values of other places or
// indicators than the registries know are left out.
func Gather(r *Registry, areas []NamedPlace, values []Value) *Exact {
	g := newGathering(r, areas, values)
	for _, v := range values {
		g.tell(v)
	}
	children := childrenOf(g.exact.Places)
	for place := len(g.exact.Places) - 1; place >= 0; place-- {
		g.sumChildren(place, children[place])
		g.sumParts(place)
	}
	g.exact.dropUntold()
	return g.exact
}

// gathering is a table while it is filled in.
type gathering struct {
	exact    *Exact
	places   map[Place]int
	columns  map[string]int
	unknowns map[[2]int]bool // cells of which somebody said that they are not known
}

func newGathering(r *Registry, areas []NamedPlace, values []Value) *gathering {
	f := &Exact{Indicators: ordered(r, told(r, values))}
	g := &gathering{exact: f, places: map[Place]int{}, columns: map[string]int{}, unknowns: map[[2]int]bool{}}
	f.Places, f.Names = placesOf(areas, values)
	for i, p := range f.Places {
		g.places[p] = i
	}
	for i, ind := range f.Indicators {
		g.columns[ind.Code] = i
	}
	f.DenominatorSources, f.Denominators = make([]string, len(f.Indicators)), make([][]float64, len(f.Indicators))
	taken := map[int]bool{}
	for _, ind := range f.Indicators {
		f.Columns = append(f.Columns, g.column(ind, taken))
		f.Numbers = append(f.Numbers, make([]Number, len(f.Places)))
	}
	return g
}

// column describes an indicator within the table. A part is taken by one total.
func (g *gathering) column(i *Indicator, taken map[int]bool) Column {
	c := Column{Indicator: i.Code, Base: -1, Count: -1, Additive: i.Additive, Protected: i.Protected}
	for _, part := range i.Parts {
		if at, ok := g.columns[part]; ok && !taken[at] {
			c.Parts = append(c.Parts, at)
		}
	}
	if len(c.Parts) < len(i.Parts) {
		c.Parts = nil
	}
	for _, part := range c.Parts {
		taken[part] = true
	}
	if at, ok := g.columns[i.Base]; ok {
		c.Base = at
	}
	return c
}

// told are the indicators that values tell, and the totals that follow from
// them.
func told(r *Registry, values []Value) map[string]bool {
	known := map[string]bool{}
	for _, v := range values {
		known[v.Indicator] = true
	}
	for more := true; more; {
		more = false
		for _, i := range r.Indicators {
			all := len(i.Parts) > 0 && !slices.ContainsFunc(i.Parts, func(part string) bool { return !known[part] })
			if all && !known[i.Code] {
				known[i.Code], more = true, true
			}
		}
	}
	return known
}

// ordered gives the wanted indicators in the registry's order, but each total
// before its parts.
func ordered(r *Registry, wanted map[string]bool) []*Indicator {
	var list []*Indicator
	placed := map[string]bool{}
	var place func(i *Indicator)
	place = func(i *Indicator) {
		if placed[i.Code] || !wanted[i.Code] {
			return
		}
		placed[i.Code] = true
		for _, total := range r.Indicators {
			if slices.Contains(total.Parts, i.Code) {
				place(total)
			}
		}
		list = append(list, i)
	}
	for _, i := range r.Indicators {
		place(i)
	}
	return list
}

// placesOf gives the areas, and the RW and RT within them that values name, in
// order, with their names.
func placesOf(areas []NamedPlace, values []Value) ([]Place, []string) {
	names := make(map[Place]string, len(areas))
	for _, a := range areas {
		names[a.Place] = a.Name
	}
	for _, v := range values {
		if _, known := names[Place(v.Place.Area())]; !known {
			continue
		}
		for p := v.Place; p.Level() == RT || p.Level() == RW; p = p.Parent() {
			names[p] = ""
		}
	}
	places := make([]Place, 0, len(names))
	for p := range names {
		places = append(places, p)
	}
	slices.Sort(places)
	list := make([]string, len(places))
	for i, p := range places {
		list[i] = names[p]
	}
	return places, list
}

// childrenOf lists the places right below each place.
func childrenOf(places []Place) [][]int {
	at := make(map[Place]int, len(places))
	for i, p := range places {
		at[p] = i
	}
	children := make([][]int, len(places))
	for i, p := range places {
		if parent, ok := at[p.Parent()]; ok {
			children[parent] = append(children[parent], i)
		}
	}
	return children
}

func (g *gathering) tell(v Value) {
	place, knownPlace := g.places[v.Place]
	column, knownColumn := g.columns[v.Indicator]
	switch {
	case !knownPlace || !knownColumn:
	case v.Number == nil:
		g.unknowns[[2]int{column, place}] = true
	default:
		g.exact.Numbers[column][place] = Number{Value: *v.Number, Known: true}
	}
	if !knownPlace || !knownColumn || v.Denominator == nil {
		return
	}
	if g.exact.Denominators[column] == nil {
		g.exact.Denominators[column] = make([]float64, len(g.exact.Places))
	}
	g.exact.Denominators[column][place] = *v.Denominator
	if v.DenominatorSource != "" {
		g.exact.DenominatorSources[column] = v.DenominatorSource
	}
}

// free reports whether nobody said anything of a cell.
func (g *gathering) free(column, place int) bool {
	return !g.exact.Numbers[column][place].Known && !g.unknowns[[2]int{column, place}]
}

func (g *gathering) sumChildren(place int, children []int) {
	if len(children) == 0 {
		return
	}
	for i, column := range g.exact.Columns {
		if !column.Additive || !g.free(i, place) {
			continue
		}
		column := g.exact.Numbers[i]
		column[place] = sumOf(len(children), func(n int) Number { return column[children[n]] })
	}
}

// sumOf adds n numbers; the sum is known where all of them are. What people
// write has few decimals, so the sum has too.
func sumOf(n int, number func(int) Number) Number {
	sum := 0.0
	for i := range n {
		next := number(i)
		if !next.Known {
			return Number{}
		}
		sum += next.Value
	}
	return Number{Value: math.Round(sum*1e6) / 1e6, Known: true}
}

// sumParts makes the totals of a place: those that others are parts of stand
// before them, so that the last comes first.
func (g *gathering) sumParts(place int) {
	for i := len(g.exact.Columns) - 1; i >= 0; i-- {
		parts := g.exact.Columns[i].Parts
		if len(parts) == 0 || !g.free(i, place) {
			continue
		}
		g.exact.Numbers[i][place] = sumOf(len(parts), func(n int) Number { return g.exact.Numbers[parts[n]][place] })
	}
}

// For is the table that an audience is shown, before it is protected: the
// columns and the places at levels that the registry shows to it.
func (f *Exact) For(to Audience) *Exact {
	shown := &Exact{}
	columnAt, levels := map[int]int{}, map[Level]bool{}
	for i, ind := range f.Indicators {
		list := ind.Internal
		if to == Public {
			list = ind.Public
		}
		if len(list) == 0 {
			continue
		}
		columnAt[i] = len(shown.Columns)
		column := f.Columns[i]
		column.Levels = list
		shown.Columns, shown.Indicators = append(shown.Columns, column), append(shown.Indicators, ind)
		shown.DenominatorSources = append(shown.DenominatorSources, f.DenominatorSources[i])
		for _, l := range list {
			levels[l] = true
		}
	}
	shown.keepRelations(columnAt)
	var kept []int
	for i, p := range f.Places {
		if levels[p.Level()] {
			kept = append(kept, i)
			shown.Places, shown.Names = append(shown.Places, p), append(shown.Names, f.Names[i])
		}
	}
	shown.Numbers, shown.Denominators = make([][]Number, len(shown.Columns)), make([][]float64, len(shown.Columns))
	for from, to := range columnAt {
		shown.Numbers[to] = pick(f.Numbers[from], kept)
		if f.Denominators[from] != nil {
			shown.Denominators[to] = pick(f.Denominators[from], kept)
		}
	}
	return shown
}

func pick[T any](list []T, kept []int) []T {
	out := make([]T, len(kept))
	for i, k := range kept {
		out[i] = list[k]
	}
	return out
}

// keepRelations moves parts and bases to the columns' new positions; those that
// lost a member are gone.
func (f *Exact) keepRelations(columnAt map[int]int) {
	for i := range f.Columns {
		c := &f.Columns[i]
		var parts []int
		for _, part := range c.Parts {
			if at, ok := columnAt[part]; ok {
				parts = append(parts, at)
			}
		}
		if len(parts) < len(c.Parts) {
			parts = nil
		}
		c.Parts = parts
		if at, ok := columnAt[c.Base]; ok {
			c.Base = at
		} else {
			c.Base = -1
		}
	}
}

// dropUntold takes away the columns of which nothing is known anywhere.
func (f *Exact) dropUntold() {
	columnAt := map[int]int{}
	kept := &Exact{Table: Table{Places: f.Places}, Names: f.Names}
	for i := range f.Columns {
		if !slices.ContainsFunc(f.Numbers[i], func(n Number) bool { return n.Known }) {
			continue
		}
		columnAt[i] = len(kept.Columns)
		kept.Columns, kept.Indicators = append(kept.Columns, f.Columns[i]), append(kept.Indicators, f.Indicators[i])
		kept.Numbers, kept.Denominators = append(kept.Numbers, f.Numbers[i]), append(kept.Denominators, f.Denominators[i])
		kept.DenominatorSources = append(kept.DenominatorSources, f.DenominatorSources[i])
	}
	kept.keepRelations(columnAt)
	*f = *kept
}

// Content is what of the figures was let through. A denominator goes with its
// number; a column that is withheld is not in it.
func (f *Exact) Content(p *Protected) *Content {
	c := &Content{Places: f.Places, Names: f.Names, Columns: []PublishedColumn{}}
	cells := p.Cells
	for i, column := range f.Columns {
		if slices.Contains(p.Withheld, i) {
			continue
		}
		out := PublishedColumn{Indicator: column.Indicator, Levels: column.Levels, Cells: make([]Cell, len(f.Places))}
		if f.Denominators[i] != nil {
			out.Denominators, out.DenominatorSource = make([]float64, len(f.Places)), f.DenominatorSources[i]
		}
		for j, p := range f.Places {
			if !slices.Contains(column.Levels, p.Level()) {
				continue
			}
			out.Cells[j] = cells[i][j]
			if out.Denominators != nil && cells[i][j].State == Shown {
				out.Denominators[j] = f.Denominators[i][j]
			}
		}
		c.Columns = append(c.Columns, out)
	}
	return c
}
