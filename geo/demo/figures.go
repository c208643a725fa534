package demo

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// Batches gives the city's batches with their figures, all invented, as they
// might be in the summer of 2026: DTSEN of four quarters and last year's profile
// are closed, this quarter's muskel and this year's profile are under way.
// Events name the example accounts by their names; a batch's id is not set.
func Batches() iter.Seq2[indicator.Batch, []indicator.Value] {
	return func(yield func(indicator.Batch, []indicator.Value) bool) {
		all := registers()
		for q, period := range quarters {
			for i := range all {
				if !yield(dtsen(&all[i], q, period)) {
					return
				}
			}
		}
		for i := range all {
			if b, values, told := muskel(&all[i], i); told && !yield(b, values) {
				return
			}
		}
		for i := range all {
			if !yield(profile(&all[i], i, "2025")) {
				return
			}
			if i%2 == 0 && !yield(profile(&all[i], i, "2026")) {
				return
			}
		}
		for _, year := range susenasYears() {
			if !yield(susenas(year)) {
				return
			}
		}
	}
}

// Published names the tables of the example that are to be published: all that
// is closed for the whole city, of DTSEN the newest first, since what is
// published later must keep to what was published before.
func Published() iter.Seq2[string, indicator.Period] {
	return func(yield func(string, indicator.Period) bool) {
		for _, year := range susenasYears() {
			if !yield("susenas", year) {
				return
			}
		}
		if !yield("profil", "2025") {
			return
		}
		for _, q := range slices.Backward(quarters[:]) {
			if !yield("dtsen", q) {
				return
			}
		}
	}
}

// dtsen is a kelurahan's figures of a quarter from the centre: per RT, and their
// sums.
func dtsen(r *register, q int, period indicator.Period) (indicator.Batch, []indicator.Value) {
	sums := counts{}
	values := make([]indicator.Value, 0, (1+len(r.rt))*len(dtsenCodes))
	for i := range r.rt {
		told := r.rt[i].count(q)
		for _, code := range dtsenCodes {
			sums[code] += told[code]
			values = append(values, value(r.rt[i].place, code, told[code]))
		}
	}
	for _, code := range dtsenCodes {
		values = append(values, value(indicator.Place(r.site.code), code, sums[code]))
	}
	day := period.End()
	b := begun("dtsen", period, r.site.code, "dinsos", day.AddDate(0, 0, 11), indicator.StepDinsos)
	send(&b, "dinsos", day.AddDate(0, 0, 12))
	approve(&b, "dinsos-2", day.AddDate(0, 0, 14), fmt.Sprintf("400.9/%d/DINSOS/%d", 110+q, day.Year()))
	return b, values
}

func value(place indicator.Place, code string, n int) indicator.Value {
	number := float64(n)
	return indicator.Value{ValueKey: indicator.ValueKey{Place: place, Indicator: code}, Number: &number}
}

// muskelQuarter is the quarter whose meetings are being held.
const muskelQuarter = indicator.Period("2026-Q2")

// muskel is what a kelurahan's meeting agreed on; told is false where nobody has
// begun.
func muskel(r *register, i int) (b indicator.Batch, values []indicator.Value, told bool) {
	state := muskelState(r.site.code, i)
	if state == "" {
		return b, nil, false
	}
	steps := []indicator.Step{indicator.StepKelurahan, indicator.StepKecamatan, indicator.StepDinsos}
	pic, day := "pic-"+r.site.code.Digits(), muskelQuarter.End().AddDate(0, 0, i%9)
	b = begun("muskel", muskelQuarter, r.site.code, pic, day, steps...)
	values = muskelValues(r, i)
	if state == indicator.Draft {
		return b, values[:len(values)*(1+i%3)/3], true // still being put in
	}
	b.Minutes = &indicator.Minutes{Number: fmt.Sprintf("400.10/%d/%d", 20+i, day.Year()), HeldOn: geo.DateOf(day), Attendance: 24 + 3*(i%8)}
	send(&b, pic, day.AddDate(0, 0, 2))
	lurah, camat := "lurah-"+r.site.code.Digits(), "camat-"+r.site.code.Parent().Digits()
	switch state {
	case indicator.Returned:
		b.State, b.Step, b.ChangedAt = indicator.Returned, 0, day.AddDate(0, 0, 3)
		b.Events = append(b.Events, indicator.Event{At: b.ChangedAt, By: geo.Who{Name: lurah}, Act: indicator.ActReturned, Step: indicator.StepKelurahan,
			Note:  "Angka RT 002 RW 001 belum sesuai dengan berita acara. Mohon diperiksa kembali.",
			Cells: map[string]string{string(r.rt[1].place) + "/usulan_diusulkan": "Di berita acara tertulis lebih sedikit."}})
	case indicator.Checking:
		approve(&b, lurah, day.AddDate(0, 0, 4), "")
	case indicator.Closed:
		approve(&b, lurah, day.AddDate(0, 0, 4), "")
		approve(&b, camat, day.AddDate(0, 0, 6), fmt.Sprintf("400.9/%d/%d", 60+i, day.Year()))
		approve(&b, "dinsos", day.AddDate(0, 0, 9), fmt.Sprintf("400.9/%d/DINSOS/%d", 300+i, day.Year()))
	}
	return b, values, true
}

// muskelState is how far a kelurahan's batch is; "" is not begun.
func muskelState(code geo.Code, i int) indicator.State {
	switch code {
	case "35.71.01.1001":
		return indicator.Draft
	case "35.71.02.1001":
		return indicator.Sent
	case "35.71.03.1001":
		return indicator.Returned
	}
	return []indicator.State{indicator.Draft, indicator.Sent, indicator.Checking, indicator.Draft, "",
		indicator.Closed, indicator.Draft, indicator.Sent, ""}[i%9]
}

// muskelValues are the outcomes per RT, small as they are, and their sums. In one
// kelurahan the sum differs, and the note says why.
func muskelValues(r *register, i int) []indicator.Value {
	var values []indicator.Value
	codes := []string{"keluarga", "keluarga_desil_1_4", "usulan_diusulkan", "usulan_tidak_layak", "usulan_meninggal", "usulan_pindah"}
	sums := counts{}
	for n := range r.rt {
		c := r.rt[n].count(len(quarters) - 1)
		low := c["keluarga_desil_1"] + c["keluarga_desil_2"] + c["keluarga_desil_3"] + c["keluarga_desil_4"]
		told := counts{"keluarga": len(r.rt[n].families), "keluarga_desil_1_4": low, "usulan_diusulkan": low / (9 + n%4),
			"usulan_tidak_layak": low / (18 + n%5), "usulan_meninggal": (n + i) % 6 / 4, "usulan_pindah": (n + 2*i) % 7 / 5}
		for _, code := range codes {
			sums[code] += told[code]
			values = append(values, value(r.rt[n].place, code, told[code]))
		}
	}
	for _, code := range codes {
		values = append(values, value(indicator.Place(r.site.code), code, sums[code]))
	}
	if i%11 == 5 {
		last := &values[len(values)-1]
		*last.Number++
		last.Note = "Satu jiwa pindah dari asrama yang tidak termasuk RT mana pun."
	}
	return values
}

// begun is a batch that somebody has just opened.
func begun(source string, period indicator.Period, area geo.Code, by string, at time.Time, steps ...indicator.Step) indicator.Batch {
	return indicator.Batch{AreaCode: area, Period: period, Source: source, Edition: 1, State: indicator.Draft, Steps: steps,
		CreatedAt: at, ChangedAt: at, Events: []indicator.Event{{At: at, By: geo.Who{Name: by}, Act: indicator.ActCreated}}}
}

func send(b *indicator.Batch, by string, at time.Time) {
	b.State, b.SentAt, b.ChangedAt = indicator.Sent, &at, at
	b.Events = append(b.Events, indicator.Event{At: at, By: geo.Who{Name: by}, Act: indicator.ActSent})
}

// approve takes the step that waits; the last one closes the batch.
func approve(b *indicator.Batch, by string, at time.Time, number string) {
	e := indicator.Event{At: at, By: geo.Who{Name: by}, Act: indicator.ActApproved, Step: b.Steps[b.Step], Number: number}
	if number != "" {
		dated := geo.DateOf(at)
		e.Dated = &dated
	}
	b.State, b.ChangedAt = indicator.Checking, at
	if b.Step++; b.Step == len(b.Steps) {
		b.Step--
		b.State, b.ClosedAt, e.Act = indicator.Closed, &at, indicator.ActClosed
	}
	b.Events = append(b.Events, e)
}

// profile is a kelurahan's profile of a year: last year's is closed, this year's
// a draft.
func profile(r *register, i int, year indicator.Period) (indicator.Batch, []indicator.Value) {
	growth := 1.0
	if year == "2025" {
		growth = 0.994
	}
	people := int(float64(r.people) * growth)
	men := people * (490 + i%13) / 1000
	told := counts{"penduduk": people, "penduduk_laki": men, "penduduk_perempuan": people - men,
		"usia_0_14": people * 22 / 100, "usia_15_64": people - people*22/100 - people*8/100, "usia_65": people * 8 / 100,
		"kepala_keluarga": int(float64(r.families) * growth), "jumlah_rw": (len(r.rt) + rtPerRW - 1) / rtPerRW, "jumlah_rt": len(r.rt),
		"jumlah_posyandu": r.points["posyandu"], "jumlah_pos_kamling": r.points["pos_kamling"], "jumlah_puskesmas": 0,
		"jumlah_sd": 1 + len(r.rt)/12, "jumlah_smp": len(r.rt) / 30, "jumlah_sma": len(r.rt) / 45,
		"jumlah_tempat_ibadah": 4 + len(r.rt)/3, "jumlah_lapangan": 1 + i%3}
	switch i % 9 { // what the office has on paper, and not on the map
	case 2:
		told["jumlah_posyandu"]++
	case 7:
		told["jumlah_posyandu"] -= 2
	}
	var values []indicator.Value
	for _, code := range slices.Sorted(maps.Keys(told)) {
		v := value(indicator.Place(r.site.code), code, told[code])
		switch {
		case code == "jumlah_lapangan" && i%15 == 4:
			v.Number = nil // nobody there knows
		case code == "jumlah_posyandu" && i%18 == 2:
			v.Note = "Satu posyandu baru dibuka dan belum dipetakan."
		}
		values = append(values, v)
	}
	pic := "pic-" + r.site.code.Digits()
	day := year.End().AddDate(0, 0, 6+i%5)
	if year == "2026" {
		day = time.Date(2026, 7, 6+i%5, 0, 0, 0, 0, time.UTC)
	}
	b := begun("profil", year, r.site.code, pic, day, indicator.StepKelurahan, indicator.StepKecamatan)
	if year == "2026" {
		return b, values[:len(values)*2/3]
	}
	send(&b, pic, day.AddDate(0, 0, 1))
	approve(&b, "lurah-"+r.site.code.Digits(), day.AddDate(0, 0, 3), "")
	approve(&b, "camat-"+r.site.code.Parent().Digits(), day.AddDate(0, 0, 8), "")
	return b, values
}

func susenasYears() []indicator.Period { return []indicator.Period{"2022", "2023", "2024", "2025"} }

// susenas is the city's official figures of a year, invented like all here.
func susenas(year indicator.Period) (indicator.Batch, []indicator.Value) {
	told := map[indicator.Period][4]float64{ // P0, P1, P2, poverty line
		"2022": {7.21, 0.94, 0.20, 527_340}, "2023": {7.08, 0.88, 0.18, 561_905},
		"2024": {6.57, 0.81, 0.16, 592_118}, "2025": {6.32, 0.77, 0.15, 618_450}}[year]
	var values []indicator.Value
	for i, code := range []string{"p0", "p1", "p2", "garis_kemiskinan"} {
		values = append(values, indicator.Value{ValueKey: indicator.ValueKey{Place: indicator.Place(CityCode), Indicator: code}, Number: &told[i], Note: Source})
	}
	day := year.End()
	b := begun("susenas", year, CityCode, "dinsos", day.AddDate(0, 0, 40), indicator.StepDinsos)
	send(&b, "dinsos", day.AddDate(0, 0, 41))
	approve(&b, "dinsos-2", day.AddDate(0, 0, 42), "")
	return b, values
}
