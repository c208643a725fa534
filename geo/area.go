package geo

import (
	"time"

	"github.com/paulmach/orb"
)

// AreaKind is what an area is called in law.
type AreaKind string

// The kinds of area.
const (
	Provinsi  AreaKind = "provinsi"
	Kabupaten AreaKind = "kabupaten"
	Kota      AreaKind = "kota"
	Kecamatan AreaKind = "kecamatan"
	Kelurahan AreaKind = "kelurahan"
	Desa      AreaKind = "desa"
	DesaAdat  AreaKind = "desa_adat"
)

// BoundaryStatus is how far a boundary is settled.
type BoundaryStatus string

// The states of a boundary.
const (
	Indikatif   BoundaryStatus = "indikatif"
	Kesepakatan BoundaryStatus = "kesepakatan"
	Definitif   BoundaryStatus = "definitif"
)

// Area is an administrative area. Areas inside a snapshot are shared between
// readers: nobody changes one.
type Area struct {
	ID         int64 // the code without dots
	Code       Code
	Level      Level
	ParentCode Code // "" for a provinsi
	Kind       AreaKind
	Name       string
	BPSCode    string           // "" when unknown
	Boundary   orb.MultiPolygon // exterior rings counter-clockwise (RFC 7946); may be empty
	LabelPoint orb.Point        // inside the boundary
	Source     string
	Year       int // 0 when unknown
	Status     BoundaryStatus
	Derived    bool // made from its children, since it was not loaded itself
	Example    bool // example data, not real
	Version    int64
	Revision   int64
	UpdatedAt  time.Time
}

// Bound is the extent of the boundary.
func (a *Area) Bound() orb.Bound { return a.Boundary.Bound() }
