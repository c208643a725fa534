import { describe, expect, it, vi } from 'vitest';
import { stateOf } from '../src/accounts';
import { dayEnd, dayStart, lastDay } from '../src/dates';
import { filled } from '../src/form';
import { suggestion } from '../src/grants';
import { adviceOn } from '../src/password';
import { linksCSV } from '../src/people-import';
import { codeOf } from '../src/picker';
import { deviceOf } from '../src/sessions';
import { sorted } from '../src/table';

// What the modules read of a browser when they are loaded.
vi.hoisted(() => Object.assign(globalThis, { location: { search: '', hash: '' } }));

describe('the advice on a password', () => {
  it.each([
    ['', 'short'],
    ['kopi789', 'short'],
    ['12345678', 'common'],
    ['password1', 'common'],
    ['Rahasia123!', 'common'],
    ['aaaaaaaaaaaaaaa', 'common'],
    ['pic-mojoroto', 'common'],
    ['pic-mojoroto-2026', 'common'],
    ['kopi hangat', 'fair'],
    ['🐢🐢🐟🐟🐦🐦🐈🐈', 'fair'],
    ['kuda naik sepeda biru', 'good'],
    ['9205173468201957', 'good'],
  ])('%s is %s', (password, advice) => expect(adviceOn(password, 'pic-mojoroto')).toBe(advice));
});

describe('the state of an account', () => {
  const now = Date.parse('2026-11-22T00:00:00Z');
  const person = { disabled_at: null, has_password: false, invited_until: null, sso: null };
  it.each([
    ['has a password', { has_password: true }, 'active'],
    ['has a password and a link to reset it', { has_password: true, invited_until: '2026-11-23T00:00:00Z' }, 'active'],
    ['comes through the city', { sso: 'a@b' }, 'active'],
    ['is invited', { invited_until: '2026-11-23T00:00:00Z' }, 'invited'],
    ['was invited', { invited_until: '2026-11-21T00:00:00Z' }, 'lapsed'],
    ['was never invited', {}, 'lapsed'],
    ['is disabled, with a password', { has_password: true, disabled_at: '2026-11-01T00:00:00Z' }, 'disabled'],
  ])('%s', (_, more, state) => expect(stateOf({ ...person, ...more }, now)).toBe(state));
});

describe('names that are suggested', () => {
  it.each([
    ['pic', 'Operator Desa', '35.71.01.1001', 'Pojok', 'pic-3571011001', 'Operator Desa Pojok'],
    ['reviewer', 'Pemeriksa', '35.71.01.1001', 'Pojok', 'lurah-3571011001', 'Lurah Pojok'],
    ['reviewer', 'Pemeriksa', '35.71.01', 'Mojoroto', 'camat-357101', 'Camat Mojoroto'],
    ['reviewer', 'Pemeriksa', '35.71', 'Kota Kediri', 'pemeriksa-3571', 'Pemeriksa Kota Kediri'],
    ['administrator', 'Administrator', '35.71', 'Kota Kediri', 'admin-3571', 'Administrator Kota Kediri'],
  ])('%s %s %s', (role, words, code, area, name, title) => expect(suggestion(role, words, code, area)).toEqual({ name, title }));
});

it('an area’s code follows from its id', () => {
  expect([35, 3571, 357101, 3571011001].map(codeOf)).toEqual(['35', '35.71', '35.71.01', '35.71.01.1001']);
});

describe('a day', () => {
  it('begins and ends where the page is', () => {
    expect(dayStart('2026-12-31')).toBe('2026-12-30T17:00:00.000Z');
    expect(dayEnd('2026-12-31')).toBe('2026-12-31T17:00:00.000Z');
    expect(lastDay(dayEnd('2026-12-31')!)).toBe('2026-12-31T16:59:59.000Z');
  });
  it('may be left open', () => expect([dayStart(null), dayEnd(''), filled({ a: null, b: '', c: 0 })]).toEqual([null, null, { b: '', c: 0 }]));
});

it('names a device from what the browser says', () => {
  expect(deviceOf('Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36')).toBe('Chrome, Android');
  expect(deviceOf('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0')).toBe('Edge, Windows');
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1')).toBe('Safari, iPhone');
  expect(deviceOf('curl/8.1')).toBe('curl/8.1');
});

it('links go into a CSV that no spreadsheet takes for formulas', () => {
  const rows = [
    { name: 'pic-1', title: 'PIC "Pojok", Mojoroto', link: 'https://peta.example/#undangan=a-b_c' },
    { name: 'pic-2', title: '=HYPERLINK("x")', link: 'https://peta.example/#undangan=d' },
    { name: 'pic-3', title: 'sudah ada', link: null },
  ];
  expect(linksCSV(rows)).toBe('\uFEFFnama_akun,nama,tautan\r\npic-1,"PIC ""Pojok"", Mojoroto",https://peta.example/#undangan=a-b_c\r\npic-2,"\'=HYPERLINK(""x"")",https://peta.example/#undangan=d\r\n');
});

describe('rows are sorted', () => {
  const rows = ['RT 10', 'RT 2', null, 'rt 1'].map((name, i) => ({ name, i }));
  const names = (down: boolean) => sorted(rows, (r) => r.name, down).map((r) => r.name);
  it('as people count, without case, and what is unknown comes last', () => expect(names(false)).toEqual(['rt 1', 'RT 2', 'RT 10', null]));
  it('the other way, and what is unknown still comes last', () => expect(names(true)).toEqual(['RT 10', 'RT 2', 'rt 1', null]));
  it('and equal ones keep their order', () => expect(sorted([{ v: 1, i: 0 }, { v: 1, i: 1 }], (r) => r.v, true).map((r) => r.i)).toEqual([0, 1]));
});
