package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/demo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// city is a year in the example city as its people live it, by HTTP alone.
type city struct {
	*process
	tokens   map[string]string // by account
	villages []geo.Code
	random   *rand.Rand
	written  string                                   // the newest revision that was answered
	agreed   map[string]map[string]map[string]float64 // period → place → indicator → number
}

// yearQuarters are the quarters of the year that is played.
var yearQuarters = []string{"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"}

// TestYear plays a year: in each quarter every kelurahan puts in what its muskel
// agreed on, the lurah and the camat look, Dinsos closes and publishes; one batch
// is returned, one is corrected after it was published, and the year ends with a
// release, which reads the same a year later. What the public and the planner see
// differs exactly as the rules say.
func TestYear(t *testing.T) {
	folder := dataDir(t)
	must(t, "demo", "--data-dir", folder, "--json")
	c := &city{process: serve(t, folder), tokens: map[string]string{}, random: rand.New(rand.NewPCG(2024, 46)), agreed: map[string]map[string]map[string]float64{}}
	for row := range demo.Areas() {
		c.villages = append(c.villages, row.Code)
		c.token("pic-" + row.Code.Digits())
	}
	for _, name := range []string{"admin", "dinsos", "dinsos-2", "bappeda", "camat-357101", "camat-357102", "camat-357103"} {
		c.token(name)
	}
	for q := range yearQuarters {
		c.quarter(q)
	}
	returned, corrected := c.villages[7], c.villages[20]
	c.wantEvent(returned, yearQuarters[1], "returned")
	c.correct(corrected, yearQuarters[2])
	var public []*indicator.Protected
	for _, period := range yearQuarters {
		c.compare(period)
		public = append(public, c.published(period))
	}
	c.t.Logf("the audit of the year: %+v", geotest.Audit(c.t, public...))
	release := c.release("2024")
	c.laterEdits()
	if again := c.files(release); !maps.Equal(again, release) {
		t.Error("the release changed after edits")
	}
	c.kill()
	c.process = serve(t, folder)
	if again := c.files(release); !maps.Equal(again, release) {
		t.Error("the release changed after kill -9")
	}
}

func (c *city) token(name string) {
	var made struct{ Token string }
	out := must(c.t, "token", "create", "--account", name, "--json", "--data-dir", c.folder)
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		c.t.Fatal(err)
	}
	c.tokens[name] = made.Token
}

// ask sends JSON as somebody and wants a status; "" is the public.
func (c *city) ask(who string, want int, method, path string, body any) map[string]any {
	c.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(b)
	}
	a, err := c.do(method, path, c.tokens[who], text, "Content-Type", "application/json", "Patok-Reason", "Berita%20acara%20keliru", "Patok-Min-Revision", c.written)
	if err != nil || a.status != want {
		if log := c.log.String(); a.status >= 500 {
			c.t.Log(log[max(0, len(log)-2000):])
		}
		c.t.Fatalf("%s %s %s as %q: %d instead of %d %.600s %v", method, path, text[:min(len(text), 200)], who, a.status, want, a.body, err)
	}
	c.written = cmp.Or(a.header.Get("Patok-Revision"), c.written)
	var got map[string]any
	if len(a.body) > 0 && json.Unmarshal(a.body, &got) != nil {
		c.t.Fatalf("%s %s: %.300s", method, path, a.body)
	}
	return got
}

// families are an RT's figures of a quarter: small as those of an RT are.
func (c *city) families(poor int) map[string]float64 {
	figures := map[string]float64{}
	for desil := 1; desil <= 10; desil++ {
		n := float64(c.random.IntN(13))
		if desil <= 4 {
			n = float64(c.random.IntN(5 + 2*poor))
		}
		figures[fmt.Sprintf("keluarga_desil_%d", desil)] = n
		figures["keluarga"] += n
	}
	unranked := float64(c.random.IntN(2))
	figures["keluarga_belum_peringkat"] = unranked
	figures["keluarga"] += unranked
	figures["kpm_pkh"] = float64(c.random.IntN(1 + int(min(figures["keluarga"]/2, 14))))
	return figures
}

// quarter is one quarter of every kelurahan, from the muskel to the publication.
func (c *city) quarter(q int) {
	period := yearQuarters[q]
	c.agreed[period] = map[string]map[string]float64{}
	var waiting []map[string]any
	for i, village := range c.villages {
		places := map[string]map[string]float64{}
		total := map[string]float64{}
		for rt := range 6 + i%5 {
			of := c.families(i % 7)
			if q > 0 && (i+q)%3 > 0 { // most RT stay as they were
				of = c.agreed[yearQuarters[q-1]][fmt.Sprintf("%s-001-%03d", village, rt+1)]
			}
			places[fmt.Sprintf("%s-001-%03d", village, rt+1)] = of
			for code, n := range of {
				total[code] += n
			}
		}
		places[string(village)] = total
		places[string(village)+"-001"] = total
		maps.Copy(c.agreed[period], places)
		waiting = append(waiting, c.meeting(village, period, places))
	}
	if q == 1 {
		c.sendBack(waiting[7])
	}
	c.approveAll("admin", waiting, 0)
	for _, camat := range []string{"camat-357101", "camat-357102", "camat-357103"} {
		c.approveAll(camat, c.waitingFor(camat, period), -1)
	}
	c.approveAll("dinsos", c.waitingFor("dinsos", period), -1)
	made := c.ask("dinsos", http.StatusOK, http.MethodPost, "/api/publications", map[string]any{"source": "muskel", "period": period, "area_code": "35.71"})
	if made["published"] != true || made["covered"] != float64(len(c.villages)) {
		c.t.Fatalf("%v", made)
	}
}

// meeting puts in what a muskel agreed on, and sends it.
func (c *city) meeting(village geo.Code, period string, places map[string]map[string]float64) map[string]any {
	pic := "pic-" + village.Digits()
	batch := c.ask(pic, http.StatusCreated, http.MethodPost, "/api/batches", map[string]any{"area_code": village, "period": period, "source": "muskel"})
	batch = c.put(pic, batch, places)
	at := fmt.Sprintf("/api/batches/%v", batch["id"])
	if refused := c.ask(pic, http.StatusUnprocessableEntity, http.MethodPost, at+"/send", map[string]any{"version": batch["version"]}); !strings.Contains(fmt.Sprint(refused), "/minutes") {
		c.t.Errorf("sent without minutes: %v", refused)
	}
	batch = c.ask(pic, http.StatusOK, http.MethodPut, at+"/minutes", map[string]any{"version": batch["version"], "number": "400.10/" + period, "held_on": period[:4] + "-12-01", "attendance": 31})
	return c.ask(pic, http.StatusOK, http.MethodPost, at+"/send", map[string]any{"version": batch["version"]})
}

func (c *city) put(who string, batch map[string]any, places map[string]map[string]float64) map[string]any {
	var values []map[string]any
	for _, place := range slices.Sorted(maps.Keys(places)) {
		for _, code := range slices.Sorted(maps.Keys(places[place])) {
			values = append(values, map[string]any{"place": place, "indicator": code, "number": places[place][code]})
		}
	}
	answer := c.ask(who, http.StatusOK, http.MethodPut, fmt.Sprintf("/api/batches/%v/values", batch["id"]), map[string]any{"version": batch["version"], "values": values})
	return answer["batch"].(map[string]any)
}

// sendBack returns a batch, and its PIC corrects a cell and sends it again.
func (c *city) sendBack(batch map[string]any) {
	at := fmt.Sprintf("/api/batches/%v", batch["id"])
	place := fmt.Sprint(batch["area_code"])
	back := c.ask("admin", http.StatusOK, http.MethodPost, at+"/return", map[string]any{"version": batch["version"], "note": "Periksa kembali",
		"cells": map[string]string{place + "/kpm_pkh": "Di berita acara lebih banyak"}})
	pic := "pic-" + geo.Code(place).Digits()
	sent := c.ask(pic, http.StatusOK, http.MethodPost, at+"/send", map[string]any{"version": back["version"], "note": "Sudah diperiksa"})
	maps.Copy(batch, sent)
}

func (c *city) waitingFor(who, period string) []map[string]any {
	list := c.ask(who, http.StatusOK, http.MethodGet, "/api/batches?for=check&source=muskel&limit=1000&period="+period, nil)
	var batches []map[string]any
	for _, b := range list["batches"].([]any) {
		batches = append(batches, b.(map[string]any))
	}
	return batches
}

// approveAll takes the step that waits of all batches at once.
func (c *city) approveAll(who string, batches []map[string]any, wantStep int) {
	var items []map[string]any
	for _, b := range batches {
		if wantStep >= 0 && b["step"] != float64(wantStep) {
			c.t.Errorf("%v waits for step %v", b["id"], b["step"])
		}
		items = append(items, map[string]any{"id": b["id"], "version": b["version"]})
	}
	answer := c.ask(who, http.StatusOK, http.MethodPost, "/api/batches/approve", map[string]any{"items": items})
	for _, r := range answer["results"].([]any) {
		if r.(map[string]any)["ok"] != true {
			c.t.Fatalf("%s: %v", who, r)
		}
	}
	if len(items) == 0 {
		c.t.Fatalf("nothing waits for %s", who)
	}
}

func (c *city) batchOf(village geo.Code, period string) map[string]any {
	list := c.ask("admin", http.StatusOK, http.MethodGet, fmt.Sprintf("/api/batches?source=muskel&period=%s&area=%s&state=closed", period, village), nil)
	batches := list["batches"].([]any)
	if len(batches) == 0 {
		c.t.Fatalf("no closed batch of %s in %s", village, period)
	}
	return c.ask("admin", http.StatusOK, http.MethodGet, fmt.Sprintf("/api/batches/%v", batches[0].(map[string]any)["id"]), nil)
}

func (c *city) wantEvent(village geo.Code, period, action string) {
	if batch := c.batchOf(village, period); !strings.Contains(fmt.Sprint(batch["events"]), "action:"+action) {
		c.t.Errorf("%s %s: %v", village, period, batch["events"])
	}
}

// correct makes the next edition of a closed batch, and publishes it.
func (c *city) correct(village geo.Code, period string) {
	pic := "pic-" + village.Digits()
	batch := c.ask(pic, http.StatusCreated, http.MethodPost, "/api/batches", map[string]any{"area_code": village, "period": period, "source": "muskel", "reason": "Satu keluarga tercatat dua kali"})
	places := map[string]map[string]float64{}
	for _, place := range []string{string(village), string(village) + "-001", string(village) + "-001-001"} {
		of := maps.Clone(c.agreed[period][place])
		of["keluarga_desil_5"]++
		of["keluarga"]++
		places[place], c.agreed[period][place] = of, of
	}
	batch = c.put(pic, batch, places)
	at := fmt.Sprintf("/api/batches/%v", batch["id"])
	if rows := c.ask(pic, http.StatusOK, http.MethodGet, at+"/difference", nil)["rows"].([]any); len(rows) != 6 {
		c.t.Errorf("%d figures differ: %v", len(rows), rows)
	}
	batch = c.ask(pic, http.StatusOK, http.MethodPut, at+"/minutes", map[string]any{"version": batch["version"], "number": "400.10/koreksi", "held_on": "2025-01-10", "attendance": 12})
	batch = c.ask(pic, http.StatusOK, http.MethodPost, at+"/send", map[string]any{"version": batch["version"]})
	for _, who := range []string{"admin", "camat-" + village.Parent().Digits(), "dinsos-2"} {
		batch = c.ask(who, http.StatusOK, http.MethodPost, at+"/approve", map[string]any{"version": batch["version"]})
	}
	if batch["state"] != "closed" || batch["edition"] != 2.0 {
		c.t.Fatalf("%v", batch)
	}
	made := c.ask("dinsos", http.StatusOK, http.MethodPost, "/api/publications", map[string]any{"source": "muskel", "period": period, "area_code": "35.71"})
	if made["edition"] != 2.0 {
		c.t.Errorf("%v", made)
	}
}

// figures reads a level of a period as somebody: place → indicator → value.
func (c *city) figures(who, period, level string) map[string]map[string]any {
	got := c.ask(who, http.StatusOK, http.MethodGet, fmt.Sprintf("/api/figures/muskel/%s?level=%s&area=35.71", period, level), nil)
	cells := map[string]map[string]any{}
	for i, area := range got["areas"].([]any) {
		cells[area.(string)] = map[string]any{}
		for _, column := range got["columns"].([]any) {
			column := column.(map[string]any)
			cells[area.(string)][column["indicator"].(string)] = column["values"].([]any)[i]
		}
	}
	return cells
}

// exact sums what was agreed on for an area and an indicator.
func (c *city) exact(period, area, code string) (sum float64) {
	parts := []string{code}
	switch code {
	case "keluarga_desil_1_4":
		parts = []string{"keluarga_desil_1", "keluarga_desil_2", "keluarga_desil_3", "keluarga_desil_4"}
	case "keluarga_desil_5_10":
		parts = []string{"keluarga_desil_5", "keluarga_desil_6", "keluarga_desil_7", "keluarga_desil_8", "keluarga_desil_9", "keluarga_desil_10"}
	}
	if of := c.agreed[period][area]; of != nil {
		for _, part := range parts {
			sum += of[part]
		}
		return sum
	}
	for _, village := range c.villages {
		if village.Within(geo.Code(area)) {
			sum += c.exact(period, string(village), code)
		}
	}
	return sum
}

// compare holds what the public and the planner see to the rules: a number is the
// exact one, one above zero and below the threshold is never shown, and what is
// hidden from the planner is hidden from the public.
func (c *city) compare(period string) {
	shown := map[string]int{}
	for _, level := range []string{"kelurahan", "kecamatan", "kabupaten"} {
		public, planner := c.figures("", period, level), c.figures("bappeda", period, level)
		if len(public) == 0 || len(public) != len(planner) {
			c.t.Fatalf("%s %s: %d areas for the public, %d for the planner", period, level, len(public), len(planner))
		}
		for area := range planner {
			for code, inside := range planner[area] {
				outside, told := public[area][code]
				c.rule(period, area, code, inside, 5, shown)
				if !told {
					continue // for the administration alone
				}
				c.rule(period, area, code, outside, 10, shown)
				if _, seen := outside.(float64); seen && inside != outside {
					c.t.Errorf("%s %s %s: %v for the public, %v for the planner", period, area, code, outside, inside)
				}
			}
			if _, told := public[area]["keluarga_desil_1"]; told {
				c.t.Errorf("%s %s: the public sees single desil", period, area)
			}
		}
	}
	c.t.Logf("%s: %v", period, shown)
	if a, err := c.do(http.MethodGet, fmt.Sprintf("/api/figures/muskel/%s?level=rt&area=35.71.01", period), "", ""); err != nil || a.status == http.StatusOK && strings.Contains(string(a.body), "-001-001") {
		c.t.Errorf("%s: the public reads RT: %d %.200s %v", period, a.status, a.body, err)
	}
}

func (c *city) rule(period, area, code string, value any, threshold float64, shown map[string]int) {
	exact := c.exact(period, area, code)
	switch v := value.(type) {
	case float64:
		shown["shown"]++
		if v != exact || v > 0 && v < threshold {
			c.t.Errorf("%s %s %s below %v: %v is shown, and is %v", period, area, code, threshold, v, exact)
		}
	case string:
		shown[v]++
		if v != "*" && exact >= threshold {
			c.t.Errorf("%s %s %s: %s is said of %v", period, area, code, v, exact)
		}
	default:
		c.t.Errorf("%s %s %s: %v although it was told", period, area, code, value)
	}
}

// published is what the public sees of a quarter beside the exact numbers, as
// the audit takes it. It promises of a "<10" that it may be anything below; of a
// "*" nothing.
func (c *city) published(period string) *indicator.Protected {
	codes := []string{"keluarga", "keluarga_desil_1_4", "keluarga_desil_5_10", "keluarga_belum_peringkat", "kpm_pkh"}
	t := &indicator.Table{Columns: make([]indicator.Column, len(codes))}
	p := &indicator.Protected{Table: t, K: 10, Cells: make([][]indicator.Cell, len(codes)), Stated: make([][]indicator.Interval, len(codes))}
	for i, code := range codes {
		t.Columns[i] = indicator.Column{Indicator: code, Base: min(i-1, 0), Count: -1, Additive: true, Protected: true}
	}
	t.Columns[0].Parts = []int{1, 2, 3}
	t.Numbers = make([][]indicator.Number, len(codes))
	for _, level := range []string{"kabupaten", "kecamatan", "kelurahan"} {
		shown := c.figures("", period, level)
		for _, area := range slices.Sorted(maps.Keys(shown)) {
			t.Places = append(t.Places, indicator.Place(area))
			for i, code := range codes {
				exact := c.exact(period, area, code)
				cell, stated := indicator.Cell{State: indicator.Hidden}, indicator.Interval{Low: exact, High: exact}
				switch v := shown[area][code].(type) {
				case float64:
					cell = indicator.Cell{State: indicator.Shown, Value: v}
				case string:
					if v == "<10" {
						cell.State, stated = indicator.Small, indicator.Interval{Low: min(exact, 1), High: 9}
					}
				}
				t.Numbers[i] = append(t.Numbers[i], indicator.Number{Value: exact, Known: true})
				p.Cells[i], p.Stated[i] = append(p.Cells[i], cell), append(p.Stated[i], stated)
			}
		}
	}
	return p
}

// release freezes the year and returns the hash of every public file.
func (c *city) release(name string) map[string]string {
	c.ask("admin", http.StatusCreated, http.MethodPost, "/api/releases", map[string]any{"name": name, "title": "Rilis " + name, "note": ""})
	files := map[string]string{}
	for _, f := range c.ask("", http.StatusOK, http.MethodGet, "/api/releases/"+name, nil)["files"].([]any) {
		f := f.(map[string]any)
		files[fmt.Sprint(f["name"])] = ""
	}
	if len(files) < 20 || !slices.Contains(slices.Collect(maps.Keys(files)), "posyandu.csv") {
		c.t.Errorf("%d files: %v", len(files), files)
	}
	return c.files(files)
}

// files reads the files of the release again.
func (c *city) files(of map[string]string) map[string]string {
	read := map[string]string{}
	for name := range of {
		a, err := c.do(http.MethodGet, "/api/releases/2024/files/"+name, "", "")
		if err != nil || a.status != http.StatusOK || len(a.body) == 0 {
			c.t.Fatalf("%s: %d %v", name, a.status, err)
		}
		read[name] = string(a.body)
	}
	return read
}

// laterEdits is what happens in the year after: assets, figures, a publication.
func (c *city) laterEdits() {
	c.ask("", http.StatusOK, http.MethodGet, "/api/collections/posyandu/items?limit=3", nil)
	must(c.t, "psql", "--data-dir", c.folder, "--", "-v", "ON_ERROR_STOP=1", "-q",
		"-c", `update assets set name = name || ' (pindah)' where type = 'posyandu'`,
		"-c", `delete from assets where type = 'pos_kamling'`,
		"-c", `update indicators set definition = jsonb_set(definition, '{label,id}', '"Keluarga"') where code = 'keluarga'`)
	c.correct(c.villages[3], yearQuarters[0])
}
