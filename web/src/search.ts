import type { App } from './app';
import type { BBox, LonLat } from './api';
import { badge, byId, debounced, h, icon } from './dom';
import { addWords, t } from './i18n';
import { typeOf } from './app';
import './search.css';
import * as words from './words-search';

addWords(words);

interface Result {
  collection: string;
  id: number;
  name: string;
  context: string;
  point: LonLat | null;
  bbox: BBox | null;
  type: string | null;
}

/** The search field: a combobox whose list is walked with the arrow keys (WAI-ARIA APG). */
export function makeSearch(app: App): void {
  const root = byId('search');
  const input = h('input', {
    id: 'q',
    type: 'search',
    role: 'combobox',
    autocomplete: 'off',
    enterkeyhint: 'search',
    spellcheck: 'false',
    placeholder: t('search'),
    'aria-label': t('search'),
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'results',
  });
  const clear = h('button.button.plain.square', { type: 'button', hidden: true, 'aria-label': t('search_clear') }, icon('close'));
  const list = h('ul', { id: 'results', role: 'listbox', 'aria-label': t('search') });
  const none = h('p.quiet', { hidden: true });
  const box = h('div.results', { hidden: true }, list, none);
  const status = h('p.sr', { role: 'status' });
  root.append(h('div.search-box', null, icon('search'), input, clear), box, status);

  let results: Result[] = [];
  let active = -1;
  let asking: AbortController | null = null;

  const mark = (index: number): void => {
    active = index;
    [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
    const option = list.children[active];
    if (option) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const expand = (open: boolean): void => {
    box.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    if (!open) mark(-1);
  };
  const choose = (index: number): void => {
    const result = results[index];
    if (!result) return;
    expand(false);
    input.blur();
    app.open({ collection: result.collection, id: result.id }, { fly: true });
  };
  const ask = debounced(150, async (q: string) => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await app.api.get<{ results: Result[] }>(`/api/search?limit=12&q=${encodeURIComponent(q)}`, asking.signal);
      if (input.value.trim() !== q) return;
      results = answer.results;
    } catch {
      return;
    }
    list.replaceChildren(
      ...results.map((result, i) =>
        h(
          'li',
          { id: `result-${i}`, role: 'option', 'aria-selected': 'false', onpointerdown: (e: Event) => e.preventDefault(), onclick: () => choose(i) },
          result.type ? badge(typeOf(app, result.type)) : h('span.badge.area', { 'aria-hidden': 'true' }),
          h('span.two', null, h('span', null, result.name), h('span', null, result.context)),
        ),
      ),
    );
    none.textContent = t('search_none', { q });
    none.hidden = results.length > 0;
    status.textContent = results.length ? t('search_count', { n: results.length }) : none.textContent;
    expand(true);
    mark(-1);
  });

  input.addEventListener('input', () => {
    const q = input.value.trim();
    clear.hidden = !input.value;
    if (q.length < 2) {
      results = [];
      asking?.abort();
      expand(false);
    } else ask(q);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!results.length) return;
      event.preventDefault();
      if (box.hidden) expand(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      mark((active + step + results.length) % results.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(Math.max(0, active));
    } else if (event.key === 'Escape') {
      if (box.hidden) input.value = '';
      expand(false);
    }
  });
  input.addEventListener('focus', () => results.length && input.value.trim().length > 1 && expand(true));
  input.addEventListener('blur', () => expand(false));
  clear.addEventListener('click', () => {
    input.value = '';
    clear.hidden = true;
    results = [];
    expand(false);
    input.focus();
  });
}
