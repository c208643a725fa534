import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem, type Session, Unreachable } from '../src/api';
import { type Batch, byDue, dueWords, lastReturn, stateWords, waitingOf } from '../src/batch';
import { type Figure, figuresOf, figureText, groupsOf, levelOf, placeWithin, placeWords, readBlock, readFigure, same, type Value } from '../src/batch-figures';
import { dropEdits, keepEdits, keptEdits } from '../src/batch-kept';
import { fitting } from '../src/batch-photo';
import { batchReminder } from '../src/batch-reminder';
import { BatchSaving, type Saving } from '../src/batch-saving';
import { childrenSum, differencesIn, partsSum } from '../src/batch-sums';
import { marksOf, settingsOf } from '../src/figure-settings';
import { addWords } from '../src/i18n';
import { lastPeriods, periodBefore, periodOf, periodWords } from '../src/period';
import { publishedArea } from '../src/publish-figures';
import type { Indicator, Source } from '../src/registry';
import * as words from '../src/words-batches';

vi.hoisted(() => Object.assign(globalThis, { location: { search: '', origin: 'https://patok.example', hash: '' }, window: globalThis }));
addWords(words);

const text = (id: string) => ({ id, en: id });
const indicator = (code: string, more: Partial<Indicator> = {}): Indicator => ({
  ...{ code, label: text(code), help: text(''), unit: text(''), kind: 'count', dimension: 'desil', direction: 'neutral', additive: true, protected: true },
  ...{ levels: ['kelurahan', 'rw', 'rt'], public: [], internal: [], classes: { method: 'jenks', count: 5 } },
  ...more,
});
const all = indicator('keluarga', { parts: ['d14', 'd510'] });
const d14 = indicator('d14', { parts: ['d1', 'd2'] });
const indicators = [all, d14, indicator('d510'), indicator('d1'), indicator('d2'), indicator('pkh', { dimension: 'bantuan' })];
const area = '35.71.01.1001';
const figures = (told: Record<string, number | null | [number, string]>) => figuresOf(Object.entries(told).map(([key, value]): Value => ({ place: key.split('/')[0]!, indicator: key.split('/')[1]!, number: Array.isArray(value) ? value[0] : value, ...(Array.isArray(value) && { note: value[1] }) })));

describe('what is typed into a cell', () => {
  const told = (number: number) => ({ kind: 'told', number });
  it.each([
    ['', { kind: 'untold' }],
    [' – ', { kind: 'untold' }],
    ['?', { kind: 'unknown' }],
    ['tidak diketahui', { kind: 'unknown' }],
    ['0', told(0)],
    ['1.234', told(1234)],
    ['1,234', told(1234)], // no count has a decimal part: a group of three is one, whatever the mark
    ['1.234.567', told(1_234_567)],
    ['12 345', told(12_345)],
    ['12,5', { kind: 'wrong', why: 'whole' }],
    ['-3', { kind: 'wrong', why: 'negative' }],
    ['dua', { kind: 'wrong', why: 'number' }],
    ['1.2.3', { kind: 'wrong', why: 'number' }],
    ['3571010101010001', { kind: 'wrong', why: 'number' }], // an identifier is no count
  ])('a count: %o', (typed, read) => expect(readFigure(typed, { kind: 'count' }, ',')).toEqual(read));
  it.each([
    ['12,5', ',', told(12.5)],
    ['12.5', ',', told(12.5)], // no group of three: decimal in either language
    ['12.5', '.', told(12.5)],
    ['1.234,56', ',', told(1234.56)],
    ['1,234.56', '.', told(1234.56)],
    ['1.234', ',', told(1234)],
    ['1.234', '.', told(1.234)],
  ] as const)('an amount: %s where the mark is "%s"', (typed, mark, read) => expect(readFigure(typed, { kind: 'amount' }, mark)).toEqual(read));
  it.each([
    ['7,15 %', told(7.15)],
    ['100,1', { kind: 'wrong', why: 'percent' }],
  ])('a rate: %s', (typed, read) => expect(readFigure(typed, { kind: 'rate' }, ',')).toEqual(read));
  it('stands there again as it was told', () => {
    expect([figureText(undefined, ','), figureText({ number: null }, ','), figureText({ number: 0 }, ','), figureText({ number: 12.5 }, ',')]).toEqual(['', '?', '0', '12,5']);
  });
  it('tells nothing, not known and zero apart', () => {
    expect(same(undefined, { number: null })).toBe(false);
    expect(same({ number: null }, { number: 0 })).toBe(false);
    expect(same({ number: 1, note: '' }, { number: 1 })).toBe(true);
    expect(same({ number: 1, note: 'a' }, { number: 1 })).toBe(false);
  });
  it('reads a block from a spreadsheet', () => expect(readBlock('1\t2\r\n"3"\t\r\n')).toEqual([['1', '2'], ['3', '']]));
});

describe('places', () => {
  it.each([
    ['3', '5', `${area}-003-005`],
    [' 012', '', `${area}-012`],
    ['x', '5', ''],
    ['3', '5a', ''],
    ['3', '1234', ''],
  ])('RW %s RT %s', (rw, rt, place) => expect(placeWithin(area, rw, rt)).toBe(place));
  it('have levels and words', () => {
    expect(['35', '35.71', '35.71.01', area, `${area}-003`, `${area}-003-005`].map(levelOf)).toEqual(['provinsi', 'kabupaten', 'kecamatan', 'kelurahan', 'rw', 'rt']);
    expect(placeWords(`${area}-003-005`)).toBe('RW 003 RT 005');
  });
});

describe('groups', () => {
  it('put parts below their sum, each once', () => {
    expect(groupsOf(indicators).map(({ dimension, lines }) => [dimension, lines.map((line) => `${line.depth}${line.indicator.code}`)])).toEqual([
      ['desil', ['0keluarga', '1d14', '2d1', '2d2', '1d510']],
      ['bantuan', ['0pkh']],
    ]);
  });
  it('take what is offered alone', () => expect(groupsOf([d14, indicator('d1')]).map(({ lines }) => lines.length)).toEqual([2]));
});

describe('sums', () => {
  const rt = (n: number) => `${area}-001-00${n}`;
  const places = [area, `${area}-001`, rt(1), rt(2), `${area}-002`, `${area}-002-001`];
  const differences = (told: Parameters<typeof figures>[0]) => differencesIn(figures(told), places, indicators).map((d) => `${d.place.slice(13)}${d.indicator} ${d.of} ${d.told}≠${d.sum}${d.explained ? ' ok' : ''}`);
  it('of parts differ once all parts are told, or when they are too much already', () => {
    expect(differences({ [`${area}/d14`]: 10, [`${area}/d1`]: 4, [`${area}/d2`]: 5 })).toEqual(['d14 parts 10≠9']);
    expect(differences({ [`${area}/d14`]: 10, [`${area}/d1`]: 4 })).toEqual([]);
    expect(differences({ [`${area}/d14`]: 10, [`${area}/d1`]: 4, [`${area}/d2`]: null })).toEqual([]);
    expect(differences({ [`${area}/d14`]: 10, [`${area}/d1`]: 11 })).toEqual(['d14 parts 10≠11']);
    expect(differences({ [`${area}/d14`]: [10, 'satu pindah'], [`${area}/d1`]: 4, [`${area}/d2`]: 5 })).toEqual(['d14 parts 10≠9 ok']);
  });
  it('of RT count an RW by its own figure where it has one', () => {
    expect(differences({ [`${area}/pkh`]: 10, [`${rt(1)}/pkh`]: 3, [`${rt(2)}/pkh`]: 4 })).toEqual(['pkh children 10≠7']);
    expect(differences({ [`${area}/pkh`]: 10, [`${rt(1)}/pkh`]: 3, [`${rt(2)}/pkh`]: null })).toEqual([]);
    expect(differences({ [`${area}/pkh`]: 9, [`${area}-001/pkh`]: 8, [`${rt(1)}/pkh`]: 3, [`${rt(2)}/pkh`]: 4, [`${area}-002-001/pkh`]: 1 })).toEqual(['-001pkh children 8≠7']);
  });
  it('of what cannot be added are none', () => {
    const rate = indicator('p0', { additive: false, kind: 'rate' });
    expect(childrenSum(figures({ [`${rt(1)}/p0`]: 3 }), places, area, rate)).toBeNull();
  });
  it('say how many are told, and lose nothing to binary fractions', () => {
    expect(childrenSum(figures({ [`${rt(1)}/pkh`]: 3, [`${rt(2)}/pkh`]: 0 }), places, area, indicators[5]!)).toEqual({ sum: 3, told: 2, all: 3, open: false });
    expect(partsSum(figures({ [`${area}/d1`]: 0.1, [`${area}/d2`]: 0.2 }), area, d14)).toMatchObject({ sum: 0.3, told: 2, all: 2 });
    expect(partsSum(figures({}), area, d14)).toBeNull();
  });
});

/** A server that holds one batch. */
function server(start: Record<string, number | null>) {
  const state = { version: 5, told: figures(start), away: false, refuse: '' };
  const seen: Saving[] = [];
  const wrong: string[] = [];
  let kept = 0;
  const saving = new BatchSaving(5, {
    send: async (version, values, remove) => {
      if (state.away) throw new Unreachable();
      if (version !== state.version) throw new Problem(412, { type: '/problems/stale' });
      const at = values.findIndex((value) => value.indicator === state.refuse);
      if (at >= 0) throw new Problem(422, { errors: [{ pointer: `/values/${at}/number`, code: 'range', message: 'Terlalu besar.' }] });
      for (const { place, indicator: code, ...figure } of values) state.told.set(`${place}/${code}`, figure);
      for (const { place, indicator: code } of remove) state.told.delete(`${place}/${code}`);
      return ++state.version;
    },
    read: async () => ({ version: state.version, figures: new Map(state.told) }),
    keep: (edits) => (kept = edits.size),
    said: (now) => seen.push(now),
    renewed: () => {},
    wrong: (key) => wrong.push(key),
  });
  return { state, seen, wrong, saving, kept: () => kept };
}
const told = (number: number | null): Figure => ({ number });

describe('saving figures', () => {
  beforeEach(() => void vi.useFakeTimers());
  const key = `${area}/pkh`;

  it('sends two seconds after the last change, once', async () => {
    const { state, saving, seen, kept } = server({});
    saving.edit(key, told(1), null);
    expect(kept()).toBe(1);
    await vi.advanceTimersByTimeAsync(1500);
    saving.edit(key, told(12), told(1));
    await vi.advanceTimersByTimeAsync(1900);
    expect(state.version).toBe(5);
    await vi.advanceTimersByTimeAsync(200);
    expect([state.version, state.told.get(key)]).toEqual([6, { number: 12 }]);
    expect([saving.state, kept(), seen.includes('saving')]).toEqual(['saved', 0, true]);
  });
  it('forgets what comes back to what was', async () => {
    const { state, saving } = server({ [key]: 3 });
    saving.edit(key, told(4), told(3));
    saving.edit(key, told(3), told(4));
    expect([saving.state, saving.edits.size]).toEqual(['saved', 0]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(state.version).toBe(5);
  });
  it('takes a figure away', async () => {
    const { state, saving } = server({ [key]: 3 });
    saving.edit(key, null, told(3));
    await saving.flush();
    expect(state.told.has(key)).toBe(false);
  });
  it('sends what changed while it was sending, also back to what was before', async () => {
    const { state, saving } = server({ [key]: 3 });
    saving.edit(key, told(4), told(3));
    const sent = saving.flush();
    await Promise.resolve();
    saving.edit(key, told(3), told(4));
    await sent;
    await vi.advanceTimersByTimeAsync(3000);
    expect([state.told.get(key), state.version, saving.state]).toEqual([{ number: 3 }, 7, 'saved']);
  });
  it('keeps everything while nobody answers, and sends it when somebody does', async () => {
    const { state, saving, kept } = server({});
    state.away = true;
    saving.edit(key, told(1), null);
    await vi.advanceTimersByTimeAsync(2100);
    expect([saving.state, kept()]).toEqual(['offline', 1]);
    state.away = false;
    await vi.advanceTimersByTimeAsync(10_100);
    expect([saving.state, kept(), state.told.get(key)]).toEqual(['saved', 0, { number: 1 }]);
  });
  it('goes together with what somebody else changed, and shows both where it was the same figure', async () => {
    const { state, saving } = server({ [key]: 3 });
    state.version = 8; // somebody else saved
    state.told.set(key, { number: 7 });
    saving.edit(key, told(5), told(3));
    saving.edit(`${area}/d1`, told(2), null);
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.told.get(`${area}/d1`)).toEqual({ number: 2 });
    expect([state.told.get(key), saving.state, saving.clashes.get(key)]).toEqual([{ number: 7 }, 'conflict', { mine: { number: 5 }, theirs: { number: 7 } }]);
    saving.settle(key, 'mine');
    await vi.advanceTimersByTimeAsync(3000);
    expect([state.told.get(key), saving.state]).toEqual([{ number: 5 }, 'saved']);
  });
  it('leaves theirs where that is chosen', async () => {
    const { state, saving, kept } = server({ [key]: 3 });
    saving.clash(key, { mine: told(5), theirs: told(3) });
    saving.settle(key, 'theirs');
    await vi.advanceTimersByTimeAsync(3000);
    expect([state.version, saving.state, kept()]).toEqual([5, 'saved', 0]);
  });
  it('holds back a refused figure and saves the others', async () => {
    const { state, saving, wrong, kept } = server({});
    state.refuse = 'pkh';
    saving.edit(key, told(9e9), null);
    saving.edit(`${area}/d1`, told(2), null);
    await vi.advanceTimersByTimeAsync(3000);
    expect([state.told.get(`${area}/d1`), state.told.has(key), wrong, saving.state, kept()]).toEqual([{ number: 2 }, false, [key], 'refused', 1]);
  });
  it('gives other writes their turn and the version', async () => {
    const { state, saving } = server({});
    saving.edit(key, told(1), null);
    void saving.flush();
    await saving.write(async (version) => ((state.version = version + 1), state.version));
    saving.edit(key, told(2), told(1));
    await saving.flush();
    expect([state.told.get(key), state.version]).toEqual([{ number: 2 }, 8]);
  });
  it('sends once more when the page is left, and tries no longer', async () => {
    const { state, saving } = server({});
    saving.edit(key, told(1), null);
    saving.leave();
    await vi.advanceTimersByTimeAsync(10);
    expect(state.told.get(key)).toEqual({ number: 1 });
  });
});

describe('what a device keeps', () => {
  it('is by account and batch, and goes at log-out', () => {
    const storage = { setItem: (k: string, v: string) => void Object.defineProperty(storage, k, { value: v, enumerable: true, configurable: true }), getItem: (k: string) => (storage as Record<string, unknown>)[k] ?? null, removeItem: (k: string) => void delete (storage as Record<string, unknown>)[k] };
    for (const name of ['setItem', 'getItem', 'removeItem']) Object.defineProperty(storage, name, { enumerable: false });
    vi.stubGlobal('localStorage', storage);
    keepEdits(1, { batch: 7, name: 'Muskel', edits: [['a/b', { mine: told(1), base: null }]] });
    keepEdits(12, { batch: 7, name: 'Lain', edits: [['a/b', { mine: told(2), base: null }]] });
    expect(keptEdits(1).map((kept) => kept.name)).toEqual(['Muskel']);
    expect(keptEdits(1, 8)).toEqual([]);
    keepEdits(1, { batch: 7, name: 'Muskel', edits: [] });
    expect(keptEdits(1)).toEqual([]);
    dropEdits();
    expect(keptEdits(12)).toEqual([]);
    vi.unstubAllGlobals();
  });
});

const batch = (parts: Partial<Batch>): Batch => ({
  ...{ id: 1, version: 1, area_code: area, area_name: 'Bandar Lor', kind: 'kelurahan', period: '2026-Q2', source: 'muskel', edition: 1, state: 'draft', steps: ['kelurahan', 'kecamatan', 'dinsos'], step: 0 },
  ...{ created_at: '', changed_at: '', sent_at: null, closed_at: null, due: '2026-07-14', late: false, figures: null, minutes: null, events: [], marks: [] },
  ...{ can: { enter: false, send: false, approve: false, return: false, withdraw: false, correct: false, mark: false, minutes: false, purge: false } },
  ...parts,
});
const may = (...what: (keyof Batch['can'])[]): Batch['can'] => ({ ...batch({}).can, ...Object.fromEntries(what.map((one) => [one, true])) });

describe('a batch in words', () => {
  it.each([
    [{ state: 'draft' }, 'Sedang diisi'],
    [{ state: 'sent' }, 'Terkirim, menunggu lurah'],
    [{ state: 'sent', kind: 'desa' }, 'Terkirim, menunggu kepala desa'],
    [{ state: 'checking', step: 2 }, 'Diperiksa, menunggu Dinas Sosial'],
    [{ state: 'closed', step: 2 }, 'Disepakati'],
  ] as [Partial<Batch>, string][])('%o', (parts, said) => expect(stateWords(batch(parts))).toBe(said));
  it.each([
    ['2026-07-19', true, 'tenggat 14 Jul 2026, terlambat 5 hari'],
    ['2026-07-14', false, 'tenggat hari ini, 14 Jul 2026'],
    ['2026-07-10', false, 'tenggat 14 Jul 2026, 4 hari lagi'],
    ['2026-05-01', false, 'tenggat 14 Jul 2026'],
  ])('on %s', (today, late, said) => expect(dueWords('2026-07-14', late, today)).toBe(said));
  it('says nothing where there is no due day', () => expect(dueWords(null, false, '2026-07-14')).toBe(''));
  it('gives the last note while it is returned', () => {
    const events = ['a', 'b'].map((note) => ({ at: '', by: '', title: '', action: 'returned' as const, step: 'kelurahan' as const, number: '', dated: null, note, cells: {} }));
    expect(lastReturn({ state: 'returned', events })?.note).toBe('b');
    expect(lastReturn({ state: 'sent', events })).toBeNull();
  });
});

it('what waits for me comes first: each batch once, the newest due first', () => {
  const list = [batch({ id: 1, state: 'draft', can: may('enter'), due: '2026-04-14' }), batch({ id: 2, state: 'draft', can: may('enter') }), batch({ id: 3, state: 'returned', can: may('enter') }), batch({ id: 4, state: 'sent', can: may('approve') }), batch({ id: 5, state: 'sent' })];
  const { returned, check, fill, others } = waitingOf(list);
  expect([returned, check, fill, others].map((part) => part.map((b) => b.id))).toEqual([[3], [4], [2, 1], [5]]);
  expect([batch({ due: null, period: '2026' }), batch({ due: '2025-01-01' })].sort(byDue).map((b) => b.due)).toEqual([null, '2025-01-01']);
});

describe('periods', () => {
  it('in words', () => expect(['2026', '2026-Q2', '2026-03', '2026-03-31'].map(periodWords)).toEqual(['2026', 'Triwulan II 2026', 'Maret 2026', '31 Maret 2026']));
  it('before', () => expect(['2026', '2026-Q1', '2026-Q3', '2026-01', '2026-03-01'].map(periodBefore)).toEqual(['2025', '2025-Q4', '2026-Q2', '2025-12', '2026-02-28']));
  it('of a day', () => expect((['year', 'quarter', 'month', 'date'] as const).map((kind) => periodOf(kind, '2026-11-22'))).toEqual(['2026', '2026-Q4', '2026-11', '2026-11-22']));
  it('the last ones', () => expect(lastPeriods('quarter', '2026-02-10', 3)).toEqual(['2026-Q1', '2025-Q4', '2025-Q3']));
});

describe('a reminder', () => {
  const asked = { name: 'Muskel, Triwulan II 2026', source: 'muskel', period: '2026-Q2', due: '2026-07-14', origin: 'https://patok.example' };
  const row = { area_code: area, area_name: 'Bandar Lor', state: 'none' as const, batch: null, told: null, expected: 0, late: true };
  it('says what is missing, until when and where', () => {
    expect(batchReminder(row, asked)).toBe('Yth. PIC Kelurahan Bandar Lor,\n\nAngka Muskel, Triwulan II 2026 belum dimulai.\nTenggatnya sudah lewat: 14 Juli 2026.\n\nIsi di sini: https://patok.example/#angka=semua/muskel/2026-Q2/35.71.01.1001\n\nTerima kasih.');
    expect(batchReminder({ ...row, state: 'draft', batch: 7, told: 3, expected: 40, late: false }, asked)).toContain('baru terisi 3 dari 40 angka dan belum dikirim.\nMohon dikirim paling lambat 14 Juli 2026.\n\nIsi di sini: https://patok.example/#angka=7');
  });
  it('says nothing to who has sent', () => expect(batchReminder({ ...row, state: 'sent' }, asked)).toBe(''));
});

describe('settings', () => {
  const source: Source = { code: 'muskel', label: text('Muskel'), help: text(''), steps: ['kelurahan', 'kecamatan', 'dinsos'], periods: ['quarter'], origin: 'area', level: 'kelurahan', minutes: true, legacy: false };
  const now = { public_threshold: 10, internal_threshold: 5, steps: { dtks: ['dinsos'] }, windows: { muskel: { from_day: 1, until_day: 14 } }, marks: [] };
  const limits = { public_threshold: 11, internal_threshold: 6 };
  it('say what differs from what is in force, in the order of the steps, and keep what they do not show', () => {
    expect(settingsOf(limits, [[source, { steps: ['dinsos', 'kelurahan'], from_day: null, until_day: 20 }]], 'verval | Verval | Verified', now)).toEqual({
      public_threshold: 11,
      internal_threshold: 6,
      steps: { dtks: ['dinsos'], muskel: ['kelurahan', 'dinsos'] },
      windows: { muskel: { from_day: 1, until_day: 20 } },
      marks: [{ code: 'verval', label: { id: 'Verval', en: 'Verified' } }],
    });
    const left = { steps: source.steps, from_day: null, until_day: null };
    expect(settingsOf(limits, [[source, left]], '', now)).toMatchObject({ steps: { dtks: ['dinsos'] }, windows: {}, marks: [] });
    const set = { ...now, steps: { muskel: source.steps } }; // what is in force is the city's own
    expect(settingsOf(limits, [[source, left]], '', set)).toMatchObject({ steps: { muskel: source.steps } });
  });
  it('read marks line by line', () => expect(marksOf('\n a |\n b | B\n')).toEqual([{ code: 'a', label: text('a') }, { code: 'b', label: text('B') }]));
});

it('a photo is scaled down to 1600 pixels and never up', () => {
  expect(fitting(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(fitting(800, 600)).toEqual({ width: 800, height: 600 });
  expect(fitting(10_000, 1)).toEqual({ width: 1600, height: 1 });
});

describe('what is published together', () => {
  const session = (area_code: string): Session => ({ account: { id: 1, name: 'dinsos', title: '', grants: [{ role: 'dinsos', area_code, area_name: '', types: null }] }, example: false, city: null, revision: 1, as_of: '' });
  it.each([
    ['', ['35.71.01.1001', '35.71.02.1002'], '35.71'],
    ['', ['35.71.01.1001', '35.06.01.2001'], '35'],
    ['', ['35.71'], '35.71'],
    ['', [], ''],
    ['35.71', ['35.71.01.1001'], '35.71'],
  ])('for a right over "%s" and %o', (right, areas, area) => expect(publishedArea(session(right), areas)).toBe(area));
});
