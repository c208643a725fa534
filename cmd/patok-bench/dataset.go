package main

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// datasetFlags say what data is made. The same flags make the same data, on
// every machine.
type datasetFlags struct {
	Points int    `help:"How many assets." default:"100000"`
	Areas  int    `help:"How many kelurahan: one provinsi up to 8,563, the country from there." default:"800"`
	Seed   uint64 `help:"What the data is made from: the same seed makes the same data." default:"1"`
}

// The limits of a data set.
const (
	maxPoints = 5_000_000
	maxAreas  = 100_000 // what the codes of the largest provinsi are good for
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

// dataset is an invented provinsi or country. It is made piece by piece as it is
// read, the same each time, so its size costs no memory.
type dataset struct {
	datasetFlags
	grids []*grid
}

func newDataset(f datasetFlags) *dataset {
	return &dataset{datasetFlags: f, grids: newGrids(f.Seed, f.Areas)}
}

// kelurahan makes the areas of the lowest level, with their boundaries.
func (d *dataset) kelurahan() iter.Seq[*geo.Area] {
	return func(yield func(*geo.Area) bool) {
		for _, g := range d.grids {
			for x, y := range g.cells() {
				code := g.code(x, y)
				a := newArea(code, areaName(code))
				a.Boundary = orb.MultiPolygon{{g.ring(x, y)}}
				if !yield(a) {
					return
				}
			}
		}
	}
}

// assets makes the assets, in the order of their kelurahan.
func (d *dataset) assets() iter.Seq[*geo.Asset] {
	return func(yield func(*geo.Asset) bool) { newSettler(d).settle(yield) }
}

// parents makes the areas above the kelurahan, from the provinsi down and
// without a boundary.
func (d *dataset) parents() []*geo.Area {
	var byLevel [geo.LevelKelurahan][]*geo.Area
	seen := map[geo.Code]bool{}
	for _, g := range d.grids {
		for x, y := range g.cells() {
			for code := g.code(x, y).Parent(); code != "" && !seen[code]; code = code.Parent() {
				seen[code] = true
				a := newArea(code, areaName(code))
				a.Derived = true
				byLevel[code.Level()] = append(byLevel[code.Level()], a)
			}
		}
	}
	var parents []*geo.Area
	for _, level := range byLevel {
		parents = append(parents, level...)
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
