package migrations_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestMain(m *testing.M) { geotest.Main(m) }

// seeded reads the registry as the migrations leave it.
func seeded(t *testing.T) []*geo.AssetType {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), geotest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `select name, schema_version, definition from asset_types order by position`)
	if err != nil {
		t.Fatal(err)
	}
	types, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*geo.AssetType, error) {
		var (
			name       string
			version    int
			definition []byte
			at         geo.AssetType
		)
		if err := row.Scan(&name, &version, &definition); err != nil {
			return nil, err
		}
		err := json.Unmarshal(definition, &at)
		at.Name, at.Version = name, version
		return &at, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return types
}

func TestSeededTypes(t *testing.T) {
	types := seeded(t)
	var names []string
	for _, at := range types {
		names = append(names, at.Name)
		t.Run(at.Name, func(t *testing.T) { checkType(t, at) })
	}
	want := []string{"kantor_kelurahan", "posyandu", "pos_kamling", "rt", "puskesmas", "kantor_kecamatan"}
	if !slices.Equal(names, want) {
		t.Errorf("types %v, want %v", names, want)
	}
}

func checkType(t *testing.T, at *geo.AssetType) {
	if bad := geo.NewValidator().Check(at, map[string]json.RawMessage{}); bad != nil {
		t.Errorf("an asset without attributes is refused: %v", bad)
	}
	if at.Version != 1 || at.Icon != at.Name || at.ConfirmDays == 0 || at.DuplicateRadiusM == 0 {
		t.Errorf("version %d, icon %q, confirmed for %d days, duplicates within %g m", at.Version, at.Icon, at.ConfirmDays, at.DuplicateRadiusM)
	}
	if at.Cardinality != geo.One && at.Cardinality != geo.Many {
		t.Errorf("cardinality %q", at.Cardinality)
	}
	bothLanguages(t, at.Name, at.Label, at.Plural)
	var schema struct {
		Closed     *bool                      `json:"additionalProperties"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(at.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Closed == nil || *schema.Closed {
		t.Error("the schema is open")
	}
	var fields []string
	for _, f := range at.Fields {
		fields = append(fields, f.Name)
		checkField(t, f, schema.Properties[f.Name])
	}
	slices.Sort(fields)
	if properties := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(fields, properties) {
		t.Errorf("fields %v, but schema properties %v", fields, properties)
	}
}

func checkField(t *testing.T, f geo.Field, property json.RawMessage) {
	bothLanguages(t, f.Name, f.Label)
	if (f.Help.ID == "") != (f.Help.EN == "") {
		t.Errorf("%s: help in one language only", f.Name)
	}
	if f.LabelDesa != nil {
		bothLanguages(t, f.Name, *f.LabelDesa)
	}
	widgets := []string{"select", "text", "number", "date", "check", "multi", "time", "tel", "url", "email"}
	if !slices.Contains(widgets, f.Widget) {
		t.Errorf("%s: widget %q", f.Name, f.Widget)
	}
	var options []string
	for _, o := range f.Options {
		options = append(options, o.Value)
		bothLanguages(t, f.Name+"="+o.Value, o.Label)
	}
	var rule struct {
		Enum  []string `json:"enum"`
		Items struct {
			Enum []string `json:"enum"`
		} `json:"items"`
	}
	if err := json.Unmarshal(property, &rule); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	if values := append(rule.Enum, rule.Items.Enum...); !slices.Equal(values, options) {
		t.Errorf("%s: the schema takes %v, the form offers %v", f.Name, values, options)
	}
}

func bothLanguages(t *testing.T, what string, texts ...geo.Text) {
	t.Helper()
	for _, text := range texts {
		if text.ID == "" || text.EN == "" {
			t.Errorf("%s: label %+v", what, text)
		}
	}
}

// Names and numbers of people must never become public by a slip in the seed.
func TestSeededSensitivity(t *testing.T) {
	want := map[string]geo.Sensitivity{"ketua_nama": geo.SensitivityInternal, "ketua_hp": geo.SensitivityRestricted}
	for _, at := range seeded(t) {
		for _, f := range at.Fields {
			s, personal := want[f.Name]
			if !personal {
				s = geo.SensitivityPublic
			}
			if f.Sensitivity != s || f.Personal != personal {
				t.Errorf("%s.%s: %s, personal %v", at.Name, f.Name, f.Sensitivity, f.Personal)
			}
			delete(want, f.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestSeededValues(t *testing.T) {
	byName := map[string]*geo.AssetType{}
	for _, at := range seeded(t) {
		byName[at.Name] = at
	}
	for _, c := range []struct {
		asset, field, value string
		good                bool
	}{
		{"pos_kamling", "jam_mulai", `"22:30"`, true},
		{"pos_kamling", "jam_mulai", `"24:00"`, false},
		{"pos_kamling", "jam_mulai", `"7:30"`, false},
		{"pos_kamling", "perlengkapan", `["senter","p3k"]`, true},
		{"pos_kamling", "perlengkapan", `["senter","senter"]`, false},
		{"pos_kamling", "rt_dilayani", `"001, 002,3"`, true},
		{"pos_kamling", "rt_dilayani", `"RT 1"`, false},
		{"posyandu", "strata", `"mandiri"`, true},
		{"posyandu", "strata", `"utama"`, false},
		{"posyandu", "cakupan_ds", `100.5`, false},
		{"posyandu", "tgl_sk", `"2024-02-30"`, false},
		{"posyandu", "tgl_sk", `"2024-02-29"`, true},
		{"rt", "jumlah_kk", `-1`, false},
		{"rt", "jumlah_kk", `42`, true},
		{"rt", "ketua_hp", `"0812-3456-7890"`, true},
		{"rt", "ketua_hp", `"tanya Bu RT"`, false},
		{"kantor_kelurahan", "telepon", `"(0354) 123456"`, true},
		{"kantor_kelurahan", "telepon", `"tidak ada"`, false},
		{"kantor_kelurahan", "situs", `"javascript:alert(1)"`, false},
		{"kantor_kelurahan", "email", `"kelurahan@kota.example"`, true},
		{"kantor_kelurahan", "email", `"kelurahan"`, false},
		{"puskesmas", "strata", `"madya"`, false},
	} {
		bad := geo.NewValidator().Check(byName[c.asset], map[string]json.RawMessage{c.field: json.RawMessage(c.value)})
		if (bad == nil) != c.good {
			t.Errorf("%s.%s = %s: %v", c.asset, c.field, c.value, bad)
		}
	}
}

// The white glyph needs 4.5 : 1 on every colour (WCAG 2.2, 1.4.3), and two
// types must stay apart for eyes without red, green or blue cones.
func TestSeededColours(t *testing.T) {
	types := seeded(t)
	for i, a := range types {
		if c := 1.05 / (luminance(linear(t, a.Color)) + 0.05); c < 4.5 {
			t.Errorf("%s %s: contrast %.2f", a.Name, a.Color, c)
		}
		for _, b := range types[:i] {
			for eyes, m := range colourVision {
				if d := distance(lab(apply(m, linear(t, a.Color))), lab(apply(m, linear(t, b.Color)))); d < 15 {
					t.Errorf("%s and %s are %.1f apart for %s eyes", a.Name, b.Name, d, eyes)
				}
			}
		}
	}
}

type vector [3]float64

// Machado, Oliveira and Fernandes 2009, severity 1, on linear sRGB.
var colourVision = map[string][3]vector{
	"all":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func linear(t *testing.T, hex string) (v vector) {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("colour %q", hex)
	}
	for i := range v {
		c := float64(n>>(16-8*i)&0xff) / 255
		if v[i] = c / 12.92; c > 0.04045 {
			v[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return v
}

func luminance(v vector) float64 { return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2] }

func apply(m [3]vector, v vector) (out vector) {
	for i, row := range m {
		out[i] = min(1, max(0, row[0]*v[0]+row[1]*v[1]+row[2]*v[2]))
	}
	return out
}

// lab gives CIE L*a*b* under D65.
func lab(v vector) vector {
	f := func(t float64) float64 {
		if t > 0.008856 {
			return math.Cbrt(t)
		}
		return 7.787*t + 16.0/116
	}
	x := f((0.4124*v[0] + 0.3576*v[1] + 0.1805*v[2]) / 0.9505)
	y := f(luminance(v))
	z := f((0.0193*v[0] + 0.1192*v[1] + 0.9505*v[2]) / 1.089)
	return vector{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func distance(a, b vector) float64 {
	return math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2])
}
