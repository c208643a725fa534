package index

import (
	"math"

	"github.com/patok-id/patok/geo"
)

// Digests returns count and sum of digests per asset type and per area level.
// It reads every feature: some seconds of work per million.
func (s *Snapshot) Digests() map[string]geo.Digest {
	digests := make(map[string]geo.Digest, len(s.layers)+int(geo.LevelKelurahan))
	for name := range s.layers {
		digests[name] = geo.Digest{}
	}
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		digests[level.Collection()] = geo.Digest{}
	}
	for name := range digests {
		d := geo.Digest{}
		s.eachDigest(name, func(_, digest int64) {
			d.Count++
			d.Sum += digest // wraps, as the database's sum does
		})
		digests[name] = d
	}
	return digests
}

// DigestList returns the digest of every feature of a collection by id, nil
// for an unknown collection.
func (s *Snapshot) DigestList(collection string) map[int64]int64 {
	if geo.LevelOf(collection) == 0 && s.layers[collection] == nil {
		return nil
	}
	list := map[int64]int64{}
	s.eachDigest(collection, func(id, digest int64) { list[id] = digest })
	return list
}

func (s *Snapshot) eachDigest(collection string, each func(id, digest int64)) {
	var scratch held
	if level := geo.LevelOf(collection); level != 0 {
		s.areas[level].byID.Scan(func(id int64, shape *Shape) bool {
			each(id, shape.Area.Digest())
			return true
		})
		return
	}
	s.ascend([]*assetLayer{s.layers[collection]}, math.MinInt64, func(c candidate) bool {
		each(c.id, s.read(c, &scratch).Digest())
		return true
	})
}
