import type { Grant } from './api';
import type { App } from './app';
import type { FigureBook } from './analysis-figures';
import type { Legend } from './analysis-legend';
import type { MapLayers } from './analysis-map';
import type { State } from './analysis-state';
import type { Option } from './analysis-fields';
import { t, tText } from './i18n';
import type { Indicator, Level, Registry, Table } from './registry';
import { assetFilter } from './style';

/** What the parts of the page share. */
export interface Stage {
  readonly app: App;
  readonly state: State;
  readonly registry: Registry;
  readonly book: FigureBook;
  /** null until the map is there, and where it cannot be drawn. */
  layers: MapLayers | null;
  /** Where the table stands. */
  readonly dock: HTMLElement;
  /** Where the legend stands: on the map where there is room, else in the part's slot. */
  readonly legendBox: HTMLElement;
  /** Whether this account sees RT and figures for the administration somewhere. */
  readonly analyst: boolean;
  /** The names of the kecamatan and kelurahan that are known, by their codes. */
  readonly names: Map<string, string>;
  /** Whether the address said where to look, so that nothing else does. */
  readonly placed: boolean;
  /** Writes what is shown into the address. */
  keep(): void;
}

/** One of the two questions, with what it shows. */
export interface Part {
  readonly node: HTMLElement;
  readonly legendSlot: HTMLElement;
  /** Asks for what it shows, and shows it. */
  load(): Promise<void>;
  /** Draws on the map again. */
  draw(): void;
  legend(): Legend | null;
  leave(): void;
}

/** The published tables of a source, the newest period first. */
export function tablesOf(registry: Registry, source: string): Table[] {
  return registry.tables.filter((table) => table.source === source).sort((a, b) => (a.period < b.period ? 1 : a.period > b.period ? -1 : 0));
}

/** The table that is asked for, else the newest of the source, else of the source that comes first and still tells. */
export function tableOf(registry: Registry, source: string, period: string): Table | null {
  const own = tablesOf(registry, source);
  const first = [...registry.sources].sort((a, b) => Number(a.legacy) - Number(b.legacy)).find((s) => registry.tables.some((table) => table.source === s.code));
  return own.find((table) => table.period === period) ?? own[0] ?? (first ? tablesOf(registry, first.code)[0]! : null);
}

export function indicatorOf(registry: Registry, code: string): Indicator | undefined {
  return registry.indicators.find((indicator) => indicator.code === code);
}

/** "DTSEN". */
export function sourceLabel(registry: Registry, code: string): string {
  return tText(registry.sources.find((source) => source.code === code)?.label) || code;
}

/** The levels that the map can draw, from above. */
export const drawnLevels: Exclude<Level, 'rw'>[] = ['provinsi', 'kabupaten', 'kecamatan', 'kelurahan', 'rt'];

/** The area that this account analyses: the largest of its own, '' for everything. */
export function home({ app, analyst }: Pick<Stage, 'app' | 'analyst'>): string {
  return analyst ? (ownArea(app)?.area_code ?? '') : '';
}

/** The grant over the largest area; one over some types is not about figures. */
function ownArea(app: App): Grant | undefined {
  return (app.session.account?.grants ?? []).filter((grant) => !grant.types?.length).sort((a, b) => a.area_code.length - b.area_code.length)[0];
}

/** A choice of where: everything within an area, mostly all that is one's own, or one of its kecamatan. */
export function areaOptions(stage: Stage, own = home(stage)): Option[] {
  const districts = [...stage.names].filter(([code]) => code.length === 8 && code.startsWith(own) && code !== own).sort(([, a], [, b]) => a.localeCompare(b));
  const all = (own && ownArea(stage.app)?.area_name) || stage.app.session.city?.name || t('analysis_everywhere');
  return [{ value: '', label: all }, ...districts.map(([value, name]) => ({ value, label: t('analysis_district', { name }) }))];
}

/** The asset types whose points are drawn above: those chosen, else only what serves where it is asked how far it reaches. */
export function layersShown({ state }: Stage): string[] {
  return state.layers ?? (state.tab === 'jangkauan' ? [state.coverage.type] : []);
}

/** Shows only the points of these types. */
export function drawFacilities(stage: Stage): void {
  const shown = layersShown(stage);
  const { app } = stage;
  const off = new Set(app.types.map((type) => type.name).filter((name) => !shown.includes(name)));
  app.map?.hide(off);
  stage.layers?.facilities(assetFilter(app.types, off));
}

/** Whether there is room for everything beside the map. */
export function isWide(): boolean {
  return window.matchMedia('(min-width: 800px)').matches;
}
