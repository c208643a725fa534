import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/address';

describe('the address', () => {
  it('keeps view, open item and layers', () => {
    const address = { zoom: 14.25, lat: -7.82, lon: 112.01, item: { collection: 'pos_kamling', id: 17 }, view: null, off: ['rt', 'kelurahan'] };
    expect(formatAddress(address)).toBe('#14.25/-7.82/112.01&item=pos_kamling/17&off=rt,kelurahan');
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });
  it('keeps which view is open, and what it is about', () => {
    expect(parseAddress('#12/-7.8/112&doubts')).toEqual({ zoom: 12, lat: -7.8, lon: 112, item: null, view: { name: 'doubts', arg: '' }, off: [] });
    for (const hash of ['#12/-7.8/112&doubts', '#riwayat', '#riwayat=posyandu/17', '#akun&off=rt']) expect(formatAddress(parseAddress(hash))).toBe(hash);
  });
  it('reads the token of an invitation and never writes it', () => {
    const address = parseAddress('#undangan=aB3-_x');
    expect(address.view).toEqual({ name: 'undangan', arg: 'aB3-_x' });
    expect(formatAddress(address)).toBe('#undangan');
  });
  it.each(['', '#', '#&&', '#item=Posyandu/1', '#item=posyandu/../../x', '#14/200/500', '#off=<b>', '#1e9/0/0', '#toString', '#riwayat=<b>'])('makes nothing of %s', (hash) =>
    expect(parseAddress(hash)).toEqual({ item: null, view: null, off: [] }),
  );
});
