import { accountPath, type Person } from './accounts';
import type { App } from './app';
import { h } from './dom';
import { formatTime, t, tValue } from './i18n';
import { localPath } from './list';
import { roleName } from './roles';
import { empty, problemWords } from './view';

interface Entry {
  at: string;
  actor: string;
  reason: string;
  kind: 'account' | 'grant';
  op: 'create' | 'update' | 'delete';
  id: number;
  changes: { field: string; before: unknown; after: unknown }[];
}
interface Entries {
  entries: Entry[];
  next: string | null;
}

/** What was done to an account and its grants, asked for when it is opened. */
export function personHistory(app: App, person: Person): HTMLElement {
  const list = h('ul.items.lines');
  const foot = h('div');
  const more = async (path: string): Promise<void> => {
    foot.replaceChildren(h('p.quiet', { role: 'status' }, t('loading')));
    try {
      const page = await app.api.get<Entries>(path);
      list.append(...page.entries.map((entry) => line(app, entry)));
      const next = page.next;
      foot.replaceChildren(next ? h('button.button', { type: 'button', onclick: () => void more(localPath(next)) }, t('more')) : list.childElementCount ? '' : empty(t('person_history_none')));
    } catch (error) {
      foot.replaceChildren(h('div.error', { role: 'alert' }, h('p', null, ...problemWords(error)), h('button.button', { type: 'button', onclick: () => void more(path) }, t('again'))));
    }
  };
  const fold = h('details.more', { id: 'person-history' }, h('summary', null, t('person_history')), list, foot);
  fold.addEventListener('toggle', () => fold.open && !list.childElementCount && void more(`${accountPath(person.id)}/history`));
  return h('section.block', null, fold);
}

function line(app: App, entry: Entry): HTMLElement {
  return h(
    'li',
    null,
    h(
      'span.grow',
      null,
      h('span', null, `${t(`did_${entry.kind}_${entry.op}`)}`),
      h('span.small.quiet', null, [formatTime(entry.at), entry.actor, entry.reason].filter(Boolean).join(' · ')),
      ...entry.changes.filter(({ before, after }) => given(before) || given(after)).map(({ field, before, after }) => h('span.small', null, `${tValue('person_field', field)}: ${entry.op === 'create' ? '' : `${words(app, field, before)} → `}${words(app, field, after)}`)),
    ),
  );
}

function given(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '';
}

/** A value as people read it. */
function words(app: App, field: string, value: unknown): string {
  if (!given(value)) return '–';
  if (field === 'role') return roleName(app.session, String(value));
  if (Array.isArray(value)) return value.join(', ');
  return /^\d{4}-\d\d-\d\dT/.test(String(value)) ? formatTime(String(value)) : String(value);
}
