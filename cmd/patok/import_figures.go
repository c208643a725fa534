package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/indicator"
)

type importFiguresCmd struct {
	importFlags
	Period    string            `help:"The period of rows that name none: 2026, 2026-Q1, 2026-03 or 2026-03-31." placeholder:"PERIOD"`
	Area      string            `help:"The area of rows that name none, such as those of a list of a kelurahan's RT." placeholder:"CODE"`
	Sheet     string            `help:"The worksheet of a workbook; the first that holds anything." placeholder:"NAME"`
	HeaderRow int               `help:"The line of the column names; it is looked for." placeholder:"LINE"`
	Decimal   string            `help:"The decimal sign, where a column's own values do not tell." placeholder:"SIGN"`
	Map       map[string]string `help:"What the file calls a column, and what it is: the code of an indicator, or area_code, bps_code, area_name, district, regency, province, rw, rt, period, indicator, value, denominator, note, ignore." placeholder:"COLUMN=WHAT"`
	Reason    string            `help:"Why figures that are closed already are corrected." placeholder:"TEXT"`
	Send      bool              `help:"Send the batches to be checked." xor:"then"`
	Close     bool              `help:"Send the batches and take all their steps." xor:"then"`
}

// Run takes in each file in its own transaction, and stops at the first that is
// refused.
func (c *importFiguresCmd) Run(ctx context.Context, env *environment) error {
	return c.runFigures(ctx, env, func(db *database, src exchange.Source, o geo.ImportOptions) (indicator.ImportReport, error) {
		o.Reason = c.Reason
		return c.take(ctx, db, src, o)
	})
}

// take takes one file in, as its inspection proposes and the flags say.
func (c *importFiguresCmd) take(ctx context.Context, db *database, src exchange.Source, o geo.ImportOptions) (report indicator.ImportReport, err error) {
	report.File = src.Name
	ref, err := reference(ctx, db)
	if err != nil {
		return report, err
	}
	plan, err := c.plan(src, ref)
	if err != nil {
		return report, err
	}
	report, err = db.ImportFigures(ctx, cliImporter, exchange.Figures(src, plan, ref), o)
	if err != nil || c.DryRun || !c.Send && !c.Close {
		return report, err
	}
	for i := range report.Batches {
		if err := c.decide(ctx, db, &report.Batches[i]); err != nil {
			return report, err
		}
	}
	return report, nil
}

// reference is what files of figures are read against.
func reference(ctx context.Context, db *database) (ref exchange.Reference, err error) {
	areas, err := db.AreaNames(ctx)
	if err != nil {
		return ref, err
	}
	ref.Areas = exchange.NewGazetteer(areas)
	ref.Registry, err = db.Registry(ctx)
	return ref, err
}

// plan is what the file's inspection proposes, with what the flags say.
func (c *importFiguresCmd) plan(src exchange.Source, ref exchange.Reference) (exchange.Plan, error) {
	wanted := exchange.Plan{What: exchange.WhatFigures, Sheet: c.Sheet, HeaderRow: c.HeaderRow, Source: c.Source, Period: indicator.Period(c.Period), Area: geo.Code(c.Area)}
	if c.Area != "" {
		area, err := geo.ParseCode(c.Area)
		if err != nil {
			return wanted, err
		}
		wanted.Area = area
	}
	found, err := exchange.Inspect(src, wanted, ref)
	if err != nil {
		return wanted, err
	}
	plan := found.Plan
	if c.Decimal != "" {
		plan.Decimal = c.Decimal
	}
	for column, what := range c.Map {
		plan = plan.Mapped(column, what, ref.Registry)
	}
	return plan, geo.InvalidFields("import figures", plan.Check(ref.Registry))
}

// decide sends a batch, and takes its steps where it shall be closed.
func (c *importFiguresCmd) decide(ctx context.Context, db *database, batch *indicator.ImportedBatch) error {
	act := indicator.ActSent
	for {
		b, err := db.DecideBatch(ctx, cliImporter, indicator.BatchDecision{Act: act, ID: batch.ID})
		if err != nil {
			return fmt.Errorf("%s: %w", batch.AreaCode, err)
		}
		if batch.State = b.State; !c.Close || !b.Waits() {
			return nil
		}
		act = indicator.ActApproved
	}
}

// printFigures tells which batches a file went into, and where sums differ.
func printFigures(w io.Writer, r indicator.ImportReport, language string) {
	say := func(id, en string, args ...any) { fmt.Fprintf(w, geo.Text{ID: id, EN: en}.In(language)+"\n", args...) }
	states := map[indicator.State]int{}
	for _, b := range r.Batches {
		states[b.State]++
	}
	for _, state := range []indicator.State{indicator.Draft, indicator.Returned, indicator.Sent, indicator.Checking, indicator.Closed} {
		if n := states[state]; n > 0 {
			say("  batch per wilayah, %s: %d", "  batches, %s: %d", string(state), n)
		}
	}
	if len(r.Differences) == 0 {
		return
	}
	var some []string
	for _, d := range r.Differences[:min(len(r.Differences), 5)] {
		some = append(some, fmt.Sprintf("%s %s %g ≠ %g", d.Place, d.Indicator, d.Told, d.Sum))
	}
	say("  %d angka berbeda dari jumlahnya: %s", "  %d figures differ from their sums: %s", len(r.Differences), strings.Join(some, "; "))
}
