import { type Address, formatAddress, parseAddress } from './address';
import { Api, type AssetType, type Change, type Feature, type Item, type Session, type Summary } from './api';
import type { App } from './app';
import type { Details } from './details';
import { byId, debounced, h } from './dom';
import { drawHeader, sayAsOf } from './header';
import { makeHome } from './home';
import { lang, t, zoneOf } from './i18n';
import type { MapView } from './map';
import { makePanel } from './panel';
import { makeSearch } from './search';
import { toast } from './toast';

const root = document.documentElement;

/** The page: shell first, then the map, then the live updates. */
export class Page implements App {
  readonly api = new Api(lang);
  session: Session = { account: null, example: false, city: null, revision: 0, as_of: '' };
  types: AssetType[] = [];
  summary: Summary | null = null;
  map: MapView | null = null;
  selected: Item | null = null;
  readonly hidden = new Set(parseAddress(location.hash).off);
  readonly panel = makePanel();
  readonly toast = toast;
  private list = false;
  private readonly first = makeHome(this);
  private detailsPart: Promise<Details> | null = null;
  private workPart: Promise<typeof import('./work')> | null = null;

  async start(): Promise<void> {
    root.lang = lang;
    root.dataset.map = 'loading';
    makeSearch(this);
    drawHeader(this);
    window.addEventListener('popstate', () => this.back(parseAddress(location.hash)));
    await this.begin();
  }

  open(item: Item, options: { fly?: boolean; replace?: boolean } = {}): void {
    this.selected = item;
    this.list = false;
    this.details((d) => d.show(item, options.fly ?? false));
    this.keep(options.replace);
  }

  home(): void {
    this.list = false;
    this.leave();
    this.first.show();
    this.keep();
  }

  doubts(saved?: Feature, replace = false): void {
    this.list = true;
    this.leave();
    void this.work((w) => w.showDoubts(this, saved));
    this.keep(replace);
  }

  layered(): void {
    this.map?.hide(this.hidden);
    this.keep(true);
  }

  entered(session: Session): void {
    this.session = session;
    drawHeader(this);
    document.getElementById('account')?.focus();
    this.map?.own();
    if (this.selected) this.details((d) => d.reload());
    else this.first.show();
  }

  changed(): void {
    void this.recount();
    this.map?.refresh(true, false);
    if (this.panel.mode !== 'details') this.panel.refresh(null);
  }

  news(changes: Change[] | null, assets: boolean, areas: boolean): void {
    if (assets || areas) {
      this.map?.refresh(assets, areas);
      this.recountSoon();
    }
    this.panel.refresh(changes);
  }

  async work<T>(run: (work: typeof import('./work')) => T | Promise<T>): Promise<T> {
    this.workPart ??= import('./work');
    try {
      return await run(await this.workPart);
    } catch (error) {
      this.workPart = null;
      toast(t('failed'));
      throw error;
    }
  }

  /** The details are loaded when something is first opened. */
  private details(act: (part: Details) => void): void {
    this.detailsPart ??= import('./details').then((part) => part.makeDetails(this));
    this.detailsPart.then(act, () => {
      this.detailsPart = null;
      toast(t('failed'));
    });
  }

  private leave(): void {
    this.selected = null;
    this.map?.show(null, null, false);
  }

  /** Writes the view into the address; a move of the map replaces, an opening pushes. */
  private keep(replace = false): void {
    const where = this.map?.view() ?? parseAddress(location.hash);
    const next = formatAddress({ ...where, item: this.selected, doubts: this.list, off: [...this.hidden] });
    if (next !== location.hash) history[replace ? 'replaceState' : 'pushState'](null, '', next);
  }

  private back({ item, doubts, zoom, lat, lon }: Address): void {
    if (zoom !== undefined) this.map?.jump([lon!, lat!], zoom);
    const same = item?.id === this.selected?.id && item?.collection === this.selected?.collection && doubts === this.list;
    if (!this.working() && same) return;
    if (item) this.open(item, { replace: true });
    else if (doubts && this.session.account) this.doubts(undefined, true);
    else {
      this.list = false;
      this.leave();
      this.first.show();
    }
  }

  private working(): boolean {
    return this.panel.mode === 'place' || this.panel.mode === 'form';
  }

  private async recount(): Promise<void> {
    this.summary = await this.api.get<Summary>('/api/summary').catch(() => this.summary);
    if (this.summary) sayAsOf(this.summary.as_of);
    this.first.legendChanged();
  }

  private readonly recountSoon = debounced(300, () => void this.recount());

  private async begin(): Promise<void> {
    if (!(await this.load())) return;
    void this.follow();
    await this.drawMap();
  }

  private async load(): Promise<boolean> {
    const body = byId('panel-body');
    body.replaceChildren(h('div.wait'), h('div.wait'), h('div.wait'));
    const { api } = this;
    try {
      const [session, { types }, summary] = await Promise.all([
        api.get<Session>('/api/session'),
        api.get<{ types: AssetType[] }>('/api/types'),
        api.get<Summary>('/api/summary').catch(() => null),
      ]);
      Object.assign(this, { session, types, summary });
      if (session.city) zoneOf(session.city.bbox[0]);
    } catch {
      body.replaceChildren(failure('failed', () => void this.begin()));
      root.dataset.mode = 'home';
      return false;
    }
    drawHeader(this);
    const { item, doubts, zoom } = parseAddress(location.hash);
    if (item) this.open(item, { replace: true, fly: zoom === undefined });
    else if (doubts && this.session.account) this.doubts(undefined, true);
    else this.first.show();
    return true;
  }

  /** Live updates come with a part of their own; what is shown does not wait for it. */
  private async follow(): Promise<void> {
    try {
      (await import('./live')).follow(this);
    } catch {
      window.setTimeout(() => void this.follow(), 5000);
    }
  }

  private async drawMap(): Promise<void> {
    const said = byId('map-note');
    said.replaceChildren(h('p', null, t('map_loading')));
    try {
      const part = await import('./map');
      this.map = await part.makeMap(this, byId('canvas'), parseAddress(location.hash), {
        moved: debounced(250, () => !this.working() && this.keep(true)),
        tapped: (item) => (item ? this.open(item) : this.panel.mode === 'details' && this.home()),
        piled: (features) => this.details((d) => d.pile(features)),
        zoomed: () => this.first.legendChanged(),
      });
    } catch {
      said.replaceChildren(failure('map_failed', () => location.reload()));
      root.dataset.map = 'none';
      return;
    }
    if (!this.map) {
      said.replaceChildren(h('p', { role: 'status' }, t('map_none')));
      root.dataset.map = 'none';
      return;
    }
    said.replaceChildren();
    this.first.legendChanged();
    if (this.selected) this.details((d) => d.mark());
  }
}

function failure(why: 'failed' | 'map_failed', again: () => void): HTMLElement {
  return h('div.error', { role: 'alert' }, h('p', null, t(why)), h('button.button', { type: 'button', onclick: again }, t('again')));
}
