import { describe, expect, it } from 'vitest';
import type { AssetType } from '../src/api';
import { changesOf, conflictsOf, type Control, controlsOf, readAnswer } from '../src/form';

const label = (text: string) => ({ id: text, en: text });
const posyandu: AssetType = {
  name: 'posyandu',
  label: label('Posyandu'),
  plural: label('Posyandu'),
  icon: 'posyandu',
  color: '#c2410c',
  fields: [
    { name: 'strata', label: label('Strata'), sensitivity: 'public', widget: 'select', options: [{ value: 'madya', label: label('Madya') }] },
    { name: 'jumlah_kader', label: label('Kader'), sensitivity: 'public', widget: 'number', unit: 'orang' },
    { name: 'luas', label: label('Luas'), sensitivity: 'public', widget: 'number', unit: 'm²' },
    { name: 'bidang', label: label('Bidang'), sensitivity: 'public', widget: 'multi', options: [{ value: 'kesehatan', label: label('Kesehatan') }] },
    { name: 'gedung', label: label('Gedung'), sensitivity: 'public', widget: 'check' },
    { name: 'kelas', label: label('Kelas'), sensitivity: 'public', widget: 'text' },
    { name: 'kode', label: label('Kode'), sensitivity: 'internal', widget: 'text' },
  ],
  schema: {
    required: ['strata'],
    properties: {
      strata: { enum: ['madya'] },
      jumlah_kader: { type: 'integer', minimum: 0, maximum: 200 },
      luas: { type: ['number', 'null'] },
      bidang: { type: 'array', items: { enum: ['kesehatan'] } },
      gedung: { type: 'boolean' },
      kelas: { enum: ['a', 'b', null] },
      kode: { type: 'string', pattern: '^[A-Z]{2}$', maxLength: 2 },
    },
  },
};
const control = (name: string): Control => controlsOf(posyandu).find((c) => c.name === name)!;

describe('controls from the registry', () => {
  it('keeps the order: common, the first of its own, state, the rest behind a fold', () => {
    expect(controlsOf(posyandu).map((c) => c.name)).toEqual([
      ...['name', 'rt', 'rw', 'address'],
      ...['strata', 'jumlah_kader', 'luas', 'bidang', 'gedung', 'kelas'],
      ...['condition', 'operation', 'kode', 'source', 'note'],
    ]);
    expect(controlsOf(posyandu).filter((c) => c.more).map((c) => c.name)).toEqual(['kode', 'source', 'note']);
  });
  it('takes kind, limits and choices from field and schema', () => {
    expect(control('strata')).toMatchObject({ kind: 'select', required: true, options: [{ value: 'madya' }] });
    expect(control('jumlah_kader')).toMatchObject({ kind: 'number', integer: true, min: 0, max: 200, unit: 'orang', required: false });
    expect(control('luas')).toMatchObject({ kind: 'number', integer: false });
    expect(control('bidang')).toMatchObject({ kind: 'multi' });
    expect(control('gedung')).toMatchObject({ kind: 'select', boolean: true });
    expect(control('kelas').options.map((o) => o.value)).toEqual(['a', 'b']);
    expect(control('kode')).toMatchObject({ kind: 'text', maxLength: 2, pattern: '^[A-Z]{2}$' });
  });
});

describe('answers', () => {
  it.each([
    ['name', ' Posyandu Melati ', { value: 'Posyandu Melati' }],
    ['name', '  ', { value: null, wrong: 'required' }],
    ['address', '', { value: null }],
    ['rt', '5', { value: '005' }],
    ['rt', 'V', { value: 'V', wrong: 'pattern' }],
    ['jumlah_kader', '7', { value: 7 }],
    ['jumlah_kader', '1.200', { value: 1200, wrong: 'max' }],
    ['jumlah_kader', '-1', { value: -1, wrong: 'min' }],
    ['jumlah_kader', '1,5', { value: 1.5, wrong: 'integer' }],
    ['jumlah_kader', 'tujuh', { value: 'tujuh', wrong: 'number' }],
    ['luas', '1.234,5', { value: 1234.5 }],
    ['luas', '12,5', { value: 12.5 }],
    ['luas', '12.5', { value: 12.5 }],
    ['gedung', 'true', { value: true }],
    ['gedung', 'false', { value: false }],
    ['gedung', '', { value: null }],
    ['kode', 'ab', { value: 'ab', wrong: 'pattern' }],
  ])('%s: “%s”', (name, raw, want) => expect(readAnswer(control(name), raw)).toEqual(want));
  it('several choices are a list, none is no answer', () => {
    expect(readAnswer(control('bidang'), ['kesehatan'])).toEqual({ value: ['kesehatan'] });
    expect(readAnswer(control('bidang'), [])).toEqual({ value: null });
  });
});

describe('patches', () => {
  it('holds only what changed; an emptied answer is null', () => {
    expect(changesOf({ name: 'A', rt: '001', rw: null }, { name: 'B', rt: null, rw: null, address: null })).toEqual({ name: 'B', rt: null });
  });
  it('conflicts are fields that both changed, differently', () => {
    const base = { name: 'A', rt: '001', rw: '001' };
    const theirs = { name: 'C', rt: '002', rw: '003' };
    expect(conflictsOf(base, { name: 'B', rt: '002' }, theirs)).toEqual([{ name: 'name', mine: 'B', theirs: 'C' }]);
  });
});
