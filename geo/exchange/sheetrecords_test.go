package exchange

import (
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// Assets and areas come from tables as people lay them out, too.
func TestAssetsOfTables(t *testing.T) {
	rows := [][]any{{"DAFTAR POSYANDU"}, {}, {"No", "Judul", "Lintang", "Bujur", "RT"}, {1, "Melati", -7.805, 112.005, "003"}, {nil, "Mawar"}, {nil, "JUMLAH", nil, nil, 2}}
	text := "DAFTAR POSYANDU;;;;\n;;;;\nNo;Judul;Lintang;Bujur;RT\n1;Melati;-7,805;112,005;003\n;Mawar;;;\n;JUMLAH;;;2\n"
	want := []string{`4 posyandu 112.005,-7.805 {"name":"Melati","no":"1","rt":"003"}`, `5 posyandu {"name":"Mawar"}`, "6 A row of totals."}
	for name, src := range map[string]Source{"xlsx": Bytes("a.xlsx", excel(t, rows, nil)), "csv": Bytes("a.csv", []byte(text))} {
		plan := Plan{What: WhatAssets, Type: "posyandu", HeaderRow: 3, Columns: map[string]Mapping{"Judul": {To: "name"}}}
		got, err := assetsOf(t, src, plan.AssetOptions())
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %d rows, %v", name, len(got), err)
		}
		for i, row := range got {
			said := words(row)
			if row.Skipped != nil {
				said = "6 " + row.Skipped.EN
			}
			if said != want[i] {
				t.Errorf("%s: %s, want %s", name, said, want[i])
			}
		}
	}
}

func TestAreasOfTables(t *testing.T) {
	square := "POLYGON((112 -7.81,112.01 -7.81,112.01 -7.80,112 -7.80,112 -7.81))"
	src := Bytes("a.xlsx", excel(t, [][]any{{"Batas wilayah"}, {"kd", "Desa", "Kode lama", "bidang"}, {"35.71.01.1001", "Bandar Lor", "x", square}, {"Total", nil, nil, 1}}, nil))
	plan := Plan{What: WhatAreas, Source: "BIG", Columns: map[string]Mapping{"kd": {To: "code"}, "Desa": {To: "name"}, "bidang": {To: "boundary"}, "Kode lama": {To: "ignore"}}}
	var rows []geo.AreaRow
	for row, err := range Areas(src, plan.AreaOptions()) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) != 2 || rows[0].Code != "35.71.01.1001" || rows[0].Name != "Bandar Lor" || rows[0].Source != "BIG" || len(rows[0].Boundary) != 1 || rows[1].Skipped == nil {
		t.Errorf("%+v", rows)
	}
	// A column that was mapped takes the place of one that is called so.
	plain := Bytes("a.csv", []byte("kode;kode_baru;nama;wkt\n35.71.01.1009;35.71.01.1001;Bandar Lor;"+strings.ReplaceAll(square, ",", ", ")+"\n"))
	for row, err := range Areas(plain, Plan{Columns: map[string]Mapping{"kode_baru": {To: "code"}}}.AreaOptions()) {
		if err != nil || row.Code != "35.71.01.1001" || len(row.Refused) != 0 {
			t.Errorf("%+v %v", row, err)
		}
	}
}
