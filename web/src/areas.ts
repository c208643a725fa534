import { areaLevels } from './api';

export type AreaLevel = (typeof areaLevels)[number];

/** Where boundaries come from: far out only the large ones are fetched, so that a view of the country stays light. */
export const areaSources: Record<string, AreaLevel[]> = { 'areas-far': ['provinsi', 'kabupaten'], 'areas-near': ['kecamatan', 'kelurahan'] };

/** Boundaries of kecamatan and kelurahan are not fetched below this zoom, unless a view asks for them. */
export const nearZoom = 8.5;

/** The source of a level's boundaries. */
export function areaSource(level: string): string {
  return level === 'provinsi' || level === 'kabupaten' ? 'areas-far' : 'areas-near';
}
