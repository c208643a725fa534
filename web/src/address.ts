import type { Item } from './api';

/** The views of the panel that have an address of their own, by the word that stands there. */
const viewNames = ['akun', 'analisis', 'angka', 'cocokkan', 'doubts', 'impor', 'kemajuan', 'masuk', 'pengguna', 'perubahan', 'rilis', 'riwayat', 'tinjau', 'undangan'] as const;
export type ViewName = (typeof viewNames)[number];

/** A view and what it is about: `riwayat` of `posyandu/17`. */
export interface Shown {
  name: ViewName;
  arg: string;
}

/** What the address keeps: where the map looks, what is open, which layers are off. */
export interface Address {
  zoom?: number;
  lat?: number;
  lon?: number;
  item: Item | null;
  view: Shown | null;
  off: string[];
}

/** Reads `#14.2/-7.82/112.01&item=posyandu/17&off=rt,kelurahan` and `#riwayat=posyandu/17`; ignores what makes no sense. */
export function parseAddress(hash: string): Address {
  const address: Address = { item: null, view: null, off: [] };
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = /^(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(part);
    const item = /^item=([a-z][a-z0-9_]*)\/(\d{1,16})$/.exec(part);
    const off = /^off=([a-z0-9_,]+)$/.exec(part);
    const view = /^([a-z]+)(?:=([\w.:/-]+))?$/.exec(part);
    if (at && Math.abs(Number(at[2])) <= 85 && Math.abs(Number(at[3])) <= 180) {
      Object.assign(address, { zoom: Number(at[1]), lat: Number(at[2]), lon: Number(at[3]) });
    } else if (item) address.item = { collection: item[1]!, id: Number(item[2]) };
    else if (off) address.off = off[1]!.split(',').filter(Boolean);
    else if (viewNames.includes(view?.[1] as ViewName)) address.view = { name: view![1] as ViewName, arg: view![2] ?? '' };
  }
  return address;
}

/** Writes the address. The token of an invitation is read from there, never written. */
export function formatAddress({ zoom, lat, lon, item, view, off }: Address): string {
  const parts: string[] = [];
  if (zoom !== undefined && lat !== undefined && lon !== undefined) parts.push(`${round(zoom, 2)}/${round(lat, 5)}/${round(lon, 5)}`);
  if (item) parts.push(`item=${item.collection}/${item.id}`);
  if (view) parts.push(view.arg && view.name !== 'undangan' ? `${view.name}=${view.arg}` : view.name);
  if (off.length) parts.push(`off=${off.join(',')}`);
  return '#' + parts.join('&');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
