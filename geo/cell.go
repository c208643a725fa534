package geo

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Takes reports whether an edit of an asset of type t may set the property.
func (t *AssetType) Takes(property string) bool {
	return isCommon(property) || t.Field(property) != nil
}

// Cell turns a value as offices write it into the one that property takes:
// "1,5" into a number, "ya" into true, "Rusak ringan" into rusak_ringan, a
// field's label into its value, 31/12/2025 into a date. A value that cannot be
// turned comes back as it is, for the rules to refuse. Empty text is nil: the
// file says nothing.
func Cell(t *AssetType, property string, raw json.RawMessage) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	s, plain := PlainText(raw)
	if !plain && (raw[0] != '"' || json.Unmarshal(raw, &s) != nil) {
		return plainCell(t, property, raw)
	}
	said := s
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	text := func(understood string) json.RawMessage {
		if plain && understood == said {
			return raw
		}
		return Quote(understood)
	}
	switch property {
	case "condition", "operation", "taken_by":
		return text(strings.ReplaceAll(strings.ToLower(s), " ", "_"))
	case "accuracy_m":
		return numberCell(s)
	}
	f := t.Field(property)
	if f == nil {
		return text(s)
	}
	switch f.Widget {
	case "number":
		return numberCell(s)
	case "check":
		return checkCell(s)
	case "select":
		return text(optionOf(f, s))
	case "multi":
		return multiCell(f, s)
	case "date":
		return text(dateCell(s))
	case "time":
		return text(timeCell(s))
	}
	return text(s)
}

// plainCell is a value that is no text: a number where text belongs becomes
// text, everything else stays.
func plainCell(t *AssetType, property string, raw json.RawMessage) json.RawMessage {
	number := raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'
	if !number {
		return raw
	}
	if f := t.Field(property); f != nil {
		if slices.Contains([]string{"text", "tel", "select"}, f.Widget) {
			return Quote(string(raw))
		}
		return raw
	}
	if property == "accuracy_m" {
		return raw
	}
	return Quote(string(raw))
}

// numberCell reads 12, 1.5 and 1,5; thousands are not guessed.
func numberCell(s string) json.RawMessage {
	n := strings.Replace(s, ",", ".", 1)
	f, err := strconv.ParseFloat(n, 64)
	if err != nil || strings.ContainsAny(n, "xXpP_nN") {
		return Quote(s)
	}
	return json.RawMessage(strconv.FormatFloat(f, 'f', -1, 64))
}

func checkCell(s string) json.RawMessage {
	switch strings.ToLower(s) {
	case "ya", "y", "ada", "true", "1", "yes", "aktif", "x", "✓":
		return json.RawMessage("true")
	case "tidak", "t", "tidak ada", "false", "0", "no", "n", "tidak aktif", "-":
		return json.RawMessage("false")
	}
	return Quote(s)
}

// optionOf finds the option that s names, by value or by label, in any case.
func optionOf(f *Field, s string) string {
	for _, o := range f.Options {
		if strings.EqualFold(s, o.Value) || strings.EqualFold(s, o.Label.ID) || strings.EqualFold(s, o.Label.EN) {
			return o.Value
		}
	}
	return s
}

func multiCell(f *Field, s string) json.RawMessage {
	separator := ","
	for _, c := range []string{"|", ";"} {
		if strings.Contains(s, c) {
			separator = c
		}
	}
	values := []string{}
	for part := range strings.SplitSeq(s, separator) {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, optionOf(f, part))
		}
	}
	b, err := json.Marshal(values)
	if err != nil {
		return Quote(s) // cannot happen: a list of strings has a form
	}
	return b
}

// dateCell reads the day first, as Indonesia writes it.
func dateCell(s string) string {
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2.1.2006"} {
		if d, err := time.Parse(layout, s); err == nil {
			return d.Format(time.DateOnly)
		}
	}
	return s
}

// timeCell reads 7.30 and 7:30 as 07:30.
func timeCell(s string) string {
	if d, err := time.Parse("15:04", strings.Replace(s, ".", ":", 1)); err == nil {
		return d.Format("15:04")
	}
	return s
}
