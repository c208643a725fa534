package geo

// Past names features as they were: of one collection, between two revisions.
type Past struct {
	Collection  string
	From, Until int64 // revisions, both included; the same for an instant
	ID          int64 // the one feature that is wanted; 0 is all
}

// verticesPerFeature is how many vertices of a boundary take as much memory as
// an asset does.
const verticesPerFeature = 20

// Weight is what the asset counts where features held in memory are bounded.
func (a *Asset) Weight() int { return 1 }

// Weight is what the area counts where features held in memory are bounded: a
// boundary of 200 vertices takes as much as ten assets.
func (a *Area) Weight() int {
	vertices := 0
	for _, polygon := range a.Boundary {
		for _, ring := range polygon {
			vertices += len(ring)
		}
	}
	return 1 + vertices/verticesPerFeature
}

// Weight is that of all features together.
func (c *Content) Weight() int {
	w := 0
	for _, a := range c.Assets {
		w += a.Weight()
	}
	for _, a := range c.Areas {
		w += a.Weight()
	}
	return w
}
