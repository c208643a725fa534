package index_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// model is the plain truth that a snapshot is compared with.
type model struct {
	rnd      *rand.Rand
	revision int64
	version  int64
	types    []*geo.AssetType
	assets   map[int64]*geo.Asset
	areas    map[int64]*geo.Area
}

var codes = []geo.Code{"35.71.01.1001", "35.71.01.1002", "35.71.02.1001", "35.71.02.2003", "31.71.01.1001"}

func newModel(rnd *rand.Rand) *model {
	m := &model{rnd: rnd, assets: map[int64]*geo.Asset{}, areas: map[int64]*geo.Area{}, revision: 10}
	for i, name := range []string{"posyandu", "pos_kamling", "rt"} {
		m.types = append(m.types, &geo.AssetType{Name: name, RowVersion: 1, Position: i, Fields: []geo.Field{
			{Name: "strata", Sensitivity: geo.SensitivityPublic, Widget: "select"},
			{Name: "kader", Sensitivity: geo.SensitivityPublic, Widget: "number"},
			{Name: "rahasia", Sensitivity: geo.SensitivityInternal, Widget: "text"},
		}})
	}
	return m
}

func (m *model) content() geo.Content {
	c := geo.Content{Epoch: "e", Revision: m.revision, Types: m.types}
	for _, a := range m.assets {
		c.Assets = append(c.Assets, a)
	}
	for _, a := range m.areas {
		c.Areas = append(c.Areas, a)
	}
	return c
}

// point lies around Kediri; a quarter of them on a coarse grid, so that some
// are equal and some lie on borders.
func (m *model) point() orb.Point {
	if m.rnd.IntN(4) == 0 {
		return orb.Point{112 + float64(m.rnd.IntN(5))*0.01, -7.8 + float64(m.rnd.IntN(5))*0.01}
	}
	return orb.Point{112 + m.rnd.Float64()*0.05, -7.8 + m.rnd.Float64()*0.05}
}

func (m *model) asset(id int64) *geo.Asset {
	m.version++
	strata := []string{"pratama", "madya", "purnama", "mandiri"}[m.rnd.IntN(4)]
	attributes, _ := json.Marshal(map[string]any{"strata": strata, "kader": m.rnd.IntN(5)})
	a := &geo.Asset{
		ID: id, Version: m.version, Revision: m.revision, UUID: uuid.UUID{15: byte(id)},
		Type: m.types[m.rnd.IntN(len(m.types))].Name, Name: fmt.Sprintf("Melati %d", m.rnd.IntN(30)),
		AreaCode: codes[m.rnd.IntN(len(codes))], RT: fmt.Sprintf("%03d", m.rnd.IntN(4)),
		Placement: geo.Unplaced, Attributes: attributes,
	}
	if m.rnd.IntN(2) == 0 {
		accuracy, taken := float64(m.rnd.IntN(3))*2.5, time.UnixMicro(m.rnd.Int64N(1e15)).UTC()
		a.AccuracyM, a.TakenAt, a.TakenBy, a.OutsideM = &accuracy, &taken, "gps", accuracy
		a.Marks, a.Example, a.Address = []string{geo.MarkDuplicate, geo.MarkTooMany}[:m.rnd.IntN(3)], true, "Jl. Melati"
	}
	if m.rnd.IntN(5) > 0 {
		p := m.point()
		a.Point, a.Placement = &p, geo.Inside
	}
	return a
}

func (m *model) area(code geo.Code) *geo.Area {
	m.version++
	a := &geo.Area{
		ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(),
		Name: "Desa " + string(code), Version: m.version, Revision: m.revision,
	}
	if m.rnd.IntN(6) > 0 {
		a.Boundary = orb.MultiPolygon{m.triangle()}
		a.LabelPoint = a.Boundary[0][0][0]
	}
	return a
}

func (m *model) triangle() orb.Polygon {
	p := m.point()
	return orb.Polygon{{p, m.point(), m.point(), p}}
}

// step makes one revision of random changes and applies it to the model.
func (m *model) step() geo.Revision {
	m.revision++
	r := geo.Revision{Number: m.revision, CommittedAt: time.Unix(m.revision, 0)}
	for range m.rnd.IntN(6) {
		switch id := int64(m.rnd.IntN(200) + 1); m.rnd.IntN(10) {
		case 0, 1:
			r.Changes = append(r.Changes, geo.Change{Collection: "posyandu", ID: id, Delete: true})
			delete(m.assets, id)
		case 2:
			code := append(codes, "35", "35.71", "35.71.01", "31")[m.rnd.IntN(len(codes)+4)]
			if m.rnd.IntN(3) == 0 {
				r.Changes = append(r.Changes, geo.Change{Collection: code.Level().Collection(), ID: code.ID(), Delete: true})
				delete(m.areas, code.ID())
				continue
			}
			a := m.area(code)
			r.Changes = append(r.Changes, geo.Change{Collection: code.Level().Collection(), ID: a.ID, Area: a})
			m.areas[a.ID] = a
		default:
			a := m.asset(id)
			r.Changes = append(r.Changes, geo.Change{Collection: a.Type, ID: id, Asset: a})
			m.assets[id] = a
		}
	}
	return r
}

// build applies n random revisions to an empty snapshot.
func (m *model) build(n int) *index.Snapshot {
	s := index.New(m.content())
	for range n {
		s, _ = s.Apply([]geo.Revision{m.step()})
	}
	return s
}
