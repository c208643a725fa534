import type { Api, FeatureList, LonLat } from './api';
import { pointOf } from './app';

/** Where an RT is, by its place (35.71.01.1001-003-005). */
export interface RTPoint {
  id: number;
  at: LonLat;
}

const kept = new WeakMap<Api, Map<string, Promise<Map<string, RTPoint>>>>();

/** The points of the RT in an area, asked for once. */
export function rtPoints(api: Api, area: string): Promise<Map<string, RTPoint>> {
  const own = kept.get(api) ?? new Map<string, Promise<Map<string, RTPoint>>>();
  kept.set(api, own);
  const asked = own.get(area) ?? read(api, area);
  own.set(area, asked);
  asked.catch(() => own.delete(area));
  return asked;
}

async function read(api: Api, area: string): Promise<Map<string, RTPoint>> {
  const found = new Map<string, RTPoint>();
  let path: string | undefined = `/api/collections/rt/items?limit=1000${area && `&area=${area}`}`;
  while (path) {
    const page: FeatureList = await api.get<FeatureList>(path);
    for (const feature of page.features) {
      const { area_code, rw, rt } = feature.properties;
      const at = pointOf(feature);
      if (at && area_code && rw && rt) found.set(`${String(area_code)}-${threeDigits(rw)}-${threeDigits(rt)}`, { id: feature.id, at });
    }
    path = page.links?.find((link) => link.rel === 'next')?.href;
  }
  return found;
}

function threeDigits(value: unknown): string {
  return String(value).padStart(3, '0');
}
