import type { App } from './app';
import { type BatchState, dueWords, type Step, stepWords } from './batch';
import { remindAreas } from './batch-reminders';
import { batchTabs } from './batch-tabs';
import { debounced, h } from './dom';
import { changeOf } from './figures-form-cell';
import { formatDate, formatNumber, t, tText, tValue } from './i18n';
import { lastEnded, lastPeriods, periodWords, today } from './period';
import { askPublish } from './publish-figures';
import type { Registry } from './registry';
import { shades } from './shade';
import { idOf } from './standing';
import { type Column, type Sorting, table } from './table';
import { empty, View } from './view';

/** Where an area stands: in one of a batch's states, or without any. */
export type AreaState = BatchState | 'none';

export interface OverviewRow {
  area_code: string;
  area_name: string;
  district: string;
  batch: number | null;
  state: AreaState;
  steps: Step[];
  step: number;
  edition: number;
  told: number | null;
  expected: number;
  late: boolean;
  changed_at: string | null;
  differences: number | null;
  figures: Record<string, number | null> | null;
  previous: Record<string, number | null> | null;
}
export interface Overview {
  source: string;
  period: string;
  due: string | null;
  rows: OverviewRow[];
}

/** The states from nothing to done, and how far each is on the map. */
const reach: Record<AreaState, number> = { none: 0, withdrawn: 0, draft: 0.25, returned: 0.25, sent: 0.6, checking: 0.6, closed: 1 };
const states = Object.keys(reach) as AreaState[];

/** All areas of one source and period at a glance: who is how far, with the key figures. */
export class BatchOverview {
  private readonly app: App;
  private readonly view: View;
  private registry: Registry | null = null;
  private overview: Overview | null = null;
  private source: string;
  private period: string;
  private area: string;
  private state: AreaState | 'late' | '' = '';
  private readonly sorting: Sorting = { key: 'state', down: false };
  private timer = 0;

  /** `arg` is "muskel/2026-Q2/35.71.01", or nothing. */
  constructor(app: App, arg: string) {
    this.app = app;
    [this.source = '', this.period = '', this.area = ''] = arg.split('/');
    this.view = new View(app, 'overview', t('batches'));
  }

  show(): void {
    this.view.show({
      size: 'full',
      refresh: debounced(500, () => void this.load()),
      leave: () => {
        window.clearInterval(this.timer);
        this.app.map?.shade(null);
      },
    });
    // The map may come later than the view.
    this.timer = window.setInterval(() => this.app.map && (window.clearInterval(this.timer), this.draw()), 500);
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const { api } = this.app;
      this.registry ??= await api.get<Registry>('/api/indicators');
      this.choose(this.registry);
      const query = new URLSearchParams({ source: this.source, period: this.period, ...(this.area && { area: this.area }) });
      this.overview = await api.get<Overview>(`/api/batches/overview?${query}`);
      return this.parts(this.registry, this.overview);
    });
  }

  private draw(): void {
    const { registry, overview } = this;
    if (registry && overview) void this.view.fill(async () => this.parts(registry, overview));
  }

  /** Without an address: the meeting's figures of the period that is over. */
  private choose({ sources }: Registry): void {
    const source = sources.find(({ code }) => code === this.source) ?? sources.find(({ origin, minutes }) => origin === 'area' && minutes) ?? sources[0];
    this.source = source?.code ?? '';
    this.period ||= lastEnded(source?.periods[0] ?? 'quarter');
  }

  private parts(registry: Registry, overview: Overview): (Node | string)[] {
    const { rows } = overview;
    const due = dueWords(overview.due, rows.some((row) => row.late), new Date().toISOString().slice(0, 10));
    this.view.said.textContent = [periodWords(overview.period), due].filter(Boolean).join(', ');
    const shown = rows.filter((row) => !this.state || (this.state === 'late' ? row.late : row.state === this.state));
    this.app.map?.shade(rows.length > 1 ? new Map(rows.filter((row) => row.area_code.length === 13).map((row) => [idOf(row.area_code), reach[row.state]])) : null);
    return [
      batchTabs(this.app, 'semua'),
      this.filters(registry, rows),
      this.totals(rows),
      shown.length ? this.table(registry, shown) : empty(t(rows.length ? 'overview_none_match' : 'overview_none')),
      this.tools(overview),
    ];
  }

  private filters(registry: Registry, rows: OverviewRow[]): HTMLElement {
    const { sources } = registry;
    const source = sources.find(({ code }) => code === this.source);
    const periods = [...new Set([this.period, ...(source?.periods ?? []).flatMap((kind) => (kind === 'date' ? [] : lastPeriods(kind, today(), 8)))])].sort().reverse();
    const districts = new Map([...rows.map((row): [string, string] => [row.area_code.slice(0, 8), row.district])]);
    if (this.area.length === 8 && !districts.has(this.area)) districts.set(this.area, this.area);
    const select = (id: string, label: string, value: string, options: [string, string][], chosen: (value: string) => void): HTMLElement => {
      const element = h('select.input', { id, 'aria-label': label }, ...options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)));
      element.addEventListener('change', () => (chosen(element.value), this.moved()));
      return element;
    };
    return h(
      'div.filters.progress-filters',
      null,
      select('overview-source', t('overview_source'), this.source, sources.map(({ code, label }) => [code, tText(label)]), (value) => ((this.source = value), (this.period = ''))),
      select('overview-period', t('overview_period'), this.period, periods.map((period) => [period, periodWords(period)]), (value) => (this.period = value)),
      (districts.size > 1 || this.area) && select('overview-area', t('overview_area'), this.area, [['', t('overview_areas')], ...districts], (value) => (this.area = value)),
    );
  }

  /** Another choice is another address. */
  private moved(): void {
    this.state = '';
    if (this.registry) this.choose(this.registry);
    this.app.view('angka', ['semua', this.source, this.period, this.area].filter(Boolean).join('/'), true);
  }

  private totals(rows: OverviewRow[]): HTMLElement {
    const chip = (state: AreaState | 'late', n: number): HTMLElement =>
      h('button.chip', { type: 'button', 'data-key': `state-${state}`, 'aria-pressed': String(this.state === state), onclick: () => ((this.state = this.state === state ? '' : state), this.draw()) }, h('b', null, formatNumber(n)), state === 'late' ? h('span.stand.late', null, t('overview_late')) : stateTag(state));
    const count = (state: AreaState): number => rows.filter((row) => row.state === state).length;
    const late = rows.filter((row) => row.late).length;
    const done = count('closed');
    return h(
      'div.totals',
      null,
      h('p.sum', null, t('overview_done', { done: formatNumber(done), all: formatNumber(rows.length) })),
      h('div.chips', { role: 'group', 'aria-label': t('overview_tally') }, late || this.state === 'late' ? chip('late', late) : null, ...states.filter((state) => count(state) || this.state === state).map((state) => chip(state, count(state)))),
      this.app.map && rows.length > 1 ? legend() : null,
    );
  }

  private table(registry: Registry, rows: OverviewRow[]): HTMLElement {
    const keys = [...new Set(rows.flatMap((row) => Object.keys(row.figures ?? {})))].filter((code) => rows.some((row) => typeof row.figures?.[code] === 'number' || typeof row.previous?.[code] === 'number'));
    const label = (code: string): string => tText(registry.indicators.find((indicator) => indicator.code === code)?.label) || code;
    const figure = (code: string): Column<OverviewRow> => ({ key: code, label: label(code), cell: (row) => keyFigure(row, code), sort: (row) => row.figures?.[code] ?? null, numeric: true });
    const columns: Column<OverviewRow>[] = [
      { key: 'name', label: t('overview_name'), cell: (row) => this.name(row), sort: (row) => row.area_name },
      { key: 'state', label: t('overview_state'), cell: (row) => h('span', null, stateTag(row.state), waits(row), row.late ? h('span.stand.late', null, t('overview_late')) : null), sort: (row) => states.indexOf(row.state) - (row.late ? 0.5 : 0) },
      { key: 'told', label: t('overview_told'), cell: (row) => (row.told === null ? '' : `${formatNumber(row.told)}/${formatNumber(row.expected)}`), sort: (row) => row.told, numeric: true },
      ...keys.map(figure),
      { key: 'differences', label: t('overview_differences'), cell: (row) => (row.differences ? h('strong.differs', null, formatNumber(row.differences)) : row.differences === 0 ? '0' : ''), sort: (row) => row.differences, numeric: true },
      { key: 'changed', label: t('overview_changed'), cell: (row) => (row.changed_at ? formatDate(row.changed_at) : ''), sort: (row) => row.changed_at },
    ];
    return table(t('overview_of'), columns, rows, this.sorting, (row) => row.area_code);
  }

  private name(row: OverviewRow): HTMLElement {
    const inside = [h('strong', null, row.area_name), h('span.small.quiet', null, row.edition > 1 ? ` ${t('overview_edition', { n: row.edition })}` : '')];
    return row.batch ? h('button.link', { type: 'button', 'data-key': `batch-${row.batch}`, onclick: () => this.app.view('angka', String(row.batch)) }, ...inside) : h('span', null, ...inside);
  }

  private tools(overview: Overview): HTMLElement | string {
    if (this.app.session.viewing) return '';
    const may = this.app.session.account?.may ?? {};
    const behind = overview.rows.filter((row) => ['none', 'draft', 'returned'].includes(row.state));
    const made = [
      (may.check || may.publish) && behind.length > 0 && h('button.button', { type: 'button', id: 'batch-remind', onclick: () => remindAreas(this.app, this.registry!, overview, behind) }, t('batch_remind')),
      may.publish && h('button.button.primary', { type: 'button', id: 'publish', onclick: () => void askPublish(this.app, this.registry!, { source: this.source, period: this.period, areas: overview.rows.map((row) => row.area_code) }) }, t('publish_figures')),
    ].filter((one) => one);
    return made.length ? h('div.block', null, h('div.row', null, ...made)) : '';
  }
}

/** A state in words, its mark and colour as in Kemajuan. */
function stateTag(state: AreaState): HTMLElement {
  const look: Record<AreaState, string> = { none: 'none', withdrawn: 'none', draft: 'going', returned: 'declared', sent: 'going', checking: 'going', closed: 'done' };
  return h(`span.stand.${look[state]}`, { 'data-state': state }, tValue('batch_state', state));
}

/** Whose step it waits for. */
function waits({ state, steps, step, area_code }: OverviewRow): HTMLElement | null {
  return state === 'sent' || state === 'checking' ? h('span.small.quiet', null, ` ${t('overview_waits', { step: stepWords(steps[step], area_code[9] === '1' ? 'kelurahan' : 'desa') })} `) : null;
}

function keyFigure(row: OverviewRow, code: string): HTMLElement {
  const [now, before] = [row.figures?.[code], row.previous?.[code]];
  const change = typeof now === 'number' && typeof before === 'number' ? changeOf({ number: now }, { number: before }) : '';
  return h('span', null, typeof now === 'number' ? formatNumber(now) : '–', change && h('span.small.quiet', null, ` (${change})`));
}

function legend(): HTMLElement {
  const line = (color: string, i: number): HTMLElement => {
    const swatch = h('i.swatch');
    swatch.style.setProperty('background', color);
    return h('li', null, swatch, tValue('batch_shade', i));
  };
  return h('div.shades.small', null, h('span.quiet', null, t('overview_legend')), h('ul', null, ...shades.map(line)));
}
