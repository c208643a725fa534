package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// The lengths of a password, in characters and, at the top, in bytes.
const (
	MinPasswordRunes = 8
	MaxPasswordBytes = 256
)

// common are the passwords that guessers try first, without digits at their
// end: those of the world and those of Indonesian offices.
var common = map[string]bool{
	"password": true, "passw0rd": true, "p@ssw0rd": true, "p@ssword": true, "pass": true,
	"qwerty": true, "qwertyuiop": true, "qwertyui": true, "asdfghjkl": true, "asdfghjk": true, "zxcvbnm": true,
	"admin": true, "administrator": true, "letmein": true, "welcome": true, "iloveyou": true, "sunshine": true,
	"princess": true, "football": true, "baseball": true, "superman": true, "dragon": true, "monkey": true,
	"abc": true, "abcd": true, "abcdefgh": true, "abcdefg": true, "aaaaaaaa": true, "test": true, "testtest": true,
	"changeme": true, "secret": true, "default": true, "computer": true, "internet": true, "qazwsx": true,
	"qazwsxedc": true, "q1w2e3r4": true, "1q2w3e4r": true, "1q2w3e4r5t": true, "1qaz2wsx": true, "zaq12wsx": true,
	"indonesia": true, "merdeka": true, "garuda": true, "pancasila": true, "bismillah": true, "alhamdulillah": true,
	"sayang": true, "sayangku": true, "cintaku": true, "aku": true, "akusayangkamu": true, "rahasia": true,
	"katasandi": true, "sandi": true, "jakarta": true, "surabaya": true, "bandung": true, "kediri": true,
	"kotakediri": true, "kelurahan": true, "kecamatan": true, "desa": true, "posyandu": true, "puskesmas": true,
	"diskominfo": true, "pemkot": true, "pemkab": true, "operator": true, "patok": true, "pegawai": true,
	"semangat": true, "doraemon": true, "persib": true, "persebaya": true, "persija": true, "kucing": true,
	"gakada": true, "gaktau": true, "terserah": true, "lupalagi": true, "anjing": true, "bangsat": true,
}

// CheckPassword reports what is wrong with a new password for the account
// called name: too short, too long, or among the first that anybody would
// guess. Anything else goes: no rules on kinds of characters. The error is
// Invalid with the pointer /password.
func CheckPassword(name, password string) error {
	bad := func(code, id, en string) error {
		return geo.InvalidFields("auth.CheckPassword", []geo.FieldError{{Pointer: "/password", Code: code, Message: geo.Text{ID: id, EN: en}}})
	}
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return bad("characters", "Kata sandi berisi huruf yang tidak dapat dipakai.", "The password holds characters that cannot be used.")
	case utf8.RuneCountInString(password) < MinPasswordRunes:
		return bad("too_short", "Kata sandi paling sedikit 8 huruf.", "The password needs at least 8 characters.")
	case len(password) > MaxPasswordBytes:
		return bad("too_long", "Kata sandi paling panjang 256 huruf.", "The password may have at most 256 characters.")
	case guessable(name, password):
		return bad("common", "Kata sandi ini mudah ditebak. Pilih yang lain, misalnya beberapa kata yang tidak berkaitan.",
			"This password is easy to guess. Choose another, such as a few unrelated words.")
	}
	return nil
}

func guessable(name, password string) bool {
	p := strings.ToLower(strings.TrimSpace(password))
	trimmed := strings.Trim(p, "0123456789!@#.*_- ")
	switch {
	case common[p] || common[trimmed] || trimmed == "" && len(p) < 12:
		return true
	case name != "" && (p == strings.ToLower(name) || trimmed == strings.ToLower(name)):
		return true
	}
	return oneCharacter(p) || strings.HasPrefix("01234567890123456789", p) || strings.HasPrefix("98765432109876543210", p)
}

func oneCharacter(p string) bool {
	first, _ := utf8.DecodeRuneInString(p)
	return strings.Trim(p, string(first)) == ""
}
