package geo

import (
	"encoding/json"
	"testing"

	"github.com/paulmach/orb"
)

// edited is melati after a change.
func edited(change func(*Asset)) *Asset {
	a := melati()
	private := *a.Private
	a.Private = &private
	change(a)
	return a
}

func TestMerge(t *testing.T) {
	const latMetre = 1 / 111_195.0
	move := func(m float64) func(*Asset) {
		return func(a *Asset) { a.Point = &orb.Point{112.005, -7.805 + m*latMetre} }
	}
	mandiri := func(a *Asset) { a.Attributes = json.RawMessage(`{"strata":"mandiri","sasaran":["bumil","lansia"]}`) }
	for name, c := range map[string]struct {
		mine, theirs func(*Asset)
		want         string // the differences that the merged input makes
		clashes      string
	}{
		"nobody else":             {mandiri, func(*Asset) {}, `strata "madya"→"mandiri"`, ""},
		"other fields":            {mandiri, func(a *Asset) { a.Name, a.Private.Note = "Mawar", "" }, `strata "madya"→"mandiri"`, ""},
		"the same change":         {mandiri, mandiri, "", ""},
		"the same field":          {func(a *Asset) { a.Name = "Mawar" }, func(a *Asset) { a.Name = "Kenanga" }, "", `name "Posyandu Melati" "Mawar" "Kenanga"`},
		"one clashes, one merges": {func(a *Asset) { a.Name = "Mawar"; mandiri(a) }, func(a *Asset) { a.Name = "Kenanga" }, `strata "madya"→"mandiri"`, `name "Posyandu Melati" "Mawar" "Kenanga"`},
		"a field was emptied":     {func(a *Asset) { a.Private.Note = "baru" }, func(a *Asset) { a.Private.Note = "" }, "", `note "di belakang" "baru" null`},
		"moved to the same spot":  {move(40), move(42), "geometry", ""},
		"moved apart":             {move(40), move(44), "", "geometry"},
		"moved, and a field":      {move(40), func(a *Asset) { a.Address = "Jl. Veteran" }, "geometry", ""},
		"how it was taken":        {func(a *Asset) { move(40)(a); a.TakenBy = "gps" }, func(a *Asset) { move(41)(a); a.TakenBy = "ketik" }, "geometry", ""},
		"taken apart":             {func(a *Asset) { move(40)(a); a.TakenBy = "gps" }, func(a *Asset) { move(80)(a); a.TakenBy = "ketik" }, "", "geometry"},
	} {
		typ := posyanduType()
		input, base := Proposed(melati(), edited(c.mine), typ)
		input, base = kept(t, input), kept(t, base)
		current := edited(c.theirs)
		merged, clashes := Merge(base, current, input)
		got := ""
		for _, k := range clashes {
			got += k.Field
			if k.Field != FieldGeometry {
				got += " " + string(k.Base) + " " + string(k.Mine) + " " + string(k.Theirs)
			}
		}
		if got != c.clashes {
			t.Errorf("%s: clashes %s, want %s", name, got, c.clashes)
		}
		after := Preview(current, typ, Edit{Verb: VerbMerge, Input: merged})
		differ := Differences(current, after, typ)
		got = fieldNames(differ)
		if len(differ) > 0 && differ[0].Field == FieldGeometry {
			got = FieldGeometry
			if *after.Point != *input.Geometry {
				t.Errorf("%s: the point is %v", name, after.Point)
			}
		}
		if got != c.want {
			t.Errorf("%s: merged %s, want %s", name, got, c.want)
		}
	}
}

// kept is the input as it comes back from where it is kept.
func kept(t *testing.T, in Input) Input {
	t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Input
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProposedChangesJustWhatDiffers(t *testing.T) {
	typ := posyanduType()
	input, base := Proposed(melati(), edited(func(a *Asset) {
		a.Name, a.Point, a.Placement, a.VerifiedAt = "Mawar", nil, Held, &a.UpdatedAt
	}), typ)
	got, _ := json.Marshal([]Input{input, base})
	want := `[{"geometry":null,"properties":{"name":"Mawar"}},{"geometry":{"type":"Point","coordinates":[112.005,-7.805]},"properties":{"name":"Posyandu Melati"}}]`
	if string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if input, _ = Proposed(melati(), edited(func(a *Asset) { a.Placement = Override }), typ); string(input.Properties["placement"]) != `"override"` {
		t.Errorf("an override is lost: %v", input)
	}
	whole, _ := Proposed(nil, melati(), typ)
	if d := Differences(melati(), Preview(nil, typ, Edit{Verb: VerbCreate, Input: kept(t, whole)}), typ); fieldNames(d) != `placement "inside"→null` {
		t.Errorf("a create is not kept whole: %s", fieldNames(d))
	}
	if left := whole.Pick(func(f string) bool { return f == FieldGeometry || f == "name" }); !left.HasGeometry || len(left.Properties) != 1 {
		t.Errorf("picked %+v", left)
	}
	if left := whole.Lasting(typ); !left.HasGeometry || left.Properties["name"] == nil || left.Properties["sandi"] == nil || left.Properties["ketua"] != nil {
		t.Errorf("lasting %+v", left)
	}
	if left := whole.Lasting(nil); left.Properties["name"] == nil || left.Properties["sandi"] != nil || left.Properties["ketua"] != nil {
		t.Errorf("lasting of a type that is gone %+v", left)
	}
	over := Input{Properties: map[string]json.RawMessage{"rt": json.RawMessage(`"005"`)}}.Over(whole)
	if len(over.Properties) != len(whole.Properties)+1 || !over.HasGeometry || over.Empty() {
		t.Errorf("one over the other %+v", over)
	}
}
