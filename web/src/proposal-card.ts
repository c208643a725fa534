import { Problem } from './api';
import { type App, typeOf } from './app';
import { ask } from './ask';
import { changeList, type FieldChange, fieldLabel, mainChanges, valueWords } from './compare';
import { conflictForm, type Keep } from './conflict';
import { badge, h } from './dom';
import { whyControl } from './form';
import { formatTime, t, tValue } from './i18n';
import type { MapView } from './map';
import { fieldNotes, lastNote, pointerOf, type Proposal, type ProposalEvent, placesOf, stepWords, verbWords } from './proposal';
import { bringToTop } from './sight';
import { attempt } from './view';

/** A proposal in a list: a button that opens and closes it. */
export function proposalButton(app: App, proposal: Proposal, { open, tag, under, toggle }: { open: boolean; tag: HTMLElement | null; under: string[]; toggle: () => void }): HTMLElement {
  const type = typeOf(app, proposal.type);
  const what = verbWords(proposal, type, mainChanges(proposal.changes).map((change) => fieldLabel(type, change).toLowerCase()));
  return h(
    'button.open',
    { type: 'button', 'data-key': `proposal-${proposal.id}`, 'aria-expanded': String(open), onclick: toggle },
    badge(type),
    h('span.doubt', null, h('span.doubt-name', null, proposal.name, tag), h('span.small', null, what), h('span.small.quiet', null, under.join(' · '))),
  );
}

/**
 * One proposal in full: what it changes, who sent it and why, what was said about it, and
 * what this person may do with it. `decided` runs once the server has taken a decision.
 */
export class ProposalCard {
  readonly node: HTMLElement;
  proposal: Proposal;
  private readonly app: App;
  private readonly decided: (proposal: Proposal) => void;
  private said = '';
  private markedOn: MapView | null = null;
  /** While it is being returned: the notes by field, '' the one for all. */
  private notes: Record<string, string> | null = null;

  constructor(app: App, proposal: Proposal, decided: (proposal: Proposal) => void) {
    this.app = app;
    this.proposal = proposal;
    this.decided = decided;
    this.node = h('article.proposal', { 'aria-label': proposal.name });
    this.draw();
  }

  /** Whether a note is being written, which nothing may disturb. */
  get writing(): boolean {
    return this.notes !== null;
  }

  /** Brings it to the top of the panel, below the title that stays there. Only the panel moves. */
  intoSight(): void {
    bringToTop(this.app.panel.body, this.node.parentElement);
  }

  /** Old and new place on the map, once: also when the map comes later than the proposal. */
  mark(): void {
    const { map } = this.app;
    if (this.markedOn !== map) map?.compare(placesOf(this.proposal));
    this.markedOn = map;
  }

  /** Takes how it stands now; when it went on since it was read, says so. */
  update(proposal: Proposal): void {
    const same = proposal.version === this.proposal.version && proposal.asset_version === this.proposal.asset_version;
    if (!same) this.renew(proposal, t('changed_since_read'));
  }

  private renew(proposal: Proposal, said: string): void {
    this.proposal = proposal;
    this.said = said;
    this.draw();
    this.markedOn = null;
    this.mark();
  }

  private draw(): void {
    const { proposal: p } = this;
    const type = typeOf(this.app, p.type);
    // A new one stands in the list of its kelurahan already.
    const shown = p.changes.filter((change) => change.field !== 'area_code' || change.before !== null || change.after !== p.area_code);
    const changes = changeList(type, shown, p.moved_m, (change) => this.beside(change));
    const content = [
      this.said && h('p.notice', { role: 'alert' }, this.said),
      this.verdict(),
      p.verb === 'delete' || p.verb === 'restore' ? h('p', null, t(`verb_${p.verb}_told`)) : null,
      shown.length ? changes : null,
      p.reason && h('p', null, h('span.quiet', null, `${t('reason')}: `), p.reason),
      h('p.small.quiet', null, t('sent_by', { name: p.author.title || p.author.name, time: formatTime(p.sent_at) })),
      this.trail(),
    ];
    const parts = content.filter((part) => part instanceof Node);
    this.node.replaceChildren(...(this.notes ? [this.returnForm(this.notes, parts)] : [...parts, this.actions()]));
  }

  /** What its reviewer said, where it came back or was refused. */
  private verdict(): HTMLElement | null {
    const said = lastNote(this.proposal);
    if (!said?.note || !['returned', 'rejected'].includes(said.action)) return null;
    return h('p.notice', null, t('note_by', { name: said.title || said.actor, note: said.note }));
  }

  /** What belongs to a field: the note about it, what somebody else made of it meanwhile, or room for a note. */
  private beside(change: FieldChange): Node | null {
    const { proposal: p, notes } = this;
    const type = typeOf(this.app, p.type);
    const note = p.state === 'returned' ? fieldNotes(lastNote(p))[change.field] : '';
    const input = notes ? this.noteInput(notes, change.field, t('note_for', { field: fieldLabel(type, change) })) : null;
    const collides = change.conflict ? h('p.notice.small', null, t('collides', { base: valueWords(type, change.field, change.base) || t('empty_value'), now: valueWords(type, change.field, change.before) || t('empty_value') })) : null;
    return note || input || collides ? h('div', null, note ? h('p.field-note', null, note) : '', collides ?? '', input ?? '') : null;
  }

  private noteInput(notes: Record<string, string>, field: string, label: string): HTMLElement {
    const id = `note-${this.proposal.id}-${field}`;
    const props = { id, maxlength: 1000, oninput: (event: Event) => (notes[field] = (event.target as HTMLInputElement).value) };
    const input = field ? h('input.input', { ...props, autocomplete: 'off' }) : h('textarea.input', { ...props, rows: 2 });
    input.value = notes[field] ?? '';
    return h('div.field', null, h('label.label', { for: id }, label), input);
  }

  private trail(): HTMLElement | null {
    const { events } = this.proposal;
    if (events.length < 2) return null;
    const row = (event: ProposalEvent): HTMLElement =>
      h('li', null, h('span', null, [tValue('did', event.action), event.step && tValue('step', event.step)].filter(Boolean).join(': ')), h('span.small.quiet', null, [event.title || event.actor, formatTime(event.at), event.note && `“${event.note}”`].filter(Boolean).join(' · ')));
    return h('details.more', null, h('summary', null, t('trail', { n: events.length })), h('ol.trail', null, ...events.map(row)));
  }

  private actions(): HTMLElement {
    const { proposal: p, app } = this;
    const collisions = p.changes.filter((change) => change.conflict);
    const settling = p.can.correct && collisions.length > 0;
    const button = (key: string, look: string, label: string, act: (held: HTMLButtonElement) => void): HTMLElement => {
      const made = h(`button.button${look}`, { type: 'button', 'data-act': key, onclick: () => act(made) }, label);
      return made;
    };
    const correctable = p.can.correct && !settling && p.after;
    return h(
      'div.actions',
      null,
      settling && this.settle(collisions),
      p.can.approve && !collisions.length && button('approve', '.primary.wide', t(p.step + 1 < p.steps.length ? 'approve_on' : 'approve'), (held) => void attempt(app, () => this.decide('approve', { asset_version: p.asset_version }), held)),
      p.can.return && button('return', '', t('give_back'), () => this.startReturn()),
      p.can.reject && button('reject', '.danger', t('reject'), () => this.askReject()),
      correctable && button('correct', p.state === 'returned' ? '.primary.wide' : '', t('correct'), () => void app.work((w) => w.correctProposal(app, p))),
      p.can.correct && !p.after && p.state === 'returned' && button('again', '.primary.wide', t('send_again'), () => this.askAgain()),
      p.can.withdraw && button('withdraw', '.danger', t('withdraw'), () => this.askWithdraw()),
      p.asset_id !== null && p.before && button('asset', '', t('open_asset'), () => app.open({ collection: p.type, id: p.asset_id! }, { fly: true })),
    );
  }

  /** Two people changed the same field: the author chooses whose stays, and it is sent again, or withdrawn when nothing of it is left. */
  private settle(collisions: FieldChange[]): HTMLElement {
    const { proposal: p, app } = this;
    const type = typeOf(app, p.type);
    const conflicts = collisions.map((c) => ({ name: c.field, mine: c.after, theirs: c.before }));
    const send = (keep: Keep): Promise<void> => this.write('PATCH', '', { feature: {}, keep: Object.fromEntries(Object.entries(keep).map(([field, whose]) => [pointerOf(field), whose])) });
    const chosen = (keep: Keep): void => {
      const left = p.changes.some((change) => keep[change.field] !== 'theirs');
      if (left) void attempt(app, () => send(keep));
      else this.askWithdraw();
    };
    return type ? conflictForm(type, conflicts, String(p.before?.properties.updated_at ?? ''), chosen) : h('div');
  }

  private startReturn(): void {
    this.notes = {};
    this.draw();
    this.node.querySelector<HTMLElement>('textarea')?.focus();
  }

  /** The proposal with room for a note on it and on each field. */
  private returnForm(notes: Record<string, string>, parts: Node[]): HTMLElement {
    const wrong = h('p.field-error', { role: 'alert', hidden: true }, t('note_required'));
    const send = (event: Event): void => {
      event.preventDefault();
      const fields = Object.fromEntries(Object.entries(notes).flatMap(([field, note]) => (field && note.trim() ? [[pointerOf(field), note.trim()]] : [])));
      const note = notes['']?.trim() || (Object.keys(fields).length ? t('see_fields') : '');
      wrong.hidden = note !== '';
      if (note) void attempt(this.app, () => this.decide('return', { note, fields }), (event as SubmitEvent).submitter as HTMLButtonElement);
      else this.node.querySelector<HTMLElement>('textarea')?.focus();
    };
    const stop = (): void => {
      this.notes = null;
      this.draw();
      this.node.querySelector<HTMLElement>('[data-act=return]')?.focus();
    };
    return h(
      'form.proposal',
      { novalidate: true, onsubmit: send },
      this.noteInput(notes, '', t('note_for_author')),
      wrong,
      ...parts,
      h('div.row', null, h('button.button.primary.grow', { type: 'submit', 'data-act': 'return-send' }, t('give_back')), h('button.button', { type: 'button', onclick: stop }, t('cancel'))),
    );
  }

  private askReject(): void {
    ask(this.app, { id: 'reject-dialog', title: t('reject_ask', { name: this.proposal.name }), told: [t('reject_told')], controls: [whyControl], go: t('reject'), danger: true, send: ({ why }) => this.decide('reject', { note: why }) });
  }

  private askWithdraw(): void {
    ask(this.app, { id: 'withdraw-dialog', title: t('withdraw_ask', { name: this.proposal.name }), told: [t('withdraw_told')], go: t('withdraw'), danger: true, send: () => this.decide('withdraw', {}) });
  }

  /** A deletion that came back has no fields to correct: it is sent again with a reason. */
  private askAgain(): void {
    ask(this.app, { id: 'again-dialog', title: t('again_ask', { name: this.proposal.name }), controls: [whyControl], go: t('send_again'), send: ({ why }) => this.write('PATCH', '', { feature: {}, reason: why }) });
  }

  private decide(act: 'approve' | 'return' | 'reject' | 'withdraw', body: Record<string, unknown>): Promise<void> {
    return this.write('POST', `/${act}`, body);
  }

  /** Sends with the version that was read; when it moved on, shows how it stands instead. */
  private async write(method: 'POST' | 'PATCH', path: string, body: Record<string, unknown>): Promise<void> {
    const { app, proposal: p } = this;
    try {
      const after = await app.api.write<Proposal>(method, `/api/proposals/${p.id}${path}`, { version: p.version, ...body });
      this.notes = null;
      app.toast(after.state === 'checking' && path === '/approve' ? t('passed_on', { step: stepWords(after) }) : tValue('now', after.state), { good: true });
      if (after.state === 'published') app.changed();
      app.waiting();
      this.decided(after);
    } catch (error) {
      const now = error instanceof Problem ? await this.nowOf(error) : null;
      if (!now) throw error;
      this.renew(now, error instanceof Problem && error.status === 412 ? t('changed_since_read') : (error as Problem).message);
      this.intoSight();
    }
  }

  /** How it stands, where it was refused because it moved on or collides. */
  private async nowOf(error: Problem): Promise<Proposal | null> {
    if (error.status === 412 && error.body.current) return error.body.current as Proposal;
    if (error.status === 412 || error.slug === 'conflicting') return this.app.api.get<Proposal>(`/api/proposals/${this.proposal.id}`).catch(() => null);
    return null;
  }
}
