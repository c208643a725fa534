import { id as shell } from './words';
import type { id as analysisWords } from './words-analysis';
import type { id as batchWords } from './words-batches';
import type { id as detailWords } from './words-details';
import type { id as importWords } from './words-import';
import type { id as liveWords } from './words-live';
import type { id as mapWords } from './words-map';
import type { id as progressWords } from './words-progress';
import type { id as releaseWords } from './words-releases';
import type { id as reviewWords } from './words-review';
import type { id as peopleWords } from './words-people';
import type { id as searchWords } from './words-search';
import type { id as workWords } from './words-work';

export type Lang = 'id' | 'en';
export type Word = keyof typeof shell | keyof typeof analysisWords | keyof typeof batchWords | keyof typeof detailWords | keyof typeof importWords | keyof typeof liveWords | keyof typeof mapWords | keyof typeof peopleWords | keyof typeof progressWords | keyof typeof releaseWords | keyof typeof reviewWords | keyof typeof searchWords | keyof typeof workWords;
/** A text that the server gives in both languages. */
export interface Text {
  id: string;
  en: string;
}

/** Reads the language: ?lang= first, then what was chosen before, then Indonesian. */
function chosenLang(): Lang {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === 'id' || asked === 'en') {
    remember(asked);
    return asked;
  }
  try {
    return localStorage.getItem('patok.lang') === 'en' ? 'en' : 'id';
  } catch {
    return 'id';
  }
}

function remember(chosen: Lang): void {
  try {
    localStorage.setItem('patok.lang', chosen);
  } catch {
    /* private mode: the choice lasts for this page */
  }
}

export const lang: Lang = chosenLang();
const words: Record<string, string> = lang === 'en' ? { ...(await import('./words-en')).en } : { ...shell };

/** Makes further words known; called once by each part that is loaded later. */
export function addWords(more: { id: Record<string, string>; en: Record<string, string> }): void {
  Object.assign(words, more[lang]);
}

/** The words of this key in the page's language, with {names} filled in. */
export function t(key: Word, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The words for a value that data carries, or the value itself when we have none. */
export function tValue(prefix: string, value: unknown): string {
  return words[`${prefix}_${String(value)}`] ?? String(value ?? '');
}

/** The page's language of a text that the server gives in both. */
export function tText(text: Text | undefined): string {
  return text?.[lang] || text?.id || '';
}

/** Changes the language and opens the page again in it, at the same place. */
export function switchLang(): void {
  remember(lang === 'id' ? 'en' : 'id');
  const url = new URL(location.href);
  url.searchParams.delete('lang');
  history.replaceState(history.state, '', url);
  location.reload();
}

export const locale = lang === 'id' ? 'id-ID' : 'en-GB';

/** 1.234,5 in Indonesian, 1,234.5 in English. */
export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

const zones: Record<string, string> = { 'Asia/Jakarta': 'WIB', 'Asia/Pontianak': 'WIB', 'Asia/Makassar': 'WITA', 'Asia/Jayapura': 'WIT' };
/** The time zone of the times that are shown. */
export let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (!zones[zone]) zone = 'Asia/Jakarta';

/** Outside Indonesia, times are those of the city on the map: its longitude gives the zone. */
export function zoneOf(lon: number): void {
  if (zones[Intl.DateTimeFormat().resolvedOptions().timeZone]) return;
  zone = lon > 128 ? 'Asia/Jayapura' : lon > 114.6 ? 'Asia/Makassar' : 'Asia/Jakarta';
}

/** 22 Nov 2026 */
export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }).format(new Date(iso));
}

/** 22 Nov 2026 10.21 WIB */
export function formatTime(iso: string): string {
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone }).format(new Date(iso));
  return `${formatDate(iso)} ${clock} ${zones[zone]}`;
}

/** −7,81234; 112,01234 with the hemisphere named as people write it. */
export function formatPoint([lon, lat]: [number, number]): string {
  const part = (value: number) => new Intl.NumberFormat(locale, { minimumFractionDigits: 5, maximumFractionDigits: 5 }).format(Math.abs(value));
  return `${part(lat)}° ${t(lat < 0 ? 'south' : 'north')}, ${part(lon)}° ${t(lon < 0 ? 'west' : 'east')}`;
}
