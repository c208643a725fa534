package exchange

import (
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// Accounts reads the accounts of a CSV file, each with one grant: its log-in
// name, what people read, role, area, asset types (parted by spaces or bars),
// first and last day in zone, and who that is to the city's own sign-in. A
// column that is not known refuses the file, since it may be a misspelt one.
func Accounts(src Source, zone *time.Location) geo.AccountRows {
	return func(yield func(geo.AccountRow, error) bool) {
		for record, err := range Records(src) {
			if err != nil {
				yield(geo.AccountRow{}, err)
				return
			}
			if !yield(accountOf(record, zone), nil) {
				return
			}
		}
	}
}

func accountOf(record Record, zone *time.Location) geo.AccountRow {
	row := geo.AccountRow{Row: record.Line}
	refuse := func(id, en string) { row.Refused = append(row.Refused, geo.Text{ID: id, EN: en}) }
	if record.Refused != nil {
		row.Refused = append(row.Refused, *record.Refused)
		return row
	}
	for column, value := range record.Values {
		if !isAccountColumn(column) {
			refuse("Kolom "+column+" tidak dikenal (isinya "+short(value)+").", "The column "+column+" is not known (it holds "+short(value)+").")
		}
	}
	v := record.Values
	row.Account.Name, row.Account.Title, row.Account.SSO = strings.ToLower(v["nama_akun"]), v["nama"], v["sso"]
	grant := geo.Grant{Role: roleOf(v["peran"])}
	if grant.Role == "" {
		refuse("Peran "+short(v["peran"])+" tidak dikenal.", "The role "+short(v["peran"])+" is not known.")
	}
	if text := v["wilayah"]; text != "" {
		code, err := geo.ParseCode(text)
		if err != nil {
			row.Refused = append(row.Refused, messageOf(err))
		}
		grant.AreaCode = code
	}
	if types := strings.FieldsFunc(v["jenis"], func(c rune) bool { return strings.ContainsRune(" |,;", c) }); len(types) > 0 {
		grant.Types = types
	}
	for column, to := range map[string]*time.Time{"mulai": &grant.From, "sampai": &grant.Until} {
		if day, ok := dayOf(v[column], zone); ok {
			*to = day
		} else {
			refuse("Tanggal "+short(v[column])+" harus seperti 31/12/2026 atau 2026-12-31.", "The date "+short(v[column])+" must look like 31/12/2026 or 2026-12-31.")
		}
	}
	if !grant.Until.IsZero() {
		grant.Until = grant.Until.AddDate(0, 0, 1) // the last day is one of them
	}
	row.Account.Grants = []geo.Grant{grant}
	return row
}

func isAccountColumn(column string) bool {
	switch column {
	case "nama_akun", "nama", "peran", "wilayah", "jenis", "mulai", "sampai", "sso":
		return true
	}
	return false
}

// roleOf reads a role by its own name or by what offices call it; "" is none.
func roleOf(text string) geo.Role {
	switch foldName(text) {
	case "administrator", "admin", "walidata":
		return geo.RoleAdministrator
	case "pic", "operator", "operator_desa", "operator_kelurahan":
		return geo.RolePIC
	case "reviewer", "pemeriksa", "lurah", "camat", "kepala_desa":
		return geo.RoleReviewer
	case "dinsos":
		return geo.RoleDinsos
	case "planner", "perencana", "bappeda":
		return geo.RolePlanner
	case "service", "layanan", "program":
		return geo.RoleService
	}
	return ""
}

// dayOf reads a day as its midnight in zone; empty text is the zero time.
func dayOf(text string, zone *time.Location) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2-1-2006"} {
		if day, err := time.ParseInLocation(layout, text, zone); err == nil && day.Year() >= 1900 && day.Year() < 2200 {
			return day, true
		}
	}
	return time.Time{}, false
}

// short puts a cell into a sentence.
func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		text = string(runes[:40]) + "…"
	}
	return "“" + text + "”"
}
