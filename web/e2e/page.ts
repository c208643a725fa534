import { AxeBuilder } from '@axe-core/playwright';
import { type APIRequestContext, type Browser, test as base, expect, type Page, request as newRequest } from '@playwright/test';

export interface Account {
  name: string;
  password: string;
  role: string;
  area: string;
}
export interface Feature {
  id: number;
  geometry: { type: string; coordinates: [number, number] } | null;
  properties: Record<string, unknown>;
}
type LonLat = [number, number];

const accounts = JSON.parse(process.env.PATOK_E2E_ACCOUNTS ?? '[]') as Account[];

/** One PIC per project, so that the two do not meet in one kelurahan. */
export function pic(project: string): Account {
  const all = accounts.filter((a) => a.role === 'pic').sort((a, b) => a.name.localeCompare(b.name));
  return all[project === 'phone' ? 0 : all.length - 1]!;
}

export function administrator(): Account {
  return accounts.find((a) => a.role === 'administrator')!;
}

/** Somebody of the example city, by name. */
export function known(name: string): Account {
  return accounts.find((a) => a.name === name)!;
}

const passphrase = 'kebun teh di lereng gunung';

/** Somebody made by a test, as administrators see them. */
export interface Newcomer extends Account {
  id: number;
  title: string;
}

/** The link that invites somebody new with this role in this area, and who that is. */
export async function invite(role: string, area: string): Promise<{ account: Newcomer; link: string }> {
  const admin = await newRequest.newContext({ baseURL: process.env.PATOK_E2E_URL!, extraHTTPHeaders: { 'Patok-Request': '1' } });
  const login = await admin.post('/api/session', { data: { name: administrator().name, password: administrator().password } });
  expect(login.status()).toBe(201);
  const name = `${role}-${Math.random().toString(36).slice(2, 10)}`;
  const title = `${role} uji ${name.slice(-4)}`;
  const answer = await admin.post('/api/accounts', { data: { name, title, grants: [{ role, area_code: area }] } });
  expect(answer.status(), await answer.text()).toBe(201);
  const { account, invitation } = (await answer.json()) as { account: { id: number }; invitation: { link: string } };
  await admin.dispose();
  return { account: { id: account.id, name, title, password: passphrase, role, area }, link: invitation.link };
}

/** Somebody new with this role in this area, who has set a password. */
export async function newcomer(role: string, area: string): Promise<Newcomer> {
  const { account, link } = await invite(role, area);
  const request = await newRequest.newContext({ baseURL: process.env.PATOK_E2E_URL!, extraHTTPHeaders: { 'Patok-Request': '1' } });
  const answer = await request.post('/api/invitations/accept', { data: { token: link.split('#undangan=')[1], password: account.password } });
  expect(answer.status(), await answer.text()).toBe(201);
  await request.dispose();
  return account;
}

/** Every test fails on an error of the page and on anything that the content policy blocked. */
export const test = base.extend<{ strict: void; code: string }>({
  strict: [
    async ({ context, page }, use) => {
      const wrong: string[] = [];
      await watch(page, wrong);
      context.on('page', (other) => void watch(other, wrong));
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
  code: async ({}, use, info) => {
    await use(await areaCode(info.project.name));
  },
});
export { expect };

/** Collects what goes wrong in a page. */
export async function watch(page: Page, wrong: string[]): Promise<void> {
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.text().startsWith('csp:')) wrong.push(message.text());
  });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.log(`csp: ${e.violatedDirective} ${e.blockedURI}`)));
}

const codes = new Map<string, string>();
async function areaCode(project: string): Promise<string> {
  const known = codes.get(project);
  if (known) return known;
  const { name, password } = pic(project);
  const answer = await fetch(`${process.env.PATOK_E2E_URL}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Patok-Request': '1' }, body: JSON.stringify({ name, password }) });
  const code = ((await answer.json()) as { account: { grants: { area_code: string }[] } }).account.grants[0]!.area_code;
  codes.set(project, code);
  return code;
}

/** Logs in without the dialog, which has its own test. */
export async function enter(page: Page, account: Account): Promise<void> {
  const answer = await page.request.post('/api/session', { data: { name: account.name, password: account.password }, headers: { 'Patok-Request': '1' } });
  expect(answer.status()).toBe(201);
}

export async function openMap(page: Page, hash = ''): Promise<void> {
  await page.goto('/' + hash);
  await expect(page.locator('html')).toHaveAttribute('data-map', 'ready', { timeout: 20_000 });
  await expect(page.locator('html')).not.toHaveAttribute('data-map-error');
}

/** A browser that cannot draw the map: what has no need of one is quicker to try there. */
export async function withoutMap(page: Page): Promise<Page> {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith('webgl') ? null : (real as (...a: unknown[]) => unknown).call(this, kind, ...rest);
    } as typeof real;
  });
  return page;
}

/** A second person: a context that shares nothing with the first. */
export async function secondPage(browser: Browser, project: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: process.env.PATOK_E2E_URL!, locale: 'id-ID', ...(project === 'phone' && { viewport: { width: 360, height: 740 } }) });
  return context.newPage();
}

export function uniqueName(): string {
  return `Uji ${Math.random().toString(36).slice(2, 10)} ${Math.random().toString(36).slice(2, 6)}`;
}

export async function center(page: Page): Promise<LonLat> {
  const [lat, lon] = ((await page.locator('html').getAttribute('data-center')) ?? '').split(',').map(Number);
  return [lon!, lat!];
}

/** Drags the map by so many pixels, with a finger where the page has touch. */
export async function drag(page: Page, dx: number, dy: number): Promise<void> {
  const box = (await page.locator('#canvas').boundingBox())!;
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const at = (i: number) => ({ x: from.x + (dx * i) / 8, y: from.y + (dy * i) / 8 });
  if (await page.evaluate(() => navigator.maxTouchPoints > 0)) {
    const finger = await page.context().newCDPSession(page);
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0)] });
    for (let i = 1; i <= 8; i++) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(i)] });
    await page.waitForTimeout(150); // a finger that rests does not fling the map
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  } else {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(at(8).x, at(8).y, { steps: 8 });
    await page.waitForTimeout(150);
    await page.mouse.up();
  }
}

/** Taps the map where this point is drawn. */
export async function tapAt(page: Page, [lon, lat]: LonLat): Promise<void> {
  const zoom = Number(await page.locator('html').getAttribute('data-zoom'));
  const [cx, cy] = pixel(await center(page), zoom);
  const [x, y] = pixel([lon, lat], zoom);
  const box = (await page.locator('#canvas').boundingBox())!;
  await page.mouse.click(box.x + box.width / 2 + x - cx, box.y + box.height / 2 + y - cy);
}

function pixel([lon, lat]: LonLat, zoom: number): [number, number] {
  const world = 512 * 2 ** zoom;
  const sin = Math.sin((lat * Math.PI) / 180);
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * world];
}

export async function getJSON<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
}

/** The asset of this name, as the API has it now; undefined when it has none. */
export async function byName(request: APIRequestContext, name: string, collection = 'assets'): Promise<Feature | undefined> {
  const { features } = await getJSON<{ features: Feature[] }>(request, `/api/collections/${collection}/items?name=${encodeURIComponent(name)}`);
  expect(features.length).toBeLessThan(2);
  return features[0];
}

/** Creates a posyandu through the API. */
export async function create(page: Page, name: string, point: LonLat | null, code: string, attributes: Record<string, unknown> = {}): Promise<Feature> {
  const answer = await page.request.post('/api/collections/posyandu/items?allow_duplicate=true', {
    headers: { 'Patok-Request': '1', 'Content-Type': 'application/geo+json' },
    data: {
      type: 'Feature',
      geometry: point && { type: 'Point', coordinates: point },
      properties: { name, area_code: code, operation: 'aktif', ...(point && { taken_by: 'geser_peta' }), ...attributes },
    },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as Feature;
}

/** Opens a page of this person, with the map, on a screen like the project's. */
export async function pageOf(browser: Browser, project: string, account: Account | null, hash = ''): Promise<Page> {
  const page = await secondPage(browser, project);
  if (account) await enter(page, account);
  await openMap(page, hash);
  return page;
}

/** The village of this code. */
export async function village(request: APIRequestContext, code: string): Promise<{ label: LonLat; rings: LonLat[][] }> {
  const feature = await getJSON<{ properties: { label_point: LonLat }; geometry: { type: string; coordinates: unknown } }>(request, `/api/collections/kelurahan/items/${code.replaceAll('.', '')}`);
  const polygons = (feature.geometry.type === 'Polygon' ? [feature.geometry.coordinates] : feature.geometry.coordinates) as LonLat[][][];
  return { label: feature.properties.label_point, rings: polygons.flat() };
}

/** A point in a neighbouring village, about so many metres outside this one. */
export async function outside(request: APIRequestContext, code: string, want = 100): Promise<LonLat> {
  const { rings } = await village(request, code);
  const metres = (p: LonLat, q: LonLat): LonLat => [(q[0] - p[0]) * 111_195 * Math.cos((p[1] * Math.PI) / 180), (q[1] - p[1]) * 111_195];
  const ring = rings[0]!;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[i + 1]!];
    const [dx, dy] = metres(a, b);
    const length = Math.hypot(dx, dy);
    if (length < 20) continue;
    for (const side of [want, -want]) {
      const mid: LonLat = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      const p: LonLat = [mid[0] + ((-dy / length) * side) / (111_195 * Math.cos((mid[1] * Math.PI) / 180)), mid[1] + ((dx / length) * side) / 111_195];
      const away = Math.min(...rings.flatMap((r) => r.slice(1).map((to, j) => segmentMetres(metres(p, r[j]!), metres(p, to)))));
      if (away < want * 0.8 || away > want * 1.6) continue;
      const { features } = await getJSON<{ features: Feature[] }>(request, `/api/locate?lon=${p[0]}&lat=${p[1]}`);
      const villages = features.filter((f) => f.properties.level === 4).map((f) => f.properties.code);
      if (villages.length && !villages.includes(code)) return p;
    }
  }
  throw new Error(`no point ${want} m outside ${code}`);
}

function segmentMetres([ax, ay]: LonLat, [bx, by]: LonLat): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + t * dx, ay + t * dy);
}

/** Serious findings of axe, by rule and place. */
export async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
