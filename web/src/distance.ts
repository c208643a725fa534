import type { LonLat } from './api';

/** An area as the API gives it. */
export interface Shape {
  properties: Record<string, unknown>;
  geometry: { type: 'Polygon'; coordinates: LonLat[][] } | { type: 'MultiPolygon'; coordinates: LonLat[][][] } | null;
}

const metresPerDegree = 111_195;

/** Metres from a point to an area, 0 inside it; on the plane, which is exact enough for a few kilometres. */
export function metresTo({ geometry }: Shape, [lon, lat]: LonLat): number {
  const polygons = geometry?.type === 'Polygon' ? [geometry.coordinates] : (geometry?.coordinates ?? []);
  const east = metresPerDegree * Math.cos((lat * Math.PI) / 180);
  let best = Infinity;
  let inside = false;
  for (const ring of polygons.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = [(ring[i - 1]![0] - lon) * east, (ring[i - 1]![1] - lat) * metresPerDegree];
      const [bx, by] = [(ring[i]![0] - lon) * east, (ring[i]![1] - lat) * metresPerDegree];
      const [dx, dy] = [bx - ax, by - ay];
      const along = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
      best = Math.min(best, Math.hypot(ax + along * dx, ay + along * dy));
      if (ay > 0 !== by > 0 && ax - (ay * dx) / dy > 0) inside = !inside;
    }
  }
  return inside ? 0 : best;
}
