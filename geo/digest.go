package geo

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
)

// A digest tells whether a feature in a node's memory is the one in PostGIS.
// It is the first eight bytes of the MD5 of the feature's published fields in
// a fixed order with 0x1F between them; the SQL functions asset_digest and
// area_digest compute the same from the row. Numbers are written as the
// hexadecimal digits of their IEEE 754 form, times as microseconds since 1970,
// so that nothing depends on how a decimal is printed.

// Digest is the digest of the asset's published fields.
func (a *Asset) Digest() int64 {
	lon, lat := "", ""
	if a.Point != nil {
		lon, lat = floatHex(a.Point[0]), floatHex(a.Point[1])
	}
	accuracy := ""
	if a.AccuracyM != nil {
		accuracy = floatHex(*a.AccuracyM)
	}
	return digest(
		strconv.FormatInt(a.ID, 10), strconv.FormatInt(a.Version, 10), a.UUID.String(),
		a.Type, strconv.Itoa(a.TypeVersion), a.Name, string(a.AreaCode), string(a.AreaLocated),
		a.RT, a.RW, a.Address, lon, lat, accuracy, a.TakenBy, timeMicros(a.TakenAt),
		a.Condition, a.Operation, string(a.Placement), floatHex(a.OutsideM),
		strings.Join(a.Marks, ","), strconv.FormatBool(a.Example), timeMicros(a.VerifiedAt),
		string(a.Attributes),
	)
}

// Digest is the digest of the area's published fields.
func (a *Area) Digest() int64 {
	sum := md5.Sum(EncodeBoundary(a.Boundary))
	return digest(
		strconv.FormatInt(a.ID, 10), strconv.FormatInt(a.Version, 10), string(a.Code),
		strconv.Itoa(int(a.Level)), string(a.ParentCode), string(a.Kind), a.Name, a.BPSCode,
		a.Source, strconv.Itoa(a.Year), string(a.Status), strconv.FormatBool(a.Derived),
		strconv.FormatBool(a.Example), floatHex(a.LabelPoint[0]), floatHex(a.LabelPoint[1]),
		hex.EncodeToString(sum[:]),
	)
}

func digest(fields ...string) int64 {
	sum := md5.Sum([]byte(strings.Join(fields, "\x1f")))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

func floatHex(f float64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], math.Float64bits(f))
	return hex.EncodeToString(b[:])
}

func timeMicros(t *time.Time) string {
	if t == nil {
		return ""
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

// Digest stands for all features of a collection: how many there are, and the
// sum of their digests, wrapping at 64 bits.
type Digest struct {
	Count int   `json:"count"`
	Sum   int64 `json:"sum"`
}
