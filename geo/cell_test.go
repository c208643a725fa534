package geo

import (
	"encoding/json"
	"testing"
)

func TestCell(t *testing.T) {
	option := func(v, id, en string) Option { return Option{Value: v, Label: Text{ID: id, EN: en}} }
	at := &AssetType{Fields: []Field{
		{Name: "kk", Widget: "number"}, {Name: "cctv", Widget: "check"}, {Name: "tgl", Widget: "date"}, {Name: "jam", Widget: "time"},
		{Name: "sk", Widget: "text"}, {Name: "telepon", Widget: "tel"},
		{Name: "tempat", Widget: "select", Options: []Option{option("balai_rw", "Balai RW", "RW hall")}},
		{Name: "alat", Widget: "multi", Options: []Option{option("p3k", "P3K", "First aid kit"), option("senter", "Senter", "Torch")}},
	}}
	for _, c := range []struct{ property, raw, want string }{
		{"kk", `"12"`, `12`}, {"kk", `"1,5"`, `1.5`}, {"kk", `12`, `12`}, {"kk", `"dua belas"`, `"dua belas"`}, {"kk", `"NaN"`, `"NaN"`},
		{"kk", `"1.234,5"`, `"1.234,5"`}, {"kk", `""`, ``}, {"kk", `null`, ``}, {"kk", `"0x10"`, `"0x10"`},
		{"cctv", `"Ya"`, `true`}, {"cctv", `"tidak ada"`, `false`}, {"cctv", `true`, `true`}, {"cctv", `"rusak"`, `"rusak"`},
		{"tgl", `"31/12/2025"`, `"2025-12-31"`}, {"tgl", `"2025-12-31"`, `"2025-12-31"`}, {"tgl", `"12/31/2025"`, `"12/31/2025"`},
		{"jam", `"7.30"`, `"07:30"`}, {"jam", `"22:30"`, `"22:30"`}, {"jam", `"sore"`, `"sore"`},
		{"sk", `7`, `"7"`}, {"telepon", `62354`, `"62354"`},
		{"tempat", `"balai rw"`, `"balai_rw"`}, {"tempat", `"RW hall"`, `"balai_rw"`}, {"tempat", `"gua"`, `"gua"`},
		{"alat", `"P3K, Senter"`, `["p3k","senter"]`}, {"alat", `"senter;gong"`, `["senter","gong"]`}, {"alat", `["p3k"]`, `["p3k"]`},
		{"condition", `"Rusak ringan"`, `"rusak_ringan"`}, {"accuracy_m", `"4,5"`, `4.5`}, {"name", `5`, `"5"`}, {"name", `"  A "`, `"A"`}, {"rt", `5`, `"5"`},
	} {
		if got := string(Cell(at, c.property, json.RawMessage(c.raw))); got != c.want {
			t.Errorf("%s = %s gave %s, want %s", c.property, c.raw, got, c.want)
		}
	}
}

func TestTakes(t *testing.T) {
	at := &AssetType{Fields: []Field{{Name: "strata"}}}
	for property, want := range map[string]bool{"strata": true, "name": true, "rt": true, "fcode": false, "id": false, "placement": false} {
		if got := at.Takes(property); got != want {
			t.Errorf("%s: %v", property, got)
		}
	}
}
