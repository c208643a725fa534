package geo

import (
	"encoding/json"
	"time"
)

// Receipt is what stays of an import: who took in which file, and what became of
// it.
type Receipt struct {
	ID       int64
	What     string // areas, assets or figures
	File     string
	SHA256   []byte
	By       *Who // nil for a command
	At       time.Time
	Revision int64
	Report   json.RawMessage // the import's report
	UndoneAt *time.Time
	CanUndo  bool // by who asks
}

// Undone is what became of the undo of an import.
type Undone struct {
	Undone   int // rows that are as they were
	Kept     int // rows that somebody changed since
	Revision int64
}
