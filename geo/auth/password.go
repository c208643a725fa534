package auth

import (
	_ "embed" // the list of common passwords
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// The lengths of a password, in characters and, at the top, in bytes.
const (
	MinPasswordRunes = 8
	MaxPasswordBytes = 256
)

//go:embed common.txt
var commonText string

// common are the passwords that guessers try first (OWASP ASVS 5.0, 6.2.4).
var common = sync.OnceValue(func() map[string]bool {
	_, list, _ := strings.Cut(commonText, "\n\n")
	all := map[string]bool{}
	for password := range strings.Lines(list) {
		all[strings.TrimSpace(password)] = true
	}
	return all
})

// words are what passwords of Indonesian offices are made of, and what is too
// short for the list. With digits and signs around it, it is no better.
var words = map[string]bool{
	"pass": true, "p@ssw0rd": true, "p@ssword": true, "qwerty": true, "qwertyui": true, "asdfghjk": true, "zxcvbnm": true,
	"admin": true, "administrator": true, "letmein": true, "welcome": true, "dragon": true, "monkey": true,
	"abc": true, "abcd": true, "abcdefg": true, "abcdefgh": true, "test": true, "secret": true, "default": true,
	"qazwsx": true, "q1w2e3r4": true, "zaq12wsx": true,
	"indonesia": true, "merdeka": true, "garuda": true, "pancasila": true, "bismillah": true, "alhamdulillah": true,
	"sayang": true, "sayangku": true, "cintaku": true, "aku": true, "akusayangkamu": true, "rahasia": true,
	"katasandi": true, "sandi": true, "jakarta": true, "surabaya": true, "bandung": true, "kediri": true,
	"kotakediri": true, "kelurahan": true, "kecamatan": true, "desa": true, "posyandu": true, "puskesmas": true,
	"diskominfo": true, "pemkot": true, "pemkab": true, "operator": true, "patok": true, "pegawai": true,
	"semangat": true, "doraemon": true, "persib": true, "persebaya": true, "persija": true, "kucing": true,
	"gakada": true, "gaktau": true, "terserah": true, "lupalagi": true, "anjing": true, "bangsat": true,
}

// checkPassword reports at pointer what is wrong with a new password of p: too
// short, too long, or among the first that anybody would guess who knows the
// city and the account. Anything else goes: no rules on kinds of characters.
func (s *Service) checkPassword(pointer, password string, p geo.Principal) error {
	return checkPassword(pointer, password, slices.Concat(s.words(), []string{p.Name, p.Title}))
}

func checkPassword(pointer, password string, own []string) error {
	bad := func(code, id, en string) error {
		return geo.InvalidFields("auth.checkPassword", []geo.FieldError{{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}}})
	}
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return bad("characters", "Kata sandi berisi huruf yang tidak dapat dipakai.", "The password holds characters that cannot be used.")
	case utf8.RuneCountInString(password) < MinPasswordRunes:
		return bad("too_short", "Kata sandi paling sedikit 8 huruf.", "The password needs at least 8 characters.")
	case len(password) > MaxPasswordBytes:
		return bad("too_long", "Kata sandi paling panjang 256 huruf.", "The password may have at most 256 characters.")
	case guessable(password, own):
		return bad("common", "Kata sandi ini mudah ditebak. Pilih yang lain, misalnya beberapa kata yang tidak berkaitan.",
			"This password is easy to guess. Choose another, such as a few unrelated words.")
	}
	return nil
}

func guessable(password string, own []string) bool {
	p := strings.ToLower(strings.TrimSpace(password))
	trimmed := strings.Trim(p, "0123456789!@#.*_- ")
	switch {
	case common()[p] || common()[trimmed] || words[p] || words[trimmed] || trimmed == "" && len(p) < 12:
		return true
	case oneCharacter(p) || strings.HasPrefix("01234567890123456789", p) || strings.HasPrefix("98765432109876543210", p):
		return true
	}
	return madeOf(p, own)
}

// madeOf reports whether hardly a letter of password is left without the words
// that own is made of.
func madeOf(password string, own []string) bool {
	letters := func(c rune) bool { return !unicode.IsLetter(c) }
	left := strings.Join(strings.FieldsFunc(password, letters), "")
	var parts []string
	for _, text := range own {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), letters) {
			if utf8.RuneCountInString(word) >= 3 {
				parts = append(parts, word)
			}
		}
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) }) // the longest first
	whole := left
	for _, word := range parts {
		left = strings.ReplaceAll(left, word, "")
	}
	return left != whole && utf8.RuneCountInString(left) < 4
}

func oneCharacter(p string) bool {
	first, _ := utf8.DecodeRuneInString(p)
	return strings.Trim(p, string(first)) == ""
}
