import './review.css';
import './batches.css';
import { type App, typeOf } from './app';
import { ask } from './ask';
import { areaWords, type Batch, batchName } from './batch';
import { differenceWords } from './figures-form-cell';
import { debounced, h } from './dom';
import { whyControl } from './form';
import { addWords, formatNumber, t, tText } from './i18n';
import type { Registry } from './registry';
import { attempt, empty, View } from './view';
import * as words from './words-batches';

addWords(words);

/** A number that is not what it should come to: a task for people. */
export interface Task {
  area_code: string;
  area_name: string;
  kind: 'points' | 'children' | 'parts';
  source: string;
  period: string;
  /** The place within the area, where it is not the area itself. */
  place?: string;
  indicator: string;
  told: number;
  counted: number;
  difference: number;
  note: string;
  batch: number;
}
interface Tasks {
  rows: Task[];
  matched: number;
  next: string | null;
}

const kinds = ['', 'points', 'children', 'parts'] as const;

/** Cocokkan: profile numbers against points, totals against their parts. Nothing is overwritten here. `arg` is an area. */
export function show(app: App, arg: string): void {
  new Reconciliation(app, arg).show();
}

class Reconciliation {
  private readonly app: App;
  private readonly view: View;
  private readonly area: string;
  private kind: (typeof kinds)[number] = '';
  private registry: Registry | null = null;
  private readonly opened = new Set<string>();

  constructor(app: App, area: string) {
    this.app = app;
    this.area = area;
    this.view = new View(app, 'reconcile', t('reconcile'));
  }

  show(): void {
    this.view.show({ size: 'full', refresh: debounced(500, () => void (document.querySelector('dialog[open]') || this.load())) });
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const { api } = this.app;
      this.registry ??= await api.get<Registry>('/api/indicators');
      const query = new URLSearchParams({ limit: '200', ...(this.kind && { kind: this.kind }), ...(this.area && { area: this.area }) });
      const tasks = await api.get<Tasks>(`/api/reconciliation?${query}`);
      return this.parts(this.registry, tasks);
    });
  }

  private parts(registry: Registry, { rows, matched }: Tasks): (Node | string)[] {
    const open = rows.filter((row) => !row.note.trim());
    const explained = rows.filter((row) => row.note.trim());
    this.view.said.textContent = t('reconcile_count', { n: formatNumber(open.length), all: formatNumber(matched) });
    const areas = [...new Set(open.map((row) => row.area_code))].map((code) => open.filter((row) => row.area_code === code));
    const list = (tasks: Task[]): HTMLElement => h('ul.items.queue', null, ...tasks.map((task) => this.row(registry, task)));
    return [
      h('p.small.quiet', null, t('reconcile_help')),
      this.filter(),
      open.length ? '' : empty(t('reconcile_none')),
      ...areas.map((tasks) => h('section.block', { 'data-area': tasks[0]!.area_code }, h('h3', null, areaWords(tasks[0]!), h('span.quiet', null, formatNumber(tasks.length))), list(tasks))),
      explained.length ? h('details.more.block', { id: 'explained' }, h('summary', null, t('reconcile_explained', { n: formatNumber(explained.length) })), list(explained)) : '',
      matched > rows.length ? h('p.small.quiet', null, t('reconcile_first', { n: formatNumber(rows.length), all: formatNumber(matched) })) : '',
    ];
  }

  private filter(): HTMLElement {
    const select = h('select.input', { id: 'reconcile-kind', 'aria-label': t('reconcile_kind') }, ...kinds.map((kind) => h('option', { value: kind, selected: kind === this.kind }, kind ? t(`mismatch_${kind}`) : t('reconcile_kinds'))));
    select.addEventListener('change', () => {
      this.kind = select.value as (typeof kinds)[number];
      void this.load();
    });
    return select;
  }

  private row(registry: Registry, task: Task): HTMLElement {
    const indicator = registry.indicators.find(({ code }) => code === task.indicator);
    const key = `${task.batch}/${task.place ?? task.area_code}/${task.indicator}/${task.kind}`;
    const words = differenceWords({ place: task.area_code, indicator: task.indicator, told: task.told, sum: task.counted, of: task.kind, note: task.note, explained: task.note !== '' });
    const button = (name: string, label: string, act: (held: HTMLButtonElement) => void): HTMLElement => {
      const made: HTMLButtonElement = h('button.button', { type: 'button', 'data-act': name, 'data-key': `${name}-${key}`, onclick: () => act(made) }, label);
      return made;
    };
    const points = task.kind === 'points' && indicator?.counted;
    return h(
      'li',
      { 'data-task': key },
      h('p', null, h('strong', null, tText(indicator?.label) || task.indicator), `: ${t('reconcile_told', { n: formatNumber(task.told, 6) })}. ${words}.`),
      h('p.small.quiet', null, batchName(registry, { source: task.source, period: task.period, edition: 1 }), task.place && task.place !== task.area_code ? ` · ${task.place}` : ''),
      task.note && h('p.small', null, t('difference_note', { note: task.note })),
      h('div.row', null, !this.app.session.viewing && button('explain', t('reconcile_explain'), (held) => void attempt(this.app, () => this.explain(task), held)), points && button('points', t('reconcile_list'), (held) => void attempt(this.app, () => this.list(task, points, key), held)), button('mend', t('reconcile_mend'), () => this.app.view('angka', String(task.batch)))),
      h('div', { 'data-points': key }),
    );
  }

  /** Says why, in the figure's own note. What is closed is mended by a correction. */
  private async explain(task: Task): Promise<void> {
    const { app } = this;
    const batch = await app.api.get<Batch>(`/api/batches/${task.batch}`);
    if (!batch.can.enter) {
      app.toast(t('reconcile_closed'), { seconds: 8 });
      return app.view('angka', String(task.batch));
    }
    ask(app, {
      id: 'explain-dialog',
      title: t('reconcile_explain_ask'),
      controls: [whyControl],
      values: { why: task.note || null },
      go: t('reconcile_explain'),
      send: async ({ why }) => {
        await app.api.write('PUT', `/api/batches/${batch.id}/values`, { version: batch.version, values: [{ place: task.place ?? task.area_code, indicator: task.indicator, number: task.told, note: why }], remove: [] });
        app.toast(t('saved'), { good: true });
        await this.load();
      },
    });
  }

  /** The points that were counted, each to be opened. */
  private async list(task: Task, type: string, key: string): Promise<void> {
    const box = this.view.body.querySelector(`[data-points="${CSS.escape(key)}"]`);
    if (!box) return;
    if (this.opened.delete(key)) return box.replaceChildren();
    this.opened.add(key);
    const { features } = await this.app.api.get<{ features: { id: number; properties: { name: string } }[] }>(`/api/collections/${encodeURIComponent(type)}/items?area_code=${task.area_code}&limit=200`);
    const label = tText(typeOf(this.app, type)?.plural) || type;
    box.replaceChildren(h('p.small', null, t('reconcile_points_of', { n: formatNumber(features.length), type: label })), h('ul.points', null, ...features.map(({ id, properties }) => h('li', null, h('button.button.plain', { type: 'button', onclick: () => this.app.open({ collection: type, id }, { fly: true }) }, properties.name)))));
  }
}
