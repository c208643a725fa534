package index

import (
	"maps"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
)

// Snapshot is the published content as of one revision. It is immutable and
// may be read by any number of goroutines. What it returns is shared: nobody
// changes an asset, an area or a type that came from a snapshot.
type Snapshot struct {
	lineage     uint64
	epoch       string
	revision    int64
	committedAt time.Time
	began       time.Time
	types       []*geo.AssetType                   // by Position, then name
	pack        *pack                              // of all assets but for those that are fresh
	layers      map[string]*assetLayer             // by type; never written once published
	ordered     []*assetLayer                      // see assetLayers
	fresh       int                                // how many rows are dead or beside the pack
	areas       [geo.LevelKelurahan + 1]*areaLayer // by level; 0 is empty
}

// Revision is the revision that the snapshot shows.
func (s *Snapshot) Revision() int64 { return s.revision }

// Epoch names the database's line of revisions; a restore begins a new one.
func (s *Snapshot) Epoch() string { return s.epoch }

// CommittedAt is when the snapshot's revision was committed.
func (s *Snapshot) CommittedAt() time.Time { return s.committedAt }

// Began is when the first revision of all was committed; zero before there is
// one. No state is older.
func (s *Snapshot) Began() time.Time { return s.began }

// Lineage tells snapshots apart that were loaded anew: it is random per New,
// and kept by Apply. Caches have it in their keys.
func (s *Snapshot) Lineage() uint64 { return s.lineage }

// Types returns the registry by Position.
func (s *Snapshot) Types() []*geo.AssetType { return s.types }

// Type returns the asset type called name, nil when there is none.
func (s *Snapshot) Type(name string) *geo.AssetType {
	for _, t := range s.types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Collections returns the names of all collections: asset types by Position,
// assets, then the area levels from provinsi down.
func (s *Snapshot) Collections() []string {
	names := make([]string, 0, len(s.types)+1+int(geo.LevelKelurahan))
	for _, t := range s.types {
		names = append(names, t.Name)
	}
	names = append(names, geo.AllAssets)
	for l := geo.LevelProvinsi; l <= geo.LevelKelurahan; l++ {
		names = append(names, l.Collection())
	}
	return names
}

// Asset returns the asset with this id, nil when none is published.
func (s *Snapshot) Asset(id int64) *geo.Asset {
	a, _ := s.find(id)
	return a
}

// find is the asset with this id, and its row unless it is fresh.
func (s *Snapshot) find(id int64) (*geo.Asset, *ref) {
	for _, l := range s.layers {
		if f, ok := l.fresh.Get(id); ok {
			return f.asset, nil
		}
	}
	at, ok := s.pack.find(id)
	if !ok || s.layers[s.pack.names[at.section()]].dead.has(at.at()) {
		return nil, nil
	}
	return s.pack.unpack(at, new(held)), &at
}

// Area returns the area with this id, nil when there is none.
func (s *Snapshot) Area(id int64) *geo.Area {
	level := geo.CodeOfID(id).Level()
	shape, _ := s.areas[level].byID.Get(id)
	if shape == nil {
		return nil
	}
	return shape.Area
}

// AreaByCode returns the area with this code, nil when there is none.
func (s *Snapshot) AreaByCode(code geo.Code) *geo.Area {
	shape, _ := s.areas[code.Level()].byID.Get(code.ID())
	if shape == nil {
		return nil
	}
	return shape.Area
}

// assetLayers returns the layers that a collection reads: one, or all for
// assets, by Position and then by name. It is nil for anything that is no
// collection of assets. It is shared: nobody changes it.
func (s *Snapshot) assetLayers(collection string) []*assetLayer {
	if collection == geo.AllAssets {
		return s.ordered
	}
	for i, t := range s.types { // the first of ordered are those of the types
		if t.Name == collection {
			return s.ordered[i : i+1 : i+1]
		}
	}
	return nil
}

// order puts the layers in the order of assetLayers.
func (s *Snapshot) order() {
	s.ordered = make([]*assetLayer, 0, len(s.layers))
	for _, name := range s.layerNames() {
		s.ordered = append(s.ordered, s.layers[name])
	}
}

// layerNames are the types that there are layers of: the registered ones by
// Position, and then those that were registered once, by name.
func (s *Snapshot) layerNames() []string {
	names := make([]string, 0, len(s.layers))
	for _, t := range s.types {
		names = append(names, t.Name)
	}
	if len(names) < len(s.layers) {
		for _, name := range slices.Sorted(maps.Keys(s.layers)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
