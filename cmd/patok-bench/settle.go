package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
)

// settlement is where people live.
type settlement struct {
	x, y   float64 // of the centre, in cells
	sigma  float64 // how far its assets scatter, in cells
	people float64 // beside those of others
}

const (
	unplacedShare = 0.02 // of assets have no point yet
	borderShare   = 0.01 // stand at a border, at most borderMeters to either side
	borderMeters  = 10.0 // less than geo.NearMeters: taken as they are
)

// settler spreads assets over settlements: one kantor per kelurahan, and RT, pos
// kamling and posyandu in the shares that bench.md's cities have. Settlements
// ignore borders; how many assets a kelurahan gets is what of them lies in it.
type settler struct {
	*dataset
	people float64 // of all kelurahan
}

func newSettler(d *dataset) *settler {
	s := &settler{dataset: d}
	for _, g := range d.grids {
		for x, y := range g.cells() {
			s.people += g.home(x, y).people
		}
	}
	return s
}

// settle makes the assets of one kelurahan after the other.
func (s *settler) settle(yield func(*geo.Asset) bool) {
	offices := min(s.Points, s.Areas)
	before, made, number := 0.0, 0, 0
	for _, g := range s.grids {
		for x, y := range g.cells() {
			home := g.home(x, y)
			before += home.people
			upTo := int(math.Round(before / s.people * float64(s.Points-offices)))
			v := &village{settler: s, grid: g, x: x, y: y, home: home, ring: g.ring(x, y), code: g.code(x, y)}
			if number < offices && !yield(v.office(number)) {
				return
			}
			for ; made < upTo; made++ {
				if !yield(v.asset(made)) {
					return
				}
			}
			number++
		}
	}
}

// home is what of settlements lies in one kelurahan.
type home struct {
	settlements []settlement
	until       []float64 // people of the settlements up to each, within the kelurahan
	people      float64
}

// home finds the settlements that reach into a cell: those of the kecamatan
// around, and a hamlet of its own.
func (g *grid) home(x, y int) home {
	var h home
	add := func(at settlement) {
		if share := between(at.x, at.sigma, float64(x)) * between(at.y, at.sigma, float64(y)); share > 1e-5 {
			h.people += at.people * share * g.crowded
			h.settlements, h.until = append(h.settlements, at), append(h.until, h.people)
		}
	}
	kx, ky := x/kecamatanColumns, y/kecamatanRows
	for cx := max(kx-1, 0); cx <= kx+1; cx++ {
		for cy := max(ky-1, 0); cy <= ky+1; cy++ {
			rnd := random(g.seed, forSettlement, g.number, uint64(cx), uint64(cy))
			for range 2 + (rnd.IntN(4)+1)/4 {
				add(g.settlement(rnd, float64(cx*kecamatanColumns), float64(cy*kecamatanRows)))
			}
		}
	}
	rnd := random(g.seed, forHamlet, g.number, uint64(x), uint64(y))
	add(settlement{float64(x) + 0.3 + 0.4*rnd.Float64(), float64(y) + 0.3 + 0.4*rnd.Float64(), 0.12, 0.3 + 0.6*rnd.Float64()})
	return h
}

// settlement makes one of a kecamatan: some are many times larger than others,
// and those near a town larger and wider.
func (g *grid) settlement(rnd *rand.Rand, x, y float64) settlement {
	at := settlement{x: x + kecamatanColumns*rnd.Float64(), y: y + kecamatanRows*rnd.Float64()}
	urban := 0.0
	g.towns(at.x, at.y, func(k *kabupaten, near float64) { urban += k.pull * near })
	at.people = math.Exp(0.8*rnd.NormFloat64()) * (1 + 12*urban)
	at.sigma = 0.15 + 0.2*rnd.Float64() + 0.8*urban
	return at
}

// between is the share of a normal distribution that lies in a cell from low to
// low + 1.
func between(mean, sigma, low float64) float64 {
	return normal(low+1, mean, sigma) - normal(low, mean, sigma)
}

func normal(v, mean, sigma float64) float64 { return (1 + math.Erf((v-mean)/(sigma*math.Sqrt2))) / 2 }

// village is a kelurahan while its assets are made.
type village struct {
	*settler
	grid         *grid
	x, y         int
	home         home
	ring         orb.Ring
	code         geo.Code
	rt, posyandu int // how many it has
}

// office is the kantor of the number-th kelurahan, near the middle of its cell.
func (v *village) office(number int) *geo.Asset {
	rnd := random(v.Seed, forAsset, uint64(number), 1)
	p := v.grid.place(float64(v.x)+0.5+0.15*(2*rnd.Float64()-1), float64(v.y)+0.5+0.15*(2*rnd.Float64()-1))
	a := v.begin(rnd, p)
	a.Type = "kantor_kelurahan"
	a.Name = officeName(v.code.Kind(), areaName(v.code))
	a.Attributes = attributes("jam_layanan", "Senin–Jumat 08.00–15.00", "keadaan_kantor", "ada_layak")
	return a
}

// asset is the i-th of all but the offices: an RT, a pos kamling or a posyandu
// of some settlement.
func (v *village) asset(i int) *geo.Asset {
	rnd := random(v.Seed, forAsset, uint64(i))
	a := v.begin(rnd, v.somewhere(rnd))
	switch kind := rnd.Float64(); {
	case kind < 0.72:
		v.rt++
		a.Type = "rt"
		a.RT, a.RW = three(v.rt), three((v.rt+7)/8)
		a.Name = "RT " + a.RT + " RW " + a.RW
		a.Attributes = attributes("jumlah_kk", 20+rnd.IntN(80), "sumber_angka", pick(rnd, "register_rt", "dukcapil"))
	case kind < 0.907:
		a.Type = "pos_kamling"
		a.RT, a.RW = three(v.rt+1), three((v.rt+8)/8)
		a.Name = "Pos Kamling RT " + a.RT
		a.Attributes = attributes("aktif_ronda", rnd.IntN(4) > 0, "bangunan", pick(rnd, "permanen", "semi", "darurat"), "penerangan", rnd.IntN(3) > 0)
	default:
		v.posyandu++
		a.Type = "posyandu"
		a.RW = three(v.posyandu)
		a.Name = fmt.Sprintf("Posyandu %s %d", pick(rnd, streets...), v.posyandu)
		a.Attributes = attributes("hari_buka", pick(rnd, "senin", "selasa", "rabu", "kamis", "sabtu"), "jumlah_kader", 3+rnd.IntN(10), "strata", pick(rnd, "pratama", "madya", "purnama", "mandiri"))
	}
	if rnd.Float64() < unplacedShare {
		a.Point, a.AccuracyM, a.TakenBy = nil, nil, ""
	}
	return a
}

// three writes an RT's or RW's number.
func three(n int) string { return fmt.Sprintf("%03d", (n-1)%999+1) }

// somewhere is a place in the kelurahan where people live, or, now and then, one
// at its border.
func (v *village) somewhere(rnd *rand.Rand) orb.Point {
	if rnd.Float64() < borderShare {
		p := v.ring[rnd.IntN(len(v.ring))]
		degrees := borderMeters / 111_320 / math.Sqrt2
		return orb.Point{round7(p[0] + degrees*(2*rnd.Float64()-1)), round7(p[1] + degrees*(2*rnd.Float64()-1))}
	}
	for range 50 {
		at := v.home.pick(rnd)
		p := v.grid.place(within(rnd, at.x, at.sigma, float64(v.x)), within(rnd, at.y, at.sigma, float64(v.y)))
		if planar.RingContains(v.ring, p) {
			return p
		}
	}
	return v.grid.place(float64(v.x)+0.5, float64(v.y)+0.5)
}

// pick chooses a settlement by how many of its people live in the kelurahan.
func (h *home) pick(rnd *rand.Rand) settlement {
	at := rnd.Float64() * h.people
	for i, until := range h.until {
		if at < until {
			return h.settlements[i]
		}
	}
	return h.settlements[len(h.settlements)-1]
}

// within draws from a normal distribution what lies in a cell from low to
// low + 1, by the inverse of its distribution.
func within(rnd *rand.Rand, mean, sigma, low float64) float64 {
	from, to := normal(low, mean, sigma), normal(low+1, mean, sigma)
	at := mean + sigma*math.Sqrt2*math.Erfinv(2*(from+rnd.Float64()*(to-from))-1)
	return min(max(at, low), low+1)
}

// begin makes what all assets have.
func (v *village) begin(rnd *rand.Rand, p orb.Point) *geo.Asset {
	accuracy := math.Round(30+rnd.ExpFloat64()*50) / 10
	a := &geo.Asset{TypeVersion: 1, AreaCode: v.code, Point: &p, AccuracyM: &accuracy, TakenBy: "gps",
		Address:   fmt.Sprintf("Jalan %s %d", pick(rnd, streets...), 1+rnd.IntN(200)),
		Condition: pick(rnd, "baik", "baik", "baik", "baik", "rusak_ringan", "rusak_berat"), Operation: "aktif"}
	if rnd.IntN(25) == 0 {
		a.Operation = "tidak_aktif"
	}
	for i := range a.UUID {
		a.UUID[i] = byte(rnd.Uint32())
	}
	a.UUID[6], a.UUID[8] = a.UUID[6]&0x0f|0x80, a.UUID[8]&0x3f|0x80 // version 8: made by our own rule (RFC 9562)
	return a
}

func pick(rnd *rand.Rand, from ...string) string { return from[rnd.IntN(len(from))] }

// attributes makes a JSON object of names and values, in the order of names.
func attributes(pairs ...any) json.RawMessage {
	b := []byte{'{'}
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		value, err := json.Marshal(pairs[i+1])
		if err != nil {
			return json.RawMessage("{}") // cannot happen: strings, numbers and booleans
		}
		b = append(append(append(append(b, '"'), pairs[i].(string)...), '"', ':'), value...)
	}
	return append(b, '}')
}
