package geo

import (
	"encoding/json"
	"time"
)

// Scenario is a question of planning with its answer, as it was when it was
// asked, kept under a name.
type Scenario struct {
	ID        int64
	By        Who
	Name      string
	AreaCode  Code // what it is about; "" is everywhere
	Shared    bool // with all who may analyse the area
	Request   json.RawMessage
	Result    json.RawMessage // nil in lists
	Revision  int64           // of the data that the result is of
	CreatedAt time.Time
	ChangedAt time.Time
	Version   int64
}

// ScenarioChange is what of a scenario may be changed; nil leaves it.
type ScenarioChange struct {
	Version int64
	Name    *string
	Shared  *bool
}

// The limits of scenarios.
const (
	MaxScenarioNameRunes = 120
	MaxScenarios         = 200 // of one account
)
