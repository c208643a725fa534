import { h } from './dom';
import { barColor, barsOf, histogram } from './histogram';
import { formatNumber, t } from './i18n';
import { bivariate, hatchColor, hiddenColor } from './palettes';

export interface LegendRow {
  label: string;
  /** A fill; with `hatch`, lines over it; with `radius`, a circle; with `line`, a rim of this colour. */
  color: string;
  hatch?: boolean;
  radius?: number;
  count?: number;
}
/** What the colours say, in a form that is shown, printed and drawn into a picture alike. */
export interface Legend {
  /** What the map shows, of when: the title of a print. */
  title: string;
  subtitle: string;
  unit: string;
  rows: LegendRow[];
  values?: { values: number[]; breaks: number[]; colors: string[] };
  /** The names of two indicators, and how many places each of their nine classes has. */
  pairs?: { first: string; second: string; counts: number[][] };
  /** What has to be told with it: denominator, source, date, threshold, what is missing and hidden. */
  notes: string[];
}

/** The words of a class's range: whole numbers do not overlap, others begin above the one before. */
export function rangeWords(breaks: number[], i: number, whole: boolean, digits: number): string {
  const [from, to] = [breaks[i]!, breaks[i + 1]!];
  const least = whole && i > 0 ? Math.floor(from) + 1 : from;
  const most = whole ? Math.floor(to) : to;
  const say = (value: number): string => formatNumber(value, whole ? 0 : digits);
  if (least >= most) return say(most);
  return `${i > 0 && !whole ? '> ' : ''}${say(least)} – ${say(most)}`;
}

/** The legend as it stands on the page. */
export function legendNode({ unit, rows, values, pairs, notes }: Legend): HTMLElement {
  return h(
    'section.map-legend',
    { 'aria-label': t('analysis_legend') },
    unit && h('p.small.unit', null, unit),
    values && values.values.length > 1 ? (histogram(values.values, values.breaks, values.colors) as unknown as Node) : null,
    pairs && pairsNode(pairs),
    h('ul.classes', null, ...rows.map((row) => h('li', null, swatch(row), h('span.grow', null, row.label), row.count === undefined ? null : h('span.count', null, formatNumber(row.count), h('span.sr', null, ` ${t('analysis_places')}`))))),
    notesNode(notes),
  );
}

export function notesNode(notes: string[]): HTMLElement | null {
  return notes.length ? h('ul.notes.small.quiet', null, ...notes.map((note) => h('li', null, note))) : null;
}

function swatch({ color, hatch, radius }: LegendRow): HTMLElement {
  const element = h(`span.swatch${hatch ? '.hatched' : ''}${radius === undefined ? '' : '.round'}`, { 'aria-hidden': 'true' });
  if (!hatch) element.style.background = color;
  if (radius !== undefined) element.style.width = element.style.height = `${Math.max(3, radius * 2)}px`;
  return element;
}

/** The nine colours of two indicators, each with how many places it has. */
function pairsNode({ first, second, counts }: NonNullable<Legend['pairs']>): HTMLElement {
  const cell = (row: number, column: number): HTMLElement => {
    const element = h('td', { class: row + column > 2 ? 'dark' : null, 'aria-label': t('analysis_pair', { first: t(levels[column]!), second: t(levels[row]!), n: counts[row]![column]! }) }, String(counts[row]![column]!));
    element.style.background = bivariate[row]![column]!;
    return element;
  };
  return h(
    'div.pairs',
    null,
    h('p.small', null, h('span', { 'aria-hidden': 'true' }, '↑ '), second),
    h('table', { 'aria-label': `${first} × ${second}` }, h('tbody', null, ...[2, 1, 0].map((row) => h('tr', null, ...[0, 1, 2].map((column) => cell(row, column)))))),
    h('p.small', null, h('span', { 'aria-hidden': 'true' }, '→ '), first),
  );
}
const levels = ['analysis_low', 'analysis_middle', 'analysis_high'] as const;

/** The legend in a picture, from here down; gives how high it is. */
export function drawLegend(pen: CanvasRenderingContext2D, legend: Legend, x: number, y: number, width: number, size: number): number {
  const line = size * 1.5;
  let at = y;
  const say = (text: string, left: number, bold = false): void => {
    pen.font = `${bold ? 600 : 400} ${size}px 'Patok Sans', sans-serif`;
    pen.fillStyle = '#17211f';
    for (const part of wrapped(pen, text, width - (left - x))) {
      pen.fillText(part, left, at + size);
      at += line;
    }
  };
  if (legend.unit) say(legend.unit, x, true);
  if (legend.values && legend.values.values.length > 1) at += drawHistogram(pen, legend.values, x, at + 4, Math.min(width, 320), size * 3) + size;
  if (legend.pairs) at += drawPairs(pen, legend.pairs, x, at, size);
  for (const row of legend.rows) {
    const [w, high] = row.radius === undefined ? [size * 1.8, size] : [row.radius * 2, row.radius * 2];
    drawSwatch(pen, row, x, at + 2, w, high);
    const tall = Math.max(line, high + 6);
    at += (tall - line) / 2;
    say(row.label + (row.count === undefined ? '' : `  (${formatNumber(row.count)})`), x + Math.max(size * 2.4, w + size / 2));
    at += (tall - line) / 2;
  }
  return at - y;
}

function drawHistogram(pen: CanvasRenderingContext2D, { values, breaks, colors }: NonNullable<Legend['values']>, x: number, y: number, wide: number, high: number): number {
  const bars = barsOf(values);
  const most = Math.max(...bars.map((bar) => bar.n));
  bars.forEach((bar, i) => {
    const tall = (bar.n / most) * high;
    pen.fillStyle = barColor(bar, breaks, colors);
    pen.fillRect(x + (i * wide) / bars.length, y + high - tall, wide / bars.length - 1, tall);
  });
  pen.fillStyle = '#52605c';
  pen.fillRect(x, y + high, wide, 1);
  return high;
}

function drawSwatch(pen: CanvasRenderingContext2D, { color, hatch, radius }: LegendRow, x: number, y: number, w: number, high: number): void {
  pen.fillStyle = hatch ? hiddenColor : color;
  pen.strokeStyle = '#17211f';
  pen.lineWidth = 1;
  pen.beginPath();
  if (radius !== undefined) pen.arc(x + radius, y + radius, radius, 0, 2 * Math.PI);
  else pen.rect(x, y, w, high);
  pen.fill();
  pen.stroke();
  if (!hatch) return;
  pen.save();
  pen.clip();
  pen.strokeStyle = hatchColor;
  for (let shift = -high; shift < w; shift += 6) {
    pen.beginPath();
    pen.moveTo(x + shift, y + high);
    pen.lineTo(x + shift + high, y);
    pen.stroke();
  }
  pen.restore();
}

function drawPairs(pen: CanvasRenderingContext2D, { first, second, counts }: NonNullable<Legend['pairs']>, x: number, y: number, size: number): number {
  const side = size * 2.6;
  pen.fillStyle = '#17211f';
  pen.fillText(`↑ ${second}`, x, y + size);
  const top = y + size * 1.6;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const [left, down] = [x + column * side, top + (2 - row) * side];
      pen.fillStyle = bivariate[row]![column]!;
      pen.fillRect(left, down, side, side);
      pen.fillStyle = row + column > 2 ? '#fff' : '#17211f';
      pen.fillText(String(counts[row]![column]!), left + size * 0.6, down + side / 2 + size * 0.35);
    }
  }
  pen.fillStyle = '#17211f';
  pen.fillText(`→ ${first}`, x, top + 3 * side + size * 1.3);
  return size * 1.6 + 3 * side + size * 2;
}

/** A text in lines of at most this width. */
export function wrapped(pen: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && pen.measureText(`${last} ${word}`).width <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
