import { administrator, byName, center, create, drag, enter, expect, getJSON, outside, openMap, pic, secondPage, tapAt, test, uniqueName, village } from './page';

test('logs in, places a posyandu under the pin, and a second person sees it without a reload', async ({ page, browser, code }, info) => {
  const { label } = await village(page.request, code);
  const other = await secondPage(browser, info.project.name);
  await openMap(other, `#15/${label[1]}/${label[0]}`);
  await expect(other.locator('html')).toHaveAttribute('data-live', 'open');

  await openMap(page);
  await page.click('#login');
  await page.fill('#login-name', pic(info.project.name).name);
  await page.fill('#login-password', 'bukan ini');
  await page.keyboard.press('Enter');
  await expect(page.locator('#login-dialog [role=alert]')).not.toBeEmpty();
  await page.fill('#login-password', pic(info.project.name).password);
  await page.keyboard.press('Enter');
  await expect(page.locator('#account')).toBeVisible();

  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await expect(page.locator('#drop')).toBeEnabled();
  await expect(page.locator('html')).toHaveAttribute('data-located', code);
  if (Number(await page.locator('html').getAttribute('data-zoom')) < 17) {
    await page.click('#drop'); // zooms in first and says so
    await expect(page.locator('#place-said')).not.toBeEmpty();
    await expect.poll(async () => Number(await page.locator('html').getAttribute('data-zoom'))).toBeGreaterThanOrEqual(17);
    await page.waitForTimeout(300);
  }
  await page.click('#drop');
  await expect(page.locator('#drop-sure')).toBeVisible(); // not moved: asks
  await drag(page, 40, 30);
  await expect(page.locator('html')).toHaveAttribute('data-taken-by', 'geser_peta');
  await expect(page.locator('#drop-sure')).toBeHidden();
  await page.click('#drop');
  const want = await center(page);

  await page.click('#save');
  await expect(page.locator('#f-name')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('#f-name')).toBeFocused();
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#details h2')).toHaveText(name);
  const saved = (await byName(page.request, name))!;
  expect(saved.geometry!.coordinates[0]).toBeCloseTo(want[0], 5);
  expect(saved.geometry!.coordinates[1]).toBeCloseTo(want[1], 5);
  expect(saved.properties).toMatchObject({ area_code: code, placement: 'inside', taken_by: 'geser_peta' });

  // It arrived in the other browser: on its map, and tapping it there opens it.
  await expect.poll(async () => (await other.locator('html').getAttribute('data-drawn'))?.split(' ')).toContain(String(saved.id));
  await openMap(other, `#18/${want[1]}/${want[0]}`);
  await tapAt(other, want);
  await expect(other.locator('#details h2, #pile h2')).toBeVisible();
  await expect(other.locator('#details .actions')).toHaveCount(0);
  await other.context().close();
});

test('a point appears in another open page in well under a second', async ({ page, browser, code }, info) => {
  const { label } = await village(page.request, code);
  const other = await secondPage(browser, info.project.name);
  await openMap(other, `#16/${label[1]}/${label[0]}`);
  await expect(other.locator('html')).toHaveAttribute('data-live', 'open');
  await enter(page, pic(info.project.name));
  const made = await create(page, uniqueName(), [label[0] + 0.0004, label[1] + 0.0004], code, { strata: 'madya' });
  const from = Date.now();
  await expect.poll(async () => (await other.locator('html').getAttribute('data-drawn'))?.split(' '), { intervals: [20] }).toContain(String(made.id));
  info.annotations.push({ type: 'seen after', description: `${Date.now() - from} ms` });
  // Software rendering on a busy machine is slow: the bound is generous, the figure is in the report.
  expect(Date.now() - from).toBeLessThan(3000);
  await other.context().close();
});

test('moves with the arrow keys', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  const { label } = await village(page.request, code);
  const made = await create(page, uniqueName(), [label[0] - 0.0005, label[1]], code, { strata: 'madya' });
  await openMap(page, `#item=posyandu/${made.id}`);
  await page.getByRole('button', { name: 'Pindahkan' }).click();
  await expect(page.locator('#drop')).toHaveText('Letakkan di sini');
  await expect.poll(async () => (await center(page))[0]).toBeCloseTo(label[0] - 0.0005, 5);
  await page.locator('#canvas canvas').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
  await page.locator('[data-nudge=right]').click();
  const want = await center(page);
  expect((want[1] - label[1]) * 111_195).toBeCloseTo(3, 1);
  await page.click('#drop');
  await expect(page.locator('.toast')).toContainText('Tersimpan');
  const now = (await getJSON<{ geometry: { coordinates: [number, number] } }>(page.request, `/api/collections/posyandu/items/${made.id}`)).geometry.coordinates;
  expect(now[0]).toBeCloseTo(want[0], 6);
  expect(now[1]).toBeCloseTo(want[1], 6);
});

test('typed coordinates: swapped axes are proposed, and a point outside the city is refused with its reason', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  await openMap(page);
  const { label } = await village(page.request, code);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[0].toFixed(5)}, ${label[1].toFixed(5)}`);
  await page.keyboard.press('Enter');
  await page.click('#typed-suggestion');
  await expect(page.locator('html')).toHaveAttribute('data-taken-by', 'ketik');
  await expect(page.locator('html')).toHaveAttribute('data-located', code);
  await page.fill('#typed-input', '-7,10000; 112,50000');
  await page.keyboard.press('Enter');
  await expect(page.locator('#place-inside')).toHaveText('Di luar semua wilayah pada peta ini');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#form-summary [role=alert]')).toContainText(/luar/i);
  await expect(page.locator('#form-summary')).toBeFocused();
  await expect(page.locator('#f-name')).toHaveValue(name);
  expect(await byName(page.request, name)).toBeUndefined();
});

test('a point just outside its kelurahan needs a reason', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  const [lon, lat] = await outside(page.request, code);
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${lat.toFixed(6).replace('.', ',')}; ${lon.toFixed(6).replace('.', ',')}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('#place-inside')).toContainText('di luar');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#f-placement_reason')).toBeFocused();
  await expect(page.locator('#f-placement_reason-error')).not.toBeEmpty();
  await expect(page.locator('#f-name')).toHaveValue(name);
  await page.fill('#f-placement_reason', 'Berdiri di seberang jalan batas, melayani warga kami.');
  await page.click('#save');
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))!.properties).toMatchObject({ placement: 'reasoned', area_code: code });
});

test('GPS shows its accuracy, and dragging afterwards makes it a hand-placed point', async ({ page, context, code }, info) => {
  const { label } = await village(page.request, code);
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ longitude: label[0] + 0.0002, latitude: label[1] - 0.0002, accuracy: 8 });
  await enter(page, pic(info.project.name));
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=rt]');
  await page.click('#gps');
  await expect(page.locator('html')).toHaveAttribute('data-gps', 'good');
  await expect(page.locator('#place-said')).toContainText('±8 m');
  await expect(page.locator('html')).toHaveAttribute('data-taken-by', 'gps');
  await drag(page, 20, 10);
  await expect(page.locator('html')).toHaveAttribute('data-taken-by', 'geser_peta');
});

test('an asset without a point is chosen from the list and placed', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  const name = uniqueName();
  const made = await create(page, name, null, code, { strata: 'madya' });
  await openMap(page);
  await page.click('#add');
  await page.getByRole('button', { name: `Letakkan ${name}` }).first().click();
  await page.locator('[data-nudge=down]').click();
  await page.click('#drop');
  await expect(page.locator('.toast')).toContainText('Tersimpan');
  const now = await getJSON<{ geometry: unknown; properties: { placement: string } }>(page.request, `/api/collections/posyandu/items/${made.id}`);
  expect(now.properties.placement).toBe('inside');
  expect(now.geometry).not.toBeNull();
});

test('what may be the same asset is shown, and saved when the person says it differs', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  const { label } = await village(page.request, code);
  const name = uniqueName();
  await create(page, name, [label[0] + 0.0006, label[1] - 0.0004], code, { strata: 'madya' });
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[1] - 0.00035}, ${label[0] + 0.0006}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  await page.fill('#f-name', `${name} dua`);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#duplicates')).toContainText(name);
  await expect(page.locator('#duplicates')).toContainText('m dari titik ini');
  await page.click('#differs');
  await expect(page.locator('#details h2')).toHaveText(`${name} dua`);
  expect(await byName(page.request, `${name} dua`)).toBeDefined();
});

test('an administrator chooses a base map; tiles, axis order and policy follow', { tag: '@desktop' }, async ({ page }) => {
  const asked: string[] = [];
  await page.route('https://ubin.example/**', (route) => {
    asked.push(new URL(route.request().url()).pathname);
    return route.fulfill({ contentType: 'image/png', headers: { 'Access-Control-Allow-Origin': '*' }, body: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
  });
  await enter(page, administrator());
  await openMap(page);
  await page.click('#account');
  await page.getByRole('button', { name: 'Peta dasar' }).click();
  await page.getByText('Alamat sendiri').click();
  await page.fill('#basemap-url', 'https://ubin.example/{z}/{y}/{x}.png');
  await page.fill('#basemap-attribution', 'Ubin Contoh');
  await page.getByRole('button', { name: 'Simpan' }).click();
  await expect(page.locator('.toast')).toContainText('Tersimpan');
  await openMap(page, '#12/-7.82/112.01');
  await page.reload();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  expect(asked.some((path) => /^\/12\/21\d\d\/33\d\d\.png$/.test(path) || /^\/13\/42\d\d\/66\d\d\.png$/.test(path))).toBe(true);
  const cleared = await page.request.put('/api/settings', { headers: { 'Patok-Request': '1' }, data: { basemap: null } });
  expect(cleared.status()).toBe(200);
});
