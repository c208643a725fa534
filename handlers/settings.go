package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// The settings' names in the store.
const (
	settingBasemap   = "basemap"
	settingRoleNames = "role_names"
	settingReview    = "review"
	settingFigures   = indicator.SettingName
)

// settingsAge is how long a node goes on with the settings that it read.
const settingsAge = 5 * time.Second

// The limits of settings.
const (
	maxSettingsBytes = 256 << 10
	maxReviewRules   = 1000
	maxRoleNameRunes = 60
)

// settings are what the city chose.
type settings struct {
	Basemap   *basemap              `json:"basemap"`
	RoleNames map[geo.Role]geo.Text `json:"role_names"` // of the roles that the city calls otherwise
	Review    geo.ReviewRules       `json:"review"`
	Figures   indicator.Settings    `json:"figures"`
}

// settingsInfo is what a reader sees of them.
type settingsInfo struct {
	Basemap   *basemap              `json:"basemap"`
	RoleNames map[geo.Role]geo.Text `json:"role_names"`
	Review    *geo.ReviewRules      `json:"review,omitempty"`  // for members
	Figures   *indicator.Settings   `json:"figures,omitempty"` // for members
	SignIn    *geo.Text             `json:"sign_in"`
}

// settingsCache keeps the last settings read, also while the database is away.
type settingsCache struct {
	mu   sync.Mutex
	last settings
	read time.Time
}

// chosen returns the settings of the city. The page's policy and every session
// ask, so they are read at most every few seconds; when that fails the last
// ones stand.
func (s *Server) chosen(ctx context.Context) settings {
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	now := s.Clock()
	if now.Sub(s.settings.read) < settingsAge && now.Sub(s.settings.read) >= 0 {
		return s.settings.last
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	s.settings.read = now // after a failure too: a page must not wait for a dead database each time
	var read settings
	var figures json.RawMessage
	for name, to := range map[string]any{settingBasemap: &read.Basemap, settingRoleNames: &read.RoleNames, settingReview: &read.Review, settingFigures: &figures} {
		raw, err := s.Store.Setting(ctx, name)
		if err != nil {
			s.Logger.Warn("settings not read", "error", err)
			return s.settings.last
		}
		if len(raw) > 0 && json.Unmarshal(raw, to) != nil {
			s.Logger.Warn("a setting is not valid", "name", name)
		}
	}
	if read.Basemap != nil && len(read.Basemap.problems()) > 0 {
		s.Logger.Warn("a setting is not valid", "name", settingBasemap)
		read.Basemap = nil
	}
	read.Figures = indicator.ReadSettings(figures)
	s.settings.last = read
	return read
}

// basemap returns the base map of the city, nil for none.
func (s *Server) basemap(ctx context.Context) *basemap { return s.chosen(ctx).Basemap }

// settingsFor is what p sees of the settings.
func (s *Server) settingsFor(ctx context.Context, p geo.Principal) settingsInfo {
	return s.shown(s.chosen(ctx), !p.Anonymous())
}

func (s *Server) shown(c settings, toMember bool) settingsInfo {
	info := settingsInfo{Basemap: c.Basemap, RoleNames: c.RoleNames}
	if info.RoleNames == nil {
		info.RoleNames = map[geo.Role]geo.Text{}
	}
	if s.SignIn != nil {
		info.SignIn = &s.SignIn.Label
	}
	if toMember {
		rules := append(geo.ReviewRules{}, c.Review...)
		info.Review, info.Figures = &rules, &c.Figures
	}
	return info
}

// readSettings answers the settings that a page needs.
func (s *Server) readSettings(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, s.settingsFor(r.Context(), p))
}

// writeSettings changes those that are given; the store decides who may.
func (s *Server) writeSettings(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	const op = "handlers.writeSettings"
	if err := noParams(r); err != nil {
		return err
	}
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.Clock()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator yang dapat mengubah setelan.", EN: "Only an administrator may change settings."}}
	}
	f, err := readFields(w, r, maxSettingsBytes)
	if err != nil {
		return err
	}
	changed := map[string]any{}
	for name, read := range map[string]func(*fields, *index.Snapshot) any{
		settingBasemap:   func(f *fields, _ *index.Snapshot) any { return readBasemap(f) },
		settingRoleNames: func(f *fields, _ *index.Snapshot) any { return readRoleNames(f) },
		settingReview:    func(f *fields, at *index.Snapshot) any { return readReview(f, at) },
		settingFigures:   func(f *fields, _ *index.Snapshot) any { return s.readFigureSettings(r.Context(), f) },
	} {
		if f.has(name) {
			changed[name] = read(f, at)
		}
	}
	if len(changed) == 0 {
		f.bad(settingBasemap, "required", "Isi basemap, role_names, review, atau figures.", "Give basemap, role_names, review or figures.")
	}
	if err := f.done(op); err != nil {
		return err
	}
	for name, value := range changed {
		raw, err := json.Marshal(value)
		if err != nil {
			return geo.Wrap(op, err)
		}
		if err := s.Store.SetSetting(r.Context(), p, name, raw); err != nil {
			return err
		}
	}
	s.settings.mu.Lock()
	s.settings.read = time.Time{}
	s.settings.mu.Unlock()
	return writePrivate(w, r, http.StatusOK, s.shown(s.chosen(r.Context()), true))
}

// readRoleNames reads {"pic":{"id","en"}, …}: what the city calls its roles.
func readRoleNames(f *fields) map[geo.Role]geo.Text {
	names := map[geo.Role]geo.Text{}
	members, err := object(need[json.RawMessage](f, settingRoleNames))
	if err != nil {
		f.bad(settingRoleNames, "type", "Harus objek.", "Must be an object.")
		return nil
	}
	in := f.inner(settingRoleNames, members)
	for name, raw := range members {
		role := geo.Role(name)
		members, err := object(raw)
		if !role.Known() || err != nil {
			continue // unknown says so
		}
		in.read[name] = true
		texts := in.inner(name, members)
		text := geo.Text{ID: need[string](texts, "id"), EN: need[string](texts, "en")}
		texts.unknown()
		if text.ID == "" || utf8.RuneCountInString(text.ID) > maxRoleNameRunes || utf8.RuneCountInString(text.EN) > maxRoleNameRunes {
			in.bad(name, "length", "Nama peran wajib diisi, paling panjang 60 huruf.", "A role needs a name, of at most 60 characters.")
		}
		names[role] = text
	}
	in.unknown()
	return names
}

// readReview reads the review rules: a list of {"type","area","steps"}, each
// for another type and area.
func readReview(f *fields, at *index.Snapshot) geo.ReviewRules {
	rules := geo.ReviewRules{}
	type about struct {
		typ  string
		area geo.Code
	}
	seen := map[about]bool{}
	for _, in := range f.list(settingReview, maxReviewRules) {
		rule := geo.ReviewRule{Type: maybe[string](in, "type"), Steps: need[[]geo.Step](in, "steps")}
		key := about{area: readCode(in, "area")}
		if key.area != "" {
			rule.Area = &key.area
			if !(known{at}).HasArea(key.area) {
				in.bad("area", "unknown", "Wilayah ini tidak ada.", "There is no such area.")
			}
		}
		if rule.Type != nil {
			if key.typ = *rule.Type; !(known{at}).HasType(key.typ) {
				in.bad("type", "unknown", "Jenis ini tidak ada.", "There is no such type.")
			}
		}
		if !inOrder(rule.Steps) {
			in.bad("steps", "enum", "Langkah hanya kelurahan, kecamatan, agency, masing-masing sekali dan dalam urutan itu.",
				"Steps are kelurahan, kecamatan, agency, each once and in that order.")
		}
		if seen[key] {
			in.bad("area", "repeated", "Jenis dan wilayah ini sudah mempunyai aturan.", "This type and area have a rule already.")
		}
		seen[key] = true
		in.unknown()
		rules = append(rules, rule)
	}
	return rules
}

// inOrder reports whether steps are known, distinct and in their order.
func inOrder(steps []geo.Step) bool {
	order := []geo.Step{geo.StepKelurahan, geo.StepKecamatan, geo.StepAgency}
	last := -1
	for _, step := range steps {
		i := slices.Index(order, step)
		if i <= last {
			return false
		}
		last = i
	}
	return true
}
