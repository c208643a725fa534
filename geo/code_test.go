package geo

import (
	"strings"
	"testing"
)

func TestParseCode(t *testing.T) {
	for in, want := range map[string]Code{
		"35": "35", "35.71": "35.71", "3571": "35.71", "357101": "35.71.01",
		"3571011001": "35.71.01.1001", " 35.71.01.1001 ": "35.71.01.1001", "91.01.01.3001": "91.01.01.3001",
	} {
		if got, err := ParseCode(in); err != nil || got != want {
			t.Errorf("ParseCode(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "3", "357", "35710", "3571010", "3571010005", "35.71.01.0001", "35.71.01.4001", "35.7.1",
		"35.71.01.1001.1", "35-71", "３５", "05", "35.71.01.100", "+357101", "35710110010", strings.Repeat("9", 4000)} {
		if got, err := ParseCode(in); KindOf(err) != Invalid {
			t.Errorf("ParseCode(%.20q) = %q, %v; want a refusal", in, got, err)
		}
	}
	if _, err := ParseCode("3571010005"); !strings.Contains(err.Error(), "BPS") {
		t.Errorf("a BPS code is not named so: %v", err)
	}
}

func TestCodeParts(t *testing.T) {
	for _, c := range []struct {
		code, parent Code
		level        Level
		kind         AreaKind
		id           int64
	}{
		{"35", "", 1, Provinsi, 35},
		{"35.71", "35", 2, Kota, 3571},
		{"35.06", "35", 2, Kabupaten, 3506},
		{"35.71.01", "35.71", 3, Kecamatan, 357101},
		{"35.71.01.1001", "35.71.01", 4, Kelurahan, 3571011001},
		{"33.28.01.2001", "33.28.01", 4, Desa, 3328012001},
		{"91.01.01.3001", "91.01.01", 4, DesaAdat, 9101013001},
	} {
		if c.code.Parent() != c.parent || c.code.Level() != c.level || c.code.Kind() != c.kind || c.code.ID() != c.id || CodeOfID(c.id) != c.code {
			t.Errorf("%s: parent %s, level %d, kind %s, id %d", c.code, c.code.Parent(), c.code.Level(), c.code.Kind(), c.code.ID())
		}
	}
	if Code("35.71").Within("35.7") || !Code("35.71").Within("35") || !Code("35.71").Within("35.71") || Code("35").Within("35.71") || !Code("35").Within("") {
		t.Error("Within follows text, not levels")
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"35.71.01.1001", "3571011001", "3571010005", "35..71", "", "35.71.01.1001\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(string(c)); err != nil || again != c || CodeOfID(c.ID()) != c || c.Level() == 0 || c.Kind() == "" {
			t.Errorf("%q gave %q, which gave %q, %v", s, c, again, err)
		}
	})
}
