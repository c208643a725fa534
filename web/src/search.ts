import './search.css';
import type { BBox, LonLat } from './api';
import { type App, typeOf } from './app';
import { combobox } from './combobox';
import { badge, byId, h } from './dom';
import { addWords, t } from './i18n';
import { icon } from './icons';
import * as words from './words-search';

addWords(words);

/** One line of what the search finds: an area, or an asset, which has a type. */
export interface Found {
  collection: string;
  id: number;
  name: string;
  context: string;
  point: LonLat | null;
  bbox: BBox | null;
  type: string | null;
}

/** The search field above the map: what is chosen is opened. */
export function makeSearch(app: App): void {
  const input = h('input', { id: 'q', type: 'search', enterkeyhint: 'search', placeholder: t('search'), 'aria-label': t('search') });
  const clear = h('button.button.plain.square', { type: 'button', hidden: true, 'aria-label': t('search_clear') }, icon('close'));
  const box = h('div.results', { hidden: true });
  byId('search').append(h('div.search-box', null, icon('search'), input, clear), box);
  const drop = combobox<Found>(input, {
    id: 'results',
    label: t('search'),
    box,
    ask: async (q, signal) => (await app.api.get<{ results: Found[] }>(`/api/search?limit=12&q=${encodeURIComponent(q)}`, signal)).results,
    line: foundLine(app),
    said: (n, q) => (n ? t('search_count', { n }) : t('search_none', { q })),
    choose: ({ collection, id }) => {
      input.blur();
      app.open({ collection, id }, { fly: true });
    },
  });
  input.addEventListener('input', () => (clear.hidden = !input.value));
  clear.addEventListener('click', () => {
    input.value = '';
    clear.hidden = true;
    drop();
    input.focus();
  });
}

/** How a result looks: its badge, its name, and where it is. */
export function foundLine(app: App): (result: Found) => Node[] {
  return ({ type, name, context }) => [type ? badge(typeOf(app, type)) : h('span.badge.area', { 'aria-hidden': 'true' }), h('span.two', null, h('span', null, name), h('span', null, context))];
}
