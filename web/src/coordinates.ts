import type { BBox, LonLat } from './api';

/** Why a text gave no point; the page has words for each. */
export type CoordinateError = 'none' | 'short_link' | 'range';

export interface Coordinates {
  point: LonLat;
  /** How an asset's point made from this was taken. */
  takenBy: 'ketik' | 'tautan';
  /** Another reading that fits the city, where this one does not. */
  suggestion?: { point: LonLat; why: 'swapped' | 'sign' };
}

const indonesia: BBox = [94.9, -11.1, 141.1, 6.2];

/**
 * Reads coordinates as people write them: decimal degrees with point or comma, degrees,
 * minutes and seconds with LS/LU/BT/BB or S/N/E/W, links of map services, geo: URIs.
 * Order is latitude, longitude unless letters say otherwise. Where the point does not lie
 * near `city` (else in Indonesia) but does with the axes swapped or the minus put back,
 * that reading is proposed, never silently taken.
 */
export function parseCoordinates(text: string, city: BBox | null = null): Coordinates | CoordinateError {
  const trimmed = text.trim();
  const isLink = /^(https?:\/\/|geo:|www\.|maps\.|goo\.gl)/i.test(trimmed);
  if (isLink && /^(https?:\/\/)?(maps\.app\.goo\.gl|goo\.gl|g\.co)\//i.test(trimmed)) return 'short_link';
  const pair = isLink ? fromLink(trimmed) : fromText(trimmed);
  if (typeof pair === 'string') return pair;
  const [lat, lon] = pair;
  if (Math.abs(lat) > 180 || Math.abs(lon) > 180 || (Math.abs(lat) > 90 && Math.abs(lon) > 90)) return 'range';
  const found: Coordinates = { point: [lon, lat], takenBy: isLink ? 'tautan' : 'ketik' };
  const suggestion = better([lon, lat], city);
  if (suggestion) found.suggestion = suggestion;
  else if (Math.abs(lat) > 90) return 'range';
  return found;
}

function better([lon, lat]: LonLat, city: BBox | null): Coordinates['suggestion'] {
  const wide: BBox = city ? [city[0] - 0.5, city[1] - 0.5, city[2] + 0.5, city[3] + 0.5] : indonesia;
  const fits = ([x, y]: LonLat): boolean => x >= wide[0] && x <= wide[2] && y >= wide[1] && y <= wide[3];
  if (fits([lon, lat])) return undefined;
  const readings: { point: LonLat; why: 'swapped' | 'sign' }[] = [
    { point: [lat, lon], why: 'swapped' },
    { point: [lon, -lat], why: 'sign' },
    { point: [lat, -lon], why: 'swapped' },
  ];
  return readings.find((reading) => fits(reading.point));
}

function fromLink(link: string): [number, number] | CoordinateError {
  let text = link;
  try {
    text = decodeURIComponent(link.replaceAll('+', ' '));
  } catch {
    /* a stray percent sign: read it as it is */
  }
  const number = '(-?\\d{1,3}(?:\\.\\d+)?)';
  const forms = [
    `^geo:${number},${number}`,
    `!3d${number}!4d${number}`, // the pin of a place, truer than the view's centre
    `[?&](?:q|query|ll|destination|center|daddr)=(?:loc:)?\\s*${number},\\s*${number}`,
    `[?&]mlat=${number}&mlon=${number}`,
    `@${number},${number}`,
    `#(?:map=)?\\d+(?:\\.\\d+)?/${number}/${number}`,
  ];
  for (const form of forms) {
    const hit = new RegExp(form, 'i').exec(text);
    if (hit) return [Number(hit[1]), Number(hit[2])];
  }
  return 'none';
}

const hemispheres: Record<string, { axis: 'lat' | 'lon'; sign: number }> = {
  LS: { axis: 'lat', sign: -1 },
  LU: { axis: 'lat', sign: 1 },
  S: { axis: 'lat', sign: -1 },
  N: { axis: 'lat', sign: 1 },
  U: { axis: 'lat', sign: 1 },
  BT: { axis: 'lon', sign: 1 },
  BB: { axis: 'lon', sign: -1 },
  E: { axis: 'lon', sign: 1 },
  T: { axis: 'lon', sign: 1 },
  W: { axis: 'lon', sign: -1 },
  B: { axis: 'lon', sign: -1 },
};

function fromText(text: string): [number, number] | CoordinateError {
  const clean = text
    .replace(/[−–—]/g, '-')
    .replace(/[’‘′`´]/g, "'")
    .replace(/[”“″]|''/g, '"')
    .replace(/[º˚]/g, '°')
    .replace(/lintang\s+selatan/gi, 'LS')
    .replace(/lintang\s+utara/gi, 'LU')
    .replace(/bujur\s+timur/gi, 'BT')
    .replace(/bujur\s+barat/gi, 'BB')
    .replace(/\b(lat(itude)?|lon(gitude)?|lng|long|lintang|bujur|dan)\b\s*[:=]?/gi, ' ')
    .toUpperCase()
    .replace(/(^|[^\d.,])(\d{1,3})0(\d\d)'/g, "$1$2°$3'"); // a degree sign that became a zero
  const hemisphere = '(L[SU]|B[TB]|[SNUETWB])';
  const angle = `([+-]?\\d+(?:[.,]\\d+)?)(?:\\s*°(?:\\s*(\\d+(?:[.,]\\d+)?)\\s*'(?:\\s*(\\d+(?:[.,]\\d+)?)\\s*"?)?)?)?`;
  const leads = new RegExp(`^\\s*${hemisphere}\\s*[\\d+-]`).test(clean);
  const part = new RegExp(leads ? `${hemisphere}\\s*${angle}` : `${angle}\\s*${hemisphere}?`, 'g');
  const angles: { value: number; axis?: 'lat' | 'lon' }[] = [];
  for (const hit of clean.matchAll(part)) {
    const [degrees, minutes, seconds, letter] = leads ? [hit[2], hit[3], hit[4], hit[1]] : [hit[1], hit[2], hit[3], hit[4]];
    const value = toDegrees(degrees!, minutes, seconds, hemispheres[letter ?? '']?.sign);
    if (value === null) return 'range';
    const axis = hemispheres[letter ?? '']?.axis;
    angles.push(axis ? { value, axis } : { value });
  }
  const [first, second] = angles;
  if (!first || !second || angles.length !== 2) return 'none';
  if (first.axis && first.axis === second.axis) return 'none';
  const lonFirst = first.axis === 'lon' || second.axis === 'lat';
  return lonFirst ? [second.value, first.value] : [first.value, second.value];
}

function toDegrees(degrees: string, minutes: string | undefined, seconds: string | undefined, sign: number | undefined): number | null {
  const [d, m, s] = [degrees, minutes ?? '0', seconds ?? '0'].map((part) => Number(part.replace(',', '.'))) as [number, number, number];
  if (m >= 60 || s >= 60) return null;
  const size = Math.abs(d) + m / 60 + s / 3600;
  return (sign ?? (degrees.startsWith('-') ? -1 : 1)) * size;
}

/** Metres between two points on the sphere; for showing, not for deciding. */
export function metresBetween([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const rad = Math.PI / 180;
  const a = Math.sin(((lat2 - lat1) * rad) / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(a));
}

/** The point so many metres to the east and north of this one. */
export function nudged([lon, lat]: LonLat, eastMetres: number, northMetres: number): LonLat {
  const perDegree = 111_195;
  return [lon + eastMetres / (perDegree * Math.cos((lat * Math.PI) / 180)), lat + northMetres / perDegree];
}
