import type { ExpressionSpecification, FilterSpecification, Map as GLMap, SymbolLayerSpecification } from 'maplibre-gl';
import type { AssetType } from './api';
import { formatNumber, locale, t, tText } from './i18n';
import { ringName } from './rings';

/** What far-out tiles show where many assets lie close together: how many there are, of each type, and the zoom that parts them. */
export type Cluster = { count: number; expansion_zoom: number } & Record<string, unknown>;

export const clusterLayer = 'assets-cluster';
export const isCluster: ExpressionSpecification = ['has', 'cluster'];

const countOf = ({ name }: AssetType): ExpressionSpecification => ['coalesce', ['get', `count_${name}`], 0];

/** The same as countShown, for the style. */
export function shownCount(types: AssetType[], off: Set<string>): ExpressionSpecification {
  const hidden = types.filter(({ name }) => off.has(name)).map(countOf);
  return (hidden.length ? ['-', ['get', 'count'], ['+', ...hidden]] : ['get', 'count']) as ExpressionSpecification;
}

/** A count as it fits into a ring: 1.234, from ten thousand on 12,3 over rb, from a million on 1,2 over jt. */
export function shortCount(n: ExpressionSpecification): ExpressionSpecification {
  const over = (value: ExpressionSpecification, word: string): ExpressionSpecification => ['concat', ['number-format', value, { locale, 'max-fraction-digits': 1 }], `\n${word}`];
  const thousands: ExpressionSpecification = ['/', n, 1000];
  return ['step', n, ['number-format', n, { locale }], 10_000, over(thousands, t('thousands')), 99_950, over(['round', thousands], t('thousands')), 999_500, over(['/', n, 1_000_000], t('millions'))];
}

/** "Kelompok 1.234 aset: 900 RT, 334 Posyandu": those of types that are switched on, the most first. */
export function clusterWords(cluster: Cluster, types: AssetType[], off: Set<string>): string {
  const parts = types
    .filter(({ name }) => !off.has(name) && cluster[`count_${name}`])
    .sort((a, b) => Number(cluster[`count_${b.name}`]) - Number(cluster[`count_${a.name}`]))
    .map((type) => `${formatNumber(Number(cluster[`count_${type.name}`]))} ${tText(type.plural)}`);
  return t('cluster', { n: formatNumber(countShown(cluster, types, off)), parts: parts.join(', ') });
}

/** How many of a cluster's assets are of types that are switched on. */
export function countShown(cluster: Cluster, types: AssetType[], off: Set<string>): number {
  return types.reduce((n, { name }) => n - (off.has(name) ? Number(cluster[`count_${name}`] ?? 0) : 0), cluster.count);
}

/** Clusters: a ring whose arcs are the types' shares, with the count inside; the larger, the more. */
export function clusters(types: AssetType[]): SymbolLayerSpecification {
  const { filter, layout } = clusterLook(types, new Set());
  return {
    id: clusterLayer,
    type: 'symbol',
    source: 'assets',
    'source-layer': 'assets',
    filter,
    layout: {
      ...layout,
      'icon-allow-overlap': true,
      'icon-padding': 0,
      'text-font': ['Patok Sans Semibold'],
      'text-size': 11,
      'text-line-height': 0.9,
      'text-padding': 0,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#17211f', 'text-halo-color': '#fff', 'text-halo-width': 1.5 },
  };
}

/** Shows clusters without the types that are switched off; one of nothing else is not drawn. */
export function showClusters(map: GLMap, types: AssetType[], off: Set<string>): void {
  const { filter, layout } = clusterLook(types, off);
  map.setFilter(clusterLayer, filter);
  for (const [name, value] of Object.entries(layout)) map.setLayoutProperty(clusterLayer, name as keyof typeof layout, value);
}

function clusterLook(types: AssetType[], off: Set<string>) {
  const n = shownCount(types, off);
  return {
    filter: ['all', isCluster, ['>', n, 0]] as FilterSpecification,
    layout: {
      'symbol-sort-key': ['-', 0, n],
      'icon-image': ringName(types.map((type) => (off.has(type.name) ? 0 : countOf(type))), n),
      'icon-size': ['step', n, 0.58, 10, 0.65, 100, 0.72, 1000, 0.82, 10_000, 0.9, 100_000, 1],
      'text-field': shortCount(n),
    } as { [name in 'symbol-sort-key' | 'icon-image' | 'icon-size' | 'text-field']: ExpressionSpecification },
  };
}
