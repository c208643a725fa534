package store

import "context"

// Real data replaces the example city whole: its assets, figures and accounts first, and
// those of its areas that the file does not bring after the file is written, so
// that an area of the same code goes on with the next version.

const (
	demoAssetsSQL = `select id from assets where example or area_code in (select code from areas where example)`

	removeDemoPersonalSQL = `delete from asset_personal where asset_id in (` + demoAssetsSQL + `)`
	removeDemoAssetsSQL   = `delete from assets where id in (` + demoAssetsSQL + `)`
	removeDemoAccountsSQL = `delete from accounts where example`

	// What was tried out in the example city is an example too.
	demoBatchesSQL         = `update batches set example = true where not example and area_code in (select code from areas where example)`
	removeDemoBatchesSQL   = `delete from batches where example`
	removeDemoPublishedSQL = `delete from publications where example`
	removeDemoReleasesSQL  = `delete from releases where example`

	adoptParentsSQL = `with recursive above(code) as (
    select parent_code from areas where not example union select a.parent_code from areas a join above u on u.code = a.code)
update areas set example = false where example and code in (select code from above)`
	removeDemoOverlapsSQL = `delete from area_overlaps o using areas a where a.example and a.code in (o.code_a, o.code_b)`
	removeDemoAreasSQL    = `delete from areas where example`
)

func (r *importRun) removeDemoAssets(ctx context.Context) error {
	err := r.exec(ctx, removeDemoPersonalSQL, demoBatchesSQL, removeDemoBatchesSQL, removeDemoPublishedSQL, removeDemoReleasesSQL)
	if err != nil {
		return err
	}
	tag, err := r.tx.Exec(ctx, removeDemoAssetsSQL)
	if err != nil {
		return err
	}
	r.report.Removed += int(tag.RowsAffected())
	return r.exec(ctx, removeDemoAccountsSQL)
}

func (r *importRun) removeDemoAreas(ctx context.Context) error {
	if err := r.exec(ctx, adoptParentsSQL, removeDemoOverlapsSQL); err != nil {
		return err
	}
	tag, err := r.tx.Exec(ctx, removeDemoAreasSQL)
	r.report.Removed += int(tag.RowsAffected())
	return err
}
