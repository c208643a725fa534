import { type App, typeOf } from './app';
import { amount, choice, fold, type Option, refill, tick } from './analysis-fields';
import { type Legend, legendNode, type LegendRow, notesNode, rangeWords } from './analysis-legend';
import type { Look, Point } from './analysis-map';
import { reachTable } from './analysis-reach-table';
import { compute, type CoverageResult, type DemandPoint, kelurahanOf, type NewSite, ranked, requestOf, rtOf } from './analysis-run';
import { openScenario, scenarioBox } from './analysis-scenarios';
import { areaOptions, drawFacilities, home, indicatorOf, layersShown, type Part, type Stage, sourceLabel, tableOf, tablesOf } from './analysis-stage';
import type { CoverageState } from './analysis-state';
import { classCounts, classOf } from './classify';
import { debounced, h } from './dom';
import { formatNumber, t, tText } from './i18n';
import { colorsOf } from './palettes';
import { periodWords } from './period';
import { idOf } from './standing';
import { loggedOut, problemWords } from './view';

const shares = [0, 20, 40, 60, 80, 100];
const shareColors = colorsOf('Blues', 7).slice(0, 5); // light enough for the points above
const coveredColor = '#1b6e3c';
const farColor = '#d95f02';
const first = 5;

/** *Jangkauan*: who lives too far from a service, where most of them are, and where a new one would help most. */
export class CoveragePart implements Part {
  readonly node: HTMLElement;
  private readonly stage: Stage;
  private readonly question = h('h3');
  private readonly said = h('div', { role: 'status' });
  private readonly found = h('div.stack');
  private readonly asked = h('div.stack.controls');
  private readonly kept = h('div');
  readonly legendSlot = h('div');
  private result: CoverageResult | null = null;
  private run: AbortController | null = null;
  private shown = first;
  /** Whether one's own area was brought into sight. */
  private looked = false;
  private byPlace = new Map<string, number>();

  constructor(stage: Stage) {
    this.stage = stage;
    this.node = h('div.stack', null, this.question, this.said, fold(t('analysis_ask'), 'ask-coverage', false, this.asked), this.legendSlot, this.found, this.kept);
  }

  async load(): Promise<void> {
    const { coverage } = this.stage.state;
    if (coverage.scenario) {
      const saved = await openScenario(this.stage, coverage.scenario).catch(() => null);
      if (saved) {
        this.usual();
        return this.show(saved.result);
      }
      coverage.scenario = null;
    }
    this.usual();
    await this.compute();
  }

  /** Fills in what nobody has chosen: those in the lower deciles where this account may see them. */
  private usual(): void {
    const { coverage } = this.stage.state;
    const table = this.table();
    if (!coverage.demand) coverage.demand = table ? 'desil' : 'families';
    if (table && this.byIndicator()) Object.assign(coverage, { source: table.source, period: table.period });
    this.drawControls();
  }

  /** The figures that weigh an RT: those with deciles first. */
  private table() {
    const { registry, analyst, state } = this.stage;
    if (!analyst) return null;
    const withDeciles = registry.tables.filter((table) => table.levels.includes('rt') && table.indicators.some((code) => /^keluarga_desil_/.test(code)));
    const source = state.coverage.source || withDeciles[0]?.source;
    return source ? tableOf({ ...registry, tables: registry.tables.filter((table) => table.levels.includes('rt')) }, source, state.coverage.period) : null;
  }

  private byIndicator(): boolean {
    return !['families', 'people'].includes(this.stage.state.coverage.demand);
  }

  /** Who is meant, as the source names them: "keluarga desil 1–4 (DTSEN)". */
  unit(): string {
    const { registry, state } = this.stage;
    return unitOf(this.stage.registry, state.coverage) + (this.byIndicator() ? ` (${sourceLabel(registry, state.coverage.source)})` : '');
  }

  /** How near is near enough: as chosen, else the norm of the type. */
  private radius(): number {
    const { state, app } = this.stage;
    return state.coverage.radius ?? (typeOf(app, state.coverage.type)?.norm_radius_m || 500);
  }

  private service(): string {
    return serviceWords(this.stage.app, this.stage.state.coverage.type);
  }

  private change(change: Partial<CoverageState>): void {
    const { state } = this.stage;
    if (change.type && state.layers) state.layers = [...new Set([...state.layers, change.type])];
    Object.assign(state.coverage, change, { scenario: null, beside: null });
    this.shown = first;
    this.usual();
    this.again();
  }

  private readonly again = debounced(250, () => void this.compute());

  private drawControls(): void {
    const { state, app, analyst } = this.stage;
    const s = state.coverage;
    this.question.textContent = t('analysis_question', { unit: unitOf(this.stage.registry, s), service: this.service() });
    const types = app.types.map((type) => ({ value: type.name, label: tText(type.label) }));
    const more = [
      amount('cover-detour', t('analysis_detour'), s.detour, { min: 1, max: 3, step: 0.1 }, (detour) => this.change({ detour: detour ?? 1.3 })),
      amount('cover-capacity', t('analysis_capacity', { service: this.service() }), s.capacity, { min: 1, max: 1e6 }, (capacity) => this.change({ capacity })),
      tick('cover-network', t('analysis_network'), s.network, (network) => this.change({ network })),
      choice('cover-candidates', t('analysis_candidates'), s.candidates, [{ value: 'rt', label: t('analysis_candidates_rt') }, { value: 'grid', label: t('analysis_candidates_grid') }, ...types.filter((type) => type.value !== s.type)], (candidates) => this.change({ candidates })),
      choice('cover-objective', t('analysis_objective'), s.objective, [{ value: 'cover', label: t('analysis_objective_cover') }, { value: 'all', label: t('analysis_objective_all') }], (objective) => this.change({ objective: objective as 'cover' | 'all' })),
    ];
    refill(
      this.asked,
      h(
        'div.pair',
        null,
        choice('cover-type', t('analysis_service'), s.type, types, (type) => this.change({ type, radius: null })),
        amount('cover-radius', t('analysis_radius'), this.radius(), { min: 50, max: 20_000, step: 10 }, (radius) => this.change({ radius })),
      ),
      choice('cover-demand', t('analysis_demand'), s.demand, this.demands(), (demand) => this.change({ demand })),
      s.demand === 'desil' ? h('div.pair', null, this.desil('from'), this.desil('to')) : null,
      this.byIndicator() ? choice('cover-period', t('analysis_period'), s.period, tablesOf(this.stage.registry, s.source).map(({ period }) => ({ value: period, label: periodWords(period) })), (period) => this.change({ period })) : null,
      h(
        'div.pair',
        null,
        choice('cover-area', t('analysis_area'), s.area, areaOptions(this.stage), (area) => this.change({ area })),
        analyst && amount('cover-sites', t('analysis_sites_wanted'), s.sites, { min: 0, max: 50 }, (sites) => this.change({ sites: sites ?? 0 })),
      ),
      fold(t('analysis_more'), 'cover-more', false, ...(analyst ? more : more.slice(0, 3))),
      this.facilities(types),
    );
  }

  private facilities(types: Option[]): HTMLElement {
    const shown = layersShown(this.stage);
    const pick = (name: string, on: boolean): void => {
      this.stage.state.layers = on ? [...shown, name] : shown.filter((other) => other !== name);
      this.stage.keep();
      this.drawControls();
      drawFacilities(this.stage);
    };
    return fold(t('analysis_facilities'), 'cover-layers', false, ...types.map(({ value, label }) => tick(`cover-layer-${value}`, label, shown.includes(value), (on) => pick(value, on))));
  }

  /** Whom one may ask about: everybody about families and people, who analyses about indicators that are told by RT. */
  private demands(): Option[] {
    const { registry } = this.stage;
    const table = this.table();
    const others = (table?.indicators ?? []).map((code) => indicatorOf(registry, code)).filter((i) => i && i.additive && i.kind === 'count' && i.internal.includes('rt') && !/desil/.test(i.code));
    const group = table ? sourceLabel(registry, table.source) : '';
    return [
      { value: 'families', label: t('analysis_families_all') },
      { value: 'people', label: t('analysis_people') },
      ...(table?.indicators.some((code) => /^keluarga_desil_/.test(code)) ? [{ value: 'desil', label: t('analysis_desil'), group }] : []),
      ...others.map((i) => ({ value: i!.code, label: tText(i!.label), group })),
    ];
  }

  private desil(end: 'from' | 'to'): HTMLElement {
    const { desil } = this.stage.state.coverage;
    const [from, to] = desil;
    const options = Array.from({ length: 10 }, (_, i) => ({ value: String(i + 1), label: t('analysis_desil_n', { n: i + 1 }) }));
    const chosen = (value: string): void => {
      const n = Number(value);
      this.change({ desil: end === 'from' ? [n, Math.max(n, to)] : [Math.min(from, n), n] });
    };
    return choice(`cover-desil-${end}`, t(end === 'from' ? 'analysis_desil_from' : 'analysis_desil_to'), String(end === 'from' ? from : to), options, chosen);
  }

  private async compute(): Promise<void> {
    this.run?.abort();
    const run = (this.run = new AbortController());
    const { app, state, keep } = this.stage;
    keep();
    this.waiting(run);
    try {
      const result = await compute(app.api, requestOf(this.stage.analyst ? state.coverage : { ...state.coverage, sites: 0 }, this.radius(), home(this.stage)), (progress) => run === this.run && this.progress(progress), run.signal);
      if (run === this.run) this.show(result);
    } catch (error) {
      if (run !== this.run) return;
      if (run.signal.aborted) this.stopped();
      else if (!loggedOut(app, error)) this.failed(error);
    } finally {
      if (run === this.run) this.run = null;
    }
  }

  /** What stands there while the server computes; the button stops it. What is quick shows nothing of it. */
  private waiting(run: AbortController): void {
    window.setTimeout(() => {
      if (run !== this.run) return;
      const stop = h('button.button', { type: 'button', id: 'cover-stop', onclick: () => run.abort() }, t('analysis_stop'));
      refill(this.said, h('p', null, t('analysis_computing')), h('progress', { id: 'cover-progress', max: 1, 'aria-label': t('analysis_computing') }), stop);
    }, 400);
  }

  private progress(share: number): void {
    this.said.querySelector('progress')?.setAttribute('value', String(share));
  }

  private stopped(): void {
    refill(this.said, h('p', null, t('analysis_stopped')), h('button.button', { type: 'button', 'data-key': 'again', onclick: () => void this.compute() }, t('analysis_compute')));
  }

  private failed(error: unknown): void {
    this.result = null;
    refill(this.said, h('div.error', null, ...problemWords(error).map((text) => h('p', null, text)), h('button.button', { type: 'button', 'data-key': 'again', onclick: () => void this.compute() }, t('again'))));
    refill(this.found);
    refill(this.kept);
    refill(this.stage.legendBox);
    refill(this.stage.dock);
    this.stage.layers?.clear('areas');
    this.stage.layers?.clear('points');
    this.stage.layers?.sites([]);
  }

  private show(result: CoverageResult): void {
    this.result = result;
    for (const area of result.areas) if (area.level !== 'rw') this.stage.names.set(area.code, area.name);
    this.byPlace = new Map((result.demand ?? []).map((point, i) => [point.place, i]));
    this.drawControls();
    this.say(result);
    this.list(result);
    this.draw();
    document.documentElement.dataset.analysis = 'done';
  }

  private say({ total, sites, siting }: CoverageResult): void {
    const { coverage } = this.stage.state;
    const far = total.weight - total.covered;
    const values = { far: formatNumber(far), all: formatNumber(total.weight), share: percent(total.weight ? (100 * far) / total.weight : 0), unit: this.unit(), m: formatNumber(this.radius()), service: this.service() };
    const last = sites?.at(-1);
    refill(
      this.said,
      h('p.headline', null, total.weight === 0 ? t('analysis_nobody', { unit: this.unit() }) : far < 0.5 ? t('analysis_all_near', values) : t('analysis_far', values)),
      last ? h('p', null, t('analysis_sites_gain', { n: sites!.length, gain: formatNumber(last.covered_after - total.covered), unit: unitOf(this.stage.registry, coverage), before: percent(sharePercent(total.covered, total.weight)), after: percent(100 * last.share_after) })) : null,
      siting?.needed && coverage.objective === 'all' ? h('p.small.quiet', null, t('analysis_needed', { n: formatNumber(siting.needed), service: this.service() })) : null,
    );
  }

  private list(result: CoverageResult): void {
    const far = ranked(result.demand ?? []);
    const legend = this.legend()!;
    refill(this.stage.legendBox, legendNode({ ...legend, notes: [] }));
    refill(
      this.found,
      result.demand ? this.farList(far) : this.areaList(result),
      result.sites?.length ? h('section.block', null, this.heading('analysis_sites'), h('ol.ranked', { id: 'new-sites' }, ...result.sites.map((site) => this.siteLine(site)))) : null,
      h('section.block', null, h('h3', null, t('analysis_know')), notesNode(legend.notes)),
      fold(t('analysis_method'), 'cover-method', false, ...methodWords(result, this.stage.state.coverage).map((text) => h('p.small', null, text))),
    );
    refill(this.stage.dock, reachTable(result, unitOf(this.stage.registry, this.stage.state.coverage), (place) => this.look(place)));
    if (this.stage.app.session.account && this.stage.analyst) refill(this.kept, scenarioBox(this.stage, result, (next) => this.opened(next)));
  }

  /** A scenario was opened, or the question is asked anew. */
  private opened(result: CoverageResult | null): void {
    this.stage.keep();
    if (result) this.show(result);
    else void this.load();
  }

  private farList(far: DemandPoint[]): HTMLElement {
    const rows = far.slice(0, this.shown).map((point) => h('li', null, this.farLine(point)));
    const more = far.length > this.shown && h('button.button', { type: 'button', id: 'more-far', onclick: () => ((this.shown += 20), this.list(this.result!)) }, t('more'));
    return h('section.block', null, this.heading('analysis_far_rt'), far.length ? h('ol.ranked', { id: 'far-rt' }, ...rows) : h('p.empty', null, t('analysis_far_none')), more);
  }

  private heading(word: 'analysis_far_rt' | 'analysis_far_areas' | 'analysis_sites'): HTMLElement {
    return h('h3', null, t(word), h('span.small.quiet.of', null, unitOf(this.stage.registry, this.stage.state.coverage)));
  }

  private farLine(point: DemandPoint): HTMLElement {
    const area = this.result!.areas.find((a) => a.code === kelurahanOf(point.place))?.name ?? '';
    return h(
      'button.line',
      { type: 'button', 'data-place': point.place, onclick: () => this.look(point.place) },
      h('span.name', null, `${rtOf(point.place) || point.name}${area && `, ${area}`}`),
      this.value(weightWords(point.weight), point.estimated),
      h('span.small.quiet', null, point.nearest_m === null ? t('analysis_no_way') : t('analysis_nearest', { m: formatNumber(point.nearest_m), name: point.nearest?.name ?? '' })),
    );
  }

  /** A number at the end of a line; what it counts is said once above, and to who listens each time. */
  private value(number: string, estimated = false): HTMLElement {
    return h('span.value', null, number, h('span.sr', null, ` ${unitOf(this.stage.registry, this.stage.state.coverage)}`), estimated && h('span.small.quiet', null, ` (${t('analysis_estimated')})`));
  }

  /** Without RT: the kelurahan where most live too far. */
  private areaList(result: CoverageResult): HTMLElement {
    const rows = result.areas.filter((a) => a.level === 'kelurahan' && a.gap > 0).sort((a, b) => b.gap - a.gap).slice(0, this.shown);
    const line = (a: (typeof rows)[number]): HTMLElement =>
      h('li', null, h('button.line', { type: 'button', 'data-place': a.code, onclick: () => this.look(a.code) }, h('span.name', null, a.name), this.value(formatNumber(a.gap)), h('span.small.quiet', null, t('analysis_area_share', { share: percent(100 * (1 - (a.share ?? 0))) }))));
    return h('section.block', null, this.heading('analysis_far_areas'), rows.length ? h('ol.ranked', { id: 'far-areas' }, ...rows.map(line)) : h('p.empty', null, t('analysis_far_none')));
  }

  private siteLine(site: NewSite): HTMLElement {
    const { place = '', name = '' } = site.candidate ?? {};
    const area = place && this.result!.areas.find((a) => a.code === kelurahanOf(place))?.name;
    return h(
      'li',
      null,
      h(
        'button.line',
        { type: 'button', 'data-site': site.rank, onclick: () => this.stage.app.map?.fly([site.lon, site.lat], 15) },
        h('span.name', null, (place && rtOf(place) ? `${rtOf(place)}${area ? `, ${area}` : ''}` : name) || t('analysis_site_n', { n: site.rank })),
        this.value(`+${formatNumber(site.gain)}`),
        h('span.small.quiet', null, t('analysis_share_after', { share: percent(100 * site.share_after) })),
      ),
    );
  }

  /** Marks a place on the map and in the table, and looks there. */
  private look(place: string): void {
    const at = this.byPlace.get(place);
    const point = at === undefined ? null : this.result!.demand![at]!;
    for (const row of document.querySelectorAll('#analysis [data-place], .dock [data-place]')) row.setAttribute('aria-current', String(row.getAttribute('data-place') === place));
    this.stage.layers?.mark(point ? 'rt' : 'kelurahan', [point ? at! : idOf(place)]);
    if (point) this.stage.app.map?.fly([point.lon, point.lat], Math.max(14.5, this.stage.app.map.zoom()));
  }

  draw(): void {
    const { layers } = this.stage;
    drawFacilities(this.stage);
    const { result } = this;
    if (!layers || !result) return;
    const villages = result.areas.filter((a) => a.level === 'kelurahan' && a.share !== null && a.weight > 0);
    layers.areas('kelurahan', new Map(villages.map((a): [number, Look] => [idOf(a.code), { color: shareColors[classOf(shares, 100 * a.share!)]! }])));
    const demand = result.demand ?? [];
    layers.points(
      demand.map((p, id): Point => ({ id, at: [p.lon, p.lat] })),
      new Map(demand.map((p, id): [number, Look] => [id, { color: p.covered ? coveredColor : farColor, radius: p.covered ? 3.5 : 6 }])),
    );
    layers.sites((result.sites ?? []).map((s): Point => ({ id: s.rank, at: [s.lon, s.lat], mark: String(s.rank) })));
    if (!this.looked && !this.stage.placed && home(this.stage)) layers.fit(demand.map((p) => [p.lon, p.lat]));
    this.looked = true;
    layers.words = (level, id) => (level === 'rt' ? this.pointWords(demand[id]) : this.areaWords(id));
    layers.tapped = (level, id) => {
      const place = level === 'rt' ? demand[id]?.place : result.areas.find((a) => idOf(a.code) === id)?.code;
      if (place) this.look(place);
    };
  }

  private pointWords(point: DemandPoint | undefined): string {
    if (!point) return '';
    const weight = weightWords(point.weight);
    const way = point.nearest_m === null ? t('analysis_no_way') : `${formatNumber(point.nearest_m)} m`;
    return `${rtOf(point.place) || point.name}: ${weight} ${unitOf(this.stage.registry, this.stage.state.coverage)}, ${way}`;
  }

  private areaWords(id: number): string {
    const area = this.result?.areas.find((a) => idOf(a.code) === id);
    return area ? `${area.name}: ${area.share === null || !area.weight ? t('analysis_no_data') : t('analysis_covered_share', { share: percent(100 * area.share) })}` : '';
  }

  legend(): Legend | null {
    const { result } = this;
    if (!result) return null;
    const values = result.areas.filter((a) => a.level === 'kelurahan' && a.share !== null && a.weight > 0).map((a) => 100 * a.share!);
    const counts = classCounts(shares, values);
    const unknown = result.areas.filter((a) => a.level === 'kelurahan').length - values.length;
    const points: LegendRow[] = result.demand
      ? [
          { label: t('analysis_rt_far', { m: formatNumber(this.radius()) }), color: farColor, radius: 6, count: result.demand.filter((p) => !p.covered).length },
          { label: t('analysis_rt_near', { m: formatNumber(this.radius()) }), color: coveredColor, radius: 4, count: result.demand.filter((p) => p.covered).length },
        ]
      : [];
    return {
      title: this.question.textContent ?? '',
      subtitle: this.said.querySelector('.headline')?.textContent ?? '',
      unit: t('analysis_share_unit', { unit: this.unit(), m: formatNumber(this.radius()), service: this.service() }),
      rows: [
        ...points,
        ...shareColors.map((color, i) => ({ color, label: `${rangeWords(shares, i, false, 0)} %`, count: counts[i]! })),
        ...(unknown ? [{ label: t('analysis_no_data'), color: '#d5d5d0', count: unknown }] : []),
        ...(result.sites?.length ? [{ label: t('analysis_sites'), color: '#c2185b', radius: 7, count: result.sites.length }] : []),
      ],
      notes: this.notes(result),
    };
  }

  /** What has to be told with a result, in the server's words; methods have a place of their own. */
  private notes(result: CoverageResult): string[] {
    return result.notes.filter((note) => !ofMethod.has(note.code)).map((note) => note.text);
  }

  leave(): void {
    this.run?.abort();
    this.run = null;
    this.stage.layers?.clear('points');
    this.stage.layers?.clear('areas');
    this.stage.layers?.sites([]);
  }
}

/** Whom the weights count, in the middle of a sentence. */
export function unitOf(registry: Stage['registry'], { demand, desil: [from, to] }: Pick<CoverageState, 'demand' | 'desil'>): string {
  if (demand === 'desil') return t('analysis_unit_desil', { range: from === to ? from : `${from}–${to}` });
  if (demand === 'families' || demand === 'people') return t(`analysis_unit_${demand}`);
  const label = tText(indicatorOf(registry, demand)?.label) || demand;
  return label.charAt(0).toLowerCase() + label.slice(1);
}

export function serviceWords(app: App, type: string): string {
  const label = tText(typeOf(app, type)?.label) || type;
  return label.charAt(0).toLowerCase() + label.slice(1);
}

/** How many an RT weighs; what may not be told is said to be hidden. */
export function weightWords(weight: DemandPoint['weight']): string {
  return typeof weight === 'number' ? formatNumber(weight) : weight === '*' ? t('analysis_hidden') : weight;
}

export function percent(value: number): string {
  return `${formatNumber(value, 1)} %`;
}

export function sharePercent(part: number, whole: number): number {
  return whole ? (100 * part) / whole : 0;
}

/** Notes of the server about how it computed. */
const ofMethod = new Set(['ratio', 'siting', 'grid']);

/** How it was computed, by the names of the methods. */
function methodWords({ sites, siting, notes }: CoverageResult, state: CoverageState): string[] {
  return [
    t(state.network ? 'analysis_method_network' : 'analysis_method_distance', { detour: formatNumber(state.detour, 2) }),
    t('analysis_method_rank'),
    sites?.length ? (state.objective === 'all' ? t('analysis_method_all') : t('analysis_method_sites', { n: state.sites })) : '',
    siting?.lower_bound ? t('analysis_method_bound', { n: formatNumber(siting.lower_bound) }) : '',
    ...notes.filter((note) => ofMethod.has(note.code)).map((note) => note.text),
  ].filter(Boolean);
}
