import type { Feature, FeatureList } from './api';
import { type App, mayEdit, typeOf } from './app';
import { badge, h, icon } from './dom';
import { formatNumber, t, tText } from './i18n';

/** What the list is narrowed to; kept while the panel shows something else. */
export interface Filter {
  type: string;
  placed: '' | 'true' | 'false';
}

/** One line of a list: badge, name, place; with a button to place it where that is possible. */
export function line(app: App, feature: Feature, placeable = false): HTMLElement {
  const p = feature.properties;
  const type = typeOf(app, p.type);
  const where = [tText(type?.label), p.area_name, !feature.geometry && !placeable && t('unplaced')].filter(Boolean).join(' · ');
  const item = { collection: String(p.type), id: feature.id };
  return h(
    'li',
    { 'data-id': feature.id },
    h('button.open', { type: 'button', onclick: () => app.open(item, { fly: true }) }, badge(type), h('span.two', null, h('span', null, p.name), h('span', null, where))),
    placeable &&
      h('button.button', { type: 'button', 'aria-label': t('place_name', { name: p.name }), onclick: () => void app.work((w) => w.placeExisting(app, item)) }, t('place_it')),
  );
}

/** The list of assets: the text that says what the map shows. `reload` asks again, keeping the place. */
export function assetList(app: App, filter: Filter, area = ''): { node: HTMLElement; reload: () => void } {
  const heading = h('span.quiet', { role: 'status' });
  const items = h('ul.items');
  const foot = h('div');
  const select = (label: string, value: string, options: [string, string][], change: (value: string) => void): HTMLElement => {
    const element = h('select.input', { 'aria-label': label }, ...options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)));
    element.addEventListener('change', () => {
      change(element.value);
      void load(true);
    });
    return element;
  };
  const node = h(
    'section.block',
    { id: area ? null : 'list' },
    h('h3', null, t('list'), heading),
    h(
      'div.filters',
      null,
      select(t('filter_type'), filter.type, [['', t('all_types')], ...app.types.map((type): [string, string] => [type.name, tText(type.plural)])], (v) => (filter.type = v)),
      select(
        t('filter_place'),
        filter.placed,
        [
          ['', t('any_place')],
          ['true', t('only_placed')],
          ['false', t('only_unplaced')],
        ],
        (v) => (filter.placed = v as Filter['placed']),
      ),
      !area && h('button.button.plain.square', { type: 'button', id: 'download', title: t('download'), 'aria-label': t('download'), onclick: () => app.view('rilis', filter.type && `jenis:${filter.type}`) }, icon('save')),
    ),
    items,
    foot,
  );

  let next = '';
  let turn = 0;
  async function load(afresh: boolean, limit = 30): Promise<void> {
    const mine = ++turn;
    const query = new URLSearchParams({ limit: String(limit) });
    if (filter.type) query.set('type', filter.type);
    if (filter.placed === 'true') query.set('located', 'true');
    if (filter.placed === 'false') query.set('placement', 'unplaced');
    if (area) query.set('area', area);
    if (afresh && !items.childElementCount) items.replaceChildren(...[0, 1, 2].map(() => h('li.wait')));
    try {
      const page = await app.api.get<FeatureList>(afresh ? `/api/collections/assets/items?${query}` : next);
      if (mine !== turn) return;
      if (afresh) items.replaceChildren();
      items.append(...page.features.map((f) => line(app, f, !f.geometry && mayEdit(app.session, String(f.properties.area_code)))));
      heading.textContent = t('list_of', { n: formatNumber(page.numberMatched) });
      next = nextPath(page);
      foot.replaceChildren();
      if (!page.numberMatched) foot.append(h('p.empty', null, t('list_empty')));
      if (next) foot.append(h('button.button', { type: 'button', onclick: () => void load(false) }, t('more')));
    } catch {
      if (mine !== turn) return;
      if (afresh) items.replaceChildren();
      foot.replaceChildren(h('div.error', { role: 'alert' }, h('p', null, t('list_failed')), h('button.button', { type: 'button', onclick: () => void load(afresh) }, t('again'))));
    }
  }
  void load(true);
  return { node, reload: () => void load(true, Math.max(30, items.childElementCount)) };
}

/** The path of the next page, '' at the end. */
export function nextPath(page: FeatureList): string {
  const href = page.links?.find((link) => link.rel === 'next')?.href;
  return href ? localPath(href) : '';
}

/** The path of an address that the server gave, which may know the page by another name. */
export function localPath(href: string): string {
  const url = new URL(href, location.href);
  return url.pathname + url.search;
}
