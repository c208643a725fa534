import type { App } from './app';
import { h, icon } from './dom';
import { t } from './i18n';
import { legend } from './legend';
import { assetList, type Filter } from './list';

/** The first view of the panel: legend with counts, what waits for me, the list. */
export function makeHome(app: App): { show: () => void; legendChanged: () => void } {
  const filter: Filter = { type: '', placed: '' };
  const legendBox = h('div');
  const legendChanged = (): void => {
    const held = (document.activeElement as HTMLElement | null)?.dataset.layer;
    legendBox.replaceChildren(...legend(app));
    if (held) legendBox.querySelector<HTMLElement>(`[data-layer=${held}]`)?.focus();
  };
  return {
    legendChanged,
    show() {
      const list = assetList(app, filter);
      const mine = h('div');
      let reloadMine = (): void => {};
      const refresh = (): void => {
        reloadMine();
        list.reload();
      };
      legendChanged();
      const city = app.session.city?.name;
      const title = h(
        'div.home-title',
        null,
        h('h2', null, city ? t('assets_in', { city }) : t('no_city')),
        h('button.button.plain.more', { type: 'button', onclick: () => app.panel.size('full') }, t('show_list'), icon('up')),
      );
      const drafts = h('div', { id: 'drafts' });
      app.panel.show('home', h('div', null, drafts, title, legendBox, mine, list.node), { size: 'peek', refresh });
      if (!app.session.account) return;
      void app.work((w) => {
        w.offerDraft(app, drafts);
        const unplaced = w.unplacedList(app);
        mine.replaceChildren(unplaced.node);
        reloadMine = unplaced.reload;
      });
    },
  };
}
