package handlers

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// proposalInfo is a proposal as somebody sees it who may read its asset fully.
type proposalInfo struct {
	ID           int64              `json:"id"`
	Version      int64              `json:"version"`
	State        geo.ProposalState  `json:"state"`
	Verb         geo.Verb           `json:"verb"`
	Type         string             `json:"type"`
	AssetID      *int64             `json:"asset_id"`
	AssetVersion *int64             `json:"asset_version"` // of the published asset now
	Name         string             `json:"name"`
	AreaCode     geo.Code           `json:"area_code"`
	AreaName     string             `json:"area_name"`
	ToArea       *geo.Code          `json:"to_area"` // when it moves to another kelurahan
	Steps        []geo.Step         `json:"steps"`
	Step         int                `json:"step"`
	Author       geo.Who            `json:"author"`
	Reason       string             `json:"reason"`
	SentAt       time.Time          `json:"sent_at"`
	ChangedAt    time.Time          `json:"changed_at"`
	ClosedAt     *time.Time         `json:"closed_at"`
	Revision     *int64             `json:"revision"`
	Before       json.RawMessage    `json:"before"`
	After        json.RawMessage    `json:"after"`
	Changes      []proposedChange   `json:"changes"`
	MovedM       *float64           `json:"moved_m"`
	Events       []proposalEvent    `json:"events"`
	Can          geo.ProposalRights `json:"can"`
}

type proposedChange struct {
	Field    string          `json:"field"`
	Label    string          `json:"label"`
	Before   json.RawMessage `json:"before"`
	After    json.RawMessage `json:"after"`
	Conflict bool            `json:"conflict"`
	Base     json.RawMessage `json:"base,omitempty"`
}

type proposalEvent struct {
	At     time.Time         `json:"at"`
	Actor  string            `json:"actor"`
	Title  string            `json:"title"`
	Act    geo.ReviewAct     `json:"action"`
	Step   *geo.Step         `json:"step"`
	Note   string            `json:"note"`
	Fields map[string]string `json:"fields"`
}

// proposalInfo shows proposal x to p, whom the store let see it.
func (s *Server) proposalInfo(r *http.Request, p geo.Principal, at *index.Snapshot, x *geo.Proposal) proposalInfo {
	info := proposalInfo{ID: x.ID, Version: x.Version, State: x.State, Verb: x.Verb, Type: x.Type, AssetID: orNull(x.AssetID),
		Name: x.Name, AreaCode: x.AreaCode, Steps: x.Steps, Step: x.Step, Author: x.Author, Reason: x.Reason,
		SentAt: x.SentAt, ChangedAt: x.ChangedAt, ClosedAt: x.ClosedAt, Revision: orNull(x.Revision),
		Changes: []proposedChange{}, MovedM: x.MovedM, Events: make([]proposalEvent, len(x.Events)), Can: x.Rights(p, s.Clock())}
	if area := at.AreaByCode(x.AreaCode); area != nil {
		info.AreaName = area.Name
	}
	if x.ToArea != x.AreaCode {
		info.ToArea = &x.ToArea
	}
	v := s.viewFor(p, &geo.Asset{AreaCode: x.AreaCode, Type: x.Type})
	if x.Before != nil {
		info.AssetVersion, info.Before = &x.Before.Version, appendAsset(nil, at, x.Before, v)
	}
	if x.After != nil {
		info.After = appendAsset(nil, at, x.After, v)
	}
	if t := at.Type(x.Type); t != nil {
		for _, c := range x.Changes(t) {
			info.Changes = append(info.Changes, proposedChange{Field: c.Field, Label: c.Label.In(language(r)), Before: c.Before, After: c.After,
				Conflict: c.Conflict, Base: c.Base})
		}
	}
	for i, e := range x.Events {
		info.Events[i] = proposalEvent{At: e.At, Actor: e.By.Name, Title: e.By.Title, Act: e.Act, Step: orNull(e.Step), Note: e.Note, Fields: e.Fields}
		if e.Fields == nil {
			info.Events[i].Fields = map[string]string{}
		}
	}
	return info
}

// noteProposals writes down that p is shown what is restricted in proposals. An
// asset that is only proposed goes by its proposal's number, below zero.
func (s *Server) noteProposals(r *http.Request, p geo.Principal, at *index.Snapshot, list ...*geo.Proposal) error {
	var shown []*geo.Asset
	for _, x := range list {
		after := x.After
		if after != nil && after.ID == 0 {
			proposed := *after
			proposed.ID = -x.ID
			after = &proposed
		}
		shown = append(shown, x.Before, after)
	}
	return s.noteReading(r, p, at, shown...)
}

// orNull is v for JSON; what is empty is null.
func orNull[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}
