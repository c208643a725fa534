import { type Item } from './api';
import { type App, isAdministrator, typeOf } from './app';
import { dayEnd, dayStart } from './dates';
import { badge, debounced, h } from './dom';
import { makeFields } from './fields';
import { control, type Values } from './form';
import { formatNumber, formatTime, t, tText, tValue } from './i18n';
import { areaPicker } from './picker';
import { askUndo, type Undoing } from './undo-many';
import { empty, View } from './view';

interface Touched extends Item {
  name: string;
  op: 'create' | 'update' | 'delete' | 'restore';
  version: number;
}
export interface Revision {
  revision: number;
  at: string;
  actor: string;
  actor_title: string;
  approved_by: string | null;
  reason: string;
  kind: 'edit' | 'import' | 'undo' | 'review' | 'sql';
  counts: { create: number; update: number; delete: number };
  items: Touched[];
  /** How many more it touched. */
  more: number;
}
interface Revisions {
  revisions: Revision[];
  next: string | null;
}

/** What the list is narrowed to. */
export interface Narrowed {
  actor: string;
  type: string;
  area: string;
  from: string;
  until: string;
  revision: string;
}

/** Shows who changed what, newest first; `arg` is a revision that stands alone. */
export function showRevisions(app: App, arg: string): void {
  new RevisionList(app, /^\d{1,16}$/.test(arg) ? arg : '').show();
}

/** The query for what the form says; days are those of the page's time zone. */
export function queryOf(narrowed: Narrowed): URLSearchParams {
  const { actor, type, area, from, until, revision } = narrowed;
  const parts = { actor, type, area, from: dayStart(from) ?? '', until: dayEnd(until) ?? '', revision };
  return new URLSearchParams(Object.entries(parts).filter(([, value]) => value));
}

class RevisionList {
  private readonly app: App;
  private readonly view: View;
  private readonly list = h('ol.versions');
  private readonly foot = h('div');
  private readonly tools = h('div');
  private narrowed: Narrowed;
  private readonly soon = debounced(300, () => void this.load());

  constructor(app: App, revision: string) {
    this.app = app;
    this.narrowed = { actor: '', type: '', area: '', from: '', until: '', revision };
    this.view = new View(app, 'revisions', t('history'));
  }

  show(): void {
    this.view.show({ size: 'full', refresh: this.soon });
    void this.view.fill(async () => {
      const page = await this.ask(this.path());
      this.draw(page);
      return [this.narrowed.revision ? this.wider() : this.filter(), this.tools, this.list, this.foot];
    });
  }

  private wider(): HTMLElement {
    return h('button.button', { type: 'button', 'data-key': 'all', onclick: () => this.app.view('riwayat') }, t('history_all'));
  }

  private filter(): HTMLElement {
    const types = this.app.types.map((type) => ({ value: type.name, label: type.label }));
    const controls = [
      control('actor', 'Nama akun', 'Account name', { maxLength: 100 }),
      control('type', 'Jenis', 'Type', { kind: 'select', options: types }),
      control('area', 'Wilayah', 'Area', { kind: 'pick', picker: { ask: areaPicker(this.app) } }),
      control('from', 'Dari tanggal', 'From', { kind: 'date' }),
      control('until', 'Sampai tanggal', 'Until', { kind: 'date' }),
    ];
    const fields = makeFields(controls, {}, () => {
      this.narrowed = { ...this.narrowed, ...texts(fields.peek()) };
      this.soon();
    });
    fields.node.classList.add('filter-fields');
    return h('details.more', { id: 'history-filter' }, h('summary', null, t('history_filter')), fields.node);
  }

  private path(): string {
    return `/api/history?limit=50&${queryOf(this.narrowed)}`;
  }

  private ask(path: string): Promise<Revisions> {
    return this.app.api.get<Revisions>(path);
  }

  /** Asks again for the first page. */
  private async load(): Promise<void> {
    const path = this.path();
    try {
      const page = await this.ask(path);
      if (path === this.path()) this.draw(page);
    } catch (error) {
      this.view.fail(error, () => this.app.view('riwayat', this.narrowed.revision, true));
    }
  }

  private draw(page: Revisions): void {
    const held = (document.activeElement as HTMLElement | null)?.dataset.key;
    this.list.replaceChildren(...page.revisions.map((r) => this.row(r)));
    this.rest(page);
    this.tools.replaceChildren(this.undoAll() ?? '');
    if (held) this.list.querySelector<HTMLElement>(`[data-key='${held}']`)?.focus();
  }

  private rest({ revisions, next }: Revisions): void {
    const more = next ? h('button.button', { type: 'button', 'data-key': 'more', onclick: () => void this.more(next) }, t('more')) : '';
    this.foot.replaceChildren(revisions.length || this.list.childElementCount ? '' : empty(t('history_none')), more);
  }

  private async more(next: string): Promise<void> {
    const { pathname, search } = new URL(next, location.href);
    const page = await this.ask(pathname + search).catch(() => null);
    if (!page) return void this.app.toast(t('failed'));
    this.list.append(...page.revisions.map((r) => this.row(r)));
    this.rest(page);
  }

  /** All that one person did in a time, where the filter names both. */
  private undoAll(): HTMLElement | null {
    const { actor, from, until, type, area } = this.narrowed;
    if (!this.mayUndo(actor)) return null;
    if (!actor || !from || !until) return h('p.small.quiet', null, t('undo_all_how'));
    const what: Undoing = { actor, from: dayStart(from)!, until: dayEnd(until)!, ...(type && { type }), ...(area && { area }) };
    const title = t('undo_all', { name: actor });
    return h('button.button.danger', { type: 'button', id: 'undo-all', onclick: () => askUndo(this.app, title, what, () => void this.load()) }, title);
  }

  /** A guess that spares a useless button; the server decides. */
  private mayUndo(actor: string): boolean {
    const { session } = this.app;
    return isAdministrator(session) || (!session.viewing && session.account?.may?.edit === true && (!actor || actor === session.account.name));
  }

  private row(r: Revision): HTMLElement {
    const { counts } = r;
    const did = (['create', 'update', 'delete'] as const).filter((op) => counts[op]).map((op) => t(`count_${op}`, { n: formatNumber(counts[op]) }));
    const undo = r.kind !== 'sql' && this.mayUndo(r.actor) ? h('button.button', { type: 'button', 'data-key': `undo-${r.revision}`, onclick: () => askUndo(this.app, t('undo_revision', { n: formatNumber(r.revision) }), { revision: r.revision }, () => void this.load()) }, t('undo')) : null;
    return h(
      'li.version',
      { 'data-revision': r.revision },
      h('h3', null, tValue('made', r.kind), h('span.quiet.small', null, did.join(', '))),
      h('p.small.quiet', null, [r.actor_title || r.actor, formatTime(r.at), r.approved_by && t('approved_by', { name: r.approved_by })].filter(Boolean).join(' · ')),
      r.reason ? h('p', null, h('span.quiet', null, `${t('reason')}: `), r.reason) : null,
      this.items(r),
      h('div.row', null, undo, this.narrowed.actor || this.narrowed.revision ? null : h('button.button.plain', { type: 'button', 'data-key': `only-${r.revision}`, onclick: () => this.only(r.actor) }, t('only_person'))),
    );
  }

  /** Narrows the list to one person, as if the name had been typed. */
  private only(actor: string): void {
    this.view.body.querySelector('#history-filter')?.setAttribute('open', '');
    const input = this.view.body.querySelector<HTMLInputElement>('#f-actor');
    if (!input) return;
    input.value = actor;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.focus();
  }

  private items(r: Revision): HTMLElement | null {
    if (!r.items.length) return null;
    const line = (item: Touched): HTMLElement => {
      const type = typeOf(this.app, item.collection);
      const under = [tText(type?.label) || item.collection, tValue('op', item.op)].join(' · ');
      return h('li', null, h('button.open', { type: 'button', 'data-key': `${r.revision}-${item.collection}-${item.id}`, onclick: () => this.app.view('riwayat', `${item.collection}/${item.id}`) }, type ? badge(type) : h('span.badge.area', { 'aria-hidden': 'true' }), h('span.two', null, h('span', null, item.name), h('span', null, under))));
    };
    const list = h('ul.items', null, ...r.items.map(line), r.more ? h('li.small.quiet', null, t('and_more', { n: formatNumber(r.more) })) : null);
    return r.items.length > 3 ? h('details.more', null, h('summary', null, t('touched', { n: formatNumber(r.items.length + r.more) })), list) : list;
  }
}

function texts(values: Values): Partial<Narrowed> {
  return Object.fromEntries(['actor', 'type', 'area', 'from', 'until'].map((name) => [name, String(values[name] ?? '')]));
}
