import type { Indicator, Level } from './registry';

/**
 * What is told of an indicator in a place. Nobody has told anything where there is no
 * figure at all; null was told to be unknown; zero is a number as any other.
 */
export interface Figure {
  number: number | null;
  denominator?: number | null;
  denominator_source?: string;
  /** Why it differs from its parts. */
  note?: string;
}
export interface Value extends Figure {
  place: string;
  indicator: string;
}
/** Figures by keyOf(place, indicator). */
export type Figures = ReadonlyMap<string, Figure>;

export const keyOf = (place: string, indicator: string): string => `${place}/${indicator}`;
export function cellOf(key: string): { place: string; indicator: string } {
  const [place = '', indicator = ''] = key.split('/');
  return { place, indicator };
}

export function figuresOf(values: Value[]): Map<string, Figure> {
  return new Map(values.map(({ place, indicator, ...figure }) => [keyOf(place, indicator), figure]));
}

/** Whether two figures say the same; undefined is nothing told. */
export function same(a: Figure | undefined, b: Figure | undefined): boolean {
  if (!a || !b) return a === b;
  return a.number === b.number && (a.note ?? '') === (b.note ?? '') && (a.denominator ?? null) === (b.denominator ?? null) && (a.denominator_source ?? '') === (b.denominator_source ?? '');
}

/** The level of a place: an area's code, with RW and RT behind hyphens. */
export function levelOf(place: string): Level {
  const hyphens = place.split('-').length - 1;
  if (hyphens) return hyphens === 1 ? 'rw' : 'rt';
  return ({ 2: 'provinsi', 5: 'kabupaten', 8: 'kecamatan' } as Record<number, Level>)[place.length] ?? 'kelurahan';
}

/** The place of an RT or an RW in an area: ('35.71.01.1001', '3', '5') is 35.71.01.1001-003-005; '' for what is no number. */
export function placeWithin(area: string, rw: string, rt = ''): string {
  const part = (text: string): string => (/^\d{1,3}$/.test(text.trim()) ? text.trim().padStart(3, '0') : '');
  if (!part(rw) || (rt.trim() && !part(rt))) return '';
  return [area, part(rw), part(rt)].filter(Boolean).join('-');
}

/** "RW 003 RT 005", "RW 003", '' for an area. */
export function placeWords(place: string): string {
  const [, rw, rt] = place.split('-');
  return [rw && `RW ${rw}`, rt && `RT ${rt}`].filter(Boolean).join(' ');
}

export type WrongFigure = 'number' | 'whole' | 'negative' | 'percent';
/** What was typed: a number, "?" for not known, nothing, or something wrong. */
export type Typed = { kind: 'untold' } | { kind: 'unknown' } | { kind: 'told'; number: number } | { kind: 'wrong'; why: WrongFigure };

/**
 * Reads what somebody typed or pasted. Points and commas are told apart by `decimal`, the
 * mark of the page's language: 1.234 is a thousand in Indonesian; where what follows the
 * mark is no group of three, it is a decimal part whatever the language.
 */
export function readFigure(text: string, indicator: Pick<Indicator, 'kind'>, decimal: ',' | '.'): Typed {
  const typed = text.replace(/[\s\u00a0\u202f]/g, '');
  if (typed === '' || /^[-–—]$/.test(typed)) return { kind: 'untold' };
  if (/^(\?|td|tt|tidakdiketahui|unknown|n\/?a)$/i.test(typed)) return { kind: 'unknown' };
  const number = readNumber(typed.replace(/%$/, ''), indicator.kind === 'count', decimal);
  if (number === null) return { kind: 'wrong', why: 'number' };
  if (number < 0 && indicator.kind !== 'index') return { kind: 'wrong', why: 'negative' };
  if (indicator.kind === 'count' && !Number.isInteger(number)) return { kind: 'wrong', why: 'whole' };
  if ((indicator.kind === 'share' || indicator.kind === 'rate') && number > 100) return { kind: 'wrong', why: 'percent' };
  return { kind: 'told', number };
}

function readNumber(text: string, whole: boolean, decimal: ',' | '.'): number | null {
  if (!/^-?\d[\d.,]*$/.test(text)) return null;
  const thousands = decimal === ',' ? '.' : ',';
  const grouped = (mark: string): RegExp => new RegExp(`^-?\\d{1,3}(\\${mark}\\d{3})+$`);
  let plain = text;
  if (whole && (grouped('.').test(text) || grouped(',').test(text))) plain = text.replace(/[.,]/g, '');
  else if (text.includes('.') && text.includes(',')) {
    const last = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
    plain = text.replaceAll(last === '.' ? ',' : '.', '').replace(last, '.');
  } else if (grouped(thousands).test(text)) plain = text.replaceAll(thousands, '');
  else plain = text.replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) && Math.abs(Number(plain)) < 1e15 ? Number(plain) : null;
}

/** What stands in an input: nothing, "?", or the number without thousands' marks. */
export function figureText(figure: Figure | undefined, decimal: ',' | '.'): string {
  if (!figure) return '';
  return figure.number === null ? '?' : String(figure.number).replace('.', decimal);
}

/** A block of cells as spreadsheets copy it: lines and tabs. */
export function readBlock(text: string): string[][] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t').map((cell) => cell.replace(/^"(.*)"$/, '$1')));
}

/** An indicator as it stands in the form: parts one deeper than their sum. */
export interface Line {
  indicator: Indicator;
  depth: number;
}
export interface Group {
  dimension: string;
  lines: Line[];
}

/** The indicators by what belongs together, in the registry's order, parts below their sum. */
export function groupsOf(indicators: Indicator[]): Group[] {
  const byCode = new Map(indicators.map((indicator) => [indicator.code, indicator]));
  const inner = new Set(indicators.flatMap((indicator) => indicator.parts ?? []));
  const groups = new Map<string, Group>();
  const placed = new Set<string>();
  const add = (group: Group, indicator: Indicator, depth: number): void => {
    if (placed.has(indicator.code)) return;
    placed.add(indicator.code);
    group.lines.push({ indicator, depth });
    for (const part of indicator.parts ?? []) if (byCode.has(part)) add(group, byCode.get(part)!, depth + 1);
  };
  for (const indicator of indicators) {
    if (inner.has(indicator.code)) continue;
    const group = groups.get(indicator.dimension) ?? { dimension: indicator.dimension, lines: [] };
    groups.set(indicator.dimension, group);
    add(group, indicator, 0);
  }
  return [...groups.values()];
}
