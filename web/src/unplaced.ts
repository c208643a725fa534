import type { FeatureList } from './api';
import { type App, editAreas } from './app';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { line } from './list';

/** Assets of this person's own areas that still have no point, each with a button to place it. */
export function unplacedList(app: App): { node: HTMLElement; reload: () => void } {
  const node = h('section.block', { hidden: true, id: 'unplaced' });
  const codes = (editAreas(app.session) ?? []).filter(Boolean);
  let turn = 0;
  async function load(): Promise<void> {
    const mine = ++turn;
    const pages = await Promise.all(
      codes.map((code) => app.api.get<FeatureList>(`/api/collections/assets/items?placement=unplaced&limit=50&area=${code}`)),
    ).catch(() => []);
    if (mine !== turn) return;
    const total = pages.reduce((sum, page) => sum + page.numberMatched, 0);
    node.hidden = total === 0;
    node.replaceChildren(
      h('h3', null, t('mine_unplaced'), h('span.quiet', null, formatNumber(total))),
      h('ul.items', null, ...pages.flatMap((page) => page.features).map((f) => line(app, f, true))),
    );
  }
  if (codes.length) void load();
  return { node, reload: () => void (codes.length && load()) };
}
