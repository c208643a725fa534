import type { Feature, FeatureList, Item } from './api';
import { type App, isAdministrator, typeOf } from './app';
import { badge, debounced, h } from './dom';
import { formatNumber, t, tText, tValue } from './i18n';
import { nextPath } from './list';
import { empty, loggedOut, View } from './view';
import { villageName } from './village';

const pageSize = 100;

/** The server pages by id: within a page, what waits for a decision comes first. */
function heldFirst(features: Feature[]): Feature[] {
  const held = (f: Feature): boolean => f.properties.placement === 'held';
  return [...features.filter(held), ...features.filter((f) => !held(f))];
}

/** How many assets need a second look, in words: "7", or "100+" when they are many; '' when that is not known. */
export async function countDoubts(app: App): Promise<string> {
  const page = await app.api.get<FeatureList>(`/api/doubts?limit=${pageSize}`).catch(() => null);
  if (!page) return '';
  return formatNumber(page.numberReturned) + (nextPath(page) ? '+' : '');
}

/**
 * Shows what this account may edit and somebody should look at again, each with the reason
 * in words. `arg` names what was just kept back, as posyandu/17: it stands first, wherever
 * its place in the list is.
 */
export function show(app: App, arg: string): void {
  const [collection, id] = arg.split('/');
  new Doubts(app, collection && id ? { collection, id: Number(id) } : null).show();
}

class Doubts {
  private readonly app: App;
  private readonly saved: Item | null;
  private readonly view: View;
  private readonly items = h('ul.items.doubts');
  private readonly foot = h('div');
  private readonly names = new Map<string, Promise<string>>();
  private next = '';
  private turn = 0;

  constructor(app: App, saved: Item | null) {
    this.app = app;
    this.saved = saved;
    this.view = new View(app, 'doubt-list', t('doubts'));
    this.items.append(...[0, 1, 2].map(() => h('li.wait')));
    this.view.body.replaceChildren(this.items, this.foot);
  }

  show(): void {
    this.view.show({ leave: () => this.turn++, refresh: debounced(300, () => void this.load(true)) });
    void this.load(true);
  }

  /** Asks for the list from its start, keeping as many rows and the focus; or for its next page. */
  async load(afresh: boolean): Promise<void> {
    const mine = ++this.turn;
    const shown = Math.min(1000, Math.max(pageSize, this.items.querySelectorAll('.open').length));
    try {
      const page = await this.app.api.get<FeatureList>(afresh ? `/api/doubts?limit=${shown}` : this.next);
      const features = afresh ? await this.withSaved(page.features) : page.features.filter((f) => f.id !== this.saved?.id);
      const rows = await Promise.all(heldFirst(features).map((f) => this.row(f)));
      if (mine === this.turn) this.draw(rows, nextPath(page), afresh);
    } catch (error) {
      if (mine === this.turn) this.failed(error, afresh);
    }
  }

  /** What was just kept back comes first, as it is now; once it is decided it is gone. */
  private async withSaved(features: Feature[]): Promise<Feature[]> {
    const { saved, app } = this;
    if (!saved) return features;
    const now = features.find((f) => f.id === saved.id) ?? (await app.api.item(saved).then(({ data }) => data, () => null));
    const rest = features.filter((f) => f.id !== saved.id);
    return now && now.properties.placement === 'held' ? [now, ...rest] : features;
  }

  private draw(rows: HTMLElement[], next: string, afresh: boolean): void {
    const focused = (document.activeElement?.closest('[data-id]') as HTMLElement | null)?.dataset.id;
    if (afresh) this.items.replaceChildren();
    this.items.append(...rows);
    this.next = next;
    const n = this.items.childElementCount;
    this.view.said.textContent = n ? t('doubts_count', { n: formatNumber(n) + (next ? '+' : '') }) : '';
    this.foot.replaceChildren(n ? '' : empty(t('doubts_none')), next ? h('button.button', { type: 'button', onclick: () => void this.load(false) }, t('more')) : '');
    if (focused) this.items.querySelector<HTMLElement>(`[data-id='${focused}'] .open`)?.focus();
  }

  private failed(error: unknown, afresh: boolean): void {
    if (loggedOut(this.app, error)) return;
    this.items.querySelectorAll('.wait').forEach((row) => row.remove());
    this.view.said.textContent = '';
    this.foot.replaceChildren(h('div.error', { role: 'alert' }, h('p', null, t('list_failed')), h('button.button', { type: 'button', onclick: () => void this.load(afresh) }, t('again'))));
  }

  private async row(feature: Feature): Promise<HTMLElement> {
    const p = feature.properties;
    const type = typeOf(this.app, p.type);
    const held = p.placement === 'held';
    const why = await this.why(feature);
    return h(
      'li',
      { 'data-id': feature.id, 'data-placement': p.placement, class: feature.id === this.saved?.id ? 'fresh' : null },
      h(
        'button.open',
        { type: 'button', onclick: () => this.app.open({ collection: String(p.type), id: feature.id }, { fly: true }) },
        badge(type),
        h(
          'span.doubt',
          null,
          h('span.doubt-name', null, p.name, held && h('span.tag', null, t('not_public'))),
          h('span.small.quiet', null, [tText(type?.label), p.area_name].filter(Boolean).join(' · ')),
          ...why.map((text) => h('span.small.why', null, text)),
        ),
      ),
    );
  }

  /** The reasons in words. */
  private async why({ properties: p }: Feature): Promise<string[]> {
    const outside = { m: formatNumber(Number(p.outside_m ?? 0)), area: String(p.area_name ?? ''), reason: String(p.placement_reason ?? '') };
    const said: string[] = [];
    if (p.placement === 'near') said.push(t('why_near', outside));
    if (p.placement === 'reasoned') said.push(t('why_reasoned', outside));
    if (p.placement === 'held') said.push(t('why_held', outside), await this.whereHeld(p), t(isAdministrator(this.app.session) ? 'why_held_yours' : 'why_held_waits'));
    for (const mark of (p.marks as string[] | undefined) ?? []) said.push(tValue('why', mark));
    return p.placement === 'held' ? [said.slice(0, 3).filter(Boolean).join(' '), ...said.slice(3)] : said;
  }

  private async whereHeld(p: Feature['properties']): Promise<string> {
    const code = String(p.area_located ?? '');
    if (!code || code === p.area_code) return '';
    const name = this.names.get(code) ?? villageName(this.app, code);
    this.names.set(code, name);
    return t('why_located', { area: await name });
  }
}
