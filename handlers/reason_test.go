package handlers

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestReason(t *testing.T) {
	for given, want := range map[string]string{
		url.PathEscape("salah titik, sudah dicek “Bu RT” +1"): "salah titik, sudah dicek “Bu RT” +1",
		"a+b":                             "a+b",
		"%20 a %20":                       "a",
		strings.Repeat("%C3%A9", 500):     strings.Repeat("é", 500),
		strings.Repeat("%C3%A9", 501):     "refused",
		"%ff":                             "refused",
		"%zz":                             "refused",
		"a%00b":                           "refused",
		"a%0Ab":                           "refused",
		"a%0d%0aSet-Cookie:%20patok=jaht": "refused",
	} {
		r := httptest.NewRequest("PUT", "/", nil)
		r.Header.Set("Patok-Reason", given)
		got, err := reason(r)
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("reason(%.40q) = %.40q, want %.40q", given, got, want)
		}
	}
	r := httptest.NewRequest("PUT", "/", nil)
	r.Header["Patok-Reason"] = []string{"a", "b"}
	if _, err := reason(r); err == nil {
		t.Error("two reasons are taken")
	}
}
