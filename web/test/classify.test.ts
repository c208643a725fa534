import { describe, expect, it } from 'vitest';
import { breaksOf, classCounts, classOf, differenceBreaks } from '../src/classify';
import { barsOf } from '../src/histogram';

/** The sum of squared deviations of all classes, by their definition. */
function spread(values: number[], breaks: number[]): number {
  const classes: number[][] = breaks.slice(1).map(() => []);
  for (const value of values) classes[classOf(breaks, value)]!.push(value);
  return classes.reduce((all, own) => {
    const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
    return all + own.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  }, 0);
}

/** Every division of sorted different values into so many classes. */
function* divisions(values: number[], count: number, from = 0): Generator<number[]> {
  if (count === 1) return yield [values.at(-1)!];
  for (let end = from; end <= values.length - count; end++) for (const rest of divisions(values, count - 1, end + 1)) yield [values[end]!, ...rest];
}

/** Numbers that are the same in every run. */
function numbers(n: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: n }, () => (state = (state * 48271) % 2147483647) / 2147483647);
}

describe('natural breaks', () => {
  it('are those of the example in the documentation of jenkspy', () =>
    expect(breaksOf('jenks', [1.3, 7.1, 7.3, 2.3, 3.9, 4.1, 7.8, 1.2, 4.3, 7.3, 5.0, 4.3], 3)).toEqual([1.2, 2.3, 5.0, 7.8]));
  it('divide as the example of ckmeans in simple-statistics', () => {
    const breaks = breaksOf('jenks', [-1, 2, -1, 2, 4, 5, 6, -1, 2, -1], 3);
    expect(breaks).toEqual([-1, -1, 2, 6]);
    expect(classCounts(breaks, [-1, 2, -1, 2, 4, 5, 6, -1, 2, -1])).toEqual([4, 3, 3]);
  });
  it('divide as the examples of jenks in simple-statistics, whose breaks are the least value of each class', () => {
    const starts = (values: number[], count: number): number[] => {
      const breaks = breaksOf('jenks', values, count);
      return breaks.slice(1).map((_, i) => Math.min(...values.filter((v) => classOf(breaks, v) === i)));
    };
    expect(starts([1, 2, 4, 5, 7, 9, 10, 20], 3)).toEqual([1, 7, 20]);
    expect(starts([2, 32, 33, 34, 100], 3)).toEqual([2, 32, 100]);
  });
  it('are the best of all divisions', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const values = numbers(11, seed).map((v) => Math.round(v * 40));
      const different = [...new Set(values)].sort((a, b) => a - b);
      for (const count of [2, 3, 4, 5]) {
        const best = Math.min(...[...divisions(different, Math.min(count, different.length))].map((ends) => spread(values, [different[0]!, ...ends])));
        expect(spread(values, breaksOf('jenks', values, count)), `seed ${seed}, ${count} classes`).toBeCloseTo(best, 8);
      }
    }
  });
  it('of a whole province take at most 100 ms', () => {
    const values = numbers(8563).map((v) => v * v * 1000);
    breaksOf('jenks', values, 7);
    const from = performance.now();
    expect(breaksOf('jenks', values, 7)).toHaveLength(8);
    expect(performance.now() - from).toBeLessThan(100);
  });
});

describe('the other methods', () => {
  it('quantiles are of type 7: as quantile() in R and numpy.quantile', () => {
    expect(breaksOf('quantile', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 4)).toEqual([1, 3.25, 5.5, 7.75, 10]);
    expect(breaksOf('quantile', [1, 2, 3, 4, 10], 4)).toEqual([1, 2, 3, 4, 10]);
  });
  it('quantiles of values that are often equal make fewer classes', () => expect(breaksOf('quantile', [0, 0, 0, 0, 0, 0, 1, 9], 4)).toEqual([0, 0, 0.25, 9]));
  it('equal classes are equally wide', () => expect(breaksOf('equal', [10, 3, 0, 2], 5)).toEqual([0, 2, 4, 6, 8, 10]));
  it('manual classes are those that somebody typed, within the values', () => expect(breaksOf('manual', [1, 50, 7, 22], 3, [30, 10, 90, -4])).toEqual([1, 10, 30, 50]));
});

describe('every method', () => {
  const all = ['jenks', 'quantile', 'equal', 'manual'] as const;
  it.each(all)('%s has no classes without values and one where all are equal', (method) => {
    expect(breaksOf(method, [], 5)).toEqual([]);
    expect(breaksOf(method, [4, 4, 4], 5, [1, 9])).toEqual([4, 4]);
    expect(classCounts([4, 4], [4, 4, 4])).toEqual([3]);
  });
  it.each(all)('%s puts each value into one class, in order', (method) => {
    const values = numbers(500, 7).map((v) => Math.round(v * 200 - 100));
    const breaks = breaksOf(method, values, 6, [-50, 0, 50]);
    expect(breaks).toEqual([...breaks].sort((a, b) => a - b));
    expect(classCounts(breaks, values).reduce((a, b) => a + b)).toBe(500);
    for (const value of values) {
      const i = classOf(breaks, value);
      expect(value <= breaks[i + 1]! && (i === 0 || value > breaks[i]!)).toBe(true);
    }
  });
});

describe('differences', () => {
  it('have the same classes on both sides of zero', () => {
    const values = [-9, -4, 0, 0, 2, 12];
    const breaks = differenceBreaks('equal', values, 5);
    expect(breaks.map((b) => Math.round(b * 100) / 100)).toEqual([-12, -7, -0, 0, 7, 12]);
    expect(classCounts(breaks, values)).toEqual([1, 1, 2, 1, 1]);
  });
  it('are one class where nothing changed', () => {
    expect(differenceBreaks('jenks', [0, 0], 5)).toEqual([0, 0]);
    expect(differenceBreaks('jenks', [], 5)).toEqual([]);
  });
});

describe('the histogram', () => {
  it('counts each value once, the greatest in the last bar', () => {
    const bars = barsOf([0, 1, 2, 3, 4, 10], 5);
    expect(bars.map((bar) => bar.n)).toEqual([2, 2, 1, 0, 1]);
    expect(bars.at(-1)!.to).toBe(10);
  });
  it('is one bar where all are equal and none without values', () => {
    expect(barsOf([3, 3])).toEqual([{ from: 3, to: 3, n: 2 }]);
    expect(barsOf([])).toEqual([]);
  });
});
