package indicator

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/patok-id/patok/geo"
)

// families is an indicator with which nothing is wrong.
func families() Indicator {
	return Indicator{Code: "keluarga_baru", Label: geo.Text{ID: "Keluarga baru"}, Kind: Count, Dimension: "desil", Direction: Neutral, Additive: true,
		Levels: []Level{Kelurahan, RT}, Public: []Level{Kelurahan}, Internal: []Level{Kelurahan, RT}, Classes: Classes{"jenks", 5}}
}

func TestIndicatorsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Indicator)
		want   string
	}{
		"as it should be":         {func(*Indicator) {}, ""},
		"no name":                 {func(i *Indicator) { i.Label.ID = "" }, "/label/id required"},
		"NUL in its help":         {func(i *Indicator) { i.Help.EN = "\x00" }, "/help length"},
		"a code with capitals":    {func(i *Indicator) { i.Code = "P0" }, "/code enum"},
		"a kind of its own":       {func(i *Indicator) { i.Kind = "many" }, "/kind enum"},
		"a rate that adds up":     {func(i *Indicator) { i.Kind = Rate }, "/additive enum"},
		"one class":               {func(i *Indicator) { i.Classes.Count = 1 }, "/classes/count enum"},
		"no level":                {func(i *Indicator) { i.Levels = nil }, "/levels required"},
		"a level twice":           {func(i *Indicator) { i.Internal = []Level{Kelurahan, Kelurahan} }, "/internal enum"},
		"public per RT":           {func(i *Indicator) { i.Public = []Level{RT} }, "/public too_fine"},
		"public, not internal":    {func(i *Indicator) { i.Public = []Level{Kecamatan} }, "/public internal"},
		"parts":                   {func(i *Indicator) { i.Parts = []string{"bawah", "atas"} }, ""},
		"a part that is not":      {func(i *Indicator) { i.Parts = []string{"bawah", "tengah"} }, "/parts/1 unknown"},
		"a part twice":            {func(i *Indicator) { i.Parts = []string{"bawah", "bawah"} }, "/parts/1 repeated"},
		"a part that is a rate":   {func(i *Indicator) { i.Parts = []string{"p0"} }, "/parts/0 additive"},
		"a part of itself":        {func(i *Indicator) { i.Parts = []string{"keluarga_baru"} }, "/parts/0 cycle"},
		"a part that holds it":    {func(i *Indicator) { i.Code, i.Parts = "bawah", []string{"keluarga"} }, "/parts/0 cycle"},
		"a base that is not":      {func(i *Indicator) { i.Base = "semua" }, "/base unknown"},
		"its own base":            {func(i *Indicator) { i.Base = i.Code }, "/base cycle"},
		"a base based on it":      {func(i *Indicator) { i.Code, i.Base = "keluarga", "bawah" }, "/base cycle"},
		"the base of its own sum": {func(i *Indicator) { i.Code, i.Base = "bawah", "keluarga" }, ""},
	} {
		i := families()
		c.change(&i)
		got := ""
		if problems := small().Check(&i); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		``:                                                      "",
		`{"public_threshold":3}`:                                "/internal_threshold range",
		`{"public_threshold":12}`:                               "/public_threshold range",
		`{"internal_threshold":2}`:                              "/internal_threshold range",
		`{"steps":{"muskel":["dinsos"]}}`:                       "",
		`{"steps":{"muskel":[]}}`:                               "/steps/muskel enum",
		`{"steps":{"muskel":["dinsos","dinsos"]}}`:              "/steps/muskel enum",
		`{"steps":{"muskel":["kecamatan","kelurahan"]}}`:        "/steps/muskel enum",
		`{"steps":{"susenas":["kecamatan","dinsos"]}}`:          "/steps/susenas enum",
		`{"steps":{"lain":["dinsos"]}}`:                         "/steps/lain unknown",
		`{"windows":{"muskel":{"from_day":1,"until_day":14}}}`:  "",
		`{"windows":{"muskel":{"from_day":15,"until_day":14}}}`: "/windows/muskel range",
		`{"windows":{"lain":{"from_day":1,"until_day":14}}}`:    "/windows/lain unknown",
		`{"marks":[{"code":"Verval","label":{"id":"x"}}]}`:      "/marks/0/code enum",
		`{"marks":[{"code":"verval","label":{"id":""}}]}`:       "/marks/0/label length",
	} {
		got := ""
		if problems := ReadSettings(json.RawMessage(text)).Check(small()); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestWhatACityChose(t *testing.T) {
	s := ReadSettings(json.RawMessage(`{"public_threshold":11,"steps":{"muskel":["dinsos"]},"windows":{"muskel":{"from_day":1,"until_day":31}}}`))
	if s.Threshold(Public) != 11 || s.Threshold(Internal) != 5 || len(s.Marks) != 5 || s.Label("verval").EN == "" || s.Label("lain").ID != "lain" {
		t.Errorf("read as %+v", s)
	}
	if steps := s.StepsOf(&Source{Code: "muskel", Steps: []Step{StepKelurahan, StepDinsos}}); !slices.Equal(steps, []Step{StepDinsos}) {
		t.Errorf("the city's steps are %v", steps)
	}
	if steps := s.StepsOf(&Source{Code: "profil", Steps: []Step{StepKelurahan}}); !slices.Equal(steps, []Step{StepKelurahan}) {
		t.Errorf("the source's steps are %v", steps)
	}
	for period, want := range map[Period]geo.Date{"2026-Q1": "2026-04-30", "2026-01": "2026-02-28", "2028-01": "2028-02-29", "2025": "2026-01-31",
		"2026-03-15": "2026-04-30", "2026-03-31": "2026-04-30"} {
		if got := s.Due("muskel", period); got != want {
			t.Errorf("%s is due %s, want %s", period, got, want)
		}
	}
	if s.Due("profil", "2025") != "" || Draft.Late("", "2030-01-01") || !Draft.Late("2026-01-14", "2026-01-15") || Sent.Late("2026-01-14", "2026-01-14") || Closed.Late("2026-01-14", "2026-02-01") {
		t.Error("late is not as it should be")
	}
}
