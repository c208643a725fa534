import { type Figure, type Figures, keyOf, levelOf } from './batch-figures';
import type { Indicator } from './registry';

/** Where what was told is another number than what it is made of. */
export interface Difference {
  place: string;
  indicator: string;
  told: number;
  sum: number;
  of: 'children' | 'parts' | 'points';
  note: string;
  explained: boolean;
}

/** What several figures come to. */
export interface Sum {
  sum: number;
  /** How many are numbers, of how many that there could be. */
  told: number;
  all: number;
  /** Whether some that belong to it are not known, so that more is no difference. */
  open: boolean;
}

/** The sum of an indicator's parts in a place, where one of them is told. */
export function partsSum(figures: Figures, place: string, indicator: Indicator): Sum | null {
  const parts = (indicator.parts ?? []).map((code) => figures.get(keyOf(place, code)));
  return summed(parts, parts.some((figure) => typeof figure?.number !== 'number'));
}

/**
 * The sum of an additive indicator over what lies below a place, where something of it is told.
 * An RT whose RW has a figure of its own is counted by that.
 */
export function childrenSum(figures: Figures, places: readonly string[], place: string, indicator: Indicator): Sum | null {
  if (!indicator.additive || levelOf(place) === 'rt') return null;
  const below = places.filter((p) => p.startsWith(`${place}-`) || p.startsWith(`${place}.`));
  const covered = (p: string): boolean => {
    const above = p.slice(0, p.lastIndexOf('-'));
    return above !== place && figures.has(keyOf(above, indicator.code));
  };
  const counted = below.filter((p) => !covered(p) && (levelOf(p) !== 'rw' || figures.has(keyOf(p, indicator.code))));
  const told = counted.map((p) => figures.get(keyOf(p, indicator.code)));
  return summed(told, told.some((figure) => figure?.number === null));
}

function summed(figures: (Figure | undefined)[], open: boolean): Sum | null {
  const numbers = figures.map((figure) => figure?.number).filter((n) => typeof n === 'number');
  if (!numbers.length) return null;
  const sum = numbers.reduce((all, n) => all + n, 0);
  return { sum: Math.round(sum * 1e6) / 1e6, told: numbers.length, all: figures.length, open };
}

/**
 * Where a told number differs from the sum of its parts, or of the places below. Where some of
 * these are not known, only a sum that is already too large is a difference. The server counts alike.
 */
export function differencesIn(figures: Figures, places: readonly string[], indicators: Indicator[]): Difference[] {
  return places.flatMap((place) =>
    indicators.flatMap((indicator) => {
      const figure = figures.get(keyOf(place, indicator.code));
      if (typeof figure?.number !== 'number') return [];
      const parts = differing(place, indicator.code, figure, 'parts', partsSum(figures, place, indicator));
      const children = differing(place, indicator.code, figure, 'children', childrenSum(figures, places, place, indicator));
      return [parts, children].filter((difference) => difference !== null);
    }),
  );
}

function differing(place: string, indicator: string, { number, note = '' }: Figure, of: Difference['of'], sum: Sum | null): Difference | null {
  if (!sum || (sum.open ? sum.sum <= number! : sum.sum === number)) return null;
  return { place, indicator, told: number!, sum: sum.sum, of, note, explained: note.trim() !== '' };
}
