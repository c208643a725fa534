import { describe, expect, it, vi } from 'vitest';
import type { AssetType, ReviewRule } from '../src/api';
import { changeWords, fieldLabel, mainChanges, valueWords } from '../src/compare';
import { sortMine } from '../src/mine';
import { fieldNotes, fieldOf, lastNote, pointerOf, type Proposal, proposalOf, reviewSteps, stateWords } from '../src/proposal';
import { groupByArea } from '../src/queue';
import { recapRows } from '../src/recap';
import { addWords } from '../src/i18n';
import { queryOf } from '../src/revisions';
import * as workWords from '../src/words-work';

vi.hoisted(() => Object.assign(globalThis, { location: { search: '', origin: '', hash: '' } }));

addWords(workWords); // the views come after them

const label = (text: string) => ({ id: text, en: text });
const posyandu = {
  name: 'posyandu',
  label: label('Posyandu'),
  plural: label('Posyandu'),
  icon: 'posyandu',
  color: '#c2410c',
  fields: [
    { name: 'strata', label: label('Strata'), sensitivity: 'public', widget: 'select', options: [{ value: 'madya', label: label('Madya') }, { value: 'purnama', label: label('Purnama') }] },
    { name: 'jumlah_kader', label: label('Kader'), sensitivity: 'public', widget: 'number', unit: 'orang' },
  ],
  schema: { required: ['strata'], properties: { strata: { enum: ['madya', 'purnama'] }, jumlah_kader: { type: 'integer' } } },
} as AssetType;

const proposal = (parts: Partial<Proposal>): Proposal => ({
  ...{ id: 1, version: 1, state: 'sent', verb: 'update', type: 'posyandu', asset_id: 17, asset_version: 3, name: 'Melati', area_code: '35.71.01.1001', area_name: 'Bandar Lor', to_area: null },
  ...{ steps: ['kelurahan'], step: 0, author: { id: 2, name: 'pic-1', title: 'PIC Bandar Lor' }, reason: '', sent_at: '2026-11-22T03:00:00Z', changed_at: '2026-11-22T03:00:00Z', closed_at: null, revision: null },
  ...{ before: null, after: null, changes: [], moved_m: null, events: [], can: { approve: true, return: true, reject: true, withdraw: false, correct: false } },
  ...parts,
});

describe('which steps an edit goes through', () => {
  const rules: ReviewRule[] = [
    { type: null, area: null, steps: ['agency'] },
    { type: 'posyandu', area: null, steps: ['kelurahan'] },
    { type: null, area: '35.71', steps: ['kecamatan'] },
    { type: 'posyandu', area: '35.71', steps: ['kelurahan', 'kecamatan'] },
    { type: null, area: '35.71.01.1001', steps: [] },
  ];
  it.each([
    ['posyandu', '35.71.02.1003', ['kelurahan', 'kecamatan']], // the longest area, then the one that names the type
    ['rt', '35.71.02.1003', ['kecamatan']],
    ['posyandu', '35.71.01.1001', []], // at once, in spite of the rule above it
    ['posyandu', '35.78.01.1001', ['kelurahan']],
    ['rt', '35.7', ['agency']], // a code's beginning is not its area
  ])('%s in %s', (type, area, steps) => expect(reviewSteps(rules, type, area)).toEqual(steps));
  it('without a rule at once', () => expect(reviewSteps([], 'posyandu', '35.71.01.1001')).toEqual([]));
});

describe('a change in words', () => {
  it.each([
    [{ field: 'strata', label: '', before: 'madya', after: 'purnama' }, 'Strata: Madya → Purnama'],
    [{ field: 'jumlah_kader', label: '', before: null, after: 1200 }, 'Kader: 1.200 orang'],
    [{ field: 'jumlah_kader', label: '', before: 5, after: null }, 'Kader: 5 orang → (kosong)'],
    [{ field: 'condition', label: '', before: 'baik', after: 'rusak_berat' }, 'Kondisi: Baik → Rusak berat'],
    [{ field: 'unknown', label: 'Dari server', before: 'a', after: 'b' }, 'Dari server: a → b'],
  ])('%o', (change, words) => expect(changeWords(posyandu, change)).toBe(words));
  it('says how far a point moved, and where a new one is', () => {
    const at = (lon: number) => ({ type: 'Point', coordinates: [lon, -7.8] });
    expect(changeWords(posyandu, { field: 'geometry', label: '', before: at(112), after: at(112.001) }, 110.4)).toBe('Titik: pindah 110 m');
    expect(changeWords(posyandu, { field: 'geometry', label: '', before: null, after: at(112) }, null)).toBe('Titik: 7,80000° LS, 112,00000° BT');
    expect(valueWords(posyandu, 'geometry', null)).toBe('belum dititik');
    expect(valueWords(undefined, 'geometry', { area_ha: 1234.56 })).toBe('1.234,6 ha'); // an area's boundary
    expect(valueWords(undefined, 'boundary_status', 'indikatif')).toBe('indikatif');
    expect(valueWords(undefined, 'year', 2026)).toBe('2026');
  });
  it('takes the label of the server, which knows a desa from a kelurahan', () => {
    expect(fieldLabel(posyandu, { field: 'strata', label: 'Strata desa' })).toBe('Strata desa');
    expect(fieldLabel(posyandu, { field: 'name', label: '' })).toBe('Nama');
  });
  it('leaves out of a summary what follows from the point', () => {
    const change = (field: string) => ({ field, label: '', before: null, after: 1 });
    expect(mainChanges(['geometry', 'taken_by', 'accuracy_m', 'strata'].map(change)).map((c) => c.field)).toEqual(['geometry', 'strata']);
    expect(mainChanges([change('verified_at')]).map((c) => c.field)).toEqual(['verified_at']);
  });
});

describe('proposals', () => {
  it('are told from features', () => {
    expect(proposalOf(proposal({}))).not.toBeNull();
    expect(proposalOf({ type: 'Feature', id: 1, properties: { verb: 'x' } })).toBeNull();
    expect(proposalOf(null)).toBeNull();
  });
  it('say whom they wait for', () => {
    expect(stateWords(proposal({ state: 'checking', steps: ['kelurahan', 'kecamatan'], step: 1 }))).toBe('Diperiksa, menunggu camat');
    expect(stateWords(proposal({ state: 'returned' }))).toBe('Dikembalikan');
  });
  it('carry the notes of the last return to the very fields', () => {
    const event = (action: 'sent' | 'returned', note: string, fields = {}) => ({ at: '', actor: 'l', title: 'Lurah', action, step: null, note, fields });
    const said = lastNote(proposal({ state: 'returned', events: [event('sent', ''), event('returned', 'lama'), event('returned', 'baru', { '/properties/strata': 'cek SK', '/geometry': 'di balai RW' })] }));
    expect(said?.note).toBe('baru');
    expect(fieldNotes(said)).toEqual({ strata: 'cek SK', geometry: 'di balai RW' });
    expect(lastNote(proposal({ state: 'sent', events: [event('sent', '')] }))?.note).toBe('');
  });
  it.each(['strata', 'geometry'])('name %s by pointer and back', (field) => expect(fieldOf(pointerOf(field))).toBe(field));
  it('take what the server blames outside of the feature', () => expect(fieldOf('/reason')).toBe('reason'));
});

describe('the queue', () => {
  const list = [
    proposal({ id: 1, area_code: '35.71.01.1002', area_name: 'Ngampel', sent_at: '2026-11-22T05:00:00Z' }),
    proposal({ id: 2, sent_at: '2026-11-22T04:00:00Z' }),
    proposal({ id: 3, area_code: '35.71.01.1002', area_name: 'Ngampel', sent_at: '2026-11-22T03:00:00Z' }),
  ];
  it('is grouped by kelurahan, the oldest first', () => expect(groupByArea(list).map((g) => [g.name, g.proposals.map((p) => p.id)])).toEqual([['Bandar Lor', [2]], ['Ngampel', [3, 1]]]));
  it('does not throw two kelurahan of one name together', () => {
    const twins = [proposal({ id: 1, area_code: '35.71.03.1001', area_name: 'Banjaran' }), proposal({ id: 2, area_code: '35.71.02.1001', area_name: 'Banjaran' })];
    expect(groupByArea(twins).map((g) => g.code)).toEqual(['35.71.02.1001', '35.71.03.1001']);
  });
  it('prints a line for each', () => {
    const rows = recapRows(
      [
        proposal({ verb: 'create', changes: [{ field: 'strata', label: '', before: null, after: 'madya' }] }),
        proposal({ verb: 'update', area_name: 'Ngampel', moved_m: 37.2, changes: [{ field: 'geometry', label: '', before: { type: 'Point', coordinates: [112, -7.8] }, after: { type: 'Point', coordinates: [112.0003, -7.8] } }] }),
        proposal({ verb: 'delete', name: 'Posyandu Mawar', area_name: 'Semampir', changes: [{ field: 'strata', label: '', before: 'madya', after: null }] }),
      ],
      () => posyandu,
    );
    expect(rows.map((r) => [r.area, r.asset, r.change, r.author, r.date])).toEqual([
      ['Bandar Lor', 'Posyandu Melati', 'Baru. Strata: Madya', 'PIC Bandar Lor', '22 Nov 2026'],
      ['Ngampel', 'Posyandu Melati', 'Titik: pindah 37 m', 'PIC Bandar Lor', '22 Nov 2026'],
      ['Semampir', 'Posyandu Mawar', 'Hapus aset', 'PIC Bandar Lor', '22 Nov 2026'],
    ]);
  });
});

it('my own: what came back first, then what is on its way, then what is closed', () => {
  const mine = [
    proposal({ id: 1, state: 'published', closed_at: 'x', changed_at: '2026-11-22T09:00:00Z' }),
    proposal({ id: 2, state: 'sent', changed_at: '2026-11-22T01:00:00Z' }),
    proposal({ id: 3, state: 'returned', changed_at: '2026-11-22T02:00:00Z' }),
    proposal({ id: 4, state: 'checking', changed_at: '2026-11-22T03:00:00Z' }),
  ];
  expect(sortMine(mine).map((p) => p.id)).toEqual([3, 4, 2, 1]);
});

it('the history asks for whole days', () => {
  const query = queryOf({ actor: 'pic-1', type: '', area: '35.71', from: '2026-11-21', until: '2026-11-22', revision: '' });
  expect(Object.fromEntries(query)).toEqual({ actor: 'pic-1', area: '35.71', from: '2026-11-20T17:00:00.000Z', until: '2026-11-22T17:00:00.000Z' });
});
