package geo

import "time"

// The limits of one undo.
const (
	MaxUndo = 50_000 // assets
	MaxKept = 100    // of those kept that a report names
)

// Undo names what shall be undone: what one revision did to assets, or what
// somebody did in a time.
type Undo struct {
	Revision    int64  // this one; 0 for
	Actor       string // what this account did
	From, Until time.Time
	Type        string // only assets of this type; "" is all
	Area        Code   // only assets that it touched there or below it; "" is all
	Reason      string
	DryRun      bool // find out everything and write nothing
}

// UndoReport is what became of an Undo.
type UndoReport struct {
	DryRun    bool
	Deleted   int // had been created
	Reverted  int // had been changed
	Restored  int // had been deleted
	Kept      []KeptAsset
	KeptTotal int
	Revision  int64 // that undid it; 0 when nothing was written
}

// KeptAsset is an asset that an undo left as it is.
type KeptAsset struct {
	Collection string
	ID         int64
	Name       string
	Why        Text
}
