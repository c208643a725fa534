import { describe, expect, it } from 'vitest';
import { bivariate, colorsOf, diverging, paletteOf, radiusOf, sequential } from '../src/palettes';

/** How light a colour looks: relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

describe('palettes', () => {
  it.each([...sequential, ...diverging])('%s has a colour for each of 1 to 7 classes', (name) => {
    for (let count = 1; count <= 7; count++) {
      const colors = colorsOf(name, count);
      expect(new Set(colors).size).toBe(count);
      for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
    }
  });
  it.each(sequential)('%s goes from light to dark, so that it is read without colours too', (name) => {
    for (const count of [3, 4, 5, 6, 7]) {
      const light = colorsOf(name, count).map(luminance);
      expect(light).toEqual([...light].sort((a, b) => b - a));
    }
  });
  it.each(diverging)('%s is lightest in the middle', (name) => {
    const light = colorsOf(name, 7).map(luminance);
    expect(Math.max(...light)).toBe(light[3]);
  });
  it('are warm where more is worse, and differences show which way', () => {
    expect(paletteOf({ direction: 'worse' }, false)).toBe('YlOrRd');
    expect(paletteOf({ direction: 'better' }, false)).toBe('YlGnBu');
    expect(paletteOf({ direction: 'neutral' }, false)).toBe('Blues');
    expect(paletteOf({ direction: 'worse' }, true)).toBe('PuOr');
    expect(paletteOf({ direction: 'better' }, true)).toBe('RdBu');
  });
  it('of two indicators grow darker along both', () => {
    for (let i = 0; i < 3; i++) {
      for (const line of [bivariate[i]!, bivariate.map((row) => row[i]!)]) {
        const light = line.map(luminance);
        expect(light).toEqual([...light].sort((a, b) => b - a));
      }
    }
  });
});

describe('proportional circles', () => {
  it('tell the value by their area', () => {
    expect(radiusOf(100, 100, 30)).toBe(30);
    expect(radiusOf(25, 100, 30)).toBe(15);
    expect(radiusOf(50, 100, 30) ** 2 * 2).toBeCloseTo(30 ** 2);
  });
  it('are not drawn for nothing', () => {
    expect(radiusOf(0, 100, 30)).toBe(0);
    expect(radiusOf(-3, 100, 30)).toBe(0);
    expect(radiusOf(0, 0, 30)).toBe(0);
  });
});
