package handlers

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// collectionInfo describes a collection (OGC API Features part 1, section 7.14).
type collectionInfo struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	ItemType    string   `json:"itemType"`
	Extent      *extent  `json:"extent,omitempty"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
	Links       []link   `json:"links"`
}

type extent struct {
	Spatial struct {
		BBox []json.RawMessage `json:"bbox"`
		CRS  string            `json:"crs"`
	} `json:"spatial"`
	Temporal struct {
		Interval [][2]*time.Time `json:"interval"`
		TRS      string          `json:"trs"`
	} `json:"temporal"`
}

// gregorian is the reference system of all times.
const gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

// extentOf is the box of what there is now, and the time of which states can be
// asked for: from the first revision on.
func extentOf(b orb.Bound, began time.Time) *extent {
	e := &extent{}
	e.Spatial.BBox = []json.RawMessage{appendBound(nil, b)}
	e.Spatial.CRS = crs84
	e.Temporal.Interval = [][2]*time.Time{{&began, nil}}
	e.Temporal.TRS = gregorian
	return e
}

func isCollection(at *index.Snapshot, name string) bool {
	return name == geo.AllAssets || geo.LevelOf(name) != 0 || at.Type(name) != nil
}

// collectionNames are the titles of the collections that are no asset type.
func collectionTitle(at *index.Snapshot, name string) (title, description geo.Text) {
	if t := at.Type(name); t != nil {
		return t.Plural, geo.Text{ID: "Titik " + t.Label.ID + ".", EN: "Points: " + t.Label.EN + "."}
	}
	switch name {
	case geo.AllAssets:
		return geo.Text{ID: "Semua aset", EN: "All assets"}, geo.Text{ID: "Aset dari semua jenis.", EN: "Assets of every type."}
	case "provinsi":
		return geo.Text{ID: "Provinsi", EN: "Provinces"}, geo.Text{ID: "Batas provinsi.", EN: "Boundaries of provinces."}
	case "kabupaten":
		return geo.Text{ID: "Kabupaten/Kota", EN: "Regencies and cities"}, geo.Text{ID: "Batas kabupaten dan kota.", EN: "Boundaries of regencies and cities."}
	case "kecamatan":
		return geo.Text{ID: "Kecamatan", EN: "Districts"}, geo.Text{ID: "Batas kecamatan.", EN: "Boundaries of districts."}
	}
	return geo.Text{ID: "Desa/Kelurahan", EN: "Villages"}, geo.Text{ID: "Batas desa, kelurahan dan desa adat.", EN: "Boundaries of villages."}
}

func (s *Server) describeCollection(r *http.Request, at *index.Snapshot, name string) collectionInfo {
	lang := language(r)
	title, description := collectionTitle(at, name)
	url := s.collectionURL(r, name)
	info := collectionInfo{
		ID: name, Title: title.In(lang), Description: description.In(lang), ItemType: "feature",
		CRS: []string{crs84}, StorageCRS: crs84,
		Links: []link{
			{Href: url, Rel: "self", Type: typeJSON, Title: title.In(lang)},
			{Href: url + "/items", Rel: "items", Type: typeGeoJSON, Title: title.In(lang)},
			{Href: s.origin(r) + "/tiles/" + name + ".json", Rel: "describedby", Type: typeJSON, Title: "TileJSON"},
		},
	}
	if b, ok := at.Extent(name); ok {
		info.Extent = extentOf(b, at.Began())
	}
	return info
}

// collections lists all collections.
func (s *Server) collections(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	list := []collectionInfo{}
	for _, name := range at.Collections() {
		list = append(list, s.describeCollection(r, at, name))
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"links":       []link{{Href: s.origin(r) + "/api/collections", Rel: "self", Type: typeJSON, Title: "Collections"}},
		"collections": list,
	})
}

// collection describes one collection, as the list of all does.
func (s *Server) collection(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	name := pathParam(r, "collection")
	if !slices.Contains(at.Collections(), name) {
		return geo.NotFoundError("handlers.collection")
	}
	return writeJSON(w, r, http.StatusOK, s.describeCollection(r, at, name))
}
