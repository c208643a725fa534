package main

import (
	"context"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

type importNetworkCmd struct{ importFlags }

// Run replaces the walking network by the lines of the files: of several, the
// last stays.
func (c *importNetworkCmd) Run(ctx context.Context, env *environment) error {
	return c.run(ctx, env, func(db *database, src exchange.Source, io geo.ImportOptions) (geo.Report, error) {
		return db.ImportWalkways(ctx, cliImporter, exchange.Lines(src), io)
	})
}
