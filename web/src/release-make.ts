import type { App } from './app';
import { ask } from './ask';
import { h } from './dom';
import { control } from './form';
import { formatNumber, t } from './i18n';
import type { Registry } from './registry';
import { type Incomplete, incompleteList, type Release } from './release';

interface Preview {
  incomplete: Incomplete[];
  files: number;
  rows: number;
}

/** Tells what a release made now would hold and lack, then asks for its name and makes it. `done` gets the release. */
export async function makeRelease(app: App, registry: Registry | null, done: (release: Release) => void): Promise<void> {
  const { incomplete, files, rows } = await app.api.write<Preview>('POST', '/api/releases?dry_run=true', {});
  const busy = h('div', { hidden: true, role: 'status' }, h('p', null, t('release_make_busy')), h('progress', { 'aria-label': t('release_make') }));
  ask(app, {
    id: 'release-dialog',
    title: t('release_make'),
    told: [
      t('release_make_told', { files: formatNumber(files), rows: formatNumber(rows) }),
      h('p', null, t(incomplete.length ? 'release_make_lacks' : 'release_make_whole')),
      incompleteList(app, registry, incomplete),
      h('p', null, h('strong', null, t('release_make_ever'))),
      busy,
    ],
    controls: [
      control('name', 'Nama pendek', 'Short name', { required: true, maxLength: 40, pattern: '^[a-z0-9][a-z0-9._\\-]*$', help: { id: 'Bagian dari alamatnya: huruf kecil, angka, titik dan tanda hubung, misalnya 2026', en: 'Part of its address: lower-case letters, digits, dots and hyphens, such as 2026' } }),
      control('title', 'Judul', 'Title', { required: true, maxLength: 200, help: { id: 'Misalnya: Data kelurahan Kota Kediri 2026', en: 'For example: Village data of Kota Kediri 2026' } }),
      control('note', 'Catatan', 'Note', { kind: 'area', maxLength: 2000 }),
    ],
    go: t('release_make_go'),
    send: async ({ name, title, note }) => {
      busy.hidden = false;
      busy.scrollIntoView({ block: 'nearest' });
      try {
        done(await app.api.write<Release>('POST', '/api/releases', { name, title, note: note ?? '' }));
      } finally {
        busy.hidden = true;
      }
    },
  });
}
