package geo

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Validator checks attributes against the JSON Schemas of asset types. It
// keeps each compiled schema by type and version, and may be used by many
// goroutines.
type Validator struct {
	mu      sync.Mutex
	schemas map[schemaKey]*knownSchema
}

type schemaKey struct {
	name    string
	version int
}

// knownSchema is a compiled schema, with the hashes of attributes that hold to
// it: the same few come again and again in a file.
type knownSchema struct {
	*jsonschema.Schema
	holds map[[sha256.Size]byte]bool
}

// maxHolds bounds how many attributes are remembered for a schema.
const maxHolds = 10_000

// NewValidator returns a validator without schemas; they are compiled on use.
func NewValidator() *Validator {
	return &Validator{schemas: map[schemaKey]*knownSchema{}}
}

// Check returns what is wrong with attributes under type t, in the order of
// the type's fields. An unreadable schema is one error at /properties.
func (v *Validator) Check(t *AssetType, attributes map[string]json.RawMessage) []FieldError {
	schema, err := v.schema(t)
	if err != nil {
		return []FieldError{fieldError("/properties", "schema",
			"Aturan isian jenis ini rusak. Hubungi administrator.", "The rules of this type are broken. Ask an administrator.")}
	}
	text, err := object(attributes)
	if err != nil {
		return []FieldError{fieldError("/properties", "json", "Isian bukan JSON yang sah.", "The fields are not valid JSON.")}
	}
	hash := sha256.Sum256(text)
	v.mu.Lock()
	holds := schema.holds[hash]
	v.mu.Unlock()
	if holds {
		return nil
	}
	problems := check(t, schema.Schema, attributes)
	if len(problems) == 0 {
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(schema.holds) == maxHolds {
			clear(schema.holds)
		}
		schema.holds[hash] = true
	}
	return problems
}

func check(t *AssetType, schema *jsonschema.Schema, attributes map[string]json.RawMessage) []FieldError {
	values := make(map[string]any, len(attributes))
	for name, raw := range attributes {
		value, err := valueOf(raw)
		if err != nil {
			return []FieldError{fieldError("/properties", "json", "Isian bukan JSON yang sah.", "The fields are not valid JSON.")}
		}
		values[name] = value
	}
	if err := textProblem(attributes); err != nil {
		return []FieldError{*err}
	}
	var failed *jsonschema.ValidationError
	if err := schema.Validate(values); !errors.As(err, &failed) {
		return nil
	}
	problems := leaves(failed, nil)
	slices.SortStableFunc(problems, func(a, b FieldError) int {
		return fieldPosition(t, a.Pointer) - fieldPosition(t, b.Pointer)
	})
	return problems
}

// valueOf is a JSON value as schemas know it.
func valueOf(raw json.RawMessage) (any, error) {
	if text, ok := PlainText(raw); ok {
		return text, nil
	}
	if plainNumber(raw) {
		return json.Number(raw), nil
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(raw))
}

func textProblem(attributes map[string]json.RawMessage) *FieldError {
	for name, raw := range attributes {
		if !bytes.Contains(raw, []byte(`\u`)) && !bytes.ContainsFunc(raw, func(c rune) bool { return c < 0x20 }) {
			continue
		}
		var s string
		if json.Unmarshal(raw, &s) == nil && !Printable(s) {
			e := fieldError("/properties/"+name, "characters", "Berisi huruf yang tidak dapat disimpan.", "Holds characters that cannot be stored.")
			return &e
		}
	}
	return nil
}

func fieldPosition(t *AssetType, pointer string) int {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/properties/"), "/")
	return slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
}

func (v *Validator) schema(t *AssetType) (*knownSchema, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := schemaKey{t.Name, t.Version}
	if s := v.schemas[key]; s != nil {
		return s, nil
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(t.Schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	url := "patok:" + t.Name
	if err := c.AddResource(url, document); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return nil, err
	}
	s := &knownSchema{compiled, map[[sha256.Size]byte]bool{}}
	v.schemas[key] = s
	return s, nil
}

// leaves turns the innermost causes of a validation error into field errors.
func leaves(e *jsonschema.ValidationError, out []FieldError) []FieldError {
	if len(e.Causes) > 0 {
		for _, c := range e.Causes {
			out = leaves(c, out)
		}
		return out
	}
	pointer := "/properties"
	for _, part := range e.InstanceLocation {
		pointer += "/" + part
	}
	if k, ok := e.ErrorKind.(*kind.Required); ok {
		for _, name := range k.Missing {
			out = append(out, fieldError("/properties/"+name, "required", "Wajib diisi.", "Required."))
		}
		return out
	}
	code, message := explain(e.ErrorKind)
	return append(out, FieldError{Pointer: pointer, Code: code, Message: message})
}

// explain puts a broken schema rule into words that a person in an office
// understands.
func explain(k jsonschema.ErrorKind) (string, Text) {
	switch k := k.(type) {
	case *kind.Enum:
		values := make([]string, len(k.Want))
		for i, w := range k.Want {
			values[i] = fmt.Sprint(w)
		}
		list := strings.Join(values, ", ")
		return "enum", Text{ID: "Harus salah satu dari: " + list + ".", EN: "Must be one of: " + list + "."}
	case *kind.Type:
		return "type", typeText(k.Want)
	case *kind.Minimum:
		n, _ := k.Want.Float64()
		return "minimum", Text{ID: fmt.Sprintf("Paling sedikit %g.", n), EN: fmt.Sprintf("At least %g.", n)}
	case *kind.Maximum:
		n, _ := k.Want.Float64()
		return "maximum", Text{ID: fmt.Sprintf("Paling banyak %g.", n), EN: fmt.Sprintf("At most %g.", n)}
	case *kind.MaxLength:
		return "too_long", Text{ID: fmt.Sprintf("Paling banyak %d huruf.", k.Want), EN: fmt.Sprintf("At most %d characters.", k.Want)}
	case *kind.Pattern:
		return "pattern", Text{ID: "Bentuk isian tidak sesuai.", EN: "Not in the expected form."}
	case *kind.Format:
		return "format", Text{ID: "Bentuk isian tidak sesuai (" + k.Want + ").", EN: "Not in the expected form (" + k.Want + ")."}
	case *kind.UniqueItems:
		return "unique", Text{ID: "Pilihan tidak boleh berulang.", EN: "A choice may not be repeated."}
	case *kind.AdditionalProperties:
		return "unknown", Text{ID: "Isian ini tidak dikenal.", EN: "This field is not known."}
	}
	return "schema", Text{ID: "Isian tidak sesuai aturan.", EN: "The value breaks a rule."}
}

func typeText(want []string) Text {
	words := map[string]Text{
		"integer": {ID: "bilangan bulat", EN: "a whole number"},
		"number":  {ID: "angka", EN: "a number"},
		"string":  {ID: "teks", EN: "text"},
		"boolean": {ID: "ya atau tidak", EN: "yes or no"},
		"array":   {ID: "daftar", EN: "a list"},
		"object":  {ID: "objek", EN: "an object"},
	}
	w := words[strings.Join(want, "")]
	if w.ID == "" {
		w = Text{ID: strings.Join(want, "/"), EN: strings.Join(want, "/")}
	}
	return Text{ID: "Harus berupa " + w.ID + ".", EN: "Must be " + w.EN + "."}
}
