package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// settlement is where people live.
type settlement struct {
	x, y   float64 // of the centre, in cells
	sigma  float64 // how far its assets scatter, in cells
	people float64 // beside those of others
	until  float64 // people here and in all settlements before
}

// assetSpacing times the root of their number is how far a settlement's assets
// scatter, in cells: so that there is one to about 80 m × 80 m.
const assetSpacing = 0.0068

// unplacedShare is how many assets have no point yet.
const unplacedShare = 0.01

// settle spreads assets over settlements: one kantor per kelurahan, and RT, pos
// kamling and posyandu in the shares that Indonesian cities have, each in the
// kelurahan that its point lies in.
func settle(f datasetFlags, g *grid, kelurahan []*geo.Area) []*geo.Asset {
	s := &settler{seed: f.Seed, grid: g, locate: index.New(geo.Content{Areas: kelurahan}), numbers: map[geo.Code]*numbering{}}
	s.found(len(kelurahan), f.Points)
	assets := make([]*geo.Asset, f.Points)
	for i := range assets {
		if i < len(kelurahan) {
			assets[i] = s.kantor(i)
		} else {
			assets[i] = s.asset(i)
		}
	}
	slices.SortStableFunc(assets, func(a, b *geo.Asset) int { return cmp.Compare(a.AreaCode, b.AreaCode) })
	return assets
}

type settler struct {
	seed        uint64
	grid        *grid
	locate      *index.Snapshot // of the kelurahan alone
	settlements []settlement
	numbers     map[geo.Code]*numbering
}

// numbering counts what a kelurahan has.
type numbering struct{ rt, posyandu int }

// found makes settlements: a few in each kelurahan, some of them many times
// larger than others, and larger near a town, one to about a hundred kelurahan.
// They reach as far as their assets need room.
func (s *settler) found(kelurahan, assets int) {
	rnd := random(s.seed, forSettlement)
	towns := make([]orb.Point, 1+kelurahan/100)
	for i := range towns {
		towns[i] = orb.Point{rnd.Float64() * float64(s.grid.columns), rnd.Float64() * float64(s.grid.rows)}
	}
	total := 0.0
	for i := range kelurahan {
		x, y := s.grid.cell(i)
		for range 3 + rnd.IntN(6) {
			at := settlement{x: float64(x) + rnd.Float64(), y: float64(y) + rnd.Float64()}
			near := 0.0
			for _, town := range towns {
				near = max(near, math.Exp(-math.Hypot(at.x-town[0], at.y-town[1])/2))
			}
			at.people = math.Exp(rnd.NormFloat64()) * (0.3 + 6*near)
			total += at.people
			at.until = total
			s.settlements = append(s.settlements, at)
		}
	}
	for i := range s.settlements {
		at := &s.settlements[i]
		at.sigma = min(1.5, max(0.02, assetSpacing*math.Sqrt(at.people/total*float64(assets))))
	}
}

// asset is the i-th: an RT, a pos kamling or a posyandu of some settlement.
func (s *settler) asset(i int) *geo.Asset {
	rnd := random(s.seed, forAsset, uint64(i))
	var a *geo.Asset
	for a == nil {
		home := s.settlements[s.pick(rnd)]
		a = s.at(rnd, place(home.x+rnd.NormFloat64()*home.sigma, home.y+rnd.NormFloat64()*home.sigma))
	}
	n := s.numbers[a.AreaCode]
	switch kind := rnd.Float64(); {
	case kind < 0.72:
		n.rt++
		a.Type = "rt"
		a.RT, a.RW = fmt.Sprintf("%03d", (n.rt-1)%999+1), fmt.Sprintf("%03d", (n.rt-1)/8%999+1)
		a.Name = "RT " + a.RT + " RW " + a.RW
		a.Attributes = attributes("jumlah_kk", 20+rnd.IntN(80), "sumber_angka", pick(rnd, "register_rt", "dukcapil"))
	case kind < 0.91:
		a.Type = "pos_kamling"
		a.RT, a.RW = fmt.Sprintf("%03d", n.rt%999+1), fmt.Sprintf("%03d", n.rt/8%999+1)
		a.Name = "Pos Kamling RT " + a.RT
		a.Attributes = attributes("aktif_ronda", rnd.IntN(4) > 0, "bangunan", pick(rnd, "permanen", "semi", "darurat"), "penerangan", rnd.IntN(3) > 0)
	default:
		n.posyandu++
		a.Type = "posyandu"
		a.RW = fmt.Sprintf("%03d", n.posyandu%999+1)
		a.Name = fmt.Sprintf("Posyandu %s %d", pick(rnd, flowers...), n.posyandu)
		a.Attributes = attributes("hari_buka", pick(rnd, "senin", "selasa", "rabu", "kamis", "sabtu"), "jumlah_kader", 3+rnd.IntN(10), "strata", pick(rnd, "pratama", "madya", "purnama", "mandiri"))
	}
	if rnd.Float64() < unplacedShare {
		a.Point, a.AccuracyM, a.TakenBy, a.Placement, a.AreaLocated = nil, nil, "", geo.Unplaced, ""
	}
	return a
}

// kantor is the office of the i-th kelurahan, near the middle of its cell.
func (s *settler) kantor(i int) *geo.Asset {
	rnd := random(s.seed, forAsset, uint64(i))
	x, y := s.grid.cell(i)
	a := s.at(rnd, place(float64(x)+0.5+0.15*(2*rnd.Float64()-1), float64(y)+0.5+0.15*(2*rnd.Float64()-1)))
	a.Type = "kantor_kelurahan"
	a.Name = "Kantor Kelurahan " + placeName(s.seed, uint64(i))
	a.Attributes = attributes("jam_layanan", "Senin–Jumat 08.00–15.00", "keadaan_kantor", "ada_layak")
	return a
}

// at begins an asset at p, nil when p lies in no kelurahan.
func (s *settler) at(rnd *rand.Rand, p orb.Point) *geo.Asset {
	areas := s.locate.Locate(p)
	if len(areas) == 0 {
		return nil
	}
	accuracy := math.Round(30+rnd.ExpFloat64()*50) / 10
	a := &geo.Asset{TypeVersion: 1, AreaCode: areas[0].Code, AreaLocated: areas[0].Code, Placement: geo.Inside,
		Address: fmt.Sprintf("Jalan %s %d", pick(rnd, flowers...), 1+rnd.IntN(200)), Point: &p, AccuracyM: &accuracy,
		TakenBy: "gps", Condition: pick(rnd, "baik", "baik", "baik", "baik", "rusak_ringan", "rusak_berat"), Operation: "aktif"}
	if rnd.IntN(25) == 0 {
		a.Operation = "tidak_aktif"
	}
	for i := range a.UUID {
		a.UUID[i] = byte(rnd.Uint32())
	}
	a.UUID[6], a.UUID[8] = a.UUID[6]&0x0f|0x80, a.UUID[8]&0x3f|0x80 // version 8: made by our own rule (RFC 9562)
	if s.numbers[a.AreaCode] == nil {
		s.numbers[a.AreaCode] = &numbering{}
	}
	return a
}

// pick chooses a settlement by how many live there.
func (s *settler) pick(rnd *rand.Rand) int {
	at := rnd.Float64() * s.settlements[len(s.settlements)-1].until
	return sort.Search(len(s.settlements)-1, func(i int) bool { return s.settlements[i].until > at })
}

func pick(rnd *rand.Rand, from ...string) string { return from[rnd.IntN(len(from))] }

// attributes makes a JSON object of names and values.
func attributes(pairs ...any) json.RawMessage {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	b, err := json.Marshal(m)
	if err != nil {
		return json.RawMessage("{}") // cannot happen: strings, numbers and booleans
	}
	return b
}
