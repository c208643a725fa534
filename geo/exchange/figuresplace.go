package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// Gazetteer finds the area that a file means: by Kemendagri code, by BPS code,
// or by its name within those above it. It is not changed once it is made.
type Gazetteer struct {
	areas  map[geo.Code]geo.AreaName
	byBPS  map[string]geo.Code
	byName map[levelName][]geo.Code
}

type levelName struct {
	level geo.Level
	name  string
}

// NewGazetteer makes a gazetteer of areas.
func NewGazetteer(areas []geo.AreaName) *Gazetteer {
	g := &Gazetteer{areas: make(map[geo.Code]geo.AreaName, len(areas)), byBPS: map[string]geo.Code{}, byName: make(map[levelName][]geo.Code, len(areas))}
	for _, a := range areas {
		g.areas[a.Code] = a
		if a.BPSCode != "" {
			g.byBPS[a.BPSCode] = a.Code
		}
		key := levelName{a.Code.Level(), plainName(a.Name, a.Code.Level())}
		g.byName[key] = append(g.byName[key], a.Code)
	}
	return g
}

// Name is the name of an area; "" when it is not loaded.
func (g *Gazetteer) Name(code geo.Code) string { return g.areas[code].Name }

// knows reports whether a text is the name of some area.
func (g *Gazetteer) knows(name string) bool {
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		if len(g.byName[levelName{level, plainName(name, level)}]) > 0 {
			return true
		}
	}
	return false
}

// kindWords stand before the names of areas of a level.
var kindWords = [...][]string{geo.LevelProvinsi: {"provinsi", "propinsi", "prov"}, geo.LevelKabupaten: {"kabupaten", "kab", "kota", "administrasi", "adm"},
	geo.LevelKecamatan: {"kecamatan", "kec"}, geo.LevelKelurahan: {"kelurahan", "kel", "desa", "ds", "kampung", "gampong", "nagari"}}

// plainName is a name without the kind before it, squashed.
func plainName(name string, level geo.Level) string {
	words := headingWords(name)
	for len(words) > 1 && slices.Contains(kindWords[level], words[0]) {
		words = words[1:]
	}
	if words = slices.Clone(words); len(words) > 1 && words[0] == "kep" {
		words[0] = "kepulauan"
	}
	return squash(strings.Join(words, ""))
}

// above are the names that a file gives of what lies above an area.
type above struct{ district, regency, province string }

// level is that of the lowest of them; 0 without any.
func (a above) level() geo.Level {
	switch {
	case a.district != "":
		return geo.LevelKecamatan
	case a.regency != "":
		return geo.LevelKabupaten
	case a.province != "":
		return geo.LevelProvinsi
	}
	return 0
}

// named finds the areas of a level with a name, within those above.
func (g *Gazetteer) named(level geo.Level, name string, in above) []geo.Code {
	called := g.byName[levelName{level, plainName(name, level)}]
	if len(called) == 0 { // Kota Baru may be Kotabaru
		called = g.byName[levelName{level, squash(name)}]
	}
	var found []geo.Code
	for _, code := range called {
		if g.lies(code, geo.LevelKecamatan, in.district) && g.lies(code, geo.LevelKabupaten, in.regency) && g.lies(code, geo.LevelProvinsi, in.province) {
			found = append(found, code)
		}
	}
	if level == geo.LevelKabupaten && len(found) > 1 {
		return cityOrRegency(found, name)
	}
	return found
}

func (g *Gazetteer) lies(code geo.Code, level geo.Level, name string) bool {
	if name == "" || code.Level() <= level {
		return true
	}
	up := code
	for up.Level() > level {
		up = up.Parent()
	}
	return plainName(g.areas[up].Name, level) == plainName(name, level) && (level != geo.LevelKabupaten || len(cityOrRegency([]geo.Code{up}, name)) == 1 || !saysKind(name))
}

func saysKind(name string) bool {
	words := headingWords(name)
	return len(words) > 1 && slices.Contains(kindWords[geo.LevelKabupaten], words[0])
}

// cityOrRegency chooses between a kota and a kabupaten of one name: BPS calls the
// kabupaten by the bare name.
func cityOrRegency(codes []geo.Code, name string) []geo.Code {
	words := headingWords(name)
	city := len(words) > 1 && words[0] == "kota"
	return slices.DeleteFunc(slices.Clone(codes), func(c geo.Code) bool { return (c.Kind() == geo.Kota) != city })
}

// placeFinder finds the place of each row.
type placeFinder struct {
	areas  *Gazetteer
	level  geo.Level         // of the areas that the source is about
	within geo.Code          // of rows that name no area
	bps    map[string]string // BPS code to code, as rows with both tell
}

// placeCells are the cells of a row that tell its place.
type placeCells struct {
	code, bps, name string
	in              above
	rw, rt          string
}

// shortRegency is a kabupaten's code that a table program took for a number:
// 35.10 is 35.1 then.
var shortRegency = regexp.MustCompile(`^\d{2}\.\d$`)

// find gives the place of a row, with what a person should look at.
func (f *placeFinder) find(c placeCells) (indicator.Place, []geo.Text, *geo.Text) {
	area, doubts, problem := f.area(c)
	if problem != nil {
		return "", doubts, problem
	}
	if name := f.areas.Name(area.Area()); c.name != "" && c.code+c.bps != "" && area.Level() != "" &&
		plainName(name, area.Area().Level()) != plainName(c.name, area.Area().Level()) && !totalWord(c.name) {
		doubts = append(doubts, geo.Text{ID: fmt.Sprintf("Nama di berkas %s, sedangkan %s adalah %s.", short(c.name), area.Area(), name),
			EN: fmt.Sprintf("The file's name is %s, but %s is %s.", short(c.name), area.Area(), name)})
	}
	place, problem := withinArea(area, c.rw, c.rt)
	return place, doubts, problem
}

func (f *placeFinder) area(c placeCells) (indicator.Place, []geo.Text, *geo.Text) {
	switch {
	case c.code != "":
		return f.byCode(c.code)
	case c.bps != "":
		if code, doubts := f.byBPS(c.bps); code != "" {
			return indicator.Place(code), doubts, nil
		}
		if c.name == "" {
			return "", nil, &geo.Text{ID: "Kode BPS " + short(c.bps) + " tidak dikenal.", EN: "The BPS code " + short(c.bps) + " is not known."}
		}
		return f.byName(c.name, c.in)
	case c.name != "":
		return f.byName(c.name, c.in)
	case f.within != "":
		return indicator.Place(f.within), nil, nil
	}
	return "", nil, &geo.Text{ID: "Wilayahnya kosong.", EN: "It names no area."}
}

func (f *placeFinder) byCode(text string) (indicator.Place, []geo.Text, *geo.Text) {
	var doubts []geo.Text
	if shortRegency.MatchString(text) {
		text += "0"
		doubts = append(doubts, geo.Text{ID: "Kode kehilangan nol di belakang; dibaca " + text + ".", EN: "The code lost its last zero; read as " + text + "."})
	}
	place, err := indicator.ParsePlace(text)
	if err == nil && f.areas.Name(place.Area()) != "" {
		return place, doubts, nil
	}
	if code, more := f.byBPS(text); code != "" {
		return indicator.Place(code), append(doubts, more...), nil
	}
	if err != nil {
		why := messageOf(err)
		return "", doubts, &why
	}
	return "", doubts, &geo.Text{ID: fmt.Sprintf("Wilayah %s belum dimuat.", place.Area()), EN: fmt.Sprintf("Area %s is not loaded.", place.Area())}
}

func (f *placeFinder) byBPS(text string) (geo.Code, []geo.Text) {
	digits := strings.ReplaceAll(text, ".", "")
	code := f.areas.byBPS[digits]
	if code == "" {
		if parsed, err := geo.ParseCode(f.bps[digits]); err == nil && f.areas.Name(parsed) != "" {
			code = parsed
		}
	}
	if code == "" {
		return "", nil
	}
	return code, []geo.Text{{ID: fmt.Sprintf("Kode BPS %s dicocokkan dengan %s.", digits, code), EN: fmt.Sprintf("The BPS code %s was taken for %s.", digits, code)}}
}

// byName finds an area of the source's level by its name, or one above it. A
// name that several have is refused.
func (f *placeFinder) byName(name string, in above) (indicator.Place, []geo.Text, *geo.Text) {
	for level := f.level; level > in.level(); level-- {
		found := f.areas.named(level, name, in)
		if len(found) == 1 && level == geo.LevelKabupaten && !saysKind(name) && found[0].Kind() == geo.Kota {
			found = append(found, f.areas.named(geo.LevelProvinsi, name, above{})...)
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return indicator.Place(found[0]), []geo.Text{{
				ID: fmt.Sprintf("%s dicocokkan menurut nama dengan %s %s.", short(name), found[0], f.areas.Name(found[0])),
				EN: fmt.Sprintf("%s was taken by its name for %s %s.", short(name), found[0], f.areas.Name(found[0]))}}, nil
		}
		return "", nil, &geo.Text{
			ID: fmt.Sprintf("Nama %s dimiliki %d wilayah (%s, …); isi kodenya.", short(name), len(found), found[0]),
			EN: fmt.Sprintf("%d areas are called %s (%s, …); give the code.", len(found), short(name), found[0])}
	}
	return "", nil, &geo.Text{ID: "Tidak ada wilayah bernama " + short(name) + "; isi kodenya.", EN: "No area is called " + short(name) + "; give its code."}
}

// withinArea adds RW and RT to a kelurahan.
func withinArea(area indicator.Place, rw, rt string) (indicator.Place, *geo.Text) {
	if first, second, both := strings.Cut(rt, "/"); both && rw == "" { // RT/RW in one column
		rt, rw = first, second
	}
	if rw == "" && rt == "" {
		return area, nil
	}
	key := string(area)
	for _, part := range []struct{ text, word string }{{rw, "RW"}, {rt, "RT"}} {
		if part.text == "" && part.word == "RT" {
			break
		}
		number, ok := neighbourhood(part.text)
		if !ok {
			return "", &geo.Text{ID: part.word + " " + short(part.text) + " bukan nomor.", EN: part.word + " " + short(part.text) + " is no number."}
		}
		key += "-" + number
	}
	place, err := indicator.ParsePlace(key)
	if err != nil {
		why := messageOf(err)
		return "", &why
	}
	return place, nil
}

var neighbourhoodPattern = regexp.MustCompile(`^(?:rw|rt)?[ .:-]*(?:no|nomor)?[ .:-]*0*(\d{1,3})(?:\.0)?$`)

// neighbourhood reads the number of an RW or RT: 3, 003, "RW 3", "RT.003".
func neighbourhood(text string) (string, bool) {
	m := neighbourhoodPattern.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return "", false
	}
	return strings.Repeat("0", 3-len(m[1])) + m[1], true
}
