import type { App } from './app';
import { dayEnd, dayStart } from './dates';
import { h } from './dom';
import { makeFields } from './fields';
import { control } from './form';
import { formatTime, t, tValue } from './i18n';
import { localPath } from './list';
import { peopleTabs } from './people-tabs';
import { attempt, empty, View } from './view';

interface Entry {
  id: number;
  at: string;
  actor: string;
  action: string;
  target: string;
  detail: Record<string, unknown>;
  address: string;
}
interface Page {
  entries: Entry[];
  next: string | null;
}

/** What can be asked for by name. */
const actions = ['login', 'login_refused', 'login_throttled', 'code_refused', 'account_created', 'account_changed', 'account_disabled', 'account_enabled', 'invited', 'invitation_accepted', 'password_set', 'second_factor_set', 'second_factor_ended', 'sessions_ended', 'token_created', 'token_revoked', 'grant_given', 'grant_ended', 'view_as', 'view_ended', 'settings', 'export', 'release', 'progress_targets'];

/** The audit log, newest first: who did what, from where. */
export function showAudit(app: App): void {
  const view = new View(app, 'audit-view', t('people'));
  const list = h('ul.items.lines', { id: 'audit' });
  const foot = h('div');
  const fields = makeFields(
    [
      control('actor', 'Nama akun', 'Account', { maxLength: 100 }),
      control('action', 'Perbuatan', 'Action', { kind: 'select', options: actions.map((action) => ({ value: action, label: { id: tValue('audit', action), en: tValue('audit', action) } })) }),
      control('from', 'Dari tanggal', 'From', { kind: 'date' }),
      control('until', 'Sampai dengan', 'Until', { kind: 'date' }),
    ],
    {},
    () => {},
    {},
    'audit-',
  );
  const query = (): string => {
    const { actor, action, from, until } = fields.peek();
    const asked = Object.entries({ actor, action, from: dayStart(from), until: dayEnd(until) }).filter(([, value]) => value);
    return `/api/audit?${new URLSearchParams({ limit: '100', ...Object.fromEntries(asked.map(([k, v]) => [k, String(v)])) })}`;
  };
  const load = async (path: string, afresh: boolean): Promise<void> => {
    const page = await app.api.get<Page>(path);
    if (afresh) list.replaceChildren();
    list.append(...page.entries.map(line));
    const { next } = page;
    const more = h('button.button', { type: 'button', onclick: () => void attempt(app, () => load(localPath(next!), false), more) }, t('more'));
    foot.replaceChildren(next ? more : list.childElementCount ? '' : empty(t('audit_none')));
  };
  const go = h('button.button', { type: 'submit' }, t('audit_look'));
  const form = h('form.audit-filters', { onsubmit: (event: Event) => (event.preventDefault(), void attempt(app, () => load(query(), true), go)) }, fields.node, go);
  view.show({ size: 'full' });
  void view.fill(async () => {
    await load(query(), true);
    return [peopleTabs(app, 'catatan'), h('p.small.quiet', null, t('audit_help')), form, list, foot];
  });
}

function line(entry: Entry): HTMLElement {
  const detail = Object.entries(entry.detail ?? {}).map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return h(
    'li',
    { 'data-id': entry.id },
    h(
      'span.grow',
      null,
      h('span', null, [tValue('audit', entry.action), entry.target].filter(Boolean).join(': ')),
      h('span.small.quiet', null, [formatTime(entry.at), entry.actor, entry.address].filter(Boolean).join(' · ')),
      detail.length > 0 && h('span.small.quiet', null, detail.join(' · ')),
    ),
  );
}
