package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"
)

// NewToken makes a token of 256 random bits, and the hash under which the
// database keeps it.
func NewToken() (token string, hash []byte) {
	token = base64.RawURLEncoding.EncodeToString(randomBytes(32))
	return token, HashToken(token)
}

// HashToken is the SHA-256 of a token. Tokens are random, so that a fast hash
// without a salt is enough.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// looksLikeToken keeps what cannot be a token away from the database.
func looksLikeToken(s string) bool {
	if len(s) != 43 {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_'
	})
}

const (
	consonants = "bdfgjkmnprst"
	vowels     = "aiueo"
)

// NewPassword makes a random password that is easy to read aloud and to type
// on a phone: four words of two syllables and two digits, about 54 bits.
func NewPassword() string {
	var b strings.Builder
	for word := range 4 {
		if word > 0 {
			b.WriteByte('-')
		}
		for range 2 {
			b.WriteByte(pick(consonants))
			b.WriteByte(pick(vowels))
		}
	}
	b.WriteByte('-')
	b.WriteByte(pick("23456789"))
	b.WriteByte(pick("23456789"))
	return b.String()
}

func pick(from string) byte {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
	if err != nil {
		panic("auth: no randomness: " + err.Error()) // crypto/rand has ended the program before
	}
	return from[i.Int64()]
}
