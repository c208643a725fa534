import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/address';
import { formatState, parseState, type State, usualState } from '../src/analysis-state';

/** Through the address and back. */
function copied(state: State): State {
  const hash = formatAddress({ zoom: 12, lat: -7.8, lon: 112, item: null, view: { name: 'analisis', arg: formatState(state) }, off: [] });
  const { view } = parseAddress(hash);
  expect(view?.name, hash).toBe('analisis');
  return parseState(view!.arg);
}

describe('the address of an analysis', () => {
  it('is short for what the page opens with', () => {
    expect(formatState(usualState())).toBe('');
    expect(parseState('')).toEqual(usualState());
  });
  it('keeps a question about reach', () => {
    const state = usualState();
    Object.assign(state.coverage, { demand: 'desil', desil: [1, 2], source: 'dtsen', period: '2026-Q1', type: 'pos_kamling', radius: 750, detour: 1.45, area: '35.71.01', sites: 5, candidates: 'grid', objective: 'all', capacity: 1250, network: true, scenario: 12, beside: 9 });
    state.layers = ['posyandu', 'pos_kamling'];
    expect(copied(state)).toEqual(state);
  });
  it('keeps a map', () => {
    const state = usualState();
    state.tab = 'peta';
    Object.assign(state.map, { source: 'dtsen', period: '2026-Q2', against: '2026-Q1', indicator: 'keluarga_desil_1_4', second: 'rtlh', level: 'kecamatan', area: '35.71', share: true, symbols: true, method: 'manual', classes: 7, manual: [-2.5, 0, 40], palette: 'PuOr', least: -10, most: 99.5, marked: ['35.71.01.1001', '35.71.01.1002-003-005'] });
    state.layers = [];
    expect(formatState(state)).toMatch(/^[\w.:/-]+$/);
    expect(copied({ ...state, layers: ['posyandu'] })).toEqual({ ...state, layers: ['posyandu'] });
    expect(copied(state)).toEqual(state);
  });
  it.each(['peta/l:planet/n:99/m:magic/x:1_a', 'jangkauan/r:-5/f:0/e:4-1/a:DROP/n:1e9/o:most', 'what/ever:1//:/p', 'peta/__proto__:1/constructor:2'])('ignores what makes no sense: %s', (arg) => {
    const state = parseState(arg);
    expect({ ...state, tab: 'jangkauan' }).toEqual(usualState());
  });
});
