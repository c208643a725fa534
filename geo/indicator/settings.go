package indicator

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// SettingName is the setting of the city that Settings are kept in.
const SettingName = "figures"

// Settings are what a city chose for its figures.
type Settings struct {
	PublicThreshold   int               `json:"public_threshold"`   // numbers above zero and below it are hidden
	InternalThreshold int               `json:"internal_threshold"` // the same for the administration
	Steps             map[string][]Step `json:"steps"`              // by source; those of the registry where there are none
	Windows           map[string]Window `json:"windows"`            // by source; no due day where there is none
	Marks             []MarkKind        `json:"marks"`
}

// Window is when a source's figures are put in: days of the month after the
// period. A day that the month lacks is its last.
type Window struct {
	FromDay  int `json:"from_day"`
	UntilDay int `json:"until_day"`
}

// MarkKind is a mark that a city uses.
type MarkKind struct {
	Code  string   `json:"code"`
	Label geo.Text `json:"label"`
}

// The limits of settings.
const (
	minThreshold, maxThreshold = 3, 11
	maxMarks                   = 20
)

// DefaultSettings are those of a city that chose nothing. Windows are a local
// matter: there are none.
func DefaultSettings() Settings {
	return Settings{PublicThreshold: 10, InternalThreshold: 5, Steps: map[string][]Step{}, Windows: map[string]Window{}, Marks: []MarkKind{
		{"verval", geo.Text{ID: "Verifikasi dan validasi", EN: "Verified in the field"}},
		{"difinalkan", geo.Text{ID: "Difinalkan Dinas Sosial", EN: "Made final by Dinas Sosial"}},
		{"disahkan", geo.Text{ID: "Disahkan kepala daerah", EN: "Ratified by the head of the region"}},
		{"dikirim", geo.Text{ID: "Dikirim ke Kementerian Sosial", EN: "Sent to the Ministry of Social Affairs"}},
		{"diterima_desil", geo.Text{ID: "Peringkat desil diterima dari BPS", EN: "Desil ranks received from BPS"}},
	}}
}

// ReadSettings reads the setting, nil when it was never set; what it does not
// say, or says wrongly, is as in DefaultSettings.
func ReadSettings(raw json.RawMessage) Settings {
	s := DefaultSettings()
	if len(raw) > 0 && json.Unmarshal(raw, &s) != nil {
		return DefaultSettings()
	}
	return s
}

// StepsOf are the steps of a source's batches here.
func (s Settings) StepsOf(source *Source) []Step {
	if steps := s.Steps[source.Code]; len(steps) > 0 {
		return steps
	}
	return source.Steps
}

// Threshold is below which numbers are hidden from an audience.
func (s Settings) Threshold(to Audience) int {
	if to == Public {
		return s.PublicThreshold
	}
	return s.InternalThreshold
}

// Due is the last day of the window for a source's figures of a period; "" where
// there is no window.
func (s Settings) Due(source string, p Period) geo.Date {
	w, ok := s.Windows[source]
	if !ok {
		return ""
	}
	last := p.End().AddDate(0, 0, -1)
	first := time.Date(last.Year(), last.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	return geo.DateOf(first.AddDate(0, 0, min(w.UntilDay, first.AddDate(0, 1, -1).Day())-1))
}

// Label names a mark.
func (s Settings) Label(mark string) geo.Text {
	for _, m := range s.Marks {
		if m.Code == mark {
			return m.Label
		}
	}
	return geo.Text{ID: mark}
}

// Check lists what is wrong with settings for the sources of a registry.
func (s Settings) Check(r *Registry) []geo.FieldError {
	var problems []geo.FieldError
	for pointer, k := range map[string]int{"/public_threshold": s.PublicThreshold, "/internal_threshold": s.InternalThreshold} {
		if k < minThreshold || k > maxThreshold {
			problems = append(problems, problem(pointer, "range", fmt.Sprintf("Antara %d dan %d.", minThreshold, maxThreshold),
				fmt.Sprintf("Between %d and %d.", minThreshold, maxThreshold)))
		}
	}
	if s.InternalThreshold > s.PublicThreshold {
		problems = append(problems, problem("/internal_threshold", "range", "Tidak boleh melebihi ambang untuk umum.", "Not above the public one."))
	}
	for code, steps := range s.Steps {
		if source := r.Source(code); source == nil {
			problems = append(problems, unknownSource("/steps/"+code))
		} else if !stepsFit(steps, source.Level) {
			problems = append(problems, problem("/steps/"+code, "enum", "Langkah hanya kelurahan, kecamatan, dinsos, masing-masing sekali, dalam urutan itu, dan tidak di bawah wilayah sumbernya.",
				"Steps are kelurahan, kecamatan, dinsos, each once, in that order, and none below the source's areas."))
		}
	}
	for code, w := range s.Windows {
		if r.Source(code) == nil {
			problems = append(problems, unknownSource("/windows/"+code))
		} else if w.FromDay < 1 || w.UntilDay > 31 || w.FromDay > w.UntilDay {
			problems = append(problems, problem("/windows/"+code, "range", "Hari antara 1 dan 31, yang pertama lebih dahulu.", "Days from 1 to 31, the first one first."))
		}
	}
	return append(problems, s.checkMarks()...)
}

func unknownSource(pointer string) geo.FieldError {
	return problem(pointer, "unknown", "Sumber ini tidak ada.", "There is no such source.")
}

// stepsFit reports whether steps are at least one, known, distinct, in their
// order, and of areas that hold those of a source.
func stepsFit(steps []Step, level Level) bool {
	order := []Step{StepKelurahan, StepKecamatan, StepDinsos}
	last := map[Level]int{Kelurahan: -1, Kecamatan: 0}
	before, ok := last[level]
	if !ok {
		before = 1
	}
	for _, step := range steps {
		i := slices.Index(order, step)
		if i <= before {
			return false
		}
		before = i
	}
	return len(steps) > 0
}

func (s Settings) checkMarks() []geo.FieldError {
	var problems []geo.FieldError
	if len(s.Marks) > maxMarks {
		problems = append(problems, problem("/marks", "too_many", fmt.Sprintf("Paling banyak %d.", maxMarks), fmt.Sprintf("At most %d.", maxMarks)))
	}
	seen := map[string]bool{}
	for n, m := range s.Marks {
		at := fmt.Sprintf("/marks/%d", n)
		if !codePattern.MatchString(m.Code) || seen[m.Code] {
			problems = append(problems, problem(at+"/code", "enum", "Kode huruf kecil, angka dan garis bawah, masing-masing sekali.", "Codes of small letters, digits and underscores, each once."))
		}
		seen[m.Code] = true
		if m.Label.ID == "" || max(utf8.RuneCountInString(m.Label.ID), utf8.RuneCountInString(m.Label.EN)) > maxLabelRunes || !geo.Printable(m.Label.ID+m.Label.EN) {
			problems = append(problems, problem(at+"/label", "length", fmt.Sprintf("Wajib diisi, paling panjang %d huruf.", maxLabelRunes), fmt.Sprintf("Needed, at most %d characters.", maxLabelRunes)))
		}
	}
	return problems
}
