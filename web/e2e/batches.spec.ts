import type { Browser, Page } from '@playwright/test';
import { type Account, administrator, axe, enter, expect, getJSON, known, newcomer, secondPage, test, withoutMap } from './page';

// Kelurahan in which no other test works, and months that the example city has no figures of.
const area = '35.71.03.1009';
const period = monthsAgo(1);

/** The month so many months before this one, as 2026-10. */
function monthsAgo(n: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n, 1)).toISOString().slice(0, 7);
}

/** A page of this person without the map: figures need none. */
async function pageOf(browser: Browser, project: string, account: Account | null, hash: string): Promise<Page> {
  const page = await withoutMap(await secondPage(browser, project));
  if (account) await enter(page, account);
  await page.goto('/' + hash);
  return page;
}

const saved = (page: Page) => expect(page.locator('#save-state')).toHaveText('Tersimpan');

/** What is published of an indicator in the kelurahan for who asks. */
async function published(page: Page, code: string, indicator: string): Promise<unknown> {
  const answer = await page.request.get(`/api/figures/muskel/${period}?indicators=${indicator}&level=kelurahan&area=${code}`);
  if (!answer.ok()) return answer.status();
  const { columns } = (await answer.json()) as { columns: { values: unknown[] }[] };
  return columns[0]?.values[0];
}

test('figures go from the PIC to the public: returned with a note at a cell, corrected, approved in three steps, published, corrected again', { tag: '@phone' }, async ({ page, browser }, info) => {
  test.setTimeout(120_000); // five people, one after the other
  const project = info.project.name;
  const here = '35.71.02.1001';
  await withoutMap(page);
  await enter(page, known('pic-3571021001'));
  await page.goto('/#angka');
  await page.click('#batch-new');
  await page.selectOption('#new-source', 'muskel');
  await page.selectOption('#new-period', period);
  await page.locator('#new-dialog button[type=submit]').click();
  await expect(page.locator('#batch-state')).toHaveText('Sedang diisi');
  const id = new URL(page.url()).hash.split('angka=')[1]!;

  // Zero, not known and nothing are three things; parts that do not sum up are said at once.
  await page.fill('#fig-keluarga_desil_1_4', '60');
  for (const [n, number] of [[1, 10], [2, 20], [3, 20], [4, 9]]) await page.fill(`#fig-keluarga_desil_${n}`, String(number));
  const sum = page.locator('[data-indicator=keluarga_desil_1_4]');
  await expect(sum.locator('.figure-differs')).toContainText('Jumlah rinciannya 59, selisih 1');
  await page.click('[data-dimension=bantuan] summary');
  await page.fill('#fig-kpm_pkh', '7');
  await page.click('[data-key=fig-kpm_sembako-unknown]');
  await page.fill('#fig-blt_dd', '0');
  await saved(page);
  expect(await axe(page)).toEqual([]);
  await page.reload();
  await expect(page.locator('#fig-kpm_pkh')).toHaveValue('7');
  await expect(page.locator('#fig-blt_dd')).toHaveValue('0');
  await expect(page.locator('[data-key=fig-kpm_sembako-unknown]')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('#fig-pbi_jk')).toHaveAttribute('placeholder', 'belum diisi');

  // What hinders sending is said where it is mended.
  await page.click('#send');
  await expect(page.locator('#fig-keluarga_desil_1_4-why')).toBeFocused();
  await page.fill('#fig-keluarga_desil_1_4-why', 'Satu keluarga baru belum dirinci.');
  await page.click('#send');
  await page.locator('#send-dialog button[type=submit]').click();
  await expect(page.locator('#minutes-number')).toBeFocused();
  await page.fill('#minutes-number', '400/12/419.71/2026');
  await page.fill('#minutes-held_on', `${period}-12`);
  await page.fill('#minutes-attendance', '34');
  await page.click('#send');
  await page.locator('#send-dialog button[type=submit]').click();
  await expect(page.locator('#batch-state')).toHaveText('Terkirim, menunggu lurah');

  // The lurah returns it with a note at the very figure.
  const lurah = await pageOf(browser, project, known('lurah-3571021001'), '#angka');
  await lurah.locator(`[data-waits=check] [data-id='${id}'] .open`).click();
  await expect(lurah.locator('.figures-check')).toContainText('Satu keluarga baru belum dirinci.');
  await lurah.click('#return');
  await lurah.click('#return-send');
  await expect(lurah.locator('#return-wrong')).toBeVisible();
  await lurah.getByLabel('Catatan untuk Keluarga penerima PKH').fill('Di berita acara tertulis 8.');
  expect(await axe(lurah)).toEqual([]);
  await lurah.click('#return-send');
  await expect(lurah.locator('#batch-state')).toHaveText('Dikembalikan');

  await page.goto('/#angka');
  await page.locator(`[data-waits=returned] [data-id='${id}'] .open`).click();
  await expect(page.locator('#fig-kpm_pkh-note')).toHaveText('Di berita acara tertulis 8.');
  await page.fill('#fig-kpm_pkh', '8');
  await saved(page);
  await page.click('#send');
  await page.locator('#send-dialog button[type=submit]').click();
  await expect(page.locator('#batch-state')).toHaveText('Terkirim, menunggu lurah');

  await approve(lurah, id, 'Diperiksa, menunggu camat');
  const camat = await pageOf(browser, project, known('camat-357102'), `#angka=semua/muskel/${period}/35.71.02`);
  await expect(camat.locator(`#overview tr[data-id='${here}']`)).toContainText('Diperiksa');
  expect(await axe(camat)).toEqual([]);
  await approve(camat, id, 'Diperiksa, menunggu Dinas Sosial');
  const dinsos = await pageOf(browser, project, known('dinsos'), `#angka=${id}`);
  await approve(dinsos, id, 'Disepakati');

  // Published: the public sees that it is small, planners the number.
  const planner = await pageOf(browser, project, known('bappeda'), '#angka');
  const everybody = await pageOf(browser, project, null, '');
  expect(await published(everybody, here, 'kpm_pkh')).toBe(404);
  await dinsos.goto(`/#angka=semua/muskel/${period}`);
  await dinsos.click('#publish');
  await expect(dinsos.locator('#publish-covered')).toContainText(/^1 dari 46 /);
  expect(await axe(dinsos)).toEqual([]);
  await dinsos.locator('#publish-dialog button[type=submit]').click();
  await expect(dinsos.locator('.toast')).toContainText('Edisi 1 terbit');
  await expect.poll(() => published(everybody, here, 'kpm_pkh')).toBe('<10');
  expect(await published(everybody, here, 'blt_dd')).toBe(0);
  expect(await published(planner, here, 'kpm_pkh')).toBe(8);

  // What is closed is mended by a correction: the next edition, with its difference.
  await page.goto(`/#angka=${id}`);
  await page.reload();
  await page.click('#correct');
  await page.locator('#correct-dialog textarea').fill('Empat keluarga menyusul.');
  await page.locator('#correct-dialog button[type=submit]').click();
  await expect(page.locator('#batch h2')).toContainText('perbaikan ke-2');
  await page.fill('#fig-kpm_pkh', '12');
  await saved(page);
  await page.reload();
  await page.click('#correction summary');
  await expect(page.locator('#correction')).toContainText('Keluarga penerima PKH: 8 → 12 +4');
  await page.click('#trail summary');
  await expect(page.locator('#trail')).toContainText('Dibuat');
  for (const other of [lurah, camat, dinsos, planner, everybody]) await other.context().close();
});

async function approve(page: Page, id: string, after: string): Promise<void> {
  await page.goto(`/#angka=${id}`);
  await page.click('#approve');
  await page.locator('#approve-dialog button[type=submit]').click();
  await expect(page.locator('#batch-state')).toHaveText(after);
}

test('RT as a sheet: pasted, moved by keys, undone, kept without a connection; two who change the same figure see both', { tag: '@desktop' }, async ({ page, browser }, info) => {
  const month = monthsAgo(2);
  await withoutMap(page);
  await enter(page, await newcomer('pic', area));
  const made = await page.request.post('/api/batches', { data: { area_code: area, source: 'muskel', period: month }, headers: { 'Patok-Request': '1' } });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as { id: number };
  await page.goto(`/#angka=${id}`);
  await page.click('[data-key=tab-rt]');
  for (const rt of ['1', '2', '3']) {
    await page.fill('#grid-add-rw', '1');
    await page.fill('#grid-add-rt', rt);
    await page.click('#grid-add');
  }
  const cell = (rt: number, code: string) => page.locator(`[data-cell='${area}-001-00${rt}/${code}']`);
  const [first, second] = await page.locator('.grid tbody tr').first().locator('input').evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).dataset.cell!.split('/')[1]!));
  await cell(1, first!).focus();
  await cell(1, first!).evaluate((input) => {
    const data = new DataTransfer();
    data.setData('text/plain', '1.200\t5\r\n30\t?\r\n4\tdua\r\n');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.locator('.toast')).toContainText('5 sel ditempel. 1 sel bukan angka.');
  await expect(cell(1, first!)).toHaveValue('1200');
  await expect(cell(2, second!)).toHaveValue('?');
  await expect(cell(3, second!)).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('ArrowRight');
  await expect(cell(1, second!)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(cell(3, second!)).toBeFocused();
  await page.keyboard.type('7');
  await page.keyboard.press('Control+z');
  await expect(cell(3, second!)).toHaveValue('');
  await expect(page.locator('.grid tfoot tr').first()).toContainText('1.234');
  expect(await axe(page)).toEqual([]);
  await saved(page);
  await page.click('#grid-up');
  await expect(page.locator('.grid tfoot tr').nth(1)).toContainText('1.234');
  await saved(page);

  // Without a connection it is kept on the device, and sent when there is one again.
  await page.click('[data-key=tab-area]');
  await page.context().setOffline(true);
  await page.fill(`#fig-${first}`, '1235');
  await expect(page.locator('#save-state')).toContainText('tanpa sambungan');
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('patok.figures.')).length)).toBe(1);
  await page.context().setOffline(false);
  await saved(page);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('patok.figures.')).length)).toBe(0);

  // A colleague saves the same figure meanwhile: both are shown, and nothing is lost.
  const other = await secondPage(browser, info.project.name);
  await enter(other, await newcomer('pic', area));
  const { version } = await getJSON<{ version: number }>(other.request, `/api/batches/${id}`);
  const put = await other.request.put(`/api/batches/${id}/values`, { data: { version, values: [{ place: area, indicator: first, number: 1240 }], remove: [] }, headers: { 'Patok-Request': '1' } });
  expect(put.status(), await put.text()).toBe(200);
  await page.fill(`#fig-${first}`, '1236');
  const clash = page.locator(`[data-indicator=${first}] .figure-clash`);
  await expect(clash).toContainText('Punya Anda: 1.236. Sudah tersimpan: 1.240.');
  await expect(page.locator('#save-state')).toContainText('pilih pada angka yang berbeda');
  expect(await axe(page)).toEqual([]);
  await clash.locator('[data-keep=mine]').click();
  await saved(page);
  const { values } = await getJSON<{ values: { place: string; indicator: string; number: number }[] }>(other.request, `/api/batches/${id}/values`);
  expect(values.find((value) => value.place === area && value.indicator === first)?.number).toBe(1236);
  await other.context().close();
});

test('profile numbers are reconciled with the points; the city sets thresholds, steps and windows', { tag: '@desktop' }, async ({ page }) => {
  await withoutMap(page);
  await enter(page, await newcomer('pic', area));
  const made = await page.request.post('/api/batches', { data: { area_code: area, source: 'profil', period: String(new Date().getUTCFullYear()) }, headers: { 'Patok-Request': '1' } });
  expect([201, 409], await made.text()).toContain(made.status()); // the example city has begun this year's
  const { id: own, batch } = (await made.json()) as { id?: number; batch?: number };
  const id = batch ?? own;
  const { version } = await getJSON<{ version: number }>(page.request, `/api/batches/${id}`);
  const put = await page.request.put(`/api/batches/${id}/values`, { data: { version, values: [{ place: area, indicator: 'jumlah_posyandu', number: 99 }], remove: [] }, headers: { 'Patok-Request': '1' } });
  expect(put.status(), await put.text()).toBe(200);
  await page.goto('/#cocokkan');
  const task = page.locator('#reconcile li', { hasText: 'Posyandu: tertulis 99' });
  await expect(task).toContainText(/Titik di peta \d+, selisih \d+/);
  expect(await axe(page)).toEqual([]);
  await task.locator('[data-act=points]').click();
  await expect(task.locator('.points li').first()).toBeVisible();
  await task.locator('[data-act=explain]').click();
  await page.locator('#explain-dialog textarea').fill('Termasuk posyandu yang belum dititik.');
  await page.locator('#explain-dialog button[type=submit]').click();
  await page.locator('#explained summary').click();
  await expect(page.locator('#explained li', { hasText: 'tertulis 99' })).toContainText('Termasuk posyandu yang belum dititik.');

  await enter(page, administrator());
  await page.goto('/#akun');
  await page.reload();
  await page.click('#figure-settings');
  await page.locator('#figures-dialog [data-source=dinsos] summary').click();
  await page.fill('#figures-dinsos-from_day', '1');
  await page.fill('#figures-dinsos-until_day', '9');
  expect(await axe(page)).toEqual([]);
  await page.locator('#figures-dialog button[type=submit]').click();
  await expect(page.locator('#figures-dialog')).toHaveCount(0);
  const { settings } = await getJSON<{ settings: { figures: { windows: Record<string, unknown> } } }>(page.request, '/api/session');
  expect(settings.figures.windows.dinsos).toEqual({ from_day: 1, until_day: 9 });
});

test('a photo of the minutes is made smaller before it is sent, and can be removed for good; a lurah approves several batches at once', { tag: '@desktop' }, async ({ page, browser }, info) => {
  await withoutMap(page);
  await enter(page, await newcomer('pic', area));
  const write = async (method: 'post' | 'put', path: string, data: unknown): Promise<{ id: number; version: number }> => {
    const answer = await page.request[method](path, { data, headers: { 'Patok-Request': '1' } });
    expect(answer.ok(), await answer.text()).toBe(true);
    const body = (await answer.json()) as { id: number; version: number; batch?: { id: number; version: number } };
    return body.batch ?? body;
  };
  const { id } = await write('post', '/api/batches', { area_code: area, source: 'muskel', period: monthsAgo(3) });
  await page.goto(`/#angka=${id}`);
  const photo = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 2000, height: 1500 });
    canvas.getContext('2d')!.fillRect(0, 0, 900, 700);
    return canvas.toDataURL('image/png').split(',')[1]!;
  });
  const file = { name: 'berita-acara.png', mimeType: 'image/png', buffer: Buffer.from(photo, 'base64') };
  await page.setInputFiles('#scan-file', file);
  await expect(page.locator('.toast')).toContainText('Isi nomor, tanggal dan jumlah hadirinnya dulu');
  await page.fill('#minutes-number', '7/2026');
  await page.fill('#minutes-held_on', `${monthsAgo(3)}-05`);
  await page.fill('#minutes-attendance', '21');
  await page.setInputFiles('#scan-file', file);
  await expect(page.locator('#scan-open')).toBeVisible();
  const scan = await page.request.get(`/api/batches/${id}/minutes/scan`);
  expect(scan.headers()['content-type']).toBe('image/jpeg');
  const size = await page.evaluate(async (path) => createImageBitmap(await (await fetch(path)).blob()).then(({ width, height }) => [width, height]), `/api/batches/${id}/minutes/scan`);
  expect(size).toEqual([1600, 1200]);

  const lurah = await pageOf(browser, info.project.name, await newcomer('reviewer', area), `#angka=${id}`);
  await lurah.click('#scan-purge');
  await lurah.locator('#purge-dialog textarea').fill('Memuat daftar hadir.');
  await lurah.locator('#purge-dialog button[type=submit]').click();
  await expect(lurah.locator('#minutes')).toContainText('Fotonya dihapus');
  expect((await page.request.get(`/api/batches/${id}/minutes/scan`)).ok()).toBe(false);

  for (const years of [3, 4]) {
    const made = await write('post', '/api/batches', { area_code: area, source: 'profil', period: String(new Date().getUTCFullYear() - years) });
    const told = await write('put', `/api/batches/${made.id}/values`, { version: made.version, values: [{ place: area, indicator: 'penduduk', number: 4000 + years }], remove: [] });
    await write('post', `/api/batches/${made.id}/send`, { version: told.version });
  }
  await lurah.goto('/#angka');
  await lurah.click('#tick-all');
  await lurah.click('#approve-ticked');
  await lurah.locator('#approve-dialog button[type=submit]').click();
  await expect(lurah.locator('#approve-results')).toContainText('2 disetujui');
  await expect(lurah.locator('[data-waits=check]')).toHaveCount(0);
  await lurah.context().close();
});
