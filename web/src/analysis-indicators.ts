import { typeOf } from './app';
import { amount, choice, either, field, fold, type Option, refill, tick } from './analysis-fields';
import { differenceOf, type Figures, isShown, seriesOf, type Series, shareOf, tellTally, type Told } from './analysis-figures';
import { type Legend, legendNode, notesNode, rangeWords } from './analysis-legend';
import type { Look } from './analysis-map';
import { place } from './analysis-reach-table';
import { kelurahanOf } from './analysis-run';
import { type RTPoint, rtPoints } from './analysis-rt';
import { areaOptions, drawFacilities, drawnLevels, home, indicatorOf, isWide, layersShown, type Part, type Stage, sourceLabel, tableOf, tablesOf } from './analysis-stage';
import type { MapState } from './analysis-state';
import { breaksOf, classCounts, classOf, differenceBreaks, type Method, methods } from './classify';
import { h } from './dom';
import { formatNumber, formatTime, t, tText, tValue } from './i18n';
import { bivariate, colorsOf, diverging, hatchColor, hiddenColor, missingColor, paletteOf, radiusOf, sequential } from './palettes';
import { periodWords } from './period';
import type { Indicator, Table } from './registry';
import { idOf } from './standing';
import { type Column, type Sorting, table } from './table';
import { loggedOut, problemWords } from './view';

const rows = 100;
const compared = 6; // areas side by side

/** One place as the map, the legend and the table see it. */
interface Row {
  code: string;
  name: string;
  id: number;
  value: Told;
  second: Told;
}

/** What is shown now: the rows that the filters leave, and how they are classed. */
interface Shown {
  table: Table;
  indicator: Indicator;
  second: Indicator | null;
  figures: Figures;
  rows: Row[];
  values: number[];
  breaks: number[];
  colors: string[];
  secondBreaks: number[];
  denominatorSource: string;
}

/** *Peta indikator*: any indicator by level, as classes, circles, two at once, or the difference from before. */
export class IndicatorPart implements Part {
  readonly node: HTMLElement;
  private readonly stage: Stage;
  private readonly said = h('div', { role: 'status' });
  private readonly told = h('div.stack');
  private readonly asked = h('div.stack.controls');
  private readonly beside = h('div');
  readonly legendSlot = h('div');
  private readonly sorting: Sorting = { key: 'value', down: true };
  private shown: Shown | null = null;
  private turn = 0;
  private points: Map<string, RTPoint> | null = null;

  constructor(stage: Stage) {
    this.stage = stage;
    this.node = h('div.stack', null, this.said, this.legendSlot, fold(t('analysis_choose'), 'ask-map', isWide(), this.asked), this.told, this.beside);
  }

  private get state(): MapState {
    return this.stage.state.map;
  }

  /** Asks for what is not there yet and shows it; only the last call counts. */
  async load(): Promise<void> {
    const mine = ++this.turn;
    performance.mark('analysis-asked');
    const chosen = this.usual();
    if (!chosen) return this.nothing();
    const { table, indicator, second } = chosen;
    try {
      const shown = await this.read(table, indicator, second);
      if (mine !== this.turn) return;
      this.shown = shown;
      this.draw();
      this.stage.layers?.painted(() => performance.measure('analysis-switch', 'analysis-asked'));
      // The map comes first; the words and the table follow while it is painted.
      window.setTimeout(() => mine === this.turn && this.tell());
    } catch (error) {
      if (mine === this.turn && !loggedOut(this.stage.app, error)) this.failed(error);
    }
  }

  private change(change: Partial<MapState>): void {
    Object.assign(this.state, change);
    void this.load();
  }

  /** Fills in what nobody has chosen, and lets go of what is not there; null where nothing is published. */
  private usual(): { table: Table; indicator: Indicator; second: Indicator | null } | null {
    const { registry } = this.stage;
    const { state } = this;
    const found = tableOf(registry, state.source, state.period);
    if (!found) return null;
    const codes = this.offered(found).map((i) => i.code);
    if (!codes.length) return null;
    if (!codes.includes(state.indicator)) state.indicator = codes.find((code) => code === 'keluarga_desil_1_4') ?? codes[0]!;
    if (!codes.includes(state.second)) state.second = '';
    const indicator = indicatorOf(registry, state.indicator)!;
    Object.assign(state, { source: found.source, period: found.period });
    const levels = this.levels(found, indicator);
    if (!levels.includes(state.level)) state.level = levels.at(-1) === 'rt' ? (levels.at(-2) ?? 'rt') : levels.at(-1)!;
    if (!tablesOf(registry, state.source).some((other) => other.period === state.against && other.period !== state.period)) state.against = '';
    if (!indicator.base) state.share = false;
    return { table: found, indicator, second: state.second ? indicatorOf(registry, state.second)! : null };
  }

  private offered(of: Table): Indicator[] {
    return of.indicators.flatMap((code) => indicatorOf(this.stage.registry, code) ?? []).filter((i) => this.levels(of, i).length > 0);
  }

  private levels(of: Table, indicator: Indicator): MapState['level'][] {
    const own = this.stage.analyst ? [...indicator.public, ...indicator.internal] : indicator.public;
    return drawnLevels.filter((level) => of.levels.includes(level) && own.includes(level));
  }

  private async read(of: Table, indicator: Indicator, second: Indicator | null): Promise<Shown> {
    const { state } = this;
    const { book, app } = this.stage;
    const area = state.level === 'rt' ? state.area || this.within() : '';
    const codes = [indicator, second].flatMap((i) => (i ? [i.code, ...(state.share && i.base ? [i.base] : [])] : []));
    const figures = await book.figures(of, state.level, area, codes);
    if (state.level === 'rt') this.points = await rtPoints(app.api, area);
    await this.readNames(of);
    let main = this.series(figures, indicator);
    if (state.against) {
      const before = await book.figures(tableOf(this.stage.registry, state.source, state.against)!, state.level, area, codes);
      main = differenceOf(main, this.series(before, indicator));
    }
    return this.classed(of, indicator, second, figures, main, second && !state.against ? this.series(figures, second) : null);
  }

  /** Where there is something to choose from: RT only within one's own area, everything else everywhere. */
  private within(): string {
    return this.state.level === 'rt' ? home(this.stage) : '';
  }

  /** The names of the kecamatan to choose from, and of the kelurahan that an RT lies in. */
  private async readNames(of: Table): Promise<void> {
    for (const level of ['kecamatan', 'kelurahan'] as const) {
      const needed = level === 'kecamatan' || this.state.level === 'rt';
      if (!needed || !of.levels.includes(level) || [...this.stage.names.keys()].some((code) => code.length === (level === 'kecamatan' ? 8 : 13))) continue;
      const { areas, names } = await this.stage.book.figures(of, level, '', []);
      areas.forEach((code, i) => this.stage.names.set(code, names[i]!));
    }
  }

  private series(figures: Figures, indicator: Indicator): Series {
    return this.state.share && indicator.base ? shareOf(figures, indicator.code, indicator.base) : seriesOf(figures, indicator.code);
  }

  /** The rows that the filters leave, and their classes. */
  private classed(of: Table, indicator: Indicator, second: Indicator | null, figures: Figures, main: Series, other: Series | null): Shown {
    const { state } = this;
    const within = (code: string): boolean => !state.area || code === state.area || code.startsWith(`${state.area}.`);
    const between = (value: Told): boolean => (state.least === null && state.most === null) || (isShown(value) && value >= (state.least ?? -Infinity) && value <= (state.most ?? Infinity));
    const all = main.areas.flatMap((code, i): Row[] => (within(code) && between(main.values[i]!) ? [{ code, name: this.nameOf(code, main.names[i]!), id: this.idOf(code), value: main.values[i]!, second: other?.values[i] ?? null }] : []));
    const values = all.flatMap(({ value }) => (isShown(value) ? [value] : []));
    const pair = other !== null;
    const method = this.method(indicator);
    const count = this.count(indicator);
    const breaks = state.against ? differenceBreaks(method, values, count, state.manual) : breaksOf(method, values, pair ? 3 : count, state.manual);
    const seconds = all.flatMap((row) => (isShown(row.second) ? [row.second] : []));
    return {
      table: of,
      indicator,
      second: pair ? second : null,
      figures,
      rows: all,
      values,
      breaks,
      colors: colorsOf(this.palette(indicator), Math.max(1, breaks.length - 1)),
      secondBreaks: pair ? breaksOf(method, seconds, 3, []) : [],
      denominatorSource: main.denominatorSource,
    };
  }

  private nameOf(code: string, name: string): string {
    const village = this.state.level === 'rt' && this.stage.names.get(kelurahanOf(code));
    return village ? `${name}, ${village}` : name;
  }

  private idOf(code: string): number {
    return this.state.level === 'rt' ? (this.points?.get(code)?.id ?? -1) : idOf(code);
  }

  private method(indicator: Indicator): Method {
    return this.state.method || (methods.includes(indicator.classes.method as Method) ? (indicator.classes.method as Method) : 'jenks');
  }

  private count(indicator: Indicator): number {
    return Math.min(7, Math.max(3, this.state.classes ?? indicator.classes.count ?? 5));
  }

  private palette(indicator: Indicator): string {
    const of = this.state.against ? diverging : sequential;
    return of.includes(this.state.palette) ? this.state.palette : paletteOf(indicator, Boolean(this.state.against));
  }

  draw(): void {
    drawFacilities(this.stage);
    const { layers } = this.stage;
    const { shown, state } = this;
    if (!layers || !shown) return;
    const most = shown.values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const looks = new Map(shown.rows.filter((row) => row.id >= 0).map((row): [number, Look] => [row.id, this.look(row, shown, most)]));
    if (state.level === 'rt') {
      layers.clear('areas');
      const at = shown.rows.flatMap(({ code }) => this.points?.get(code) ?? []);
      layers.points(at, new Map([...looks].map(([id, look]) => [id, look.hatch ? { color: hatchColor } : look])));
    } else {
      layers.clear('points');
      layers.areas(state.level as 'kelurahan', looks);
    }
    this.mark();
    const byId = new Map(shown.rows.map((row) => [row.id, row]));
    layers.words = (_, id) => {
      const row = byId.get(id);
      return row ? `${row.name}: ${this.words(row.value)}${shown.second ? `; ${this.words(row.second)}` : ''}` : '';
    };
    layers.tapped = (_, id) => byId.has(id) && this.toggle(byId.get(id)!.code);
    document.documentElement.dataset.analysis = 'done';
  }

  private look({ value, second }: Row, shown: Shown, most: number): Look {
    if (value === null || (shown.second && second === null)) return { color: missingColor };
    if (!isShown(value) || (shown.second && !isShown(second))) return { hatch: true };
    if (shown.second) return { color: bivariate[classOf(shown.secondBreaks, second as number)]![classOf(shown.breaks, value)]! };
    const color = shown.colors[classOf(shown.breaks, value)]!;
    return this.state.symbols ? { color: this.state.against ? color : shown.colors.at(-2)!, radius: radiusOf(Math.abs(value), most, largest()) } : { color };
  }

  /** What is told of a place, with its unit; hidden and missing in words. */
  private words(value: Told): string {
    if (value === null) return t('analysis_no_data');
    if (typeof value === 'string') return value === '*' ? t('analysis_hidden') : value;
    const { indicator } = this.shown!;
    const sign = this.state.against && value > 0 ? '+' : '';
    const text = sign + formatNumber(value, this.digits());
    return this.state.share ? `${text} %` : `${text} ${tText(indicator.unit)}`.trim();
  }

  private digits(): number {
    return this.state.share || this.shown?.indicator.kind !== 'count' ? 1 : 0;
  }

  /** Words, legend, choices and the table, after the map. */
  private tell(): void {
    const { shown, stage } = this;
    if (!shown) return;
    const legend = this.legend()!;
    const top = [...shown.rows].filter((row) => isShown(row.value)).sort((a, b) => (b.value as number) - (a.value as number));
    const between = top.length > 1 ? t('analysis_range', { most: `${top[0]!.name} (${this.words(top[0]!.value)})`, least: `${top.at(-1)!.name} (${this.words(top.at(-1)!.value)})` }) : '';
    refill(this.said, h('p.headline', null, legend.title), h('p', null, legend.subtitle), between ? h('p.small', null, between) : null);
    refill(this.stage.legendBox, legendNode({ ...legend, notes: [] }));
    refill(this.told, notesNode(legend.notes));
    this.drawControls(shown);
    this.drawTable();
    this.drawBeside();
    stage.keep();
  }

  private nothing(): void {
    this.shown = null;
    refill(this.said, h('p.empty', null, t('analysis_no_figures')));
    for (const box of [this.told, this.asked, this.beside, this.stage.dock, this.stage.legendBox]) refill(box);
    this.stage.layers?.clear('areas');
    this.stage.layers?.clear('points');
    document.documentElement.dataset.analysis = 'done';
  }

  private failed(error: unknown): void {
    refill(this.said, h('div.error', null, ...problemWords(error).map((text) => h('p', null, text)), h('button.button', { type: 'button', 'data-key': 'again', onclick: () => void this.load() }, t('again'))));
  }

  /** The slider over the periods that are published, and the one to compare with. */
  private periods(): (HTMLElement | null)[] {
    const { state } = this;
    const all = tablesOf(this.stage.registry, state.source).map((of) => of.period).reverse();
    const at = all.indexOf(state.period);
    const others = all.filter((period) => period !== state.period).reverse().map((value) => ({ value, label: periodWords(value) }));
    const slider = h('input', { id: 'map-period', type: 'range', min: 0, max: all.length - 1, step: 1, value: at, 'aria-valuetext': periodWords(state.period) });
    slider.addEventListener('input', () => {
      const period = all[Number(slider.value)]!;
      this.change({ period, ...(state.against === period && { against: '' }) });
    });
    return [
      all.length > 1 ? field('map-period', `${t('analysis_period')}: ${periodWords(state.period)}`, slider) : null,
      others.length ? choice('map-against', t('analysis_against'), state.against, [{ value: '', label: t('analysis_against_none') }, ...others], (against) => this.change({ against, second: '', least: null, most: null, manual: [] })) : null,
    ];
  }

  private drawControls({ table: of, indicator }: Shown): void {
    const { registry, app } = this.stage;
    const { state } = this;
    const indicators: Option[] = this.offered(of).map((i) => ({ value: i.code, label: tText(i.label), group: tValue('dimension', i.dimension) }));
    const sources = [...new Set(registry.tables.map((other) => other.source))].map((value) => ({ value, label: sourceLabel(registry, value) }));
    const fresh = { least: null, most: null, manual: [], marked: state.marked };
    refill(
      this.asked,
      sources.length > 1 ? choice('map-source', t('analysis_source'), state.source, sources, (source) => this.change({ ...fresh, source, period: '', against: '', indicator: '', second: '' })) : null,
      choice('map-indicator', t('analysis_indicator'), state.indicator, indicators, (code) => this.change({ ...fresh, indicator: code })),
      ...this.periods(),
      state.against ? null : choice('map-second', t('analysis_second'), state.second, [{ value: '', label: t('analysis_second_none') }, ...indicators.filter((i) => i.value !== state.indicator)], (second) => this.change({ second, symbols: false })),
      h(
        'div.pair',
        null,
        choice('map-level', t('analysis_level'), state.level, this.levels(of, indicator).map((value) => ({ value, label: tValue('level', value) })), (level) => this.change({ ...fresh, level: level as MapState['level'], marked: [] })),
        choice('map-area', t('analysis_area'), state.area, areaOptions(this.stage, this.within()), (area) => this.change({ area })),
      ),
      indicator.base ? either(t('analysis_show_as'), state.share ? 'share' : 'value', [{ value: 'value', label: t('analysis_as_value') }, { value: 'share', label: t('analysis_as_share', { base: tText(indicatorOf(registry, indicator.base)?.label) }) }], (as) => this.change({ ...fresh, share: as === 'share' })) : null,
      state.second ? null : either(t('analysis_draw_as'), state.symbols ? 'circles' : 'fills', [{ value: 'fills', label: t('analysis_fills') }, { value: 'circles', label: t('analysis_circles') }], (as) => this.change({ symbols: as === 'circles' })),
      fold(t('analysis_classes'), 'map-classes', false, ...this.classControls(indicator)),
      fold(t('analysis_filter'), 'map-filter', false, this.filterControls()),
      fold(t('analysis_facilities'), 'map-layers', false, ...app.types.map((type) => this.layerTick(type.name))),
    );
  }

  private classControls(indicator: Indicator): HTMLElement[] {
    const { state } = this;
    const method = this.method(indicator);
    const own = state.against ? diverging : sequential;
    const manual = h('input.input', { id: 'map-manual', inputmode: 'text', value: state.manual.map((n) => formatNumber(n, 2)).join('; '), placeholder: '10; 25; 50' });
    manual.addEventListener('change', () => {
      const values = manual.value.split(/[;\s]+/).filter(Boolean).map((said) => Number(said.replace(',', '.')));
      this.change({ manual: values.filter(Number.isFinite).slice(0, 6) });
    });
    return [
      h(
        'div.pair',
        null,
        choice('map-method', t('analysis_method_of'), method, methods.map((value) => ({ value, label: tValue('classes', value) })), (value) => this.change({ method: value as Method })),
        state.second || method === 'manual' ? h('span') : choice('map-count', t('analysis_count'), String(this.count(indicator)), [3, 4, 5, 6, 7].map((n) => ({ value: String(n), label: String(n) })), (n) => this.change({ classes: Number(n) })),
      ),
      ...(method === 'manual' ? [field('map-manual', t('analysis_manual'), manual)] : []),
      ...(state.second ? [] : [choice('map-palette', t('analysis_palette'), this.palette(indicator), own.map((value) => ({ value, label: tValue('palette', value) })), (palette) => this.change({ palette }))]),
    ];
  }

  private filterControls(): HTMLElement {
    const { state } = this;
    const [min, max] = [-1e12, 1e12];
    return h('div.pair', null, amount('map-least', t('analysis_least'), state.least, { min, max }, (least) => this.change({ least })), amount('map-most', t('analysis_most'), state.most, { min, max }, (most) => this.change({ most })));
  }

  private layerTick(name: string): HTMLElement {
    const shown = layersShown(this.stage);
    const label = tText(typeOf(this.stage.app, name)?.label) || name;
    return tick(`map-layer-${name}`, label, shown.includes(name), (on) => {
      this.stage.state.layers = on ? [...layersShown(this.stage), name] : layersShown(this.stage).filter((other) => other !== name);
      drawFacilities(this.stage);
      this.stage.keep();
    });
  }

  private drawTable(): void {
    const { indicator, second, rows: all, table: of } = this.shown!;
    const { state } = this;
    const number = (value: Told): string | number | null => (isShown(value) ? value : null);
    const marks = new Set(state.marked);
    const columns: Column<Row>[] = [
      { key: 'name', label: tValue('level', state.level), cell: (row) => place(row.code, row.name, (code) => this.toggle(code), marks.has(row.code)), sort: (row) => row.name },
      { key: 'value', label: `${tText(indicator.label)}${state.share ? ' (%)' : ''}${state.against ? ` (${t('analysis_change')})` : ''}`, cell: (row) => this.words(row.value), sort: (row) => number(row.value), numeric: true },
      ...(second ? [{ key: 'second', label: tText(second.label), cell: (row: Row) => this.words(row.second), sort: (row: Row) => number(row.second), numeric: true }] : []),
      { key: 'code', label: t('analysis_code'), cell: (row) => row.code, sort: (row) => row.code },
    ];
    const caption = `${tText(indicator.label)}, ${periodWords(of.period)}`;
    refill(this.stage.dock, h('div.dock-body', null, h('p.small.quiet', { role: 'status' }, t('analysis_rows', { n: formatNumber(all.length), marked: formatNumber(state.marked.length) })), table(caption, columns, all, this.sorting, (row) => row.code, undefined, rows)));
  }

  /** Marks a place in the table and on the map, or no longer. */
  private toggle(code: string): void {
    const { state } = this;
    state.marked = state.marked.includes(code) ? state.marked.filter((other) => other !== code) : [...state.marked, code].slice(-20);
    this.mark();
    for (const button of this.stage.dock.querySelectorAll('[data-place]')) button.setAttribute('aria-pressed', String(state.marked.includes(button.getAttribute('data-place')!)));
    const row = this.stage.dock.querySelector(`[data-place="${CSS.escape(code)}"]`);
    if (state.marked.includes(code)) row?.scrollIntoView({ block: 'nearest' });
    const said = this.stage.dock.querySelector('[role=status]');
    if (said) said.textContent = t('analysis_rows', { n: formatNumber(this.shown!.rows.length), marked: formatNumber(state.marked.length) });
    this.drawBeside();
    this.stage.keep();
  }

  private mark(): void {
    this.stage.layers?.mark(this.state.level, this.state.marked.map((code) => this.idOf(code)).filter((id) => id >= 0));
  }

  /** The marked places side by side, with everything of this table that is there already. */
  private drawBeside(): void {
    const { state, shown } = this;
    const marks = state.marked.filter((code) => shown!.figures.areas.includes(code)).slice(-compared);
    if (marks.length < 2) return refill(this.beside);
    const { areas, names, columns } = shown!.figures;
    const at = marks.map((code) => areas.indexOf(code));
    const told = (value: Told, of: Indicator): string => (value === null ? '–' : typeof value === 'string' ? (value === '*' ? t('analysis_hidden') : value) : formatNumber(value, of.kind === 'count' ? 0 : 1));
    const lines = columns.flatMap((column) => {
      const of = indicatorOf(this.stage.registry, column.indicator);
      return of ? [h('tr', { class: of.code === state.indicator ? 'differs' : null }, h('th', { scope: 'row' }, tText(of.label)), ...at.map((i) => h('td', null, told(column.values[i]!, of))))] : [];
    });
    refill(
      this.beside,
      h(
        'section.block',
        { id: 'compared' },
        h('h3', null, t('analysis_compared')),
        h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': t('analysis_compared') }, h('table.side-by-side', null, h('thead', null, h('tr', null, h('td'), ...at.map((i) => h('th', { scope: 'col' }, names[i]!)))), h('tbody', null, ...lines))),
        h('button.button', { type: 'button', id: 'unmark', onclick: () => ((state.marked = []), this.mark(), this.drawTable(), this.drawBeside(), this.stage.keep()) }, t('analysis_unmark')),
      ),
    );
  }

  legend(): Legend | null {
    const { shown, state } = this;
    if (!shown) return null;
    const { indicator, second, rows: all, values, breaks, colors } = shown;
    const whole = !state.share && indicator.kind === 'count';
    const tally = tellTally(all.map((row) => row.value));
    const counts = classCounts(breaks, values);
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const classes = second
      ? []
      : state.symbols
        ? [...new Set([most, most / 4, most / 16].map((n) => (whole ? Math.round(n) : n)).filter((n) => n > 0))].map((n) => ({ label: this.words(n), color: colors.at(-2) ?? colors[0]!, radius: radiusOf(n, most, largest()) }))
        : colors.slice(0, breaks.length - 1).map((color, i) => ({ color, label: rangeWords(breaks, i, whole, 1), count: counts[i]! }));
    const dot = state.level === 'rt' ? { radius: 6 } : null; // RT are points on the map, and in the legend
    const source = sourceLabel(this.stage.registry, state.source);
    const when = state.against ? t('analysis_change_of', { from: periodWords(state.against), to: periodWords(state.period) }) : periodWords(state.period);
    return {
      title: [indicator, second].map((i) => i && tText(i.label)).filter(Boolean).join(' × ') + ` (${source})`,
      subtitle: t('analysis_of_level', { level: levelWords(state.level), when, area: this.stage.names.get(state.area || this.within()) ?? this.stage.app.session.city?.name ?? '' }),
      unit: second ? '' : state.share ? t('analysis_per_cent_of', { base: tText(indicatorOf(this.stage.registry, indicator.base!)?.label) }) : tText(indicator.unit),
      rows: [
        ...classes.map((row) => ({ ...dot, ...row })),
        ...(tally.hidden ? [{ color: dot ? hatchColor : hiddenColor, ...(dot ?? { hatch: true }), label: t('analysis_hidden_n', { n: shown.figures.threshold }), count: tally.hidden }] : []),
        ...(tally.missing ? [{ color: missingColor, ...dot, label: t('analysis_no_data'), count: tally.missing }] : []),
      ],
      ...(!second && { values: { values, ...(state.symbols ? { breaks: [], colors: [colors.at(-2) ?? colors[0]!] } : { breaks, colors }) } }),
      ...(second && { pairs: this.pairs(shown) }),
      notes: this.notes(shown, tally),
    };
  }

  private pairs({ rows: all, breaks, secondBreaks, indicator, second }: Shown): NonNullable<Legend['pairs']> {
    const counts = [0, 1, 2].map(() => [0, 0, 0]);
    for (const { value, second: other } of all) if (isShown(value) && isShown(other)) counts[classOf(secondBreaks, other)]![classOf(breaks, value)]!++;
    return { first: tText(indicator.label), second: tText(second!.label), counts };
  }

  /** What is always told with figures. */
  private notes({ table: of, indicator, figures, rows: all, denominatorSource }: Shown, tally: { hidden: number; missing: number }): string[] {
    const { registry } = this.stage;
    const { state } = this;
    const share = (n: number): string => `${formatNumber(n)} (${formatNumber(all.length ? (100 * n) / all.length : 0, 1)} %)`;
    const base = indicator.base && tText(indicatorOf(registry, indicator.base)?.label);
    const unplaced = state.level === 'rt' ? all.filter((row) => row.id < 0).length : 0;
    return [
      t('analysis_source_note', { source: sourceLabel(registry, of.source), period: periodWords(of.period), edition: figures.edition, time: formatTime(figures.published_at) }),
      base ? t('analysis_base_note', { base: base + (denominatorSource ? ` (${denominatorSource})` : '') }) : t('analysis_no_base'),
      indicator.protected ? t('analysis_threshold', { n: figures.threshold, who: t(figures.audience === 'public' ? 'analysis_for_public' : 'analysis_for_members') }) : '',
      t('analysis_left_out', { hidden: share(tally.hidden), missing: share(tally.missing) }),
      unplaced ? t('analysis_unplaced', { n: formatNumber(unplaced) }) : '',
      tText(indicator.help),
    ].filter(Boolean);
  }

  leave(): void {
    this.turn++;
    this.stage.layers?.mark(this.state.level, []);
    this.stage.layers?.clear('points');
    this.stage.layers?.clear('areas');
  }
}

/** A level in the middle of a sentence: "kelurahan/desa", "RT". */
function levelWords(level: MapState['level']): string {
  const words = tValue('level', level);
  return level === 'rt' ? words : words.charAt(0).toLowerCase() + words.slice(1);
}

/** The radius of the greatest circle, in pixels. */
function largest(): number {
  return isWide() ? 32 : 20;
}
