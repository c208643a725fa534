package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/patok-id/patok/geo"
)

// Assets gives, kelurahan by kelurahan, the office, the RT as centres of
// settlement, the posyandu (one per 1,250 people) and the pos kamling. Some
// have no point yet, and a few lie doubtfully, as in a real city.
func Assets() geo.AssetRows {
	return func(yield func(geo.AssetRow, error) bool) {
		people := populations()
		row := 0
		for i, ring := range boundaries() {
			k := newKelurahan(i, ring, people[i])
			for _, a := range k.assets() {
				row++
				a.Row = row
				a.Input.Properties["source"] = text(Source)
				a.Input.Properties["area_code"] = text(string(sites[i].code))
				if !yield(a, nil) {
					return
				}
			}
		}
	}
}

// populations shares the city's people out: the larger a kelurahan the more,
// but less than in proportion, as towns are.
func populations() []int {
	random := rand.New(rand.NewPCG(3571, 2))
	weights := make([]float64, len(sites))
	sum := 0.0
	for i, ring := range boundaries() {
		weights[i] = math.Pow(math.Abs(planar.Area(ring)), 0.55) * (0.8 + 0.4*random.Float64())
		sum += weights[i]
	}
	people := make([]int, len(sites))
	for i, w := range weights {
		people[i] = int(w / sum * population)
	}
	return people
}

// kelurahan makes the assets of one.
type kelurahan struct {
	site   site
	ring   orb.Ring
	people int
	random *rand.Rand
	homes  []orb.Point // centres of settlement, one per RT
}

func newKelurahan(i int, ring orb.Ring, people int) *kelurahan {
	k := &kelurahan{site: sites[i], ring: ring, people: people, random: rand.New(rand.NewPCG(3571, uint64(100+i)))}
	for range people / 215 { // an RT has about 70 families
		k.homes = append(k.homes, k.settle())
	}
	return k
}

// settle finds a place in the kelurahan that keeps its distance from the
// others: the best of twelve.
func (k *kelurahan) settle() orb.Point {
	best, far := k.anywhere(), -1.0
	for range 12 {
		p := k.anywhere()
		nearest := math.Inf(1)
		for _, h := range k.homes {
			nearest = min(nearest, planar.DistanceSquared(p, h))
		}
		if nearest > far {
			best, far = p, nearest
		}
	}
	return best
}

func (k *kelurahan) anywhere() orb.Point {
	b := k.ring.Bound()
	for {
		p := orb.Point{
			round7(b.Min[0] + k.random.Float64()*(b.Max[0]-b.Min[0])),
			round7(b.Min[1] + k.random.Float64()*(b.Max[1]-b.Min[1]))}
		if planar.RingContains(k.ring, p) {
			return p
		}
	}
}

// beside finds a place some steps from home, in the kelurahan.
func (k *kelurahan) beside(home orb.Point, metres float64) orb.Point {
	for range 20 {
		angle := k.random.Float64() * 2 * math.Pi
		p := orb.Point{
			round7(home[0] + metres*math.Cos(angle)/(kmPerLon*1000)),
			round7(home[1] + metres*math.Sin(angle)/(kmPerLat*1000))}
		if planar.RingContains(k.ring, p) {
			return p
		}
	}
	return home
}

func (k *kelurahan) assets() []geo.AssetRow {
	all := []geo.AssetRow{k.office()}
	for n := range k.homes {
		all = append(all, k.rt(n))
	}
	for n := range (k.people + 1249) / 1250 {
		all = append(all, k.posyandu(n))
	}
	for n := 0; n < len(k.homes); n += 3 {
		all = append(all, k.posKamling(n))
	}
	return all
}

// rtPerRW is how many RT make an RW.
const rtPerRW = 5

func number3(n int) string { return fmt.Sprintf("%03d", n) }

func (k *kelurahan) rtRW(home int) (rt, rw string) {
	return number3(home%rtPerRW + 1), number3(home/rtPerRW + 1)
}

// asset is a row with what all have. A point was mostly taken by GPS.
func (k *kelurahan) asset(typ, name string, p *orb.Point, more map[string]any) geo.AssetRow {
	properties := map[string]json.RawMessage{"name": text(name)}
	for key, value := range more {
		properties[key] = jsonOf(value)
	}
	if p != nil {
		if k.random.IntN(4) > 0 {
			properties["taken_by"] = text("gps")
			properties["accuracy_m"] = jsonOf(math.Round(30+90*k.random.Float64()) / 10)
		} else {
			properties["taken_by"] = text("geser_peta")
		}
	}
	return geo.AssetRow{Type: typ, SourceID: string(k.site.code) + " " + typ + " " + name,
		Input: geo.Input{HasGeometry: true, Geometry: p, Properties: properties}}
}

func (k *kelurahan) office() geo.AssetRow {
	p := orb.Point{k.site.lon, k.site.lat}
	return k.asset("kantor_kelurahan", "Kantor Kelurahan "+k.site.name, &p, map[string]any{
		"address": "Jalan " + k.site.name + " Raya 1", "condition": k.condition(), "rt": "001", "rw": "001",
		"keadaan_kantor": "ada_layak", "kepemilikan": "aset_pemda", "di_dalam_wilayah": true,
		"jam_layanan": "Senin–Kamis 07.30–15.30, Jumat 07.30–14.00", "akses_disabilitas": k.random.IntN(3) > 0,
	})
}

func (k *kelurahan) rt(n int) geo.AssetRow {
	families := 40 + k.random.IntN(50)
	people := int(float64(families) * (2.9 + 0.6*k.random.Float64()))
	rt, rw := k.rtRW(n)
	p := &k.homes[n]
	if k.random.IntN(12) == 0 { // on the office's list, and not on the map yet
		p = nil
	}
	return k.asset("rt", "RT "+rt+" RW "+rw, p, map[string]any{
		"rt": rt, "rw": rw, "jumlah_kk": families, "jumlah_jiwa_l": people / 2, "jumlah_jiwa_p": people - people/2,
		"per_tanggal": "2026-06-30", "sumber_angka": "register_rt", "jenis_titik": "pusat_permukiman",
	})
}

var flowers = []string{"Melati", "Mawar", "Anggrek", "Kenanga", "Dahlia", "Flamboyan", "Teratai", "Cempaka", "Seruni", "Bougenville", "Matahari", "Kamboja"}

func (k *kelurahan) posyandu(n int) geo.AssetRow {
	home := (n*rtPerRW + 2) % len(k.homes)
	place := k.beside(k.homes[home], 35)
	p := &place
	more := map[string]any{
		"strata":       []string{"pratama", "madya", "madya", "purnama", "purnama", "mandiri"}[k.random.IntN(6)],
		"tempat":       []string{"gedung_sendiri", "balai_rw", "balai_rw", "rumah_warga", "sekolah_paud"}[k.random.IntN(5)],
		"jumlah_kader": 5 + k.random.IntN(6), "kader_aktif": 4 + k.random.IntN(2), "sesi_12_bulan": 10 + k.random.IntN(3),
		"hari_buka": []string{"senin", "selasa", "rabu", "kamis", "sabtu"}[k.random.IntN(5)], "minggu_buka": 1 + k.random.IntN(4),
		"jam_buka": "08:00", "sasaran": []string{"bumil", "bayi_balita", "lansia"}[:2+k.random.IntN(2)], "condition": k.condition(),
	}
	more["rt"], more["rw"] = k.rtRW(home)
	switch k.random.IntN(30) {
	case 0, 1: // not on the map yet
		p = nil
	case 2: // across the border, by as much as boundaries are wrong
		out := k.across(60)
		p = &out
		more["placement_reason"] = "Berdiri di tanah kelurahan, batas di peta bergeser."
	case 3:
		out := k.across(12)
		p = &out
	}
	name := fmt.Sprintf("Posyandu %s %d", flowers[(n+len(k.site.name))%len(flowers)], n+1)
	return k.asset("posyandu", name, p, more)
}

// across finds a place that far outside the boundary, and inside the city.
func (k *kelurahan) across(metres float64) orb.Point {
	for tries := range 4000 {
		i := k.random.IntN(len(k.ring) - 1)
		a, b := k.ring[i], k.ring[i+1]
		dx, dy := (b[0]-a[0])*kmPerLon, (b[1]-a[1])*kmPerLat
		length := math.Hypot(dx, dy)
		out := metres / 1000 / length // the ring runs counter-clockwise: outside is to the right
		p := orb.Point{
			round7((a[0]+b[0])/2 + dy*out/kmPerLon),
			round7((a[1]+b[1])/2 - dx*out/kmPerLat)}
		if !planar.RingContains(k.ring, p) && (inCity(p) || tries > 2000) {
			return p
		}
	}
	return k.homes[0]
}

func inCity(p orb.Point) bool {
	for _, ring := range boundaries() {
		if planar.RingContains(ring, p) {
			return true
		}
	}
	return false
}

func (k *kelurahan) posKamling(n int) geo.AssetRow {
	rt, rw := k.rtRW(n)
	place := k.beside(k.homes[n], 60)
	return k.asset("pos_kamling", "Pos Kamling RT "+rt+" RW "+rw, &place, map[string]any{
		"rt": rt, "rw": rw, "condition": k.condition(),
		"bangunan": []string{"permanen", "permanen", "semi", "darurat"}[k.random.IntN(4)], "aktif_ronda": k.random.IntN(4) > 0,
		"jumlah_regu": 5 + k.random.IntN(3), "anggota_per_regu": 4 + k.random.IntN(4),
		"jam_mulai": "22:30", "jam_selesai": "03:30", "penerangan": true, "cctv": k.random.IntN(8) == 0,
		"perlengkapan": []string{"buku_tamu", "senter", "alat_tanda", "daftar_petugas"}[:2+k.random.IntN(3)],
	})
}

func (k *kelurahan) condition() string {
	return []string{"baik", "baik", "baik", "baik", "rusak_ringan", "rusak_berat"}[k.random.IntN(6)]
}

func text(s string) json.RawMessage { return jsonOf(s) }

func jsonOf(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // cannot happen: plain values
	}
	return b
}
