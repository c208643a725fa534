import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/address';

describe('the address', () => {
  it('keeps view, open item and layers', () => {
    const address = { zoom: 14.25, lat: -7.82, lon: 112.01, item: { collection: 'pos_kamling', id: 17 }, off: ['rt', 'kelurahan'] };
    expect(formatAddress(address)).toBe('#14.25/-7.82/112.01&item=pos_kamling/17&off=rt,kelurahan');
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });
  it.each(['', '#', '#&&', '#item=Posyandu/1', '#item=posyandu/../../x', '#14/200/500', '#off=<b>', '#1e9/0/0'])('makes nothing of %s', (hash) =>
    expect(parseAddress(hash)).toEqual({ item: null, off: [] }),
  );
});
