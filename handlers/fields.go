package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// fields reads the members of a small JSON object one by one, by exact name
// and type, and gathers what is wrong with them. Ask done at the end.
type fields struct {
	members  map[string]json.RawMessage
	pointer  string // of the object
	read     map[string]bool
	problems *[]geo.FieldError
}

// readFields reads a JSON body of at most limit bytes.
func readFields(w http.ResponseWriter, r *http.Request, limit int64) (*fields, error) {
	if err := contentType(r, typeJSON); err != nil {
		return nil, err
	}
	members, err := readJSON(w, r, limit)
	if err != nil {
		return nil, err
	}
	return &fields{members: members, read: map[string]bool{}, problems: &[]geo.FieldError{}}, nil
}

// has reports whether a member was given, be it null.
func (f *fields) has(name string) bool {
	_, given := f.members[name]
	return given
}

func (f *fields) bad(name, code, id, en string) {
	*f.problems = append(*f.problems, fieldProblem(f.pointer+"/"+name, code, id, en))
}

// add adds what a check of the object found.
func (f *fields) add(problems []geo.FieldError) {
	for _, p := range problems {
		p.Pointer = f.pointer + p.Pointer
		*f.problems = append(*f.problems, p)
	}
}

// need reads a member that must be there.
func need[T any](f *fields, name string) T {
	if v := maybe[T](f, name); v != nil {
		return *v
	}
	if raw, given := f.members[name]; !given || string(raw) == "null" {
		f.bad(name, "required", "Wajib diisi.", "Required.")
	}
	var none T
	return none
}

// maybe reads a member that may be left out or null, which gives nil.
func maybe[T any](f *fields, name string) *T {
	f.read[name] = true
	raw, given := f.members[name]
	if !given || string(raw) == "null" {
		return nil
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		f.bad(name, "type", "Isian ini salah jenisnya.", "Of the wrong type.")
		return nil
	}
	return &v
}

// list reads a member that is a list of at most most objects.
func (f *fields) list(name string, most int) []*fields {
	var out []*fields
	given := need[[]json.RawMessage](f, name)
	if len(given) > most {
		f.bad(name, "too_many", fmt.Sprintf("Paling banyak %d.", most), fmt.Sprintf("At most %d.", most))
		return nil
	}
	for i, raw := range given {
		members, err := object(raw)
		if err != nil {
			f.bad(name+"/"+strconv.Itoa(i), "type", "Harus objek.", "Must be an object.")
			continue
		}
		out = append(out, f.inner(name+"/"+strconv.Itoa(i), members))
	}
	return out
}

// object reads a member that must be an object; nil when it is none.
func (f *fields) object(name string) *fields {
	raw := need[json.RawMessage](f, name)
	if raw == nil {
		return nil
	}
	members, err := object(raw)
	if err != nil {
		f.bad(name, "type", "Harus objek.", "Must be an object.")
		return nil
	}
	return f.inner(name, members)
}

// raw reads a member as it stands; nil when it was left out.
func (f *fields) raw(name string) json.RawMessage {
	f.read[name] = true
	return f.members[name]
}

// inner is the reading of an object within f.
func (f *fields) inner(name string, members map[string]json.RawMessage) *fields {
	return &fields{members: members, pointer: f.pointer + "/" + name, read: map[string]bool{}, problems: f.problems}
}

// unknown makes a problem of each member that nobody asked for.
func (f *fields) unknown() {
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		if !f.read[name] {
			f.bad(escapePointer(name), "unknown", "Isian ini tidak dikenal.", "This field is not known.")
		}
	}
}

// done returns everything that is wrong as one error, nil when nothing is.
func (f *fields) done(op string) error {
	f.unknown()
	return geo.InvalidFields(op, *f.problems)
}

// escapePointer writes a name as a part of a JSON pointer (RFC 6901).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
