package indicator

import (
	"cmp"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
)

// Catalog is the registry and what is published, as of one moment. It is never
// changed.
type Catalog struct {
	*Registry
	tables [][]Published // by table, newest period first; within one the oldest edition first
}

// NewCatalog makes a catalog of all publications. The newest of each table have
// their content.
func NewCatalog(r *Registry, publications []*Publication) *Catalog {
	c := &Catalog{Registry: r}
	type name struct {
		source string
		period Period
		area   Place
	}
	at := map[name]int{}
	slices.SortFunc(publications, func(a, b *Publication) int { return cmp.Compare(a.Edition, b.Edition) })
	for _, p := range publications {
		n := name{p.Source, p.Period, p.Area}
		i, known := at[n]
		if !known {
			i = len(c.tables)
			at[n], c.tables = i, append(c.tables, nil)
		}
		if last := len(c.tables[i]) - 1; last < 0 || c.tables[i][last].edition() != p.Edition {
			c.tables[i] = append(c.tables[i], Published{})
		}
		edition := &c.tables[i][len(c.tables[i])-1]
		if p.Audience == Public {
			edition.Public = p
		} else {
			edition.Internal = p
		}
	}
	for i, editions := range c.tables {
		c.tables[i] = slices.DeleteFunc(editions, func(p Published) bool { return p.Public == nil || p.Internal == nil })
	}
	c.tables = slices.DeleteFunc(c.tables, func(editions []Published) bool { return len(editions) == 0 })
	slices.SortFunc(c.tables, func(a, b []Published) int { return c.compare(a[0].Public, b[0].Public) })
	return c
}

func (p Published) edition() int {
	if p.Public != nil {
		return p.Public.Edition
	}
	return p.Internal.Edition
}

// compare orders tables: the newest period first, then as the sources are, then
// by area.
func (c *Catalog) compare(a, b *Publication) int {
	position := func(p *Publication) int {
		return slices.IndexFunc(c.Sources, func(s *Source) bool { return s.Code == p.Source })
	}
	return cmp.Or(b.Period.End().Compare(a.Period.End()), cmp.Compare(position(a), position(b)),
		cmp.Compare(b.Period, a.Period), cmp.Compare(a.Area, b.Area))
}

// Newest lists the newest edition of every table, newest period first.
func (c *Catalog) Newest() []Published {
	list := make([]Published, len(c.tables))
	for i, editions := range c.tables {
		list[i] = editions[len(editions)-1]
	}
	return list
}

// Content is that of a publication, nil where the catalog does not hold it.
func (c *Catalog) Content(id int64) *Content {
	for _, t := range c.Newest() {
		for _, p := range []*Publication{t.Public, t.Internal} {
			if p.ID == id {
				return p.Content
			}
		}
	}
	return nil
}

// Editions lists the editions of the tables of a source and a period, the newest
// first; "" is every source, every period.
func (c *Catalog) Editions(source string, period Period) []Published {
	var list []Published
	for _, editions := range c.tables {
		if p := editions[0].Public; (source == "" || p.Source == source) && (period == "" || p.Period == period) {
			for _, e := range slices.Backward(editions) {
				list = append(list, e)
			}
		}
	}
	return list
}

// Find returns the editions of the one table of a source and a period that
// covers a place, oldest first. Where several areas published their own, and
// none covers the place, it is a BadRequest; NotFound where there is none.
func (c *Catalog) Find(source string, period Period, place Place) ([]Published, error) {
	const op = "indicator.Find"
	var found [][]Published
	for _, editions := range c.tables {
		if p := editions[0].Public; p.Source == source && p.Period == period {
			if place != "" && editions[0].Covers(place) {
				return editions, nil
			}
			if p.Area.Within(place) {
				found = append(found, editions)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, geo.NotFoundError(op)
	case 1:
		return found[0], nil
	}
	return nil, &geo.Error{Kind: geo.BadRequest, Op: op, Message: geo.Text{
		ID: "Beberapa wilayah menerbitkan angka ini sendiri-sendiri: sebutkan area.", EN: "Several areas publish these figures on their own: name the area."}}
}

// View is what somebody may see of what is published.
type View struct {
	catalog *Catalog
	sees    func(geo.Code) bool // may analyse there
	scopes  []geo.Scope
}

// For is the catalog as p may see it at a time.
func (c *Catalog) For(p geo.Principal, now time.Time) *View {
	v := &View{catalog: c, sees: func(area geo.Code) bool { return geo.Can(p, geo.ActionAnalyse, geo.Target{Area: area}, now) }}
	for _, scope := range p.Reach(geo.ActionAnalyse, now) {
		if scope.Types == nil {
			v.scopes = append(v.scopes, scope)
		}
	}
	return v
}

// Public reports whether the view is the one that everybody has.
func (v *View) Public() bool { return len(v.scopes) == 0 }

// seesSome reports whether some of a table's figures are the administration's
// in this view.
func (v *View) seesSome(t Published) bool {
	return slices.ContainsFunc(v.scopes, func(s geo.Scope) bool {
		scope := Place(s.AreaCode)
		return t.Public.Area.Within(scope) || t.Covers(scope)
	})
}

// Shows lists what of a publication the registry shows to its audience by now:
// what was published and no longer is, stays inside.
func (c *Catalog) Shows(p *Publication, column int, level Level) bool {
	col := p.Columns[column]
	ind := c.Indicator(col.Indicator)
	return ind != nil && slices.Contains(col.Levels, level) && ind.Shows(level, p.Audience)
}

// TableInfo says what there is of a table.
type TableInfo struct {
	Published
	Name       string // of the area
	Levels     []Level
	Indicators []string
	Areas      int // places of the level that batches are about
	Covered    int // those with a figure
}

// Tables lists the newest edition of every table as the view has it.
func (v *View) Tables() []TableInfo {
	list := []TableInfo{}
	for _, t := range v.catalog.Newest() {
		if info := v.table(t); len(info.Indicators) > 0 {
			list = append(list, info)
		}
	}
	return list
}

func (v *View) table(t Published) TableInfo {
	info := TableInfo{Published: t, Levels: []Level{}, Indicators: []string{}}
	if at := t.Public.Place(t.Public.Area); at >= 0 {
		info.Name = t.Public.Names[at]
	}
	if source := v.catalog.Source(t.Public.Source); source != nil {
		info.Covered, info.Areas = t.Public.Covered(source.Level)
	}
	shown := t.Public
	if v.seesSome(t) {
		shown = t.Internal
	}
	tells := map[Level]bool{}
	for _, ind := range v.catalog.Indicators {
		column := shown.Column(ind.Code)
		if column < 0 {
			continue
		}
		told := false
		for _, level := range levels {
			if v.catalog.Shows(shown, column, level) && shown.Tells(column, level) {
				told, tells[level] = true, true
			}
		}
		if told {
			info.Indicators = append(info.Indicators, ind.Code)
		}
	}
	for _, level := range levels {
		if tells[level] {
			info.Levels = append(info.Levels, level)
		}
	}
	return info
}
