package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

type generateCmd struct {
	datasetFlags
	Rows int    `help:"How many assets one file holds." default:"1000000"`
	Out  string `arg:"" help:"Folder for areas.geojson and assets-1.csv, assets-2.csv …; made when missing." type:"path"`
}

// Validate is called by kong.
func (c *generateCmd) Validate() error {
	if c.Rows < 1 {
		return errors.New("--rows must be positive")
	}
	return c.datasetFlags.Validate()
}

// Run writes the data set as people would hand it in.
func (c *generateCmd) Run(ctx context.Context, env *environment) error {
	_, err := writeDataset(ctx, newDataset(c.datasetFlags), c.Out, c.Rows, env.progress)
	return err
}

// datasetFiles are the files of a data set.
type datasetFiles struct {
	areas  string
	assets []string // of so many rows each, the last one of the rest
}

// writeDataset writes a data set into a folder, made when missing, in files of at
// most so many assets. ctx is looked at for each area and asset.
func writeDataset(ctx context.Context, d *dataset, dir string, rows int, progress func(string)) (datasetFiles, error) {
	files := datasetFiles{areas: filepath.Join(dir, "areas.geojson")}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return files, err
	}
	progress("writing " + files.areas)
	if err := writeFile(files.areas, func(w io.Writer) error { return writeAreas(w, until(ctx, d.kelurahan())) }); err != nil {
		return files, err
	}
	next, stop := iter.Pull(until(ctx, d.assets()))
	defer stop()
	for from := 0; from < d.Points; from += rows {
		path := filepath.Join(dir, fmt.Sprintf("assets-%d.csv", from/rows+1))
		progress("writing " + path)
		if err := writeFile(path, func(w io.Writer) error { return writeAssets(w, first(rows, next)) }); err != nil {
			return files, err
		}
		files.assets = append(files.assets, path)
	}
	return files, ctx.Err()
}

// until gives what all gives, as long as ctx lasts.
func until[T any](ctx context.Context, all iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range all {
			if ctx.Err() != nil || !yield(v) {
				return
			}
		}
	}
}

// first gives at most so many of what next gives.
func first[T any](limit int, next func() (T, bool)) iter.Seq[T] {
	return func(yield func(T) bool) {
		for range limit {
			if v, more := next(); !more || !yield(v) {
				return
			}
		}
	}
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// areaFeature is a kelurahan as boundary files have it, with the names above it.
type areaFeature struct {
	Type       string         `json:"type"`
	Properties areaProperties `json:"properties"`
	Geometry   areaGeometry   `json:"geometry"`
}

type areaProperties struct {
	Code     geo.Code `json:"code"`
	Name     string   `json:"name"`
	District string   `json:"district"`
	Regency  string   `json:"regency"`
	Province string   `json:"province"`
	Year     int      `json:"year"`
	Source   string   `json:"source"`
}

type areaGeometry struct {
	Type        string           `json:"type"`
	Coordinates orb.MultiPolygon `json:"coordinates"`
}

func writeAreas(w io.Writer, kelurahan iter.Seq[*geo.Area]) error {
	if _, err := io.WriteString(w, `{"type":"FeatureCollection","features":[`); err != nil {
		return err
	}
	between := ""
	for a := range kelurahan {
		b, err := json.Marshal(areaFeature{Type: "Feature", Properties: propertiesOf(a), Geometry: areaGeometry{Type: "MultiPolygon", Coordinates: a.Boundary}})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, between+string(b)); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err := io.WriteString(w, "]}\n")
	return err
}

// propertiesOf names an area and what lies above it.
func propertiesOf(a *geo.Area) areaProperties {
	above := func(code geo.Code) string { return areaName(code) }
	return areaProperties{Code: a.Code, Name: a.Name, District: above(a.ParentCode), Regency: above(a.ParentCode.Parent()),
		Province: above(a.ParentCode.Parent().Parent()), Year: a.Year, Source: a.Source}
}

// assetColumns are the CSV file's; attributes of all types follow.
var (
	assetColumns     = []string{"uuid", "type", "name", "area_code", "rt", "rw", "address", "lon", "lat", "accuracy_m", "taken_by", "condition", "operation"}
	attributeColumns = []string{"aktif_ronda", "bangunan", "hari_buka", "jam_layanan", "jumlah_kader", "jumlah_kk", "keadaan_kantor", "penerangan", "strata", "sumber_angka"}
)

func writeAssets(w io.Writer, assets iter.Seq[*geo.Asset]) error {
	c := csv.NewWriter(w)
	if err := c.Write(append(append([]string{}, assetColumns...), attributeColumns...)); err != nil {
		return err
	}
	for a := range assets {
		lon, lat, accuracy := "", "", ""
		if a.Point != nil {
			lon, lat = strconv.FormatFloat(a.Point[0], 'f', 7, 64), strconv.FormatFloat(a.Point[1], 'f', 7, 64)
		}
		if a.AccuracyM != nil {
			accuracy = strconv.FormatFloat(*a.AccuracyM, 'f', 1, 64)
		}
		line := []string{a.UUID.String(), a.Type, a.Name, string(a.AreaCode), a.RT, a.RW, a.Address, lon, lat, accuracy, a.TakenBy, a.Condition, a.Operation}
		var values map[string]json.RawMessage
		if err := json.Unmarshal(a.Attributes, &values); err != nil {
			return err
		}
		for _, name := range attributeColumns {
			line = append(line, cell(values[name]))
		}
		if err := c.Write(line); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// cell is a JSON value as a spreadsheet has it.
func cell(v json.RawMessage) string {
	var text string
	if json.Unmarshal(v, &text) == nil {
		return text
	}
	return string(v)
}
