import './style.css';
import { Api, type AssetType, type Item, isArea, type Session, type Summary } from './api';
import { formatAddress, parseAddress } from './address';
import { type App, editAreas, isAdministrator } from './app';
import type { Details } from './details';
import { byId, debounced, h, icon } from './dom';
import { makeHome } from './home';
import { formatTime, lang, switchLang, t, zoneOf } from './i18n';
import { follow, type Listener, type RevisionEvent } from './live';
import { makePanel } from './panel';
import { makeSearch } from './search';
import { toast } from './toast';

const root = document.documentElement;

/** Starts the page: shell first, then the map, then the live updates. */
async function start(): Promise<void> {
  root.lang = lang;
  root.dataset.map = 'loading';
  const api = new Api(lang);
  const first = parseAddress(location.hash);
  let workPart: Promise<typeof import('./work')> | null = null;
  const app: App = {
    api,
    session: { account: null, example: false, city: null, revision: 0, as_of: '' },
    types: [],
    summary: null,
    map: null,
    selected: null,
    hidden: new Set(first.off),
    panel: makePanel(),
    toast,
    open(item, options = {}) {
      app.selected = item;
      details((d) => d.show(item, options.fly ?? false));
      keep(options.replace ? 'replace' : 'push');
    },
    home() {
      app.selected = null;
      app.map?.show(null, null, false);
      home.show();
      keep('push');
    },
    layered() {
      app.map?.hide(app.hidden);
      keep('replace');
    },
    entered(session) {
      app.session = session;
      header();
      document.getElementById('account')?.focus();
      app.map?.own();
      if (app.selected) details((d) => d.reload());
      else home.show();
    },
    changed() {
      void recount();
      app.map?.refresh(true, false);
      if (app.panel.mode === 'home') home.reload();
    },
    async work(run) {
      workPart ??= import('./work');
      try {
        return await run(await workPart);
      } catch (error) {
        workPart = null;
        toast(t('failed'));
        throw error;
      }
    },
  };
  const home = makeHome(app);
  let detailsPart: Promise<Details> | null = null;
  /** The details are loaded when something is first opened. */
  function details(act: (part: Details) => void): void {
    detailsPart ??= import('./details').then((part) => part.makeDetails(app));
    detailsPart.then(act, () => {
      detailsPart = null;
      toast(t('failed'));
    });
  }

  /** Writes the view into the address; a move of the map replaces, an opening pushes. */
  function keep(how: 'push' | 'replace'): void {
    const where = app.map?.view() ?? parseAddress(location.hash);
    const next = formatAddress({ ...where, item: app.selected, off: [...app.hidden] });
    if (next === location.hash) return;
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', next);
  }
  window.addEventListener('popstate', () => {
    const { item, zoom, lat, lon } = parseAddress(location.hash);
    if (zoom !== undefined && lat !== undefined && lon !== undefined) app.map?.jump([lon, lat], zoom);
    const working = app.panel.mode === 'place' || app.panel.mode === 'form';
    if (!working && item?.id === app.selected?.id && item?.collection === app.selected?.collection) return;
    app.selected = item;
    if (item) details((d) => d.show(item, false));
    else {
      app.map?.show(null, null, false);
      home.show();
    }
  });

  function header(): void {
    const { session } = app;
    document.title = session.city ? `Patok: ${t('map_of', { city: session.city.name })}` : t('title');
    byId('skip').textContent = t('skip_list');
    byId('city').textContent = session.city?.name ?? t('no_city');
    byId('as-of').textContent = session.as_of ? t('as_of', { time: formatTime(session.as_of) }) : '\u00a0';
    byId('example').textContent = t('example');
    byId('example').hidden = !session.example;
    byId('map-area').setAttribute('aria-label', t('map'));
    const account = session.account;
    byId('tools').replaceChildren(
      h('button.button.plain', { type: 'button', id: 'lang', lang: lang === 'id' ? 'en' : 'id', 'aria-label': t('lang_other'), onclick: switchLang }, lang === 'id' ? 'EN' : 'ID'),
      account
        ? h('button.button.square', { type: 'button', id: 'account', title: account.title, 'aria-label': `${t('account')}: ${account.title}`, onclick: () => void app.work((w) => w.accountMenu(app)) }, icon('user'))
        : h('button.button', { type: 'button', id: 'login', onclick: () => void app.work((w) => w.logIn(app)) }, t('login')),
    );
    byId('map-actions').replaceChildren(
      h('button.button.round', { type: 'button', title: t('fit'), 'aria-label': t('fit'), id: 'fit', onclick: () => session.city && app.map?.fit(session.city.bbox) }, icon('fit')),
      ...(editAreas(session) ? [h('button.button.primary.add', { type: 'button', id: 'add', onclick: () => void app.work((w) => w.addAsset(app)) }, icon('plus'), t('add'))] : []),
    );
    if (isAdministrator(session)) root.dataset.administrator = '';
    else delete root.dataset.administrator;
  }

  async function recount(): Promise<void> {
    app.summary = await api.get<Summary>('/api/summary').catch(() => app.summary);
    if (app.summary) byId('as-of').textContent = t('as_of', { time: formatTime(app.summary.as_of) });
    home.legendChanged();
  }

  async function load(): Promise<boolean> {
    byId('panel-body').replaceChildren(h('div.wait'), h('div.wait'), h('div.wait'));
    try {
      const [session, types, summary] = await Promise.all([
        api.get<Session>('/api/session'),
        api.get<{ types: AssetType[] }>('/api/types'),
        api.get<Summary>('/api/summary').catch(() => null),
      ]);
      Object.assign(app, { session, types: types.types, summary });
      if (session.city) zoneOf(session.city.bbox[0]);
    } catch {
      byId('panel-body').replaceChildren(h('div.error', { role: 'alert' }, h('p', null, t('failed')), h('button.button', { type: 'button', onclick: () => void begin() }, t('again'))));
      root.dataset.mode = 'home';
      return false;
    }
    header();
    const { item, zoom } = parseAddress(location.hash);
    if (item) app.open(item, { replace: true, fly: zoom === undefined });
    else home.show();
    return true;
  }

  async function drawMap(): Promise<void> {
    const said = byId('map-note');
    said.replaceChildren(h('p', null, t('map_loading')));
    let part: typeof import('./map');
    try {
      part = await import('./map');
    } catch {
      said.replaceChildren(h('div', { role: 'alert' }, h('p', null, t('map_failed')), h('button.button', { type: 'button', onclick: () => location.reload() }, t('again'))));
      root.dataset.map = 'none';
      return;
    }
    const { item: _, off: __, ...view } = parseAddress(location.hash);
    app.map = await part.makeMap(app, byId('canvas'), view, {
      moved: debounced(250, () => app.panel.mode !== 'place' && app.panel.mode !== 'form' && keep('replace')),
      tapped: (item) => (item ? app.open(item) : app.panel.mode === 'details' && app.home()),
      piled: (features) => details((d) => d.pile(features)),
    });
    if (!app.map) {
      said.replaceChildren(h('p', { role: 'status' }, t('map_none')));
      root.dataset.map = 'none';
      return;
    }
    said.replaceChildren();
    if (app.selected) details((d) => d.mark());
  }

  const recountSoon = debounced(300, () => void recount());
  function changed(events: RevisionEvent[]): void {
    const changes = events.flatMap((e) => e.changes ?? []);
    const many = events.some((e) => e.many || !e.changes);
    const assets = many || changes.some((c) => !isArea(c.collection));
    const areas = many || changes.some((c) => isArea(c.collection));
    root.dataset.revision = String(events.at(-1)?.revision ?? '');
    if (!assets && !areas) return;
    app.map?.refresh(assets, areas);
    recountSoon();
    const open: Item | null = app.selected;
    const mine = open && changes.filter((c) => c.collection === open.collection && c.id === open.id).at(-1);
    if (app.panel.mode === 'home') home.reload();
    if (app.panel.mode !== 'details' || !open) return;
    if (mine?.op === 'delete') details((d) => d.gone());
    else if (mine || many || isArea(open.collection)) details((d) => d.reload());
  }

  async function begin(): Promise<void> {
    if (!(await load())) return;
    follow(listener);
    await drawMap();
  }

  const listener: Listener = {
    changed,
    reload() {
      app.map?.refresh(true, true);
      void recount();
      if (app.panel.mode === 'home') home.reload();
      if (app.panel.mode === 'details') details((d) => d.reload());
    },
    connected(is) {
      byId('net').textContent = is ? '' : t('live_lost');
      root.dataset.live = is ? 'open' : 'lost';
    },
  };
  makeSearch(app);
  header();
  await begin();
}

void start().catch((error: unknown) => console.error(error));
