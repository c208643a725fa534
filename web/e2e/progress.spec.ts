import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { type Account, administrator, axe, enter, expect, getJSON, openMap, pic, secondPage, test } from './page';
import { unzip } from './zip';

/** The lurah of a village, made as an administrator of the machine makes an account. */
function lurah(code: string): Account {
  const made = execFileSync(resolve(process.env.PATOK_BIN ?? '../bin/patok'), ['user', 'add', `lurah-${code.replaceAll('.', '')}`, '--role', 'reviewer', '--area', code, '--data-dir', process.env.PATOK_E2E_DATA!, '--json'], { encoding: 'utf8' });
  return { role: 'reviewer', area: code, ...(JSON.parse(made) as { name: string; password: string }) };
}

async function progressOf(browser: Browser, project: string, account: Account): Promise<Page> {
  const page = await secondPage(browser, project);
  await enter(page, account);
  await page.goto('/#kemajuan');
  await expect(page.locator('#progress .sum')).toBeVisible();
  return page;
}

test('@desktop a target is typed, the PIC declares, the lurah confirms, and the table and the file say so', async ({ page, browser, code }, info) => {
  await enter(page, administrator());
  await openMap(page, '#kemajuan');
  await expect(page.locator('#progress .sum')).toContainText('dari 46 desa/kelurahan selesai');
  await expect(page.locator('html')).toHaveAttribute('data-shaded', '46');
  await page.selectOption('#progress-type', 'pos_kamling');
  const board = await getJSON<{ rows: { area_name: string; registered: number }[] }>(page.request, `/api/progress?area=${code}&type=pos_kamling`);
  const { area_name: name, registered } = board.rows[0]!;
  await page.click('#progress-goals');
  await page.getByLabel(`Target Pos Kamling, ${name}`).fill(String(registered));
  await page.fill('#goal-due', '2030-12-31');
  await page.keyboard.press('Enter');
  await expect(page.locator('.toast')).toContainText('46 target disimpan');
  const row = page.locator(`#progress tr[data-id='${code}']`);
  await expect(row).toContainText(`${registered}/${registered}`);
  await page.getByRole('button', { name: 'Keadaan' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Keadaan' })).toHaveAttribute('aria-sort', 'descending');
  expect(await axe(page)).toEqual([]);

  const own = await progressOf(browser, info.project.name, pic(info.project.name));
  const mine = own.locator('.own [data-type=pos_kamling]');
  await expect(mine).toContainText(`Terdaftar ${registered} dari target ${registered}`);
  await expect(mine).toContainText('Tenggat 31 Des 2030');
  await expect(own.getByRole('button', { name: 'Ubah target' })).toHaveCount(0);
  await mine.getByRole('button', { name: 'Nyatakan lengkap' }).click();
  await expect(mine.locator('.stand')).toHaveText('Menunggu pengesahan');
  await expect(mine.getByRole('button', { name: 'Sahkan' })).toHaveCount(0);
  await own.context().close();

  const head = await progressOf(browser, info.project.name, lurah(code));
  const theirs = head.locator('.own [data-type=pos_kamling]');
  await expect(theirs).toContainText('Dinyatakan lengkap oleh PIC');
  await theirs.getByRole('button', { name: 'Sahkan' }).click();
  await expect(theirs.locator('.stand')).toHaveText('Selesai');
  await head.context().close();

  await page.reload();
  await page.selectOption('#progress-type', 'pos_kamling');
  await expect(row.locator('.stand')).toHaveText('Selesai');
  await page.click('.chip:has-text("Selesai")');
  await expect(page.locator('#progress tbody tr')).toHaveCount(1);
  await row.getByRole('button', { name }).press('Enter');
  await expect(page.locator('.below')).toContainText('Disahkan oleh lurah-');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-key=xlsx]')]);
  expect(file.suggestedFilename()).toMatch(/^kemajuan-\d{4}-\d\d-\d\d\.xlsx$/);
  const sheet = unzip(readFileSync(await file.path()), 'xl/worksheets/sheet1.xml');
  expect(sheet).toContain(`<t>${name}</t>`);
  expect(sheet).toContain('<t>Disahkan oleh</t>');
  expect(sheet.match(/<t>Selesai<\/t>/g)).toHaveLength(1);
});

test('@phone a PIC says there is none, and an administrator has a reminder ready', async ({ page, browser, code }, info) => {
  await enter(page, pic(info.project.name));
  await page.goto('/#kemajuan');
  const none = page.locator('.own li').filter({ has: page.getByRole('button', { name: 'Tidak ada di sini' }) }).first();
  const type = (await none.getAttribute('data-type'))!;
  await none.getByRole('button').press('Enter');
  const said = page.locator(`.own [data-type=${type}]`);
  await expect(said.locator('.stand')).toHaveText('Menunggu pengesahan');
  await expect(said.getByRole('button', { name: 'Tarik pernyataan' })).toBeVisible();
  expect(await axe(page)).toEqual([]);

  const desk = await progressOf(browser, info.project.name, administrator());
  await desk.click('#progress-remind');
  const reminder = desk.locator(`#remind-dialog [data-id='${code}']`);
  await reminder.locator('summary').click();
  await expect(reminder).toContainText('Pendataan aset Kelurahan');
  await expect(reminder.getByRole('link', { name: 'WhatsApp' })).toHaveAttribute('href', /^https:\/\/wa\.me\/\?text=Yth\.%20PIC%20Kelurahan/);
  expect(await axe(desk)).toEqual([]);
  await desk.context().close();
});
