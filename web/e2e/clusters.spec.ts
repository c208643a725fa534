import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, getJSON, openMap, tapAt, test, village } from './page';

const code = '35.71.01.1001';
const many = 2600; // more than a tile shows one by one

test.beforeAll(() =>
  sql(`insert into assets (type, name, area_code, area_located, point, taken_by, placement, source)
    select 'pos_kamling', 'Kerumunan ' || n, code, code, st_translate(label_point, (n % 40) * 1e-5, (n / 40) * 1e-5), 'impor', 'inside', 'kerumunan'
    from areas, generate_series(1, ${many}) n where code = '${code}'`),
);
test.afterAll(() => sql(`delete from assets where source = 'kerumunan'`));

test('what lies close together is counted: types switch, an edit counts at once, a tap or Enter goes nearer', { tag: '@phone' }, async ({ page }) => {
  const { label } = await village(page.request, code);
  const there = `#9.5/${label[1]}/${label[0]}`; // the whole city, in one tile or two
  await openMap(page, there);
  const all = await placed(page.request);
  await expect.poll(() => shown(page)).toBe(all);

  const layer = page.locator('[data-layer=pos_kamling]');
  await layer.click();
  await expect.poll(() => shown(page)).toBe(await placed(page.request, 'pos_kamling'));
  await layer.click();
  await expect.poll(() => shown(page)).toBe(all);
  sql(`delete from assets where name = 'Kerumunan 1'`);
  await expect.poll(() => shown(page)).toBe(all - 1);

  const zoom = async (): Promise<number> => Number(await page.locator('html').getAttribute('data-zoom'));
  await page.locator('.maplibregl-canvas').focus();
  await expect(page.locator('#canvas [role=status]')).toHaveText(/^Kelompok \d[\d.]+ aset: \d[\d.]+ Pos Kamling, /);
  await page.keyboard.press('Enter');
  await expect.poll(zoom).toBeGreaterThanOrEqual(10);
  await page.goto(`/?again${there}`);
  await expect.poll(() => shown(page)).toBe(all - 1);
  await tapAt(page, label);
  await expect.poll(zoom).toBeGreaterThanOrEqual(10);
});

/** How many assets are on the map: those counted in clusters, and those drawn by themselves. */
async function shown(page: Page): Promise<number> {
  const { clusters, drawn } = await page.locator('html').evaluate(({ dataset }) => ({ ...dataset }));
  const words = (text = ''): string[] => text.split(' ').filter(Boolean);
  return words(clusters).reduce((sum, n) => sum + Number(n), words(drawn).length);
}

/** How many assets have a point, but for one type. */
async function placed(request: APIRequestContext, but = ''): Promise<number> {
  const { counts } = await getJSON<{ counts: { type: string; placed: number }[] }>(request, '/api/summary');
  return counts.reduce((sum, { type, placed }) => sum + (type === but ? 0 : placed), 0);
}

function sql(statement: string): void {
  execFileSync(resolve(process.env.PATOK_BIN ?? '../bin/patok'), ['psql', '--data-dir', process.env.PATOK_E2E_DATA!, '--', '-qc', statement]);
}
