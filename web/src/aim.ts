import type { Map as GLMap, MapGeoJSONFeature } from 'maplibre-gl';
import { areaLevels, type Feature, type Item, type LonLat } from './api';
import { type Cluster, clusterLayer } from './clusters';

/** What is at a point of the screen: what waits for review, assets (several in one place), a cluster, an area, or nothing. */
export type Hit = { waiting: number } | { assets: [Feature, ...Feature[]] } | { cluster: Cluster; at: LonLat } | { area: Item } | null;

/** Layers that draw single assets. */
export const assetLayers = ['assets-dot', 'assets-badge'];

const reach = 14; // pixels around a finger
const pileZoom = 15; // from here on, what lies in one place is chosen from a list

/** What lies nearest to a point of the screen, not farther than a finger is wide. */
export function aim(map: GLMap, { x, y }: { x: number; y: number }): Hit {
  const box: [[number, number], [number, number]] = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  const waits = map.queryRenderedFeatures([x, y], { layers: ['waiting-ring'] })[0];
  if (waits) return { waiting: Number(waits.properties.id) };
  const away = (f: MapGeoJSONFeature): number => {
    const at = map.project(place(f));
    return Math.hypot(at.x - x, at.y - y);
  };
  const found = [...new Map(map.queryRenderedFeatures(box, { layers: [clusterLayer, ...assetLayers] }).map((f) => [f.id, f])).values()].sort((a, b) => away(a) - away(b));
  const first = found[0];
  if (first?.properties.cluster) return { cluster: first.properties as Cluster, at: place(first) };
  if (first) {
    const beside = map.getZoom() < pileZoom ? [] : found.slice(1).filter((f) => !f.properties.cluster && away(f) - away(first) < 4);
    return { assets: [asset(first), ...beside.map(asset)] };
  }
  const area = map.queryRenderedFeatures([x, y], { layers: areaLevels.map((level) => `${level}-fill`).filter((id) => map.getLayer(id)) })[0];
  return area ? { area: { collection: areaLevels[Number(area.properties.level) - 1] ?? String(area.sourceLayer), id: Number(area.id) } } : null;
}

function place(f: MapGeoJSONFeature): LonLat {
  return (f.geometry as unknown as { coordinates: LonLat }).coordinates;
}

function asset(f: MapGeoJSONFeature): Feature {
  return { type: 'Feature', id: Number(f.id), geometry: f.geometry as Feature['geometry'], properties: f.properties as Feature['properties'] };
}
