package auth

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

func TestHashVerify(t *testing.T) {
	h := NewHasher(2, 10)
	ctx := t.Context()
	hash, err := h.Hash(ctx, "kuda lumping hujan")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q is no PHC string of the wanted cost", hash)
	}
	again, err := h.Hash(ctx, "kuda lumping hujan")
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are equal: no salt (%v)", err)
	}
	for password, want := range map[string]bool{"kuda lumping hujan": true, "kuda lumping hujan ": false, "": false} {
		if got, err := h.Verify(ctx, hash, password); err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v", password, got, err)
		}
	}
}

func TestVerifyRefusesBrokenHashes(t *testing.T) {
	h := NewHasher(2, 10)
	good, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"", "x", "$argon2id$", strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "m=19456", "m=99999999", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "p=1", "p=0", 1), good[:len(good)-30], good + "$"} {
		if ok, err := h.Verify(t.Context(), hash, "x"); ok || err != nil {
			t.Errorf("Verify with hash %q = %v, %v", hash, ok, err)
		}
	}
}

func TestHasherBoundsItsQueue(t *testing.T) {
	h := NewHasher(1, 1)
	if err := h.slots.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	h.waiting.Add(1) // the one that runs
	ctx, cancel := context.WithCancel(t.Context())
	waiter := make(chan error, 1)
	go func() {
		_, err := h.Hash(ctx, "x")
		waiter <- err
	}()
	for h.waiting.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	if _, err := h.Hash(t.Context(), "y"); geo.KindOf(err) != geo.RateLimited {
		t.Errorf("beyond the queue: %v, want RateLimited", err)
	}
	cancel()
	if err := <-waiter; geo.KindOf(err) != geo.Unavailable {
		t.Errorf("a waiter whose request ended: %v, want Unavailable", err)
	}
}

func TestCheckPassword(t *testing.T) {
	tests := []struct {
		name, password, code string
	}{
		{"long enough", "kuda-hujan", ""},
		{"64 and more characters", strings.Repeat("kuda hujan ", 8), ""},
		{"any language", "くだもの畑の中で", ""},
		{"made by us", NewPassword(), ""},
		{"seven characters", "kudalum", "too_short"},
		{"seven characters in fourteen bytes", "éééüüüñ", "too_short"},
		{"300 bytes", strings.Repeat("ab ", 100), "too_long"},
		{"the commonest", "password", "common"},
		{"the commonest with digits", "Password123!", "common"},
		{"Indonesian", "bismillah", "common"},
		{"Indonesian with a year", "indonesia2024", "common"},
		{"the office", "Kelurahan1", "common"},
		{"digits in order", "123456789", "common"},
		{"digits", "83749201", "common"},
		{"one character", "zzzzzzzzzz", "common"},
		{"the account's name", "pic-3571011001", "common"},
		{"NUL", "kuda\x00hujan", "characters"},
		{"commonest of the world", "corvette", "common"},
		{"the same with a year", "Corvette2024", "common"},
		{"the title", "BandarLor-2026", "common"},
		{"the city", "Kota Kediri 1879", "common"},
		{"the city among other words", "kediri hujan sore", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := checkPassword("/new", tt.password, []string{"Kota Kediri", "pic-3571011001", "PIC Kelurahan Bandar Lor"})
			got := ""
			if e, ok := err.(*geo.Error); ok {
				got = e.Fields[0].Code
			}
			if got != tt.code {
				t.Errorf("checkPassword(%q) = %v, want code %q", tt.password, err, tt.code)
			}
		})
	}
}

func TestCommonPasswordsAreEnough(t *testing.T) {
	if n := len(common()); n < 3000 {
		t.Errorf("%d entries, ASVS wants 3000", n)
	}
	for password := range common() {
		if utf8.RuneCountInString(password) < MinPasswordRunes || strings.ToLower(password) != password || strings.HasPrefix(password, "# ") {
			t.Errorf("%q never matches", password)
		}
	}
}

func TestSecretsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, hash := NewToken()
		if !looksLikeToken(token) || len(hash) != 32 || string(hash) != string(HashToken(token)) {
			t.Fatalf("token %q with hash %x", token, hash)
		}
		password := NewPassword()
		if seen[token] || seen[password] {
			t.Fatalf("%q or %q came twice", token, password)
		}
		seen[token], seen[password] = true, true
	}
	for _, s := range []string{"", "x", strings.Repeat("é", 43), strings.Repeat("a", 42) + "'"} {
		if looksLikeToken(s) {
			t.Errorf("%q looks like a token", s)
		}
	}
}

func TestThrottleDelaysGrow(t *testing.T) {
	th := NewThrottle(3, time.Second, 10*time.Second)
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	var waits []time.Duration
	for range 8 {
		for {
			wait, ok := th.Begin("x", now)
			if ok {
				break
			}
			waits = append(waits, wait)
			now = now.Add(wait)
		}
	}
	want := []time.Duration{1, 2, 4, 8, 10}
	if len(waits) != len(want) {
		t.Fatalf("waits %v, want %v s", waits, want)
	}
	for i := range want {
		if waits[i] != want[i]*time.Second {
			t.Errorf("wait %d is %v, want %v s", i, waits[i], int(want[i]))
		}
	}
	if _, ok := th.Begin("y", now); !ok {
		t.Error("another key has to wait as well")
	}
	th.Succeed("x")
	if _, ok := th.Begin("x", now); !ok {
		t.Error("a success did not forget the tries")
	}
}

func TestThrottleIsBounded(t *testing.T) {
	th := NewThrottle(1, time.Hour, time.Hour)
	th.capacity = 100
	now := time.Now()
	th.Begin("held", now)
	for i := range 1000 {
		th.Begin(fmt.Sprint("k", i), now)
		if len(th.tries) > 100 {
			t.Fatalf("%d keys held", len(th.tries))
		}
	}
}

func TestAddressKey(t *testing.T) {
	for address, want := range map[string]string{
		"10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "": "", "odd": "odd",
	} {
		if got := addressKey(address); got != want {
			t.Errorf("addressKey(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestHasherIsSafeForManyGoroutines(t *testing.T) {
	h := NewHasher(2, 100)
	hash, err := h.Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			ok, err := h.Verify(t.Context(), hash, []string{"right", "wrong"}[i%2])
			if err != nil || ok != (i%2 == 0) {
				t.Errorf("try %d: %v, %v", i, ok, err)
			}
		})
	}
	wg.Wait()
}
