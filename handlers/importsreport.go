package handlers

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// importInfo is what became of an import, or would become of it.
type importInfo struct {
	File          string           `json:"file"`
	DryRun        bool             `json:"dry_run"`
	Read          int              `json:"read"`
	New           int              `json:"new"`
	Changed       int              `json:"changed"`
	Unchanged     int              `json:"unchanged"`
	Refused       int              `json:"refused"`
	Doubtful      int              `json:"doubtful"`
	Skipped       int              `json:"skipped"`
	Ignored       []string         `json:"ignored"`
	Verdicts      []verdictInfo    `json:"verdicts"`
	VerdictsTotal int              `json:"verdicts_total"`
	Batches       []importedInfo   `json:"batches"`
	Differences   []differenceInfo `json:"differences"`
	Receipt       *int64           `json:"receipt"`
	Revision      *int64           `json:"revision"`
}

type verdictInfo struct {
	Row      int         `json:"row"`
	Name     string      `json:"name"`
	Outcome  geo.Outcome `json:"outcome"`
	Doubtful bool        `json:"doubtful"`
	Reasons  []string    `json:"reasons"`
}

type importedInfo struct {
	ID       *int64           `json:"id"`
	AreaCode geo.Code         `json:"area_code"`
	AreaName string           `json:"area_name"`
	Period   indicator.Period `json:"period"`
	Edition  int              `json:"edition"`
	State    indicator.State  `json:"state"`
	Values   int              `json:"values"`
}

func importInfoOf(r indicator.ImportReport, lang string) importInfo {
	info := importInfo{File: r.File, DryRun: r.DryRun, Read: r.Read, New: r.New, Changed: r.Changed, Unchanged: r.Unchanged, Refused: r.Refused,
		Doubtful: r.Doubtful, Skipped: r.Skipped, Ignored: append([]string{}, r.Ignored...), VerdictsTotal: len(r.Verdicts) + r.Unlisted, Verdicts: []verdictInfo{},
		Batches: make([]importedInfo, len(r.Batches)), Differences: differenceInfos(r.Differences), Receipt: orNull(r.Receipt), Revision: orNull(r.Revision)}
	for _, v := range shownVerdicts(r.Verdicts) {
		reasons := make([]string, len(v.Reasons))
		for i, t := range v.Reasons {
			reasons[i] = t.In(lang)
		}
		info.Verdicts = append(info.Verdicts, verdictInfo{v.Row, v.Name, v.Outcome, v.Doubtful, reasons})
	}
	for i, b := range r.Batches {
		info.Batches[i] = importedInfo{orNull(b.ID), b.AreaCode, b.AreaName, b.Period, b.Edition, b.State, b.Values}
	}
	return info
}

// shownVerdicts leaves as many as an answer holds: those that a person must look
// at come before the others, each in the order of the file.
func shownVerdicts(all []geo.RowVerdict) []geo.RowVerdict {
	if len(all) <= maxImportWords {
		return all
	}
	var shown, rest []geo.RowVerdict
	for _, v := range all {
		switch {
		case v.Outcome != geo.OutcomeRefused && !v.Doubtful:
			rest = append(rest, v)
		case len(shown) < maxImportWords:
			shown = append(shown, v)
		}
	}
	return append(shown, rest[:min(len(rest), maxImportWords-len(shown))]...)
}

// refusedRows is the problem for a file with refused rows: it has the report's
// members beside its own.
func refusedRows(err error, info importInfo) error {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || e.Kind != geo.Invalid {
		return err
	}
	members := map[string]any{}
	raw, failed := json.Marshal(info)
	if failed == nil {
		failed = json.Unmarshal(raw, &members)
	}
	if failed != nil {
		return failed
	}
	return &refusal{status: http.StatusUnprocessableEntity, slug: "invalid", detail: e.Message, extra: members}
}
