package main

import (
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// provinsi is a provinsi by its Kemendagri code, and how many kelurahan and desa
// it has (Kepmendagri 300.2.2-2430/2025): a map's areas are shared out by that.
type provinsi struct {
	code      geo.Code
	name      string
	kelurahan int
}

// island is a part of the country: a parallelogram in lon and lat that is about
// where the real one lies, and its provinsi from one end to the other.
type island struct {
	origin, along, across orb.Point
	crowded               float64 // assets of a kelurahan, beside those of other islands
	provinsi              []provinsi
}

// country lists the islands. They do not touch, and lie within geo.Indonesia.
func country() []island {
	return []island{
		{orb.Point{95.3, 4.2}, orb.Point{9.6, -9.9}, orb.Point{2.0, 1.9}, 0.9, []provinsi{
			{"11", "Aceh", 6500}, {"12", "Sumatera Utara", 6110}, {"13", "Sumatera Barat", 1265}, {"14", "Riau", 1862}, {"21", "Kepulauan Riau", 419},
			{"15", "Jambi", 1585}, {"17", "Bengkulu", 1513}, {"16", "Sumatera Selatan", 3259}, {"19", "Kepulauan Bangka Belitung", 393}, {"18", "Lampung", 2651}}},
		{orb.Point{105.2, -7.15}, orb.Point{9.2, -0.9}, orb.Point{0.1, 1.15}, 1.5, []provinsi{
			{"36", "Banten", 1552}, {"31", "Daerah Khusus Ibukota Jakarta", 267}, {"32", "Jawa Barat", 5957},
			{"33", "Jawa Tengah", 8563}, {"34", "Daerah Istimewa Yogyakarta", 438}, {"35", "Jawa Timur", 8494}}},
		{orb.Point{114.7, -9.1}, orb.Point{10, -0.9}, orb.Point{0.1, 0.85}, 0.9, []provinsi{
			{"51", "Bali", 716}, {"52", "Nusa Tenggara Barat", 1166}, {"53", "Nusa Tenggara Timur", 3442}}},
		{orb.Point{109.2, -2.9}, orb.Point{8.3, 0.2}, orb.Point{0, 5.8}, 0.7, []provinsi{
			{"61", "Kalimantan Barat", 2145}, {"62", "Kalimantan Tengah", 1571}, {"63", "Kalimantan Selatan", 2016}, {"64", "Kalimantan Timur", 1038}, {"65", "Kalimantan Utara", 482}}},
		{orb.Point{119, -5.2}, orb.Point{4.5, 0.5}, orb.Point{0.6, 6.3}, 0.8, []provinsi{
			{"76", "Sulawesi Barat", 648}, {"73", "Sulawesi Selatan", 3059}, {"74", "Sulawesi Tenggara", 2285}, {"72", "Sulawesi Tengah", 2017}, {"75", "Gorontalo", 729}, {"71", "Sulawesi Utara", 1839}}},
		{orb.Point{125.3, -7.5}, orb.Point{4.5, 0.3}, orb.Point{0.3, 8.5}, 0.5, []provinsi{
			{"81", "Maluku", 1235}, {"82", "Maluku Utara", 1185}}},
		{orb.Point{131.2, -6}, orb.Point{9.6, -0.8}, orb.Point{0.1, 5.2}, 0.4, []provinsi{
			{"96", "Papua Barat Daya", 1013}, {"92", "Papua Barat", 824}, {"94", "Papua Tengah", 1208}, {"91", "Papua", 999}, {"95", "Papua Pegunungan", 2627}, {"93", "Papua Selatan", 690}}},
	}
}

// largestProvinsi is how many kelurahan and desa the largest provinsi has: a map
// of so many is one provinsi, a map of more the country.
const largestProvinsi = 8563

// oneProvinsi is the island of a small map: cells of about 3.3 km, as many as
// are asked for, twice as long as wide.
func oneProvinsi(columns, rows int) island {
	const cellDegrees = 0.03
	return island{orb.Point{110, -8.2}, orb.Point{cellDegrees * float64(columns), 0}, orb.Point{0, cellDegrees * float64(rows)}, 1,
		[]provinsi{{"33", "Jawa Tengah", largestProvinsi}}}
}
