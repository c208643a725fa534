import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { type Account, administrator, axe, enter, expect, getJSON, openMap, secondPage, test } from './page';

const head = { 'Patok-Request': '1' };
const goodPassword = 'kuda naik sepeda biru';

interface Person {
  id: number;
  name: string;
}

/** Somebody with a password, made through the API as the page makes them. */
async function somebody(page: Page, role: string, area: string): Promise<Account & Person> {
  const name = uniqueAccount();
  await enter(page, administrator());
  const made = await page.request.post('/api/accounts', { headers: head, data: { name, title: `Orang ${name}`, grants: [{ role, area_code: area }] } });
  expect(made.status(), await made.text()).toBe(201);
  const { account, invitation } = (await made.json()) as { account: Person; invitation: { link: string } };
  const token = invitation.link.split('#undangan=')[1]!;
  expect((await page.request.post('/api/invitations/accept', { headers: head, data: { token, password: goodPassword } })).status()).toBe(201);
  await page.context().clearCookies();
  return { id: account.id, name, password: goodPassword, role, area };
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

test('an invitation becomes a person who logs in; disabled, their page says so', async ({ page, browser, code }, info) => {
  await enter(page, administrator());
  await openMap(page, '#pengguna');
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

  const theirs = await secondPage(browser, info.project.name);
  await openMap(theirs, link.slice(link.indexOf('#')));
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
  const late = await secondPage(browser, info.project.name);
  await late.goto('/' + link.slice(link.indexOf('#')));
  await expect(late.locator('#invitation')).toContainText('tidak berlaku lagi');

  // Found by name, and sent away.
  await page.fill('#people-q', name);
  await expect(page.locator('#people tbody tr')).toHaveCount(1);
  await page.locator('#people .link').click();
  await expect(page.locator('#person-head')).toContainText('aktif');
  expect(await axe(page)).toEqual([]);
  await page.click('#person-disable');
  await page.click('#disable-dialog [type=submit]');
  await expect(page.locator('#q-reason')).toHaveAttribute('aria-invalid', 'true');
  await page.fill('#q-reason', 'Pindah tugas');
  await page.click('#disable-dialog [type=submit]');
  await expect(page.locator('#person-head')).toContainText('nonaktif');
  await page.click('#person-history summary');
  await expect(page.locator('#person-history')).toContainText('Pindah tugas');

  await theirs.click('#account');
  await expect(theirs.locator('#login-dialog')).toBeVisible();
  await theirs.fill('#login-name', name);
  await theirs.fill('#login-password', goodPassword);
  await theirs.keyboard.press('Enter');
  await expect(theirs.locator('#login-dialog [role=alert]')).not.toBeEmpty();
});

test('my account: a second factor, a token that is shown once, and a session ended elsewhere', { tag: '@phone' }, async ({ page, browser, code }, info) => {
  const person = await somebody(page, 'administrator', code);
  await enter(page, person);
  await openMap(page, '#akun');
  await expect(page.locator('#factor .notice')).toContainText('sebaiknya');
  expect(await axe(page)).toEqual([]);
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
  const other = await secondPage(browser, info.project.name);
  await openMap(other);
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
  await page.locator('#my-sessions').getByRole('button', { name: /^Akhiri sesi / }).first().click();
  await expect(page.locator('#my-sessions li')).toHaveCount(1);
  await other.click('#account');
  await expect(other.locator('#login-dialog')).toBeVisible();
});

test('an administrator looks as somebody else, read-only, and comes back', { tag: '@desktop' }, async ({ page, code }) => {
  const person = await somebody(page, 'pic', code);
  await enter(page, administrator());
  await openMap(page, `#pengguna=${person.id}`);
  await page.click('#person-view');
  await expect(page.locator('#viewing')).toContainText(`Orang ${person.name} · hanya baca`);
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
  await openMap(page, '#pengguna=impor');
  const names = [uniqueAccount(), uniqueAccount(), uniqueAccount()];
  const csv = (area: string) => `nama_akun,nama,peran,wilayah\n${names[0]},Petugas satu,pic,${code}\n${names[1]},Petugas dua,pic,${area}\n${names[2]},"Lurah, tiga",reviewer,${code}\n`;
  await page.fill('#import-text', csv('99.99.99.9999'));
  await page.click('#import-look');
  await expect(page.locator('#import-result')).toContainText('1 baris ditolak');
  await expect(page.locator('#import-result tbody tr').first()).toContainText(names[1]!);
  await expect(page.locator('#import-go')).toHaveCount(0);
  expect(await axe(page)).toEqual([]);
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
  const person = await somebody(page, 'pic', code);
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

test('axe finds nothing serious in the list, the audit log and the settings', async ({ page }) => {
  await enter(page, administrator());
  await openMap(page, '#pengguna');
  await expect(page.locator('#people tbody tr').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Catatan audit' }).click();
  await expect(page.locator('#audit li').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.click('#account');
  await page.click('#review-settings');
  await page.click('#rule-add');
  expect(await axe(page)).toEqual([]);
});
