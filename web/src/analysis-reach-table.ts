import { type CoveredArea, type CoverageResult, type DemandPoint, kelurahanOf, ranked, rtOf } from './analysis-run';
import { weightWords } from './analysis-coverage';
import { either } from './analysis-fields';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { type Column, type Sorting, table } from './table';

const rows = 100;

/** The result as a table: by kelurahan, and by RT where they may be seen. What is on the map is all in it. */
export function reachTable(result: CoverageResult, unit: string, look: (place: string) => void): HTMLElement {
  const sorting: Record<string, Sorting> = { kelurahan: { key: 'gap', down: true }, rt: { key: 'rank', down: false } };
  const box = h('div.dock-body');
  let by = 'kelurahan';
  const draw = (): void => {
    const choice = result.demand ? either(t('analysis_table_by'), by, [{ value: 'kelurahan', label: t('analysis_by_area') }, { value: 'rt', label: t('analysis_by_rt') }], (next) => ((by = next), draw())) : '';
    box.replaceChildren(choice, by === 'rt' ? pointTable(result, unit, sorting.rt!, look) : areaTable(result, unit, sorting.kelurahan!, look));
  };
  draw();
  return box;
}

function areaTable(result: CoverageResult, unit: string, sorting: Sorting, look: (place: string) => void): HTMLElement {
  const metres = (value: number | null): string => (value === null ? '–' : `${formatNumber(value)} m`);
  const columns: Column<CoveredArea>[] = [
    { key: 'name', label: t('analysis_area_name'), cell: (a) => place(a.code, a.name, look), sort: (a) => a.name },
    { key: 'weight', label: capital(unit), cell: (a) => formatNumber(a.weight), sort: (a) => a.weight, numeric: true },
    { key: 'gap', label: t('analysis_gap'), cell: (a) => formatNumber(a.gap), sort: (a) => a.gap, numeric: true },
    { key: 'share', label: t('analysis_covered'), cell: (a) => (a.share === null || !a.weight ? '–' : `${formatNumber(100 * a.share, 1)} %`), sort: (a) => (a.weight ? a.share : null), numeric: true },
    { key: 'near', label: t('analysis_median'), cell: (a) => metres(a.nearest_p50), sort: (a) => a.nearest_p50, numeric: true },
    { key: 'unplaced', label: t('analysis_rt_unplaced'), cell: (a) => formatNumber(a.rt_unplaced), sort: (a) => a.rt_unplaced, numeric: true },
  ];
  return table(t('analysis_by_area'), columns, result.areas.filter((a) => a.level === 'kelurahan'), sorting, (a) => a.code, undefined, rows);
}

function pointTable(result: CoverageResult, unit: string, sorting: Sorting, look: (place: string) => void): HTMLElement {
  const names = new Map(result.areas.map((a) => [a.code, a.name]));
  const order = new Map(ranked(result.demand!).map((point, i) => [point, i + 1]));
  const columns: Column<DemandPoint>[] = [
    { key: 'name', label: 'RT', cell: (p) => place(p.place, `${rtOf(p.place) || p.name}, ${names.get(kelurahanOf(p.place)) ?? ''}`, look), sort: (p) => `${names.get(kelurahanOf(p.place)) ?? ''} ${p.place}` },
    { key: 'rank', label: t('analysis_rank'), cell: (p) => String(order.get(p) ?? '–'), sort: (p) => order.get(p) ?? null, numeric: true },
    { key: 'weight', label: capital(unit), cell: (p) => weightWords(p.weight) + (p.estimated ? ` (${t('analysis_estimated')})` : ''), sort: (p) => (typeof p.weight === 'number' ? p.weight : null), numeric: true },
    { key: 'metres', label: t('analysis_distance'), cell: (p) => (p.nearest_m === null ? '–' : `${formatNumber(p.nearest_m)} m`), sort: (p) => p.nearest_m, numeric: true },
    { key: 'nearest', label: t('analysis_nearest_one'), cell: (p) => p.nearest?.name ?? '–', sort: (p) => p.nearest?.name ?? null },
  ];
  return table(t('analysis_by_rt'), columns, result.demand!, sorting, (p) => p.place, undefined, rows);
}

/** A place's name, which marks it on the map. */
export function place(code: string, name: string, look: (code: string) => void, pressed?: boolean): HTMLElement {
  return h('button.place', { type: 'button', 'data-place': code, 'aria-pressed': pressed === undefined ? null : String(pressed), onclick: () => look(code) }, name);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
