import './people.css';
import { type Person, stateTag } from './accounts';
import type { App } from './app';
import { ask } from './ask';
import { showAudit } from './audit';
import { debounced, h } from './dom';
import { makeFields } from './fields';
import { control, filled } from './form';
import { grantControls, grantOf, suggestion } from './grants';
import { addWords, formatNumber, formatTime, t } from './i18n';
import { type Invitation, showInvitation } from './invite';
import { localPath } from './list';
import { showImport } from './people-import';
import { peopleTabs } from './people-tabs';
import { showPerson } from './person';
import { reachWords, roleName, roles } from './roles';
import { type Column, type Sorting, table } from './table';
import { empty, problemWords, View } from './view';
import * as words from './words-people';

addWords(words);

interface PeoplePage {
  accounts: Person[];
  matched: number;
  next: string | null;
}

/** Pengguna: the list; `arg` is an account's id, or `impor`, or `catatan` for the audit log. */
export function show(app: App, arg: string): void {
  if (/^\d+$/.test(arg)) return showPerson(app, Number(arg));
  if (arg === 'impor') return showImport(app);
  if (arg === 'catatan') return showAudit(app);
  new PeopleList(app).show();
}

class PeopleList {
  private readonly app: App;
  private readonly view: View;
  private readonly rows = h('div', { id: 'people' });
  private readonly foot = h('div');
  private readonly sorting: Sorting = { key: 'name', down: false };
  private readonly asked = { q: '', role: '', state: '' };
  private people: Person[] = [];
  private turn = 0;

  constructor(app: App) {
    this.app = app;
    this.view = new View(app, 'people-view', t('people'));
  }

  show(): void {
    const { app, view } = this;
    const tools = h(
      'div.row',
      null,
      h('button.button.primary', { type: 'button', id: 'person-add', onclick: () => addPerson(app, () => void this.load()) }, t('person_add')),
      h('button.button', { type: 'button', id: 'people-import', onclick: () => app.view('pengguna', 'impor') }, t('people_import')),
    );
    view.body.replaceChildren(peopleTabs(app, ''), app.session.viewing ? '' : tools, this.filters(), this.rows, this.foot);
    view.show({ size: 'full' });
    void this.load();
  }

  private filters(): HTMLElement {
    const later = debounced(250, () => void this.load());
    const q = h('input.input', { type: 'search', id: 'people-q', 'aria-label': t('people_search'), placeholder: t('people_search') });
    q.addEventListener('input', () => ((this.asked.q = q.value.trim()), later()));
    const select = (key: 'role' | 'state', label: string, options: [string, string][]): HTMLElement => {
      const element = h('select.input', { 'aria-label': label, id: `people-${key}` }, ...options.map(([value, text]) => h('option', { value }, text)));
      element.addEventListener('change', () => ((this.asked[key] = element.value), void this.load()));
      return element;
    };
    return h(
      'div.people-filters',
      { role: 'search' },
      q,
      select('role', t('role'), [['', t('all_roles')], ...roles.map((role): [string, string] => [role, roleName(this.app.session, role)])]),
      select('state', t('state'), [['', t('all_states')], ...(['active', 'invited', 'disabled'] as const).map((state): [string, string] => [state, t(`state_${state}`)])]),
    );
  }

  private async load(path = ''): Promise<void> {
    const mine = ++this.turn;
    try {
      const page = await this.app.api.get<PeoplePage>(path || `/api/accounts?${new URLSearchParams({ limit: '100', ...filledText(this.asked) })}`);
      if (mine !== this.turn) return;
      this.people = path ? [...this.people, ...page.accounts] : page.accounts;
      this.draw(page);
    } catch (error) {
      if (mine !== this.turn) return;
      if (path) this.foot.replaceChildren(h('p.error', { role: 'alert' }, ...problemWords(error)));
      else this.view.fail(error, () => this.show());
    }
  }

  private draw({ matched, next }: PeoplePage): void {
    this.view.said.textContent = t('people_count', { n: formatNumber(matched) });
    this.rows.replaceChildren(this.people.length ? table(t('people'), this.columns(), this.people, this.sorting, (p) => p.id) : empty(t('people_none')));
    this.foot.replaceChildren(next ? h('button.button', { type: 'button', onclick: () => void this.load(localPath(next)) }, t('more')) : '');
  }

  private columns(): Column<Person>[] {
    const { app } = this;
    const open = (p: Person): HTMLElement =>
      h('button.link', { type: 'button', 'data-key': `person-${p.id}`, onclick: () => app.view('pengguna', String(p.id)) }, h('strong', null, p.title || p.name), h('span.small.quiet', null, p.name));
    const held = (p: Person): string => p.grants.filter((g) => g.active !== false).map((g) => `${roleName(app.session, g.role)}: ${reachWords(app, g)}`).join('; ');
    return [
      { key: 'name', label: t('person_name'), cell: open, sort: (p) => p.title || p.name },
      { key: 'role', label: t('role'), cell: (p) => held(p) || '–', sort: held },
      { key: 'state', label: t('state'), cell: stateTag, sort: (p) => (p.disabled_at ? 2 : p.has_password || p.sso ? 0 : 1) },
      { key: 'seen', label: t('last_seen'), cell: (p) => (p.last_seen_at ? formatTime(p.last_seen_at) : t('never')), sort: (p) => p.last_seen_at },
    ];
  }
}

function filledText(asked: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
}

/** Makes one account. Name and title are suggested from role and area for as long as nobody wrote them. */
function addPerson(app: App, done: () => void): void {
  let area = { code: '', name: '' };
  const controls = [
    ...grantControls(app, (choice) => {
      area = { code: choice.value, name: choice.label };
      suggest();
    }),
    control('name', 'Nama akun', 'Account name', { required: true, maxLength: 100, help: { id: 'Huruf kecil, angka, titik, dan tanda hubung', en: 'Lower-case letters, digits, dots and hyphens' } }),
    control('title', 'Nama atau jabatan', 'Name or office', { required: true, maxLength: 200 }),
    control('sso', 'Akun masuk Pemkot', 'City sign-in account', { maxLength: 200, more: true }),
  ];
  const fields = makeFields(controls, { role: 'pic' }, () => suggest(), {}, 'q-');
  const input = (name: string): HTMLInputElement => fields.node.querySelector(`#q-${name}`)!;
  const suggested = { name: '', title: '' };
  const suggest = (): void => {
    const role = String(fields.peek().role ?? '');
    if (!area.code || !role) return;
    const next = suggestion(role, roleName(app.session, role), area.code, area.name);
    for (const key of ['name', 'title'] as const) {
      if (input(key).value === suggested[key]) input(key).value = next[key];
    }
    Object.assign(suggested, next);
  };
  ask(app, {
    id: 'person-add-dialog',
    title: t('person_add'),
    told: [h('p.small.quiet', null, t('person_add_help'))],
    fields,
    go: t('person_add'),
    send: async (values) => {
      const { account, invitation } = await app.api.write<{ account: Person; invitation: Invitation }>('POST', '/api/accounts', { ...filled({ name: values.name, title: values.title, sso: values.sso ?? null }), grants: [grantOf(values)] });
      done();
      showInvitation(app, account, invitation);
    },
  });
}
