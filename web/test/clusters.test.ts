import { createExpression, featureFilter, validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it, vi } from 'vitest';
import type { AssetType } from '../src/api';
import { clusters, clusterWords, countShown, isCluster, shortCount, shownCount } from '../src/clusters';
import { addWords } from '../src/i18n';
import { assetFilter, mapStyle } from '../src/style';
import * as words from '../src/words-map';

vi.hoisted(() => Object.assign(globalThis, { location: { search: '', hash: '', origin: 'https://patok.example' } }));
addWords(words);

const type = (name: string, plural: string, min_zoom = 0): AssetType => ({ name, plural: { id: plural, en: plural }, label: { id: plural, en: plural }, icon: name, color: '#123456', schema: {}, fields: [], min_zoom });
const types = [type('kantor', 'Kantor'), type('posyandu', 'Posyandu'), type('rt', 'RT', 13)];
const cluster = { cluster: true, count: 1234, count_posyandu: 334, count_rt: 900, expansion_zoom: 9 };
const none = new Set<string>();

/** What an expression says of a feature with these properties. */
function say(expression: unknown, properties: Record<string, unknown>, zoom = 5): unknown {
  const made = createExpression(expression, 'layers[0].layout.test');
  if (made.result === 'error') throw new Error(made.value.map((e) => e.message).join());
  return made.value.evaluate({ zoom } as never, { type: 1, properties } as never);
}

describe('a count in a ring', () => {
  it.each([
    [2, '2'],
    [1234, '1.234'],
    [9999, '9.999'],
    [10_000, '10\nrb'],
    [12_345, '12,3\nrb'],
    [99_949, '99,9\nrb'],
    [99_950, '100\nrb'],
    [168_600, '169\nrb'],
    [999_499, '999\nrb'],
    [999_500, '1\njt'],
    [1_234_567, '1,2\njt'],
  ])('of %i is %j', (count, text) => expect(say(shortCount(['get', 'count']), { count })).toBe(text));
});

describe.each([
  ['nothing is off', [], 1234],
  ['RT are off', ['rt'], 334],
  ['RT and an area are off', ['rt', 'kecamatan'], 334],
  ['a type that it has none of is off', ['kantor'], 1234],
  ['all that it has is off', ['rt', 'posyandu'], 0],
])('a cluster, when %s', (_, off, n) => {
  const hidden = new Set(off);
  it(`counts ${n}, on the map and in words`, () => {
    expect(say(shownCount(types, hidden), cluster)).toBe(n);
    expect(countShown(cluster, types, hidden)).toBe(n);
  });
});

it('a cluster is told by its parts, the most first, without those that are off', () => {
  expect(clusterWords(cluster, types, none)).toBe('Kelompok 1.234 aset: 900 RT, 334 Posyandu');
  expect(clusterWords(cluster, types, new Set(['rt']))).toBe('Kelompok 334 aset: 334 Posyandu');
});

it('a cluster has a ring of its parts in twelfths', () => {
  const { layout } = clusters(types) as { layout: Record<string, unknown> };
  expect(say(layout['icon-image'], cluster)).toBe('cluster-0-3-9');
});

describe('single assets', () => {
  const drawn = (off: string[], back: boolean, properties: Record<string, unknown>, zoom: number): boolean => featureFilter(assetFilter(types, new Set(off), back), 'layers[0].filter').filter({ zoom } as never, { type: 1, properties } as never);
  it.each([
    ['posyandu', 8, 'dot'],
    ['rt', 12.9, 'speck'],
    ['rt', 13, 'dot'],
    ['balai', 8, 'dot'], // a type that came after the page was loaded
  ])('%s at zoom %f is a %s', (name, zoom, as) => {
    expect(drawn([], false, { type: name }, zoom)).toBe(as === 'dot');
    expect(drawn([], true, { type: name }, zoom)).toBe(as === 'speck');
    expect(drawn([name], false, { type: name }, zoom) || drawn([name], true, { type: name }, zoom)).toBe(false);
  });
  it('are no clusters', () => {
    expect(drawn([], false, cluster, 8) || drawn([], true, cluster, 8)).toBe(false);
    expect(say(isCluster, cluster)).toBe(true);
  });
});

it('the style is one that MapLibre takes, with and without types', () => {
  for (const some of [types, []]) expect(validateStyleMin(mapStyle(some, null)).map((e) => e.message)).toEqual([]);
});
