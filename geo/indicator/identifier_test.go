package indicator

import "testing"

func TestIdentifiersAreFoundInAnyText(t *testing.T) {
	for text, want := range map[string]bool{
		"3571011203850001":                      true,
		"NIK: 3571011203850001.":                true,
		"35.7101.120385.0001":                   true,
		"3571 0112 0385 0001":                   true,
		"3571-0112-0385-0001":                   true,
		"3571–0112–0385–0001":                   true,
		"3571\u00a00112 0385\t0001":             true,
		"'3571011203850001":                     true,
		"12 3571011203850001":                   true,
		"3571 0112 0385 0001 12":                true,
		"RT 3: 3571011203850001, 2":             true,
		"35710112038500012":                     true, // one digit more hides nothing
		"٣٥٧١٠١١٢٠٣٨٥٠٠٠١":                      true,
		"":                                      false,
		"357101120385000":                       false,
		"35.71.01.1001-003-005":                 false,
		"3571011001-003-005 dan 35.71.01.1001":  false,
		"lihat 35.71.01.1001-003-005":           false,
		"35.71.01.1001-003-005 0385":            false,
		"12 keluarga, 13 keluarga, 14 keluarga": false,
		"100 200 300 400 500 600":               false,
		"1.250.000.000":                         false,
		"085812345678":                          false,
		"2026-03-31":                            false,
		"12345678\n12345678":                    false,
	} {
		if HasIdentifier(text) != want {
			t.Errorf("%q: %v, want %v", text, !want, want)
		}
	}
}
