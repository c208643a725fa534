package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const (
	releasesSQL = `select l.name, l.title, l.note, l.revision, l.incomplete, l.released_at, coalesce(a.id, 0), coalesce(a.name, ''), coalesce(a.title, '')
from releases l left join accounts a on a.id = l.account_id where $1 in ('', l.name) order by l.released_at desc, l.name limit $2`
	releaseFilesSQL = `select release, name, about, area_code, audience = 'internal', media_type, bytes, rows, sha256
from release_files where release = any($1) order by audience desc, name`
	releaseFileSQL = `select name, about, area_code, audience = 'internal', media_type, bytes, rows, sha256
from release_files where release = $1 and name = $2 and (audience = 'internal') = $3`
	releaseContentSQL  = `select content from release_files where release = $1 and name = $2 and (audience = 'internal') = $3`
	releaseRevisionSQL = `select revision from releases where name = $1`
)

// maxReleases bounds one list: yearly and half-yearly ones of a lifetime.
const maxReleases = 200

// Releases lists the releases, the newest first, with the files that p may see.
func (s *Store) Releases(ctx context.Context, p geo.Principal) ([]*geo.Release, error) {
	return s.releases(ctx, "store.Releases", p, "")
}

// Release reads one release, with the files that p may see.
func (s *Store) Release(ctx context.Context, p geo.Principal, name string) (*geo.Release, error) {
	list, err := s.releases(ctx, "store.Release", p, name)
	if err == nil && (name == "" || len(list) == 0) {
		err = geo.NotFoundError("store.Release")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// releases reads the release called name, or all with "".
func (s *Store) releases(ctx context.Context, op string, p geo.Principal, name string) (list []*geo.Release, err error) {
	err = s.read(ctx, op, p, func(tx pgx.Tx) error {
		if list, err = collect(ctx, tx, scanRelease, releasesSQL, name, maxReleases); err != nil {
			return err
		}
		names, byName := make([]string, len(list)), map[string]*geo.Release{}
		for i, l := range list {
			names[i], byName[l.Name] = l.Name, l
		}
		rows, err := tx.Query(ctx, releaseFilesSQL, names)
		if err != nil {
			return err
		}
		var release string
		var f geo.ReleaseFile
		_, err = pgx.ForEachRow(rows, append([]any{&release}, fileTargets(&f)...), func() error {
			if s.mayReadFile(p, f) {
				byName[release].Files = append(byName[release].Files, f)
			}
			f.SHA256 = nil // the next row's own
			return nil
		})
		return err
	})
	return list, err
}

func scanRelease(row pgx.CollectableRow) (*geo.Release, error) {
	var l geo.Release
	var incomplete []byte
	err := row.Scan(&l.Name, &l.Title, &l.Note, &l.Revision, &incomplete, &l.ReleasedAt, &l.By.ID, &l.By.Name, &l.By.Title)
	if err != nil {
		return nil, err
	}
	l.ReleasedAt = l.ReleasedAt.UTC()
	return &l, json.Unmarshal(incomplete, &l.Incomplete)
}

func fileTargets(f *geo.ReleaseFile) []any {
	return []any{&f.Name, &f.About, &f.Area, &f.Internal, &f.MediaType, &f.Bytes, &f.Rows, &f.SHA256}
}

func (s *Store) mayReadFile(p geo.Principal, f geo.ReleaseFile) bool {
	return !f.Internal || geo.Can(p, geo.ActionAnalyse, geo.Target{Area: f.Area}, s.now())
}

// ReleaseRevision returns the revision as of which a release is.
func (s *Store) ReleaseRevision(ctx context.Context, name string) (revision int64, err error) {
	err = s.read(ctx, "store.ReleaseRevision", geo.Public, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, releaseRevisionSQL, name).Scan(&revision)
	})
	return revision, err
}

// ReleaseFile describes one file of a release; NotFound for who may not read it.
func (s *Store) ReleaseFile(ctx context.Context, p geo.Principal, release, name string, internal bool) (f geo.ReleaseFile, err error) {
	const op = "store.ReleaseFile"
	err = s.read(ctx, op, p, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, releaseFileSQL, release, name, internal).Scan(fileTargets(&f)...)
		if err == nil && !s.mayReadFile(p, f) {
			err = geo.NotFoundError(op)
		}
		return err
	})
	return f, err
}

// ReleaseContent reads a file of a release, gzipped, for who may read it.
func (s *Store) ReleaseContent(ctx context.Context, p geo.Principal, release string, f geo.ReleaseFile) (packed []byte, err error) {
	const op = "store.ReleaseContent"
	if !s.mayReadFile(p, f) {
		return nil, geo.NotFoundError(op)
	}
	err = s.read(ctx, op, p, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, releaseContentSQL, release, f.Name, f.Internal).Scan(&packed)
	})
	return packed, err
}
