// Package web holds the map page: its TypeScript sources, its end-to-end tests
// and, once `npm run build` has run, the files that the binary serves. The build
// leaves a .br and a .gz beside every file that is worth compressing, and names
// everything under assets/ by its content, so that it may be cached for ever.
package web

import (
	"embed"
	"io/fs"
)

// The committed placeholder dist/.gitkeep lets Go build before the page is.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the built page's files, rooted at its index.html. Before the
// page is built it holds only a placeholder; ask Built.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil { // only for an invalid path, and "dist" is a valid one
		return dist
	}
	return sub
}

// Built reports whether the page was built before the binary was.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
