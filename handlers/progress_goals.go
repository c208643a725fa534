package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

const typeCSV = "text/csv"

// The limits of a list of targets: every kelurahan of a large kabupaten with
// every type.
const (
	maxGoalBytes    = 4 << 20
	maxGoals        = 20_000
	maxGoalProblems = 100
)

// changeGoals sets targets and due days from JSON or from a CSV file. Nothing is
// changed when one of them is refused.
func (s *Server) changeGoals(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	const op = "handlers.changeGoals"
	if err := noParams(r); err != nil {
		return err
	}
	if !s.mayAnywhere(p, geo.ActionAdminister, "") {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator yang dapat mengubah target.", EN: "Only an administrator may change targets."}}
	}
	if err := contentType(r, typeJSON, typeCSV); err != nil {
		return err
	}
	goals := goalReader{at: at, may: func(action geo.Action, area geo.Code, typ string) bool {
		return geo.Can(p, action, geo.Target{Area: area, Type: typ}, s.Clock())
	}, named: map[goalKey]bool{}}
	read := goals.readJSON
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media == typeCSV {
		read = goals.readCSV
	}
	if err := read(w, r); err != nil {
		return err
	}
	if err := geo.InvalidFields(op, goals.problems); err != nil {
		return err
	}
	changed, err := s.Store.SetGoals(r.Context(), p, goals.goals)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return writeJSON(w, r, http.StatusOK, map[string]any{"changed": changed})
}

// goalReader makes goals of what a body holds and collects what is wrong.
type goalReader struct {
	at       *index.Snapshot
	may      func(action geo.Action, area geo.Code, typ string) bool
	goals    []geo.GoalChange
	named    map[goalKey]bool
	problems []geo.FieldError
}

type goalKey struct {
	area geo.Code
	typ  string
}

// goalText is a goal as it is written, in JSON or in a line of CSV. A target or
// a due day of "" takes it away; one that is not there stays as it is.
type goalText struct {
	area, typ, target, due string
	hasTarget, hasDue      bool
	place                  string                     // what a person calls it: "" or "Baris 5: "
	pointer                func(member string) string // of its member area_code, type, target or due
}

// add checks a goal and keeps it, or what is wrong with it.
func (g *goalReader) add(t goalText) {
	goal := geo.GoalChange{HasTarget: t.hasTarget, HasDue: t.hasDue}
	fail := func(member, code, id, en string) {
		if len(g.problems) < maxGoalProblems {
			g.problems = append(g.problems, fieldProblem(t.pointer(member), code, t.place+id, strings.Replace(t.place, "Baris", "Line", 1)+en))
		}
	}
	code, err := geo.ParseCode(t.area)
	area := g.at.AreaByCode(code)
	typ := typeNamed(g.at, t.typ)
	switch {
	case err != nil:
		fail("area_code", "code", "Kode wilayah tidak dikenal: "+show(t.area)+".", "Not the code of an area: "+show(t.area)+".")
	case area == nil || area.Level != geo.LevelKelurahan || !g.may(geo.ActionWatch, code, ""):
		fail("area_code", "unknown_area", "Kelurahan atau desa "+string(code)+" tidak ada di sini.", "There is no kelurahan or desa "+string(code)+" here.")
	case typ == nil:
		fail("type", "unknown_type", "Jenis "+show(t.typ)+" tidak terdaftar.", "The type "+show(t.typ)+" is not registered.")
	case !g.may(geo.ActionAdminister, code, typ.Name):
		fail("area_code", "forbidden", "Wilayah ini di luar kewenangan Anda.", "This area is not yours to administer.")
	default:
		goal.AreaCode, goal.Type = code, typ.Name
		key := goalKey{code, typ.Name}
		if g.named[key] {
			fail("area_code", "repeated", "Wilayah dan jenis ini disebut dua kali.", "This area and type are named twice.")
		}
		g.named[key] = true
	}
	if t.target != "" {
		n, err := strconv.Atoi(t.target)
		if err != nil || !digits.MatchString(t.target) || n > geo.MaxTarget {
			fail("target", "range", fmt.Sprintf("Target harus bilangan bulat 0 sampai %d tanpa titik.", geo.MaxTarget),
				fmt.Sprintf("A target is a whole number from 0 to %d without separators.", geo.MaxTarget))
		}
		goal.Target = &n
	}
	if t.due != "" {
		due, ok := readDay(t.due)
		if !ok {
			fail("due", "date", "Tenggat harus tanggal seperti 2026-12-31 atau 31/12/2026.", "A due day is a date such as 2026-12-31 or 31/12/2026.")
		}
		goal.Due = &due
	}
	g.goals = append(g.goals, goal)
}

// typeNamed finds a type by its name or by what people call it.
func typeNamed(at *index.Snapshot, name string) *geo.AssetType {
	if t := at.Type(name); t != nil {
		return t
	}
	for _, t := range at.Types() {
		if strings.EqualFold(t.Label.ID, name) || strings.EqualFold(t.Plural.ID, name) {
			return t
		}
	}
	return nil
}

// readDay reads a day as data and as people write it.
func readDay(text string) (geo.Date, bool) {
	if d, ok := geo.ParseDate(text); ok {
		return d, true
	}
	at, err := time.Parse("2/1/2006", strings.ReplaceAll(text, "-", "/"))
	if err != nil {
		return "", false
	}
	return geo.ParseDate(string(geo.DateOf(at)))
}

// readJSON reads {"targets":[{"area_code","type","target"?,"due"?}]}.
func (g *goalReader) readJSON(w http.ResponseWriter, r *http.Request) error {
	members, err := readJSON(w, r, maxGoalBytes)
	if err != nil {
		return err
	}
	var list []json.RawMessage
	if json.Unmarshal(members["targets"], &list) != nil || list == nil || len(members) > 1 {
		g.problems = append(g.problems, fieldProblem("/targets", "required", "Isi hanya targets, sebuah daftar.", "Give targets only, a list."))
		return nil
	}
	if len(list) > maxGoals {
		return tooManyGoals()
	}
	for i, raw := range list {
		pointer := func(member string) string { return "/targets/" + strconv.Itoa(i) + "/" + member }
		fields, err := object(raw)
		if err != nil {
			g.problems = append(g.problems, fieldProblem("/targets/"+strconv.Itoa(i), "type", "Harus objek.", "Must be an object."))
			continue
		}
		t := goalText{pointer: pointer}
		for member, raw := range fields {
			var err error
			switch member {
			case "area_code":
				err = json.Unmarshal(raw, &t.area)
			case "type":
				err = json.Unmarshal(raw, &t.typ)
			case "target":
				if t.hasTarget = true; string(raw) != "null" {
					t.target = string(raw)
				}
			case "due":
				t.hasDue, err = true, json.Unmarshal(raw, &t.due)
			default:
				g.problems = append(g.problems, fieldProblem(pointer(member), "unknown", "Isian ini tidak dikenal.", "This field is not known."))
			}
			if err != nil {
				g.problems = append(g.problems, fieldProblem(pointer(member), "type", "Harus teks.", "Must be text."))
			}
		}
		g.add(t)
	}
	return nil
}

// readCSV reads the columns kode_wilayah, jenis, target and tenggat. An empty
// cell leaves what is there; columns of other names are passed over, so that a
// file of the progress can be filled in and read again.
func (g *goalReader) readCSV(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxGoalBytes))
	if err != nil {
		return err
	}
	columns := map[string]string{"area_code": "kode_wilayah", "type": "jenis", "target": "target", "due": "tenggat"}
	filled := false
	for line, err := range exchange.Records(exchange.Bytes("target.csv", body)) {
		if err != nil {
			return err
		}
		if len(g.goals) == maxGoals {
			return tooManyGoals()
		}
		place := fmt.Sprintf("Baris %d: ", line.Line)
		if line.Refused != nil {
			g.problems = append(g.problems, fieldProblem(fmt.Sprintf("/rows/%d", line.Line), "columns", place+line.Refused.ID, place+line.Refused.EN))
			continue
		}
		t := goalText{area: line.Values["kode_wilayah"], typ: line.Values["jenis"], target: line.Values["target"], due: line.Values["tenggat"],
			place: place, pointer: func(member string) string { return fmt.Sprintf("/rows/%d/%s", line.Line, columns[member]) }}
		t.hasTarget, t.hasDue = t.target != "", t.due != ""
		filled = filled || t.hasTarget || t.hasDue
		g.add(t)
	}
	if !filled && len(g.problems) == 0 {
		g.problems = append(g.problems, fieldProblem("/rows", "required", "Tidak ada isian pada kolom target atau tenggat.", "Nothing is filled in in the columns target and tenggat."))
	}
	return nil
}

func tooManyGoals() error {
	return &geo.Error{Kind: geo.TooLarge, Op: "handlers.changeGoals", Message: geo.Text{
		ID: fmt.Sprintf("Paling banyak %d target sekali kirim.", maxGoals), EN: fmt.Sprintf("At most %d targets at a time.", maxGoals)}}
}
