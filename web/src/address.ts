import type { Item } from './api';

/** What the address keeps: where the map looks, what is open, which layers are off. */
export interface Address {
  zoom?: number;
  lat?: number;
  lon?: number;
  item: Item | null;
  /** The list of what needs a second look is open. */
  doubts: boolean;
  off: string[];
}

/** Reads `#14.2/-7.82/112.01&item=posyandu/17&off=rt,kelurahan`; ignores what makes no sense. */
export function parseAddress(hash: string): Address {
  const address: Address = { item: null, doubts: false, off: [] };
  for (const part of hash.replace(/^#/, '').split('&')) {
    const view = /^(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(part);
    const item = /^item=([a-z][a-z0-9_]*)\/(\d{1,16})$/.exec(part);
    const off = /^off=([a-z0-9_,]+)$/.exec(part);
    if (view && Math.abs(Number(view[2])) <= 85 && Math.abs(Number(view[3])) <= 180) {
      Object.assign(address, { zoom: Number(view[1]), lat: Number(view[2]), lon: Number(view[3]) });
    } else if (item) address.item = { collection: item[1]!, id: Number(item[2]) };
    else if (part === 'doubts') address.doubts = true;
    else if (off) address.off = off[1]!.split(',').filter(Boolean);
  }
  return address;
}

export function formatAddress({ zoom, lat, lon, item, doubts, off }: Address): string {
  const parts: string[] = [];
  if (zoom !== undefined && lat !== undefined && lon !== undefined) parts.push(`${round(zoom, 2)}/${round(lat, 5)}/${round(lon, 5)}`);
  if (item) parts.push(`item=${item.collection}/${item.id}`);
  if (doubts) parts.push('doubts');
  if (off.length) parts.push(`off=${off.join(',')}`);
  return '#' + parts.join('&');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
