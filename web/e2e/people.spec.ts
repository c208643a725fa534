import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { administrator, axe, enter, expect, getJSON, newcomer, secondPage, test, withoutMap } from './page';

const head = { 'Patok-Request': '1' };
const goodPassword = 'kuda naik sepeda biru';

test.beforeEach(({ page }) => withoutMap(page));

/** Somebody else’s browser. */
async function another(browser: Browser, project: string): Promise<Page> {
  return withoutMap(await secondPage(browser, project));
}

function uniqueAccount(): string {
  return `uji-${Math.random().toString(36).slice(2, 10)}`;
}

/** A code of RFC 6238, so many half minutes from now. */
function codeOf(secret: string, later = 0): string {
  const bits = [...secret.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac('sha1', key).update(step).digest();
  return String((mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('an invitation becomes a person who logs in; disabled, their page says so', { tag: '@phone' }, async ({ page, browser, code }, info) => {
  await enter(page, administrator());
  await page.goto('/#pengguna');
  await page.click('#person-add');
  await page.fill('#q-area_code', code);
  await expect(page.locator('#q-area_code-results [role=option]')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('#q-name')).toHaveValue(`pic-${code.replaceAll('.', '')}`);
  const name = uniqueAccount();
  await page.fill('#q-name', name);
  await page.fill('#q-title', `Petugas ${name}`);
  expect(await axe(page)).toEqual([]);
  await page.click('#person-add-dialog [type=submit]');
  const link = (await page.locator('#invitation-link').textContent())!;
  await expect(page.locator('#invitation-dialog .message')).toContainText(link);
  expect(decodeURIComponent((await page.getByRole('link', { name: 'WhatsApp' }).getAttribute('href'))!)).toContain(link);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');

  const theirs = await another(browser, info.project.name);
  await theirs.goto('/' + link.slice(link.indexOf('#')));
  await expect(theirs.locator('#invitation')).toContainText(`Petugas ${name}`);
  expect(theirs.url()).not.toContain(link.split('=')[1]);
  await theirs.fill('#f-password', 'rahasia123');
  await expect(theirs.locator('.advice')).toContainText('Mudah ditebak');
  await theirs.fill('#f-repeat', 'rahasia123');
  await theirs.click('#invitation-go');
  await expect(theirs.locator('#f-password')).toHaveAttribute('aria-invalid', 'true');
  expect(await axe(theirs)).toEqual([]);
  await theirs.fill('#f-password', goodPassword);
  await theirs.fill('#f-repeat', goodPassword);
  await theirs.click('#invitation-go');
  await expect(theirs.locator('#account')).toBeVisible();
  await expect(theirs.locator('#add')).toBeVisible();

  // The link was for once.
  const late = await another(browser, info.project.name);
  await late.goto('/' + link.slice(link.indexOf('#')));
  await expect(late.locator('#invitation')).toContainText('tidak berlaku lagi');

  // Found by name, and sent away.
  await page.fill('#people-q', name);
  await expect(page.locator('#people tbody tr')).toHaveCount(1);
  await page.locator('#people .link').click();
  await expect(page.locator('#person-head')).toContainText('aktif');
  await page.click('#person-disable');
  await page.click('#disable-dialog [type=submit]');
  await expect(page.locator('#q-reason')).toHaveAttribute('aria-invalid', 'true');
  await page.fill('#q-reason', 'Pindah tugas');
  await page.click('#disable-dialog [type=submit]');
  await expect(page.locator('#person-head')).toContainText('nonaktif');
  await page.click('#person-history summary');
  await expect(page.locator('#person-history')).toContainText('Pindah tugas');

  await expect(theirs.locator('#login-dialog')).toContainText('Sesi Anda sudah berakhir'); // nobody touched that page
  await expect(theirs.locator('#add')).toHaveCount(0);
  await theirs.fill('#login-name', name);
  await theirs.fill('#login-password', goodPassword);
  await theirs.keyboard.press('Enter');
  await expect(theirs.locator('#login-dialog [role=alert]')).not.toBeEmpty();
});

test('my account: a second factor, a token that is shown once, and a session ended elsewhere', { tag: '@phone' }, async ({ page, browser, code }, info) => {
  const person = await newcomer('administrator', code);
  await enter(page, person);
  await page.goto('/#akun');
  await expect(page.locator('#factor .notice')).toContainText('sebaiknya');
  await page.click('#factor-start');
  await page.fill('#q-password', 'bukan ini');
  await page.keyboard.press('Enter');
  await expect(page.locator('#factor-dialog [role=alert]')).not.toBeEmpty(); // wrong is not logged out
  await page.fill('#q-password', person.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('.qr')).toBeVisible();
  await page.click('#factor-code-dialog summary');
  const secret = (await page.locator('#factor-secret').textContent())!;
  await page.fill('#f-code', codeOf(secret));
  await page.click('#factor-code-dialog [type=submit]');
  await expect(page.locator('#factor')).toContainText('aktif');

  await page.click('#token-make');
  await page.fill('#q-name', 'QGIS di kantor');
  await page.click('#token-dialog [type=submit]');
  const token = (await page.locator('#token-text').textContent())!;
  expect(await axe(page)).toEqual([]);
  const asProgram = (how: string): Promise<number> => fetch(`${process.env.PATOK_E2E_URL}/api/account`, { headers: { Authorization: how } }).then((r) => r.status);
  expect(await asProgram(`Bearer ${token}`)).toBe(200);
  expect(await asProgram(`Basic ${Buffer.from(`${person.name}:${token}`).toString('base64')}`)).toBe(200);
  await page.getByRole('button', { name: 'Tutup' }).last().click();
  await page.reload();
  await expect(page.locator('#tokens')).toContainText('QGIS di kantor');
  await expect(page.locator('body')).not.toContainText(token);
  await page.getByRole('button', { name: 'Akhiri token QGIS di kantor' }).click();
  await expect(page.locator('#tokens')).toContainText('Belum ada token');
  expect(await asProgram(`Bearer ${token}`)).toBe(401);

  // Logs in elsewhere with the code of the next half minute, and is ended from here.
  const other = await another(browser, info.project.name);
  await other.goto('/');
  await other.click('#login');
  await other.fill('#login-name', person.name);
  await other.fill('#login-password', person.password);
  await other.keyboard.press('Enter');
  await expect(other.locator('#login-code')).toBeFocused();
  await other.fill('#login-code', '000000');
  await other.keyboard.press('Enter');
  await expect(other.locator('#login-dialog [role=alert]')).not.toBeEmpty();
  await other.fill('#login-code', codeOf(secret, 1));
  await other.keyboard.press('Enter');
  await expect(other.locator('#account')).toBeVisible();
  await page.reload();
  await expect(page.locator('#my-sessions .tag')).toHaveText('sesi ini');
  await page.getByRole('button', { name: 'Akhiri semua sesi lain' }).click();
  await expect(page.locator('#my-sessions li')).toHaveCount(1);
  await other.click('#account');
  await expect(other.locator('#login-dialog')).toContainText('Sesi Anda sudah berakhir');
});

test('an administrator looks as somebody else, read-only, and comes back', { tag: '@desktop' }, async ({ page, code }) => {
  const person = await newcomer('pic', code);
  await enter(page, administrator());
  await page.goto(`/#pengguna=${person.id}`);
  await page.click('#person-view');
  await expect(page.locator('#viewing')).toContainText(`${person.title} · hanya baca`);
  await expect(page.locator('#add')).toHaveCount(0);
  expect(await axe(page)).toEqual([]);
  await page.reload();
  await expect(page.locator('#viewing')).toBeVisible();
  await page.click('#account');
  await expect(page.locator('#my-account')).toContainText(person.name);
  await expect(page.locator('#to-pengguna')).toHaveCount(0);
  const refused = await page.request.put('/api/settings', { headers: head, data: { role_names: {} } });
  expect([refused.status(), ((await refused.json()) as { type: string }).type]).toEqual([403, '/problems/viewing']);
  await page.click('#viewing-end');
  await expect(page.locator('#viewing')).toBeHidden();
  await expect(page.locator('#person-head')).toContainText(person.name);
  const { entries } = await getJSON<{ entries: { action: string; target: string }[] }>(page.request, '/api/audit?action=view_as&limit=1');
  expect(entries[0]).toMatchObject({ action: 'view_as', target: person.name });
});

test('three people from a CSV: what is wrong is said by line, nothing is made until all is right, then the links', { tag: '@desktop' }, async ({ page, code }) => {
  await enter(page, administrator());
  await page.goto('/#pengguna=impor');
  const names = [uniqueAccount(), uniqueAccount(), uniqueAccount()];
  const csv = (area: string) => `nama_akun,nama,peran,wilayah\n${names[0]},Petugas satu,pic,${code}\n${names[1]},Petugas dua,pic,${area}\n${names[2]},"Lurah, tiga",reviewer,${code}\n`;
  await page.fill('#import-text', csv('99.99.99.9999'));
  await page.click('#import-look');
  await expect(page.locator('#import-result')).toContainText('1 baris ditolak');
  await expect(page.locator('#import-result tbody tr').first()).toContainText(names[1]!);
  await expect(page.locator('#import-go')).toHaveCount(0);
  await page.fill('#import-text', csv(code));
  await page.click('#import-look');
  await expect(page.locator('#import-go')).toHaveText('Buat 3 akun');
  await page.click('#import-go');
  await expect(page.locator('#import-done')).toContainText('3 akun dibuat');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#import-links')]);
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toMatch(new RegExp(`^${names[2]},"Lurah, tiga",http.*/#undangan=.{20,}$`));
  await page.getByRole('button', { name: 'Ke daftar' }).first().click();
  await page.selectOption('#people-state', 'invited');
  await page.fill('#people-q', names[2]!);
  await expect(page.locator('#people tbody tr')).toHaveCount(1);
  await expect(page.locator('#people tbody tr')).toContainText('diundang sampai');
});

test('by keyboard alone: log in, find somebody, open them, and back', { tag: '@desktop' }, async ({ page, code }) => {
  const person = await newcomer('pic', code);
  await page.goto('/#masuk=gagal'); // where the city's sign-in comes back to when it knows nobody here
  await expect(page.locator('#login-dialog [role=alert]')).toContainText('belum terdaftar');
  expect(page.url()).not.toContain('masuk');
  await page.keyboard.press('Escape');
  await page.goto('/#pengguna');
  await expect(page.locator('#login-name')).toBeFocused();
  await page.keyboard.type(administrator().name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(administrator().password);
  await page.keyboard.press('Enter');
  await expect(page.locator('#people tbody tr').first()).toBeVisible();
  await page.locator('#people-q').focus();
  await page.keyboard.type(person.name);
  await expect(page.locator('#people tbody tr')).toHaveCount(1);
  for (let i = 0; i < 9 && !(await page.evaluate(() => document.activeElement?.classList.contains('link'))); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('#person-head')).toContainText(person.name);
  await page.goBack();
  await expect(page.locator('#people-view')).toBeVisible();
  await page.goBack();
  await expect(page.locator('#people-view')).toBeHidden();
});

test('axe finds nothing serious in any view of people', async ({ page }) => {
  await enter(page, administrator());
  await page.goto('/#pengguna');
  await expect(page.locator('#people tbody tr').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.locator('#people .link').first().click();
  await expect(page.locator('#person-head')).toBeVisible();
  await page.click('#person-history summary');
  expect(await axe(page)).toEqual([]);
  await page.goto('/#pengguna=impor');
  await page.fill('#import-text', 'nama_akun,nama,peran,wilayah\nsatu dua,,pic,x\n');
  await page.click('#import-look');
  await expect(page.locator('#import-result table')).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.goto('/#pengguna=catatan');
  await expect(page.locator('#audit li').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.click('#account');
  await expect(page.locator('#tokens')).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.click('#review-settings');
  await page.click('#rule-add');
  expect(await axe(page)).toEqual([]);
});

test('a right is given, ended with its reason, and handed over; names in the list follow', { tag: '@desktop' }, async ({ page, code }) => {
  const [before, after] = [await newcomer('pic', code), await newcomer('planner', '')];
  await enter(page, administrator());
  await page.goto(`/#pengguna=${before.id}`);
  await page.click('#grant-add');
  await page.selectOption('#q-role', 'reviewer');
  await page.fill('#q-area_code', 'bukan wilayah');
  await page.click('#grant-dialog [type=submit]');
  await expect(page.locator('#q-area_code')).toHaveAttribute('aria-invalid', 'true'); // what was only typed is no area
  await page.fill('#q-area_code', code);
  await page.locator('#q-area_code-results [role=option]').first().click();
  await page.click('#grant-dialog summary');
  await page.fill('#q-until', '2030-12-31');
  await page.click('#grant-dialog [type=submit]');
  const given = page.locator('#grants li', { hasText: 'Pemeriksa' });
  await expect(given).toContainText('sampai 31 Des 2030');
  await given.getByRole('button', { name: 'Akhiri' }).click();
  await page.fill('#q-reason', 'Salah orang');
  await page.click('#grant-end-dialog [type=submit]');
  await expect(page.locator('#grants summary')).toContainText('(1)');

  await page.getByRole('button', { name: 'Serahkan' }).click();
  await page.fill('#q-account', after.name);
  await page.locator('#q-account-results [role=option]').click();
  await page.fill('#q-reason', 'SK 12/2026');
  await page.click('#hand-over-dialog [type=submit]');
  await expect(page.locator('#grants')).toContainText('Belum punya hak apa pun');
  await page.goto(`/#pengguna=${after.id}`);
  await expect(page.locator('#grants li', { hasText: 'Petugas (PIC)' })).toContainText('SK 12/2026');
});

test('the city names its roles and says what is reviewed', { tag: '@desktop' }, async ({ page, code }) => {
  const settings = async () => (await getJSON<{ settings: { role_names: unknown; review: unknown } }>(page.request, '/api/session')).settings;
  await enter(page, administrator());
  await page.goto('/#akun');
  await page.click('#role-settings');
  await page.fill('#q-pic_id', 'Operator Desa');
  await page.click('#role-dialog [type=submit]');
  await page.click('#to-pengguna');
  await expect(page.locator('#people')).toContainText('Operator Desa: ');
  expect((await settings()).role_names).toEqual({ pic: { id: 'Operator Desa', en: 'Operator Desa' } });

  await page.goBack();
  await page.click('#review-settings');
  await page.click('#rule-add');
  await page.selectOption('#rule-0-type', 'posyandu');
  await page.fill('#rule-0-area', code);
  await page.locator('#rule-0-area-results [role=option]').click();
  await page.selectOption('#rule-0-way', 'kelurahan,kecamatan');
  await expect(page.locator('.rule')).toContainText('Tampil setelah lurah, kemudian kecamatan menyetujui.');
  await page.click('#review-dialog [type=submit]');
  await expect(page.locator('#review-dialog')).toHaveCount(0);
  expect((await settings()).review).toEqual([{ type: 'posyandu', area: code, steps: ['kelurahan', 'kecamatan'] }]);
  await page.click('#review-settings');
  await expect(page.locator('#rule-0-area')).not.toHaveValue(code); // its name
  await page.getByRole('button', { name: 'Hapus aturan ini' }).click();
  await page.click('#review-dialog [type=submit]');
  await expect(page.locator('#review-dialog')).toHaveCount(0);
  const cleared = await page.request.put('/api/settings', { headers: head, data: { role_names: {} } });
  expect(cleared.status()).toBe(200);
  expect(await settings()).toMatchObject({ role_names: {}, review: [] });
});
