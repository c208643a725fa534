import { describe, expect, it } from 'vitest';
import { countCSV, countList, desilOf, guessMeaning, type ListPlan, saysYes, threeDigits, villageFinder } from '../src/list-count';

const villages = [
  { code: '35.71.01.1001', name: 'Bandar Lor' },
  { code: '35.71.01.1002', name: 'Bandar Kidul' },
  { code: '33.28.01.2001', name: 'Sidomulyo' },
  { code: '33.28.02.2001', name: 'Sidomulyo' },
];

describe('a village', () => {
  const find = villageFinder(villages);
  it.each([['Bandar Lor', '35.71.01.1001'], ['KEL. BANDAR LOR', '35.71.01.1001'], ['35.71.01.1002', '35.71.01.1002'], ['3571011002', '35.71.01.1002']])('is found by %s', (said, code) => expect(find(said)).toBe(code));
  it.each(['Sidomulyo', 'Bandar', ''])('is not guessed from %s', (said) => expect(find(said)).toBe(''));
});

describe('a cell', () => {
  it.each([['3', 3], ['Desil 10', 10], ['03', 3], ['', 0], ['belum diperingkat', 0], ['11', null], ['1-4', null], ['2,5', null]])('of desil %s is %s', (cell, value) => expect(desilOf(cell)).toBe(value));
  it.each([['3', '003'], ['RW 03', '003'], ['012', '012'], ['', ''], ['0', null], ['3A', null], ['1234', null]])('of an RW %s is %s', (cell, value) => expect(threeDigits(cell)).toBe(value));
  it.each([['Ya', true], ['1', true], ['V', true], ['', false], ['0', false], ['Tidak', false], ['-', false]])('%s says %s', (cell, value) => expect(saysYes(cell)).toBe(value));
});

it('guesses what columns mean', () => {
  const flags = [{ code: 'kpm_pkh', words: ['pkh'] }];
  expect(['No KK', 'Kelurahan', 'Desa/Kelurahan', 'RW', 'No. RT', 'Desil Nasional', 'Penerima PKH', 'Nama'].map((title) => guessMeaning(title, flags))).toEqual(['kk', 'kelurahan', 'kelurahan', 'rw', 'rt', 'desil', { flag: 'kpm_pkh' }, 'ignore']);
});

describe('a list', () => {
  const plan: ListPlan = { columns: ['ignore', 'rw', 'rt', 'desil', { flag: 'kpm_pkh' }], unit: 'keluarga', kelurahan: '35.71.01.1001' };
  const rows = [
    ['Siti', '1', '2', '1', 'Ya'],
    ['Budi', '1', '2', '5', ''],
    ['Ani', '1', '', '', 'Tidak'],
    ['Joko', '', '2', '1', ''],
    ['Tono', '1', '2', 'sebelas', ''],
  ];
  const { counts, left, counted } = countList(rows, plan, villages, 2);
  it('is counted by kelurahan, RW and RT', () => {
    expect(Object.fromEntries(counts.get('35.71.01.1001')!)).toMatchObject({ keluarga: 3, keluarga_desil_1: 1, keluarga_desil_5: 1, keluarga_belum_peringkat: 1, keluarga_desil_2: 0, kpm_pkh: 1 });
    expect(counts.get('35.71.01.1001-001')!.get('keluarga')).toBe(3);
    expect(counts.get('35.71.01.1001-001-002')!.get('keluarga')).toBe(2);
  });
  it('names the rows that cannot be counted', () => expect([left, counted]).toEqual([{ no_place: [], bad_desil: [6], bad_rt: [5] }, 3]));
  it('leaves counts alone in what is sent', () => {
    const csv = countCSV(counts);
    expect(csv.split('\r\n')[0]).toBe('kode_wilayah,rw,rt,indikator,nilai');
    expect(csv).toContain('35.71.01.1001,001,002,keluarga_desil_1,1\r\n');
    expect(csv).not.toMatch(/Siti|Budi|Ani|Joko|Tono/);
  });
  it('of people counts each family once', () => {
    const people: ListPlan = { columns: ['kk', 'desil'], unit: 'individu', kelurahan: '35.71.01.1001' };
    const of = countList([['3571010101900001', '2'], ['3571 0101 0190 0001', '2'], ['3571010101900002', '7']], people, villages, 2).counts.get('35.71.01.1001')!;
    expect([of.get('individu'), of.get('keluarga'), of.get('keluarga_desil_2'), of.get('individu_desil_2'), of.get('keluarga_desil_7')]).toEqual([3, 2, 1, 2, 1]);
    expect(countCSV(countList([['3571010101900001', '2']], people, villages, 2).counts)).not.toContain('3571010101900001');
  });
});
