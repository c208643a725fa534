package handlers

import (
	"context"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

// What the map's page asks for first, and who asks for it: browsers by HTTPS, and
// all by HTTP.
const (
	warmZoom  = 5 // down to here a tile is of a whole island
	warmAgain = time.Second
)

// keepWarm makes the tiles of low zooms whenever everything was loaded anew, until
// ctx ends. They are drawn from the most, and everybody begins with them.
func (s *Server) keepWarm(ctx context.Context) {
	ticker := time.NewTicker(warmAgain)
	defer ticker.Stop()
	var warmed uint64
	for {
		if at := s.Live.Snapshot(); at.Epoch() != "" && at.Lineage() != warmed {
			warmed = at.Lineage()
			s.warm(ctx, at)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Server) warm(ctx context.Context, at *index.Snapshot) {
	admit := func(ctx context.Context) (leave func(), err error) {
		place, err := s.gate.enter(ctx, lengthy, client{})
		if err != nil {
			return nil, err
		}
		return place.leave, nil
	}
	far := []string{geo.LevelProvinsi.Collection(), geo.LevelKabupaten.Collection()}
	for _, layers := range [][]string{{geo.AllAssets}, far} { // as web/src/areas.ts asks for them
		wanted := tiles.Wanted{Snapshot: at, Layers: layers}
		if err := s.Tiles.Warm(ctx, wanted, warmZoom, []tiles.Coding{tiles.Zstd, tiles.Gzip}, admit); err != nil && ctx.Err() == nil {
			s.Logger.Warn("the tiles of low zooms were not made beforehand", "layers", layers, "error", err)
		}
	}
}
