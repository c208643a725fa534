// Package index holds what is published, in memory, as of one revision.
//
// A Snapshot is immutable. One writer makes the next one from it with Apply,
// copying only the tree nodes that change, and publishes it through Live;
// readers take the current one and never wait for a lock. Whatever is read from
// one snapshot belongs together.
//
// Assets lie in a pack: rows of numbers without a pointer, along the Morton
// curve, so that what a tile shows is one run of them. What changed since the
// pack was made lies beside it, in small maps and R-trees, and is taken into a
// new pack now and then. Nothing that is read tells in which of the two it was.
package index
