package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// A release is made in two steps. One reading transaction sees everything as of
// one revision; its files go to disk as they are written, so that a large city
// needs no more memory than a small one. Then one short transaction writes the
// release with all its files, or nothing.

// releaseLock lets one release be made at a time, on all nodes.
const releaseLock = `select pg_try_advisory_xact_lock(71016)`

const (
	incompleteSQL = `with k as (
    select a.code, a.name, a.level, coalesce(d.code, a.code) as district, coalesce(d.name, a.name) as district_name
    from areas a left join areas d on d.code = a.parent_code and a.level = 4)
select 'batch', k.district, k.district_name, t.source || ' ' || t.period, count(*)
from (select distinct b.source, b.period, char_length(b.area_code) as digits from batches b where b.state <> 'withdrawn') t
join k on char_length(k.code) = t.digits
where not exists (select from batches b where (b.area_code, b.source, b.period, b.state) = (k.code, t.source, t.period, 'closed'))
   or exists (select from batches b where (b.area_code, b.source, b.period) = (k.code, t.source, t.period) and b.state not in ('closed', 'withdrawn'))
group by 2, 3, 4
union all
select 'declaration', k.district, k.district_name, t.name, count(*)
from k cross join asset_types t left join progress p on p.area_code = k.code and p.type = t.name
where k.level = 4 and (p.declared is null or p.confirmed_at is null) group by 2, 3, 4
union all
select 'held', k.district, k.district_name, a.type, count(*)
from assets a join k on k.code = a.area_code where a.placement = 'held' group by 2, 3, 4
union all
select 'proposal', k.district, k.district_name, p.type, count(*)
from proposals p join k on k.code = p.area_code where p.closed_at is null group by 2, 3, 4
order by 1, 4, 2 limit 5000`

	countTypesSQL = `select type, count(*) from assets where placement <> 'held' group by type`
	frozenTypeSQL = `select ` + assetColumns + ` from assets a left join revisions r on r.id = a.from_tx where a.placement <> 'held' and a.type = $1 order by a.id`
	addReleaseSQL = `insert into releases (name, title, note, revision, incomplete, released_at, account_id, example)
values ($1, $2, $3, $4, $5, $6, $7, (select exists (select from areas where example)))`
	addReleaseFileSQL = `insert into release_files (release, name, audience, about, area_code, media_type, bytes, rows, sha256, content)
values ($1, $2, case when $3 then 'internal' else 'public' end, $4, $5, $6, $7, $8, $9, $10)`
)

// manifestFile lists the public files with their hashes.
const manifestFile = "manifest.json"

// PreviewRelease tells what a release made now would lack, and lists its files
// with their rows, for who administers everything.
func (s *Store) PreviewRelease(ctx context.Context, p geo.Principal, files func(*indicator.Frozen) geo.ReleaseFiles) (*geo.Release, error) {
	const op = "store.PreviewRelease"
	if err := s.mayRelease(op, p); err != nil {
		return nil, err
	}
	l := &geo.Release{}
	err := s.freeze(ctx, op, l, func(f *indicator.Frozen) error {
		for file := range files(f) {
			l.Files = append(l.Files, file)
		}
		return nil
	})
	return l, err
}

// CreateRelease gives all that is published now a name, and keeps it as the
// files that are made of it. It is a Conflict where the name is taken, and
// Unavailable while another release is being made. p must administer everything.
func (s *Store) CreateRelease(ctx context.Context, p geo.Principal, n geo.NewRelease, files func(*indicator.Frozen) geo.ReleaseFiles) (*geo.Release, error) {
	const op = "store.CreateRelease"
	if err := s.mayRelease(op, p); err != nil {
		return nil, err
	}
	if err := geo.InvalidFields(op, n.Check()); err != nil {
		return nil, err
	}
	switch _, err := s.ReleaseRevision(ctx, n.Name); {
	case err == nil:
		return nil, releaseTaken()
	case geo.KindOf(err) != geo.NotFound:
		return nil, err
	}
	l := &geo.Release{Name: n.Name, Title: n.Title, Note: n.Note, ReleasedAt: s.now().UTC().Truncate(time.Second)}
	var packed []*os.File // by file
	defer func() {
		for _, f := range packed {
			_ = f.Close() // nothing of it is kept
		}
	}()
	keep := func(file geo.ReleaseFile, write func(io.Writer) (int, error)) error {
		held, err := pack(&file, write)
		if err == nil {
			packed, l.Files = append(packed, held), append(l.Files, file)
		}
		return err
	}
	err := s.freeze(ctx, op, l, func(f *indicator.Frozen) error {
		for file, write := range files(f) {
			if err := keep(file, write); err != nil {
				return err
			}
		}
		return keep(geo.ReleaseFile{Name: manifestFile, MediaType: "application/json", Rows: len(l.Files)}, l.WriteManifest)
	})
	if err != nil {
		return nil, err
	}
	if err := s.addRelease(ctx, p, l, packed); err != nil {
		return nil, err
	}
	return s.Release(ctx, p, l.Name)
}

func (s *Store) mayRelease(op string, p geo.Principal) error {
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator seluruh wilayah yang dapat menerbitkan rilis.", EN: "Only an administrator of everything may make a release."}}
	}
	return nil
}

func releaseTaken() error {
	return &geo.Error{Kind: geo.Conflict, Op: "store.CreateRelease", Message: geo.Text{
		ID: "Nama rilis ini sudah dipakai, dan sebuah rilis tidak pernah diganti. Pilih nama lain.",
		EN: "This name is taken, and a release is never replaced. Choose another."}}
}

// freeze lets fn read everything as of one revision, and fills in l's revision
// and what it lacks.
func (s *Store) freeze(ctx context.Context, op string, l *geo.Release, fn func(*indicator.Frozen) error) error {
	return s.read(ctx, op, itself, func(tx pgx.Tx) error {
		if err := execAll(ctx, tx, `set local statement_timeout = 0`, `set local idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		var alone bool
		if err := tx.QueryRow(ctx, releaseLock).Scan(&alone); err != nil {
			return err
		}
		if !alone {
			return &geo.Error{Kind: geo.Unavailable, Op: op, RetryAfter: 10 * time.Second, Message: geo.Text{
				ID: "Rilis lain sedang dibuat. Coba lagi sebentar lagi.", EN: "Another release is being made. Try again in a moment."}}
		}
		var err error
		if l.Incomplete, err = collect(ctx, tx, pgx.RowToStructByPos[geo.Incomplete], incompleteSQL); err != nil {
			return err
		}
		f, err := frozen(ctx, tx)
		if err != nil {
			return err
		}
		l.Revision = f.Revision
		return fn(f)
	})
}

// frozen is what the transaction sees; its assets are read as they are asked for.
func frozen(ctx context.Context, tx pgx.Tx) (f *indicator.Frozen, err error) {
	f = &indicator.Frozen{Counts: map[string]int{}}
	if err = tx.QueryRow(ctx, `select revision from revision_clock`).Scan(&f.Revision); err != nil {
		return nil, err
	}
	if f.Types, err = collect(ctx, tx, scanType, loadTypesSQL); err != nil {
		return nil, err
	}
	if f.Areas, err = collect(ctx, tx, scanArea, loadAreasSQL); err != nil {
		return nil, err
	}
	if f.Catalog, err = catalog(ctx, tx, new(indicator.Catalog)); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, countTypesSQL)
	if err != nil {
		return nil, err
	}
	var typ string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&typ, &n}, func() error {
		f.Counts[typ] = n
		return nil
	})
	f.Assets = func(typ string) iter.Seq2[*geo.Asset, error] { return frozenAssets(ctx, tx, typ) }
	return f, err
}

func frozenAssets(ctx context.Context, tx pgx.Tx, typ string) iter.Seq2[*geo.Asset, error] {
	return func(yield func(*geo.Asset, error) bool) {
		rows, err := tx.Query(ctx, frozenTypeSQL, typ)
		if err != nil {
			yield(nil, mapError("store.frozenAssets", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			a, err := scanPublicAsset(rows)
			if !yield(a, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, mapError("store.frozenAssets", err))
		}
	}
}

// pack writes a file, gzipped, into a temporary one that has no name any more,
// and describes it.
func pack(file *geo.ReleaseFile, write func(io.Writer) (int, error)) (held *os.File, err error) {
	const op = "store.pack"
	if held, err = os.CreateTemp("", "patok-release-"); err != nil {
		return nil, geo.Wrap(op, err)
	}
	defer func() {
		if err != nil {
			_ = held.Close() // its error says less
		}
	}()
	if err = os.Remove(held.Name()); err != nil {
		return nil, geo.Wrap(op, err)
	}
	hash, z := sha256.New(), gzip.NewWriter(held)
	size := &counter{}
	if file.Rows, err = write(io.MultiWriter(z, hash, size)); err != nil {
		return nil, geo.Wrap(op, err)
	}
	file.Bytes, file.SHA256 = size.n, hash.Sum(nil)
	return held, geo.Wrap(op, z.Close())
}

// counter counts what is written to it.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// addRelease writes the release and its files.
func (s *Store) addRelease(ctx context.Context, p geo.Principal, l *geo.Release, packed []*os.File) error {
	incomplete, err := json.Marshal(l.Incomplete)
	if err != nil {
		return geo.Wrap("store.addRelease", err)
	}
	var account *int64
	if p.AccountID > 0 {
		account = &p.AccountID
	}
	err = s.begin(ctx, "store.addRelease", edited(p), func(tx pgx.Tx) error {
		if err := execAll(ctx, tx, `set local statement_timeout = 0`); err != nil { // a large file takes its time
			return err
		}
		if _, err := tx.Exec(ctx, addReleaseSQL, l.Name, l.Title, l.Note, l.Revision, incomplete, l.ReleasedAt, account); err != nil {
			return err
		}
		for i, f := range l.Files {
			if _, err := packed[i].Seek(0, io.SeekStart); err != nil {
				return err
			}
			content, err := io.ReadAll(packed[i])
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, addReleaseFileSQL, l.Name, f.Name, f.Internal, f.About, string(f.Area), f.MediaType, f.Bytes, f.Rows, f.SHA256, content)
			if err != nil {
				return err
			}
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "release", Target: l.Name,
			Detail: map[string]any{"revision": l.Revision, "files": len(l.Files), "incomplete": len(l.Incomplete)}})
	})
	return err
}

// VerifyRelease reads every file of a release and compares it with its hash, and
// names those that are not what they were. p must administer everything.
func (s *Store) VerifyRelease(ctx context.Context, p geo.Principal, name string) (l *geo.Release, broken []string, err error) {
	const op = "store.VerifyRelease"
	if err := s.mayRelease(op, p); err != nil {
		return nil, nil, err
	}
	if l, err = s.Release(ctx, p, name); err != nil {
		return nil, nil, err
	}
	for _, f := range l.Files {
		packed, err := s.ReleaseContent(ctx, p, name, f)
		if err != nil {
			return nil, nil, err
		}
		if err := f.Verify(packed); err != nil {
			broken = append(broken, fmt.Sprintf("%s: %v", f.Path(), err))
		}
	}
	if len(l.Files) == 0 {
		err = errors.New("the release has no file")
	}
	return l, broken, err
}
