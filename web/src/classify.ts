/** How a map's classes are made. */
export type Method = 'jenks' | 'quantile' | 'equal' | 'manual';
export const methods: Method[] = ['jenks', 'quantile', 'equal', 'manual'];

/**
 * Classes of values: `breaks` holds the least value and then the greatest of each class, so that class i
 * takes what is above breaks[i] and at most breaks[i + 1], the first also what equals breaks[0]. There are
 * fewer classes than asked for where there are fewer different values. No values make no classes.
 */
export function breaksOf(method: Method, values: number[], count: number, manual: number[] = []): number[] {
  const sorted = Float64Array.from(values).sort();
  if (!sorted.length) return [];
  const inner = method === 'jenks' ? jenks(sorted, count) : method === 'quantile' ? quantiles(sorted, count) : method === 'equal' ? equals(sorted, count) : [...manual].sort((a, b) => a - b);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const between = inner.filter((b, i) => b >= least && b < most && b !== inner[i - 1]);
  return [least, ...between, most];
}

/**
 * Classes of differences, as many below zero as above it and one for what stays the same: the classes of how
 * large they are, on both sides.
 */
export function differenceBreaks(method: Method, values: number[], count: number, manual: number[] = []): number[] {
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  if (!sizes.length) return values.length ? [0, 0] : [];
  const upper = breaksOf(method, sizes, Math.floor(count / 2), manual.map(Math.abs)).slice(1);
  return [...upper.map((b) => -b).reverse(), -almost, 0, ...upper];
}
/** The class of zero takes what is above minus this. */
const almost = 1e-9;

/** Which class takes a value. What lies outside the breaks belongs to the class at that end. */
export function classOf(breaks: number[], value: number): number {
  let from = 0;
  let to = breaks.length - 2;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (value <= breaks[middle + 1]!) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** How many values each class has. */
export function classCounts(breaks: number[], values: number[]): number[] {
  const counts = Array.from({ length: Math.max(0, breaks.length - 1) }, () => 0);
  for (const value of values) counts[classOf(breaks, value)]!++;
  return counts;
}

/** Quantiles as R and NumPy take them unless told otherwise: Hyndman and Fan's type 7 (1996). */
function quantiles(sorted: Float64Array, count: number): number[] {
  return Array.from({ length: count - 1 }, (_, i) => {
    const at = ((sorted.length - 1) * (i + 1)) / count;
    const low = sorted[Math.floor(at)]!;
    return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
  });
}

function equals(sorted: Float64Array, count: number): number[] {
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  return Array.from({ length: count - 1 }, (_, i) => least + ((most - least) * (i + 1)) / count);
}

/**
 * Natural breaks by Fisher's exact method (Fisher 1958, the optimum that Jenks and Caspall 1971 search for): of
 * all divisions into so many classes the one with the least sum of squared deviations from the classes' means.
 * The best start of a last class never moves left as its end moves right, so each class more is found by divide
 * and conquer in O(n log n) instead of O(n²) (as Ckmeans.1d.dp does, Song and Zhong 2020). Equal values stay together.
 */
function jenks(sorted: Float64Array, count: number): number[] {
  const { values, weights } = tallied(sorted);
  const n = values.length;
  const classes = Math.min(count, n);
  const cost = deviations(values, weights);
  let before = Float64Array.from({ length: n }, (_, i) => cost(0, i));
  const starts: Int32Array[] = [];
  for (let k = 1; k < classes; k++) {
    const best = new Float64Array(n).fill(Infinity);
    const start = new Int32Array(n);
    const fill = (from: number, to: number, least: number, most: number): void => {
      if (from > to) return;
      const end = (from + to) >> 1;
      for (let s = Math.max(least, k); s <= Math.min(most, end); s++) {
        const sum = before[s - 1]! + cost(s, end);
        if (sum < best[end]!) [best[end], start[end]] = [sum, s];
      }
      fill(from, end - 1, least, start[end]!);
      fill(end + 1, to, start[end]!, most);
    };
    fill(k, n - 1, k, n - 1);
    before = best;
    starts.push(start);
  }
  const inner: number[] = [];
  for (let k = starts.length - 1, end = n - 1; k >= 0; k--) {
    const s = starts[k]![end]!;
    inner.unshift(values[s - 1]!);
    end = s - 1;
  }
  return inner;
}

/** The different values, and how often each stands there. */
function tallied(sorted: Float64Array): { values: number[]; weights: number[] } {
  const values: number[] = [];
  const weights: number[] = [];
  for (const value of sorted) {
    if (value === values.at(-1)) weights[weights.length - 1]!++;
    else {
      values.push(value);
      weights.push(1);
    }
  }
  return { values, weights };
}

/** The sum of squared deviations from the mean of values i to j, from running sums around the middle value. */
function deviations(values: number[], weights: number[]): (i: number, j: number) => number {
  const middle = values[values.length >> 1]!;
  const n = new Float64Array(values.length + 1);
  const sum = new Float64Array(values.length + 1);
  const squares = new Float64Array(values.length + 1);
  values.forEach((value, i) => {
    const v = value - middle;
    n[i + 1] = n[i]! + weights[i]!;
    sum[i + 1] = sum[i]! + v * weights[i]!;
    squares[i + 1] = squares[i]! + v * v * weights[i]!;
  });
  return (i, j) => {
    const s = sum[j + 1]! - sum[i]!;
    return Math.max(0, squares[j + 1]! - squares[i]! - (s * s) / (n[j + 1]! - n[i]!));
  };
}
