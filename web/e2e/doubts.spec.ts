import { administrator, axe, byName, enter, expect, openMap, outside, pic, secondPage, test, uniqueName, village } from './page';

test('a point far outside waits: its PIC finds it in the list, an administrator publishes it, everybody sees it', async ({ page, browser, code }, info) => {
  await enter(page, pic(info.project.name));
  const [lon, lat] = await outside(page.request, code, 400);
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${lat.toFixed(6)}, ${lon.toFixed(6)}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('#place-inside')).toContainText('di luar');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');

  // Kept back: the list says why, first of all, and it is in nobody else's data.
  const row = page.locator('#doubt-list li').first();
  await expect(row).toContainText(name);
  await expect(row).toContainText('Belum tampil');
  await expect(row).toContainText(/\d+ m di luar batas .* Letaknya di .*\. Menunggu administrator\./);
  expect(await axe(page)).toEqual([]);
  expect(await byName(page.request, name)).toBeUndefined();
  const id = Number(await row.getAttribute('data-id'));
  await row.locator('.open').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#details h2')).toHaveText(name);
  await expect(page.locator('#details .notice')).toContainText('Menunggu administrator');
  await expect(page.getByRole('button', { name: 'Terbitkan di sini' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pindahkan' })).toBeVisible();
  await page.goBack();
  await expect(page.locator('#doubt-list')).toBeVisible();

  const other = await secondPage(browser, info.project.name);
  await openMap(other, `#16/${lat}/${lon}`);
  await expect(other.locator('html')).toHaveAttribute('data-live', 'open');
  const drawn = async () => (await other.locator('html').getAttribute('data-drawn'))?.split(' ') ?? [];
  expect(await drawn()).not.toContain(String(id));

  const desk = await secondPage(browser, info.project.name);
  await enter(desk, administrator());
  await openMap(desk);
  await desk.click('#account');
  await expect(desk.locator('#to-doubts .count')).toHaveText(/^\d+\+?$/);
  await desk.click('#to-doubts');
  const theirs = desk.locator(`#doubt-list [data-id='${id}']`);
  await expect(theirs).toContainText('Menunggu keputusan Anda');
  await theirs.locator('.open').click();
  await desk.getByRole('button', { name: 'Terbitkan di sini' }).click();
  await expect(desk.locator('#publish-dialog')).toContainText(/\d+ m di luar batas/);
  expect(await axe(desk)).toEqual([]);
  await desk.click('#publish-yes');
  await expect(desk.locator('.toast')).toContainText('Diterbitkan');
  await expect(desk.locator('#details .notice')).toContainText('keputusan administrator');
  await expect.poll(drawn).toContain(String(id));
  expect((await byName(other.request, name))!.properties).toMatchObject({ placement: 'override', area_code: code });
  await expect(page.locator(`#doubt-list [data-id='${id}']`)).toHaveCount(0); // the PIC's list went along
  await desk.context().close();
  await other.context().close();
});

test('the list of doubts by its address, for who is logged in, and when it fails', { tag: '@desktop' }, async ({ page }, info) => {
  await enter(page, pic(info.project.name));
  await openMap(page, '#doubts');
  await expect(page.locator('#doubt-list h2')).toHaveText('Perlu diperiksa');
  await expect(page.locator('#doubt-list .wait')).toHaveCount(0);
  const empty = await secondPage(page.context().browser()!, info.project.name);
  await openMap(empty, '#doubts'); // nobody is logged in: the map's own list
  await expect(empty.locator('html')).toHaveAttribute('data-mode', 'home');
  await empty.context().close();
  await page.route('**/api/doubts*', (route) => route.abort('connectionreset'));
  await page.reload();
  await expect(page.locator('#doubt-list [role=alert]')).toContainText('gagal dimuat');
  await page.unroute('**/api/doubts*');
  // An event may have asked again before the finger did.
  await page.locator('#doubt-list').getByRole('button', { name: 'Coba lagi' }).click({ timeout: 3000 }).catch(() => {});
  await expect(page.locator('#doubt-list [role=alert]')).toHaveCount(0);
});

test('an administrator’s point claims the kelurahan it lies in; outside of all, one is chosen', { tag: '@phone' }, async ({ page, code }) => {
  await enter(page, administrator());
  const { label } = await village(page.request, code);
  await openMap(page);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${label[1] + 0.0013}, ${label[0]}`);
  await page.keyboard.press('Enter');
  await page.click('#drop'); // at once: the kelurahan is that of the point, not of where the map was
  await expect(page.locator('#f-area_code')).toHaveValue(code);
  await expect(page.locator('#f-area_code option:checked')).toContainText('titik ada di sini');
  await page.click('#form-cancel');

  // North of the whole city, by a hundred metres.
  const { features } = (await (await page.request.get('/api/collections/kelurahan/items?limit=1000')).json()) as { features: { geometry: { coordinates: [number, number][][][] } }[] };
  const north = features.flatMap((f) => f.geometry.coordinates.flat(2)).reduce((a, b) => (b[1] > a[1] ? b : a));
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await page.click('#type-toggle');
  await page.fill('#typed-input', `${(north[1] + 0.0009).toFixed(6)}, ${north[0].toFixed(6)}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('#place-inside')).toHaveText('Di luar semua wilayah pada peta ini');
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#f-area_code')).toBeFocused();
  await expect(page.locator('#f-area_code')).toHaveAttribute('aria-invalid', 'true');
  expect(await axe(page)).toEqual([]);
  await expect(page.locator('#f-area_code option')).not.toHaveCount(1);
  await page.selectOption('#f-area_code', { index: 1 });
  const chosen = await page.inputValue('#f-area_code');
  await page.click('#save');
  await page.fill('#f-placement_reason', 'Di seberang batas kota, melayani warga kami.');
  await page.click('#save');
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))!.properties).toMatchObject({ area_code: chosen, placement: 'reasoned' });
});

test('a type that is large only near is a speck far out, and nothing is left out', { tag: '@desktop' }, async ({ page, code }) => {
  const { label } = await village(page.request, code);
  await openMap(page, `#11.5/${label[1]}/${label[0]}`);
  await expect(page.locator('[data-layer=rt]')).not.toContainText('zoom');
  const rt = async () => {
    const ids = ((await page.locator('html').getAttribute('data-drawn')) ?? '').split(' ');
    const { features } = (await (await page.request.get(`/api/collections/rt/items?located=true&limit=50&area_code=${code}`)).json()) as { features: { id: number }[] };
    expect(features.length).toBeGreaterThan(0);
    return features.filter((f) => !ids.includes(String(f.id))).length;
  };
  await expect.poll(rt).toBe(0);
  await page.goto(`/?near#14.5/${label[1]}/${label[0]}`);
  await expect(page.locator('html')).toHaveAttribute('data-map', 'ready');
  await expect(page.locator('[data-layer=rt]')).not.toContainText('zoom');
});
