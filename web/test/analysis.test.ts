import { describe, expect, it, vi } from 'vitest';
import { differenceOf, type Figures, FigureBook, seriesOf, shareOf, tellTally } from '../src/analysis-figures';
import { rangeWords } from '../src/analysis-legend';
import { type DemandPoint, kelurahanOf, ranked, requestOf, rtOf, stateOf } from '../src/analysis-run';
import { usualState } from '../src/analysis-state';
import type { Api } from '../src/api';
import type { Table } from '../src/registry';

// The page's language is read from its address.
vi.hoisted(() => Object.assign(globalThis, { location: { search: '', hash: '' } }));

const figures: Figures = {
  source: 'dtsen',
  period: '2026-Q1',
  level: 'kelurahan',
  published_at: '2026-07-20T03:00:00Z',
  edition: 1,
  revision: 1,
  audience: 'public',
  threshold: 10,
  areas: ['35.71.01.1001', '35.71.01.1002', '35.71.01.1003', '35.71.01.1004', '35.71.01.1005'],
  names: ['A', 'B', 'C', 'D', 'E'],
  columns: [
    { indicator: 'poor', values: [25, 0, '<10', null, 40] },
    { indicator: 'all', values: [100, 50, 80, 60, 0] },
    { indicator: 'weighed', values: [5, 5, 5, 5, '*'], denominators: [50, 20, null, 10, 10], denominator_source: 'posyandu' },
  ],
};

describe('published figures', () => {
  it('as a share: of what was told with them, else of the base; nothing hidden can be seen through it', () => {
    expect(shareOf(figures, 'poor', 'all').values).toEqual([25, 0, '*', null, null]);
    expect(shareOf(figures, 'weighed', 'all').values).toEqual([10, 25, 6.25, 50, '*']);
    expect(shareOf(figures, 'weighed', 'all').denominatorSource).toBe('posyandu');
  });
  it('as a difference: by place, missing where one of them is, hidden where one of them is', () => {
    const before = { areas: ['35.71.01.1002', '35.71.01.1001', '35.71.01.1003', '35.71.01.1005'], names: [], values: [4, 30, 7, '<10'], denominatorSource: '' };
    expect(differenceOf(seriesOf(figures, 'poor'), before).values).toEqual([-5, -4, '*', null, '*']);
  });
  it('of an indicator that the table does not have are missing', () => expect(seriesOf(figures, 'nothing').values).toEqual([null, null, null, null, null]));
  it('are counted by whether they are shown', () => expect(tellTally(seriesOf(figures, 'poor').values)).toEqual({ shown: 3, hidden: 1, missing: 1 }));
  it('are asked for once, and then only what is not there', async () => {
    const asked: string[] = [];
    const api = { get: (path: string) => (asked.push(path), Promise.resolve({ ...figures, columns: path.includes('indicators=') ? [{ indicator: 'more', values: [1, 2, 3, 4, 5] }] : figures.columns })) } as unknown as Api;
    const book = new FigureBook(api);
    const table = { source: 'dtsen', period: '2026-Q1', edition: 1, areas: 46 } as Table;
    await book.figures(table, 'kelurahan', '', ['poor']);
    await book.figures(table, 'kelurahan', '', ['poor', 'all']);
    expect(asked).toHaveLength(1);
    const whole = await book.figures(table, 'kelurahan', '', ['poor', 'more']);
    expect(asked[1]).toContain('&indicators=more');
    expect(whole.columns.map((column) => column.indicator)).toEqual(['poor', 'all', 'weighed', 'more']);
    await book.figures({ ...table, areas: 8563, edition: 2 }, 'kelurahan', '', ['more']);
    expect(asked[2]).toContain('&indicators=more');
    expect(asked).toHaveLength(3);
  });
});

describe('a question about reach', () => {
  it('is asked as it was put, and put as it was asked', () => {
    const { coverage } = usualState();
    Object.assign(coverage, { demand: 'desil', desil: [1, 3], source: 'dtsen', period: '2026-Q1', candidates: 'balai', radius: 750 });
    const request = requestOf(coverage, 500, '35.71');
    expect(request).toMatchObject({ demand: { by: 'indicator', indicator: { desil: [1, 3] } }, area: '35.71', radius_m: 750, sites: { p: 3, candidates: { type: 'balai' } } });
    expect({ ...coverage, ...stateOf(request, '35.71') }).toEqual(coverage);
    expect(requestOf({ ...coverage, radius: null, sites: 0 }, 500, '')).toMatchObject({ radius_m: 500, sites: null, area: '' });
  });
  it('ranks RT that are too far, and leaves out the others', () => {
    const point = (place: string, rank: number | null, covered = false): DemandPoint => ({ place, asset: 1, name: '', lon: 0, lat: 0, weight: 1, estimated: false, nearest_m: 1, nearest: null, covered, ratio: null, rank });
    expect(ranked([point('b', 2), point('x', null, true), point('a', 1), point('y', 3, true)]).map((p) => p.place)).toEqual(['a', 'b']);
  });
  it('names an RT by its place', () => {
    expect(rtOf('35.71.01.1001-003-005')).toBe('RT 005 RW 003');
    expect(rtOf('35.71.01.1001')).toBe('');
    expect(kelurahanOf('35.71.01.1001-003-005')).toBe('35.71.01.1001');
  });
});

describe('the words of classes', () => {
  it('do not overlap where numbers are whole', () => {
    const breaks = [3, 10, 11, 40];
    expect([0, 1, 2].map((i) => rangeWords(breaks, i, true, 0))).toEqual(['3 – 10', '11', '12 – 40']);
  });
  it('say what is above where they are not', () => expect([0, 1].map((i) => rangeWords([0, 12.5, 30], i, false, 1))).toEqual(['0 – 12,5', '> 12,5 – 30']));
});
