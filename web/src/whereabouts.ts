import type { FeatureList, LonLat } from './api';
import { type App, mayEdit } from './app';
import { debounced, h } from './dom';
import { formatPoint, t, tValue } from './i18n';

/** A kelurahan or desa. */
export interface Village {
  code: string;
  name: string;
  kind: string;
}

const nowhere: Village = { code: '', name: '', kind: '' };

/** Says in words where the point is: its coordinates, its kelurahan, and whether that is the person's own. */
export class Whereabouts {
  readonly status = h('p', { role: 'status', id: 'place-where' });
  readonly inside = h('p.small', { id: 'place-inside' });
  private readonly app: App;
  private readonly own: { code: string; name: string };
  private at: Village = nowhere;
  private asked: { point: LonLat; answer: Promise<void>; stop: AbortController } | null = null;

  /** `own` is the kelurahan that the asset belongs to already; without a code all of the person's count. */
  constructor(app: App, own: { code: string; name: string }) {
    this.app = app;
    this.own = own;
  }

  /** Asks once the point has come to rest. */
  readonly soon = debounced(350, (point: LonLat | null) => void this.ask(point));

  /** Says where this point is; a point that is being asked about or known is not asked about again. */
  ask(point: LonLat | null): Promise<void> {
    this.status.textContent = point ? formatPoint(point) : t('no_point_yet');
    if (!point) return Promise.resolve();
    if (this.asked?.point[0] === point[0] && this.asked.point[1] === point[1]) return this.asked.answer;
    this.stop();
    const stop = new AbortController();
    this.asked = { point, stop, answer: this.answer(point, stop.signal) };
    return this.asked.answer;
  }

  /** The kelurahan at this point; without a code outside of all, and where no answer comes. */
  async village(point: LonLat): Promise<Village> {
    await this.ask(point);
    return this.at;
  }

  stop(): void {
    this.asked?.stop.abort();
  }

  private async answer(point: LonLat, signal: AbortSignal): Promise<void> {
    this.at = nowhere;
    try {
      this.tell(await this.app.api.locate(point, signal));
    } catch {
      if (signal.aborted) return;
      this.asked = null;
      this.inside.textContent = '';
    }
  }

  private tell(areas: FeatureList): void {
    const { own, app } = this;
    const villages = areas.features.filter((f) => f.properties.level === 4);
    const found = villages.find((f) => f.properties.code === own.code) ?? villages.find((f) => mayEdit(app.session, String(f.properties.code))) ?? villages[0];
    const code = String(found?.properties.code ?? '');
    this.at = { code, name: found?.properties.name ?? '', kind: String(found?.properties.kind ?? '') };
    const home = own.code ? code === own.code : code !== '' && mayEdit(app.session, code);
    const words = { kind: tValue('kind', found?.properties.kind), name: this.at.name };
    this.inside.className = `small where-${home ? 'in' : 'out'}`;
    this.inside.textContent = !code ? t('outside_all') : home ? t('inside_own', words) : t('outside_own', { ...words, own: own.name || ownNames(app) });
    document.documentElement.dataset.located = code;
  }
}

/** The names of the areas that this account has rights in. */
export function ownNames(app: App): string {
  return (app.session.account?.grants ?? []).map((grant) => grant.area_name).filter(Boolean).join(', ');
}
