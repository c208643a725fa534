import { describe, expect, it } from 'vitest';
import { missing, reminderOf } from '../src/reminder';
import { fallsShort, fullName, type Row, standingOf, tally, villagesOf } from '../src/standing';

function row(over: Partial<Row> = {}): Row {
  const blank = { target: null, registered: 0, placed: 0, confirmed: 0, returned: 0, waiting: 0, last_activity: null, due: null };
  const unsaid = { declared: null, declared_by: '', declared_at: null, confirmed_by: '', confirmed_at: null, late: false, done: false };
  return { area_code: '35.71.01.1001', area_name: 'Bandar Lor', district: 'Mojoroto', type: 'posyandu', ...blank, ...unsaid, pic: [{ name: 'pic-1', title: 'Bu Sri' }], ...over };
}
const done = row({ declared: 'complete', done: true, registered: 1 });

describe('the standing', () => {
  it.each([
    ['none', row()],
    ['going', row({ registered: 1 })],
    ['declared', row({ declared: 'none' })],
    ['late', row({ late: true, registered: 1 })],
    ['declared', row({ late: true, declared: 'none' })],
    ['done', done],
  ] as const)('is %s', (want, one) => expect(standingOf(one)).toBe(want));

  it.each([
    ['done', [done, done]],
    ['declared', [done, row({ declared: 'none' })]],
    ['late', [done, row({ late: true })]],
    ['going', [done, row()]],
    ['none', [row(), row()]],
  ] as const)('of a village is %s', (want, rows) => expect(villagesOf([...rows])[0]!.standing).toBe(want));

  it('adds up a village, in the order in which villages come', () => {
    const villages = villagesOf([
      row({ registered: 3, placed: 2, target: 5, last_activity: '2026-11-02T00:00:00Z' }),
      row({ type: 'rt', registered: 4, placed: 4, last_activity: '2026-11-03T00:00:00Z' }),
      row({ area_code: '35.71.01.1002', area_name: 'Bandar Kidul', declared: 'complete', done: true }),
    ]);
    expect(villages.map((v) => [v.name, v.rows.length, v.done, v.registered, v.placed, v.target, v.last])).toEqual([
      ['Bandar Lor', 2, 0, 7, 6, 5, '2026-11-03T00:00:00Z'],
      ['Bandar Kidul', 1, 1, 0, 0, null, null],
    ]);
    expect(tally(villages)).toEqual({ late: 0, none: 0, going: 1, declared: 0, done: 1 });
  });

  it('sees what was declared complete and falls short', () => {
    expect(fallsShort(row({ declared: 'complete', target: 5, registered: 4 }))).toBe(true);
    expect(fallsShort(row({ declared: 'complete', target: 5, registered: 5 }))).toBe(false);
    expect(fallsShort(row({ target: 5 }))).toBe(false);
  });

  it('names kelurahan and desa', () => {
    expect(['35.71.01.1001', '33.28.01.2001', '91.03.01.3001'].map((code) => fullName({ code, name: 'X' }))).toEqual(['Kelurahan X', 'Desa X', 'Desa Adat X']);
  });
});

describe('the reminder', () => {
  const labels = (type: string): string => ({ posyandu: 'Posyandu', rt: 'RT' })[type] ?? type;

  it.each([
    ['belum ada data', row()],
    ['terdaftar 0 dari target 5', row({ target: 5 })],
    ['terdaftar 3 dari target 5, 1 belum dititik, 2 perubahan dikembalikan untuk diperbaiki', row({ target: 5, registered: 3, placed: 2, returned: 2 })],
    ['belum dinyatakan lengkap', row({ target: 2, registered: 2, placed: 2 })],
    ['belum dinyatakan tidak ada', row({ target: 0 })],
  ])('says %s', (want, one) => expect(missing(one).join(', ')).toBe(want));

  it('is ready to be sent', () => {
    const [village] = villagesOf([row({ target: 5, registered: 3, placed: 3, due: '2026-12-31' }), row({ type: 'rt', registered: 1, placed: 1 }), done]);
    expect(reminderOf(village!, labels, 'https://peta.example')).toBe(`Yth. Bu Sri,

Pendataan aset Kelurahan Bandar Lor belum selesai:
• Posyandu: terdaftar 3 dari target 5
• RT: belum dinyatakan lengkap

Mohon dilengkapi paling lambat 31 Desember 2026.
Bila sudah benar semua, buka Kemajuan lalu tekan “Nyatakan lengkap”.
Peta: https://peta.example/#item=kelurahan/3571011001
Kemajuan: https://peta.example/#kemajuan=35.71.01.1001

Terima kasih.`);
  });
  it('says when the day has passed, and knows villages without a PIC', () => {
    const [late] = villagesOf([row({ due: '2026-10-31', late: true, pic: [] })]);
    expect(reminderOf(late!, labels, '')).toContain('Yth. PIC Kelurahan Bandar Lor,');
    expect(reminderOf(late!, labels, '')).toContain('Tenggatnya sudah lewat: 31 Oktober 2026.');
  });
  it('is not sent where all is said', () => expect(reminderOf(villagesOf([done, row({ declared: 'none' })])[0]!, labels, '')).toBe(''));
});
