package auth

import (
	"testing"
	"time"
)

// TestCodesOfRFC6238 takes the test vectors of the RFC's appendix B (SHA-1, the
// last six of their eight digits).
func TestCodesOfRFC6238(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		step, ok := stepOf(secret, code, time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("%s at %d: step %d, %v", code, at, step, ok)
		}
		for _, off := range []int64{-30, 30} { // a clock that is half a minute off
			if _, ok := stepOf(secret, code[:3]+" "+code[3:], time.Unix(at+off, 0)); !ok {
				t.Errorf("%s %d s off is refused", code, off)
			}
		}
		for _, off := range []int64{-60, 60} {
			if _, ok := stepOf(secret, code, time.Unix(at+off, 0)); ok && at+off >= 0 {
				t.Errorf("%s %d s off is taken", code, off)
			}
		}
	}
	for _, code := range []string{"", "0", "12345", "1234567", "abcdef"} {
		if _, ok := stepOf(secret, code, time.Unix(59, 0)); ok {
			t.Errorf("%q is taken", code)
		}
	}
	if _, ok := stepOf("", "328482", time.Unix(0, 0)); ok {
		t.Error("no secret has a code")
	}
}
