// Package exchange reads and writes the files of other programs, one file per
// format. Readers of GeoJSON and CSV stream: they hold one row at a time, so that
// a file may be larger than memory. Sheets are held whole, since what a column
// means is decided by all its values: Inspect proposes a Plan of what they are,
// and by that they are read. Everything that a stranger can make large has a
// limit.
//
// A reader turns each row into a geo-level value, or says in two languages why
// it cannot. It repairs nothing in silence.
package exchange
