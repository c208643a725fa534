import type { Page } from '@playwright/test';
import { administrator, axe, byName, create, enter, expect, type Feature, getJSON, newcomer, openMap, secondPage, test, uniqueName, village } from './page';

// A kelurahan in which no other test works.
const area = '35.71.03.1005';

async function patch(page: Page, id: number, properties: Record<string, unknown>): Promise<void> {
  const current = await page.request.get(`/api/collections/posyandu/items/${id}`);
  const answer = await page.request.patch(`/api/collections/posyandu/items/${id}`, { headers: { 'Patok-Request': '1', 'If-Match': current.headers().etag!, 'Content-Type': 'application/merge-patch+json' }, data: { properties } });
  expect(answer.status(), await answer.text()).toBe(200);
}

test('every version of an asset is there and can be brought back, also after it was deleted', { tag: '@phone' }, async ({ page }) => {
  await enter(page, await newcomer('pic', area));
  const { label } = await village(page.request, area);
  const name = uniqueName();
  const { id } = await create(page, name, [label[0], label[1]], area, { strata: 'madya' });
  await patch(page, id, { strata: 'purnama', address: 'Jalan Melati 3' });
  await openMap(page, `#item=posyandu/${id}`);
  await page.locator('#open-history').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`riwayat=posyandu/${id}`));
  const version = (n: number) => page.locator(`.version[data-version='${n}']`);
  await expect(version(2)).toContainText('Sekarang');
  await expect(version(2).locator('.change[data-field=strata]')).toContainText(/Madya.*Purnama/);
  await expect(version(1)).toContainText('dibuat');
  expect(await axe(page)).toEqual([]);

  // The data as of then, for who works with the API.
  const then = await getJSON<Feature>(page.request, (await version(1).getByRole('link', { name: 'Data per tanggal ini' }).getAttribute('href'))!);
  expect(then.properties).toMatchObject({ strata: 'madya' });

  await version(1).getByRole('button', { name: 'Kembalikan versi ini' }).click();
  await page.locator('#revert-dialog button[type=submit]').click();
  await expect(page.locator('#q-why')).toHaveAttribute('aria-invalid', 'true');
  await page.fill('#q-why', 'Salah baca SK.');
  await page.locator('#revert-dialog button[type=submit]').click();
  await expect(page.locator('.toast')).toContainText('Dikembalikan ke versi 1');
  await expect(version(3)).toContainText('Salah baca SK.');
  expect((await byName(page.request, name))!.properties).toMatchObject({ strata: 'madya' });

  await page.getByRole('button', { name: 'Lihat aset' }).click();
  await page.getByRole('button', { name: 'Hapus' }).click();
  await expect(page.locator('.toast')).toContainText('dihapus');
  await page.goto(`/?deleted#riwayat=posyandu/${id}`);
  await expect(page.locator('#history .notice')).toContainText('sudah dihapus');
  await page.click('#restore');
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))?.id).toBe(id);
});

test('all that one person did today is undone, told first; what somebody else changed since stays', { tag: '@desktop' }, async ({ page, browser }, info) => {
  const hand = await newcomer('pic', area);
  const theirs = await secondPage(browser, info.project.name);
  await enter(theirs, hand);
  const { label } = await village(page.request, area);
  const names = [uniqueName(), uniqueName(), uniqueName()];
  const made: Feature[] = [];
  for (const [i, name] of names.entries()) made.push(await create(theirs, name, [label[0] + 0.0004 * (i + 1), label[1] + 0.0004], area, { strata: 'madya' }));
  await enter(page, administrator());
  await patch(page, made[2]!.id, { strata: 'mandiri' }); // another's work stays
  await openMap(page, '#riwayat');
  await expect(page.locator('.version').first()).toContainText('Perubahan');
  expect(await axe(page)).toEqual([]);
  await page.locator('#history-filter summary').click();
  await page.fill('#f-actor', hand.name);
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Jakarta' }).format(new Date());
  await page.fill('#f-from', today);
  await page.fill('#f-until', today);
  await expect(page.locator('.version')).toHaveCount(3);
  await page.click('#undo-all');
  await expect(page.locator('#undo-told')).toContainText('2 yang dibuat dihapus lagi');
  await expect(page.locator('#undo-dialog .kept')).toContainText(names[2]!);
  expect(await axe(page)).toEqual([]);
  await page.fill('#undo-dialog #f-why', 'Titiknya salah semua.');
  let sent = 0;
  page.on('request', (request) => (sent += request.url().endsWith('/api/history/undo') ? 1 : 0));
  await page.dblclick('#undo-now');
  await expect(page.locator('#undo-dialog')).toContainText('Selesai:');
  expect(sent).toBe(1);
  expect(await byName(page.request, names[0]!)).toBeUndefined();
  expect(await byName(page.request, names[1]!)).toBeUndefined();
  expect((await byName(page.request, names[2]!))?.properties).toMatchObject({ strata: 'mandiri' });
  await page.click('#undo-link');
  await expect(page.locator('.version')).toHaveCount(1);
  await expect(page.locator('.version')).toContainText('Titiknya salah semua.');
  await page.locator('.version .items .open').first().click();
  await expect(page.locator('#history .notice')).toContainText('sudah dihapus');
  await theirs.context().close();
});
