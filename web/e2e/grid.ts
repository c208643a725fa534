import type { Page } from '@playwright/test';

type Box = [number, number, number, number];

/**
 * Puts so many invented areas on a grid in place of the real ones: the tiles of the areas and the published figures
 * are answered here, everything else is the page's own. Real boundaries of a whole province take minutes to load.
 */
export async function grid(page: Page, count: number, [west, south, east, north]: Box, codes: string[]): Promise<void> {
  const side = Math.ceil(Math.sqrt(count));
  const cells = Array.from({ length: count }, (_, i) => {
    const [column, row] = [i % side, Math.floor(i / side)];
    const at = (n: number, from: number, to: number): number => from + ((to - from) * n) / side;
    const code = `35.${String(71 + Math.floor(i / 8000)).padStart(2, '0')}.${String(1 + Math.floor((i % 8000) / 100)).padStart(2, '0')}.${1001 + (i % 100)}`;
    return { code, name: `Wilayah ${i + 1}`, box: [at(column, west, east), at(row, south, north), at(column + 1, west, east), at(row + 1, south, north)] as Box };
  });
  await page.route('**/api/indicators', async (route) => {
    const answer = await route.fetch();
    const registry = (await answer.json()) as Record<string, unknown>;
    const table = { source: 'dtsen', area_code: '35', area_name: 'Kisi', edition: 1, published_at: '2026-07-20T03:00:00Z', revision: 1, levels: ['kelurahan'], indicators: codes, areas: count, covered: count };
    await route.fulfill({ response: answer, json: { ...registry, tables: ['2026-Q2', '2026-Q1'].map((period) => ({ ...table, period })) } });
  });
  await page.route('**/api/figures/**', (route) => {
    const url = new URL(route.request().url());
    const period = url.pathname.split('/').at(-1)!;
    const asked = url.searchParams.get('indicators')?.split(',') ?? codes;
    const columns = asked.map((indicator) => ({ indicator, values: cells.map((_, i) => told(i, codes.indexOf(indicator) + 1 + Number(period.at(-1)))) }));
    return route.fulfill({
      json: { source: 'dtsen', period, level: 'kelurahan', published_at: '2026-07-20T03:00:00Z', edition: 1, revision: 1, audience: 'public', threshold: 10, areas: cells.map((c) => c.code), names: cells.map((c) => c.name), columns },
    });
  });
  await page.route(/\/tiles\/kecamatan,.*\.mvt$/, (route) => {
    const [z, x, y] = /(\d+)\/(\d+)\/(\d+)\.mvt$/.exec(route.request().url())!.slice(1).map(Number) as [number, number, number];
    return route.fulfill({ contentType: 'application/vnd.mapbox-vector-tile', body: tile(cells, z, x, y) });
  });
}

/** Most are numbers, some are too small to be told, some are missing. */
function told(i: number, n: number): number | string | null {
  const value = (i * 7919 * n) % 997;
  return value < 20 ? null : value < 40 ? '<10' : value;
}

/** A vector tile (MVT 2.1) with the cells that it meets, as the layer kelurahan, and their label points. */
function tile(cells: { code: string; name: string; box: Box }[], z: number, x: number, y: number): Buffer {
  const world = 4096 * 2 ** z;
  const toX = (lon: number): number => Math.round(((lon + 180) / 360) * world) - x * 4096;
  const toY = (lat: number): number => Math.round((0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * world) - y * 4096;
  const within = (v: number): number => Math.max(-64, Math.min(4160, v));
  const areas: Buffer[] = [];
  const labels: Buffer[] = [];
  for (const { code, box } of cells) {
    const [left, bottom, right, top] = [toX(box[0]), toY(box[1]), toX(box[2]), toY(box[3])];
    const [l, b, r, t] = [within(left), within(bottom), within(right), within(top)];
    if (l >= r || t >= b) continue;
    const id = Number(code.replaceAll('.', ''));
    areas.push(feature(id, 3, [9, zigzag(l), zigzag(t), 26, zigzag(r - l), 0, 0, zigzag(b - t), zigzag(l - r), 0, 15]));
    const [cx, cy] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
    if (cx >= 0 && cx < 4096 && cy >= 0 && cy < 4096) labels.push(feature(id, 1, [9, zigzag(cx), zigzag(cy)]));
  }
  return Buffer.concat([layer('kelurahan', areas), layer('kelurahan_label', labels)]);
}

function layer(name: string, features: Buffer[]): Buffer {
  const body = Buffer.concat([varints(15 << 3, 2), bytes(1, Buffer.from(name)), ...features.map((f) => bytes(2, f)), varints(5 << 3, 4096)]);
  return bytes(3, body);
}

function feature(id: number, kind: number, geometry: number[]): Buffer {
  return Buffer.concat([varints(1 << 3, id), varints(3 << 3, kind), bytes(4, varints(...geometry))]);
}

function bytes(field: number, body: Buffer): Buffer {
  return Buffer.concat([varints((field << 3) | 2, body.length), body]);
}

function varints(...values: number[]): Buffer {
  const out: number[] = [];
  for (let value of values) {
    for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
    out.push(value);
  }
  return Buffer.from(out);
}

function zigzag(n: number): number {
  return n < 0 ? -2 * n - 1 : 2 * n;
}
