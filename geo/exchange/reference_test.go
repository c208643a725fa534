package exchange

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// allAreas are the areas of the country, without BPS codes.
var allAreas = sync.OnceValues(func() (*Gazetteer, error) {
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "codes", "wilayah_kemendagri_2025.csv.gz"))
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read from
	plain, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	var list []geo.AreaName
	for reader := csv.NewReader(plain); ; {
		record, err := reader.Read()
		if err == io.EOF {
			return NewGazetteer(list), nil
		}
		if err != nil {
			return nil, err
		}
		if code, err := geo.ParseCode(record[0]); err == nil {
			list = append(list, geo.AreaName{Code: code, Name: record[1]})
		}
	}
})

func areas(t testing.TB) *Gazetteer {
	t.Helper()
	all, err := allAreas()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// kediri is two kelurahan, with the BPS code of one.
func kediri() *Gazetteer {
	return NewGazetteer([]geo.AreaName{{Code: "35", Name: "Jawa Timur"}, {Code: "35.71", Name: "Kota Kediri"}, {Code: "35.71.01", Name: "Mojoroto"},
		{Code: "35.71.02", Name: "Kota"}, {Code: "35.71.01.1001", Name: "Bandar Lor", BPSCode: "3571010007"}, {Code: "35.71.01.1002", Name: "Bandar Kidul"},
		{Code: "35.71.02.1001", Name: "Semampir"}, {Code: "35.71.01.1003", Name: "Semampir"}})
}

// registry is a small registry.
func registry() *indicator.Registry {
	fine := []indicator.Level{indicator.Kabupaten, indicator.Kecamatan, indicator.Kelurahan, indicator.RW, indicator.RT}
	coarse := []indicator.Level{indicator.Kabupaten, indicator.Provinsi}
	of := func(kind indicator.Kind, levels []indicator.Level, code, id, en string) *indicator.Indicator {
		return &indicator.Indicator{Code: code, Label: geo.Text{ID: id, EN: en}, Kind: kind, Additive: kind == indicator.Count, Levels: levels}
	}
	return indicator.NewRegistry([]*indicator.Indicator{
		of(indicator.Count, fine, "keluarga", "Keluarga seluruhnya", "Families in all"),
		of(indicator.Count, fine, "keluarga_desil_1_4", "Keluarga desil 1–4", "Families in desil 1–4"),
		of(indicator.Count, fine, "keluarga_desil_1", "Keluarga desil 1", "Families in desil 1"),
		of(indicator.Count, fine, "keluarga_desil_2", "Keluarga desil 2", "Families in desil 2"),
		of(indicator.Count, fine, "keluarga_desil_10", "Keluarga desil 10", "Families in desil 10"),
		of(indicator.Count, fine, "kpm_pkh", "Keluarga penerima PKH", "Families that receive PKH"),
		of(indicator.Count, fine, "jumlah_rt", "RT", "RT"),
		of(indicator.Count, fine, "jumlah_posyandu", "Posyandu", "Posyandu"),
		of(indicator.Count, fine, "penduduk", "Penduduk", "Population"),
		of(indicator.Count, fine, "penduduk_laki", "Penduduk laki-laki", "Men"),
		of(indicator.Count, fine, "penduduk_perempuan", "Penduduk perempuan", "Women"),
		of(indicator.Count, fine, "kepala_keluarga", "Kepala keluarga (KK)", "Households (KK)"),
		of(indicator.Amount, fine, "luas_ha", "Luas wilayah", "Area"),
		of(indicator.Rate, coarse, "p0", "Persentase penduduk miskin (P0)", "Poverty rate (P0)"),
		of(indicator.Index, coarse, "p1", "Indeks kedalaman kemiskinan (P1)", "Poverty gap index (P1)"),
		of(indicator.Index, coarse, "p2", "Indeks keparahan kemiskinan (P2)", "Poverty severity index (P2)"),
		of(indicator.Amount, coarse, "garis_kemiskinan", "Garis kemiskinan", "Poverty line"),
	}, []*indicator.Source{
		{Code: "dtsen", Label: geo.Text{ID: "DTSEN"}, Periods: []indicator.PeriodKind{indicator.Quarter}, Level: indicator.Kelurahan},
		{Code: "profil", Label: geo.Text{ID: "Profil kelurahan"}, Periods: []indicator.PeriodKind{indicator.Year}, Level: indicator.Kelurahan},
		{Code: "susenas", Label: geo.Text{ID: "Susenas (BPS)"}, Periods: []indicator.PeriodKind{indicator.Year}, Level: indicator.Kabupaten},
	})
}

func here() Reference { return Reference{Registry: registry(), Areas: kediri()} }

func realFile(t testing.TB, parts ...string) Source {
	return File(filepath.Join(append([]string{geotest.DataDir(t)}, parts...)...))
}
