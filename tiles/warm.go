package tiles

import "context"

// Warm makes a tile and those in it down to a zoom, each in all the codings, so
// that whoever asks first need not wait. It ends with ctx. Nothing lies in the
// tiles of an empty one.
func (c *Source) Warm(ctx context.Context, w Wanted, deepest int, codings []Coding, admit Admit) error {
	for _, coding := range codings {
		tile, err := c.Tile(ctx, w, coding, admit)
		if err != nil || tile.Empty() {
			return err
		}
	}
	if w.ID.Z >= deepest {
		return nil
	}
	for i := range 4 {
		part := w
		part.ID = ID{w.ID.Z + 1, 2*w.ID.X + i%2, 2*w.ID.Y + i/2}
		if err := c.Warm(ctx, part, deepest, codings, admit); err != nil {
			return err
		}
	}
	return nil
}
