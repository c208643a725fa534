import type { App } from './app';
import { badge, h, icon } from './dom';
import { formatNumber, formatTime, t, tText } from './i18n';

/** The legend: what is on the map, how many of each, as of when; each line switches its layer. */
export function legend(app: App): Node[] {
  const counts = new Map(app.summary?.counts.map((c) => [c.type, c]));
  const rows: { name: string; label: string; mark: HTMLElement; count: number | undefined }[] = app.types.map((type) => ({
    name: type.name,
    label: tText(type.plural),
    mark: badge(type),
    count: counts.get(type.name)?.total,
  }));
  const areas = app.summary?.areas ?? {};
  rows.push({ name: 'kelurahan', label: t('village'), mark: h('span.badge.area', { 'aria-hidden': 'true' }), count: areas.kelurahan });
  rows.push({ name: 'kecamatan', label: t('kind_kecamatan'), mark: h('span.badge.area.upper', { 'aria-hidden': 'true' }), count: areas.kecamatan });

  const list = h('ul.legend', { 'aria-label': t('legend') });
  for (const { name, label, mark, count } of rows) {
    const eye = h('span.eye');
    const button = h(
      'button',
      { type: 'button', 'data-layer': name, title: t('layer_show') },
      mark,
      h('span.name', null, label),
      h('span.count', null, count === undefined ? '–' : formatNumber(count)),
      eye,
    );
    const draw = (): void => {
      const shown = !app.hidden.has(name);
      button.setAttribute('aria-pressed', String(shown));
      eye.replaceChildren(icon(shown ? 'eye' : 'hidden'));
    };
    button.addEventListener('click', () => {
      if (!app.hidden.delete(name)) app.hidden.add(name);
      draw();
      app.layered();
    });
    draw();
    list.append(h('li', null, button));
  }
  return [list, h('p.legend-note.small.quiet', null, note(app))];
}

function note(app: App): string {
  const { summary } = app;
  if (!summary) return '';
  const total = summary.counts.reduce((sum, c) => sum + c.total, 0);
  const placed = summary.counts.reduce((sum, c) => sum + c.placed, 0);
  return t('legend_note', { placed: formatNumber(placed), unplaced: formatNumber(total - placed), time: formatTime(summary.as_of) });
}
