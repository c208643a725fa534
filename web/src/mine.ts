import './review.css';
import type { App } from './app';
import { debounced, h } from './dom';
import { addWords, formatDate, formatNumber, t } from './i18n';
import { type Proposal, type ProposalList, type ProposalState, stateWords } from './proposal';
import { ProposalCard, proposalButton } from './proposal-card';
import { empty, View } from './view';
import * as words from './words-review';

addWords(words);

/** Shows what this person sent, what came back first; or the one proposal that `arg` names, whoever sent it. */
export function show(app: App, arg: string): void {
  new Mine(app, Number(arg) || 0).show();
}

const order: ProposalState[] = ['returned', 'sent', 'checking', 'rejected', 'withdrawn', 'published'];

/** What came back first, then what is on its way, then what is closed; in each the newest first. */
export function sortMine(proposals: Proposal[]): Proposal[] {
  const rank = (p: Proposal): number => Math.min(order.indexOf(p.state), p.closed_at ? 3 : 1);
  return [...proposals].sort((a, b) => rank(a) - rank(b) || b.changed_at.localeCompare(a.changed_at));
}

class Mine {
  private readonly app: App;
  private readonly view: View;
  private open: number;
  private card: ProposalCard | null = null;
  private closed = false;

  constructor(app: App, open: number) {
    this.app = app;
    this.open = open;
    this.view = new View(app, 'mine', t('mine_title'));
  }

  show(): void {
    this.view.show({ refresh: debounced(300, () => void (this.card?.writing || this.load())), leave: () => this.app.map?.compare(null) });
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const { api } = this.app;
      const ask = (state: string): Promise<ProposalList> => api.get<ProposalList>(`/api/proposals?for=mine&state=${state}&limit=100`);
      const [opened, closed, one] = await Promise.all([ask('open'), this.closed ? ask('closed') : null, this.open ? api.get<Proposal>(`/api/proposals/${this.open}`) : null]);
      if (one) this.follow(one);
      return this.draw(sortMine(opened.proposals), closed && sortMine(closed.proposals), one);
    });
  }

  private follow(now: Proposal): void {
    if (this.card?.proposal.id === now.id) this.card.update(now);
    else {
      this.card = new ProposalCard(this.app, now, () => {
        this.card = null;
        void this.load().then(() => this.scroll());
      });
    }
    this.card.mark();
  }

  private scroll(): void {
    this.card?.intoSight();
  }

  private draw(opened: Proposal[], closed: Proposal[] | null, one: Proposal | null): (Node | string)[] {
    const listed = [...opened, ...(closed ?? [])];
    const returned = opened.filter((p) => p.state === 'returned').length;
    this.view.said.textContent = [t('mine_count', { n: formatNumber(opened.length) }), returned && t('mine_returned', { n: formatNumber(returned) })].filter(Boolean).join(' · ');
    // One that is closed, or another's, stands above the list.
    const apart = one && !listed.some((p) => p.id === one.id) ? h('ul.items.queue', null, this.row(one)) : '';
    const more = h('button.button', { type: 'button', id: 'mine-closed', onclick: () => ((this.closed = true), void this.load()) }, t('mine_closed_show'));
    return [
      apart,
      opened.length ? h('ul.items.queue', null, ...opened.map((p) => this.row(p))) : apart ? '' : empty(t('mine_empty')),
      closed ? h('section.block', null, h('h3', null, t('mine_closed')), closed.length ? h('ul.items.queue', null, ...closed.map((p) => this.row(p))) : empty(t('mine_closed_empty'))) : more,
    ];
  }

  private row(p: Proposal): HTMLElement {
    const open = p.id === this.open;
    const tag = h(`span.tag.state-${p.state}`, null, stateWords(p));
    return h(
      'li',
      { 'data-id': p.id, 'data-state': p.state, class: open ? 'opened' : null },
      proposalButton(this.app, p, { open, tag, under: [p.area_name, formatDate(p.changed_at)], toggle: () => this.toggle(p) }),
      open ? (this.card?.node ?? null) : null,
    );
  }

  private toggle(proposal: Proposal): void {
    const opening = this.open !== proposal.id;
    this.open = opening ? proposal.id : 0;
    this.card = null;
    if (!opening) this.app.map?.compare(null);
    void this.load().then(() => this.scroll());
  }
}
