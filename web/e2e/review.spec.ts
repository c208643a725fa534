import type { Page } from '@playwright/test';
import { administrator, axe, byName, create, enter, expect, getJSON, invite, newcomer, openMap, pageOf, secondPage, tapAt, test, uniqueName, village } from './page';

// A kelurahan in which no other test works: here posyandu are reviewed by the lurah.
const area = '35.71.02.1005';

test.beforeAll(async ({ browser }) => review(await browser.newPage({ baseURL: process.env.PATOK_E2E_URL! }), ['kelurahan']));
test.afterAll(async ({ browser }) => review(await browser.newPage({ baseURL: process.env.PATOK_E2E_URL! }), []));

async function review(page: Page, steps: string[]): Promise<void> {
  await enter(page, administrator());
  const answer = await page.request.put('/api/settings', { data: { review: steps.length ? [{ type: 'posyandu', area, steps }] : [] }, headers: { 'Patok-Request': '1' } });
  expect(answer.status(), await answer.text()).toBe(200);
  await page.context().close();
}

test('from an invitation to the map: placed, returned with a note on a field, corrected, approved; the public sees it then', { tag: '@phone' }, async ({ page, browser }, info) => {
  const { account, link } = await invite('pic', area);
  await page.goto(link);
  await page.fill('#f-password', account.password);
  await page.fill('#f-repeat', account.password);
  await page.click('#invitation-go');
  await expect(page.locator('#account')).toBeVisible();

  const { label } = await village(page.request, area);
  const point: [number, number] = [label[0] + 0.0004, label[1] + 0.0003];
  const name = uniqueName();
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${point[1]}, ${point[0]}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await expect(page.locator('#save')).toHaveText('Kirim untuk diperiksa');
  await page.click('#save');
  await expect(page.locator('.toast')).toHaveText(/^Terkirim: menunggu pemeriksaan lurah/);
  await expect(page.locator('html')).toHaveAttribute('data-waiting', '0 0 1');
  const mine = page.locator('#mine li', { hasText: name });
  await expect(mine).toContainText('Terkirim, menunggu lurah');
  await expect(mine.locator('.change[data-field=strata]')).toContainText('Madya');
  expect(await axe(page)).toEqual([]);

  const everybody = await pageOf(browser, info.project.name, null, `#17/${point[1]}/${point[0]}`);
  expect(await byName(everybody.request, name)).toBeUndefined();

  // The lurah returns it, from the keyboard, with a note at the very field.
  const lurah = await pageOf(browser, info.project.name, await newcomer('reviewer', area), '#tinjau');
  const row = lurah.locator('#queue li', { hasText: name });
  await row.locator('.open').focus();
  await lurah.keyboard.press('Enter');
  await expect(row.locator('.change[data-field=strata]')).toContainText('Madya');
  expect(await axe(lurah)).toEqual([]);
  await row.locator('[data-act=return]').click();
  await row.locator('[data-act=return-send]').click();
  await expect(row.locator('[role=alert]')).toContainText('Tulis apa yang perlu dibetulkan');
  await row.getByLabel('Catatan untuk Strata').fill('Di SK tertulis purnama.');
  await lurah.keyboard.press('Enter');
  await expect(lurah.locator('.toast')).toContainText('Dikembalikan');
  await expect(row).toHaveCount(0);

  // Its author is told, and finds the note beside the field.
  await page.reload();
  await expect(page.locator('#account .dot')).toHaveText('1');
  await expect(mine.locator('.tag')).toHaveText('Dikembalikan');
  await mine.locator('[data-act=correct]').click();
  await expect(page.locator('#f-strata-note')).toHaveText('Di SK tertulis purnama.');
  await expect(page.locator('#f-strata')).toHaveAttribute('aria-describedby', /f-strata-note/);
  expect(await axe(page)).toEqual([]);
  await page.selectOption('#f-strata', 'purnama');
  await page.click('#save');
  await expect(page.locator('.toast')).toContainText('Terkirim');
  expect(await byName(everybody.request, name)).toBeUndefined();

  await lurah.reload();
  await row.locator('.open').click();
  await expect(row.locator('.change[data-field=strata]')).toContainText('Purnama');
  await row.locator('[data-act=approve]').click();
  await expect(lurah.locator('.toast')).toContainText('Disetujui dan terbit');
  const drawn = async () => (await everybody.locator('html').getAttribute('data-drawn'))?.split(' ') ?? [];
  const made = await byName(everybody.request, name);
  expect(made?.properties).toMatchObject({ strata: 'purnama', area_code: area });
  await expect.poll(drawn).toContain(String(made!.id));
  await expect(mine.locator('.tag')).toHaveText('Terbit'); // the author's view went along
  await everybody.context().close();
  await lurah.context().close();
});

test('the lurah prints a recap and approves what is ticked; a point that moves far needs a reason', { tag: '@desktop' }, async ({ page, browser }, info) => {
  const author = await newcomer('pic', area);
  const lurah = await newcomer('reviewer', area);
  const { label } = await village(page.request, area);
  const admin = await secondPage(browser, info.project.name);
  await enter(admin, administrator());
  const published = await publish(admin, label);

  // Moved by more than 25 m: the page asks why before it sends.
  await enter(page, author);
  await openMap(page, `#item=posyandu/${published.id}`);
  await page.getByRole('button', { name: 'Pindahkan' }).click();
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[1] + 0.001}, ${label[0] + 0.001}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  await expect(page.locator('#form-summary')).toContainText(/Titik berpindah \d+ m/);
  await page.fill('#f-reason', 'Pindah ke balai RW yang baru.');
  await page.click('#save');
  await expect(page.locator('.toast')).toContainText('Terkirim');
  await expect(page.locator('#details .waits')).toContainText('menunggu pemeriksaan');
  const before = await getJSON<{ geometry: { coordinates: [number, number] } }>(admin.request, `/api/collections/posyandu/items/${published.id}`);
  expect(before.geometry.coordinates[1]).toBeCloseTo(label[1], 5);

  // A ring on the map says where it waits, and opens it.
  await expect(async () => {
    await tapAt(page, [label[0] + 0.001, label[1] + 0.001]);
    await expect(page.locator('#mine li.opened')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.locator('#mine [data-act=asset]').click();

  // Who sends again is shown what waits already.
  await page.getByRole('button', { name: 'Hapus' }).click();
  await page.locator('.toast').getByRole('button', { name: 'Lihat yang menunggu' }).click();
  await expect(page.locator('#mine li.opened')).toContainText(String(published.properties.name));
  await expect(page.locator('#mine li.opened .change[data-field=geometry]')).toContainText(/pindah \d+ m/);

  const other = uniqueName();
  await propose(page, other, [label[0] - 0.0004, label[1]]);
  const queue = await pageOf(browser, info.project.name, lurah, '#tinjau');
  await expect(queue.locator('#queue section[data-area]')).toHaveCount(1);
  await queue.evaluate(() => (window.print = () => document.documentElement.setAttribute('data-printed', '')));
  await queue.click('#print-recap');
  await expect(queue.locator('html')).toHaveAttribute('data-printed', '');
  await queue.emulateMedia({ media: 'print' });
  await expect(queue.locator('#recap tbody tr', { hasText: other })).toBeVisible();
  await expect(queue.locator('#recap tbody tr', { hasText: String(published.properties.name) })).toContainText(/pindah \d+ m/);
  await expect(queue.locator('#recap footer')).toContainText('Lurah');
  await expect(queue.locator('.app')).toBeHidden();
  await queue.emulateMedia({ media: null });
  await queue.click('#tick-all');
  await queue.click('#approve-ticked');
  await queue.locator('#approve-dialog button[type=submit]').click();
  await expect(queue.locator('#approve-results')).toContainText('2 disetujui');
  await expect(queue.locator('#queue .empty')).toBeVisible();
  expect(await byName(admin.request, other)).toBeDefined();
  const after = await getJSON<{ geometry: { coordinates: [number, number] } }>(admin.request, `/api/collections/posyandu/items/${published.id}`);
  expect(after.geometry.coordinates[1]).toBeCloseTo(label[1] + 0.001, 5);
  await expect(page.locator('#mine li.opened .tag')).toHaveText('Terbit');
  await admin.context().close();
  await queue.context().close();
});

/** A published posyandu, from before review was on. */
async function publish(admin: Page, [lon, lat]: [number, number]): Promise<Awaited<ReturnType<typeof create>>> {
  const settings = (steps: string[]) => admin.request.put('/api/settings', { data: { review: steps.length ? [{ type: 'posyandu', area, steps }] : [] }, headers: { 'Patok-Request': '1' } });
  await settings([]);
  const made = await create(admin, uniqueName(), [lon, lat], area, { strata: 'madya' });
  await settings(['kelurahan']);
  return made;
}

async function propose(page: Page, name: string, point: [number, number]): Promise<void> {
  const answer = await page.request.post('/api/collections/posyandu/items?allow_duplicate=true', {
    headers: { 'Patok-Request': '1', 'Content-Type': 'application/geo+json' },
    data: { type: 'Feature', geometry: { type: 'Point', coordinates: point }, properties: { name, area_code: area, strata: 'madya', operation: 'aktif', taken_by: 'geser_peta' } },
  });
  expect(answer.status(), await answer.text()).toBe(202);
}
