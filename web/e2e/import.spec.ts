import { administrator, axe, enter, expect, getJSON, newcomer, test, withoutMap } from './page';

test.beforeEach(({ page }) => withoutMap(page));

const nik = (n: number): string => String(3571010101900000 + n);

/** A sheet by name as an office has it: titles, a header, 24 families of two RT. */
function listByName(): string {
  const rows = Array.from({ length: 24 }, (_, i) => `${i + 1};Nama Rahasia ${i};'${nik(i)};${i < 14 ? '001' : '002'};RW 01;Desil ${(i % 10) + 1};${i % 3 ? 'Tidak' : 'Ya'}`);
  return ['DAFTAR KELUARGA;;;;;;', 'No;Nama Kepala Keluarga;No KK;RT;RW;Desil;Penerima PKH', ...rows].join('\r\n');
}

test('a list by name is counted on the device, and only its counts are sent', async ({ page, code }) => {
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postDataBuffer()?.toString('latin1') ?? ''));
  const pic = await newcomer('pic', code);
  await enter(page, pic);
  await page.goto('/#impor');
  await page.selectOption('#import-source', 'muskel');
  await page.fill('#import-period', '2024-Q3');
  expect(await axe(page)).toEqual([]);
  await page.setInputFiles('#import-file', { name: 'keluarga.csv', mimeType: 'text/csv', buffer: Buffer.from(listByName()) });
  await expect(page.locator('#import-steps')).toContainText('tetap di perangkat ini');
  await expect(page.locator('#import-steps')).toContainText('disembunyikan');
  await expect(page.locator('#list-counts')).toContainText('24 dari 24 baris terhitung');
  await expect(page.locator('#import-steps')).not.toContainText('Rahasia');
  expect(await axe(page)).toEqual([]);
  await page.click('#list-use');
  await expect(page.locator('#import-look')).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.click('#import-look');
  await expect(page.locator('#import-preview')).toContainText('Belum disimpan');
  await page.click('#import-go');
  await expect(page.locator('#import-done')).toContainText('keluarga-hitungan.csv');
  expect(await axe(page)).toEqual([]);
  for (const body of sent) expect(body).not.toMatch(/Rahasia|35710101019/);

  const { batches } = await getJSON<{ batches: { id: number }[] }>(page.request, `/api/batches?area=${code}&source=muskel&period=2024-Q3`);
  const { values } = await getJSON<{ values: { place: string; indicator: string; number: number }[] }>(page.request, `/api/batches/${batches[0]!.id}/values`);
  const told = (place: string, indicator: string): number | undefined => values.find((v) => v.place === place && v.indicator === indicator)?.number;
  expect([told(code, 'keluarga'), told(code, 'kpm_pkh'), told(`${code}-001-001`, 'keluarga'), told(`${code}-001-002`, 'keluarga')]).toEqual([24, 8, 14, 10]);

  await page.click('#import-undo');
  await page.fill('#q-reason', 'Berkas bulan lalu');
  await page.click('#import-undo-dialog [type=submit]');
  await expect(page.locator('#import-receipts')).toContainText('dibatalkan');
});

test('a table of counts is mapped, shown row by row, and refused as a whole where a row is wrong', { tag: '@desktop' }, async ({ page, code }) => {
  await enter(page, administrator());
  await page.goto('/#impor');
  await page.selectOption('#import-source', 'dtsen');
  await page.fill('#import-period', '2024-Q4');
  const good = `Kode Desa;Nama Kelurahan;Jumlah KK;Keluarga Desil 1\r\n${code};Contoh;1.250;31\r\n`;
  const file = (text: string) => ({ name: 'dtsen.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.setInputFiles('#import-file', file(good + '35.71.09.1009;Tak Ada;10;1\r\n'));
  await page.getByLabel('Arti kolom Jumlah KK').selectOption({ label: 'Keluarga seluruhnya' });
  await page.click('#import-look');
  await expect(page.locator('#import-preview')).toContainText('1 dari 2 baris ditolak');
  await page.click('#import-again');
  await page.setInputFiles('#import-file', file(good));
  await page.getByLabel('Arti kolom Jumlah KK').selectOption({ label: 'Keluarga seluruhnya' });
  await page.click('#import-look');
  await page.click('#import-go');
  await expect(page.locator('#import-done')).toBeVisible();
  await page.click('#import-batch');
  await expect(page.locator('#fig-keluarga')).toHaveValue(/^1\.?250$/);
});

test('what cannot be read says so', { tag: '@phone' }, async ({ page }) => {
  await enter(page, administrator());
  await page.goto('/#impor');
  await page.setInputFiles('#import-file', { name: 'rusak.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK\u0003\u0004 bukan arsip') });
  await expect(page.locator('#import-steps')).toContainText('tidak dapat dibaca');
});
