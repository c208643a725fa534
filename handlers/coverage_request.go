package handlers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// demandType is the asset type whose points are where people live.
const demandType = "rt"

// The limits of a question.
const (
	maxQuestionBytes = 16 << 10
	minRadiusM       = 50
	maxRadiusM       = 20_000
	maxDetour        = 3
	maxSites         = 100
)

// defaultDetour is how much longer a way is than the geodesic, where nobody
// says otherwise.
const defaultDetour = 1.3

// defaultRadiusM is the radius where neither the question nor the registry names
// one: an assumption, which the result says.
const defaultRadiusM = 500

// coverageRequest is a question of planning, as it is sent, told back and kept.
type coverageRequest struct {
	Demand  demandRequest `json:"demand"`
	Supply  supplyRequest `json:"supply"`
	Area    geo.Code      `json:"area"`
	RadiusM float64       `json:"radius_m"`
	Detour  float64       `json:"detour"`
	Network bool          `json:"network"`
	Sites   *sitesRequest `json:"sites"`
}

// demandRequest says what demand weighs.
type demandRequest struct {
	By        string           `json:"by"` // families, people, indicator
	Indicator *chosenIndicator `json:"indicator,omitempty"`
	Source    string           `json:"source,omitempty"`
	Period    indicator.Period `json:"period,omitempty"`
}

const (
	byFamilies  = "families"
	byPeople    = "people"
	byIndicator = "indicator"
)

// chosenIndicator is an indicator, or families of some desil: a code, or
// {"desil":[1,4]}.
type chosenIndicator struct {
	Code  string
	Desil [2]int // 0 with a code
}

// MarshalJSON writes it as it is sent.
func (c chosenIndicator) MarshalJSON() ([]byte, error) {
	if c.Code != "" {
		return json.Marshal(c.Code)
	}
	return json.Marshal(map[string][2]int{"desil": c.Desil})
}

// codes are the indicators that tell it: first the one that does alone, then
// those whose sum it is.
func (c chosenIndicator) codes() (alone string, parts []string) {
	if c.Code != "" {
		return c.Code, nil
	}
	for n := c.Desil[0]; n <= c.Desil[1]; n++ {
		parts = append(parts, fmt.Sprintf("keluarga_desil_%d", n))
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return fmt.Sprintf("keluarga_desil_%d_%d", c.Desil[0], c.Desil[1]), parts
}

// supplyRequest says which facilities count.
type supplyRequest struct {
	Type      string   `json:"type"`
	Operation []string `json:"operation"`
	Capacity  *float64 `json:"capacity"` // people per facility; null is the norm's
}

// sitesRequest asks for new sites.
type sitesRequest struct {
	P          int        `json:"p"`
	Candidates candidates `json:"candidates"`
	Objective  string     `json:"objective"` // cover, all
}

const (
	toCover = "cover" // the best p sites
	toAll   = "all"   // the fewest sites that cover all
)

// candidates are where a site may stand: the RT, a grid, or assets of a type.
type candidates struct {
	kind string // rt, grid, or type
	typ  string
}

// MarshalJSON writes it as it is sent.
func (c candidates) MarshalJSON() ([]byte, error) {
	if c.kind == "type" {
		return json.Marshal(map[string]string{"type": c.typ})
	}
	return json.Marshal(c.kind)
}

// readQuestion reads a question, and fills in what was left out by the
// registry's norm.
func readQuestion(f *fields, at *index.Snapshot) coverageRequest {
	q := coverageRequest{Area: readCode(f, "area"), Detour: defaultDetour}
	if q.Area != "" && !(known{at}).HasArea(q.Area) {
		f.bad("area", "unknown", "Wilayah ini tidak ada.", "There is no such area.")
	}
	if of := f.object("demand"); of != nil {
		q.Demand = readDemand(of)
	}
	if of := f.object("supply"); of != nil {
		q.Supply = readSupply(of, at)
	}
	if q.RadiusM = defaultRadiusM; at.Type(q.Supply.Type) != nil && at.Type(q.Supply.Type).NormRadiusM > 0 {
		q.RadiusM = at.Type(q.Supply.Type).NormRadiusM
	}
	if v := maybe[float64](f, "radius_m"); v != nil {
		q.RadiusM = *v
	}
	if q.RadiusM < minRadiusM || q.RadiusM > maxRadiusM {
		f.bad("radius_m", "range", fmt.Sprintf("Antara %d dan %d meter.", minRadiusM, maxRadiusM), fmt.Sprintf("From %d to %d metres.", minRadiusM, maxRadiusM))
	}
	if v := maybe[float64](f, "detour"); v != nil {
		q.Detour = *v
	}
	if q.Detour < 1 || q.Detour > maxDetour {
		f.bad("detour", "range", fmt.Sprintf("Antara 1 dan %d.", maxDetour), fmt.Sprintf("From 1 to %d.", maxDetour))
	}
	if v := maybe[bool](f, "network"); v != nil {
		q.Network = *v
	}
	if raw := f.raw("sites"); raw != nil && string(raw) != "null" {
		if of := f.object("sites"); of != nil {
			q.Sites = readSites(of, at)
		}
	}
	return q
}

var figureName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func readDemand(f *fields) demandRequest {
	defer f.unknown()
	d := demandRequest{By: need[string](f, "by")}
	if d.By != "" && !slices.Contains([]string{byFamilies, byPeople, byIndicator}, d.By) {
		f.bad("by", "enum", "Harus families, people atau indicator.", "Must be families, people or indicator.")
	}
	raw, source, period := f.raw("indicator"), maybe[string](f, "source"), maybe[string](f, "period")
	if d.By != byIndicator {
		return d
	}
	d.Indicator = readChosen(f, raw)
	d.Source = "dtsen"
	if source != nil {
		d.Source = *source
	}
	if !figureName.MatchString(d.Source) {
		f.bad("source", "unknown", "Sumber ini tidak ada.", "There is no such source.")
	}
	if period != nil {
		p, err := indicator.ParsePeriod(*period)
		if err != nil {
			f.bad("period", "format", "Periode ditulis 2026, 2026-Q1, 2026-03 atau 2026-03-31.", "A period is written 2026, 2026-Q1, 2026-03 or 2026-03-31.")
		}
		d.Period = p
	}
	return d
}

func readChosen(f *fields, raw json.RawMessage) *chosenIndicator {
	var c chosenIndicator
	if json.Unmarshal(raw, &c.Code) == nil && figureName.MatchString(c.Code) {
		return &c
	}
	var of struct {
		Desil []int `json:"desil"`
	}
	if json.Unmarshal(raw, &of) == nil && len(of.Desil) == 2 && of.Desil[0] >= 1 && of.Desil[0] <= of.Desil[1] && of.Desil[1] <= 10 {
		return &chosenIndicator{Desil: [2]int{of.Desil[0], of.Desil[1]}}
	}
	f.bad("indicator", "format", `Sebutkan kode indikator, atau {"desil":[1,4]}.`, `Name an indicator's code, or {"desil":[1,4]}.`)
	return nil
}

func readSupply(f *fields, at *index.Snapshot) supplyRequest {
	defer f.unknown()
	s := supplyRequest{Type: need[string](f, "type"), Operation: []string{"aktif"}, Capacity: maybe[float64](f, "capacity")}
	if s.Type != "" && at.Type(s.Type) == nil {
		f.bad("type", "unknown", "Jenis ini tidak ada.", "There is no such type.")
	}
	if given := maybe[[]string](f, "operation"); given != nil {
		s.Operation = *given
		for _, o := range s.Operation {
			if !geo.KnownOperation(o) {
				f.bad("operation", "enum", "Harus aktif, tidak_aktif, tutup atau rencana.", "Must be aktif, tidak_aktif, tutup or rencana.")
				break
			}
		}
	}
	if s.Capacity != nil && (*s.Capacity <= 0 || *s.Capacity > 1e6) {
		f.bad("capacity", "range", "Harus lebih dari nol.", "Must be above zero.")
	}
	return s
}

func readSites(f *fields, at *index.Snapshot) *sitesRequest {
	defer f.unknown()
	s := &sitesRequest{P: 1, Objective: toCover, Candidates: candidates{kind: "rt"}}
	if v := maybe[string](f, "objective"); v != nil {
		s.Objective = *v
	}
	if s.Objective != toCover && s.Objective != toAll {
		f.bad("objective", "enum", "Harus cover atau all.", "Must be cover or all.")
	}
	if v := maybe[int](f, "p"); v != nil {
		s.P = *v
	}
	if s.P < 1 || s.P > maxSites {
		f.bad("p", "range", fmt.Sprintf("Antara 1 dan %d.", maxSites), fmt.Sprintf("From 1 to %d.", maxSites))
	}
	raw := f.raw("candidates")
	var of struct {
		Type string `json:"type"`
	}
	switch {
	case raw == nil:
	case string(raw) == `"rt"` || string(raw) == `"grid"`:
		s.Candidates.kind = string(raw[1 : len(raw)-1])
	case json.Unmarshal(raw, &of) == nil && at.Type(of.Type) != nil:
		s.Candidates = candidates{kind: "type", typ: of.Type}
	default:
		f.bad("candidates", "enum", `Harus "rt", "grid" atau {"type":"…"} dengan jenis aset.`, `Must be "rt", "grid" or {"type":"…"} with an asset type.`)
	}
	return s
}
