package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// TestCoverageByFigures weighs RT by what is published for who asks. An RT whose
// figure is hidden is shown as it is elsewhere, and takes its share of the rest.
func TestCoverageByFigures(t *testing.T) {
	n := newNode(t)
	n.settled()
	n.makeFar()
	desil := func(one, four int) map[string]any {
		return map[string]any{"keluarga": 400, "keluarga_desil_1": one, "keluarga_desil_2": 20, "keluarga_desil_3": 20, "keluarga_desil_4": 20, "keluarga_desil_1_4": four}
	}
	families := func(few int) map[string]any { return map[string]any{"keluarga": 400, "kpm_pkh": few} }
	n.tell("2026-Q1", map[string]numbers{
		lor:   {lor: families(120), lor + "-001-001": families(3), lor + "-001-002": families(57), lor + "-001-003": families(60)},
		kidul: {kidul: families(90)},
	})
	n.publishDTSEN("2026-Q1")
	n.tell("2026-Q2", map[string]numbers{kidul: {kidul: desil(40, 100), kidul + "-001-001": desil(30, 90)}})
	n.publishDTSEN("2026-Q2")
	const byPKH = `{"area":"35.71.01","demand":{"by":"indicator","indicator":"kpm_pkh","period":"2026-Q1"},"supply":{"type":"posyandu"}}`
	a := n.coverage(200, "bappeda", byPKH)
	shown := n.expect(200, "GET", "/api/figures/dtsen/2026-Q1?level=rt&indicators=kpm_pkh&area="+lor, as(n, "bappeda"))
	demand, _ := a.json["demand"].([]any)
	weights := 0.0
	for i := range demand {
		place, weight := fmt.Sprint(a.at("demand", i, "place")), a.at("demand", i, "weight")
		if !strings.HasPrefix(place, lor) {
			continue
		}
		told := value(shown, place, "kpm_pkh")
		if weight != told || a.at("demand", i, "estimated") != (told == "<5" || told == "*") {
			t.Errorf("%s weighs %v; published is %v", place, weight, told)
		}
		if v, ok := weight.(float64); ok {
			weights += v
		}
	}
	if !strings.Contains(fmt.Sprint(rowsOf(a)), " <5 true") {
		t.Errorf("nothing is hidden: %s", rowsOf(a))
	}
	// Bandar Kidul's 90 are shared by 50 and 30 families: 56.25 and 33.75.
	for _, want := range []string{kidul + "-001-001 56.25 true", kidul + "-001-002 33.75 true"} {
		if !strings.Contains(fmt.Sprint(rowsOf(a)), want) {
			t.Errorf("%s is not among %s", want, rowsOf(a))
		}
	}
	if a.at("total", "weight").(float64)+a.at("total", "unlocated").(float64) != 210 || a.at("request", "demand", "period") != "2026-Q1" {
		t.Errorf("in all: %s", a.body)
	}
	if !strings.Contains(a.body, "sumber dtsen, periode 2026-Q1, edisi 1") || !strings.Contains(notesOf(a), "estimated=") {
		t.Errorf("notes: %s", notesOf(a))
	}
	// The newest period, and desil that no column holds alone.
	newest := n.coverage(200, "bappeda", `{"area":"`+kidul+`","demand":{"by":"indicator","indicator":{"desil":[1,3]}},"supply":{"type":"posyandu"}}`)
	if newest.at("request", "demand", "period") != "2026-Q2" || newest.at("total", "weight") != 80.0 || !strings.Contains(newest.body, "keluarga desil 1–3") {
		t.Errorf("desil 1 to 3: %s", newest.body)
	}
	n.coverage(404, "bappeda", strings.Replace(byPKH, "2026-Q1", "2025-Q1", 1))
	n.coverage(404, "bappeda", strings.Replace(byPKH, "kpm_pkh", "rtlh", 1))
	n.coverage(403, "pic-lor", byPKH)
	n.coverage(401, "", byPKH)
}

// rowsOf lists place, weight and estimated of the demand.
func rowsOf(a answered) []string {
	var list []string
	demand, _ := a.json["demand"].([]any)
	for i := range demand {
		list = append(list, fmt.Sprint(a.at("demand", i, "place"), " ", a.at("demand", i, "weight"), " ", a.at("demand", i, "estimated")))
	}
	return list
}
