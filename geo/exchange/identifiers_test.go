package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// refusedColumns are the columns that a file is refused for, with their codes.
func refusedColumns(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || e.Kind != geo.Invalid {
		t.Fatal(err)
	}
	var found []string
	for _, f := range e.Fields {
		found = append(found, fmt.Sprint(f.Detail["column"], " ", f.Code, " ", f.Detail["rows"]))
	}
	if len(found) == 0 {
		return e.Message.EN
	}
	return strings.Join(found, "; ")
}

// An identifier is found in every column of every kind of file, however it is
// written.
func TestIdentifiersAreRefusedEverywhere(t *testing.T) {
	plain := [][]string{{"Kode Wilayah", "Nama Kelurahan", "RW", "RT", "Jumlah KK", "Desil 1"},
		{"35.71.01.1001", "Bandar Lor", "001", "002", "40", "7"}, {"35.71.01.1001", "Bandar Lor", "001", "003", "45", "9"}, {"35.71.01.1002", "Bandar Kidul", "002", "001", "39", "3"}}
	for _, number := range []string{"3571011203850001", "'3571011203850001", `"3571011203850001"`, "3571 0112 0385 0001", "3571-0112-0385-0001", "35.7101.120385.0001",
		"3.57101E+15", "3,57101E+15", "3.571011203850001e15", "NIK 3571011203850001", "3571011203850001.0", "357101/120385/0001", "3571011203850001 / 3571011203850002"} {
		for column := range plain[0] {
			for row := range plain {
				if row == 0 {
					continue
				}
				rows := make([][]any, len(plain))
				var text []string
				for i, cells := range plain {
					cells = slices.Clone(cells)
					if i == row {
						cells[column] = number
					}
					for _, c := range cells {
						rows[i] = append(rows[i], c)
					}
					text = append(text, strings.Join(cells, ";"))
				}
				name := plain[0][column]
				want := fmt.Sprintf("%s identifier [%d]", name, row+1)
				files := map[string]Source{"csv": Bytes("a.csv", []byte(strings.ReplaceAll(strings.Join(text, "\n"), `"`, `""`)))}
				if number == "3571011203850001" && row == 1 { // as text and as a number of a workbook
					files["xlsx"] = Bytes("a.xlsx", excel(t, rows, nil))
					rows[row][column] = 3571011203850001.0
					files["number"] = Bytes("b.xlsx", excel(t, rows, nil))
				}
				for kind, src := range files {
					for _, what := range []What{WhatFigures, WhatAssets, WhatAreas} {
						if _, err := Inspect(src, Plan{What: what}, here()); refusedColumns(t, err) != want {
							t.Errorf("%s %s %s in %s: %s, want %s", what, kind, number, name, refusedColumns(t, err), want)
						}
					}
				}
			}
		}
	}
}

func TestHeadingsThatPromisePersons(t *testing.T) {
	for heading, want := range map[string]string{
		"NIK": CodeIdentifier, "No KK": CodeIdentifier, "No. KK": CodeIdentifier, "Nomor KK": CodeIdentifier, "Nomor Kartu Keluarga": CodeIdentifier, "nik_kepala": CodeIdentifier,
		"Nomor Induk Kependudukan": CodeIdentifier, "No KTP": CodeIdentifier, "NKK": CodeIdentifier,
		"Nama Kepala Keluarga": CodeByName, "Nama": CodeByName, "Nama Lengkap": CodeByName, "Alamat": CodeByName, "Alamat Rumah": CodeByName, "Tanggal Lahir": CodeByName,
		"Nama KK": CodeByName, "Nama Penerima": CodeByName, "No HP": CodeByName, "Nama Ibu Kandung": CodeByName,
		"Nama Kelurahan": "", "Jumlah KK": "", "Nomor RT": "", "No": "", "KK": "", "Nama Desa/Kelurahan": "", "Nama Kecamatan": "", "Jumlah NIK": "", "Persentase KK": "", "Jumlah Nama": "",
		"Kode": "", "Teknik": "", "Klinik": "", "Nama RT": "", "Kepadatan": "",
	} {
		src := Bytes("a.csv", []byte("RW;RT;"+heading+";Desil 1\n001;002;xyz;3\n001;003;yz;4\n"))
		_, err := Inspect(src, Plan{What: WhatFigures}, here())
		said := refusedColumns(t, err)
		if want != "" && said != heading+" "+want+" [2 3]" || want == "" && said != "" {
			t.Errorf("%s: %q, want %q", heading, said, want)
		}
		if said != "" && (!strings.Contains(messageOf(err).ID, "halaman Impor menghitungnya di perangkat Anda") || !strings.Contains(messageOf(err).EN, "counts them on your device")) {
			t.Errorf("%s: %s", heading, messageOf(err).ID)
		}
		_, err = Inspect(src, Plan{What: WhatAssets}, here())
		if said := refusedColumns(t, err); (want == CodeIdentifier) != (said != "") {
			t.Errorf("assets %s: %q", heading, said)
		}
	}
}

// A name is an area's where the values are areas, or where each row is one.
func TestNamesOfAreasPass(t *testing.T) {
	for content, want := range map[string]string{
		"Nama;Desil 1\nBandar Lor;3\nBandar Kidul;4\n":                                    "",
		"Kode;Nama;Desil 1\n35.71.01;Moj.;3\n35.71.02;Kt.;4\n":                            "",
		"Kode;Nama;Desil 1\n35.71.01.1001;Siti;1\n35.71.01.1001;Budi;1\n":                 "Nama by_name [2 3]",
		"Nama;Desil 1\nSiti;3\nBandar Kidul;4\nBudi;2\n":                                  "Nama by_name [2 3 4]",
		"Nama;Desil 1\n;3\n;4\n":                                                          "",
		"Kode;Alamat;Desil 1\n35.71.01.1001;;3\n35.71.01.1002;;4\n":                       "",
		"Catatan: NIK 3571011203850001;;\nKode;Nama Kelurahan;Desil 1\n35.71.01.1001;A;3": "Kode identifier [1]",
	} {
		_, err := Inspect(Bytes("a.csv", []byte(content)), Plan{What: WhatFigures}, here())
		if got := refusedColumns(t, err); got != want {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
	}
}

// Places, coordinates, sums of money and fractions have many digits and are no
// identifiers.
func TestManyDigitsArePassed(t *testing.T) {
	for _, row := range []string{"35.71.01.1001-003-005", "3571011001-003-005", "-7.8112345678901234", "0.3333333333333333", "0,3333333333333333", "7,811234567890123",
		"1.250.000.000", "085812345678", "2026-03-31", "3571011001", "404739", "100,2"} {
		for _, what := range []What{WhatFigures, WhatAssets} {
			if _, err := Inspect(Bytes("a.csv", []byte("Kode;Isi\nx;"+row+"\ny;"+row)), Plan{What: what}, here()); err != nil {
				t.Errorf("%s: %s", row, refusedColumns(t, err))
			}
		}
	}
	coordinates := "nama;koordinat;wkt;lintang\nA;-7.123456 112.123456;POINT(112.123456 -7.123456);-7,8112345678901234\n"
	if _, err := Inspect(Bytes("a.csv", []byte(coordinates)), Plan{What: WhatAssets}, here()); err != nil {
		t.Error(refusedColumns(t, err))
	}
	if _, err := Inspect(Bytes("a.csv", []byte("nama;koordinat\nA;3571011203850001\n")), Plan{What: WhatAssets}, here()); refusedColumns(t, err) != "koordinat identifier [2]" {
		t.Error(err)
	}
}

func TestIdentifiersInFeatures(t *testing.T) {
	file := func(properties string) Source {
		return Bytes("a.geojson", []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"nama":"A"}},{"type":"Feature","geometry":null,"properties":`+properties+`}]}`))
	}
	for properties, want := range map[string]string{
		`{"ketua":"3571011203850001"}`: "ketua identifier [2]", `{"no":3571011203850001}`: "no identifier [2]", `{"NIK":"x"}`: "NIK identifier [2]",
		`{"ketua":"Budi","jumlah_kk":"12"}`: "",
	} {
		if _, err := Inspect(file(properties), Plan{What: WhatAssets}, here()); refusedColumns(t, err) != want {
			t.Errorf("%s: %s, want %s", properties, refusedColumns(t, err), want)
		}
	}
}
