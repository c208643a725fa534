import { classOf } from './classify';

export interface Bar {
  from: number;
  to: number;
  n: number;
}

/** How the values lie between the least and the greatest, in bars of equal width. */
export function barsOf(values: number[], count = 32): Bar[] {
  if (!values.length) return [];
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (least === most) return [{ from: least, to: most, n: values.length }];
  const width = (most - least) / count;
  const bars = Array.from({ length: count }, (_, i) => ({ from: least + i * width, to: least + (i + 1) * width, n: 0 }));
  for (const value of values) bars[Math.min(count - 1, Math.floor((value - least) / width))]!.n++;
  return bars;
}

/** The colour of the class in which a bar's middle lies; one colour where there are no classes. */
export function barColor({ from, to }: Bar, breaks: number[], colors: string[]): string {
  return colors[breaks.length ? classOf(breaks, (from + to) / 2) : 0]!;
}

const [wide, high] = [256, 40];

/** The histogram of the values in the colours of their classes; the legend beside it says the same in words. */
export function histogram(values: number[], breaks: number[], colors: string[]): SVGElement {
  const bars = barsOf(values);
  const most = Math.max(1, ...bars.map((bar) => bar.n));
  const svg = drawn('svg', { viewBox: `0 0 ${wide} ${high + 1}`, class: 'histogram', 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  const width = wide / Math.max(1, bars.length);
  bars.forEach((bar, i) => {
    const { n } = bar;
    if (!n) return;
    const height = Math.max(1.5, (n / most) * high);
    const fill = barColor(bar, breaks, colors);
    svg.append(drawn('rect', { x: i * width, y: high - height, width: Math.max(0.5, width - 0.5), height, fill, stroke: '#17211f', 'stroke-width': 0.25 }));
  });
  svg.append(drawn('line', { x1: 0, x2: wide, y1: high, y2: high, stroke: '#52605c', 'stroke-width': 1 }));
  return svg;
}

function drawn(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
