import { type Address, formatAddress, parseAddress, type Shown, type ViewName } from './address';
import { Api, type AssetType, type Change, type Item, type Session, type Summary } from './api';
import type { App } from './app';
import type { Details } from './details';
import { byId, debounced, h } from './dom';
import { drawHeader, sayAsOf } from './header';
import { makeHome } from './home';
import { lang, t, zoneOf } from './i18n';
import type { MapView } from './map';
import { makePanel } from './panel';
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
  private shown: Shown | null = null;
  private readonly first = makeHome(this);
  private detailsPart: Promise<Details> | null = null;
  private workPart: Promise<typeof import('./work')> | null = null;

  async start(): Promise<void> {
    root.lang = lang;
    root.dataset.map = 'loading';
    drawHeader(this);
    void this.follow(() => import('./search').then((part) => part.makeSearch(this)));
    window.addEventListener('popstate', () => this.back(parseAddress(location.hash)));
    window.setInterval(this.waiting, 60_000);
    await this.begin();
  }

  open(item: Item, options: { fly?: boolean; replace?: boolean } = {}): void {
    this.selected = item;
    this.shown = null;
    this.details((d) => d.show(item, options.fly ?? false));
    this.keep(options.replace);
  }

  home(replace = false): void {
    this.shown = null;
    this.leave();
    this.first.show();
    this.keep(replace);
  }

  view(name: ViewName, arg = '', replace = false): void {
    const asked = (this.shown = { name, arg });
    this.leave();
    if (!this.session.account) this.first.show();
    void this.work(async (w) => {
      const show = await w.viewOf(this, name);
      if (this.shown === asked) await show(this, arg);
    });
    this.keep(replace);
  }

  showing(arg: string): void {
    if (this.shown) this.shown.arg = arg;
    this.keep(true);
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
    this.waiting();
    if (this.selected) this.details((d) => d.reload());
    else if (this.shown) this.view(this.shown.name, this.shown.arg, true);
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
    this.waiting();
  }

  readonly waiting = debounced(200, () => {
    if (this.session.account || root.dataset.waiting) void this.work((w) => w.countWaiting(this));
  });

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
    const next = formatAddress({ ...where, item: this.selected, view: this.shown, off: [...this.hidden] });
    if (next !== location.hash) history[replace ? 'replaceState' : 'pushState'](null, '', next);
  }

  private back(address: Address): void {
    const { item, view, zoom, lat, lon } = address;
    if (zoom !== undefined) this.map?.jump([lon!, lat!], zoom);
    const same = JSON.stringify([item, view]) === JSON.stringify([this.selected, this.shown]);
    if (this.working() || !same) this.show(address);
  }

  private show({ item, view, zoom }: Address, fly = false): void {
    if (item) this.open(item, { replace: true, fly: fly && zoom === undefined });
    else if (view) this.view(view.name, view.arg, true);
    else {
      this.shown = null;
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
    void this.follow(() => import('./live').then((part) => part.follow(this)));
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
    this.show(parseAddress(location.hash), true);
    return true;
  }

  /** Search and live updates come after the shell, each with a part of its own; what is shown does not wait for them. */
  private async follow(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch {
      window.setTimeout(() => void this.follow(part), 5000);
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
    if (this.selected) this.details((d) => d.mark());
    else if (this.shown) this.panel.refresh(null);
    this.waiting();
  }
}

function failure(why: 'failed' | 'map_failed', again: () => void): HTMLElement {
  return h('div.error', { role: 'alert' }, h('p', null, t(why)), h('button.button', { type: 'button', onclick: again }, t('again')));
}
