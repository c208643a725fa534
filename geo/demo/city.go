// Package demo makes the example city: the 46 kelurahan of Kota Kediri by their
// real codes and names, with invented boundaries around rounded label points,
// and invented assets. It is deterministic: the same build makes the same city.
//
// Codes and names: Kepmendagri 300.2.2-2430/2025 by way of cahyadsn/wilayah
// (MIT). Label points: cahyadsn/wilayah_boundaries (MIT), rounded to 0.0001°.
package demo

import "github.com/patok-id/patok/geo"

// Where the city is, and what its parts are called.
const (
	CityCode = geo.Code("35.71")
	City     = "Kota Kediri"
	Province = "Jawa Timur"
	Source   = "data contoh"
)

// population is the city's, Dukcapil 2024 second semester; the shares of the
// kelurahan are invented.
const population = 301_424

// site is a kelurahan of the city: its code, name, and label point.
type site struct {
	code     geo.Code
	name     string
	lon, lat float64
}

// districts are the names of the kecamatan.
var districts = map[geo.Code]string{"35.71.01": "Mojoroto", "35.71.02": "Kota", "35.71.03": "Pesantren"}

var sites = []site{
	{"35.71.01.1001", "Bandar Lor", 112.0036, -7.8181},
	{"35.71.01.1002", "Bandar Kidul", 112.0000, -7.8300},
	{"35.71.01.1003", "Banjarmlati", 112.0034, -7.8349},
	{"35.71.01.1004", "Pojok", 111.9711, -7.8122},
	{"35.71.01.1005", "Sukorame", 111.9765, -7.8035},
	{"35.71.01.1006", "Bujel", 111.9870, -7.7998},
	{"35.71.01.1007", "Gayam", 111.9837, -7.7901},
	{"35.71.01.1008", "Mrican", 112.0003, -7.7810},
	{"35.71.01.1009", "Dermo", 112.0051, -7.7750},
	{"35.71.01.1010", "Ngampel", 111.9965, -7.7935},
	{"35.71.01.1011", "Mojoroto", 112.0016, -7.8032},
	{"35.71.01.1012", "Campurejo", 111.9887, -7.8226},
	{"35.71.01.1013", "Lirboyo", 111.9952, -7.8233},
	{"35.71.01.1014", "Tamanan", 111.9883, -7.8339},
	{"35.71.02.1001", "Semampir", 112.0108, -7.8010},
	{"35.71.02.1002", "Balowerti", 112.0152, -7.8063},
	{"35.71.02.1003", "Dandangan", 112.0218, -7.8049},
	{"35.71.02.1004", "Ngadirejo", 112.0273, -7.8075},
	{"35.71.02.1005", "Kampung Dalem", 112.0117, -7.8263},
	{"35.71.02.1006", "Setonopande", 112.0154, -7.8246},
	{"35.71.02.1007", "Ringinanom", 112.0104, -7.8228},
	{"35.71.02.1008", "Pakelan", 112.0092, -7.8172},
	{"35.71.02.1009", "Setonogedong", 112.0120, -7.8165},
	{"35.71.02.1010", "Kemasan", 112.0159, -7.8188},
	{"35.71.02.1011", "Jagalan", 112.0170, -7.8213},
	{"35.71.02.1012", "Banjaran", 112.0294, -7.8161},
	{"35.71.02.1013", "Kaliombo", 112.0139, -7.8337},
	{"35.71.02.1014", "Ngronggo", 112.0168, -7.8423},
	{"35.71.02.1015", "Manisrenggo", 112.0063, -7.8504},
	{"35.71.02.1016", "Pocanan", 112.0112, -7.8125},
	{"35.71.02.1017", "Rejomulyo", 112.0237, -7.8517},
	{"35.71.03.1001", "Bangsal", 112.0398, -7.8288},
	{"35.71.03.1002", "Pakunden", 112.0343, -7.8454},
	{"35.71.03.1003", "Tosaren", 112.0247, -7.8331},
	{"35.71.03.1004", "Jamsaren", 112.0451, -7.8408},
	{"35.71.03.1005", "Singonegaran", 112.0261, -7.8393},
	{"35.71.03.1006", "Blabak", 112.0396, -7.8640},
	{"35.71.03.1007", "Betet", 112.0407, -7.8514},
	{"35.71.03.1008", "Tinalan", 112.0282, -7.8285},
	{"35.71.03.1009", "Bawang", 112.0611, -7.8627},
	{"35.71.03.1010", "Ngletih", 112.0585, -7.8481},
	{"35.71.03.1011", "Tempurejo", 112.0760, -7.8442},
	{"35.71.03.1012", "Ketami", 112.0665, -7.8368},
	{"35.71.03.1013", "Pesantren", 112.0508, -7.8360},
	{"35.71.03.1014", "Banaran", 112.0379, -7.8343},
	{"35.71.03.1015", "Burengan", 112.0343, -7.8230},
}
