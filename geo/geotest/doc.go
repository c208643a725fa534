// Package geotest holds what tests share: a real PostGIS with a migrated database per test, the folder of real
// data, and fixtures. Only tests import it.
package geotest
