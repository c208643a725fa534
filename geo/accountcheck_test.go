package geo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// kediri knows one kelurahan and one type.
type kediri struct{}

func (kediri) HasArea(c Code) bool   { return c == "35.71.01.1001" }
func (kediri) HasType(t string) bool { return t == "posyandu" }

func TestCheckAccount(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	good := func() Account {
		return Account{Principal: Principal{Name: "pic-1001", Title: "PIC Bandar Lor",
			Grants: []Grant{{Role: RolePIC, AreaCode: "35.71.01.1001", Types: []string{"posyandu"}, From: now, Until: now.AddDate(1, 0, 0)}}}}
	}
	for name, c := range map[string]struct {
		change func(*Account)
		want   string
	}{
		"good":                     {func(*Account) {}, ""},
		"no grants":                {func(a *Account) { a.Grants = nil }, ""},
		"capital letter":           {func(a *Account) { a.Name = "Pic" }, "/name pattern"},
		"space":                    {func(a *Account) { a.Name = "pic satu" }, "/name pattern"},
		"colon, which basic parts": {func(a *Account) { a.Name = "pic:1" }, "/name pattern"},
		"one letter":               {func(a *Account) { a.Name = "p" }, "/name pattern"},
		"64 letters":               {func(a *Account) { a.Name = strings.Repeat("p", 64) }, "/name pattern"},
		"blank title":              {func(a *Account) { a.Title = " " }, "/title length"},
		"long title":               {func(a *Account) { a.Title = strings.Repeat("é", 101) }, "/title length"},
		"title with a NUL":         {func(a *Account) { a.Title = "a\x00" }, "/title length"},
		"sso with a space":         {func(a *Account) { a.SSO = " a@b" }, "/sso length"},
		"unknown role":             {func(a *Account) { a.Grants[0].Role = "raja" }, "/grants/0/role enum"},
		"a PIC of everywhere":      {func(a *Account) { a.Grants[0].AreaCode = "" }, "/grants/0/area_code required"},
		"a planner of everywhere":  {func(a *Account) { a.Grants[0].AreaCode, a.Grants[0].Role = "", RolePlanner }, ""},
		"unknown area":             {func(a *Account) { a.Grants[0].AreaCode = "35.71.01.1009" }, "/grants/0/area_code unknown"},
		"unknown type":             {func(a *Account) { a.Grants[0].Types = []string{"masjid"} }, "/grants/0/types/0 unknown"},
		"type twice":               {func(a *Account) { a.Grants[0].Types = []string{"posyandu", "posyandu"} }, "/grants/0/types/1 unknown"},
		"no type at all":           {func(a *Account) { a.Grants[0].Types = []string{} }, "/grants/0/types empty"},
		"ends as it begins":        {func(a *Account) { a.Grants[0].Until = now }, "/grants/0/until range"},
		"long reason":              {func(a *Account) { a.Grants[0].Reason = strings.Repeat("x", 501) }, "/grants/0/reason length"},
		"many grants":              {func(a *Account) { a.Grants = make([]Grant, 51) }, "/grants too_many"},
	} {
		t.Run(name, func(t *testing.T) {
			a := good()
			a.Grants = slices.Clone(a.Grants)
			c.change(&a)
			var got []string
			for _, p := range CheckAccount(a, kediri{}) {
				got = append(got, p.Pointer+" "+p.Code)
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("problems %q, want %q", got, c.want)
			}
		})
	}
}
