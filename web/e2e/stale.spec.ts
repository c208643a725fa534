import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, openMap, test } from './page';

test('while the database stands still the page says since when, and goes on when it is back', { tag: '@desktop' }, async ({ page }) => {
  await openMap(page);
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open');
  const processes = postgres();
  const signal = (what: NodeJS.Signals): void => {
    for (const pid of processes) process.kill(pid, what);
  };
  signal('SIGSTOP');
  try {
    await expect.poll(async () => (await page.request.get('/api/summary')).headers()['patok-stale'], { timeout: 20_000 }).toBeDefined();
    await page.reload();
    await expect(page.locator('#net')).toHaveText(/^Data per \d\d\.\d\d WIB, pembaruan tertunda$/);
    await expect(page.locator('#list .items li').first()).toBeAttached(); // what is known is still shown
  } finally {
    signal('SIGCONT');
  }
  await expect(page.locator('#net')).toBeEmpty({ timeout: 20_000 });
});

/** The server's own PostgreSQL: the postmaster and its children. */
function postgres(): number[] {
  const postmaster = Number(readFileSync(join(process.env.PATOK_E2E_DATA!, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const parent = (pid: string): number => {
    try {
      return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
    } catch {
      return 0; // it has ended meanwhile
    }
  };
  return [postmaster, ...readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parent(name) === postmaster).map(Number)];
}
