package handlers

import (
	"context"
	"encoding/json"

	"github.com/patok-id/patok/geo/indicator"
)

// readFigureSettings reads what the city chose for its figures. A member that is
// left out stays as it is.
func (s *Server) readFigureSettings(ctx context.Context, f *fields) indicator.Settings {
	set := s.chosen(ctx).Figures
	members, err := object(need[json.RawMessage](f, settingFigures))
	if err != nil {
		f.bad(settingFigures, "type", "Harus objek.", "Must be an object.")
		return set
	}
	in := f.inner(settingFigures, members)
	take(in, "public_threshold", &set.PublicThreshold)
	take(in, "internal_threshold", &set.InternalThreshold)
	take(in, "steps", &set.Steps)
	take(in, "windows", &set.Windows)
	take(in, "marks", &set.Marks)
	in.unknown()
	reg, err := s.Store.Registry(ctx)
	if err != nil {
		f.bad(settingFigures, "unavailable", "Belum dapat diperiksa. Coba lagi.", "It cannot be checked right now. Try again.")
		return set
	}
	in.add(set.Check(reg))
	return set
}

// take reads a member that may be left out into to.
func take[T any](f *fields, name string, to *T) {
	if v := maybe[T](f, name); v != nil {
		*to = *v
	}
}
