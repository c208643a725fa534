// Package geo is the domain of Patok: areas, assets, asset types, edits and
// changes, who may do what, and the rules that every edit obeys.
//
// It is pure. It opens no connection and holds no state, so a rule that is
// written here is the same for the API, the import, the page and the tests.
//
// Conventions: positions are lon, lat in degrees on WGS 84 (EPSG:4326); a
// float with a unit carries it in its name; codes are Kemendagri codes with
// dots ("35.71.01.1001"); an area's id is its code without dots.
//
// The packages around it:
//
//	geo/store     PostGIS: the truth and its numbered log of changes
//	geo/index     immutable in-memory snapshots of what is published
//	geo/feed      follows the log into the snapshot, and out to browsers
//	geo/auth      passwords, sessions and tokens
//	geo/exchange  files in and out
//	tiles         vector tiles from a snapshot
//	handlers      HTTP
//	cmd/patok     wiring, the only place that exits
package geo
