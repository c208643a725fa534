package geo

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestDecisionCheck(t *testing.T) {
	many := map[string]string{}
	for i := range maxFieldNotes + 1 {
		many["/properties/a"+strings.Repeat("b", i)] = "x"
	}
	for name, c := range map[string]struct {
		d    Decision
		want string
	}{
		"approved, no note":     {Decision{Act: ActApproved}, ""},
		"withdrawn, no note":    {Decision{Act: ActWithdrawn}, ""},
		"returned, no note":     {Decision{Act: ActReturned}, "/note required"},
		"rejected, no note":     {Decision{Act: ActRejected}, "/note required"},
		"returned with notes":   {Decision{Act: ActReturned, Note: "x", Fields: map[string]string{"/geometry": "a", "/properties/strata": "b", "/properties/sasaran/0": "c"}}, ""},
		"a note at nothing":     {Decision{Act: ActReturned, Note: "x", Fields: map[string]string{"/id": "a"}}, "/fields pointer"},
		"a note that is long":   {Decision{Act: ActReturned, Note: strings.Repeat("é", MaxNoteRunes+1)}, "/note too_long"},
		"a note with NUL":       {Decision{Act: ActApproved, Note: "a\x00b"}, "/note characters"},
		"a field's, with NUL":   {Decision{Act: ActApproved, Fields: map[string]string{"/geometry": "\x00"}}, "/fields characters"},
		"more than fields are":  {Decision{Act: ActReturned, Note: "x", Fields: many}, "/fields too_many"},
		"a name that is a text": {Decision{Act: ActReturned, Note: "x", Fields: map[string]string{"/properties/" + strings.Repeat("a", 101): "x"}}, "/fields pointer"},
	} {
		got := ""
		if e, ok := errors.AsType[*Error](c.d.Check()); ok {
			got = strings.TrimPrefix(e.Fields[0].Pointer, "/properties") + " " + e.Fields[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSettle(t *testing.T) {
	typ := posyanduType()
	input, base := Proposed(melati(), edited(func(a *Asset) { a.Name, a.RT = "Mawar", "005" }), typ)
	current := edited(func(a *Asset) { a.Name = "Kenanga" })
	for name, c := range map[string]struct {
		over Input
		keep map[string]Preferred
		want string // the merged input's fields, and clashes
	}{
		"nothing said": {Input{}, nil, `{"properties":{"rt":"005"}} 1`},
		"mine":         {Input{}, map[string]Preferred{"/properties/name": Mine}, `{"properties":{"name":"Mawar","rt":"005"}} 0`},
		"theirs":       {Input{}, map[string]Preferred{"/properties/name": Theirs}, `{"properties":{"rt":"005"}} 0`},
		"anew":         {Input{Properties: map[string]json.RawMessage{"name": json.RawMessage(`"Dahlia"`)}}, nil, `{"properties":{"rt":"005"}} 0`},
		"of another":   {Input{}, map[string]Preferred{"/properties/rt": Theirs}, `{"properties":{"rt":"005"}} 1`},
	} {
		x := Proposal{Input: input, Base: base}
		_, clashes := Merge(x.Base, current, x.Input)
		x.Settle(clashes, c.over, c.keep)
		merged, left := Merge(x.Base, current, x.Input)
		b, _ := json.Marshal(merged)
		if got := string(b) + " " + string(rune('0'+len(left))); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
