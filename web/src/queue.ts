import './review.css';
import type { App } from './app';
import { ask } from './ask';
import { debounced, h } from './dom';
import { addWords, formatDate, formatNumber, t, tText } from './i18n';
import type { Proposal, ProposalList } from './proposal';
import { ProposalCard, proposalButton } from './proposal-card';
import { dropRecap, printRecap } from './recap';
import { empty, View } from './view';
import * as words from './words-review';

addWords(words);

/** Shows what waits for a step of this person; `arg` is the proposal that is opened first. */
export function show(app: App, arg: string): void {
  new Queue(app, Number(arg) || 0).show();
}

/** So many are asked for at once; after a decision the next ones come. */
const most = 200;

interface Result {
  id: number;
  ok: boolean;
  state: string;
  problem: string | null;
}

/** The proposals of one kelurahan. */
export interface AreaGroup {
  code: string;
  name: string;
  proposals: Proposal[];
}

/** By kelurahan in the order of their names, within one the oldest first. */
export function groupByArea(proposals: Proposal[]): AreaGroup[] {
  const groups = new Map<string, AreaGroup>();
  for (const proposal of [...proposals].sort((a, b) => a.sent_at.localeCompare(b.sent_at))) {
    const group = groups.get(proposal.area_code) ?? { code: proposal.area_code, name: proposal.area_name, proposals: [] };
    group.proposals.push(proposal);
    groups.set(proposal.area_code, group);
  }
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name) || a.code.localeCompare(b.code));
}

class Queue {
  private readonly app: App;
  private readonly view: View;
  private readonly ticked = new Set<number>();
  private proposals: Proposal[] = [];
  private matched = 0;
  private type = '';
  private open: number;
  private card: ProposalCard | null = null;
  private results: HTMLElement | null = null;

  constructor(app: App, open: number) {
    this.app = app;
    this.open = open;
    this.view = new View(app, 'queue', t('queue'));
  }

  show(): void {
    const refresh = debounced(300, () => void (this.card?.writing || this.load()));
    const leave = (): void => {
      this.app.map?.compare(null);
      dropRecap();
    };
    this.view.show({ refresh, leave });
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const query = new URLSearchParams({ for: 'review', limit: String(most), ...(this.type && { type: this.type }) });
      const page = await this.app.api.get<ProposalList>(`/api/proposals?${query}`);
      this.proposals = groupByArea(page.proposals).flatMap((group) => group.proposals);
      this.matched = page.matched;
      for (const id of this.ticked) if (!this.proposals.some((p) => p.id === id)) this.ticked.delete(id);
      this.follow();
      return this.draw();
    });
  }

  /** Keeps the opened one as it is now; what was decided elsewhere closes. */
  private follow(): void {
    const now = this.proposals.find((p) => p.id === this.open);
    if (!now) {
      if (this.card) this.app.map?.compare(null);
      this.open = 0;
      this.card = null;
    } else if (this.card?.proposal.id === now.id) {
      this.card.update(now);
      this.card.mark();
    } else this.openCard(now);
  }

  private openCard(proposal: Proposal): void {
    this.open = proposal.id;
    this.card = new ProposalCard(this.app, proposal, (after) => void this.decided(after));
    this.card.mark();
  }

  private draw(): (Node | string)[] {
    this.view.said.textContent = this.matched > this.proposals.length ? t('queue_first', { n: formatNumber(this.matched), shown: formatNumber(this.proposals.length) }) : t('queue_count', { n: formatNumber(this.matched) });
    if (!this.proposals.length) return [this.filter(), this.results ?? '', empty(t('queue_empty'))];
    const groups = groupByArea(this.proposals).map((group) =>
      h('section.block', { 'data-area': group.code }, h('h3', null, group.name, h('span.quiet', null, formatNumber(group.proposals.length))), h('ul.items.queue', null, ...group.proposals.map((p) => this.row(p)))),
    );
    return [this.filter(), this.tools(), this.results ?? '', ...groups];
  }

  private redraw(): Promise<void> {
    return this.view.fill(async () => this.draw());
  }

  private filter(): HTMLElement {
    const options = [['', t('all_types')], ...this.app.types.map((type) => [type.name, tText(type.label)])];
    const select = h('select.input', { id: 'queue-type', 'aria-label': t('filter_type') }, ...options.map(([value, label]) => h('option', { value, selected: value === this.type }, label)));
    select.addEventListener('change', () => {
      this.type = select.value;
      void this.load();
    });
    return select;
  }

  private tools(): HTMLElement {
    const able = this.proposals.filter((p) => p.can.approve);
    const all = able.length > 0 && able.every((p) => this.ticked.has(p.id));
    const box = h('input', { type: 'checkbox', id: 'tick-all', checked: all, onchange: () => this.tickAll(able, box.checked) });
    const n = this.ticked.size;
    return h(
      'div.row.queue-tools',
      null,
      able.length ? h('label.check.grow', null, box, t('tick_all')) : null,
      h('button.button', { type: 'button', id: 'print-recap', onclick: () => printRecap(this.app, n ? this.chosen() : this.proposals) }, t('print_recap')),
      n ? h('button.button.primary.wide', { type: 'button', id: 'approve-ticked', onclick: () => this.askApprove() }, t('approve_ticked', { n: formatNumber(n) })) : null,
    );
  }

  private tickAll(able: Proposal[], on: boolean): void {
    for (const { id } of able) this.tick(id, on);
    void this.redraw();
  }

  private tick(id: number, on: boolean): void {
    if (on) this.ticked.add(id);
    else this.ticked.delete(id);
  }

  private chosen(): Proposal[] {
    return this.proposals.filter((p) => this.ticked.has(p.id));
  }

  private row(p: Proposal): HTMLElement {
    const open = p.id === this.open;
    const box = h('input', { type: 'checkbox', id: `tick-${p.id}`, checked: this.ticked.has(p.id), 'aria-label': t('tick', { name: p.name }), onchange: () => (this.tick(p.id, box.checked), void this.redraw()) });
    const tag = p.changes.some((c) => c.conflict) ? h('span.tag', null, t('colliding')) : null;
    const under = [p.author.title || p.author.name, formatDate(p.sent_at)];
    return h(
      'li',
      { 'data-id': p.id, class: open ? 'opened' : null },
      h('div.queue-row', null, p.can.approve ? h('label.check', null, box) : null, proposalButton(this.app, p, { open, tag, under, toggle: () => this.toggle(p) })),
      open ? (this.card?.node ?? null) : null,
    );
  }

  private toggle(proposal: Proposal): void {
    if (this.open === proposal.id) {
      this.open = 0;
      this.card = null;
      this.app.map?.compare(null);
    } else this.openCard(proposal);
    void this.redraw().then(() => this.scroll());
  }

  /** After a decision the next one opens. */
  private async decided(after: Proposal): Promise<void> {
    const at = this.proposals.findIndex((p) => p.id === after.id);
    const next = this.proposals[at + 1] ?? this.proposals[at - 1];
    this.ticked.delete(after.id);
    this.open = next?.id ?? 0;
    this.card = null;
    this.results = null;
    this.app.map?.compare(null);
    await this.load();
    this.view.body.querySelector<HTMLElement>(`[data-key='proposal-${this.open}']`)?.focus();
    this.scroll();
  }

  private scroll(): void {
    this.card?.intoSight();
  }

  private askApprove(): void {
    const chosen = this.chosen();
    const told = h('ul.small', null, ...chosen.slice(0, 10).map((p) => h('li', null, `${p.name} · ${p.area_name}`)), chosen.length > 10 ? h('li', null, t('and_more', { n: formatNumber(chosen.length - 10) })) : null);
    ask(this.app, { id: 'approve-dialog', title: t('approve_ask', { n: formatNumber(chosen.length) }), told: [told], go: t('approve'), send: () => this.approve(chosen) });
  }

  /** Approves each on its own, with the version that was read; says which were not taken, and why. */
  private async approve(chosen: Proposal[]): Promise<void> {
    const items = chosen.map(({ id, version, asset_version }) => ({ id, version, asset_version }));
    const { results } = await this.app.api.write<{ results: Result[] }>('POST', '/api/proposals/approve', { items });
    const failed = results.filter((r) => !r.ok);
    const name = (id: number): string => chosen.find((p) => p.id === id)?.name ?? String(id);
    this.results = h(
      `div.notice${failed.length ? '' : '.good'}`,
      { id: 'approve-results', role: 'status' },
      h('p', null, t('approved_count', { n: formatNumber(results.length - failed.length) })),
      failed.length ? h('ul.small', null, ...failed.map((r) => h('li', { 'data-id': r.id }, `${name(r.id)}: ${r.problem ?? ''}`))) : null,
    );
    this.ticked.clear();
    this.app.changed();
    this.app.waiting();
    await this.load();
  }
}
