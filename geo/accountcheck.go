package geo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Known reports whether there is such a role.
func (r Role) Known() bool {
	switch r {
	case RoleAdministrator, RolePIC, RoleReviewer, RoleDinsos, RolePlanner, RoleService:
		return true
	}
	return false
}

// Known tells what grants may name.
type Known interface {
	HasArea(Code) bool
	HasType(string) bool
}

// MaxReasonRunes is how long a reason may be.
const MaxReasonRunes = 500

// MaxGrants is how many grants an account is created with at most.
const MaxGrants = 50

const maxTitleRunes, maxSSOBytes = 100, 255

// accountName is what an account may be called: it is typed on phones, stands
// in history, and is a user name in HTTP.
var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}$`)

// CheckAccount lists what is wrong with a new account and its grants. The
// pointers begin at the account, such as /grants/0/area_code.
func CheckAccount(a Account, known Known) []FieldError {
	var problems []FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, FieldError{Pointer: pointer, Code: code, Message: Text{ID: id, EN: en}})
	}
	if !accountName.MatchString(a.Name) {
		bad("/name", "pattern", "Nama akun 2 sampai 63 huruf kecil, angka, titik, atau tanda hubung, tanpa spasi.",
			"An account's name is 2 to 63 small letters, digits, dots or dashes, without spaces.")
	}
	problems = append(problems, CheckTitle(a.Title)...)
	problems = append(problems, CheckSSO(a.SSO)...)
	if len(a.Grants) > MaxGrants {
		bad("/grants", "too_many", fmt.Sprintf("Paling banyak %d wewenang.", MaxGrants), fmt.Sprintf("At most %d grants.", MaxGrants))
		return problems
	}
	for i, g := range a.Grants {
		for _, p := range CheckGrant(g, known) {
			p.Pointer = fmt.Sprintf("/grants/%d%s", i, p.Pointer)
			problems = append(problems, p)
		}
	}
	return problems
}

// CheckTitle lists what is wrong with an account's title, at /title.
func CheckTitle(title string) []FieldError {
	if strings.TrimSpace(title) != "" && utf8.RuneCountInString(title) <= maxTitleRunes && Printable(title) {
		return nil
	}
	return []FieldError{{Pointer: "/title", Code: "length", Message: Text{
		ID: fmt.Sprintf("Nama yang dibaca orang wajib diisi, paling panjang %d huruf.", maxTitleRunes),
		EN: fmt.Sprintf("What people read is needed, in at most %d characters.", maxTitleRunes)}}}
}

// CheckSSO lists what is wrong with an account's name in the city's own
// sign-in, at /sso. "" is none.
func CheckSSO(sso string) []FieldError {
	if len(sso) <= maxSSOBytes && Printable(sso) && strings.TrimSpace(sso) == sso {
		return nil
	}
	return []FieldError{{Pointer: "/sso", Code: "length", Message: Text{
		ID: fmt.Sprintf("Akun masuk Pemkot paling panjang %d huruf, tanpa spasi di tepinya.", maxSSOBytes),
		EN: fmt.Sprintf("The name in the city's sign-in has at most %d characters, without spaces around it.", maxSSOBytes)}}}
}

// CheckGrant lists what is wrong with a grant: its role, its area and types,
// which must be there, its dates, its reason. A PIC is in charge of an area.
func CheckGrant(g Grant, known Known) []FieldError {
	var problems []FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, FieldError{Pointer: pointer, Code: code, Message: Text{ID: id, EN: en}})
	}
	if !g.Role.Known() {
		bad("/role", "enum", "Peran ini tidak dikenal.", "This role is not known.")
	}
	switch {
	case g.AreaCode == "" && g.Role == RolePIC:
		bad("/area_code", "required", "PIC memerlukan wilayah yang menjadi tanggung jawabnya.", "A PIC needs the area in their charge.")
	case g.AreaCode != "" && !known.HasArea(g.AreaCode):
		bad("/area_code", "unknown", "Wilayah ini tidak ada.", "There is no such area.")
	}
	if g.Types != nil && len(g.Types) == 0 {
		bad("/types", "empty", "Pilih paling sedikit satu jenis, atau kosongkan untuk semua jenis.", "Choose a type at least, or leave it out for all.")
	}
	for i, t := range g.Types {
		if !known.HasType(t) || slices.Contains(g.Types[:i], t) {
			bad(fmt.Sprintf("/types/%d", i), "unknown", "Jenis ini tidak ada atau berulang.", "There is no such type, or it comes twice.")
		}
	}
	if !g.Until.IsZero() && !g.Until.After(g.From) {
		bad("/until", "range", "Akhir harus sesudah awal.", "The end must come after the beginning.")
	}
	return append(problems, CheckReason(g.Reason)...)
}

// CheckReason lists what is wrong with why somebody changes something, at
// /reason. "" is no reason.
func CheckReason(reason string) []FieldError {
	if utf8.RuneCountInString(reason) <= MaxReasonRunes && Printable(reason) {
		return nil
	}
	return []FieldError{{Pointer: "/reason", Code: "length", Message: Text{
		ID: fmt.Sprintf("Alasan paling panjang %d huruf.", MaxReasonRunes), EN: fmt.Sprintf("A reason has at most %d characters.", MaxReasonRunes)}}}
}
