import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../src/api';
import type { App } from '../src/app';
import type { Batch } from '../src/batch';
import { BatchEntry, type Values } from '../src/batch-entry';
import type { Value } from '../src/batch-figures';
import { keepEdits } from '../src/batch-kept';
import type { Indicator, Registry } from '../src/registry';

vi.hoisted(() => {
  const kept = new Map<string, string>();
  const localStorage = new Proxy({ setItem: (k: string, v: string) => void kept.set(k, v), getItem: (k: string) => kept.get(k) ?? null, removeItem: (k: string) => void kept.delete(k), clear: () => kept.clear() }, { ownKeys: () => [...kept.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) });
  Object.assign(globalThis, { location: { search: '', origin: '', hash: '' }, window: globalThis });
  Object.defineProperty(globalThis, 'localStorage', { value: localStorage, configurable: true });
});

const area = '35.71.01.1001';
const rt = `${area}-001-002`;
const text = { id: 'a', en: 'a' };
const indicator = (code: string, parts?: string[]): Indicator => ({ code, label: text, help: text, unit: text, kind: 'count', dimension: 'desil', direction: 'neutral', additive: true, protected: true, ...(parts && { parts }), levels: ['kelurahan', 'rt'], public: [], internal: [], classes: { method: 'jenks', count: 5 } });
const registry: Registry = { as_of: '', indicators: [indicator('all', ['one', 'two']), indicator('one'), indicator('two'), indicator('other')], sources: [], tables: [] };
const batch = { id: 7, version: 3, area_code: area, can: { enter: true } } as Batch;

/** An entry, and what its server was sent. */
function entryOf(values: Value[], { previous = [] as Value[], differences = [] as Values['differences'], now = values, fresh = 3 } = {}) {
  const sent: { version: number; values: Value[]; remove: unknown[] }[] = [];
  const told = (): Values => ({ batch: 7, version: fresh, places: [area], values: now, previous: null, indicators: [], differences: [] });
  const api = {
    get: async () => told(),
    write: async (_: string, __: string, body: (typeof sent)[number]) => {
      if (body.version !== fresh) throw new Problem(412, {});
      sent.push(body);
      return { batch: { ...batch, version: ++fresh }, differences: [] };
    },
  };
  const app = { api, session: { account: { id: 1 } } } as unknown as App;
  const entry = new BatchEntry(app, registry, batch, { batch: 7, version: 3, places: [rt, area], values, previous: previous.length ? { period: '2026-Q1', edition: 1, values: previous } : null, indicators: ['all', 'one', 'two'], differences }, 'Muskel');
  return { entry, sent };
}
const value = (indicatorCode: string, number: number | null, place = area): Value => ({ place, indicator: indicatorCode, number });

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});

describe('the figures of a batch while they are put in', () => {
  it('are those that are offered, in the order of places', () => {
    const { entry } = entryOf([value('one', 3)]);
    expect(entry.indicators.map(({ code }) => code)).toEqual(['all', 'one', 'two']);
    entry.addPlace(`${area}-001-001`);
    entry.addPlace(rt);
    expect(entry.places).toEqual([area, `${area}-001-001`, rt]);
  });
  it('go back edit by edit: what is typed into one cell in a row is one', () => {
    const { entry } = entryOf([value('one', 3)]);
    for (const number of [1, 12, 123]) entry.set([{ key: `${area}/one`, figure: { number } }], true);
    entry.typed();
    entry.set([{ key: `${area}/one`, figure: { number: 5 } }], true);
    entry.set([{ key: `${area}/two`, figure: { number: 1 } }, { key: `${rt}/two`, figure: { number: null } }]);
    expect(entry.undo()).toEqual([`${area}/two`, `${rt}/two`]);
    expect(entry.all.has(`${rt}/two`)).toBe(false);
    entry.undo();
    expect(entry.figure(area, 'one')).toEqual({ number: 123 });
    entry.undo();
    expect(entry.figure(area, 'one')).toEqual({ number: 3 });
    expect([entry.canUndo, entry.undo(), entry.saving.state]).toEqual([false, [], 'saved']);
  });
  it('are changed where they are others than in the period before', () => {
    const { entry } = entryOf([value('one', 3), value('two', null)], { previous: [value('one', 3), value('two', 0)] });
    expect(['one', 'two', 'all'].map((code) => entry.changed(`${area}/${code}`))).toEqual([false, true, false]);
    expect(entryOf([value('one', 3)]).entry.changed(`${area}/one`)).toBe(false); // there is nothing before
  });
  it('differ from points as the server counted them, until the number is theirs or is explained', () => {
    const { entry } = entryOf([value('one', 9)], { differences: [{ place: area, indicator: 'one', told: 9, sum: 7, of: 'points', note: '', explained: false }] });
    expect(entry.differences()).toMatchObject([{ of: 'points', told: 9, sum: 7, explained: false }]);
    entry.set([{ key: `${area}/one`, figure: { number: 9, note: 'dua belum dititik' } }]);
    expect(entry.differences()).toMatchObject([{ explained: true }]);
    entry.set([{ key: `${area}/one`, figure: { number: 7 } }]);
    expect(entry.differences()).toEqual([]);
  });
  it('are sent with what is taken away', async () => {
    const { entry, sent } = entryOf([value('one', 3), value('two', 4)]);
    entry.set([{ key: `${area}/one`, figure: { number: 0 } }]);
    entry.set([{ key: `${area}/two`, figure: null }]);
    await vi.advanceTimersByTimeAsync(2100);
    expect(sent).toEqual([{ version: 3, values: [value('one', 0)], remove: [{ place: area, indicator: 'two' }] }]);
    expect([entry.batch.version, entry.saving.state]).toEqual([4, 'saved']);
  });
});

describe('what the device kept', () => {
  it('goes on top of what the server has, and is sent', async () => {
    keepEdits(1, { batch: 7, name: 'Muskel', edits: [[`${area}/one`, { mine: { number: 5 }, base: { number: 3 } }], [`${rt}/two`, { mine: { number: 1 }, base: null }]] });
    const { entry, sent } = entryOf([value('one', 3)]);
    expect([entry.figure(area, 'one'), entry.figure(rt, 'two')]).toEqual([{ number: 5 }, { number: 1 }]);
    await entry.saving.flush();
    expect(sent[0]?.values).toEqual([value('one', 5), value('two', 1, rt)]);
  });
  it('is shown beside what somebody else saved meanwhile', async () => {
    keepEdits(1, { batch: 7, name: 'Muskel', edits: [[`${area}/one`, { mine: { number: 5 }, base: { number: 3 } }]] });
    const { entry, sent } = entryOf([value('one', 4)]);
    expect([entry.figure(area, 'one'), entry.saving.clashes.get(`${area}/one`)]).toEqual([{ number: 4 }, { mine: { number: 5 }, theirs: { number: 4 } }]);
    await entry.saving.flush();
    expect(sent).toEqual([]);
    entry.settle(`${area}/one`, 'mine');
    await vi.advanceTimersByTimeAsync(100);
    expect([sent[0]?.values, entry.figure(area, 'one')]).toEqual([[value('one', 5)], { number: 5 }]);
  });
  it('of another account is not taken', () => {
    keepEdits(2, { batch: 7, name: 'Muskel', edits: [[`${area}/one`, { mine: { number: 5 }, base: null }]] });
    expect(entryOf([]).entry.all.size).toBe(0);
  });
});

it('figures that somebody else saved meanwhile are shown, but for what was put in here', async () => {
  const { entry, sent } = entryOf([value('one', 3)], { now: [value('one', 3), value('two', 8)], fresh: 9 });
  const seen: (readonly string[] | null)[] = [];
  entry.watch({ figures: (keys) => seen.push(keys) });
  entry.set([{ key: `${area}/one`, figure: { number: 4 } }]);
  await vi.advanceTimersByTimeAsync(2200);
  expect([entry.figure(area, 'one'), entry.figure(area, 'two')]).toEqual([{ number: 4 }, { number: 8 }]);
  expect(seen).toContain(null);
  expect(sent).toMatchObject([{ version: 9, values: [value('one', 4)] }]);
});
