import './review.css';
import './progress.css';
import './batches.css';
import type { App } from './app';
import { ask } from './ask';
import { areaWords, type Batch, batchName, type BatchList, dueWords, stateWords, waitingOf } from './batch';
import { keptEdits } from './batch-kept';
import { askNew } from './batch-new';
import { BatchOverview, type Overview } from './batch-overview';
import { BatchPage } from './batch-page';
import { resendKept } from './batch-resend';
import { batchTabs } from './batch-tabs';
import { debounced, h } from './dom';
import { addWords, formatNumber, t } from './i18n';
import { lastEnded } from './period';
import { type Registry, sourcesFor } from './registry';
import { attempt, empty, View } from './view';
import * as words from './words-batches';
import * as reviewWords from './words-review';

addWords(reviewWords);
addWords(words);

/** Angka: what waits for this person, `semua` all areas at a glance, a number one batch. */
export function show(app: App, arg: string): void {
  if (/^\d+$/.test(arg)) new BatchPage(app, Number(arg)).show();
  else if (arg.startsWith('semua')) new BatchOverview(app, arg.slice('semua/'.length)).show();
  else new Batches(app).show();
}

const most = 200;
const few = 5;

interface Result {
  id: number;
  ok: boolean;
  problem: string | null;
}
/** An area that has no batch yet of a period that is over. */
interface NotBegun {
  area_code: string;
  area_name: string;
  source: string;
  period: string;
  due: string | null;
  late: boolean;
}

class Batches {
  private readonly app: App;
  private readonly view: View;
  private registry: Registry | null = null;
  private readonly ticked = new Set<number>();
  private results: HTMLElement | null = null;

  constructor(app: App) {
    this.app = app;
    this.view = new View(app, 'batches', t('batches'));
  }

  show(): void {
    const online = (): void => void this.resend();
    window.addEventListener('online', online);
    this.view.show({ size: 'full', refresh: debounced(500, () => void this.load()), leave: () => window.removeEventListener('online', online) });
    void this.load().then(online);
  }

  /** What this device kept goes to the server now. */
  private async resend(): Promise<void> {
    if (!this.registry || !keptEdits(this.app.session.account?.id ?? 0).length) return;
    if (await resendKept(this.app, this.registry)) this.app.toast(t('kept_sent'), { good: true });
    await this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const { api } = this.app;
      const list = (asked: string): Promise<BatchList> => api.get<BatchList>(`/api/batches?${asked}&limit=${most}`);
      const [registry, check, all] = await Promise.all([this.registry ?? api.get<Registry>('/api/indicators'), list('for=check'), list('state=open')]);
      this.registry = registry;
      const batches = [...new Map([...all.batches, ...check.batches].map((batch) => [batch.id, batch])).values()];
      return this.parts(registry, batches, await this.notBegun(registry));
    });
  }

  private parts(registry: Registry, batches: Batch[], begin: NotBegun[]): (Node | string)[] {
    const waiting = waitingOf(batches);
    const n = waiting.returned.length + waiting.check.length + waiting.fill.length + begin.length;
    this.view.said.textContent = t('batches_count', { n: formatNumber(n) });
    for (const id of this.ticked) if (!waiting.check.some((batch) => batch.id === id)) this.ticked.delete(id);
    const section = (key: 'returned' | 'check' | 'fill', title: string, list: Batch[], tools: Node | string = ''): HTMLElement | string =>
      list.length ? h('section.block', { 'data-waits': key }, h('h3', null, title, h('span.quiet', null, formatNumber(list.length))), tools, h('ul.items.queue', null, ...list.map((batch) => this.row(registry, batch, key === 'check')))) : '';
    return [
      batchTabs(this.app, ''),
      this.tools(registry),
      this.kept(),
      this.results ?? '',
      n ? '' : empty(t('batches_none')),
      section('returned', t('batches_returned'), waiting.returned),
      section('check', t('batches_check'), waiting.check, this.tickTools(waiting.check)),
      begin.length ? h('section.block', { 'data-waits': 'begin' }, h('h3', null, t('batches_begin'), h('span.quiet', null, formatNumber(begin.length))), h('ul.items.queue', null, ...begin.map((one) => this.beginRow(registry, one)))) : '',
      section('fill', t('batches_fill'), waiting.fill),
      this.others(registry, waiting.others),
    ];
  }

  /** What goes its way without this person: folded where it is much. */
  private others(registry: Registry, others: Batch[]): HTMLElement | string {
    if (!others.length) return '';
    return h('details.more.block', { 'data-waits': 'others', open: others.length <= few }, h('summary', null, t('batches_others', { n: formatNumber(others.length) })), h('ul.items.queue', null, ...others.map((batch) => this.row(registry, batch, false))));
  }

  private tools(registry: Registry): HTMLElement | string {
    const may = this.app.session.viewing ? {} : (this.app.session.account?.may ?? {});
    const button = (id: string, label: string, look: string, act: () => void): HTMLElement => h(`button.button${look}`, { type: 'button', id, onclick: act }, label);
    const made = [
      may.enter && button('batch-new', t('batch_new'), '.primary', () => askNew(this.app, registry)),
      may.enter && button('to-import', t('batch_import'), '', () => this.app.view('impor')),
      may.figures && button('to-reconcile', t('reconcile'), '', () => this.app.view('cocokkan')),
    ].filter((one) => one);
    return made.length ? h('div.row.batch-tools', null, ...made) : '';
  }

  /** What this device has that was never saved. */
  private kept(): HTMLElement | string {
    const kept = keptEdits(this.app.session.account?.id ?? 0);
    if (!kept.length) return '';
    const line = (one: (typeof kept)[number]): HTMLElement => h('li', null, h('button.button.plain', { type: 'button', 'data-kept': one.batch, onclick: () => this.app.view('angka', String(one.batch)) }, t('kept_one', { name: one.name, n: formatNumber(one.edits.length) })));
    return h('div.notice', { id: 'kept' }, h('p', null, t('kept_told')), h('ul', null, ...kept.map(line)));
  }

  private row(registry: Registry, batch: Batch, tickable: boolean): HTMLElement {
    const due = dueWords(batch.due, batch.late, new Date().toISOString().slice(0, 10));
    const told = batch.figures ? t('batch_told', { n: formatNumber(batch.figures.told), places: formatNumber(batch.figures.places) }) : '';
    const box = h('input', { type: 'checkbox', id: `tick-${batch.id}`, checked: this.ticked.has(batch.id), 'aria-label': t('tick', { name: `${batchName(registry, batch)}, ${areaWords(batch)}` }), onchange: () => this.tick(batch.id, box.checked) });
    return h(
      'li',
      { 'data-id': batch.id },
      h(
        'div.queue-row',
        null,
        tickable && h('label.check', null, box),
        h(
          'button.open',
          { type: 'button', 'data-key': `batch-${batch.id}`, onclick: () => this.app.view('angka', String(batch.id)) },
          h('span.doubt', null, h('span.doubt-name', null, areaWords(batch), h(`span.tag.state-${batch.state}`, null, stateWords(batch))), h('span.small', null, batchName(registry, batch)), h('span.small', { class: batch.late ? 'small over' : 'small quiet' }, [due, told].filter(Boolean).join(' · '))),
        ),
      ),
    );
  }

  private beginRow(registry: Registry, one: NotBegun): HTMLElement {
    const due = dueWords(one.due, one.late, new Date().toISOString().slice(0, 10));
    const begin: HTMLButtonElement = h('button.button.primary', { type: 'button', 'data-begin': `${one.source} ${one.period} ${one.area_code}`, onclick: () => void attempt(this.app, () => this.begin(one), begin) }, t('batch_begin'));
    return h('li', null, h('div.queue-row', null, h('span.doubt.grow', null, h('span.doubt-name', null, areaWords(one)), h('span.small', null, batchName(registry, { ...one, edition: 1 })), due && h('span.small', { class: one.late ? 'small over' : 'small quiet' }, due)), begin));
  }

  private async begin({ area_code, source, period }: NotBegun): Promise<void> {
    const batch = await this.app.api.write<Batch>('POST', '/api/batches', { area_code, source, period });
    this.app.view('angka', String(batch.id));
  }

  /** The periods that are over and that a PIC's own areas have not begun. */
  private async notBegun(registry: Registry): Promise<NotBegun[]> {
    const { session, api } = this.app;
    const areas = (session.account?.grants ?? []).filter((grant) => grant.role === 'pic' && grant.area_code.length === 13).map((grant) => grant.area_code);
    if (session.viewing || !areas.length) return [];
    const asked = areas.flatMap((area) => sourcesFor(session, registry).filter((source) => source.origin === 'area' && !source.legacy).map((source) => ({ area, source: source.code, period: lastEnded(source.periods[0]!) })));
    const answers = await Promise.all(asked.map(async (ask) => ({ ...ask, overview: await api.get<Overview>(`/api/batches/overview?${new URLSearchParams(ask)}`) })));
    return answers.flatMap(({ source, period, overview }) => overview.rows.filter((row) => row.state === 'none').map(({ area_code, area_name, late }) => ({ area_code, area_name, late, source, period, due: overview.due })));
  }

  private tickTools(check: Batch[]): HTMLElement | string {
    if (check.length < 2) return '';
    const all = check.every((batch) => this.ticked.has(batch.id));
    const box = h('input', { type: 'checkbox', id: 'tick-all', checked: all, onchange: () => this.tickAll(check, box.checked) });
    const n = this.ticked.size;
    return h('div.row.queue-tools', null, h('label.check.grow', null, box, t('tick_all')), n ? h('button.button.primary.wide', { type: 'button', id: 'approve-ticked', onclick: () => this.askApprove(check.filter((batch) => this.ticked.has(batch.id))) }, t('approve_ticked', { n: formatNumber(n) })) : null);
  }

  private tickAll(check: Batch[], on: boolean): void {
    for (const { id } of check) this.tick(id, on, false);
    void this.load();
  }

  private tick(id: number, on: boolean, draw = true): void {
    if (on) this.ticked.add(id);
    else this.ticked.delete(id);
    if (draw) void this.load();
  }

  private askApprove(chosen: Batch[]): void {
    const registry = this.registry!;
    const told = h('ul.small', null, ...chosen.slice(0, 10).map((batch) => h('li', null, `${areaWords(batch)} · ${batchName(registry, batch)}`)), chosen.length > 10 ? h('li', null, t('and_more', { n: formatNumber(chosen.length - 10) })) : null);
    ask(this.app, { id: 'approve-dialog', title: t('batches_approve_ask', { n: formatNumber(chosen.length) }), told: [told], go: t('approve'), send: () => this.approve(chosen) });
  }

  /** Approves each on its own, with the version that was read; says which were not taken, and why. */
  private async approve(chosen: Batch[]): Promise<void> {
    const { results } = await this.app.api.write<{ results: Result[] }>('POST', '/api/batches/approve', { items: chosen.map(({ id, version }) => ({ id, version })) });
    const failed = results.filter((result) => !result.ok);
    const name = (id: number): string => areaWords(chosen.find((batch) => batch.id === id) ?? { area_code: '', area_name: String(id) });
    this.results = h(`div.notice${failed.length ? '' : '.good'}`, { id: 'approve-results', role: 'status' }, h('p', null, t('approved_count', { n: formatNumber(results.length - failed.length) })), failed.length ? h('ul.small', null, ...failed.map(({ id, problem }) => h('li', null, `${name(id)}: ${problem ?? ''}`))) : null);
    this.ticked.clear();
    this.app.waiting();
    await this.load();
  }
}
