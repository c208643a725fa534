import type { App } from './app';
import { h, icon } from './dom';
import { t } from './i18n';
import { legend } from './legend';
import { assetList, type Filter, unplacedList } from './list';

/** The first view of the panel: legend with counts, what waits for me, the list. */
export function makeHome(app: App): { show: () => void; reload: () => void; legendChanged: () => void } {
  const filter: Filter = { type: '', placed: '' };
  let reload = (): void => {};
  const legendBox = h('div');
  const legendChanged = (): void => legendBox.replaceChildren(...legend(app));
  return {
    legendChanged,
    reload: () => reload(),
    show() {
      const unplaced = unplacedList(app);
      const list = assetList(app, filter);
      reload = () => {
        unplaced.reload();
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
      app.panel.show('home', h('div', null, drafts, title, legendBox, unplaced.node, list.node), { size: 'peek', leave: () => (reload = () => {}) });
      if (app.session.account) void app.work((w) => w.offerDraft(app, drafts));
    },
  };
}
