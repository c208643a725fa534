package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

type generateCmd struct {
	datasetFlags
	Out string `arg:"" help:"Folder for areas.geojson and assets.csv; made when missing." type:"path"`
}

// Run writes the data set as people would hand it in.
func (c *generateCmd) Run(ctx context.Context, env *environment) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	d := makeDataset(c.datasetFlags)
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"areas.geojson", func(w io.Writer) error { return writeAreas(w, d) }},
		{"assets.csv", func(w io.Writer) error { return writeAssets(w, d.Assets) }},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(c.Out, file.name)
		if err := writeFile(path, file.write); err != nil {
			return err
		}
		env.progress("wrote " + path)
	}
	return nil
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

func writeAreas(w io.Writer, d *dataset) error {
	names := map[geo.Code]string{}
	for _, p := range d.Parents {
		names[p.Code] = p.Name
	}
	if _, err := io.WriteString(w, `{"type":"FeatureCollection","features":[`); err != nil {
		return err
	}
	for i, a := range d.Kelurahan {
		above := a.ParentCode
		b, err := json.Marshal(areaFeature{Type: "Feature",
			Properties: areaProperties{Code: a.Code, Name: a.Name, District: names[above], Regency: names[above.Parent()],
				Province: names[above.Parent().Parent()], Year: a.Year, Source: a.Source},
			Geometry: areaGeometry{Type: "MultiPolygon", Coordinates: a.Boundary}})
		if err != nil {
			return err
		}
		if i > 0 {
			b = append([]byte(",\n"), b...)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]}\n")
	return err
}

// assetColumns are the CSV file's; attributes of all types follow.
var (
	assetColumns     = []string{"uuid", "type", "name", "area_code", "rt", "rw", "address", "lon", "lat", "accuracy_m", "taken_by", "condition", "operation"}
	attributeColumns = []string{"aktif_ronda", "bangunan", "hari_buka", "jam_layanan", "jumlah_kader", "jumlah_kk", "keadaan_kantor", "penerangan", "strata", "sumber_angka"}
)

func writeAssets(w io.Writer, assets []*geo.Asset) error {
	c := csv.NewWriter(w)
	if err := c.Write(append(append([]string{}, assetColumns...), attributeColumns...)); err != nil {
		return err
	}
	for _, a := range assets {
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
