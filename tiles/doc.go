// Package tiles makes Mapbox Vector Tiles 2.1 from a snapshot.
//
// Encode writes a tile straight into bytes. Source keeps tiles, keyed by what
// they were made from: a snapshot's tile revision changes with the tile's
// content, so nothing is ever purged and no slow render can put old bytes
// back. Archive puts all of them into one PMTiles file. Tiles hold public fields
// only.
//
// Every position is snapped to the world's grid of a zoom before anything else
// is done with it, so equal positions stay equal: a point in the buffer of two
// tiles is the same point. Boundaries come simplified for the zoom, neighbours
// alike, and edges are led through the grid's positions that they pass by (see
// noder), so that a border stays shared and nothing opens beside it.
//
// A tile of many assets shows a cluster for each of its cells: exact counts, whose
// sum over all tiles of a zoom is the number of assets, since each position lies
// in one cell of a zoom. What lies in a buffer alone says so and is not counted.
package tiles
