import { zone } from './i18n';

const offsets: Record<string, string> = { 'Asia/Jakarta': '+07:00', 'Asia/Pontianak': '+07:00', 'Asia/Makassar': '+08:00', 'Asia/Jayapura': '+09:00' };

/** When a day begins where the page's times are: 2026-12-31 is 2026-12-30T17:00:00Z in WIB. null for no day. */
export function dayStart(day: unknown): string | null {
  return day ? new Date(`${String(day)}T00:00:00${offsets[zone] ?? '+07:00'}`).toISOString() : null;
}

/** When a day is over: what holds until the 31st holds on the 31st. */
export function dayEnd(day: unknown): string | null {
  return day ? new Date(Date.parse(dayStart(day)!) + 86_400_000).toISOString() : null;
}

/** The last day on which something holds that ends then. */
export function lastDay(end: string): string {
  return new Date(Date.parse(end) - 1000).toISOString();
}
