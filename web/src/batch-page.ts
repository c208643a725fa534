import './review.css';
import './progress.css';
import './batches.css';
import { Problem } from './api';
import type { App } from './app';
import { ask } from './ask';
import { type Acting, act, askApprove, askCorrect, askSend, askWithdraw } from './batch-acts';
import { areaWords, type Batch, type BatchEvent, batchName, dueWords, isOpen, lastReturn, stateWords } from './batch';
import { figuresCheck, noteInput, type Notes } from './batch-check';
import { BatchEntry, type Values } from './batch-entry';
import { levelOf, placeWords } from './batch-figures';
import { MinutesBlock } from './batch-minutes';
import type { Saving } from './batch-saving';
import { type Difference } from './batch-sums';
import { eventTrail, markBlock, stepTrack } from './batch-trail';
import { debounced, h } from './dom';
import { control } from './form';
import { changeOf, figureWords } from './figures-form-cell';
import { FiguresForm } from './figures-form';
import { FiguresGrid } from './figures-form-grid';
import { formatNumber, t, tText, tValue } from './i18n';
import type { Registry } from './registry';
import { attempt, empty, View } from './view';

/** One batch: its figures, the minutes of its meeting, who has to look, and what was done with it. */
export class BatchPage implements Acting {
  readonly app: App;
  registry!: Registry;
  entry!: BatchEntry;
  private readonly id: number;
  private readonly view: View;
  private form: FiguresForm | null = null;
  private grid: FiguresGrid | null = null;
  private minutes: MinutesBlock | null = null;
  private byRT = false;
  /** While it is being returned. */
  private notes: Notes | null = null;
  private said = '';
  private readonly saveState = h('span.save-state.small.grow', { id: 'save-state', role: 'status' });
  private readonly undoButton: HTMLButtonElement = h('button.button', { type: 'button', id: 'undo', hidden: true, onclick: () => this.undone() }, t('figure_undo'));

  constructor(app: App, id: number) {
    this.app = app;
    this.id = id;
    this.view = new View(app, 'batch', t('batch'), h('button.button.plain', { type: 'button', id: 'to-list', onclick: () => app.view('angka') }, t('batch_list')));
  }

  show(): void {
    const hidden = (): void => void (document.visibilityState === 'hidden' && this.entry?.saving.flush());
    const away = (event: BeforeUnloadEvent): void => {
      if (this.entry?.saving.state === 'unsaved' || this.entry?.saving.state === 'saving') event.preventDefault();
    };
    const online = (): void => void this.entry?.saving.flush();
    document.addEventListener('visibilitychange', hidden);
    window.addEventListener('beforeunload', away);
    window.addEventListener('online', online);
    this.view.show({
      size: 'full',
      refresh: debounced(500, () => void this.refresh()),
      leave: () => {
        this.minutes?.leave();
        this.entry?.saving.leave();
        document.removeEventListener('visibilitychange', hidden);
        window.removeEventListener('beforeunload', away);
        window.removeEventListener('online', online);
      },
    });
    void this.load();
  }

  renew(batch: Batch, said = ''): void {
    this.notes = null;
    this.said = said;
    this.entry.batch = batch;
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      await this.entry?.saving.flush(); // what waits is in what is asked for
      this.entry?.saving.leave();
      const [known, batch] = await Promise.all([this.registry ?? this.app.api.get<Registry>('/api/indicators'), this.app.api.get<Batch>(`/api/batches/${this.id}`)]);
      this.registry = known;
      this.title(batch);
      if (!batch.figures) return [this.standing(batch), empty(t('batch_watch_only'))];
      const values = await this.app.api.get<Values>(`/api/batches/${this.id}/values?previous=true`);
      this.entry = new BatchEntry(this.app, known, batch, values, `${batchName(known, batch)}, ${areaWords(batch)}`);
      this.entry.watch({ figures: (keys) => this.figures(keys), saving: (state, why) => this.saving(state, why) });
      return this.parts(await this.correction(batch));
    });
  }

  /** Somebody wrote something: nothing here is disturbed unless this batch went on, and nothing of ours waits. */
  private async refresh(): Promise<void> {
    if (!this.entry || this.notes || this.minutes?.unsaved || this.entry.saving.state !== 'saved') return;
    const now = await this.app.api.get<Batch>(`/api/batches/${this.id}`).catch(() => null);
    if (now && now.version > this.entry.batch.version && this.entry.saving.state === 'saved' && !this.view.body.contains(document.activeElement)) await this.load();
  }

  private title(batch: Batch): void {
    this.view.heading.textContent = batchName(this.registry, batch);
    this.view.said.textContent = areaWords(batch);
  }

  private parts(correction: Node | string): Node[] {
    const { entry } = this;
    const { batch } = entry;
    const returned = lastReturn(batch);
    const parts = [
      this.standing(batch),
      this.said && h('p.notice', { role: 'alert' }, this.said),
      returned && this.returnNotice(returned),
      this.notes && this.returnHead(this.notes),
      correction,
      this.figureBlock(),
      this.minutesBlock(),
      this.notes ? '' : markBlock(this),
      this.notes ? '' : eventTrail(batch),
      this.foot(),
    ].filter((part): part is Node => part instanceof Node);
    this.saving(entry.saving.state, null);
    return parts;
  }

  /** How far it is, until when it is due, and why it is a correction. */
  private standing(batch: Batch): HTMLElement {
    const due = isOpen(batch) ? dueWords(batch.due, batch.late, new Date().toISOString().slice(0, 10)) : '';
    return h(
      'div.batch-standing',
      null,
      h('p', null, h(`span.tag.state-${batch.state}`, { id: 'batch-state' }, stateWords(batch)), due && h('span.small', { class: batch.late ? 'small over' : 'small quiet' }, ` ${due}`)),
      stepTrack(batch),
      batch.reason && h('p.small', null, t('correction_why', { why: batch.reason })),
    );
  }

  /** What was said when it came back; notes on RT too, since these stand in another tab. */
  private returnNotice({ title, by, note, cells }: BatchEvent): HTMLElement {
    const within = Object.entries(cells).filter(([key]) => placeWords(key.split('/')[0]!));
    const line = ([key, said]: [string, string]): HTMLElement => h('li', null, `${placeWords(key.split('/')[0]!)}, ${this.nameOf(key.split('/')[1]!)}: “${said}”`);
    return h('div.notice', { id: 'returned' }, h('p', null, t('returned_by', { name: title || by, note }), Object.keys(cells).length ? ` ${t('returned_cells')}` : ''), within.length ? h('ul.small', null, ...within.map(line)) : null);
  }

  private nameOf(code: string): string {
    return tText(this.entry.byCode.get(code)?.label) || code;
  }

  /** What a correction changes, against the edition before. */
  private async correction(batch: Batch): Promise<Node | string> {
    if (batch.edition < 2) return '';
    const { against, rows } = await this.app.api.get<{ against: { edition: number } | null; rows: { place: string; indicator: string; before: number | null; after: number | null }[] }>(`/api/batches/${batch.id}/difference`);
    const line = ({ place, indicator, before, after }: (typeof rows)[number]): HTMLElement => {
      const [was, is] = [before, after].map((number) => ({ number }));
      return h('li', { 'data-indicator': indicator }, [placeWords(place), this.nameOf(indicator)].filter(Boolean).join(', '), ': ', h('del', null, figureWords(was)), ' → ', h('strong', null, figureWords(is)), ` ${changeOf(is, was)}`);
    };
    return h('details.more.correction', { id: 'correction', open: !batch.can.enter }, h('summary', null, t('correction_of', { n: formatNumber(rows.length), edition: against?.edition ?? batch.edition - 1 })), rows.length ? h('ul.small', null, ...rows.map(line)) : h('p.small.quiet', null, t('correction_none')));
  }

  private figureBlock(): HTMLElement {
    const { entry } = this;
    const { batch } = entry;
    const fixed = !batch.can.enter;
    const within = entry.indicators.some((indicator) => indicator.levels.includes('rt')) && levelOf(batch.area_code) === 'kelurahan';
    const some = entry.places.length > 1;
    const tab = (rt: boolean): HTMLElement => h('button', { type: 'button', 'data-key': rt ? 'tab-rt' : 'tab-area', 'aria-current': this.byRT === rt ? 'true' : null, onclick: () => this.turn(rt) }, t(rt ? 'tab_rt' : 'tab_area'));
    this.form = null;
    this.grid = null;
    let shown: HTMLElement;
    if (this.byRT) shown = (this.grid = new FiguresGrid(this.app, entry, { fixed, said: this.notes ?? lastReturn(batch)?.cells ?? {}, note: this.notes ? (key) => this.noteOn(key) : undefined })).node;
    else if (fixed) shown = figuresCheck(entry, batch.area_code, lastReturn(batch)?.cells ?? {}, this.notes);
    else shown = (this.form = new FiguresForm(entry, batch.area_code, lastReturn(batch))).node;
    return h('section.block', { id: 'figures' }, h('h3', null, t('figures')), within && (!fixed || some) ? h('nav.tabs', { 'aria-label': t('figures') }, tab(false), tab(true)) : null, fixed ? '' : h('p.small.quiet', null, t('figures_help')), shown);
  }

  private turn(rt: boolean): void {
    this.byRT = rt;
    const old = this.view.body.querySelector('#figures');
    old?.replaceWith(this.figureBlock());
    this.view.body.querySelector<HTMLElement>(`[data-key=tab-${rt ? 'rt' : 'area'}]`)?.focus();
  }

  private minutesBlock(): HTMLElement | string {
    const { batch } = this.entry;
    const needed = this.registry.sources.find((source) => source.code === batch.source)?.minutes;
    this.minutes = needed || batch.minutes ? new MinutesBlock(this.app, this.entry, (after) => (this.entry.batch = after)) : null;
    return this.minutes?.node ?? '';
  }

  private foot(): HTMLElement {
    const { can } = this.entry.batch;
    const button = (id: string, look: string, label: string, go: (held: HTMLButtonElement) => void): HTMLElement => {
      const made: HTMLButtonElement = h(`button.button${look}`, { type: 'button', id, onclick: () => go(made) }, label);
      return made;
    };
    const last = this.entry.batch.step + 1 >= this.entry.batch.steps.length;
    const acts = this.notes
      ? [button('return-send', '.primary', t('batch_return'), (held) => void this.sendBack(held)), button('return-stop', '', t('cancel'), () => this.returning(null))]
      : [
          can.send && button('send', '.primary', t('batch_send'), (held) => void attempt(this.app, () => this.send(), held)),
          can.approve && button('approve', '.primary', t(last ? 'batch_close' : 'batch_pass'), () => askApprove(this)),
          can.return && button('return', '', t('batch_return'), () => this.returning({})),
          can.correct && button('correct', '', t('batch_correct'), () => askCorrect(this)),
          can.withdraw && button('withdraw', '.plain', t('batch_withdraw'), () => askWithdraw(this)),
        ];
    const shown = acts.filter((made) => made !== false);
    return h('div.batch-foot', { hidden: !shown.length && !can.enter }, can.enter && h('div.row', null, this.saveState, this.undoButton), h('div.row', null, ...shown));
  }

  private figures(keys: readonly string[] | null): void {
    const differences = this.entry.differences();
    this.form?.draw(differences);
    this.grid?.draw(keys, differences);
    this.undoButton.hidden = !this.entry.canUndo;
  }

  private saving(state: Saving, why: unknown): void {
    const more = why instanceof Problem ? ` ${why.message}` : '';
    this.saveState.textContent = tValue('saving', state) + (state === 'refused' ? more : '');
    this.saveState.dataset.state = state;
    if (state === 'conflict') this.form?.draw();
  }

  private undone(): void {
    const [key = ''] = this.entry.undo();
    this.form?.focus(key.split('/')[1] ?? '');
  }

  /** Saves what waits, then asks; what hinders is said where it is mended. */
  private async send(): Promise<void> {
    const { entry } = this;
    await entry.saving.flush();
    if (!(await (this.minutes?.keep() ?? Promise.resolve(true)))) return;
    if (entry.saving.state !== 'saved') return void this.app.toast(t('send_unsaved'), { seconds: 8 });
    const open = entry.differences().filter((difference) => !difference.explained);
    if (open.length) return this.explain(open);
    askSend(this, (problem) => this.blamed(problem));
  }

  private explain(open: Difference[]): void {
    const [first] = open;
    this.app.toast(t('send_differences', { n: formatNumber(open.length) }), { seconds: 8 });
    if (this.byRT) this.turn(false);
    if (first) this.form?.focus(first.indicator, true);
  }

  private blamed(problem: Problem): void {
    const at = (start: string): boolean => problem.errors.some(({ pointer }) => pointer.startsWith(start));
    this.app.toast(problem.errors.map(({ message }) => message).join(' ') || problem.message, { seconds: 10 });
    if (at('/minutes')) this.minutes?.focus();
    else if (at('/values')) this.form?.focus(this.entry.differences().find((d) => !d.explained)?.indicator ?? this.entry.indicators[0]?.code ?? '', at('/values/'));
  }

  private returning(notes: Notes | null): void {
    this.notes = notes;
    this.byRT = false;
    void this.view.fill(async () => this.parts(await this.correction(this.entry.batch))).then(() => {
      this.view.body.querySelector<HTMLElement>(notes ? '#note-all' : '#return')?.focus();
      if (notes) this.app.panel.body.scrollTop = 0;
    });
  }

  private returnHead(notes: Notes): HTMLElement {
    return h('div.block', null, noteInput(notes, '', t('return_note')), h('p.field-error', { id: 'return-wrong', role: 'alert', hidden: true }, t('return_note_required')), h('p.small.quiet', null, t('return_help')));
  }

  /** A note on a figure of an RT, for which the sheet itself has no room. */
  private noteOn(key: string): void {
    const notes = this.notes!;
    const [place = '', code = ''] = key.split('/');
    ask(this.app, {
      id: 'note-dialog',
      title: t('note_at', { name: `${placeWords(place)}, ${this.nameOf(code)}` }),
      controls: [control('note', 'Catatan', 'Note', { kind: 'area', maxLength: 1000 })],
      values: { note: notes[key] ?? null },
      go: t('save'),
      send: async ({ note }) => {
        if (note) notes[key] = String(note);
        else delete notes[key];
        this.grid?.draw([key]);
      },
    });
  }

  private async sendBack(held: HTMLButtonElement): Promise<void> {
    const cells = Object.fromEntries(Object.entries(this.notes ?? {}).flatMap(([key, note]) => (key && note.trim() ? [[key, note.trim()]] : [])));
    const note = this.notes?.['']?.trim() || (Object.keys(cells).length ? t('return_see_cells') : '');
    if (note) return attempt(this.app, () => act(this, 'return', { note, cells }), held);
    this.view.body.querySelector('#return-wrong')?.removeAttribute('hidden');
    this.view.body.querySelector<HTMLElement>('#note-all')?.focus();
  }
}
