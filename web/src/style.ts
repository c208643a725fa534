import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { AssetType, Basemap } from './api';
import { areaSource, areaSources, nearZoom } from './areas';
import { clusters, isCluster } from './clusters';
import { markLayers, markSources } from './marks';
import { shadeLayer } from './shade';

/** From this zoom on, assets are badges with a glyph; below it they are dots. */
export const badgeZoom = 13;

const plain = ['Patok Sans'];
const strong = ['Patok Sans Semibold'];
// Quiet tints of paper, one per kecamatan, so that neighbours can be told apart.
const tints = ['#f6f1e2', '#ecf0e0', '#f3eade', '#e8eee8', '#f1efe6', '#eee9df'];

const tint: ExpressionSpecification = [
  'match',
  ['%', ['to-number', ['slice', ['coalesce', ['get', 'parent_code'], ''], -2], 0], tints.length],
  ...tints.slice(1).flatMap((color, i): [number, string] => [i + 1, color]),
  tints[0]!,
] as unknown as ExpressionSpecification;

/** The map's style: quiet areas, crisp borders, labels with halos, assets on top. */
export function mapStyle(types: AssetType[], basemap: Basemap | null): StyleSpecification {
  const origin = location.origin;
  return {
    version: 8,
    'font-faces': {
      'Patok Sans': '/fonts/noto-sans-latin-400-normal.woff2',
      'Patok Sans Semibold': '/fonts/noto-sans-latin-600-normal.woff2',
    },
    sources: {
      ...(basemap && {
        basemap: {
          type: 'raster' as const,
          tiles: [basemap.url],
          tileSize: basemap.tile_size || 256,
          minzoom: basemap.min_zoom ?? 0,
          maxzoom: basemap.max_zoom || 19,
          attribution: escaped(basemap.attribution),
        },
      }),
      ...Object.fromEntries(Object.entries(areaSources).map(([name, levels]) => [name, { type: 'vector' as const, tiles: [`${origin}/tiles/${levels.join(',')}/{z}/{x}/{y}.mvt`], maxzoom: 16 }])),
      assets: { type: 'vector', tiles: [`${origin}/tiles/assets/{z}/{x}/{y}.mvt`], maxzoom: 16 },
      picked: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
      ...markSources,
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#e4e0d4' } },
      ...(basemap ? [{ id: 'basemap', type: 'raster' as const, source: 'basemap', paint: { 'raster-saturation': -0.45, 'raster-opacity': 0.9, 'raster-fade-duration': 0 } }] : []),
      ...areaFills(basemap !== null),
      ...areaLines(),
      specks(types),
      dots(types),
      ...badges(types),
      ...areaLabels(),
      clusters(types),
      assetNames(),
      ...picked(),
      ...markLayers(),
    ],
  } as StyleSpecification;
}

/** Attribution is shown as HTML by the map: a setting is text. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function areaFills(over: boolean): LayerSpecification[] {
  const fill = (level: string, minzoom: number, maxzoom: number): LayerSpecification => ({
    id: `${level}-fill`,
    type: 'fill',
    source: areaSource(level),
    'source-layer': level,
    minzoom,
    maxzoom,
    paint: { 'fill-color': tint, 'fill-opacity': over ? 0.12 : 1, 'fill-antialias': false },
  });
  return [
    fill('provinsi', 0, 6),
    fill('kabupaten', 6, 9),
    fill('kecamatan', 9, 10.5),
    fill('kelurahan', 10.5, 24),
    { id: 'own-fill', type: 'fill', source: areaSource('kelurahan'), 'source-layer': 'kelurahan', minzoom: 10, filter: none, paint: { 'fill-color': '#fffdf4', 'fill-opacity': over ? 0.35 : 1 } },
    shadeLayer(),
    { id: 'picked-fill', type: 'fill', source: areaSource('kelurahan'), 'source-layer': 'kelurahan', minzoom: nearZoom, filter: none, paint: { 'fill-color': '#0b5d4e', 'fill-opacity': 0.1 } },
  ];
}

const none: FilterSpecification = ['in', 'code', ''];
const grow = (...stops: number[]): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], ...stops] as unknown as ExpressionSpecification;

function areaLines(): LayerSpecification[] {
  const round = { 'line-join': 'round', 'line-cap': 'round' } as const;
  const line = (id: string, level: string, minzoom: number, color: string, width: ExpressionSpecification, filter?: FilterSpecification): LayerSpecification => ({
    id,
    type: 'line',
    source: areaSource(level),
    'source-layer': level,
    minzoom,
    layout: round,
    paint: { 'line-color': color, 'line-width': width },
    ...(filter && { filter }),
  });
  return [
    line('kelurahan-line', 'kelurahan', 10.5, '#b3a98f', grow(10.5, 0.5, 14, 1.25, 18, 2)),
    line('kecamatan-line', 'kecamatan', nearZoom, '#857a63', grow(8.5, 0.6, 12, 1.6, 18, 3.5)),
    line('kabupaten-line', 'kabupaten', 5, '#5d5546', grow(5, 0.6, 12, 2.4, 18, 5)),
    line('provinsi-line', 'provinsi', 0, '#4a4438', grow(3, 0.6, 12, 3)),
    line('own-line', 'kelurahan', 10, '#0b5d4e', grow(10, 1.5, 14, 3, 18, 4), none),
    line('picked-line', 'kelurahan', nearZoom, '#17211f', grow(10, 2, 18, 4), none),
  ];
}

function areaLabels(): LayerSpecification[] {
  const label = (level: string, minzoom: number, maxzoom: number, size: ExpressionSpecification, color: string, upper = false): LayerSpecification => ({
    id: `${level}-label`,
    type: 'symbol',
    source: areaSource(level),
    'source-layer': `${level}_label`,
    minzoom,
    maxzoom,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': upper ? strong : plain,
      'text-size': size,
      'text-transform': upper ? 'uppercase' : 'none',
      'text-letter-spacing': upper ? 0.08 : 0.02,
      'text-max-width': upper ? 20 : 7,
      'text-padding': 1,
      // Clusters are placed first: a name steps up or down to where there is room.
      'text-variable-anchor-offset': ['center', [0, 0], 'bottom', [0, -0.8], 'top', [0, 0.8], 'bottom', [0, -1.8], 'top', [0, 1.8]],
    },
    paint: { 'text-color': color, 'text-halo-color': '#fffdf6', 'text-halo-width': 2, 'text-halo-blur': 0.25 },
  });
  return [
    label('kelurahan', 11.6, 24, grow(11.6, 11, 14, 14, 17, 19), '#4d4636'),
    label('kecamatan', 9.2, 12.6, grow(9, 11, 12.6, 15), '#3c372b', true),
    label('kabupaten', 6, 9.6, grow(6, 11, 8.5, 12, 9.6, 16), '#2d2a21', true),
    label('provinsi', 3, 6, grow(3, 11, 6, 15), '#2d2a21', true),
  ];
}

/** What an asset's type says; `other` for a type that the page does not know. */
function byType<T extends string | number>(types: AssetType[], of: (type: AssetType, i: number) => T, other: T): ExpressionSpecification | T {
  return types.length ? (['match', ['get', 'type'], ...types.flatMap((type, i) => [type.name, of(type, i)]), other] as unknown as ExpressionSpecification) : other;
}

/** Single assets of types that are switched on, from their zoom on, or those that stand back below it. */
export function assetFilter(types: AssetType[], off: Set<string>, back = false): FilterSpecification {
  const from = byType(types, (type) => type.min_zoom ?? 0, 0);
  return ['all', ['!', isCluster], ['!', ['in', ['get', 'type'], ['literal', [...off]]]], [back ? '<' : '>=', ['zoom'], from]] as FilterSpecification;
}

/** Offices stand in front of what is more numerous: the registry's order. */
function order(types: AssetType[]): ExpressionSpecification | number {
  return byType(types, (_, i) => types.length - i, 0);
}

function colorOf(types: AssetType[]): ExpressionSpecification | string {
  return byType(types, (type) => type.color, '#52605c');
}

/** What is too many to be looked at one by one so far out: specks that say where people live. */
function specks(types: AssetType[]): LayerSpecification {
  return {
    id: 'assets-speck',
    type: 'circle',
    source: 'assets',
    'source-layer': 'assets',
    filter: assetFilter(types, new Set(), true),
    paint: { 'circle-color': colorOf(types), 'circle-opacity': 0.6, 'circle-radius': grow(8, 0.6, 10.5, 0.8, 12, 1.2, 13, 2) },
  };
}

/** Far out, assets are dots, below the names of areas. */
function dots(types: AssetType[]): LayerSpecification {
  return {
    id: 'assets-dot',
    type: 'circle',
    source: 'assets',
    'source-layer': 'assets',
    maxzoom: badgeZoom,
    layout: { 'circle-sort-key': order(types) },
    paint: {
      'circle-color': colorOf(types),
      'circle-radius': grow(8, 0.8, 10.5, 1.2, 11.5, 1.9, 12.3, 3.2, 13, 5),
      'circle-stroke-color': '#fff',
      'circle-stroke-width': grow(8, 0, 11, 0.3, 12, 0.8, 13, 1.5),
    },
  };
}

/** Near, assets are badges with a glyph; the names of areas stay readable over them. */
function badges(types: AssetType[]): LayerSpecification[] {
  return [
    {
      id: 'assets-badge',
      type: 'symbol',
      source: 'assets',
      'source-layer': 'assets',
      minzoom: badgeZoom,
      layout: {
        'symbol-sort-key': order(types),
        'icon-image': byType(types, (type) => `asset-${type.name}`, 'asset-other'),
        'icon-size': grow(13, 0.5, 15, 0.8, 17, 1, 19, 1.25),
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
      paint: { 'icon-opacity': ['match', ['get', 'operation'], ['tutup', 'tidak_aktif'], 0.55, 1] },
    },
  ];
}

function assetNames(): LayerSpecification {
  return {
    id: 'assets-name',
    type: 'symbol',
    source: 'assets',
    'source-layer': 'assets',
    minzoom: 15.5,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': plain,
      'text-size': grow(15.5, 11, 18, 14),
      'text-max-width': 9,
      'text-variable-anchor': ['top', 'left', 'right', 'bottom'],
      'text-radial-offset': 1.5,
      'text-justify': 'auto',
      'text-padding': 4,
    },
    paint: { 'text-color': '#17211f', 'text-halo-color': '#fffdf6', 'text-halo-width': 1.5 },
  };
}

/** The ring around what is open; what is kept back is in no tile and brings its own badge. */
function picked(): LayerSpecification[] {
  return [
    {
      id: 'picked-ring',
      type: 'circle',
      source: 'picked',
      paint: { 'circle-radius': grow(8, 8, 13, 12, 15, 18, 17, 22, 19, 26), 'circle-color': '#17211f', 'circle-opacity': 0.08, 'circle-stroke-color': '#17211f', 'circle-stroke-width': 3 },
    },
    {
      id: 'picked-badge',
      type: 'symbol',
      source: 'picked',
      filter: ['!=', ['get', 'held'], ''],
      layout: { 'icon-image': ['get', 'held'], 'icon-size': grow(13, 0.7, 17, 1), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ];
}
