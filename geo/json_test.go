package geo

import (
	"encoding/json"
	"testing"
)

// What is read and written without encoding/json is what encoding/json would
// have read and written.
func TestPlainJSON(t *testing.T) {
	for _, raw := range []string{`""`, `"a"`, `"RT 004"`, `"Posyandu “Melati” ½"`, `"a\"b"`, `"a\u0041"`, `"a\\"`, `"\"`, `"a`, `a"`, `"`, "", "\"a\x01b\"", "\"a\nb\"",
		"\"a\x7fb\"", "\"\xff\"", "\"\xed\xa0\x80\"", `"a"b"`, `null`, `12`, `{}`, `["a"]`} {
		var want string
		readable := raw != "" && raw[0] == '"' && json.Unmarshal([]byte(raw), &want) == nil
		got, ok := PlainText(json.RawMessage(raw))
		if ok && (!readable || got != want) {
			t.Errorf("%q was read as %q; encoding/json reads %q, %v", raw, got, want, readable)
		}
		var number json.Number
		if plainNumber([]byte(raw)) && json.Unmarshal([]byte(raw), &number) != nil {
			t.Errorf("%q was taken for a number", raw)
		}
	}
	for raw, want := range map[string]bool{"0": true, "7": true, "-12": true, "120": true, "": false, "-": false, "01": false, "-01": false, "1.5": false, "1e3": false, "+1": false} {
		if got := plainNumber([]byte(raw)); got != want {
			t.Errorf("%q: %v", raw, got)
		}
	}
	for _, text := range []string{"", "a", `a"b`, `a\b`, "a\nb", "<b>&", "½ “x”", "\x00", "\xff", "\u2028"} {
		var back, want string
		wanted, _ := json.Marshal(text)
		_ = json.Unmarshal(wanted, &want)
		if err := json.Unmarshal(Quote(text), &back); err != nil || back != want {
			t.Errorf("%q became %s, %v", text, Quote(text), err)
		}
	}
	members := map[string]json.RawMessage{"b": json.RawMessage(`"x"`), "a": json.RawMessage(`12`), "d": json.RawMessage(` [ "y" , 1.50 ] `), "c": json.RawMessage("true"), "é": json.RawMessage(`"\u00e9"`)}
	want, err := json.Marshal(members)
	if got, err2 := object(members); err != nil || err2 != nil || string(got) != string(want) {
		t.Errorf("%s, want %s", got, want)
	}
	if got, err := object(nil); string(got) != "{}" || err != nil {
		t.Error(string(got), err)
	}
	if got, err := object(map[string]json.RawMessage{"a": json.RawMessage(`"x`)}); err == nil {
		t.Errorf("%s is no JSON", got)
	}
}
