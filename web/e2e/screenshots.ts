import { mkdirSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { type Account, drag, enter, expect, type Feature, getJSON, known, openMap, pic, test, village } from './page';
import { smaller } from './png';

const folder = 'screenshots';
const most = 300 * 1024;

test.beforeAll(() => mkdirSync(folder, { recursive: true }));

test('desktop: the city with its legend', async ({ browser }) => {
  const page = await opened(browser, 1100, 700);
  await openMap(page);
  await take(page, 'desktop');
});

test('phone: a neighbourhood with its assets', async ({ browser, code }) => {
  const page = await opened(browser, 360, 740);
  const { label } = await village(page.request, code);
  await openMap(page, `#14.3/${label[1]}/${label[0]}`);
  await take(page, 'phone');
});

test('place: a posyandu under the pin', async ({ browser, code }) => {
  const page = await opened(browser, 360, 740, pic('pictures'));
  const { features } = await getJSON<{ features: Feature[] }>(page.request, `/api/collections/kantor_kelurahan/items?located=true&area_code=${code}`);
  const [lon, lat] = features[0]!.geometry!.coordinates;
  await openMap(page, `#17.2/${lat - 0.0004}/${lon + 0.0005}`);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await expect(page.locator('html')).toHaveAttribute('data-located', code);
  await drag(page, 20, -16);
  await expect(page.locator('html')).toHaveAttribute('data-taken-by', 'geser_peta');
  await take(page, 'place');
});

test('analysis: who is far from a posyandu', async ({ browser }) => {
  const page = await opened(browser, 1280, 800, known('bappeda'));
  await openMap(page, '#analisis');
  await expect(page.locator('.view')).toContainText('tinggal lebih dari');
  await take(page, 'analysis');
});

/** A page of this size with sharp pixels, of somebody when an account is given. */
async function opened(browser: Browser, width: number, height: number, account?: Account): Promise<Page> {
  const context = await browser.newContext({ baseURL: process.env.PATOK_E2E_URL!, locale: 'id-ID', timezoneId: 'Asia/Jakarta', viewport: { width, height }, deviceScaleFactor: 2, ...(width < 800 && { isMobile: true, hasTouch: true }) });
  const page = await context.newPage();
  if (account) await enter(page, account);
  return page;
}

/** Takes the picture once the map has come to rest, and closes the page. */
async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.waitForTimeout(1500);
  const picture = await smaller(page, await page.screenshot());
  expect(picture.length, `${name}.png`).toBeLessThanOrEqual(most);
  writeFileSync(`${folder}/${name}.png`, picture);
  await page.context().close();
}
