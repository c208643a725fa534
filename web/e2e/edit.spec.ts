import { byName, create, enter, expect, getJSON, openMap, pic, test, uniqueName, village, type Feature } from './page';

test.beforeEach(async ({ page }, info) => enter(page, pic(info.project.name)));

test('edits by the form; another person’s edit of the same field asks which one stays', async ({ page, code }) => {
  const { label } = await village(page.request, code);
  const made = await create(page, uniqueName(), [label[0], label[1] + 0.0006], code, { strata: 'madya' });
  await openMap(page, `#item=posyandu/${made.id}`);
  await page.getByRole('button', { name: 'Ubah isian' }).click();
  await expect(page.locator('#f-strata')).toHaveValue('madya');
  await page.selectOption('#f-strata', 'purnama');
  await page.fill('#f-rw', '3');

  const current = await page.request.get(`/api/collections/posyandu/items/${made.id}`);
  const faster = await page.request.patch(`/api/collections/posyandu/items/${made.id}`, {
    headers: { 'Patok-Request': '1', 'If-Match': current.headers().etag!, 'Content-Type': 'application/merge-patch+json' },
    data: { properties: { strata: 'mandiri', address: 'Jalan Baru 1' } },
  });
  expect(faster.status()).toBe(200);

  await page.click('#save');
  await expect(page.locator('#conflict')).toContainText('Punya Anda');
  await page.locator('#conflict input[value=mine]').check();
  await page.locator('#conflict button[type=submit]').click();
  await expect(page.locator('.toast')).toContainText('Tersimpan');
  const now = await getJSON<Feature>(page.request, `/api/collections/posyandu/items/${made.id}`);
  expect(now.properties).toMatchObject({ strata: 'purnama', rw: '003', address: 'Jalan Baru 1' });
});

test('deletes, and brings back with Urungkan', async ({ page, code }) => {
  const { label } = await village(page.request, code);
  const name = uniqueName();
  const made = await create(page, name, [label[0] - 0.0006, label[1] + 0.0006], code, { strata: 'madya' });
  await openMap(page, `#item=posyandu/${made.id}`);
  await page.getByRole('button', { name: 'Hapus' }).click();
  await expect(page.locator('.toast')).toContainText('dihapus');
  expect(await byName(page.request, name)).toBeUndefined();
  await page.getByRole('button', { name: 'Urungkan' }).click();
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))?.id).toBe(made.id);
});

test('says when what is open was deleted elsewhere, and confirms what is still there', async ({ page, code }) => {
  const { label } = await village(page.request, code);
  const made = await create(page, uniqueName(), [label[0] + 0.0008, label[1] + 0.0006], code, { strata: 'madya' });
  await openMap(page, `#item=posyandu/${made.id}`);
  await page.getByRole('button', { name: 'Masih ada' }).click();
  await expect(page.locator('.toast')).toContainText('masih ada');
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open');
  const seen = await page.request.get(`/api/collections/posyandu/items/${made.id}`);
  expect(((await seen.json()) as Feature).properties.verified_at).toBeTruthy();
  const gone = await page.request.delete(`/api/collections/posyandu/items/${made.id}`, { headers: { 'Patok-Request': '1', 'If-Match': seen.headers().etag! } });
  expect(gone.status()).toBe(204);
  await expect(page.locator('#details h2')).toHaveText('Butir ini sudah dihapus.');
});

test('a save without a network keeps the form, survives a reload, and becomes one asset', { tag: '@phone' }, async ({ page, context, code }) => {
  const { label } = await village(page.request, code);
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[1] - 0.0009}, ${label[0] - 0.0009}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('button', { name: 'Lanjutkan' }).click();
  await expect(page.locator('#f-name')).toHaveValue(name);
  await expect(page.locator('#f-strata')).toHaveValue('madya');

  await context.setOffline(true);
  await page.click('#save');
  await expect(page.locator('#save-state')).toContainText('Belum tersimpan');
  await expect(page.locator('html')).toHaveAttribute('data-save', 'waiting');
  await expect(page.locator('.toast')).toHaveCount(0);
  await context.setOffline(false);
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))!.properties).toMatchObject({ taken_by: 'ketik', strata: 'madya' });
});

test('an answer that got lost does not make a second asset', { tag: '@phone' }, async ({ page, code }) => {
  const { label } = await village(page.request, code);
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[1] + 0.0009}, ${label[0] - 0.0009}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  let lost = 0;
  await page.route('**/api/collections/posyandu/items*', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.fallback();
    await route.fetch(); // the server takes it
    return route.abort('connectionreset'); // and we never hear of it
  });
  await page.click('#save');
  await expect(page.locator('#details h2')).toHaveText(name);
  expect(lost).toBe(2);
  expect(await byName(page.request, name)).toBeDefined(); // exactly one: byName checks
});
