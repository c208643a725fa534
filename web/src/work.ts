/** What people who log in do here: loaded when it is first needed. */
import './work.css';
import type { AssetType, Feature, Item } from './api';
import { type App, editAreas, pointOf, typeOf } from './app';
import { badge, h, icon } from './dom';
import { type Draft, dropDraft, keptDraft, newUUID } from './draft';
import { openForm, resumeDraft } from './edit';
import { addWords, t, tText } from './i18n';
import { choosePlace } from './place';
import { fieldNotes, lastNote, type Proposal } from './proposal';
import { unplacedList } from './unplaced';
import * as detailWords from './words-details';
import * as words from './words-work';

addWords(detailWords);
addWords(words);

export { publishHere } from './publish';
export { logIn } from './session';
export { confirmThere, deleteAsset, restore } from './undo';
export { unplacedList } from './unplaced';
export { drawViewing } from './viewing';
export { viewOf } from './views';
export { countWaiting } from './waiting';

/** Starts a new asset: which type, where, then the form. */
export function addAsset(app: App): void {
  const types = app.types.filter((type) => mayCreate(app, type));
  const unplaced = unplacedList(app);
  const content = h(
    'section',
    { id: 'choose-type' },
    h(
      'header.details-head',
      null,
      h('div.two', null, h('h2', null, t('add_what'))),
      h('button.button.plain.square', { type: 'button', 'aria-label': t('cancel'), onclick: () => app.home() }, icon('close')),
    ),
    h(
      'ul.types',
      null,
      ...types.map((type) => h('li', null, h('button.button', { type: 'button', 'data-type': type.name, onclick: () => placeNew(app, type) }, badge(type), tText(type.label).replaceAll('/', '/\u200b')))),
    ),
    unplaced.node,
  );
  app.panel.show('form', content, { size: 'full', focus: true });
}

function mayCreate(app: App, type: AssetType): boolean {
  return (app.session.account?.grants ?? []).some((g) => (g.role === 'pic' || g.role === 'administrator') && (!g.types?.length || g.types.includes(type.name)));
}

function placeNew(app: App, type: AssetType): void {
  void goHome(app);
  choosePlace(app, {
    type,
    title: t('place_of', { type: tText(type.label) }),
    start: null,
    areaCode: '',
    areaName: '',
    cancelled: () => app.home(),
    dropped: (place) => openForm(app, { ...emptyDraft(app, 'create', type.name), ...place, values: { operation: 'aktif' } }),
  });
}

/** Brings the map to the person's own area, unless it is already in sight and near enough. */
async function goHome(app: App): Promise<void> {
  const code = (editAreas(app.session) ?? []).find((c) => c.length === 13);
  if (!app.map || !code) return;
  const here = app.map.center();
  const areas = app.map.zoom() >= 14 ? await app.api.locate(here).catch(() => null) : null;
  if (areas?.features.some((f) => f.properties.code === code)) return;
  const label = await labelPoint(app, code);
  if (label && app.panel.mode === 'place') app.map.jump(label, 16);
}

async function labelPoint(app: App, code: string): Promise<[number, number] | null> {
  const { data } = await app.api.item({ collection: 'kelurahan', id: Number(code.replaceAll('.', '')) }).catch(() => ({ data: null }));
  return (data?.properties.label_point as [number, number] | undefined) ?? null;
}

/** Moves an asset, or places one that has no point yet. */
export async function placeExisting(app: App, item: Item): Promise<void> {
  const { data, etag } = await app.api.item(item);
  const code = String(data.properties.area_code ?? '');
  const point = pointOf(data);
  choosePlace(app, {
    type: typeOf(app, item.collection),
    title: t(point ? 'move_of' : 'place_of', { name: data.properties.name, type: data.properties.name }),
    start: point ?? (await labelPoint(app, code)),
    areaCode: code,
    areaName: String(data.properties.area_name ?? ''),
    cancelled: () => app.open(item),
    dropped: ({ point: to, fix }) =>
      openForm(app, { ...draftOf(app, 'move', item, data, etag), point: to, fix }),
  });
}

/** Opens the form of an asset with its present answers. */
export async function editAsset(app: App, item: Item): Promise<void> {
  const { data, etag } = await app.api.item(item);
  openForm(app, { ...draftOf(app, 'edit', item, data, etag), values: { ...data.properties } });
}

function emptyDraft(app: App, kind: Draft['kind'], type: string): Draft {
  return { account: app.session.account?.id ?? 0, kind, type, uuid: newUUID(), point: null, fix: null, values: {}, areaCode: '', areaName: '' };
}

function draftOf(app: App, kind: Draft['kind'], item: Item, base: Feature, etag: string): Draft {
  return { ...emptyDraft(app, kind, item.collection), base, etag, areaCode: String(base.properties.area_code ?? ''), areaName: String(base.properties.area_name ?? '') };
}

/** Opens the form of a proposal that came back, with what its reviewer said beside the fields. */
export function correctProposal(app: App, proposal: Proposal): void {
  const { after } = proposal;
  const said = lastNote(proposal);
  if (!after) return;
  openForm(app, {
    ...emptyDraft(app, 'edit', proposal.type),
    base: after,
    point: pointOf(after),
    values: { ...after.properties },
    areaCode: proposal.to_area ?? proposal.area_code,
    areaName: String(after.properties.area_name ?? proposal.area_name),
    proposal: { id: proposal.id, version: proposal.version, said: said ? t('note_by', { name: said.title || said.actor, note: said.note }) : '', notes: fieldNotes(said) },
  });
}

/** Shows that something was not saved when the page was left, and offers to go on. */
export function offerDraft(app: App, box: HTMLElement): void {
  const draft = keptDraft(app.session.account?.id ?? 0);
  if (!draft) return;
  const name = String(draft.values.name || draft.base?.properties.name || tText(typeOf(app, draft.type)?.label));
  box.replaceChildren(
    h(
      'div.notice',
      { id: 'draft' },
      h('p', null, t('draft_kept', { name })),
      h(
        'div.row',
        null,
        h('button.button', { type: 'button', onclick: () => resumeDraft(app, draft) }, t('draft_resume')),
        h('button.button.plain', { type: 'button', onclick: () => (dropDraft(), box.replaceChildren()) }, t('draft_drop')),
      ),
    ),
  );
  app.panel.size('half');
}

