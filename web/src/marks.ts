import type { GeoJSONSource, Map as GLMap } from 'maplibre-gl';
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import type { BBox, LonLat } from './api';
import { metresBetween } from './coordinates';
import { formatNumber, t } from './i18n';

/** A point's old and new place; either may be missing. */
export interface Places {
  before: LonLat | null;
  after: LonLat | null;
}
/** A proposal of this person that waits, where its point is to be. */
export interface WaitingPoint {
  id: number;
  point: LonLat;
}

const empty = { type: 'FeatureCollection' as const, features: [] };

/** What the marks are drawn from: a comparison, and the person's own waiting proposals. */
export const markSources: Record<string, SourceSpecification> = {
  compared: { type: 'geojson', data: empty },
  waiting: { type: 'geojson', data: empty },
};

const edit = '#c2185b';
const halo = { 'text-halo-color': '#fffdf6', 'text-halo-width': 2 };
const font = ['Patok Sans Semibold'];

/** The old place is a hollow disc, the new one a full one; a line between them says how far. */
export function markLayers(): LayerSpecification[] {
  return [
    {
      id: 'waiting-ring',
      type: 'symbol',
      source: 'waiting',
      layout: { 'icon-image': 'waiting', 'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.2, 13, 0.45, 16, 0.9, 18, 1.1], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    { id: 'compared-halo', type: 'line', source: 'compared', layout: { 'line-cap': 'round' }, paint: { 'line-color': '#fff', 'line-width': 6 } },
    { id: 'compared-line', type: 'line', source: 'compared', paint: { 'line-color': edit, 'line-width': 3, 'line-dasharray': [1.5, 1] } },
    {
      id: 'compared-dot',
      type: 'circle',
      source: 'compared',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['match', ['get', 'mark'], 'after', 9, 8],
        'circle-color': ['match', ['get', 'mark'], 'after', edit, '#fff'],
        'circle-stroke-color': ['match', ['get', 'mark'], 'after', '#fff', edit],
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'compared-name',
      type: 'symbol',
      source: 'compared',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'text-field': ['get', 'words'], 'text-font': font, 'text-size': 14, 'text-variable-anchor': ['bottom', 'top', 'left', 'right'], 'text-radial-offset': 1, 'text-allow-overlap': true },
      paint: { 'text-color': edit, ...halo },
    },
    {
      id: 'compared-metres',
      type: 'symbol',
      source: 'compared',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'words'], 'text-font': font, 'text-size': 14, 'text-offset': [0, -0.9], 'text-allow-overlap': true },
      paint: { 'text-color': '#17211f', ...halo },
    },
  ];
}

/** Draws old and new place and brings both into sight; null takes them away. */
export function drawComparison(map: GLMap, places: Places | null): void {
  const { before, after } = places ?? { before: null, after: null };
  const moved = before && after && metresBetween(before, after) >= 0.5;
  const point = (mark: 'before' | 'after', coordinates: LonLat) => feature({ type: 'Point', coordinates }, { mark, words: moved ? t(`compare_${mark}`) : '' });
  const features = [
    moved && feature({ type: 'LineString', coordinates: [before, after] }, { words: `${formatNumber(metresBetween(before, after))} ${t('metres')}` }),
    before && (moved || !after) && point('before', before),
    after && point('after', after),
  ].filter((f) => f !== null && f !== false);
  source(map, 'compared').setData({ type: 'FeatureCollection', features });
  const seen = [before, after].filter((at) => at !== null);
  if (!seen.length) return;
  const lons = seen.map(([lon]) => lon);
  const lats = seen.map(([, lat]) => lat);
  const box: BBox = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  map.fitBounds(box, { padding: 72, maxZoom: 18, duration: 500 });
}

/** Draws a dashed ring where each of these waits. */
export function drawWaiting(map: GLMap, points: WaitingPoint[]): void {
  if (!map.hasImage('waiting')) map.addImage('waiting', dashedRing(), { pixelRatio: 2 });
  source(map, 'waiting').setData({ type: 'FeatureCollection', features: points.map(({ id, point }) => feature({ type: 'Point', coordinates: point }, { id })) });
}

function source(map: GLMap, name: string): GeoJSONSource {
  return map.getSource(name) as GeoJSONSource;
}

function feature(geometry: { type: 'Point'; coordinates: LonLat } | { type: 'LineString'; coordinates: LonLat[] }, properties: Record<string, unknown>) {
  return { type: 'Feature' as const, properties, geometry };
}

/** Circle layers know no dashes: the ring is a picture. */
function dashedRing(): ImageData {
  const size = 96;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = canvas.getContext('2d')!;
  const ring = (width: number, color: string, dash: number[]): void => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, 40, 0, 2 * Math.PI);
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.setLineDash(dash);
    pen.stroke();
  };
  ring(12, '#fff', []);
  const dash = (2 * Math.PI * 40) / 20;
  ring(7, edit, [dash, dash]);
  return pen.getImageData(0, 0, size, size);
}
