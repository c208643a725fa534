package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/patok-id/patok/geo"
)

// datasetFlags say what data is made. The same flags make the same data, on
// every machine.
type datasetFlags struct {
	Points int    `help:"How many assets." default:"100000"`
	Areas  int    `help:"How many kelurahan." default:"800"`
	Seed   uint64 `help:"What the data is made from: the same seed makes the same data." default:"1"`
}

// The limits of a data set.
const (
	maxPoints = 2_000_000 // what an import's file may hold
	maxAreas  = 15_000    // what the codes of one provinsi are good for
)

// Validate is called by kong.
func (f datasetFlags) Validate() error {
	switch {
	case f.Points < 1 || f.Points > maxPoints:
		return fmt.Errorf("--points must be 1 to %d", maxPoints)
	case f.Areas < 1 || f.Areas > maxAreas:
		return fmt.Errorf("--areas must be 1 to %d", maxAreas)
	}
	return nil
}

// dataset is an invented provinsi: its areas, the parents first and without a
// boundary, and its assets in the order of their kelurahan.
type dataset struct {
	Parents   []*geo.Area
	Kelurahan []*geo.Area
	Assets    []*geo.Asset
}

// makeDataset invents a provinsi.
func makeDataset(f datasetFlags) *dataset {
	g := newGrid(f.Seed, f.Areas)
	d := &dataset{}
	d.Kelurahan = g.kelurahan()
	d.Parents = parentsOf(d.Kelurahan)
	d.Assets = settle(f, g, d.Kelurahan)
	return d
}

// parentsOf makes the areas above the given ones, from the provinsi down.
func parentsOf(kelurahan []*geo.Area) []*geo.Area {
	var byLevel [geo.LevelKelurahan][]*geo.Area
	seen := map[geo.Code]bool{}
	for _, a := range kelurahan {
		for code := a.ParentCode; code != "" && !seen[code]; code = code.Parent() {
			seen[code] = true
			byLevel[code.Level()] = append(byLevel[code.Level()], newArea(code, parentName(code)))
		}
	}
	var parents []*geo.Area
	for _, level := range byLevel {
		for _, a := range level {
			a.Derived = true
			parents = append(parents, a)
		}
	}
	return parents
}

func newArea(code geo.Code, name string) *geo.Area {
	return &geo.Area{ID: code.ID(), Code: code, Level: code.Level(), ParentCode: code.Parent(), Kind: code.Kind(),
		Name: name, Source: "patok-bench", Year: 2026, Status: geo.Indikatif}
}

// random gives the random numbers of one thing: they depend on the seed and on
// what the thing is, never on what was made before it.
func random(seed uint64, what ...uint64) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a over the words
	for _, w := range what {
		h = (h ^ w) * 1099511628211
		h ^= h >> 29
	}
	return rand.New(rand.NewPCG(seed, h))
}

// round7 rounds to the seven decimals that files carry, about a centimetre.
func round7(v float64) float64 { return math.Round(v*1e7) / 1e7 }
