import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { administrator, axe, create, enter, expect, getJSON, openMap, test, uniqueName, withoutMap } from './page';

interface Listed {
  name: string;
  collection?: string;
  sha256: string;
  href: string;
}

test('@desktop a release is made, read by everybody, and stays what it was', async ({ page, browser, code }) => {
  const name = `uji-${Math.random().toString(36).slice(2, 8)}`;
  const asset = uniqueName();
  await withoutMap(page);
  await enter(page, administrator());
  const { id } = await create(page, asset, null, code);
  await page.goto('/#rilis');
  await expect(page.locator('#releases h2')).toHaveText('Unduh data');
  await page.click('#release-make');
  const dialog = page.locator('#release-dialog');
  await expect(dialog).toContainText('Akan dibekukan');
  await expect(dialog).toContainText('Angka belum disepakati');
  expect(await axe(page)).toEqual([]);
  await dialog.getByLabel('Nama pendek').fill('Rilis Satu');
  await dialog.getByLabel('Judul').fill('Data kelurahan');
  await dialog.getByRole('button', { name: 'Terbitkan untuk selamanya' }).click();
  await expect(dialog.locator('.field').first()).toContainText(/huruf kecil|tidak sesuai|Periksa/i);
  await dialog.getByLabel('Nama pendek').fill(name);
  await dialog.getByRole('button', { name: 'Terbitkan untuk selamanya' }).click();
  await expect(page.locator('.toast')).toContainText(`Rilis ${name} terbit`, { timeout: 30_000 });
  const card = page.locator(`[data-release='${name}']`);
  await expect(card).toContainText('Data kelurahan');
  await expect(page).toHaveURL(new RegExp(`#.*rilis=${name}`));
  await expect(card.locator("[data-about='posyandu']")).toContainText('baris');

  // Somebody who is not logged in, a "year" later: after edits and a delete.
  const removed = await page.request.delete(`/api/collections/posyandu/items/${id}`, { headers: { 'Patok-Request': '1', 'If-Match': '*' } });
  expect(removed.status()).toBe(204);
  const context = await browser.newContext({ baseURL: process.env.PATOK_E2E_URL!, locale: 'id-ID' });
  const reader = await withoutMap(await context.newPage());
  await reader.goto(`/#rilis=${name}`);
  const theirs = reader.locator(`[data-release='${name}']`);
  const [file] = await Promise.all([reader.waitForEvent('download'), theirs.locator("[data-about='posyandu']").getByRole('link', { name: 'CSV' }).click()]);
  expect(file.suggestedFilename()).toBe(`${name}_posyandu.csv`);
  const text = readFileSync((await file.path())!);
  const release = await getJSON<{ files: Listed[] }>(reader.request, `/api/releases/${name}`);
  const listed = release.files.find((f) => f.name === 'posyandu.csv')!;
  expect(createHash('sha256').update(text).digest('hex')).toBe(listed.sha256);
  expect(text.toString('utf8')).toContain(asset);
  await theirs.getByText('Periksa keaslian').click();
  await expect(theirs.locator('.hashes')).toContainText(listed.sha256);
  await expect(reader.locator('#release-make')).toHaveCount(0);
  await expect(theirs.locator("[data-about='dtsen 2025-Q3']")).toHaveCount(1);
  await expect(theirs).not.toContainText('kalangan pemerintah');
  const items = await getJSON<{ features: { properties: { name: string } }[] }>(reader.request, `/api/collections/posyandu/items?name=${encodeURIComponent(asset)}&release=${name}`);
  expect(items.features).toHaveLength(1);
  expect(await axe(reader)).toEqual([]);
  await context.close();
});

test('@phone the list leads to files of what it shows, and internal fields are asked a purpose', async ({ page }) => {
  await withoutMap(page);
  await page.goto('/');
  await page.getByRole('button', { name: 'Lihat daftar' }).click();
  await page.getByLabel('Saring menurut jenis').selectOption('posyandu');
  await page.click('#download');
  await expect(page).toHaveURL(/#.*rilis=jenis:posyandu/);
  await expect(page.locator('#release-collection')).toHaveValue('posyandu');
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#current-data').getByRole('link', { name: /GeoJSON/ }).click()]);
  const list = JSON.parse(readFileSync((await file.path())!, 'utf8')) as { features: { properties: Record<string, unknown> }[] };
  expect(list.features.length).toBeGreaterThan(200);
  expect(list.features[0]!.properties).not.toHaveProperty('note');
  expect(await axe(page)).toEqual([]);

  await enter(page, administrator());
  await page.reload();
  await page.click('#release-internal');
  const dialog = page.locator('#purpose-dialog');
  await dialog.getByLabel('Untuk keperluan apa').fill('uji');
  await dialog.getByRole('button', { name: 'Unduh' }).click();
  await expect(dialog.locator('.field').last()).toContainText(/10 huruf/);
  await dialog.getByLabel('Untuk keperluan apa').fill('rekap posyandu untuk pengujian');
  await dialog.getByLabel('Bentuk').selectOption('csv');
  const [internal] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Unduh' }).click()]);
  expect(internal.suggestedFilename()).toBe('posyandu_internal.csv');
  expect(readFileSync((await internal.path())!, 'utf8')).toContain('catatan');
  await expect(page.locator('.toast')).toContainText('Berkas diunduh');
});

test('@desktop the page of releases in English, with a release that is not there', async ({ page }) => {
  await openMap(page, '?lang=en#rilis=tiada');
  await expect(page.locator('#releases h2')).toHaveText('Download data');
  await expect(page.locator('#releases')).toContainText('There is no release tiada.');
  await page.goto('/?lang=id');
});
