package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"github.com/patok-id/patok/geo"
)

// The cost of one hash, as OWASP advises for argon2id (Password Storage Cheat
// Sheet): 19 MiB of memory, two passes, one lane.
const (
	memoryKiB = 19456
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// Hasher hashes passwords with argon2id. At most a few hashes run at a time
// and a bounded number waits, so that log-in cannot exhaust memory or
// processors. It may be used by many goroutines.
type Hasher struct {
	slots    *semaphore.Weighted
	waiting  atomic.Int64
	maxQueue int64
	dummy    string // hash of a password that nobody has
}

// NewHasher returns a hasher that runs at most parallel hashes at a time and
// lets at most queue callers wait.
func NewHasher(parallel, queue int) *Hasher {
	h := &Hasher{slots: semaphore.NewWeighted(int64(parallel)), maxQueue: int64(parallel + queue)}
	h.dummy = encodeHash(randomBytes(saltBytes), randomBytes(keyBytes))
	return h
}

// Hash returns the hash of password as a PHC string with a salt of its own. It
// is RateLimited when too many wait already, Unavailable when ctx ends first.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := randomBytes(saltBytes)
	key, err := h.derive(ctx, password, salt, memoryKiB, passes, lanes, keyBytes)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, key), nil
}

// Verify reports whether password belongs to hash. An empty or unreadable hash
// takes as long as a good one and is false. Errors are those of Hash.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	p, ok := parseHash(hash)
	if !ok {
		p, _ = parseHash(h.dummy)
	}
	key, err := h.derive(ctx, password, p.salt, p.memory, p.passes, p.lanes, uint32(len(p.key)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.key) == 1 && ok, nil
}

func (h *Hasher) derive(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8, size uint32) ([]byte, error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.maxQueue {
		return nil, &geo.Error{Kind: geo.RateLimited, Op: "auth.Hasher", RetryAfter: 2 * time.Second, Message: geo.Text{
			ID: "Terlalu banyak orang sedang masuk. Coba lagi sebentar lagi.",
			EN: "Too many people are logging in. Try again in a moment."}}
	}
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, &geo.Error{Kind: geo.Unavailable, Op: "auth.Hasher", Err: err, Message: geo.Text{
			ID: "Server sedang sibuk. Coba lagi.", EN: "The server is busy. Try again."}}
	}
	defer h.slots.Release(1)
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, size), nil
}

type hashParts struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes, b64(salt), b64(key))
}

// parseHash reads a PHC string of argon2id. Costs far above our own are
// refused: a hash comes from the database, but its cost is ours to bear.
func parseHash(s string) (hashParts, bool) {
	var p hashParts
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, false
	}
	if p.memory < 8 || p.memory > 4*memoryKiB || p.passes < 1 || p.passes > 8 || p.lanes < 1 || p.lanes > 8 {
		return p, false
	}
	var errSalt, errKey error
	p.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	return p, errSalt == nil && errKey == nil && len(p.salt) >= 8 && len(p.key) >= 16 && len(p.key) <= 64
}

// randomBytes never fails: crypto/rand ends the program when the system has no
// randomness.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
