package geo

import (
	"slices"
	"time"
)

// Role is what a grant lets its holder do.
type Role string

// The roles.
const (
	RoleAdministrator Role = "administrator" // Diskominfo, walidata
	RolePIC           Role = "pic"           // a kelurahan's person in charge
	RoleReviewer      Role = "reviewer"      // lurah, camat, or the agency of a type
	RoleDinsos        Role = "dinsos"
	RolePlanner       Role = "planner" // Bappeda
	RoleService       Role = "service" // a program
)

// Grant gives a role over an area and all below it, for some asset types and
// for a time.
type Grant struct {
	ID       int64
	Role     Role
	AreaCode Code      // "" is everywhere
	Types    []string  // nil is every type
	From     time.Time // zero is always
	Until    time.Time // zero is for ever
	Reason   string    // why it was given or ended
	Version  int64
}

// Principal is who asks. The zero value is the public. It is always an
// argument, never hidden in a context.
type Principal struct {
	AccountID int64
	Name      string // log-in name, the actor in history
	Title     string
	Grants    []Grant
	Token     bool  // came with a bearer token, not with a cookie
	SessionID int64 // of the log-in; 0 with a token
	ReadOnly  bool  // a token that may only read, or somebody looking as another
	ViewedBy  *Who  // the administrator who looks as this account; nil otherwise

	SecondFactor bool // the account has one in force
}

// Who names an account.
type Who struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Public is the principal of everybody who is not logged in.
var Public = Principal{}

// System is a command, or the server in its own cause: it has no account and
// every right. name is the actor in history.
func System(name string) Principal {
	return Principal{AccountID: -1, Name: name, Grants: []Grant{{Role: RoleAdministrator}}}
}

// Anonymous reports whether nobody is logged in.
func (p Principal) Anonymous() bool { return p.AccountID == 0 }

// Actor is how history names the principal.
func (p Principal) Actor() string {
	if p.Anonymous() {
		return "public"
	}
	return p.Name
}

// Action is something a principal wants to do.
type Action string

// The actions.
const (
	ActionRead       Action = "read"       // public fields of something published
	ActionReadFull   Action = "read_full"  // internal fields, and what is held
	ActionEdit       Action = "edit"       // create, change, delete an asset
	ActionReview     Action = "review"     // let a proposal through, return it, reject it
	ActionWatch      Action = "watch"      // see how far a kelurahan is
	ActionOverride   Action = "override"   // publish a point far outside its kelurahan
	ActionAdminister Action = "administer" // settings, accounts, the registry

	ActionAnalyse Action = "analyse" // read figures as published for the administration, down to RT
	ActionFigures Action = "figures" // read exact figures, as who enters or checks them does
	ActionEnter   Action = "enter"   // put figures into a batch
	ActionCheck   Action = "check"   // take a step of a batch, or return it
	ActionPublish Action = "publish" // publish figures
)

// ofFigures reports whether an action is about figures. A grant that names
// asset types is about assets alone.
func (a Action) ofFigures() bool {
	switch a {
	case ActionAnalyse, ActionFigures, ActionEnter, ActionCheck, ActionPublish:
		return true
	}
	return false
}

// changes reports whether an action can change anything.
func (a Action) changes() bool {
	return a != ActionRead && a != ActionReadFull && a != ActionWatch && a != ActionAnalyse && a != ActionFigures
}

// Target is what an action is about. A zero Area is the whole database.
type Target struct {
	Area Code
	Type string // "" when the action is about no type
	Held bool   // an asset that is not published
}

// Can reports whether principal p may do action to target at time now. It is
// the only place that decides; the rest ask.
func Can(p Principal, action Action, target Target, now time.Time) bool {
	if action == ActionRead && !target.Held {
		return true
	}
	if p.ReadOnly && action.changes() {
		return false
	}
	for _, g := range p.Grants {
		if !g.holds(target, now) || !g.Role.may(action) {
			continue
		}
		// Accounts, settings and areas are of every type: who administers
		// some types would come by the others there.
		if g.Types != nil && (action.ofFigures() || action == ActionAdminister && target.Type == "") {
			continue
		}
		return true
	}
	return false
}

// Reach lists where p may do action to assets at time now: Can says yes to a
// target that one of the scopes holds, and to no other.
func (p Principal) Reach(action Action, now time.Time) []Scope {
	scopes := []Scope{}
	for _, g := range p.Grants {
		if g.Active(now) && g.Role.may(action) && !(p.ReadOnly && action.changes()) {
			scopes = append(scopes, Scope{AreaCode: g.AreaCode, Types: g.Types})
		}
	}
	return scopes
}

// Active reports whether the grant's dates hold at time now.
func (g Grant) Active(now time.Time) bool {
	return (g.From.IsZero() || !now.Before(g.From)) && (g.Until.IsZero() || now.Before(g.Until))
}

func (g Grant) holds(target Target, now time.Time) bool {
	if !g.Active(now) {
		return false
	}
	if g.AreaCode != "" && (target.Area == "" || !target.Area.Within(g.AreaCode)) {
		return false
	}
	return g.Types == nil || target.Type == "" || slices.Contains(g.Types, target.Type)
}

// roleActions is what each role lets do, but for the administrator, who may all.
var roleActions = map[Role][]Action{
	RolePIC:      {ActionRead, ActionReadFull, ActionEdit, ActionWatch, ActionAnalyse, ActionFigures, ActionEnter},
	RoleService:  {ActionRead, ActionReadFull, ActionEdit, ActionWatch},
	RoleReviewer: {ActionRead, ActionReadFull, ActionReview, ActionWatch, ActionAnalyse, ActionFigures, ActionCheck},
	RoleDinsos:   {ActionRead, ActionWatch, ActionAnalyse, ActionFigures, ActionEnter, ActionCheck, ActionPublish},
	RolePlanner:  {ActionRead, ActionWatch, ActionAnalyse},
}

func (r Role) may(action Action) bool {
	return r == RoleAdministrator || slices.Contains(roleActions[r], action)
}
