package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

type exportCmd struct {
	databaseFlags
	File       string   `arg:"" help:"Where to write it." type:"path"`
	Format     string   `help:"pmtiles: the tiles of the map in one file, for plain storage; csv, xlsx, geojson: the features of one collection." enum:"pmtiles,csv,xlsx,geojson" default:"pmtiles"`
	Collection []string `help:"What to take: collections of assets and levels of areas. Left out, pmtiles takes areas, whose level follows the zoom, and assets." placeholder:"NAME"`
	Release    string   `help:"Take it as it is in this release." placeholder:"NAME" xor:"when"`
	Datetime   string   `help:"Take it as it was at this time (RFC 3339), or at the end of this day by UTC." placeholder:"TIME" xor:"when"`
	Revision   int64    `help:"Take it as it was at this revision." placeholder:"N" xor:"when"`
	MinZoom    int      `help:"The lowest zoom of pmtiles." default:"0"`
	MaxZoom    int      `help:"The highest zoom of pmtiles; at 16 every point stands alone." default:"16"`
	Force      bool     `help:"Replace a file that is there."`
	JSON       bool     `name:"json" help:"Print JSON."`
}

// formatTiles is the one format that is no list of features.
const formatTiles = "pmtiles"

// exported is what was written.
type exported struct {
	File        string   `json:"file"`
	Format      string   `json:"format"`
	Collections []string `json:"collections"`
	Revision    int64    `json:"revision"`
	Release     string   `json:"release,omitempty"`
	Tiles       uint64   `json:"tiles,omitempty"`
	Rows        int      `json:"rows"`
	Bytes       int64    `json:"bytes"`
	SHA256      string   `json:"sha256"`
}

// Validate refuses what cannot be meant.
func (c *exportCmd) Validate() error {
	switch _, err := instant(c.Datetime); {
	case c.Datetime != "" && err != nil:
		return err
	case c.Revision < 0:
		return errors.New("--revision counts from 1")
	case c.Format != formatTiles && len(c.Collection) != 1:
		return fmt.Errorf("--format %s takes one --collection", c.Format)
	case c.MinZoom < 0 || c.MinZoom > c.MaxZoom || c.MaxZoom > tiles.MaxZoom:
		return fmt.Errorf("zooms go from 0 to %d", tiles.MaxZoom)
	}
	return nil
}

// Run writes what everybody may see to a file: whole, or not at all.
func (c *exportCmd) Run(ctx context.Context, env *environment) (err error) {
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return fmt.Errorf("%s is there already; --force replaces it", c.File)
	}
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done := exported{File: c.File, Format: c.Format, Collections: c.Collection, Release: c.Release}
	switch {
	case c.Format == formatTiles:
		err = c.exportTiles(ctx, env, db, &done)
	case c.Release != "":
		err = c.exportReleased(ctx, db, &done)
	default:
		err = c.exportFeatures(ctx, db, &done)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(done)
	}
	counted := fmt.Sprintf("%d features", done.Rows)
	if c.Format == formatTiles {
		counted = fmt.Sprintf("%d tiles", done.Tiles)
	}
	fmt.Fprintf(env.Stdout, "%s: %s as of revision %d, %d bytes, SHA-256 %s\n", c.File, counted, done.Revision, done.Bytes, done.SHA256)
	return nil
}

// snapshot is what is published, or was.
func (c *exportCmd) snapshot(ctx context.Context, db *database) (*index.Snapshot, error) {
	revision, err := c.revision(ctx, db)
	if err != nil {
		return nil, err
	}
	live := index.NewLive()
	refill := live.Refill()
	var content geo.Content
	if revision == 0 {
		content, err = db.Load(ctx, refill.Add)
	} else {
		content, err = db.LoadPast(ctx, revision, refill.Add)
	}
	if geo.KindOf(err) == geo.NotFound {
		return nil, fmt.Errorf("there is no revision %d", revision)
	}
	if err != nil {
		return nil, err
	}
	refill.Done(content)
	return live.Snapshot(), nil
}

// revision is the revision that is asked for; 0 is now.
func (c *exportCmd) revision(ctx context.Context, db *database) (int64, error) {
	switch {
	case c.Release != "":
		return c.released(ctx, db)
	case c.Datetime != "":
		at, err := instant(c.Datetime)
		if err != nil {
			return 0, err
		}
		revision, err := db.RevisionAt(ctx, at)
		if err == nil && revision == 0 {
			err = fmt.Errorf("there was nothing yet at %s", at.Format(time.RFC3339))
		}
		return revision, err
	}
	return c.Revision, nil
}

// released is the revision of the release.
func (c *exportCmd) released(ctx context.Context, db *database) (int64, error) {
	revision, err := db.ReleaseRevision(ctx, c.Release)
	if geo.KindOf(err) == geo.NotFound {
		err = fmt.Errorf("there is no release %s", c.Release)
	}
	return revision, err
}

// instant reads a time, or a date as its end, as the API does.
func instant(text string) (time.Time, error) {
	if day, ok := geo.ParseDate(text); ok {
		return day.LastMoment(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--datetime %s is no time such as 2026-06-30T00:00:00Z, and no date", text)
	}
	return at, nil
}

// exportTiles writes an archive of tiles.
func (c *exportCmd) exportTiles(ctx context.Context, env *environment, db *database, done *exported) error {
	s, err := c.snapshot(ctx, db)
	if err != nil {
		return err
	}
	if len(c.Collection) == 0 {
		done.Collections = []string{index.AreasLayer, geo.AllAssets}
	}
	layers, err := tiles.ParseLayers(s, strings.Join(done.Collections, ","))
	if err != nil {
		return c.unknown(s, err)
	}
	p := newProgress(env.Stderr, filepath.Base(c.File))
	defer p.done()
	name := "Patok"
	if c.Release != "" {
		name += " " + c.Release
	}
	made, err := tiles.Archive{Snapshot: s, Layers: layers, MinZoom: c.MinZoom, MaxZoom: c.MaxZoom, Name: name, Release: c.Release,
		Folder: filepath.Dir(c.File), Progress: func(now tiles.ArchiveProgress) {
			p.tell(fmt.Sprintf("zoom %d", now.Zoom), int(now.Tiles), "tiles")
		}}.Make(ctx)
	if err != nil {
		return err
	}
	defer made.Close() //nolint:errcheck // it has no name any more
	done.Revision, done.Tiles = s.Revision(), made.Tiles
	return done.write(ctx, func(w io.Writer) error {
		_, err := made.WriteTo(w)
		return err
	})
}

// unknown names what there is, where err says that something is not.
func (c *exportCmd) unknown(s *index.Snapshot, err error) error {
	if geo.KindOf(err) == geo.NotFound {
		return fmt.Errorf("there is no collection %s; there are %s", strings.Join(c.Collection, ","), strings.Join(s.Collections(), ", "))
	}
	return err
}

// exportFeatures writes the features of a collection, as the download of the API
// does.
func (c *exportCmd) exportFeatures(ctx context.Context, db *database, done *exported) error {
	s, err := c.snapshot(ctx, db)
	if err != nil {
		return err
	}
	if !slices.Contains(s.Collections(), c.Collection[0]) {
		return c.unknown(s, geo.NotFoundError("export"))
	}
	done.Revision = s.Revision()
	file := exchange.Selection{Query: geo.Query{Collection: c.Collection[0]}, From: s, At: s}.Features(ctx)
	form := map[string]func(io.Writer) (int, error){"csv": file.WriteCSV, "xlsx": file.WriteXLSX, "geojson": file.WriteGeoJSON}[c.Format]
	return done.write(ctx, func(w io.Writer) (err error) {
		done.Rows, err = form(w)
		return err
	})
}

// exportReleased writes a file of a release as it was released.
func (c *exportCmd) exportReleased(ctx context.Context, db *database, done *exported) (err error) {
	if done.Revision, err = c.released(ctx, db); err != nil {
		return err
	}
	name := c.Collection[0] + "." + c.Format
	f, err := db.ReleaseFile(ctx, geo.Public, c.Release, name, false)
	if geo.KindOf(err) == geo.NotFound {
		return fmt.Errorf("release %s has no file %s", c.Release, name)
	}
	if err != nil {
		return err
	}
	packed, err := db.ReleaseContent(ctx, geo.Public, c.Release, f)
	if err != nil {
		return err
	}
	plain, err := f.Unpack(packed)
	if err != nil {
		return err
	}
	done.Rows = f.Rows
	return done.write(ctx, func(w io.Writer) error {
		_, err := io.Copy(w, plain)
		return err
	})
}

// write gives the file its content under another name first, so that it is never
// there in part.
func (e *exported) write(ctx context.Context, content func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(e.File), "."+filepath.Base(e.File)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already when the rename worked
	defer f.Close()           //nolint:errcheck // what matters was synced
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(f, sum), 64<<10)
	if err := content(out); err != nil {
		return err
	}
	if err := errors.Join(out.Flush(), f.Chmod(0o644), f.Sync(), ctx.Err()); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	e.Bytes, e.SHA256 = info.Size(), hex.EncodeToString(sum.Sum(nil))
	return os.Rename(f.Name(), e.File)
}
