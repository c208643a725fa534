package exchange

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestParseCoordinate(t *testing.T) {
	monas := orb.Point{106.8271, -6.1754}
	kediri := orb.Point{112.0170, -7.8166}
	for text, want := range map[string]orb.Point{
		"-7.8166, 112.0170":                              kediri,
		"112.0170 -7.8166":                               kediri,
		"112.0170,-7.8166":                               kediri,
		"-7,8166; 112,0170":                              kediri,
		"-7,8166, 112,0170":                              kediri,
		"-7,8166 112,0170":                               kediri,
		"(-7.8166, 112.0170)":                            kediri,
		"lat: -7.8166, lon: 112.0170":                    kediri,
		"7.8166 LS, 112.0170 BT":                         kediri,
		"7.8166° S 112.0170° E":                          kediri,
		"S 7.8166 E 112.0170":                            kediri,
		"112.0170 BT 7.8166 LS":                          kediri,
		"-7.8166 LS, 112.0170 BT":                        kediri,
		"−7.8166, 112.0170":                              kediri,
		"Lintang: -7.8166 Bujur: 112.0170":               kediri,
		"7,8166 lintang selatan dan 112,017 bujur timur": kediri,
		"3°20'45\" LS, 128°55'30\" BT":                   {128.925, -3.345833333333333},
		"4°36'37.44\" LS, 119°37'01.20\" BT":             {119.617, -4.6104},
		"4º36′37,44″LS 119º37′01,20″BT":                  {119.617, -4.6104},
		"4° 36' 37.44'' S, 119° 37' 1.20'' E":            {119.617, -4.6104},
		"S4°36'37.44\" E119°37'01.20\"":                  {119.617, -4.6104},
		"-4°36'37.44\" 119°37'01.20\"":                   {119.617, -4.6104},
		"3 20 45 LS 128 55 30 BT":                        {128.925, -3.345833333333333},
		"3 derajat 20 menit 45 detik LS, 128 derajat 55 menit 30 detik BT": {128.925, -3.345833333333333},
		"3°20.75' LS 128°55.5' BT":                                         {128.925, -3.345833333333333},
		"5°33' LU 95°19' BT":                                               {95.31666666666666, 5.55},
		"geo:-6.1754,106.8271":                                             monas,
		"geo:-6.1754,106.8271;u=10":                                        monas,
		"geo:0,0?q=-6.1754,106.8271(Monas)":                                monas,
		"https://www.google.com/maps/@-6.1754,106.8271,17z":                monas,
		"https://www.google.com/maps/place/Monas/@-6.2,106.9,17z/data=!3m1!4b1!4m6!3m5!1s0x0:0x0!8m2!3d-6.1754!4d106.8271": monas,
		"https://maps.google.com/?q=-6.1754,106.8271":                                 monas,
		"https://maps.google.com/maps?q=loc:-6.1754,106.8271":                         monas,
		"https://www.google.com/maps/search/?api=1&query=-6.1754%2C106.8271":          monas,
		"https://www.google.com/maps/search/-6.1754,+106.8271":                        monas,
		"https://www.openstreetmap.org/?mlat=-6.1754&mlon=106.8271#map=17/-6.2/106.9": monas,
		"https://www.openstreetmap.org/#map=17/-6.1754/106.8271":                      monas,
		"https://maps.apple.com/?ll=-6.1754,106.8271":                                 monas,
	} {
		got, err := ParseCoordinate(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if math.Abs(got[0]-want[0]) > 1e-9 || math.Abs(got[1]-want[1]) > 1e-9 {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestParseCoordinateRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"":                              "empty",
		"-7.8166":                       "two numbers",
		"-7.8166, 112.0170, 5":          "more than two",
		"7.816.634, 112.017.000":        "unknown sign",
		"3°61'45\" LS, 128°55'30\" BT":  "61 minutes are above 60",
		"3°20'75\" LS, 128°55'30\" BT":  "75 seconds are above 60",
		"7° LS, 8° LS":                  "both are latitudes",
		"200 BT, 7 LS":                  "more than 180",
		"112 LS, 7 BT":                  "at most 90",
		"7.5°30' LS, 112° BT":           "fraction",
		"Jalan Dhoho 12":                "word",
		"https://maps.app.goo.gl/AbCdE": "no coordinates",
		"https://example.org/":          "no coordinates",
		"112,017":                       "two numbers",
		"NaN, NaN":                      "not known",
		strings.Repeat("1", 3000):       "too long",
	} {
		p, err := ParseCoordinate(text)
		if err == nil {
			t.Errorf("%.60s gave %v", text, p)
			continue
		}
		if geo.KindOf(err) != geo.Invalid || !strings.Contains(messageOf(err).EN, why) {
			t.Errorf("%.60s: %v, want %q", text, err, why)
		}
		if m := messageOf(err); m.ID == "" || m.EN == "" || len(m.ID) > 400 {
			t.Errorf("%.60s: message %+v", text, m)
		}
	}
}

// The rows are as people really typed them.
func TestRealCoordinates(t *testing.T) {
	var texts []string
	err := records(File(filepath.Join(geotest.DataDir(t), "messy", "koordinat_dms_nyata.csv")), func(r rawRecord) bool {
		if r.refused != nil {
			t.Error(r.refused.EN)
		}
		for _, c := range r.cells {
			if c.column == "koordinat" {
				texts = append(texts, strings.Clone(c.text))
			}
		}
		return true
	})
	if err != nil || len(texts) != 3 {
		t.Fatalf("%d rows, %v", len(texts), err)
	}
	_, err = ParseCoordinate(texts[0])
	if m := messageOf(err); err == nil || !strings.Contains(m.EN, "degree sign is missing from -7081") ||
		!strings.Contains(m.EN, "86.5 seconds are above 60") || !strings.Contains(m.ID, "detik 86.5 melebihi 60") {
		t.Errorf("%s: %v", texts[0], err)
	}
	for i, want := range []orb.Point{{128.925, -3.3458333}, {119.617, -4.6104}} {
		if got, err := ParseCoordinate(texts[i+1]); err != nil || math.Abs(got[0]-want[0])+math.Abs(got[1]-want[1]) > 1e-6 {
			t.Errorf("%s: %v, %v", texts[i+1], got, err)
		}
	}
}

func TestParseLatitude(t *testing.T) {
	for text, want := range map[string]float64{"-7,8166": -7.8166, "7.8166 LS": -7.8166, "7°49'": 7.816666666666666, " -7.5 ": -7.5} {
		if got, err := ParseLatitude(text); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "112 BT", "7 8", "abc", "-7,8,9"} {
		if got, err := ParseLatitude(text); err == nil {
			t.Errorf("%s gave %v", text, got)
		}
	}
}

func FuzzParseCoordinate(f *testing.F) {
	for _, s := range []string{"-7.8, 112", "3°20'45\" LS, 128°55'30\" BT", "7081'86.5\" lintang selatan dan 112001'58.0\" bujur timur",
		"geo:0,0?q=-6,106", "https://www.google.com/maps/@-6.17,106.82,17z", "!3d-6!4d106", "S 7 49 30 E 112 1 5", "''''", "-,-", "1e9 1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseCoordinate(s)
		if err != nil {
			if geo.KindOf(err) != geo.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			t.Fatalf("%q gave %v", s, p)
		}
	})
}
