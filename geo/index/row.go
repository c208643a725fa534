package index

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// row is an asset in a pack: numbers alone, so that the garbage collector never
// looks at millions of them.
type row struct {
	id                        int64
	uuid                      [16]byte
	takenAt, verifiedAt       int64 // µs since 1970; never
	version                   int64
	name, address, attributes Text
	area, located, rt, rw     Text
	shared, stamp             uint32 // in the pack
	accuracy, outside         uint32 // in the pack's numbers; accuracy's number is one less, and 0 is none
}

// never stands for no time.
const never = math.MinInt64

// Shared is what many assets of a type have in common.
type Shared struct {
	Type        string
	TypeVersion int
	Condition   string
	Operation   string
	TakenBy     string
	Placement   geo.Placement
	Example     bool
	Marks       string // with commas between
}

// clone copies the texts, which may be of a buffer that is used again.
func (s Shared) clone() Shared {
	s.Type, s.Condition, s.Operation = strings.Clone(s.Type), strings.Clone(s.Condition), strings.Clone(s.Operation)
	s.TakenBy, s.Placement = strings.Clone(s.TakenBy), geo.Placement(strings.Clone(string(s.Placement)))
	s.Marks = strings.Clone(s.Marks)
	return s
}

// stamp is a revision and when it was committed.
type stamp struct {
	revision int64
	micros   int64
}

func sharedOf(a *geo.Asset) Shared {
	return Shared{Type: a.Type, TypeVersion: a.TypeVersion, Condition: a.Condition, Operation: a.Operation,
		TakenBy: a.TakenBy, Placement: a.Placement, Example: a.Example, Marks: strings.Join(a.Marks, ",")}
}

// packRow makes the row of an asset of section s.
func (b *packer) packRow(s *building, a *geo.Asset) row {
	r := row{
		id: a.ID, uuid: a.UUID,
		takenAt: micros(a.TakenAt), verifiedAt: micros(a.VerifiedAt), version: a.Version,
		name: b.texts.add(a.Name), address: b.others.add(a.Address), attributes: b.others.add(string(a.Attributes)),
		area: b.texts.add(string(a.AreaCode)), located: b.texts.add(string(a.AreaLocated)),
		rt: b.texts.add(a.RT), rw: b.texts.add(a.RW),
		shared: b.sharedOf(s, a), stamp: b.stampOf(a),
		outside: b.numberOf(a.OutsideM),
	}
	if a.AccuracyM != nil {
		r.accuracy = b.numberOf(*a.AccuracyM) + 1
	}
	return r
}

func micros(t *time.Time) int64 {
	if t == nil {
		return never
	}
	return t.UnixMicro()
}

// held is an asset and the values that it points to, in one piece of memory.
type held struct {
	asset             geo.Asset
	point             orb.Point
	accuracy          float64
	takenAt, verified time.Time
}

// unpack writes the asset of a row into h and returns it. Its texts share the
// memory of the pack.
func (p *pack) unpack(at ref, h *held) *geo.Asset {
	section := p.sectionOf(at)
	r, point := &section.rows[at.at()], section.points[at.at()]
	s, st := &p.shared[r.shared], p.stamps[r.stamp]
	a := &h.asset
	*a = geo.Asset{
		ID: r.id, UUID: r.uuid, Type: s.Type, TypeVersion: s.TypeVersion,
		Name: p.texts.of(r.name), AreaCode: geo.Code(p.texts.of(r.area)), AreaLocated: geo.Code(p.texts.of(r.located)),
		RT: p.texts.of(r.rt), RW: p.texts.of(r.rw), Address: p.others.of(r.address),
		TakenBy: s.TakenBy, Condition: s.Condition, Operation: s.Operation, Placement: s.Placement,
		OutsideM: math.Float64frombits(p.numbers[r.outside]), Marks: p.marks[r.shared], Attributes: bytesOf(p.others.of(r.attributes)),
		Example: s.Example, Version: r.version, Revision: st.revision, UpdatedAt: time.UnixMicro(st.micros).UTC(),
	}
	if point == point { //nolint:staticcheck // NaN: no point
		h.point = point
		a.Point = &h.point
	}
	if r.accuracy != 0 {
		h.accuracy = math.Float64frombits(p.numbers[r.accuracy-1])
		a.AccuracyM = &h.accuracy
	}
	if r.takenAt != never {
		h.takenAt = time.UnixMicro(r.takenAt).UTC()
		a.TakenAt = &h.takenAt
	}
	if r.verifiedAt != never {
		h.verified = time.UnixMicro(r.verifiedAt).UTC()
		a.VerifiedAt = &h.verified
	}
	return a
}

func splitMarks(joined string) []string {
	if joined == "" {
		return nil
	}
	return slices.Clip(strings.Split(joined, ","))
}
