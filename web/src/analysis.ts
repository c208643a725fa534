import './progress.css';
import './analysis.css';
import { parseAddress } from './address';
import type { App } from './app';
import { CoveragePart } from './analysis-coverage';
import { FigureBook } from './analysis-figures';
import { refill } from './analysis-fields';
import type { Legend } from './analysis-legend';
import { IndicatorPart } from './analysis-indicators';
import { MapLayers } from './analysis-map';
import { printSheet, savePicture } from './analysis-picture';
import { isWide, type Part, type Stage } from './analysis-stage';
import { formatState, parseState, type Tab } from './analysis-state';
import { byId, debounced, h } from './dom';
import { addWords, t } from './i18n';
import type { Registry } from './registry';
import { copy } from './share';
import { View } from './view';
import * as words from './words-analysis';
import * as figureWords from './words-figures';

addWords(figureWords);
addWords(words);

/** Analisis: who lives too far from a service, and any indicator on the map. `arg` is the state that the address keeps. */
export function show(app: App, arg: string): void {
  new Analysis(app, arg).show();
}

const legendWidth = 248; // pixels of the map that it covers, as analysis.css has it

const parts: Record<Tab, new (stage: Stage) => Part> = { jangkauan: CoveragePart, peta: IndicatorPart };

class Analysis {
  private readonly app: App;
  private readonly view: View;
  private readonly dock = h('section.dock', { 'aria-label': t('analysis_table'), tabindex: 0 });
  private readonly legendBox = h('div');
  private readonly legend = h('details.legend-card', { open: true }, h('summary', null, t('analysis_legend')), this.legendBox);
  private readonly slot = h('div.dock-slot');
  private readonly wide = window.matchMedia('(min-width: 800px)');
  private readonly tabs = h('nav.tabs', { 'aria-label': t('analysis') });
  private readonly box = h('div');
  private readonly arg: string;
  /** Whether the address says where to look. */
  private readonly placed: boolean;
  private stage: Stage | null = null;
  private part: Part | null = null;

  constructor(app: App, arg: string) {
    this.app = app;
    this.arg = arg;
    this.placed = arg !== '' && parseAddress(location.hash).zoom !== undefined;
    this.view = new View(app, 'analysis', t('analysis'));
  }

  show(): void {
    this.view.show({ size: 'half', leave: () => this.leave(), refresh: (changes) => this.refresh(changes === null || changes.some((change) => change.collection === 'figures')) });
    delete document.documentElement.dataset.analysis;
    byId('app').classList.add('analysing');
    this.wide.addEventListener('change', this.place);
    window.addEventListener('beforeprint', this.beforePrint);
    window.addEventListener('afterprint', this.afterPrint);
    void this.begin().then(() => this.fit());
  }

  private begin(): Promise<void> {
    return this.view.fill(async () => {
      const registry = await this.app.api.get<Registry>('/api/indicators');
      this.stage = this.makeStage(registry);
      this.drawTabs();
      window.setTimeout(() => this.open());
      return [this.tabs, this.box, this.tools(), this.slot];
    });
  }

  private makeStage(registry: Registry): Stage {
    const state = this.stage?.state ?? parseState(this.arg);
    const { account } = this.app.session;
    return {
      app: this.app,
      state,
      registry,
      book: new FigureBook(this.app.api),
      layers: this.app.map ? (this.stage?.layers ?? new MapLayers(this.app)) : null,
      dock: this.dock,
      legendBox: this.legendBox,
      analyst: account?.may?.analyse ?? false,
      names: this.stage?.names ?? new Map(),
      placed: this.placed,
      keep: () => this.stage && this.app.showing(formatState(state)), // not once another view is shown
    };
  }

  /** Shows the whole city beside the legend, unless a copied link says where to look. */
  private fit(): void {
    const { city } = this.app.session;
    const { map } = this.app;
    if (!city || !map || this.placed) return;
    map.gl.resize();
    map.gl.fitBounds(city.bbox, { padding: 16, duration: 0 });
  }

  private drawTabs(): void {
    const { state } = this.stage!;
    const tab = (name: Tab, label: string): HTMLElement => h('button', { type: 'button', id: `tab-${name}`, 'aria-current': state.tab === name ? 'page' : null, onclick: () => this.turn(name) }, label);
    refill(this.tabs, tab('jangkauan', t('analysis_reach')), tab('peta', t('analysis_map')));
  }

  private turn(tab: Tab): void {
    const { state } = this.stage!;
    if (state.tab === tab) return;
    state.tab = tab;
    this.drawTabs();
    this.open();
  }

  /** Shows the part of the tab that is open. */
  private open(): void {
    const stage = this.stage;
    if (!stage) return;
    this.part?.leave();
    refill(this.dock);
    this.part = new parts[stage.state.tab](stage);
    refill(this.legendBox);
    this.legend.open = isWide() || stage.state.tab === 'peta';
    refill(this.box, this.part.node);
    this.place();
    void this.part.load();
  }

  /** The map has come, or figures were published. */
  private readonly refresh = debounced(300, (figures: boolean) => {
    const { stage, app } = this;
    if (!stage) return;
    if (app.map && !stage.layers) {
      stage.layers = new MapLayers(app);
      this.place();
      this.fit();
      this.part?.draw();
    } else if (figures) void this.renew();
  });

  private async renew(): Promise<void> {
    const registry = await this.app.api.get<Registry>('/api/indicators').catch(() => null);
    if (!registry || !this.stage || JSON.stringify(registry.tables) === JSON.stringify(this.stage.registry.tables)) return;
    this.stage = this.makeStage(registry);
    this.open();
  }

  /** What is done with what is shown: the link, the picture, the print. */
  private tools(): HTMLElement {
    const picture = (): void => {
      const legend = this.told();
      if (legend && this.stage?.layers) savePicture(this.app, this.stage.layers, legend, `analisis-${this.stage.state.tab}.png`);
    };
    return h(
      'div.row.analysis-tools',
      null,
      h('button.button', { type: 'button', id: 'analysis-link', onclick: () => void copy(this.app, location.href) }, t('analysis_link')),
      h('button.button', { type: 'button', id: 'analysis-picture', onclick: picture }, t('analysis_picture')),
      h('button.button', { type: 'button', id: 'analysis-print', onclick: () => window.print() }, t('analysis_print')),
    );
  }

  /** What a picture and a print say beside the map: also whose the base map is. */
  private told(): Legend | null {
    const legend = this.part?.legend();
    const base = this.app.session.settings?.basemap?.attribution;
    return legend ? { ...legend, notes: [...legend.notes, ...(base ? [base] : [])] } : null;
  }

  /** Where there is room the table stands below the map and the legend on it, else both in the sheet. */
  private readonly place = (): void => {
    (isWide() ? byId('app') : this.slot).append(this.dock);
    (isWide() ? byId('map-area') : this.part?.legendSlot)?.append(this.legend);
    this.stage?.layers?.besides(isWide() ? legendWidth : 0);
  };

  private readonly beforePrint = (): void => {
    const legend = this.told();
    this.afterPrint();
    if (legend) document.body.append(printSheet(this.stage!.layers, legend, this.dock.querySelector('table')?.cloneNode(true) ?? null));
  };

  private readonly afterPrint = (): void => document.querySelector('.print-sheet')?.remove();

  private leave(): void {
    this.part?.leave();
    this.stage?.layers?.leave();
    this.stage = null;
    this.dock.remove();
    this.legend.remove();
    this.afterPrint();
    byId('app').classList.remove('analysing');
    this.wide.removeEventListener('change', this.place);
    window.removeEventListener('beforeprint', this.beforePrint);
    window.removeEventListener('afterprint', this.afterPrint);
    delete document.documentElement.dataset.analysis;
  }
}
