import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/address';

describe('the address', () => {
  it('keeps view, open item and layers', () => {
    const address = { zoom: 14.25, lat: -7.82, lon: 112.01, item: { collection: 'pos_kamling', id: 17 }, doubts: false, off: ['rt', 'kelurahan'] };
    expect(formatAddress(address)).toBe('#14.25/-7.82/112.01&item=pos_kamling/17&off=rt,kelurahan');
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });
  it('keeps that the list of doubts is open', () => {
    expect(parseAddress('#12/-7.8/112&doubts')).toEqual({ zoom: 12, lat: -7.8, lon: 112, item: null, doubts: true, off: [] });
    expect(formatAddress(parseAddress('#12/-7.8/112&doubts'))).toBe('#12/-7.8/112&doubts');
  });
  it.each(['', '#', '#&&', '#item=Posyandu/1', '#item=posyandu/../../x', '#14/200/500', '#off=<b>', '#1e9/0/0'])('makes nothing of %s', (hash) =>
    expect(parseAddress(hash)).toEqual({ item: null, doubts: false, off: [] }),
  );
});
