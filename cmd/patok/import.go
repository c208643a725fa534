package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/indicator"
)

type importCmd struct {
	Areas   importAreasCmd   `cmd:"" help:"Take in areas with their boundaries from GeoJSON, or from CSV with a column of WKT."`
	Assets  importAssetsCmd  `cmd:"" help:"Take in assets from GeoJSON or CSV."`
	Figures importFiguresCmd `cmd:"" help:"Take in figures of areas, RW and RT from CSV or XLSX into their batches."`
	Network importNetworkCmd `cmd:"" help:"Replace the walking network by the lines of a GeoJSON file: roads and paths that people walk."`
}

// importFlags are those of every import.
type importFlags struct {
	databaseFlags
	Files       []string `arg:"" type:"existingfile" name:"file" help:"Files to take in, one after another; each is taken in whole or not at all."`
	DryRun      bool     `help:"Find out what would happen, and write nothing."`
	SkipRefused bool     `help:"Take the good rows of a file that has bad ones."`
	Source      string   `help:"Where the data is from, for rows that do not tell; of figures the code of their source, such as dtsen." placeholder:"TEXT"`
	JSON        bool     `name:"json" help:"Print the whole report as JSON."`
}

// cliImporter is who imports from the command line: whoever may open the
// database may do everything in it.
var cliImporter = geo.System("patok import")

type importAreasCmd struct {
	importFlags
	CodeProperty string `help:"The property with the Kemendagri code, where it has an unusual name." placeholder:"NAME"`
	NameProperty string `help:"The property with the name, where it has an unusual name." placeholder:"NAME"`
	Year         int    `help:"Year of the boundaries, for files that do not tell."`
	ReplaceDemo  bool   `help:"Remove the example city, its assets and its accounts, in the same step."`
}

// Run takes in each file in its own transaction, and stops at the first that is
// refused.
func (c *importAreasCmd) Run(ctx context.Context, env *environment) error {
	o := exchange.AreaOptions{CodeProperty: c.CodeProperty, NameProperty: c.NameProperty, Year: c.Year}
	return c.run(ctx, env, func(db *database, src exchange.Source, io geo.ImportOptions) (geo.Report, error) {
		io.ReplaceDemo = c.ReplaceDemo
		return db.ImportAreas(ctx, cliImporter, exchange.Areas(src, o), io)
	})
}

type importAssetsCmd struct {
	importFlags
	Type         string            `help:"The type of every row, such as posyandu." placeholder:"TYPE" xor:"type" required:""`
	TypeProperty string            `help:"The property or column that holds each row's type." placeholder:"NAME" xor:"type" required:""`
	MapType      map[string]string `help:"What the file calls a type, and the type it is, such as kantor_desa=kantor_kelurahan." placeholder:"SAID=TYPE"`
	Map          map[string]string `help:"What the file calls a column, and the property it is, such as remark=address." placeholder:"COLUMN=PROPERTY"`
	IDProperty   string            `help:"The column with the owner's id of a row; it must be unique for the type and source." placeholder:"NAME"`
	Reason       string            `help:"Why points lie outside their kelurahan, for rows that do not tell." placeholder:"TEXT"`
}

// Run takes in each file in its own transaction, and stops at the first that is
// refused.
func (c *importAssetsCmd) Run(ctx context.Context, env *environment) error {
	o := exchange.AssetOptions{Type: c.Type, TypeProperty: c.TypeProperty, MapTypes: c.MapType, Map: c.Map, IDProperty: c.IDProperty}
	return c.run(ctx, env, func(db *database, src exchange.Source, io geo.ImportOptions) (geo.Report, error) {
		io.Reason = c.Reason
		return db.ImportAssets(ctx, cliImporter, exchange.Assets(src, o), io)
	})
}

// run opens the database once and hands every file to take.
func (f *importFlags) run(ctx context.Context, env *environment, take func(*database, exchange.Source, geo.ImportOptions) (geo.Report, error)) error {
	return f.runFigures(ctx, env, func(db *database, src exchange.Source, o geo.ImportOptions) (report indicator.ImportReport, err error) {
		report.Report, err = take(db, src, o)
		return report, err
	})
}

// runFigures is run for what has more to report.
func (f *importFlags) runFigures(ctx context.Context, env *environment, take func(*database, exchange.Source, geo.ImportOptions) (indicator.ImportReport, error)) (err error) {
	db, err := f.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// An import makes much garbage and keeps next to nothing: collecting it at every few megabytes costs a fifth of the reading.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	reports := []indicator.ImportReport{}
	for _, path := range f.Files {
		src := exchange.File(path)
		progress := newProgress(env.Stderr, src.Name)
		hash, hashErr := hashOf(src)
		if hashErr != nil {
			err = hashErr
			break
		}
		report, importErr := take(db, src, geo.ImportOptions{File: src.Name, SHA256: hash, Source: f.Source, DryRun: f.DryRun,
			SkipRefused: f.SkipRefused, EveryRow: f.JSON, Progress: progress.show})
		progress.done()
		reports = append(reports, report)
		if !f.JSON {
			printReport(env.Stdout, report.Report, importErr, terminalLanguage(os.Getenv))
			printFigures(env.Stdout, report, terminalLanguage(os.Getenv))
		}
		if err = importErr; err == nil && report.Revision > 0 && report.Receipt == 0 { // a receipt is in the log already
			err = db.Audit(ctx, geo.AuditEntry{Actor: cliImporter.Name, Action: "import", Target: src.Name, Detail: map[string]any{
				"new": report.New, "changed": report.Changed, "refused": report.Refused, "revision": report.Revision}})
		}
		if err != nil {
			break
		}
	}
	if f.JSON {
		encoder := json.NewEncoder(env.Stdout)
		encoder.SetEscapeHTML(false)
		if printErr := encoder.Encode(map[string]any{"reports": reports}); err == nil {
			err = printErr
		}
	}
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// hashOf is the SHA-256 of a file's content.
func hashOf(src exchange.Source) ([]byte, error) {
	file, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read from
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return sum.Sum(nil), err
}
