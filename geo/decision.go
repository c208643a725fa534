package geo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Decision is what somebody decides about a proposal.
type Decision struct {
	Act          ReviewAct // ActApproved, ActReturned, ActRejected or ActWithdrawn
	ID           int64
	Version      int64 // of the proposal that was read
	AssetVersion int64 // with ActApproved: of the asset that was read; 0 when there is none
	Note         string
	Fields       map[string]string // notes by JSON pointer into the feature
}

// maxFieldNotes bounds the notes of a decision; a feature has fewer fields.
const maxFieldNotes = 100

// Check returns an error of kind Invalid unless the notes are in order: who
// returns or rejects something says why.
func (d Decision) Check() error {
	var problems []FieldError
	if d.Note == "" && (d.Act == ActReturned || d.Act == ActRejected) {
		problems = append(problems, fieldError("/note", "required", "Tuliskan alasannya.", "Say why."))
	}
	problems = append(problems, CheckNote("/note", d.Note)...)
	if len(d.Fields) > maxFieldNotes {
		problems = append(problems, fieldError("/fields", "too_many", "Terlalu banyak catatan.", "Too many notes."))
	}
	for _, pointer := range slices.Sorted(maps.Keys(d.Fields)) {
		if fieldOf(pointer) == "" {
			problems = append(problems, fieldError("/fields", "pointer", "Catatan harus menunjuk sebuah isian.", "A note must point at a field."))
			continue
		}
		problems = append(problems, CheckNote("/fields", d.Fields[pointer])...)
	}
	return InvalidFields("geo.Decision.Check", problems)
}

// CheckNote lists what is wrong with a note: too long, or not to be stored.
func CheckNote(pointer, note string) []FieldError {
	switch {
	case utf8.RuneCountInString(note) > MaxNoteRunes:
		return []FieldError{fieldError(pointer, "too_long", fmt.Sprintf("Paling banyak %d huruf.", MaxNoteRunes), fmt.Sprintf("At most %d characters.", MaxNoteRunes))}
	case !Printable(note):
		return []FieldError{fieldError(pointer, "characters", "Berisi huruf yang tidak dapat disimpan.", "Holds characters that cannot be stored.")}
	}
	return nil
}

// Pointer is the JSON pointer into a feature at one of its fields.
func Pointer(field string) string {
	if field == FieldGeometry {
		return "/" + field
	}
	return "/properties/" + field
}

// fieldOf is the field that a pointer points at or into; "" for none.
func fieldOf(pointer string) string {
	rest, ok := strings.CutPrefix(pointer, "/properties/")
	if !ok {
		if pointer == "/"+FieldGeometry {
			return FieldGeometry
		}
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	if len(name) > 100 || !Printable(name) {
		return ""
	}
	return name
}

// Correction is a proposal sent again from its first step.
type Correction struct {
	ID      int64
	Version int64
	Input   Input                // over what the proposal proposes
	Reason  string               // "" keeps the one that is there
	Keep    map[string]Preferred // by JSON pointer: whose value stands where both changed a field
}

// Preferred is whose value of a field stands.
type Preferred string

// The choices.
const (
	Mine   Preferred = "mine"   // the proposal's
	Theirs Preferred = "theirs" // the published one
)

// Settle settles clashes of the proposal. What the published asset says stands
// where keep says so, and for now where over names the field anew: it is taken out
// of what is proposed. Where the proposal's own value stands its author has read
// the published one now.
func (x *Proposal) Settle(clashes []Clash, over Input, keep map[string]Preferred) {
	mine, was, named := x.Input.members(), x.Base.members(), over.members()
	for _, c := range clashes {
		_, anew := named[c.Field]
		switch {
		case anew, keep[Pointer(c.Field)] == Theirs:
			drop(mine, c.Field)
		case keep[Pointer(c.Field)] == Mine:
			was[c.Field] = c.Theirs
		}
	}
	x.Input, x.Base = inputOf(mine), inputOf(was)
}

// drop takes a field out of an input; the point goes with how it was taken.
func drop(members map[string]json.RawMessage, field string) {
	delete(members, field)
	if field == FieldGeometry {
		for _, f := range fixFields {
			delete(members, f)
		}
	}
}
