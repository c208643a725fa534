package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const privateAssetsSQL = `select ` + assetColumns + `, ` + privateColumns + ` from assets a` + stampSQL + `
where a.id = any($1) order by a.id`

// PrivateAssets reads assets in the private view, in the order of their ids.
// What was deleted meanwhile is left out; when p may not read all the others
// fully it is NotFound.
func (s *Store) PrivateAssets(ctx context.Context, p geo.Principal, ids []int64) (list []*geo.Asset, err error) {
	const op = "store.PrivateAssets"
	err = s.read(ctx, op, p, func(tx pgx.Tx) error {
		if list, err = collect(ctx, tx, scanPrivateAsset, privateAssetsSQL, ids); err != nil {
			return err
		}
		now := s.now()
		for _, a := range list {
			if !geo.Can(p, geo.ActionReadFull, geo.Target{Area: a.AreaCode, Type: a.Type, Held: !a.Published()}, now) {
				return geo.NotFoundError(op)
			}
		}
		return nil
	})
	return list, err
}
