import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { grid } from './grid';
import { type Account, axe, enter, expect, getJSON, openMap, pageOf, secondPage, test, withoutMap } from './page';
import { decoded } from './png';

const accounts = JSON.parse(process.env.PATOK_E2E_ACCOUNTS ?? '[]') as Account[];
const planner = (): Account => accounts.find((a) => a.role === 'planner')!;
const done = (page: Page): Promise<void> => expect(page.locator('html')).toHaveAttribute('data-analysis', 'done', { timeout: 20_000 });

async function openAnalysis(page: Page, hash = '#analisis'): Promise<void> {
  await openMap(page, hash);
  await done(page);
}

/** Goes on with the Tab key until this has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, selector: string, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no ${selector} within ${most} tabs`);
}

interface Answer {
  total: { weight: number; covered: number };
  demand?: { place: string; weight: number; rank: number | null; covered: boolean }[];
  areas: { code: string; level: string; gap: number; name: string }[];
  sites?: { gain: number }[];
}

test('@desktop by keyboard alone: the five RT with most families in desil 1–4 farthest from a posyandu, and the three sites that help most', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await enter(page, planner());
  await openMap(page);
  const from = Date.now();
  await tabTo(page, '#analyse');
  await page.keyboard.press('Enter');
  const said = page.locator('#analysis [role=status] .headline');
  await expect(said).toContainText('keluarga desil 1–4 (DTSEN)');
  await expect(said).toContainText('tinggal lebih dari 500 m dari posyandu terdekat');
  await tabTo(page, '#far-rt button');
  const far = page.locator('#far-rt button');
  await expect(far).toHaveCount(5);
  const names = await far.allInnerTexts();
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-marked', '1');
  await expect(far.first()).toHaveAttribute('aria-current', 'true');
  await tabTo(page, '#new-sites button');
  await expect(page.locator('#new-sites button')).toHaveCount(3);
  const seconds = (Date.now() - from) / 1000;
  console.log(`answered by keyboard in ${seconds.toFixed(1)} s:\n${[...names, ...(await page.locator('#new-sites button').allInnerTexts())].map((text) => text.replaceAll('\n', ' | ')).join('\n')}`);
  expect(seconds).toBeLessThan(60);
  const { tables } = await getJSON<{ tables: { source: string; period: string }[] }>(page.request, '/api/indicators');
  const period = tables.filter((t) => t.source === 'dtsen').map((t) => t.period).sort().at(-1);
  const answer = await page.request.post('/api/coverage', {
    headers: { 'Patok-Request': '1' },
    data: { demand: { by: 'indicator', indicator: { desil: [1, 4] }, source: 'dtsen', period }, supply: { type: 'posyandu', capacity: null }, area: '', radius_m: 500, detour: 1.3, network: false, sites: { p: 3, candidates: 'rt', objective: 'cover' } },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  const result = (await answer.json()) as Answer;
  const best = result.demand!.filter((p) => p.rank !== null && !p.covered).sort((a, b) => a.rank! - b.rank!).slice(0, 5);
  expect(await far.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-place')))).toEqual(best.map((p) => p.place));
  expect((await said.innerText()).replace(/\D.*/s, '').length).toBeGreaterThan(0);

  // Nobody is held: the Tabs that follow lead out of the panel and into the table, and out of that too.
  await tabTo(page, '.dock button');
  await page.locator('.dock button').last().focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('.dock, #analysis'))).toBeNull();
  expect(await axe(page)).toEqual([]);
});

test('@desktop a map of figures: another indicator fetches no tiles, a copied link shows the same, table and map are linked', async ({ page, browser }, info) => {
  await openAnalysis(page, '#analisis=peta');
  await expect(page.locator('#analysis .headline')).toHaveText('Keluarga desil 1–4 (DTSEN)');
  await expect(page.locator('html')).toHaveAttribute('data-looked', '46');
  const counts = await page.locator('.map-legend .classes .count').allInnerTexts();
  expect(counts.reduce((sum, text) => sum + Number.parseInt(text, 10), 0)).toBe(46);
  for (const words of ['Sumber: DTSEN', 'Penyebut: ', 'Angka di bawah 10', 'Tidak ada data']) await expect(page.locator('#analysis .notes')).toContainText(words);

  const tiles: string[] = [];
  page.on('request', (request) => request.url().includes('/tiles/') && tiles.push(request.url()));
  await page.waitForTimeout(500);
  tiles.length = 0;
  for (const code of ['rtlh', 'kpm_pkh', 'keluarga_desil_1_4']) {
    await page.selectOption('#map-indicator', code);
    await expect(page).toHaveURL(new RegExp(`i:${code}`));
  }
  await page.getByRole('button', { name: '% dari Keluarga' }).click();
  await expect(page.locator('.map-legend .unit')).toContainText('% dari Keluarga');
  await page.click('summary[data-key=map-classes]');
  await page.selectOption('#map-method', 'quantile');
  await page.selectOption('#map-count', '4');
  await expect(page.locator('.map-legend .classes .swatch:not(.hatched)')).not.toHaveCount(5);
  expect(tiles).toEqual([]);

  const row = page.locator('.dock [data-place]').first();
  const code = (await row.getAttribute('data-place'))!;
  await row.press('Enter');
  await page.locator('.dock [data-place]').nth(1).press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-marked', '2');
  await expect(page.locator('#compared thead th')).toHaveCount(2);
  await expect(row).toHaveAttribute('aria-pressed', 'true');
  expect(await axe(page)).toEqual([]);

  const copied = page.url();
  expect(copied).toContain(`z:${code}`);
  const other = await pageOf(browser, info.project.name, null, new URL(copied).hash);
  await done(other);
  for (const [selector, value] of [['#map-method', 'quantile'], ['#map-count', '4'], ['#map-indicator', 'keluarga_desil_1_4']] as const) await expect(other.locator(selector)).toHaveValue(value);
  await expect(other.locator('html')).toHaveAttribute('data-marked', '2');
  expect(await other.locator('.map-legend').innerText()).toBe(await page.locator('.map-legend').innerText());
  await other.context().close();

  // A tap on the map marks its row, and the next takes the mark away.
  const box = (await page.locator('#canvas').boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.5);
  await expect(page.locator('html')).toHaveAttribute('data-marked', /^[13]$/);
  await expect(page.locator('.map-tip')).toBeVisible();

  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#analysis-picture')]);
  const picture = await decoded(page, readFileSync(await file.path()));
  expect([picture.width, picture.height]).toEqual([1600, 1131]);
  const colors = new Set<number>();
  for (let i = 0; i < picture.rgba.length; i += 4) colors.add((picture.rgba[i]! << 16) | (picture.rgba[i + 1]! << 8) | picture.rgba[i + 2]!);
  expect(colors.size).toBeGreaterThan(50);

  await page.selectOption('#map-second', 'rtlh');
  await expect(page.locator('.pairs td')).toHaveCount(9);
});

test('@desktop periods: the slider, the difference between two, circles, and filters', async ({ page }) => {
  await enter(page, planner());
  const { city } = await getJSON<{ city: { bbox: [number, number, number, number] } }>(page.request, '/api/session');
  await grid(page, 100, city.bbox, ['keluarga_desil_1_4', 'keluarga', 'rtlh']);
  await openAnalysis(page, '#analisis=peta');
  await page.locator('#map-period').press('ArrowLeft');
  await expect(page.locator('#analysis')).toContainText('Periode: Triwulan I 2026');
  await expect(page.locator('#map-period')).toBeFocused();
  await page.selectOption('#map-against', '2026-Q2');
  await expect(page.locator('#analysis')).toContainText('perubahan Triwulan II 2026 ke Triwulan I 2026');
  const counts = (await page.locator('.map-legend .classes .count').allInnerTexts()).map((text) => Number.parseInt(text, 10));
  expect(counts.reduce((a, b) => a + b)).toBe(100);
  await expect(page.locator('.map-legend')).toContainText('“<10” atau disembunyikan');
  await page.selectOption('#map-against', '');
  await page.getByRole('button', { name: 'Lingkaran' }).click();
  await expect(page.locator('.map-legend .swatch.round')).toHaveCount(3);
  await page.click('summary[data-key=map-filter]');
  await page.fill('#map-least', '500');
  await page.keyboard.press('Enter');
  await expect(page.locator('.dock tbody tr')).not.toHaveCount(100);
  for (const text of await page.locator('.dock tbody td:nth-child(2)').allInnerTexts()) expect(Number.parseInt(text, 10)).toBeGreaterThanOrEqual(500);
});

test('@phone everybody sees the reach by kelurahan and never an RT; the map stays in sight', async ({ page }) => {
  const answers: string[] = [];
  page.on('response', async (response) => response.url().includes('/api/coverage') && answers.push(await response.text()));
  await openMap(page);
  await page.locator('#analyse').tap();
  await done(page);
  await expect(page.locator('#analysis .headline')).toContainText('keluarga (');
  await expect(page.locator('#far-areas li')).toHaveCount(5);
  await expect(page.locator('#far-rt')).toHaveCount(0);
  await expect(page.locator('#new-sites')).toHaveCount(0);
  await expect.poll(() => answers.length).toBeGreaterThan(0);
  expect(answers.join()).not.toMatch(/"demand":\[|35\.71\.\d\d\.\d{4}-\d{3}/);
  const map = (await page.locator('#canvas').boundingBox())!;
  expect(map.height).toBeGreaterThan(200);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.click('summary[data-key=ask-coverage]');
  await page.fill('#cover-radius', '1000');
  await page.keyboard.press('Enter');
  await expect(page.locator('#analysis .headline')).toContainText('1.000 m');
  expect(await axe(page)).toEqual([]);
  await page.click('#tab-peta');
  await done(page);
  await expect(page.locator('.map-legend')).toBeVisible();
  await page.locator('.dock .place').first().scrollIntoViewIfNeeded();
  await expect(page.locator('.dock .place').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('@desktop a scenario is kept, opened by its link, laid beside another, and deleted', async ({ page, browser }, info) => {
  await enter(page, planner());
  await openAnalysis(page);
  const save = async (name: string): Promise<void> => {
    await page.click('#scenario-save');
    await page.fill('#q-name', name);
    await page.selectOption('#q-shared', 'yes');
    await page.locator('#scenario-dialog button[type=submit]').click();
    await expect(page.locator('#scenario-name')).toHaveText(name);
  };
  await save('Tiga titik');
  const link = page.url();
  expect(link).toMatch(/\/i:\d+/);
  await page.click('summary[data-key=ask-coverage]');
  await page.fill('#cover-sites', '5');
  await page.keyboard.press('Enter');
  await expect(page.locator('#new-sites button')).toHaveCount(5);
  await save('Lima titik');
  await page.selectOption('#scenario-beside', { label: 'Tiga titik' });
  await expect(page.locator('#side-by-side thead th')).toHaveText(['Lima titik', 'Tiga titik']);
  await expect(page.locator('#side-by-side .differs').first()).toBeVisible();
  for (const extension of ['csv', 'xlsx', 'geojson']) {
    const href = (await page.locator(`[data-key=scenario-${extension}]`).getAttribute('href'))!;
    expect((await page.request.get(href)).status(), href).toBe(200);
  }
  const other = await secondPage(browser, info.project.name);
  await enter(other, planner());
  await openAnalysis(other, new URL(link).hash);
  await expect(other.locator('#scenario-name')).toHaveText('Tiga titik');
  await expect(other.locator('#new-sites button')).toHaveCount(3);
  await other.click('#scenario-drop');
  await other.locator('#scenario-drop-dialog button[type=submit]').click();
  await expect(other.locator('#scenario-save')).toBeVisible();
  await other.context().close();
});

test('@phone without a map: a long run tells how far it is and stops, nothing published is said, and a failure can be tried again', async ({ page }) => {
  await withoutMap(page);
  const stopped: string[] = [];
  await page.route('**/api/coverage', (route) => route.fulfill({ status: 202, json: { id: 'r1', state: 'running', progress: 0, result: null, detail: '' } }));
  await page.route('**/api/coverage/r1', (route) => {
    if (route.request().method() !== 'DELETE') return route.fulfill({ json: { id: 'r1', state: 'running', progress: 0.4, result: null, detail: '' } });
    stopped.push('r1');
    return route.fulfill({ status: 204 });
  });
  await page.goto('/#analisis');
  await expect(page.locator('#cover-progress')).toHaveAttribute('value', '0.4');
  await page.click('#cover-stop');
  await expect(page.locator('#analysis [role=status]').last()).toContainText('Perhitungan dihentikan.');
  await expect.poll(() => stopped).toEqual(['r1']);
  await page.unroute('**/api/coverage');
  await page.getByRole('button', { name: 'Hitung' }).click();
  await expect(page.locator('#analysis .headline')).toContainText('keluarga');
  await expect(page.locator('.dock tbody tr')).toHaveCount(46);

  await page.route('**/api/coverage', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', json: { type: '/problems/validation', title: 'Tidak sah', detail: 'Jaraknya terlalu jauh.' } }));
  await page.click('summary[data-key=ask-coverage]');
  await page.fill('#cover-radius', '900');
  await page.keyboard.press('Enter');
  await expect(page.locator('#analysis .error')).toContainText('Jaraknya terlalu jauh.');
  await page.unroute('**/api/coverage');
  await page.getByRole('button', { name: 'Coba lagi' }).click();
  await expect(page.locator('#analysis .headline')).toContainText('900 m');

  await page.route('**/api/indicators', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), tables: [] } });
  });
  await page.goto('/?lang=en#analisis=peta');
  await expect(page.locator('#analysis')).toContainText('No figures are published yet');
  await page.goto('/?lang=id#analisis');
});

test('@phone how long another indicator takes on a slow phone: 46, 287 and 8,563 areas', async ({ page }) => {
  test.setTimeout(90_000);
  const codes = ['keluarga_desil_1_4', 'keluarga', 'rtlh', 'kpm_pkh', 'sanitasi_layak'];
  const { city } = await getJSON<{ city: { bbox: [number, number, number, number] } }>(page.request, '/api/session');
  const slow = await page.context().newCDPSession(page);
  const bounds: [number, number][] = [[46, 500], [287, 1000], [8563, 4000]];
  for (const [count, bound] of bounds) {
    await page.unrouteAll();
    await grid(page, count, city.bbox, codes);
    await page.goto('about:blank');
    await openAnalysis(page, '#analisis=peta');
    await page.click('summary[data-key=ask-map]');
    for (const code of codes) await choose(page, code, true);
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const tiles: string[] = [];
    const asked = (request: { url(): string }): unknown => request.url().includes('/tiles/') && tiles.push(request.url());
    page.on('request', asked);
    const times: number[] = [];
    for (const code of codes) times.push(await choose(page, code));
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    page.off('request', asked);
    const sorted = [...times].sort((a, b) => a - b);
    console.log(`${count} areas, CPU 4x slower: median ${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms, most ${sorted.at(-1)!.toFixed(0)} ms`);
    expect(tiles).toEqual([]);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(bound);
  }
});

/** Chooses an indicator and waits until it is painted; gives the milliseconds from the choice to the paint. */
async function choose(page: Page, code: string, settle = false): Promise<number> {
  const before = await page.evaluate(() => performance.getEntriesByName('analysis-switch').length);
  await page.selectOption('#map-indicator', code);
  const handle = await page.waitForFunction((n) => performance.getEntriesByName('analysis-switch').slice(n)[0]?.duration, before, { timeout: 30_000 });
  await page.waitForTimeout(settle ? 50 : 350); // the table and the tiles' own work are done before the next
  return (await handle.jsonValue()) as number;
}
