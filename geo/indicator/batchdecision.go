package indicator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// BatchDecision is what somebody does with a batch.
type BatchDecision struct {
	Act     Act // ActSent, ActApproved, ActReturned or ActWithdrawn
	ID      int64
	Version int64 // of the batch that was read; 0 is any, for commands
	Note    string
	Number  string            // with ActApproved: of the letter or decision
	Dated   *geo.Date         // that letter's
	Cells   map[string]string // with ActReturned: notes by "place/indicator"
}

// The limits of a decision.
const (
	maxNumberRunes = 100
	maxCellNotes   = 500
)

// Check lists what is wrong with the decision's texts: who returns something
// says why, and no text holds an identifier.
func (d BatchDecision) Check() []geo.FieldError {
	var problems []geo.FieldError
	if d.Act == ActReturned && d.Note == "" {
		problems = append(problems, problem("/note", "required", "Tuliskan alasannya.", "Say why."))
	}
	problems = slices.Concat(problems, checkText("/note", d.Note), checkNumber(d.Number))
	if len(d.Cells) > maxCellNotes {
		problems = append(problems, problem("/cells", "too_many", fmt.Sprintf("Paling banyak %d catatan.", maxCellNotes), fmt.Sprintf("At most %d notes.", maxCellNotes)))
	}
	for _, cell := range slices.Sorted(maps.Keys(d.Cells)) {
		place, code, _ := strings.Cut(cell, "/")
		if parsed, err := ParsePlace(place); err != nil || string(parsed) != place || !codePattern.MatchString(code) {
			problems = append(problems, problem("/cells", "pointer", "Catatan harus menunjuk sebuah angka.", "A note must point at a figure."))
			continue
		}
		problems = append(problems, checkText("/cells", d.Cells[cell])...)
	}
	return problems
}

// checkText lists what is wrong with a text that somebody wrote about figures.
func checkText(pointer, text string) []geo.FieldError {
	problems := geo.CheckNote(pointer, text)
	if HasIdentifier(text) {
		problems = append(problems, problem(pointer, "identifier", "Jangan menulis NIK atau nomor KK di sini.", "No number of a person or a family belongs here."))
	}
	return problems
}

// checkNumber lists what is wrong with the number of a letter or of minutes.
func checkNumber(number string) []geo.FieldError {
	problems := checkText("/number", number)
	if utf8.RuneCountInString(number) > maxNumberRunes {
		problems = append(problems, problem("/number", "too_long", fmt.Sprintf("Paling banyak %d huruf.", maxNumberRunes), fmt.Sprintf("At most %d characters.", maxNumberRunes)))
	}
	return problems
}

// Check lists what is wrong with a mark.
func (m Mark) Check() []geo.FieldError {
	return slices.Concat(checkNumber(m.Number), checkText("/note", m.Note))
}

// CheckReason lists what is wrong with the reason of a correction.
func CheckReason(reason string) []geo.FieldError {
	problems := geo.CheckReason(reason)
	if HasIdentifier(reason) {
		problems = append(problems, checkText("/reason", reason)...)
	}
	return problems
}
