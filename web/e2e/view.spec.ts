import { axe, byName, create, enter, expect, getJSON, openMap, pic, tapAt, test, uniqueName, village, withoutMap } from './page';

test('the first screen says what, whose and as of when; layers switch; the address keeps the view', async ({ page }) => {
  await openMap(page);
  await expect(page.locator('#city')).toHaveText('Kota Kediri');
  await expect(page.locator('#as-of')).toHaveText(/\d{1,2} \S+ \d{4} \d\d\.\d\d WIB/);
  await expect(page.locator('#example')).toContainText('Data contoh');
  const { counts } = await getJSON<{ counts: { type: string; total: number }[] }>(page.request, '/api/summary');
  for (const { type, total } of counts) {
    await expect(page.locator(`[data-layer=${type}] .count`)).toHaveText(new Intl.NumberFormat('id-ID').format(total));
  }
  const drawn = async () => ((await page.locator('html').getAttribute('data-drawn')) ?? '').split(' ').filter(Boolean).length;
  await expect.poll(drawn).toBeGreaterThan(0);
  const before = await drawn();
  await page.locator('[data-layer=posyandu]').click();
  await expect(page.locator('[data-layer=posyandu]')).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(drawn).toBeLessThan(before);
  await expect(page).toHaveURL(/#\d+(\.\d+)?\/-7\.\d+\/1\d\d\.\d+&off=posyandu$/);
  await page.reload();
  await expect(page.locator('[data-layer=posyandu]')).toHaveAttribute('aria-pressed', 'false');
});

test('search is walked by keyboard; a tap on an area opens it; back closes it', async ({ page, code }) => {
  await openMap(page);
  const area = await getJSON<{ properties: { name: string } }>(page.request, `/api/collections/kelurahan/items/${code.replaceAll('.', '')}`);
  await page.fill('#q', code);
  await expect(page.locator('#results [role=option]').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#q')).toHaveAttribute('aria-activedescendant', 'results-0');
  await page.keyboard.press('Enter');
  await expect(page.locator('#details h2')).toHaveText(`Kelurahan ${area.properties.name}`);
  await expect(page).toHaveURL(new RegExp(`item=kelurahan/${code.replaceAll('.', '')}`));
  const zoom = async () => Number(await page.locator('html').getAttribute('data-zoom'));
  await expect.poll(zoom).toBeGreaterThan(12.5);
  await page.goto(`/?again#item=kelurahan/${code.replaceAll('.', '')}`); // the address alone leads there, too
  await expect.poll(zoom).toBeGreaterThan(12.5);
  await page.goBack();
  await expect(page.locator('#details h2')).toHaveText(`Kelurahan ${area.properties.name}`);
  await page.goBack();
  await expect(page.locator('html')).toHaveAttribute('data-mode', 'home');
});

test('a tap on an asset opens it', async ({ page, code }, info) => {
  await enter(page, pic(info.project.name));
  const { label } = await village(page.request, code);
  const point: [number, number] = [label[0] + 0.0011, label[1] + 0.0002];
  const name = uniqueName();
  const made = await create(page, name, point, code, { strata: 'purnama' });
  await openMap(page, `#18/${point[1]}/${point[0]}`);
  await expect.poll(async () => (await page.locator('html').getAttribute('data-drawn'))?.split(' ')).toContain(String(made.id));
  await tapAt(page, point);
  await expect(page.locator('#details h2')).toHaveText(name);
  await expect(page.locator('#details .facts')).toContainText('Purnama');
});

test('English at a switch, kept and by address', { tag: '@phone' }, async ({ page }) => {
  await openMap(page);
  await page.click('#lang');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('#login')).toHaveText('Log in');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.goto('/?lang=id');
  await expect(page.locator('#login')).toHaveText('Masuk');
});

test('axe finds nothing serious on any screen', async ({ page, code }, info) => {
  await openMap(page);
  expect(await axe(page)).toEqual([]);
  await page.click('#login');
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await enter(page, pic(info.project.name));
  const { label } = await village(page.request, code);
  const made = await create(page, uniqueName(), [label[0] - 0.0011, label[1] - 0.0002], code, { strata: 'madya' });
  await page.goto('/');
  await openMap(page, `#item=posyandu/${made.id}`);
  await page.reload();
  await expect(page.locator('#details h2')).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Tambah' }).click();
  expect(await axe(page)).toEqual([]);
  await page.click('[data-type=posyandu]');
  await expect(page.locator('#place-inside')).not.toBeEmpty();
  await page.click('#type-toggle');
  expect(await axe(page)).toEqual([]);
  await page.fill('#typed-input', `${label[1]}, ${label[0]}`);
  await page.keyboard.press('Enter');
  await page.click('#drop');
  await page.click('#save');
  await expect(page.locator('#f-name')).toHaveAttribute('aria-invalid', 'true');
  expect(await axe(page)).toEqual([]);
});

test('every button that is seen can be hit with a thumb', async ({ page }, info) => {
  await enter(page, pic(info.project.name));
  await openMap(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select')]
      .map((e) => ({ e, r: e.getBoundingClientRect() }))
      .filter(({ e, r }) => r.width > 0 && e.id !== 'handle' && (r.width < 44 || r.height < 44))
      .map(({ e, r }) => `${e.className || e.id} ${r.width}x${r.height}`),
  );
  expect(small).toEqual([]);
});

test('without WebGL the list and typed coordinates still work', { tag: '@phone' }, async ({ page, code }, info) => {
  await withoutMap(page);
  await enter(page, pic(info.project.name));
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('data-map', 'none');
  await expect(page.locator('#map-note')).toContainText('WebGL 2');
  await expect(page.locator('#list .items li').first()).toBeAttached();
  const { label } = await village(page.request, code);
  await page.click('#add');
  await page.click('[data-type=posyandu]');
  await expect(page.locator('#drop')).toBeDisabled();
  await page.fill('#typed-input', `${label[1] - 0.0003}, ${label[0] - 0.0012}`);
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-located', code);
  await page.click('#drop');
  const name = uniqueName();
  await page.fill('#f-name', name);
  await page.selectOption('#f-strata', 'madya');
  await page.click('#save');
  await expect(page.locator('#details h2')).toHaveText(name);
  expect((await byName(page.request, name))!.properties).toMatchObject({ taken_by: 'ketik', area_code: code });
});
