package main

import (
	"strings"

	"github.com/patok-id/patok/geo"
)

// Names are put together from parts that are common in Java; all places but the
// provinsi are invented.
var (
	nameStarts = []string{"Sumber", "Karang", "Kedung", "Wono", "Sido", "Tanjung", "Banjar", "Ngadi", "Suka", "Jati", "Kali", "Purwo", "Mojo", "Tegal", "Sendang", "Bumi"}
	nameEnds   = []string{"rejo", "sari", "mulyo", "agung", "dadi", "asri", "harjo", "luhur", "makmur", "kencono", "anyar", "wangi", "jaya", "tani", "waras", "maju"}
	nameSides  = []string{"", "", "", "", "", "", " Lor", " Kidul", " Wetan", " Kulon", " Tengah"}
	streets    = []string{"Melati", "Mawar", "Anggrek", "Kenanga", "Dahlia", "Flamboyan", "Teratai", "Cempaka", "Seruni", "Bougenville"}
)

// areaName is the name of the area with this code, whatever the seed.
func areaName(code geo.Code) string {
	rnd := random(forName, uint64(code.ID()))
	name := pick(rnd, nameStarts...) + pick(rnd, nameEnds...)
	switch code.Kind() {
	case geo.Provinsi:
		return provinsiName(code)
	case geo.Kabupaten:
		return "Kabupaten " + name
	case geo.Kota:
		return "Kota " + name
	case geo.Kecamatan:
		return name
	}
	return name + pick(rnd, nameSides...)
}

func provinsiName(code geo.Code) string {
	for _, i := range country() {
		for _, p := range i.provinsi {
			if p.code == code {
				return p.name
			}
		}
	}
	return string(code)
}

// officeName is what the office of a kelurahan or desa is called.
func officeName(kind geo.AreaKind, area string) string {
	return "Kantor " + strings.ToUpper(string(kind[:1])) + string(kind[1:]) + " " + area
}
