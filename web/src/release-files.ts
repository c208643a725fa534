import { Problem, Unreachable } from './api';
import type { App } from './app';
import { ask } from './ask';
import { h } from './dom';
import { control } from './form';
import { formatNumber, lang, t, type Word } from './i18n';
import type { Registry } from './registry';
import { aboutWords, collectionWords, formName, forms, type Group, groupsOf, type Release, type ReleaseFile, size } from './release';
import { copy } from './share';

/** What is in a release: its files by what they hold, and their hashes. */
export function releaseFiles(app: App, registry: Registry | null, release: Release): HTMLElement {
  const groups = groupsOf(release.files);
  const part = (kind: Group['kind'], heading: Word, help?: Word): HTMLElement | null => {
    const of = groups.filter((group) => group.kind === kind);
    if (!of.length) return null;
    return h('section', null, h('h4', null, t(heading)), help && h('p.small.quiet', null, t(help)), h('ul.files-list', null, ...of.map((group) => line(app, aboutWords(app, registry, group.about), group))));
  };
  const manifest = release.files.find(({ name }) => name === 'manifest.json');
  return h(
    'div.stack',
    null,
    part('assets', 'release_assets'),
    part('tables', 'release_tables'),
    part('areas', 'release_areas'),
    part('officials', 'release_officials', 'release_officials_help'),
    h(
      'details.hashes',
      null,
      h('summary', null, t('release_hashes')),
      h('p.small.quiet', null, t('release_hashes_help')),
      h('dl.small', null, ...release.files.flatMap((file) => [h('dt', null, file.name), h('dd', null, h('code', null, file.sha256))])),
      manifest && h('a', { href: manifest.href, download: '' }, t('release_manifest')),
    ),
  );
}

function line(app: App, name: string, group: Group): HTMLElement {
  return h(
    'li',
    { 'data-about': group.about },
    h('span.grow', null, h('span', null, name), h('span.small.quiet', null, t('release_rows', { n: formatNumber(group.rows) }))),
    h('span.row', null, ...group.files.map((file) => (file.audience === 'internal' ? officialButton(app, name, file) : fileLink(name, file)))),
  );
}

function fileLink(name: string, file: ReleaseFile): HTMLElement {
  const form = formName(file.name.split('.').pop()!);
  return h('a.button', { href: file.href, download: '', 'aria-label': t('release_file_of', { name, form, size: size(file.bytes) }) }, form, ' ', h('span.small.quiet', null, size(file.bytes)));
}

function officialButton(app: App, name: string, file: ReleaseFile): HTMLElement {
  const form = formName(file.name.split('.').pop()!);
  const open = (): void => askPurpose(app, t('release_officials_title'), `${name}, ${form}`, (purpose) => fetchFile(`${file.href}?purpose=${encodeURIComponent(purpose)}`));
  return h('button.button', { type: 'button', 'aria-label': t('release_file_of', { name, form, size: size(file.bytes) }), onclick: open }, form, ' ', h('span.small.quiet', null, size(file.bytes)));
}

/** Everything of one collection as it is now, in every form; `chosen` is shown first. */
export function currentFiles(app: App, chosen: string): HTMLElement {
  const collections = [...app.types.map((type) => type.name), 'kelurahan', 'kecamatan', 'kabupaten', 'provinsi'];
  let collection = collections.includes(chosen) ? chosen : collections[0]!;
  const files = h('span.row');
  const select = h('select.input', { id: 'release-collection', 'aria-label': t('release_collection') }, ...collections.map((name) => h('option', { value: name, selected: name === collection }, collectionWords(app, name))));
  const path = (form: string): string => `/api/collections/${encodeURIComponent(collection)}/items.${form}`;
  const draw = (): void => {
    const name = collectionWords(app, collection);
    const internal = app.types.some((type) => type.name === collection) && readsFully(app);
    files.replaceChildren(
      ...forms.map((form) => h('a.button', { href: path(form), download: '', 'data-key': form, 'aria-label': `${name}, ${formName(form)}` }, formName(form))),
      h('button.button.plain', { type: 'button', 'aria-label': t('release_api_of', { name }), onclick: () => void copy(app, location.origin + path('geojson').replace('.geojson', '')) }, t('release_api')),
      internal ? h('button.button.plain', { type: 'button', id: 'release-internal', onclick: () => askInternal(app, collection, name) }, t('release_internal_now')) : '',
    );
  };
  select.addEventListener('change', () => ((collection = select.value), draw()));
  draw();
  return h('section.block', { id: 'current-data' }, h('h3', null, t('release_now')), h('p.small.quiet', null, t('release_now_help')), h('div.row', null, select, files), h('p.small.quiet', null, t('release_figures')));
}

/** Whether somebody may read internal fields somewhere. */
function readsFully(app: App): boolean {
  return (app.session.account?.grants ?? []).some(({ role }) => ['administrator', 'pic', 'reviewer', 'service'].includes(role));
}

/** Asks what internal fields are wanted for, and in which form; of one's own area where there is one. */
function askInternal(app: App, collection: string, name: string): void {
  const own = app.session.account!.grants.map((grant) => grant.area_code);
  const area = own.includes('') ? '' : (own[0] ?? '');
  askPurpose(
    app,
    t('release_internal_title'),
    name,
    (purpose, form) => fetchFile(`/api/collections/${encodeURIComponent(collection)}/items.${form}?${new URLSearchParams({ fields: 'internal', purpose, ...(area && { area }) })}`),
    true,
  );
}

function askPurpose(app: App, title: string, name: string, get: (purpose: string, form: string) => Promise<void>, choice = false): void {
  ask(app, {
    id: 'purpose-dialog',
    title,
    told: [h('p', null, h('strong', null, name)), t('release_internal_help')],
    controls: [
      ...(choice ? [control('form', 'Bentuk', 'Form', { kind: 'select', required: true, options: forms.map((form) => ({ value: form, label: { id: formName(form), en: formName(form) } })) })] : []),
      control('purpose', 'Untuk keperluan apa', 'What for', { required: true, pattern: '.{10}', maxLength: 200, help: { id: 'Paling sedikit 10 huruf, misalnya: bahan musrenbang kecamatan', en: 'At least 10 characters, such as: for the district planning meeting' } }),
    ],
    values: { form: 'xlsx' },
    go: t('release_internal_go'),
    send: async ({ purpose, form }) => {
      await get(String(purpose), String(form ?? ''));
      app.toast(t('release_downloaded'), { good: true });
    },
  });
}

/** Fetches a file that may be refused, and offers it to be kept under the name that the server gives it. */
async function fetchFile(path: string): Promise<void> {
  const answer = await fetch(path, { headers: { 'Accept-Language': lang } }).catch((cause) => {
    throw new Unreachable('no answer', { cause });
  });
  if (!answer.ok) throw answer.status >= 500 ? new Unreachable(String(answer.status)) : new Problem(answer.status, (await answer.json().catch(() => ({}))) as Record<string, unknown>);
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? 'data';
  const url = URL.createObjectURL(await answer.blob());
  h('a', { href: url, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
