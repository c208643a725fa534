import type { AssetType, LonLat } from './api';
import { type App, editAreas, mayEdit } from './app';
import { nudged } from './coordinates';
import { badge, byId, debounced, h } from './dom';
import { afterMove, afterTyped, dropZoom, type Fix, untouched } from './fix';
import { findMe } from './gps';
import { t } from './i18n';
import { icon } from './icons';
import type { MapView } from './map';
import { nudgeButtons, nudgeKeys } from './nudge';
import { showPin } from './pin';
import { typedCoordinates } from './typed';
import { ownNames, type Village, Whereabouts } from './whereabouts';

export interface Place {
  point: LonLat;
  fix: Fix;
  /** The kelurahan that the point speaks for; '' when the person has to choose. */
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

/** Lets a person choose a place: the map moves under a pin that stands still at its centre. */
export function choosePlace(app: App, task: Task): void {
  new Placing(app, task).show();
}

class Placing {
  private readonly app: App;
  private readonly task: Task;
  private readonly map: MapView | null;
  private readonly where: Whereabouts;
  private fix: Fix = untouched;
  private typedPoint: LonLat | null = null; // stands for the map's centre where there is no map
  private left = false;
  private ours = false; // the page itself moves the map
  private readonly stops: (() => void)[] = [];
  private stopGPS = (): void => {};
  private readonly said = h('div', { role: 'status', id: 'place-said' });
  private readonly drop = h('button.button.edit.grow', { type: 'button', id: 'drop', onclick: () => this.tryDrop(false) }, t('drop_here'));
  private readonly ask = h('div.ask', { hidden: true, role: 'alert' });
  private readonly settled = debounced(120, () => delete byId('crosshair').dataset.moving);

  constructor(app: App, task: Task) {
    this.app = app;
    this.task = task;
    this.map = app.map;
    this.where = new Whereabouts(app, { code: task.areaCode, name: task.areaName });
  }

  show(): void {
    const { map, task } = this;
    const content = this.content();
    showPin(map !== null);
    map?.placing(true);
    this.app.panel.show('place', content, { size: 'full', leave: () => this.leave() });
    if (map) this.stops.push(map.onMove((byPerson) => this.moved(byPerson)));
    this.stops.push(nudgeKeys(byId('canvas'), this.nudge));
    (content.querySelector('#gps') as HTMLElement).focus({ preventScroll: true });
    if (task.start && map) map.jump(task.start, Math.max(map.zoom(), dropZoom));
    this.zoomWords();
    void this.where.ask(this.point());
  }

  private content(): HTMLElement {
    const { map, task } = this;
    const typed = typedCoordinates(this.app.session.city?.bbox ?? null, (point, how) => {
      this.go(point, afterTyped(how));
      this.say('', t('typed_taken'));
    });
    typed.hidden = map !== null;
    return h(
      'section',
      { id: 'place', 'aria-label': task.title },
      h(
        'header.details-head',
        null,
        badge(task.type, '.large'),
        h('div.two', null, h('h2', null, task.title), h('p.small.quiet', null, t(map ? 'place_how' : 'place_how_no_map'))),
        h('button.button.plain.square', { type: 'button', 'aria-label': t('cancel'), id: 'place-cancel', onclick: () => task.cancelled() }, icon('close')),
      ),
      h('div.where-line', null, this.where.status, this.where.inside),
      this.said,
      h('div.row.tools-row', null, h('button.button', { type: 'button', id: 'gps', onclick: () => this.gps() }, icon('gps'), t('my_place')), typeToggle(typed), map && nudgeButtons(this.nudge)),
      typed,
      this.ask,
      h('div.row.drop-row', null, this.drop),
    );
  }

  private leave(): void {
    this.left = true;
    for (const stop of [...this.stops, this.stopGPS]) stop();
    this.where.stop();
    showPin(false);
    this.map?.placing(false);
    for (const name of ['takenBy', 'located', 'gps']) delete document.documentElement.dataset[name];
  }

  private point(): LonLat | null {
    return this.map?.center() ?? this.typedPoint;
  }

  private take(fix: Fix): void {
    this.fix = fix;
    this.ask.hidden = true;
    document.documentElement.dataset.takenBy = fix.takenBy;
  }

  private go(point: LonLat, fix: Fix, zoom = dropZoom + 1): void {
    if (this.map) {
      this.ours = true;
      this.map.jump(point, Math.max(this.map.zoom(), zoom));
      this.ours = false;
    } else this.typedPoint = point;
    this.take(fix);
    this.zoomWords();
    this.where.soon(this.point());
  }

  private moved(byPerson: boolean): void {
    byId('crosshair').dataset.moving = '';
    this.settled();
    if (byPerson && !this.ours) this.take(afterMove());
    this.zoomWords();
    this.where.soon(this.point());
  }

  private readonly nudge = (east: number, north: number): void => {
    const from = this.point();
    if (from) this.go(nudged(from, east, north), afterMove(), 0);
  };

  private gps(): void {
    this.stopGPS();
    this.stopGPS = findMe({
      found: (point, fix) => this.go(point, fix),
      left: () => this.fix.takenBy !== 'gps',
      say: (look, text) => this.say(look, text),
    });
  }

  private say(look: string, text: string): void {
    this.said.className = look;
    this.said.replaceChildren(h('p.small', null, text));
  }

  private tooFar(): boolean {
    return this.map !== null && this.map.zoom() < dropZoom - 0.01;
  }

  private zoomWords(): void {
    this.drop.replaceChildren(t(this.tooFar() ? 'zoom_to_drop' : 'drop_here'));
    (this.drop as HTMLButtonElement).disabled = this.point() === null;
  }

  private tryDrop(sure: boolean): void {
    const point = this.point();
    if (!point) return;
    if (this.map && this.tooFar()) {
      this.say('', t('zoomed_first'));
      this.map.fly(point, dropZoom + 0.5);
    } else if (!sure && !this.fix.deliberate) this.askWhetherMeant();
    else void this.dropAt(point);
  }

  private async dropAt(point: LonLat): Promise<void> {
    const village = await this.where.village(point); // the words at the pin may still be of the place before
    if (this.left) return;
    this.task.dropped({ point: [round(point[0]), round(point[1])], fix: { ...this.fix, deliberate: true }, ...this.claimed(village), areaKind: village.kind });
  }

  private askWhetherMeant(): void {
    const { ask } = this;
    ask.hidden = false;
    const yes = h('button.button', { type: 'button', id: 'drop-sure', onclick: () => this.tryDrop(true) }, t('not_moved_yes'));
    ask.replaceChildren(h('p.small', null, t('not_moved')), h('div.row', null, yes, h('button.button.plain', { type: 'button', onclick: () => (ask.hidden = true) }, t('not_moved_no'))));
    yes.focus();
  }

  /** The kelurahan at the point when it is the person's, else their only one. */
  private claimed({ code, name }: Village): { areaCode: string; areaName: string } {
    const { task, app } = this;
    if (task.areaCode) return { areaCode: task.areaCode, areaName: task.areaName };
    if (code && mayEdit(app.session, code)) return { areaCode: code, areaName: name };
    const own = editAreas(app.session) ?? [];
    return own.length === 1 && own[0]!.length === 13 ? { areaCode: own[0]!, areaName: ownNames(app) } : { areaCode: '', areaName: '' };
  }
}

function typeToggle(typed: HTMLElement): HTMLElement {
  const toggle = h('button.button', { type: 'button', id: 'type-toggle', 'aria-expanded': String(!typed.hidden), 'aria-controls': 'typed' }, icon('keyboard'), t('type_coordinates'));
  toggle.addEventListener('click', () => {
    typed.hidden = !typed.hidden;
    toggle.setAttribute('aria-expanded', String(!typed.hidden));
    if (!typed.hidden) typed.querySelector('input')?.focus();
  });
  return toggle;
}

function round(degrees: number): number {
  return Number(degrees.toFixed(7));
}
