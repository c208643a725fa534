import type { Feature, LonLat, Problem } from './api';
import { type App, pointOf, typeOf } from './app';
import { metresBetween } from './coordinates';
import { badge, h } from './dom';
import { dropDraft } from './draft';
import { formatNumber, t } from './i18n';

/** Shows what may be the same asset, nearest first, and asks: the same one, or another? */
export function showDuplicates(app: App, box: HTMLElement, problem: Problem, point: LonLat | null, differs: () => void): void {
  const away = (feature: Feature): number | null => {
    const at = pointOf(feature);
    return at && point ? metresBetween(at, point) : null;
  };
  const candidates = ((problem.body.candidates as Feature[] | undefined) ?? []).slice().sort((a, b) => (away(a) ?? Infinity) - (away(b) ?? Infinity));
  const same = (feature: Feature): void => {
    dropDraft();
    app.open({ collection: String(feature.properties.type), id: feature.id }, { fly: true });
  };
  const list = candidates.map((feature) => {
    const metres = away(feature);
    const where = [feature.properties.area_name, metres === null ? t('is_without_point') : t('metres_away', { m: formatNumber(metres) })].filter(Boolean).join(' · ');
    return h(
      'li',
      null,
      badge(typeOf(app, feature.properties.type)),
      h('span.two', null, h('span', null, feature.properties.name), h('span', null, where)),
      h('button.button', { type: 'button', onclick: () => same(feature) }, t('is_same')),
    );
  });
  box.replaceChildren(
    h(
      'div.notice',
      { id: 'duplicates', role: 'group', 'aria-label': t('maybe_same') },
      h('p', null, h('strong', null, t('maybe_same'))),
      h('ul.items', null, ...list),
      h('button.button', { type: 'button', id: 'differs', onclick: differs }, t('is_other')),
    ),
  );
  box.focus();
  box.scrollIntoView({ block: 'nearest' });
}
