// Package index holds what is published, in memory, as of one revision.
//
// A Snapshot is immutable. One writer makes the next one from it with Apply,
// copying only the tree nodes that change, and publishes it through Live;
// readers take the current one and never wait for a lock. Features by id,
// R-trees, counters and the tile revisions all live inside the snapshot, so
// whatever is read from one snapshot belongs together.
package index
