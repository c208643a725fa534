package main

import (
	"fmt"

	"github.com/patok-id/patok/geo"
)

// Names are put together from parts that are common in Java; the places are
// invented.
var (
	nameStarts = []string{"Sumber", "Karang", "Kedung", "Wono", "Sido", "Tanjung", "Banjar", "Ngadi", "Suka", "Jati", "Kali", "Purwo", "Mojo", "Tegal", "Sendang", "Bumi"}
	nameEnds   = []string{"rejo", "sari", "mulyo", "agung", "dadi", "asri", "harjo", "luhur", "makmur", "kencono", "anyar", "wangi", "jaya", "tani", "waras", "maju"}
	flowers    = []string{"Melati", "Mawar", "Anggrek", "Kenanga", "Dahlia", "Flamboyan", "Teratai", "Cempaka", "Seruni", "Bougenville"}
)

// placeName is the name of the i-th kelurahan.
func placeName(seed, i uint64) string {
	rnd := random(seed, forName, i)
	return pick(rnd, nameStarts...) + pick(rnd, nameEnds...)
}

// parentName is the name of an area above the kelurahan.
func parentName(code geo.Code) string {
	switch code.Level() {
	case geo.LevelProvinsi:
		return "Provinsi Uji"
	case geo.LevelKabupaten:
		return fmt.Sprintf("Kabupaten Uji %s", code[3:])
	}
	return fmt.Sprintf("Kecamatan %s", nameStarts[code.ID()%int64(len(nameStarts))])
}
