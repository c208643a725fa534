import './review.css';
import { type Feature, isArea, type Item, type LonLat, pathOf } from './api';
import { type App, isAdministrator, mayEdit, typeOf } from './app';
import { ask } from './ask';
import { changeList, type FieldChange } from './compare';
import { debounced, h, icon } from './dom';
import { whyControl } from './form';
import { addWords, formatNumber, formatTime, t, tValue } from './i18n';
import { type Proposal, proposalOf, saySent } from './proposal';
import { showRevisions } from './revisions';
import { empty, View } from './view';
import * as words from './words-review';

addWords(words);

/** Shows every version of the feature that `arg` names (`posyandu/17`), or all revisions. */
export function show(app: App, arg: string): void {
  const named = /^([a-z][a-z0-9_]*)\/(\d{1,16})$/.exec(arg);
  if (named) new History(app, { collection: named[1]!, id: Number(named[2]) }).show();
  else showRevisions(app, arg);
}

interface Version {
  version: number;
  revision: number;
  at: string;
  until: string | null;
  actor: string;
  actor_title: string;
  approved_by: string | null;
  reason: string;
  op: 'create' | 'update' | 'delete' | 'restore';
  current: boolean;
  changes: FieldChange[];
  moved_m: number | null;
}
interface Versions {
  name: string;
  deleted: boolean;
  versions: Version[];
  next: string | null;
}

class History {
  private readonly app: App;
  private readonly item: Item;
  private readonly view: View;
  private readonly path: string;
  private older: Version[] = [];
  private next: string | null = null;

  constructor(app: App, item: Item) {
    this.app = app;
    this.item = item;
    this.path = `${pathOf(item)}/history`;
    this.view = new View(app, 'history', t('history'));
  }

  show(): void {
    this.view.show({ refresh: debounced(300, () => void this.load()), leave: () => this.app.map?.compare(null) });
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const page = await this.app.api.get<Versions>(`${this.path}?limit=50`);
      this.older = [];
      this.next = page.next;
      return this.draw(page);
    });
  }

  private async more(page: Versions): Promise<void> {
    const from = new URL(this.next!, location.href);
    await this.view.fill(async () => {
      const next = await this.app.api.get<Versions>(from.pathname + from.search);
      this.older.push(...next.versions);
      this.next = next.next;
      return this.draw(page);
    });
  }

  private draw(page: Versions): (Node | string)[] {
    const versions = [...page.versions, ...this.older];
    this.view.said.textContent = page.name;
    const open = h('button.button', { type: 'button', 'data-key': 'open', onclick: () => this.app.open(this.item, { fly: true }) }, t(isArea(this.item.collection) ? 'open_area' : 'open_asset'));
    return [
      page.deleted ? this.deleted(page.name) : h('div.row', null, open),
      versions.length ? h('ol.versions', null, ...versions.map((v) => this.row(v, page, versions[0]!))) : empty(t('history_empty')),
      this.next ? h('button.button', { type: 'button', 'data-key': 'more', onclick: () => void this.more(page) }, t('more')) : '',
    ];
  }

  private deleted(name: string): HTMLElement {
    const restore = h('button.button.primary', { type: 'button', id: 'restore', onclick: () => void this.restore(restore) }, t('restore'));
    return h('div.notice', null, h('p', null, t('is_deleted', { name })), this.app.session.account && !this.app.session.viewing ? restore : '');
  }

  private async restore(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    await this.app.work((w) => w.restore(this.app, this.item));
    button.disabled = false;
  }

  private row(v: Version, page: Versions, newest: Version): HTMLElement {
    const who = v.actor_title || v.actor;
    const points = isArea(this.item.collection) ? undefined : v.changes.find((c) => c.field === 'geometry');
    const on = points ? h('button.button', { type: 'button', 'data-key': `map-${v.version}`, onclick: () => this.mark(points) }, icon('eye'), t('see_on_map')) : null;
    return h(
      `li.version${v.current ? '.current' : ''}`,
      { 'data-version': v.version },
      h('h3', null, t('version_of', { n: formatNumber(v.version), op: tValue('op', v.op) }), v.current ? h('span.tag.state-published', null, t('version_current')) : null),
      h('p.small.quiet', null, [who, formatTime(v.at), v.approved_by && t('approved_by', { name: v.approved_by })].filter(Boolean).join(' · ')),
      v.reason ? h('p', null, h('span.quiet', null, `${t('reason')}: `), v.reason) : null,
      v.changes.length ? changeList(typeOf(this.app, this.item.collection), v.changes, v.moved_m) : null,
      h('div.row', null, on, this.mayRevert(v, page) ? h('button.button', { type: 'button', 'data-key': `revert-${v.version}`, onclick: () => this.askRevert(v, newest, page.name) }, t('revert')) : null, this.asOf(v)),
    );
  }

  private mark({ before, after }: FieldChange): void {
    const at = (geometry: unknown): LonLat | null => (geometry as Feature['geometry'])?.coordinates ?? null;
    this.app.map?.compare({ before: at(before), after: at(after) });
    this.app.panel.size('half');
  }

  /** The data of the day: the feature as it was then, for who works with the API. */
  private asOf(v: Version): HTMLElement | null {
    if (v.op === 'delete') return null;
    return h('a.small', { href: `${pathOf(this.item)}?datetime=${encodeURIComponent(v.at)}`, target: '_blank', rel: 'noopener' }, t('as_of_date'));
  }

  /** A guess that spares a useless button; the server decides. */
  private mayRevert(v: Version, page: Versions): boolean {
    const { session } = this.app;
    if (v.current || v.op === 'delete' || page.deleted) return false;
    return isArea(this.item.collection) ? isAdministrator(session) : isAdministrator(session) || (session.account?.grants ?? []).some((g) => mayEdit(session, g.area_code));
  }

  private askRevert(v: Version, newest: Version, name: string): void {
    ask(this.app, {
      id: 'revert-dialog',
      title: t('revert_ask', { n: formatNumber(v.version), name }),
      told: [t('revert_told', { time: formatTime(v.at) })],
      controls: [whyControl],
      go: t('revert'),
      send: ({ why }) => this.revert(v, newest, String(why)),
    });
  }

  /** Brings a version back as a new one; refused when another came after what was read. */
  private async revert(v: Version, newest: Version, reason: string): Promise<void> {
    const { app, item } = this;
    const { data } = await app.api.send<Feature | Proposal>(`${pathOf(item)}/revert`, { method: 'POST', body: { version: v.version }, headers: { 'If-Match': `"${newest.version}"` }, reason });
    const proposal = proposalOf(data);
    if (proposal) return saySent(app, proposal);
    app.toast(t('reverted', { n: formatNumber(v.version) }), { good: true });
    app.changed();
    void this.load();
  }
}
