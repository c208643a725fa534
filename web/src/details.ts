import './details.css';
import { areaLevels, type Change, type Feature, type FeatureList, type Item, isArea, pathOf, Problem, type Summary } from './api';
import { type App, isAdministrator, mayEdit, pointOf, typeOf } from './app';
import { villageName } from './village';
import { badge, h } from './dom';
import { addWords, formatDate, formatNumber, formatPoint, formatTime, t, type Text, tText, tValue } from './i18n';
import { icon } from './icons';
import { assetList, line } from './list';
import * as words from './words-details';

addWords(words);

export interface Details {
  show(item: Item, fly: boolean): void;
  /** Asks again for what is shown. */
  reload(): void;
  /** The map is there now: marks on it what is shown. */
  mark(): void;
  /** Several assets lie at one point of the map: lets the person choose. */
  pile(features: Feature[]): void;
}

/** Shows one asset or area in the panel and keeps it fresh. */
export function makeDetails(app: App): Details {
  let current: Item | null = null;
  let turn = 0;
  let reloadList = (): void => {};
  // What is open before the map is there is marked and flown to when it comes.
  let shown: { item: Item; feature: Feature; fly: boolean } | null = null;

  async function load(item: Item, box: HTMLElement, fly: boolean): Promise<void> {
    const mine = ++turn;
    try {
      const { data, etag } = await app.api.item(item);
      const [inside, kind, located] = await Promise.all([summaryOf(app, item, data), kindAt(app, data), locatedName(app, data)]);
      if (mine !== turn) return;
      box.replaceChildren(isArea(item.collection) ? areaView(app, data, inside) : assetView(app, data, etag, { kind, located }));
      document.documentElement.dataset.item = `${item.collection}/${item.id}`;
      app.map?.show(item, data, fly);
      shown = { item, feature: data, fly };
      if (isArea(item.collection)) {
        const list = assetList(app, { type: '', placed: '' }, String(data.properties.code));
        reloadList = list.reload;
        box.append(list.node);
      }
    } catch (error) {
      if (mine !== turn) return;
      const gone = error instanceof Problem && error.status === 404;
      if (!gone && box.childElementCount > 1) return; // what is shown stays; the line at the map says that we are offline
      box.replaceChildren(
        head(app, t(gone ? 'not_found' : 'failed'), null),
        h('div.row', null, !gone && h('button.button', { type: 'button', onclick: () => void load(item, box, fly) }, t('again'))),
      );
    }
  }

  let box = h('article', { id: 'details' });
  function reload(): void {
    if (current && !isArea(current.collection)) void load(current, box, false);
    else reloadList();
  }
  function gone(): void {
    turn++;
    box.replaceChildren(head(app, t('gone'), null));
    app.map?.show(null, null, false);
  }
  function refresh(changes: Change[] | null): void {
    const mine = changes?.filter((c) => c.collection === current?.collection && c.id === current.id).at(-1);
    // What is kept back is in no event: then any may be about it.
    const hidden = shown?.feature.properties.placement === 'held';
    if (mine?.op === 'delete') gone();
    else if (mine || !changes || hidden || (current && isArea(current.collection))) reload();
  }
  return {
    show(item, fly) {
      reloadList = () => {};
      box = h('article', { id: 'details' }, h('div.wait'), h('div.wait'));
      app.panel.show('details', box, {
        size: 'half',
        focus: true,
        refresh,
        leave: () => {
          current = null;
          shown = null;
          turn++;
          delete document.documentElement.dataset.item;
        },
      });
      current = item; // only now: what was shown before has just been left
      void load(item, box, fly);
    },
    reload,
    mark() {
      if (current && shown) app.map?.show(shown.item, shown.feature, shown.fly);
    },
    pile: (features) => showPile(app, features),
  };
}

function showPile(app: App, features: Feature[]): void {
  const box = h('article', { id: 'pile' }, head(app, t('here_many', { n: features.length }), null), h('ul.items', null, ...features.map((f) => line(app, f))));
  app.panel.show('details', box, { size: 'half', focus: true });
}

function head(app: App, title: string, mark: HTMLElement | null, under = ''): HTMLElement {
  return h(
    'header.details-head',
    null,
    mark,
    h('div.two', null, h('h2', null, title), under && h('p.small.quiet', null, under)),
    h('button.button.plain.square', { type: 'button', 'aria-label': t('close'), onclick: () => app.home() }, icon('close')),
  );
}

async function summaryOf(app: App, item: Item, feature: Feature): Promise<Summary | null> {
  if (!isArea(item.collection)) return null;
  return app.api.get<Summary>(`/api/summary?area=${String(feature.properties.code)}`).catch(() => null);
}

/** Whether the point lies in a kelurahan or a desa; '' where that changes no word. */
async function kindAt(app: App, feature: Feature): Promise<string> {
  const point = pointOf(feature);
  const type = typeOf(app, feature.properties.type);
  if (!point || !(type?.label_desa || type?.fields.some((f) => f.label_desa))) return '';
  const areas: FeatureList | null = await app.api.locate(point).catch(() => null);
  return String(areas?.features.at(-1)?.properties.kind ?? '');
}

/** The kelurahan that the point lies in, where that is not the claimed one; '' otherwise. */
async function locatedName(app: App, { properties: p }: Feature): Promise<string> {
  return p.area_located && p.area_located !== p.area_code ? villageName(app, String(p.area_located)) : '';
}

/** What is known beside an asset's own properties: the kind of area it lies in, and that area's name where it is not the claimed one. */
interface Around {
  kind: string;
  located: string;
}

/** The label of a type or field, by the kind of its area: Kantor Kelurahan, Kantor Desa. */
export function labelIn(kind: unknown, labelled: { label: Text; label_desa?: Text } | undefined): string {
  return tText(String(kind).startsWith('desa') ? (labelled?.label_desa ?? labelled?.label) : labelled?.label);
}

function facts(rows: [string, string | Node | null | undefined | false][]): HTMLElement {
  return h('dl.facts', null, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value as string | Node)]));
}

function areaView(app: App, feature: Feature, summary: Summary | null): HTMLElement {
  const p = feature.properties;
  const kind = tValue('kind', p.kind);
  const counts = (summary?.counts ?? []).filter((c) => c.total > 0);
  return h(
    'div',
    null,
    head(app, `${kind} ${p.name}`, h('span.badge.area', { 'aria-hidden': 'true' }), String(p.code)),
    isMember(app, String(p.code)) && h('div.actions', null, historyButton(app, { collection: areaLevels[Number(p.level) - 1] ?? 'kelurahan', id: feature.id })),
    facts([
      ...counts.map((c): [string, string] => {
        const type = typeOf(app, c.type);
        const label = p.level === 4 && type?.label_desa ? labelIn(p.kind, type) : tText(type?.plural);
        return [label || c.type, formatNumber(c.total) + (c.placed < c.total ? ` (${formatNumber(c.total - c.placed)} ${t('unplaced')})` : '')];
      }),
      [t('bps_code'), p.bps_code ? String(p.bps_code) : null],
      [t('boundary'), [tValue('boundary', p.boundary_status), p.derived ? t('derived') : ''].filter(Boolean).join(', ')],
      [t('source'), [p.source, p.year].filter(Boolean).join(', ')],
      [t('example_item'), p.example ? t('yes') : null],
    ]),
  );
}

function assetView(app: App, feature: Feature, etag: string, around: Around): HTMLElement {
  const p = feature.properties;
  const type = typeOf(app, p.type);
  const item = { collection: String(p.type), id: feature.id };
  const editable = p.can_edit === true || mayEdit(app.session, String(p.area_code));
  const under = [labelIn(around.kind, type), p.area_name].filter(Boolean).join(' · ');
  return h('div', null, head(app, p.name, badge(type, '.large'), under), ...notices(app, p, around.located), waits(app, p), editable ? actions(app, item, feature, etag) : isFull(p) && h('div.actions', null, historyButton(app, item)), assetFacts(app, feature, around));
}

function notices(app: App, p: Feature['properties'], located: string): HTMLElement[] {
  const said: string[] = [];
  const placement = String(p.placement);
  const outside = { m: formatNumber(Number(p.outside_m ?? 0)), area: String(p.area_name ?? '') };
  if (placement === 'unplaced') said.push(t('is_unplaced'));
  if (placement === 'held') said.push(t('is_held', outside), located ? t('is_located', { area: located }) : '', t(isAdministrator(app.session) ? 'held_yours' : 'held_waits'));
  if (placement === 'near' || placement === 'reasoned' || placement === 'override') said.push(t(`is_${placement}`, outside));
  for (const mark of (p.marks as string[] | undefined) ?? []) said.push(tValue('mark', mark));
  const all = placement === 'held' ? [said.filter(Boolean).join(' ')] : said;
  return all.map((text) => h('p.notice.small', null, text));
}

/** Who sees all of an asset also sees which of its proposals are open. */
function isFull(p: Feature['properties']): boolean {
  return Array.isArray(p.proposals);
}

/** That a change waits for review, where this person may know. */
function waits(app: App, p: Feature['properties']): HTMLElement | null {
  const open = isFull(p) ? (p.proposals as number[]) : [];
  if (!open.length) return null;
  return h('div.notice.small.waits', null, h('p', null, t('waits_review')), ...open.slice(0, 3).map((id) => h('button.button', { type: 'button', 'data-proposal': id, onclick: () => app.view('perubahan', String(id)) }, t('waits_open'))));
}

function historyButton(app: App, item: Item): HTMLElement {
  return h('button.button', { type: 'button', id: 'open-history', onclick: () => app.view('riwayat', `${item.collection}/${item.id}`) }, icon('history'), t('history'));
}

/** Whether this account has a grant that covers the area, so that it may read its history. */
function isMember(app: App, code: string): boolean {
  return (app.session.account?.grants ?? []).some((g) => !g.area_code || code === g.area_code || code.startsWith(`${g.area_code}.`));
}

function actions(app: App, item: Item, feature: Feature, etag: string): HTMLElement {
  const button = (name: 'pencil' | 'move' | 'check' | 'trash', label: string, look: string, act: (w: typeof import('./work')) => void): HTMLElement =>
    h(`button.button${look}`, { type: 'button', onclick: () => void app.work(act) }, icon(name), label);
  const placed = pointOf(feature) !== null;
  const held = feature.properties.placement === 'held';
  return h(
    'div.actions',
    null,
    held && isAdministrator(app.session) && button('check', t('publish'), '.primary.wide', (w) => w.publishHere(app, item, feature, etag)),
    held ? null : placed ? button('check', t('confirm'), '', (w) => w.confirmThere(app, item, etag)) : button('move', t('place_it'), '.primary', (w) => w.placeExisting(app, item)),
    button('pencil', t('edit'), '', (w) => w.editAsset(app, item)),
    placed && button('move', t('move'), '', (w) => w.placeExisting(app, item)),
    isFull(feature.properties) && historyButton(app, item),
    button('trash', t('delete'), '.danger', (w) => w.deleteAsset(app, item, feature, etag)),
  );
}

function assetFacts(app: App, feature: Feature, { kind, located }: Around): HTMLElement {
  const p = feature.properties;
  const type = typeOf(app, p.type);
  const text = (value: unknown): string | null => (value === null || value === undefined || value === '' ? null : String(value));
  const point = pointOf(feature);
  const fields = (type?.fields ?? []).map((field): [string, string | null] => [labelIn(kind, field), fieldText(field, p[field.name])]);
  const taken = [tValue('taken', p.taken_by), p.accuracy_m ? t('accuracy', { m: formatNumber(Number(p.accuracy_m), 1) }) : ''].filter(Boolean).join(', ');
  return facts([
    [t('area'), areaLink(app, p)],
    [t('area_located'), located],
    [t('rt_rw'), text([p.rt, p.rw].filter(Boolean).join(' / '))],
    [t('address'), text(p.address)],
    ...fields,
    [t('condition'), text(p.condition) && tValue('condition', p.condition)],
    [t('operation'), text(p.operation) && tValue('operation', p.operation)],
    [t('coordinates'), point && formatPoint(point)],
    [t('taken_by'), text(p.taken_by) && taken],
    [t('placement_reason'), text(p.placement_reason)],
    [t('source'), text(p.source)],
    [t('note'), text(p.note)],
    [t('verified_at'), p.verified_at ? formatDate(String(p.verified_at)) : t('verified_never')],
    [t('updated_at'), text(p.updated_at) && formatTime(String(p.updated_at))],
    [t('example_item'), p.example ? t('yes') : null],
  ]);
}

function areaLink(app: App, p: Feature['properties']): Node | string {
  const code = String(p.area_code ?? '');
  const id = Number(code.replaceAll('.', ''));
  if (!id) return code;
  const item: Item = { collection: 'kelurahan', id };
  return h('a', { href: pathOf(item), onclick: (event: Event) => (event.preventDefault(), app.open(item, { fly: true })) }, String(p.area_name ?? code));
}

/** An attribute's value as people read it: option labels, units, yes and no, dates. */
export function fieldText(field: import('./api').Field, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const option = (v: unknown): string => tText(field.options?.find((o) => o.value === v)?.label) || String(v);
  if (Array.isArray(value)) return value.length ? value.map(option).join(', ') : null;
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'number') return [field.options ? option(String(value)) : field.name.startsWith('tahun') ? String(value) : formatNumber(value, 2), field.unit].filter(Boolean).join(' ');
  if (field.widget === 'date' && /^\d{4}-\d\d-\d\d$/.test(String(value))) return formatDate(String(value) + 'T05:00:00Z');
  if (field.widget === 'time') return String(value).replace(':', '.');
  return option(value);
}
