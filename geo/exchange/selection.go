package exchange

import (
	"context"
	"iter"

	"github.com/patok-id/patok/geo"
)

// Published is published content, as an index.Snapshot has it.
type Published interface {
	Query(ctx context.Context, q geo.Query) (geo.Page, error)
	Type(name string) *geo.AssetType
	AreaByCode(code geo.Code) *geo.Area
}

// Selection is the features of one collection that a query selects, to be
// written as a file.
type Selection struct {
	Query geo.Query
	From  Published // whose features
	At    Published // whose registry, and names of areas
	// Private reads a page's assets with their internal fields; nil is the public
	// view.
	Private func([]*geo.Asset) ([]*geo.Asset, error)
}

// Features is the file. It is read page by page, in the order of ids.
func (s Selection) Features(ctx context.Context) *FeatureFile {
	collection := s.Query.Collection
	if geo.LevelOf(collection) != 0 {
		return AreaFeatures(collection, pages(ctx, s, func(p geo.Page) ([]*geo.Area, error) { return p.Areas, nil }))
	}
	assets := func(p geo.Page) ([]*geo.Asset, error) { return p.Assets, nil }
	if s.Private != nil {
		assets = func(p geo.Page) ([]*geo.Asset, error) { return s.Private(p.Assets) }
	}
	name := func(code geo.Code) string {
		if a := s.At.AreaByCode(code); a != nil {
			return a.Name
		}
		return ""
	}
	return AssetFile{Collection: collection, Type: s.At.Type(collection), Internal: s.Private != nil, AreaName: name,
		Assets: pages(ctx, s, assets)}.Features()
}

// pages gives what of takes from each page of the selection.
func pages[T any](ctx context.Context, s Selection, of func(geo.Page) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q := s.Query
		q.Limit = geo.MaxLimit
		for {
			page, err := s.From.Query(ctx, q)
			var list []T
			if err == nil {
				list, err = of(page)
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == 0 {
				return
			}
		}
	}
}
