import type { Indicator } from './registry';

/**
 * Colours of classes, from ColorBrewer 2.0 (Cynthia Brewer, Mark Harrower and The Pennsylvania State University,
 * Apache 2.0), all of them marked there as safe for colour-blind eyes; by name and number of classes.
 */
const brewer: Record<string, Record<number, string>> = {
  YlOrRd: {
    3: 'ffeda0feb24cf03b20',
    4: 'ffffb2fecc5cfd8d3ce31a1c',
    5: 'ffffb2fecc5cfd8d3cf03b20bd0026',
    6: 'ffffb2fed976feb24cfd8d3cf03b20bd0026',
    7: 'ffffb2fed976feb24cfd8d3cfc4e2ae31a1cb10026',
  },
  Blues: {
    3: 'deebf79ecae13182bd',
    4: 'eff3ffbdd7e76baed62171b5',
    5: 'eff3ffbdd7e76baed63182bd08519c',
    6: 'eff3ffc6dbef9ecae16baed63182bd08519c',
    7: 'eff3ffc6dbef9ecae16baed64292c62171b5084594',
  },
  YlGnBu: {
    3: 'edf8b17fcdbb2c7fb8',
    4: 'ffffcca1dab441b6c4225ea8',
    5: 'ffffcca1dab441b6c42c7fb8253494',
    6: 'ffffccc7e9b47fcdbb41b6c42c7fb8253494',
    7: 'ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84',
  },
  Purples: {
    3: 'efedf5bcbddc756bb1',
    4: 'f2f0f7cbc9e29e9ac86a51a3',
    5: 'f2f0f7cbc9e29e9ac8756bb154278f',
    6: 'f2f0f7dadaebbcbddc9e9ac8756bb154278f',
    7: 'f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486',
  },
  PuOr: {
    3: '998ec3f7f7f7f1a340',
    4: '5e3c99b2abd2fdb863e66101',
    5: '5e3c99b2abd2f7f7f7fdb863e66101',
    6: '542788998ec3d8daebfee0b6f1a340b35806',
    7: '542788998ec3d8daebf7f7f7fee0b6f1a340b35806',
  },
  RdBu: {
    3: 'ef8a62f7f7f767a9cf',
    4: 'ca0020f4a58292c5de0571b0',
    5: 'ca0020f4a582f7f7f792c5de0571b0',
    6: 'b2182bef8a62fddbc7d1e5f067a9cf2166ac',
    7: 'b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac',
  },
};

export const sequential = ['YlOrRd', 'Blues', 'YlGnBu', 'Purples'];
export const diverging = ['PuOr', 'RdBu'];

/** The colours of so many classes, from the least to the greatest. */
export function colorsOf(palette: string, count: number): string[] {
  const run = brewer[palette] ?? brewer.Blues!;
  const colors = run[Math.min(7, Math.max(3, count))]!.match(/.{6}/g)!.map((hex) => `#${hex}`);
  return count >= 3 ? colors : count === 2 ? [colors[0]!, colors[2]!] : colors.slice(1, 1 + count);
}

/** The palette that an indicator has unless somebody chooses another: warm where more is worse. */
export function paletteOf(indicator: Pick<Indicator, 'direction'>, difference: boolean): string {
  if (difference) return indicator.direction === 'better' ? 'RdBu' : 'PuOr';
  return { worse: 'YlOrRd', better: 'YlGnBu', neutral: 'Blues' }[indicator.direction];
}

/**
 * Two indicators at once, by Joshua Stevens ("Bivariate Choropleth Maps", 2015): at [row][column] the row is
 * the class of the second, the column that of the first.
 */
export const bivariate = [
  ['#e8e8e8', '#ace4e4', '#5ac8c8'],
  ['#dfb0d6', '#a5add3', '#5698b9'],
  ['#be64ac', '#8c62aa', '#3b4994'],
];

/** What is not known and what may not be told are drawn apart from every class. */
export const missingColor = '#d5d5d0';
export const hiddenColor = '#ffffff';
/** Lines of the hatching over what may not be told. */
export const hatchColor = '#6b6f6d';

/** The radius in pixels of a circle whose area tells the value; the greatest has the greatest radius. */
export function radiusOf(value: number, most: number, radius: number): number {
  return most > 0 && value > 0 ? radius * Math.sqrt(value / most) : 0;
}
