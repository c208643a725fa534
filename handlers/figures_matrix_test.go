package handlers

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/patok-id/patok/geo"
)

// publishers may publish figures there.
var publishers = rule{func(a actor, at place) bool { return a.covers(at) && a.is(geo.RoleAdministrator, geo.RoleDinsos) }, 403}

// figuresEntries are the lines of the matrix about published figures. What they
// tell whom, TestFiguresTellWhoMayKnow asks.
func figuresEntries() []entry {
	list := []entry{
		{"GET", "/api/indicators", everybody, ask{}},
		{"GET", "/api/publications", everybody, ask{}},
		{"POST", "/api/publications", publishers, send(`{"source":"dtsen","period":"2026-Q1","area_code":"{area}","dry_run":true}`)},
		{"GET", patternFigures + "/changes", everybody, ask{}},
		{"GET", patternFigures, everybody, ask{}},
	}
	for _, f := range []figuresForm{figuresCSV, figuresXLSX, figuresGeoJSON} {
		list = append(list, entry{"GET", patternFigures + "." + f.extension, everybody, ask{}})
	}
	return list
}

// numbers are exact figures by place, then by indicator.
type numbers map[string]map[string]any

// tell closes a batch of dtsen for each kelurahan with figures, the next edition
// of its area.
func (n *node) tell(period string, figures map[string]numbers) {
	n.t.Helper()
	for _, area := range slices.Sorted(maps.Keys(figures)) {
		var id int64
		n.must(n.conn.QueryRow(n.t.Context(), `insert into batches (area_code, period, source, steps, edition) values ($1, $2, 'dtsen', '{dinsos}',
(select count(*) + 1 from batches where area_code = $1 and period = $2)) returning id`, area, period).Scan(&id))
		for place, values := range figures[area] {
			for code, number := range values {
				n.sql(`insert into batch_values (batch_id, place, indicator, number) values ($1, $2, $3, $4)`, id, place, code, number)
			}
		}
		n.sql(`update batches set state = 'closed', closed_at = clock_timestamp() where id = $1`, id)
	}
}

// publishDTSEN publishes the figures of the city.
func (n *node) publishDTSEN(period string) answered {
	n.t.Helper()
	made := n.expect(200, "POST", "/api/publications", as(n, "dinsos"), body(typeJSON, fmt.Sprintf(`{"source":"dtsen","period":%q,"area_code":"35.71"}`, period)))
	if made.at("published") != true {
		n.t.Fatalf("not published: %s", made.body)
	}
	n.settle(made)
	return made
}

// makeFigures publishes a first table.
func (n *node) makeFigures() {
	n.t.Helper()
	n.tell("2026-Q1", map[string]numbers{
		lor:   {lor: {"keluarga": 400, "kpm_pkh": 60}, lor + "-001-001": {"keluarga": 300, "kpm_pkh": 45}, lor + "-001-002": {"keluarga": 100, "kpm_pkh": 15}},
		kidul: {kidul: {"keluarga": 300, "kpm_pkh": 80}},
	})
	n.publishDTSEN("2026-Q1")
}

func TestPublicationsAreListed(t *testing.T) {
	n := newNode(t)
	n.makeFigures()
	a := n.expect(200, "GET", "/api/publications?source=dtsen")
	if a.at("publications", 0, "edition") != 1.0 || a.at("publications", 0, "threshold") != 10.0 || a.at("publications", 1) != nil {
		t.Error(a.body)
	}
	if hash := n.text(`select encode(sha256, 'hex') from publications where audience = 'public'`); a.at("publications", 0, "sha256") != hash {
		t.Errorf("%v, want %s", a.at("publications", 0, "sha256"), hash)
	}
	n.expect(400, "GET", "/api/publications?x=1")
	if b := n.expect(200, "GET", "/api/publications?period=2026"); b.at("publications", 0) != nil {
		t.Error(b.body)
	}
}
