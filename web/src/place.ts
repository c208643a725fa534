import type { AssetType, BBox, FeatureList, LonLat } from './api';
import { type App, editAreas, mayEdit } from './app';
import { nudged, parseCoordinates } from './coordinates';
import { badge, byId, debounced, h, icon } from './dom';
import { afterGps, afterMove, afterTyped, dropZoom, type Fix, gpsQuality, untouched } from './fix';
import { formatNumber, formatPoint, t, tValue } from './i18n';

export interface Place {
  point: LonLat;
  fix: Fix;
  areaCode: string;
  areaName: string;
  areaKind: string;
}

interface Task {
  type: AssetType | undefined;
  title: string;
  /** Where to start; null starts at the person's own area. */
  start: LonLat | null;
  /** The kelurahan that the asset belongs to already; '' when the point decides. */
  areaCode: string;
  areaName: string;
  dropped: (place: Place) => void;
  cancelled: () => void;
}

const crosshair =
  'M20 0C11 0 4 7 4 16c0 9 8 15 13.500 27.500L20 50l2.500-6.500C28 31 36 25 36 16 36 7 29 0 20 0z';

/** Lets a person choose a place: the map moves under a pin that stands still at its centre. */
export function choosePlace(app: App, task: Task): void {
  const map = app.map;
  let fix: Fix = untouched;
  let typedPoint: LonLat | null = null; // stands for the map's centre where there is no map
  let located = { code: '', name: '', kind: '' };
  let ours = false; // the page itself moves the map
  let asking: AbortController | null = null;
  let watch = 0;

  const status = h('p', { role: 'status', id: 'place-where' });
  const inside = h('p.small', { id: 'place-inside' });
  const said = h('div', { role: 'status', id: 'place-said' });
  const drop = h('button.button.edit.grow', { type: 'button', id: 'drop', onclick: () => tryDrop(false) }, t('drop_here'));
  const ask = h('div.ask', { hidden: true, role: 'alert' });
  const center = (): LonLat | null => map?.center() ?? typedPoint;

  const showWhere = debounced(350, () => void where());
  async function where(): Promise<void> {
    const point = center();
    status.textContent = point ? formatPoint(point) : t('no_point_yet');
    if (!point) return;
    asking?.abort();
    asking = new AbortController();
    let areas: FeatureList;
    try {
      areas = await app.api.locate(point, asking.signal);
    } catch {
      inside.textContent = '';
      return;
    }
    const village = areas.features.filter((f) => f.properties.level === 4);
    const at = village.find((f) => f.properties.code === task.areaCode) ?? village.find((f) => mayEdit(app.session, String(f.properties.code))) ?? village[0];
    located = { code: String(at?.properties.code ?? ''), name: String(at?.properties.name ?? ''), kind: String(at?.properties.kind ?? '') };
    const home = task.areaCode ? located.code === task.areaCode : mayEdit(app.session, located.code);
    const kind = tValue('kind', at?.properties.kind);
    inside.className = `small where-${home ? 'in' : 'out'}`;
    inside.textContent = !located.code ? t('outside_all') : home ? t('inside_own', { kind, name: located.name }) : t('outside_own', { kind, name: located.name, own: task.areaName || ownNames(app) });
    document.documentElement.dataset.located = located.code;
  }
  const zoomWords = (): void => {
    drop.replaceChildren(map && map.zoom() < dropZoom - 0.01 ? t('zoom_to_drop') : t('drop_here'));
    (drop as HTMLButtonElement).disabled = center() === null;
  };

  const go = (point: LonLat, next: Fix, zoom = dropZoom + 1): void => {
    fix = next;
    ask.hidden = true;
    if (map) {
      ours = true;
      map.jump(point, Math.max(map.zoom(), zoom));
      ours = false;
    } else typedPoint = point;
    document.documentElement.dataset.takenBy = fix.takenBy;
    zoomWords();
    showWhere();
  };
  const stopMove = map?.onMove((byPerson) => {
    byId('crosshair').dataset.moving = '';
    settle();
    if (byPerson && !ours) {
      fix = afterMove();
      document.documentElement.dataset.takenBy = fix.takenBy;
      ask.hidden = true;
    }
    zoomWords();
    showWhere();
  });
  const settle = debounced(120, () => delete byId('crosshair').dataset.moving);

  function tryDrop(sure: boolean): void {
    const point = center();
    if (!point) return;
    if (map && map.zoom() < dropZoom - 0.01) {
      say('', t('zoomed_first'));
      map.fly(map.center(), dropZoom + 0.5);
      return;
    }
    if (!sure && !fix.deliberate) {
      ask.hidden = false;
      const yes = h('button.button', { type: 'button', id: 'drop-sure', onclick: () => tryDrop(true) }, t('not_moved_yes'));
      ask.replaceChildren(h('p.small', null, t('not_moved')), h('div.row', null, yes, h('button.button.plain', { type: 'button', onclick: () => (ask.hidden = true) }, t('not_moved_no'))));
      yes.focus();
      return;
    }
    const owns = (editAreas(app.session) ?? []).filter((code) => code.length === 13);
    const claimed = task.areaCode
      ? { code: task.areaCode, name: task.areaName }
      : mayEdit(app.session, located.code) || owns.length !== 1
        ? located
        : { code: owns[0]!, name: ownNames(app) };
    task.dropped({ point: [round(point[0]), round(point[1])], fix: { ...fix, deliberate: true }, areaCode: claimed.code, areaName: claimed.name, areaKind: located.kind });
  }

  const say = (look: string, text: string, more?: Node): void => {
    said.className = look;
    said.replaceChildren(h('p.small', null, text), more ?? '');
  };
  const gps = h('button.button', { type: 'button', id: 'gps', onclick: () => findMe() }, icon('gps'), t('my_place'));
  function findMe(): void {
    if (!navigator.geolocation || !window.isSecureContext) return say('notice', t('gps_none'));
    navigator.geolocation.clearWatch(watch);
    say('', t('gps_wait'));
    let best = Infinity;
    const until = Date.now() + 15_000;
    watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        if (coords.accuracy < best && (best === Infinity || fix.takenBy === 'gps')) {
          best = coords.accuracy;
          const quality = gpsQuality(best);
          go([coords.longitude, coords.latitude], afterGps(best, new Date(timestamp).toISOString()));
          say(`gps ${quality}`, t(`gps_${quality}`, { m: formatNumber(best, best < 10 ? 1 : 0) }));
          document.documentElement.dataset.gps = quality;
        }
        if (best <= 5 || Date.now() > until || fix.takenBy !== 'gps') navigator.geolocation.clearWatch(watch);
      },
      (error) => say('notice', t(error.code === error.PERMISSION_DENIED ? 'gps_denied' : 'gps_failed')),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 },
    );
  }

  const typed = typedCoordinates(app.session.city?.bbox ?? null, (point, how) => {
    go(point, afterTyped(how));
    say('', t('typed_taken'));
  });
  typed.hidden = map !== null;
  const typeToggle = h('button.button', { type: 'button', id: 'type-toggle', 'aria-expanded': String(!typed.hidden), 'aria-controls': 'typed', onclick: () => {
    typed.hidden = !typed.hidden;
    typeToggle.setAttribute('aria-expanded', String(!typed.hidden));
    if (!typed.hidden) typed.querySelector('input')?.focus();
  } }, icon('keyboard'), t('type_coordinates'));

  const nudge = (east: number, north: number): void => {
    const from = center();
    if (from) go(nudged(from, east, north), afterMove(), 0);
  };
  const arrow = (name: 'left' | 'up' | 'down' | 'right', east: number, north: number): HTMLElement =>
    h('button.button.square', { type: 'button', 'data-nudge': name, 'aria-label': t(`nudge_${name}`), onclick: () => nudge(east, north) }, icon(name));
  const nudges = h('div.nudges', { role: 'group', 'aria-label': t('nudge') }, arrow('left', -1, 0), arrow('up', 0, 1), arrow('down', 0, -1), arrow('right', 1, 0));

  const keys = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    nudge(move[0]!, move[1]!);
  };
  const canvas = byId('canvas');
  canvas.addEventListener('keydown', keys, { capture: true });

  const content = h(
    'section',
    { id: 'place', 'aria-label': task.title },
    h(
      'header.details-head',
      null,
      badge(task.type, '.large'),
      h('div.two', null, h('h2', null, task.title), h('p.small.quiet', null, t(map ? 'place_how' : 'place_how_no_map'))),
      h('button.button.plain.square', { type: 'button', 'aria-label': t('cancel'), id: 'place-cancel', onclick: () => task.cancelled() }, icon('close')),
    ),
    h('div.where-line', null, status, inside),
    said,
    h('div.row.tools-row', null, gps, typeToggle, map && nudges),
    typed,
    ask,
    h('div.row.drop-row', null, drop),
  );

  showPin(map !== null);
  map?.placing(true);
  app.panel.show('place', content, {
    size: 'full',
    leave: () => {
      stopMove?.();
      asking?.abort();
      if (watch) navigator.geolocation.clearWatch(watch);
      canvas.removeEventListener('keydown', keys, { capture: true });
      showPin(false);
      map?.placing(false);
      for (const name of ['takenBy', 'located', 'gps']) delete document.documentElement.dataset[name];
    },
  });
  (content.querySelector('#gps') as HTMLElement).focus({ preventScroll: true });
  if (task.start && map) map.jump(task.start, Math.max(map.zoom(), dropZoom));
  zoomWords();
  void where();
}

/** Shows the pin that stands at the centre of the map. */
export function showPin(shown: boolean): void {
  const pin = byId('crosshair');
  if (!pin.childElementCount) pin.append(pinShape());
  pin.hidden = !shown;
}

function round(degrees: number): number {
  return Number(degrees.toFixed(7));
}

function ownNames(app: App): string {
  return (app.session.account?.grants ?? []).map((grant) => grant.area_name).filter(Boolean).join(', ');
}

function pinShape(): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 40 50');
  svg.setAttribute('aria-hidden', 'true');
  for (const [d, look] of [
    [crosshair, 'pin'],
    ['M20 10a6 6 0 1 0 0 12 6 6 0 0 0 0-12z', 'eye'],
  ] as const) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', look);
    svg.append(path);
  }
  return svg;
}

/** The field for typed coordinates and links; proposes another reading where this one lies far off. */
function typedCoordinates(city: BBox | null, taken: (point: LonLat, how: 'ketik' | 'tautan') => void): HTMLElement {
  const input = h('input.input', { id: 'typed-input', type: 'text', autocomplete: 'off', 'aria-describedby': 'typed-help typed-error', placeholder: '-7,81234; 112,01234' });
  const wrong = h('div', { id: 'typed-error', role: 'alert' });
  const read = (): void => {
    wrong.replaceChildren();
    const found = parseCoordinates(input.value, city);
    if (typeof found === 'string') {
      wrong.append(h('p.field-error', null, t(`typed_${found}`)));
      return;
    }
    const { suggestion } = found;
    if (!suggestion) return taken(found.point, found.takenBy);
    wrong.append(
      h('p.notice.small', null, t(`typed_${suggestion.why}`, { point: formatPoint(suggestion.point) })),
      h('button.button', { type: 'button', id: 'typed-suggestion', onclick: () => (wrong.replaceChildren(), taken(suggestion.point, found.takenBy)) }, t('typed_use')),
      Math.abs(found.point[1]) <= 90 ? h('button.button.plain', { type: 'button', onclick: () => (wrong.replaceChildren(), taken(found.point, found.takenBy)) }, t('typed_keep')) : '',
    );
  };
  return h(
    'form.typed',
    { id: 'typed', onsubmit: (event: Event) => (event.preventDefault(), read()) },
    h('label.label', { for: 'typed-input' }, t('typed_label')),
    h('div.row', null, h('span.grow', null, input), h('button.button', { type: 'submit' }, t('typed_go'))),
    h('p.small.quiet', { id: 'typed-help' }, t('typed_help')),
    wrong,
  );
}
