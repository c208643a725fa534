package demo

import (
	"encoding/json"
	"math"
	"math/rand/v2"

	"github.com/patok-id/patok/geo/indicator"
)

// quarters are those that the example tells of, oldest first.
var quarters = [...]indicator.Period{"2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"}

// family is one invented family: only counts of them leave this file.
type family struct {
	since    int // the first of the quarters it is there
	standing float64
	drift    [len(quarters)]float64 // of its standing
	people   int
	ranked   float64 // below the share of a quarter's unranked: not ranked yet
	children int     // of school age
	infants  int     // measured under five
	luck     [11]float64
}

// rtFamilies are the families of an RT.
type rtFamilies struct {
	place    indicator.Place
	families []family
}

// settle makes the families of an RT as large as its register says they were in
// the last quarter. wealth is how the neighbourhood stands, in standard
// deviations of the nation's families.
func settle(random *rand.Rand, place indicator.Place, families, people int, wealth float64) rtFamilies {
	rt := rtFamilies{place: place, families: make([]family, families)}
	wealth += 0.35 * random.NormFloat64()
	for i := range rt.families {
		f := &rt.families[i]
		f.people = 1
		f.standing = wealth + 0.85*random.NormFloat64()
		moved := 0.0
		for q := range quarters {
			moved += 0.05 * random.NormFloat64()
			f.drift[q] = moved
		}
		if random.IntN(40) == 0 {
			f.since = 1 + random.IntN(len(quarters)-1)
		}
		f.ranked = random.Float64()
		for k := range f.luck {
			f.luck[k] = random.Float64()
		}
	}
	for range people - families {
		f := &rt.families[random.IntN(families)]
		if f.people >= 4 { // large families are rarer
			f = &rt.families[random.IntN(families)]
		}
		f.people++
		switch age := random.IntN(100); {
		case age < 24 && f.people > 2:
			f.children++
		case age < 33 && f.people > 2:
			f.infants++
		}
	}
	return rt
}

// desilFloor are the standings above which a family is in the next tenth of the
// nation's: the deciles of the normal distribution.
var desilFloor = [...]float64{-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816}

// desil is the family's tenth in a quarter, from 1; 0 while it is not ranked.
func (f *family) desil(quarter int) int {
	unranked := [...]float64{0.075, 0.07, 0.065, 0.06}
	if f.ranked < unranked[quarter] {
		return 0
	}
	d := 1
	for _, floor := range desilFloor {
		if f.standing+f.drift[quarter] > floor {
			d++
		}
	}
	return d
}

// chance of something by desil: that of families not ranked yet, of desil 1, of
// the following ones; the last counts for the rest.
type chance []float64

func (c chance) of(desil int) float64 { return c[min(desil, len(c)-1)] }

// What families have or get, and how likely by their desil.
var (
	getPKH       = chance{0.02, 0.38, 0.30, 0.21, 0.11, 0}
	getSembako   = chance{0.04, 0.62, 0.52, 0.40, 0.22, 0.03, 0}
	getPBI       = chance{0.15, 0.86, 0.80, 0.74, 0.62, 0.30, 0.08, 0.02, 0}
	unfitHouse   = chance{0.03, 0.11, 0.06, 0.035, 0.02, 0.01, 0.002}
	cleanWater   = chance{0.93, 0.88, 0.92, 0.95, 0.97, 0.98, 0.99}
	sanitation   = chance{0.90, 0.80, 0.86, 0.91, 0.94, 0.97, 0.99}
	noPower      = chance{0.004, 0.012, 0.005, 0.002, 0}
	aloneAndOld  = chance{0.30, 0.52, 0.45, 0.38, 0.33, 0.28, 0.22}
	disabled     = chance{0.025, 0.055, 0.045, 0.036, 0.03, 0.024, 0.02}
	outOfSchool  = chance{0.02, 0.06, 0.04, 0.03, 0.02, 0.012, 0.006}
	stuntedChild = chance{0.12, 0.25, 0.20, 0.17, 0.13, 0.10, 0.07}
)

// counts are an RT's or a kelurahan's figures of one quarter.
type counts map[string]int

// count tells the figures of the families of an RT in a quarter. What is zero is
// told as zero.
func (rt *rtFamilies) count(quarter int) counts {
	c := counts{}
	for _, code := range dtsenCodes {
		c[code] = 0
	}
	for i := range rt.families {
		f := &rt.families[i]
		if f.since > quarter {
			continue
		}
		d := f.desil(quarter)
		c[desilCode("keluarga", d)]++
		c[desilCode("individu", d)] += f.people
		has := func(luck int, of chance) bool { return f.luck[luck] < of.of(d) }
		add := func(code string, yes bool, n int) {
			if yes {
				c[code] += n
			}
		}
		add("kpm_pkh", has(0, getPKH), 1)
		add("kpm_sembako", has(1, getSembako), 1)
		add("pbi_jk", has(2, getPBI), f.people)
		add("rtlh", has(3, unfitHouse), 1)
		add("air_minum_layak", has(4, cleanWater), 1)
		add("sanitasi_layak", has(5, sanitation), 1)
		add("tanpa_listrik", has(6, noPower), 1)
		add("lansia_tunggal", f.people == 1 && has(7, aloneAndOld), 1)
		add("disabilitas", has(8, disabled), 1)
		c["anak_usia_sekolah"] += f.children
		add("anak_tidak_sekolah", f.children > 0 && has(9, outOfSchool), 1)
		c["balita_diukur"] += f.infants
		add("stunting", f.infants > 0 && has(10, stuntedChild), 1)
	}
	return c
}

// dtsenCodes are the indicators that DTSEN tells of each RT, in the registry's
// order.
var dtsenCodes = func() []string {
	var codes []string
	for _, of := range []string{"keluarga", "individu"} {
		for d := 1; d <= 10; d++ {
			codes = append(codes, desilCode(of, d))
		}
		codes = append(codes, desilCode(of, 0))
	}
	return append(codes, "kpm_pkh", "kpm_sembako", "pbi_jk", "lansia_tunggal", "disabilitas", "rtlh", "air_minum_layak", "sanitasi_layak",
		"tanpa_listrik", "anak_usia_sekolah", "anak_tidak_sekolah", "balita_diukur", "stunting")
}()

func desilCode(of string, desil int) string {
	if desil == 0 {
		return of + "_belum_peringkat"
	}
	return of + "_desil_" + jsonNumber(desil)
}

func jsonNumber(n int) string { return string(jsonOf(n)) }

// register is what the example city's assets say of a kelurahan.
type register struct {
	site     site
	people   int
	rt       []rtFamilies
	families int
	points   map[string]int // assets by type
}

// registers reads them, with the families of each RT: the edge of the city and
// a few quarters in it stand lower than its middle.
func registers() []register {
	all := make([]register, len(sites))
	number := map[string]int{}
	randoms := make([]*rand.Rand, len(sites))
	for i, s := range sites {
		all[i] = register{site: s, points: map[string]int{}}
		number[string(s.code)] = i
		randoms[i] = rand.New(rand.NewPCG(3571, uint64(1000+i)))
	}
	for a := range Assets() {
		i := number[textOf(a.Input.Properties["area_code"])]
		r := &all[i]
		r.points[a.Type]++
		if a.Type != "rt" {
			continue
		}
		p := a.Input.Properties
		families, people := intOf(p["jumlah_kk"]), intOf(p["jumlah_jiwa_l"])+intOf(p["jumlah_jiwa_p"])
		place := indicator.Place(string(r.site.code) + "-" + textOf(p["rw"]) + "-" + textOf(p["rt"]))
		r.rt = append(r.rt, settle(randoms[i], place, families, people, wealth(r.site)))
		r.families += families
		r.people += people
	}
	return all
}

// wealth is how a kelurahan stands.
func wealth(s site) float64 {
	at := toKm(s.lon, s.lat)
	random := rand.New(rand.NewPCG(3571, uint64(s.code.ID())))
	return 0.85 - 0.17*math.Hypot(at.x, at.y) + 0.28*random.NormFloat64()
}

func textOf(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // our own text
	return s
}

func intOf(raw json.RawMessage) int {
	var n int
	_ = json.Unmarshal(raw, &n) // our own number
	return n
}
