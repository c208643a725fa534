import './progress.css';
import './analysis.css';
import type { App } from './app';
import { CoveragePart } from './analysis-coverage';
import { FigureBook } from './analysis-figures';
import { refill } from './analysis-fields';
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

addWords(words);

/** Analisis: who lives too far from a service, and any indicator on the map. `arg` is the state that the address keeps. */
export function show(app: App, arg: string): void {
  new Analysis(app, arg).show();
}

const parts: Record<Tab, new (stage: Stage) => Part> = { jangkauan: CoveragePart, peta: IndicatorPart };

class Analysis {
  private readonly app: App;
  private readonly view: View;
  private readonly dock = h('section.dock', { 'aria-label': t('analysis_table'), tabindex: 0 });
  private readonly slot = h('div.dock-slot');
  private readonly wide = window.matchMedia('(min-width: 800px)');
  private readonly tabs = h('nav.tabs', { 'aria-label': t('analysis') });
  private readonly box = h('div');
  private readonly arg: string;
  private stage: Stage | null = null;
  private part: Part | null = null;

  constructor(app: App, arg: string) {
    this.app = app;
    this.arg = arg;
    this.view = new View(app, 'analysis', t('analysis'));
  }

  show(): void {
    this.view.show({ size: 'half', leave: () => this.leave(), refresh: (changes) => this.refresh(changes === null || changes.some((change) => change.collection === 'figures')) });
    delete document.documentElement.dataset.analysis;
    byId('app').classList.add('analysing');
    this.wide.addEventListener('change', this.place);
    window.addEventListener('beforeprint', this.beforePrint);
    window.addEventListener('afterprint', this.afterPrint);
    void this.begin();
  }

  private begin(): Promise<void> {
    return this.view.fill(async () => {
      const registry = await this.app.api.get<Registry>('/api/indicators');
      this.stage = this.makeStage(registry);
      this.place();
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
      analyst: account?.may?.analyse ?? false,
      districts: this.stage?.districts ?? new Map(),
      keep: () => this.stage && this.app.showing(formatState(state)), // not once another view is shown
    };
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
    refill(this.box, this.part.node);
    stage.keep();
    void this.part.load();
  }

  /** The map has come, or figures were published. */
  private readonly refresh = debounced(300, (figures: boolean) => {
    const { stage, app } = this;
    if (!stage) return;
    if (app.map && !stage.layers) {
      stage.layers = new MapLayers(app);
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
      const legend = this.part?.legend();
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

  /** The table stands below the map where there is room, else at the end of the sheet. */
  private readonly place = (): void => {
    if (isWide()) byId('app').append(this.dock);
    else this.slot.append(this.dock);
  };

  private readonly beforePrint = (): void => {
    const legend = this.part?.legend();
    this.afterPrint();
    if (legend) document.body.append(printSheet(this.stage!.layers, legend, this.dock.querySelector('table')?.cloneNode(true) ?? null));
  };

  private readonly afterPrint = (): void => document.querySelector('.print-sheet')?.remove();

  private leave(): void {
    this.part?.leave();
    this.stage?.layers?.leave();
    this.stage = null;
    this.dock.remove();
    this.afterPrint();
    byId('app').classList.remove('analysing');
    this.wide.removeEventListener('change', this.place);
    window.removeEventListener('beforeprint', this.beforePrint);
    window.removeEventListener('afterprint', this.afterPrint);
    delete document.documentElement.dataset.analysis;
  }
}
