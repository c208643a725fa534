package geo

// AreaName is an area as files name it: by its codes, or by its name within
// those above it.
type AreaName struct {
	Code    Code
	Name    string
	BPSCode string // "" when unknown
}
