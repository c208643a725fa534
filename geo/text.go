package geo

// Text is a sentence or a label in the two languages of Patok's users.
type Text struct {
	ID string `json:"id"`
	EN string `json:"en"`
}

// In returns the text in language lang ("id" or "en"); Indonesian is the
// default and stands in where English is missing.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ID
}
