package index

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/patok-id/patok/geo"
)

// TypesCollection names the registry in changes and events.
const TypesCollection = "types"

// New makes a snapshot of content. A feature whose coordinates are no position
// on earth counts as one without a place.
func New(content geo.Content) *Snapshot {
	b := newPacker()
	for _, a := range content.Assets {
		b.Add(a)
	}
	return newSnapshot(content, b)
}

// newSnapshot makes a snapshot of content with the assets of b.
func newSnapshot(content geo.Content, b *packer) *Snapshot {
	s := &Snapshot{
		lineage:     rand.Uint64(),
		epoch:       content.Epoch,
		revision:    content.Revision,
		committedAt: content.CommittedAt,
		began:       content.Began,
		types:       sortedTypes(slices.Clone(content.Types)),
		layers:      map[string]*assetLayer{},
	}
	for _, t := range s.types {
		b.section(t.Name)
	}
	var areas sync.WaitGroup
	areas.Go(func() {
		for level := range s.areas {
			s.areas[level] = newAreaLayer(content.Revision)
		}
		s.loadAreas(content.Areas)
	})
	s.pack = b.done(s.summed)
	for name, section := range s.pack.sections {
		l := newAssetLayer(content.Revision, section, s.summed(name))
		l.countSection(s.pack)
		s.layers[name] = l
	}
	areas.Wait()
	s.order()
	return s
}

// summed are the attributes of a type that clusters sum.
func (s *Snapshot) summed(typeName string) []string {
	if t := s.Type(typeName); t != nil {
		return t.Summed()
	}
	return nil
}

func sortedTypes(types []*geo.AssetType) []*geo.AssetType {
	slices.SortStableFunc(types, func(a, b *geo.AssetType) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Name, b.Name))
	})
	return types
}

// Apply returns the snapshot after batch, and one event per new revision. The
// receiver does not change. Revisions at or below the snapshot's are skipped;
// a change whose version is not above the held one does nothing, but its
// revision counts. That revisions follow each other without a hole is the
// follower's to check.
func (s *Snapshot) Apply(batch []geo.Revision) (*Snapshot, []geo.Event) {
	b := &builder{next: *s, owned: map[string]int{}}
	b.next.layers = maps.Clone(s.layers)
	var events []geo.Event
	for _, r := range batch {
		if r.Number <= b.next.revision {
			continue
		}
		events = append(events, b.apply(r))
	}
	if events == nil {
		return s, nil
	}
	b.settle()
	b.next.order()
	return &b.next, events
}

// builder makes the next snapshot. A layer is cloned before its first change.
type builder struct {
	next  Snapshot
	owned map[string]int // changes so far of the layers that were cloned
	edits [geo.LevelKelurahan + 1]areaEdits
}

func (b *builder) apply(r geo.Revision) geo.Event {
	event := geo.Event{Revision: r.Number, CommittedAt: r.CommittedAt}
	for _, c := range r.Changes {
		switch {
		case c.Collection == TypesCollection || c.Type != nil:
			event.Changes = append(event.Changes, b.changeType(c, r.Number)...)
		case geo.LevelOf(c.Collection) != 0 || c.Area != nil:
			event.Changes = append(event.Changes, b.changeArea(c, r.Number)...)
		default:
			event.Changes = append(event.Changes, b.changeAsset(c, r.Number)...)
		}
	}
	if r.Figures {
		event.Changes = append(event.Changes, geo.EventChange{Collection: geo.FiguresCollection, Operation: geo.Update})
	}
	b.next.revision, b.next.committedAt = r.Number, r.CommittedAt
	if b.next.began.IsZero() {
		b.next.began = r.CommittedAt
	}
	return event
}

// assetLayer returns the layer of a type, ready to be changed at a revision.
func (b *builder) assetLayer(name string, revision int64) *assetLayer {
	l := b.next.layers[name]
	switch changes, owned := b.owned[name]; {
	case l == nil:
		l = newAssetLayer(revision, new(section), b.next.summed(name))
		b.next.layers[name] = l
	case !owned:
		l = l.clone()
		b.next.layers[name] = l
	case changes > markBatch:
		l.marks.markAll(revision)
	}
	b.owned[name]++
	return l
}

func (b *builder) areaLayer(level geo.Level, revision int64) *areaLayer {
	l, name := b.next.areas[level], level.Collection()
	switch changes, owned := b.owned[name]; {
	case !owned:
		l = l.clone()
		b.next.areas[level] = l
	case changes > markBatch:
		l.marks.markAll(revision)
	}
	b.owned[name]++
	return l
}

func (b *builder) changeAsset(c geo.Change, revision int64) []geo.EventChange {
	old, at := b.next.find(c.ID)
	if c.Delete || c.Asset == nil {
		if old == nil || old.Revision > revision {
			return nil
		}
		return []geo.EventChange{b.removeAsset(old, at, revision)}
	}
	a := c.Asset
	if old != nil && old.Version >= a.Version {
		return nil
	}
	var changes []geo.EventChange
	if old != nil && old.Type != a.Type {
		changes, old = append(changes, b.removeAsset(old, at, revision)), nil
	}
	operation, l := geo.Create, b.assetLayer(a.Type, revision)
	if old != nil {
		operation = geo.Update
		b.remove(l, old, at)
	}
	l.insert(a)
	b.next.fresh++
	l.marks.mark(extent(old), revision)
	l.marks.mark(extent(a), revision)
	return append(changes, geo.EventChange{
		Collection: a.Type, ID: a.ID, Operation: operation, Extent: union(extent(old), extent(a)),
	})
}

func (b *builder) removeAsset(old *geo.Asset, at *ref, revision int64) geo.EventChange {
	l := b.assetLayer(old.Type, revision)
	b.remove(l, old, at)
	l.marks.mark(extent(old), revision)
	return geo.EventChange{Collection: old.Type, ID: old.ID, Operation: geo.Delete, Extent: extent(old)}
}

// remove takes an asset out of its layer; at is its row, nil when it is fresh.
func (b *builder) remove(l *assetLayer, old *geo.Asset, at *ref) {
	if at != nil {
		l.removeRow(at.at(), old)
		b.next.fresh++
		return
	}
	l.removeFresh(old.ID)
	b.next.fresh--
}

func (b *builder) changeArea(c geo.Change, revision int64) []geo.EventChange {
	level := geo.CodeOfID(c.ID).Level()
	if level == 0 {
		return nil
	}
	old, _ := b.next.areas[level].byID.Get(c.ID)
	removes := c.Delete || c.Area == nil
	switch {
	case removes && (old == nil || old.Area.Revision > revision):
		return nil
	case !removes && old != nil && old.Area.Version >= c.Area.Version:
		return nil
	}
	l := b.areaLayer(level, revision)
	b.edits[level].keep(c.ID, old)
	change := geo.EventChange{Collection: level.Collection(), ID: c.ID, Operation: geo.Create}
	if old != nil {
		change.Operation = geo.Update
		l.remove(old)
	}
	var held *Shape
	if removes {
		change.Operation = geo.Delete
	} else {
		held = newShape(c.Area)
		l.insert(held)
	}
	b.kin(c.ID, old, held, revision)
	change.Extent = union(old.extent(), held.extent())
	return []geo.EventChange{change}
}

// changeType puts a type into the registry or, with Delete, takes the one that
// c.Type names out of it. Every tile of the type counts as changed.
func (b *builder) changeType(c geo.Change, revision int64) []geo.EventChange {
	if c.Type == nil {
		return nil
	}
	change := geo.EventChange{Collection: TypesCollection, Operation: geo.Create}
	types := slices.Clone(b.next.types)
	at := slices.IndexFunc(types, func(t *geo.AssetType) bool { return t.Name == c.Type.Name })
	switch {
	case at < 0 && c.Delete, at >= 0 && !c.Delete && types[at].RowVersion >= c.Type.RowVersion:
		return nil
	case c.Delete:
		change.Operation = geo.Delete
		types = slices.Delete(types, at, at+1)
	case at >= 0:
		change.Operation = geo.Update
		types[at] = c.Type
	default:
		types = append(types, c.Type)
	}
	b.next.types = sortedTypes(types)
	l := b.assetLayer(c.Type.Name, revision)
	l.marks.markAll(revision)
	l.sum(b.next.pack, b.next.summed(c.Type.Name))
	if around, any := l.extent(); any {
		change.Extent = &around
	}
	return []geo.EventChange{change}
}
