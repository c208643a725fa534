import { describe, expect, it } from 'vitest';
import { findNames, hasIdentifier, headerRow } from '../src/names';

describe('an identifier', () => {
  it.each(['3571010101900001', ' 3571 0101 0190 0001', "'3571010101900001", '35.71.01.010190.0001', 'NIK: 3571010101900001 (istri)', '3.57101E+15'])('is in %s', (text) => expect(hasIdentifier(text)).toBe(true));
  it.each(['35.71.01.1001', '3571011001', '081234567890', '2026-06-30', '1.234.567', '', '35710101019000012345', '1,5', '3.5E+3'])('is not in %s', (text) => expect(hasIdentifier(text)).toBe(false));
});

describe('a sheet', () => {
  const nik = '3571010101900001';
  it('of counts is no list', () => {
    expect(findNames(['Nama Kelurahan', 'Jumlah KK', 'Desil 1'], [['Bandar Lor', '1200', '88']])).toEqual({ columns: [], list: false });
    expect(findNames(['Kelurahan', 'KK', 'RT'], [['Bandar Lor', '1.200', '12']])).toEqual({ columns: [], list: false });
  });
  it('with 16 digits anywhere is a list, whatever the header says', () => {
    expect(findNames(['Nama Kelurahan', 'Kode', 'Desil'], [['Bandar Lor', nik, '1']])).toEqual({ columns: [1], list: true });
    expect(findNames(['Kelurahan', 'Keterangan'], [['Bandar Lor', ''], ['Bandar Lor', `lihat ${nik}`]])).toEqual({ columns: [1], list: true });
  });
  it('by name is a list also without numbers', () => {
    expect(findNames(['No', 'Nama Kepala Keluarga', 'Alamat', 'Desil'], [['1', 'Siti', 'Jl. Mawar 3', '2']])).toEqual({ columns: [1, 2], list: true });
    expect(findNames(['NIK', 'Desil'], [['tertutup', '2']])).toEqual({ columns: [0], list: true });
  });
  it('has its header below titles', () => {
    expect(headerRow([['DATA TERPADU', '', ''], ['Kelurahan Bandar Lor', '', ''], ['No', 'RT', 'Desil'], ['1', '001', '2'], ['2', '001', '3']])).toBe(2);
    expect(headerRow([['No', 'RT', 'Desil'], ['1', '001', '2']])).toBe(0);
  });
});
