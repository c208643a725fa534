package geo

import (
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// Attributes are JSON and stay JSON from the request to the database. Nearly all
// of their values are plain, and need neither to be parsed nor written anew.

// PlainText is the text of a JSON string that stands there as it reads, without
// an escape. ok is false for every other value: then encoding/json has to read it.
func PlainText(raw json.RawMessage) (text string, ok bool) {
	if !plainString(raw) {
		return "", false
	}
	return string(raw[1 : len(raw)-1]), true
}

func plainString(raw []byte) bool {
	n := len(raw)
	if n < 2 || raw[0] != '"' || raw[n-1] != '"' {
		return false
	}
	ascii := true
	for _, c := range raw[1 : n-1] {
		if c < 0x20 || c == '"' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(raw)
}

// plainNumber reports whether raw is a whole number as JSON writes it.
func plainNumber(raw []byte) bool {
	if len(raw) > 1 && raw[0] == '-' {
		raw = raw[1:]
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(raw) > 0 && (raw[0] != '0' || len(raw) == 1)
}

// Quote is text as a JSON string.
func Quote(text string) json.RawMessage {
	b := append(append(append(make(json.RawMessage, 0, len(text)+2), '"'), text...), '"')
	if plainString(b) {
		return b
	}
	b, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage(`""`) // cannot happen: every string has a form
	}
	return b
}

// object is a JSON object of members, in the order of their names. It is an
// error when one is no JSON.
func object(members map[string]json.RawMessage) (json.RawMessage, error) {
	size := 2
	for name, value := range members {
		size += len(name) + len(value) + 4
	}
	b := append(make(json.RawMessage, 0, size), '{')
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(b, Quote(name)...), ':')
		value := members[name]
		if !plainString(value) && !plainNumber(value) {
			var err error
			if value, err = json.Marshal(value); err != nil {
				return nil, err
			}
		}
		b = append(b, value...)
	}
	return append(b, '}'), nil
}
