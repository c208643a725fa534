package handlers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/planning"
)

// notes are what must be printed with a result: the norm and its source, what
// the data is and as of when, what was left out, and what is approximated.
type notes struct {
	list     []coverageNote
	language string
}

func (n *notes) say(code, id, en string) {
	n.list = append(n.list, coverageNote{Code: code, Text: geo.Text{ID: id, EN: en}.In(n.language)})
}

// count says something of a number, unless it is none.
func (n *notes) count(code string, number int, id, en string) {
	if number == 0 {
		return
	}
	v := float64(number)
	text := geo.Text{ID: id, EN: en}.In(n.language)
	n.list = append(n.list, coverageNote{Code: code, Text: strings.ReplaceAll(text, "{n}", grouped(number, n.language)), Count: &v})
}

// grouped writes a whole number as people of a language do.
func grouped(number int, language string) string {
	separator := "."
	if language == "en" {
		separator = ","
	}
	digits := strconv.Itoa(number)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}

// decimal writes a number with a decimal comma in Indonesian.
func decimal(v float64, language string) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if language != "en" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// noteCoverage says everything about a result; r has its total by now.
func (r *coverageResult) noteCoverage(q coverageRequest, g *gathered, c *planning.Coverage, language string) {
	n := &notes{language: language}
	n.norm(q, g)
	n.ways(q, c)
	day := geo.DateOf(r.AsOf)
	n.say("data", fmt.Sprintf("Data per %s (revisi %d).", day, r.Revision), fmt.Sprintf("Data as of %s (revision %d).", day, r.Revision))
	n.weights(q, g)
	n.count("supply", len(g.supply), "{n} fasilitas dihitung, termasuk yang di luar wilayah ini.", "{n} facilities count, those outside the area included.")
	n.count("supply_unplaced", g.left.unplaced, "{n} fasilitas di wilayah ini belum dititik dan tidak ikut dihitung.", "{n} facilities of the area have no point yet and do not count.")
	n.count("supply_inactive", g.left.inactive, "{n} fasilitas tidak aktif tidak ikut dihitung.", "{n} inactive facilities do not count.")
	n.count("supply_closed", g.left.closed, "{n} fasilitas sudah tutup tidak ikut dihitung.", "{n} closed facilities do not count.")
	n.count("supply_planned", g.left.planned, "{n} fasilitas baru direncanakan dan tidak ikut dihitung.", "{n} planned facilities do not count.")
	n.count("supply_stale", g.left.stale, fmt.Sprintf("{n} fasilitas yang dihitung belum dikonfirmasi dalam %d hari terakhir.", g.typ.ConfirmDays),
		fmt.Sprintf("{n} facilities that count were not confirmed within the last %d days.", g.typ.ConfirmDays))
	n.demand(q, g, r, c)
	n.say("border", "Fasilitas di kelurahan tetangga ikut melayani; fasilitas di luar wilayah yang dimuat tidak diketahui.",
		"Facilities of neighbouring kelurahan serve too; those beyond the loaded areas are unknown.")
	if c.HasRatio {
		n.say("ratio", fmt.Sprintf("Rasio: E2SFCA (Luo dan Qi 2009), tiga zona dalam %s m berbobot 1, 0,68 dan 0,22; 1 berarti sesuai norma.", decimal(q.RadiusM, "id")),
			fmt.Sprintf("Ratio: E2SFCA (Luo and Qi 2009), three zones within %s m weighing 1, 0.68 and 0.22; 1 meets the norm.", decimal(q.RadiusM, "en")))
	}
	if g.example {
		n.say("example", "Berisi data contoh, bukan data nyata.", "Holds example data, not real data.")
	}
	r.Notes = n.list
}

func (n *notes) norm(q coverageRequest, g *gathered) {
	label, source := g.typ.Label, geo.Text{ID: "registri jenis aset", EN: "registry of asset types"}
	switch norm := g.typ.NormRadiusM; {
	case norm == 0:
		source = geo.Text{ID: "anggapan; registri jenis aset belum menyebut radius", EN: "assumed; the registry of asset types names no radius yet"}
	case norm != q.RadiusM:
		source = geo.Text{ID: "dipilih; registri jenis aset menyebut " + decimal(norm, "id") + " m", EN: "chosen; the registry of asset types says " + decimal(norm, "en") + " m"}
	}
	id, en := fmt.Sprintf("Norma %s: dalam %s m (%s)", label.ID, decimal(q.RadiusM, "id"), source.ID), fmt.Sprintf("Norm of %s: within %s m (%s)", label.EN, decimal(q.RadiusM, "en"), source.EN)
	if g.typ.NormRatio > 0 {
		id += fmt.Sprintf("; 1 per %s jiwa", grouped(g.typ.NormRatio, "id"))
		en += fmt.Sprintf("; 1 per %s people", grouped(g.typ.NormRatio, "en"))
	}
	if q.Supply.Capacity != nil {
		id += fmt.Sprintf("; kapasitas tiap fasilitas %s jiwa", decimal(*q.Supply.Capacity, "id"))
		en += fmt.Sprintf("; each facility made for %s people", decimal(*q.Supply.Capacity, "en"))
	}
	n.say("norm", id+".", en+".")
}

func (n *notes) ways(q coverageRequest, c *planning.Coverage) {
	if !q.Network {
		n.say("distance", "Jarak: garis lurus × "+decimal(q.Detour, "id")+", perkiraan jalan kaki.", "Distance: straight line × "+decimal(q.Detour, "en")+", for the walk.")
		return
	}
	n.say("distance", "Jarak: menurut jaringan jalan.", "Distance: along the walking network.")
	n.count("off_network", c.OffNetwork, fmt.Sprintf("{n} RT lebih dari %.0f m dari jalan mana pun: jaraknya garis lurus × %s.", planning.SnapMeters, decimal(q.Detour, "id")),
		fmt.Sprintf("{n} RT are more than %.0f m from any road: their distance is the straight line × %s.", planning.SnapMeters, decimal(q.Detour, "en")))
}

func (n *notes) weights(q coverageRequest, g *gathered) {
	switch q.Demand.By {
	case byFamilies:
		n.say("weights", "Bobot: jumlah KK tiap RT menurut PIC kelurahan.", "Weights: families of each RT as its kelurahan told.")
	case byPeople:
		n.say("weights", "Bobot: jumlah jiwa tiap RT menurut PIC kelurahan.", "Weights: people of each RT as its kelurahan told.")
	default:
		f := g.figures
		n.say("figures", fmt.Sprintf("Bobot: %s, sumber %s, periode %s, edisi %d, terbit %s; angka di bawah %d disembunyikan.", chosenLabel(q).ID, f.Source, f.Period, f.Edition, geo.DateOf(f.PublishedAt), f.Threshold),
			fmt.Sprintf("Weights: %s, source %s, period %s, edition %d, published %s; numbers below %d are hidden.", chosenLabel(q).EN, f.Source, f.Period, f.Edition, geo.DateOf(f.PublishedAt), f.Threshold))
	}
}

// chosenLabel names what demand weighs.
func chosenLabel(q coverageRequest) geo.Text {
	c := q.Demand.Indicator
	switch {
	case c.Code != "":
		return geo.Text{ID: c.Code, EN: c.Code}
	case c.Desil[0] == c.Desil[1]:
		return geo.Text{ID: fmt.Sprintf("keluarga desil %d", c.Desil[0]), EN: fmt.Sprintf("families in desil %d", c.Desil[0])}
	}
	return geo.Text{ID: fmt.Sprintf("keluarga desil %d–%d", c.Desil[0], c.Desil[1]), EN: fmt.Sprintf("families in desil %d–%d", c.Desil[0], c.Desil[1])}
}

func (n *notes) demand(q coverageRequest, g *gathered, r *coverageResult, c *planning.Coverage) {
	n.count("rt_unplaced", c.Places[0].Unplaced, "{n} RT belum dititik: bobotnya tercatat per kelurahan, tetapi tidak diketahui terjangkau atau tidak.",
		"{n} RT have no point: their weight is counted per kelurahan, and whether it is covered is unknown.")
	if q.Demand.By == byPeople {
		n.count("rt_no_people", g.noPeople, "{n} RT tanpa jumlah jiwa: dipakai rata-rata RT lain di kelurahannya.", "{n} RT without a number of people: the mean of the others in the kelurahan is taken.")
	} else {
		n.count("rt_no_families", g.noFamilies, "{n} RT tanpa jumlah KK: dipakai rata-rata RT lain di kelurahannya.", "{n} RT without a number of families: the mean of the others in the kelurahan is taken.")
	}
	n.count("rt_untold", g.untold, "{n} RT tidak punya angka, juga tidak dari RW atau kelurahannya: tanpa bobot.", "{n} RT have no figure, nor have their RW and kelurahan: they weigh nothing.")
	if share := r.Total.EstimatedShare; share != nil && *share > 0 {
		percent := *share * 100
		n.list = append(n.list, coverageNote{Code: "estimated", Count: share, Text: geo.Text{
			ID: fmt.Sprintf("%s %% bobot adalah perkiraan: dibagi menurut jumlah KK, atau rata-rata.", decimal(*rounded(percent, 1), "id")),
			EN: fmt.Sprintf("%s %% of the weight is estimated: shared out by families, or a mean.", decimal(*rounded(percent, 1), "en"))}.In(n.language)})
	}
	n.count("unreached", c.Unreached, "Dari {n} RT tidak ada jalan ke fasilitas mana pun.", "From {n} RT no way leads to any facility.")
	if located := c.Places[0].Points; located > maxDemandRows && r.Demand != nil {
		n.count("demand_cut", located-maxDemandRows, "{n} RT yang paling terlayani tidak didaftar satu per satu.", "{n} RT that are served best are not listed one by one.")
	}
}

// noteSites says how good the sites are.
func (r *coverageResult) noteSites(q coverageRequest, stepM float64, language string) {
	n := &notes{list: r.Notes, language: language}
	s := r.Siting
	switch {
	case s.Objective == toAll && s.Optimal:
		n.say("siting", fmt.Sprintf("Paling sedikit %d lokasi diperlukan; terbukti tidak bisa kurang.", *s.Needed), fmt.Sprintf("%d sites are needed at least; proven that fewer do not do.", *s.Needed))
	case s.Objective == toAll:
		n.say("siting", fmt.Sprintf("%d lokasi cukup; terbukti perlu sedikitnya %d.", *s.Needed, *s.LowerBound), fmt.Sprintf("%d sites do; proven that %d are needed at least.", *s.Needed, *s.LowerBound))
	case s.Optimal:
		n.say("siting", "Pilihan lokasi terbukti terbaik untuk jumlah ini.", "The choice of sites is proven to be the best of its size.")
	default:
		n.say("siting", fmt.Sprintf("Pilihan lokasi paling jauh %s %% di bawah yang terbaik.", decimal(*rounded(s.Gap*100, 2), "id")), fmt.Sprintf("The choice of sites is at most %s %% below the best.", decimal(*rounded(s.Gap*100, 2), "en")))
	}
	if stepM > 0 {
		n.say("grid", fmt.Sprintf("Calon lokasi: petak tiap %.0f m.", stepM), fmt.Sprintf("Candidates: a grid of %.0f m.", stepM))
	}
	if s.Left > 0 {
		n.say("left", fmt.Sprintf("Bobot %s tidak terjangkau dari calon lokasi mana pun.", decimal(s.Left, "id")), fmt.Sprintf("A weight of %s is out of reach from every candidate.", decimal(s.Left, "en")))
	}
	r.Notes = n.list
}
