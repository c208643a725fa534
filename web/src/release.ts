import { type App, typeOf } from './app';
import { h } from './dom';
import { formatNumber, t, tText, tValue } from './i18n';
import { periodWords } from './period';
import type { Registry } from './registry';

/** A file of a release. */
export interface ReleaseFile {
  name: string;
  collection?: string;
  table?: string;
  audience: 'public' | 'internal';
  media_type: string;
  bytes: number;
  rows: number;
  sha256: string;
  href: string;
}
export interface Incomplete {
  kind: 'batch' | 'declaration' | 'held' | 'proposal';
  area_code: string;
  area_name: string;
  what: string;
  count: number;
}
/** A name for a revision, with its files. */
export interface Release {
  name: string;
  title: string;
  note: string;
  revision: number;
  released_at: string;
  by: string | null;
  files: ReleaseFile[];
  /** For who may know of it. */
  incomplete?: Incomplete[];
}

/** The forms that things come in, those for offices first. */
export const forms = ['xlsx', 'csv', 'geojson'] as const;

/** The files of one collection or table. */
export interface Group {
  about: string;
  kind: 'assets' | 'areas' | 'tables' | 'officials';
  rows: number;
  files: ReleaseFile[];
}

const areas = ['provinsi', 'kabupaten', 'kecamatan', 'kelurahan'];

/** The files by what they hold, each in the order of its forms; the list of files is left out. */
export function groupsOf(files: ReleaseFile[]): Group[] {
  const groups = new Map<string, Group>();
  for (const file of files) {
    const about = file.collection ?? file.table;
    if (!about) continue;
    const kind = file.audience === 'internal' ? 'officials' : file.table ? 'tables' : areas.includes(about) ? 'areas' : 'assets';
    const key = `${kind} ${file.name.replace(/\.[a-z]+$/, '')}`;
    const group = groups.get(key) ?? { about, kind, rows: file.rows, files: [] };
    group.files.push(file);
    groups.set(key, group);
  }
  for (const { files } of groups.values()) files.sort((a, b) => formOf(a) - formOf(b));
  return [...groups.values()];
}

const formOf = (file: ReleaseFile): number => forms.findIndex((form) => file.name.endsWith(`.${form}`));

/** XLSX, CSV or GeoJSON. */
export function formName(form: string): string {
  return form === 'geojson' ? 'GeoJSON' : form.toUpperCase();
}

/** "Posyandu", "Desa/Kelurahan" or "DTSEN, Triwulan II 2026". */
export function aboutWords(app: App, registry: Registry | null, about: string): string {
  const [source, period] = about.split(' ');
  if (period) return `${tText(registry?.sources.find(({ code }) => code === source)?.label) || source}, ${periodWords(period)}`;
  return collectionWords(app, about);
}

export function collectionWords(app: App, name: string): string {
  return tText(typeOf(app, name)?.plural) || (name === 'kelurahan' ? t('village') : tValue('kind', name));
}

/** "1,2 MB" */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${formatNumber(Math.max(1, bytes / 1e3))} kB` : `${formatNumber(bytes / 1e6, 1)} MB`;
}

/** What was or is not ready, by kind, the first of each. */
export function incompleteList(app: App, registry: Registry | null, list: Incomplete[]): HTMLElement {
  const most = 6;
  const kinds = (['batch', 'declaration', 'held', 'proposal'] as const).filter((kind) => list.some((one) => one.kind === kind));
  return h(
    'ul.incomplete',
    null,
    ...kinds.map((kind) => {
      const of = list.filter((one) => one.kind === kind);
      return h(
        'li',
        null,
        h('strong', null, t(`incomplete_${kind}`)),
        h(
          'ul.small',
          null,
          ...of.slice(0, most).map((one) => h('li', null, t('incomplete_in', { what: aboutWords(app, registry, one.what), n: formatNumber(one.count), area: one.area_name }))),
          of.length > most && h('li.quiet', null, t('release_more', { n: formatNumber(of.length - most) })),
        ),
      );
    }),
  );
}
