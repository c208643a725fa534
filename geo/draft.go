package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// The limits of an asset's text.
const (
	MaxNameRunes    = 120
	MaxAddressRunes = 300
	MaxNoteRunes    = 2000
)

// isReadOnly reports whether only the server sets a property; in input it is
// ignored, so that a client may send back what it got.
func isReadOnly(property string) bool {
	switch property {
	case "id", "type", "area_located", "area_name", "verified_at", "verified_by", "placement", "outside_m", "marks", "example",
		"version", "revision", "updated_at", "can_edit", "proposals", "distance_m", "links":
		return true
	}
	return false
}

// isCommon reports whether every type has a property, and a client may set it.
func isCommon(property string) bool {
	switch property {
	case "name", "uuid", "area_code", "rt", "rw", "address", "condition", "operation", "accuracy_m", "taken_by", "taken_at",
		"placement_reason", "source", "note":
		return true
	}
	return false
}

// ApplyInput makes a draft of edit e over base (nil for a create), under type
// t whose attributes v validates. It returns an error of kind Invalid that
// lists every broken rule. base is not changed.
func ApplyInput(base *Asset, t *AssetType, v *Validator, e Edit) (*Draft, error) {
	d, attributes, problems := draft(base, t, e)
	problems = append(problems, v.Check(t, attributes)...)
	if d.Asset.Name == "" {
		problems = append(problems, fieldError("/properties/name", "required", "Nama wajib diisi.", "A name is required."))
	}
	if err := InvalidFields("geo.ApplyInput", problems); err != nil {
		return nil, err
	}
	splitAttributes(t, attributes, &d.Asset)
	return d, nil
}

// Preview is the asset as edit e would leave base, whether or not that holds to
// the rules.
func Preview(base *Asset, t *AssetType, e Edit) *Asset {
	d, attributes, _ := draft(base, t, e)
	splitAttributes(t, attributes, &d.Asset)
	return &d.Asset
}

// draft puts the input of e over base. The attributes are apart, as one.
func draft(base *Asset, t *AssetType, e Edit) (*Draft, map[string]json.RawMessage, []FieldError) {
	d := &Draft{Asset: Asset{Type: t.Name, Operation: "aktif", Private: &Private{}}}
	attributes := map[string]json.RawMessage{}
	if base != nil {
		d.Asset = *base
		private := Private{}
		if base.Private != nil {
			private = *base.Private
		}
		d.Asset.Private = &private
		attributes = allAttributes(base)
		if e.Verb == VerbReplace {
			d.empty()
			clear(attributes)
		}
	}
	d.Asset.TypeVersion = t.Version
	in := &reader{draft: d, properties: e.Input.Properties}
	in.geometry(base, e)
	in.common()
	in.attributes(t, attributes)
	return d, attributes, in.problems
}

// empty clears what a replacement that does not name it shall lose.
func (d *Draft) empty() {
	a := &d.Asset
	a.Name, a.RT, a.RW, a.Address, a.Condition, a.Operation = "", "", "", "", "", "aktif"
	a.AccuracyM, a.TakenBy, a.TakenAt = nil, "", nil
	a.Private.PlacementReason, a.Private.Source, a.Private.Note = "", "", ""
}

// reader takes properties one by one and gathers what is wrong with them.
type reader struct {
	draft      *Draft
	properties map[string]json.RawMessage
	problems   []FieldError
}

func (r *reader) geometry(base *Asset, e Edit) {
	a := &r.draft.Asset
	if e.Input.HasGeometry || e.Verb != VerbMerge {
		a.Point = e.Input.Geometry
	}
	if a.Point != nil {
		if fe := CheckPoint(*a.Point); fe != nil {
			r.problems = append(r.problems, *fe)
		}
	}
	r.draft.PointMoved = base == nil || (base.Point == nil) != (a.Point == nil) ||
		a.Point != nil && *base.Point != *a.Point
	if r.draft.PointMoved && base != nil {
		// How the old point was taken says nothing about the new one.
		a.AccuracyM, a.TakenBy, a.TakenAt = nil, "", nil
	}
	if a.Point == nil {
		a.AccuracyM, a.TakenBy, a.TakenAt = nil, "", nil
	}
}

func (r *reader) common() {
	a, p := &r.draft.Asset, r.draft.Asset.Private
	r.text("name", MaxNameRunes, &a.Name)
	r.text("address", MaxAddressRunes, &a.Address)
	r.text("placement_reason", MaxNoteRunes, &p.PlacementReason)
	r.text("source", MaxAddressRunes, &p.Source)
	r.text("note", MaxNoteRunes, &p.Note)
	r.number3("rt", &a.RT)
	r.number3("rw", &a.RW)
	r.choice("condition", conditionValues, &a.Condition)
	r.choice("operation", operationValues, &a.Operation)
	r.choice("taken_by", takenByValues, &a.TakenBy)
	if a.Operation == "" {
		a.Operation = "aktif"
	}
	r.area()
	r.uuid()
	r.accuracy()
	r.time("taken_at", &a.TakenAt)
	if a.Point == nil {
		a.AccuracyM, a.TakenBy, a.TakenAt = nil, "", nil
	}
}

func (r *reader) attributes(t *AssetType, attributes map[string]json.RawMessage) {
	var unknown []string
	for name, value := range r.properties {
		switch {
		case isReadOnly(name) || isCommon(name):
		case t.Field(name) == nil:
			unknown = append(unknown, name)
		case isNull(value) || string(value) == `""`:
			delete(attributes, name)
		default:
			attributes[name] = value
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		r.fail(name, "unknown", "Isian ini tidak dikenal.", "This field is not known.")
	}
}

func (r *reader) fail(name, code, id, en string) {
	r.problems = append(r.problems, fieldError("/properties/"+name, code, id, en))
}

func fieldError(pointer, code, id, en string) FieldError {
	return FieldError{Pointer: pointer, Code: code, Message: Text{ID: id, EN: en}}
}

// take returns the raw value of name, and whether it was given.
func (r *reader) take(name string) (json.RawMessage, bool) {
	v, ok := r.properties[name]
	return v, ok
}

func isNull(v json.RawMessage) bool { return len(v) == 0 || bytes.Equal(v, []byte("null")) }

func (r *reader) text(name string, maxRunes int, to *string) {
	raw, given := r.take(name)
	if !given {
		return
	}
	s, plain := PlainText(raw)
	if !plain && json.Unmarshal(raw, &s) != nil { // null leaves it empty
		r.fail(name, "type", "Harus berupa teks.", "Must be text.")
		return
	}
	*to = ""
	clean := strings.TrimSpace(s)
	switch {
	case utf8.RuneCountInString(clean) > maxRunes:
		r.fail(name, "too_long", fmt.Sprintf("Paling banyak %d huruf.", maxRunes), fmt.Sprintf("At most %d characters.", maxRunes))
	case !Printable(clean):
		r.fail(name, "characters", "Berisi huruf yang tidak dapat disimpan.", "Holds characters that cannot be stored.")
	default:
		*to = clean
	}
}

// Printable refuses NUL and other control characters but for line breaks and tabs.
func Printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7f
	})
}

// number3 reads an RT or RW number: one to three digits, stored as three.
func (r *reader) number3(name string, to *string) {
	raw, given := r.take(name)
	if !given {
		return
	}
	if isNull(raw) || bytes.Equal(raw, []byte(`""`)) {
		*to = ""
		return
	}
	n, ok := ParseNumber3(strings.Trim(string(raw), `"`))
	if !ok {
		r.fail(name, "pattern", "Harus nomor 1 sampai 3 angka.", "Must be a number of 1 to 3 digits.")
		return
	}
	*to = n
}

// ParseNumber3 reads the number of an RT or RW ("5", "05", "005") and gives it
// with three digits. Zero is none.
func ParseNumber3(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 3 || strings.Trim(s, "0123456789") != "" || strings.Trim(s, "0") == "" {
		return "", false
	}
	return strings.Repeat("0", 3-len(s)) + s, true
}

func (r *reader) choice(name string, values []string, to *string) {
	before := len(r.problems)
	var s string
	if _, given := r.take(name); !given {
		return
	}
	r.text(name, 40, &s)
	if len(r.problems) > before {
		return
	}
	if s != "" && !slices.Contains(values, s) {
		r.fail(name, "enum", "Harus salah satu dari: "+strings.Join(values, ", ")+".", "Must be one of: "+strings.Join(values, ", ")+".")
		return
	}
	*to = s
}

func (r *reader) area() {
	var s string
	if _, given := r.take("area_code"); !given {
		return
	}
	r.text("area_code", 40, &s)
	if s == "" {
		return
	}
	code, err := ParseCode(s)
	if err != nil || code.Level() != LevelKelurahan {
		r.fail("area_code", "code", "Harus kode Kemendagri sebuah kelurahan atau desa.", "Must be the Kemendagri code of a kelurahan or desa.")
		return
	}
	r.draft.Asset.AreaCode = code
}

func (r *reader) uuid() {
	var s string
	a := &r.draft.Asset
	r.text("uuid", 60, &s)
	switch {
	case a.ID != 0: // an asset keeps the one that it was made with
	case s == "":
		a.UUID = NewUUID()
	default:
		id, err := uuid.Parse(s)
		if err != nil {
			r.fail("uuid", "format", "Bukan UUID.", "Not a UUID.")
			return
		}
		a.UUID = id
	}
}

func (r *reader) accuracy() {
	raw, given := r.take("accuracy_m")
	if !given {
		return
	}
	var f *float64
	if err := json.Unmarshal(raw, &f); err != nil || f != nil && (*f < 0 || *f > 100_000) {
		r.fail("accuracy_m", "range", "Harus angka meter dari 0.", "Must be a number of metres from 0.")
		return
	}
	r.draft.Asset.AccuracyM = f
}

func (r *reader) time(name string, to **time.Time) {
	var s string
	if _, given := r.take(name); !given {
		return
	}
	r.text(name, 40, &s)
	*to = nil
	if s == "" {
		return
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		r.fail(name, "format", "Harus waktu, misalnya 2026-11-22T08:00:00+07:00.", "Must be a time such as 2026-11-22T08:00:00+07:00.")
		return
	}
	t = t.UTC().Truncate(time.Microsecond)
	*to = &t
}

// allAttributes joins the public, internal and personal attributes of a.
func allAttributes(a *Asset) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	parts := []json.RawMessage{a.Attributes}
	if a.Private != nil {
		parts = append(parts, a.Private.Internal, a.Private.Personal)
	}
	for _, part := range parts {
		var m map[string]json.RawMessage
		if len(part) > 0 && json.Unmarshal(part, &m) == nil {
			maps.Copy(all, m)
		}
	}
	return all
}

// splitAttributes puts each attribute where its field's sensitivity says, so
// that the public part can be read without ever touching the rest.
func splitAttributes(t *AssetType, all map[string]json.RawMessage, a *Asset) {
	var public, internal, personal map[string]json.RawMessage
	put := func(part *map[string]json.RawMessage, name string, value json.RawMessage) {
		if *part == nil {
			*part = make(map[string]json.RawMessage, len(all))
		}
		(*part)[name] = value
	}
	for name, value := range all {
		switch f := t.Field(name); {
		case f == nil:
		case f.Personal:
			put(&personal, name, value)
		case f.Sensitivity == SensitivityPublic:
			put(&public, name, value)
		default:
			put(&internal, name, value)
		}
	}
	a.Attributes, a.Private.Internal, a.Private.Personal = part(public), part(internal), part(personal)
}

func part(members map[string]json.RawMessage) json.RawMessage {
	if len(members) > 0 {
		if b, err := object(members); err == nil { // always: every value was decoded once
			return b
		}
	}
	return json.RawMessage("{}")
}
