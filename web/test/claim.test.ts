import { describe, expect, it } from 'vitest';
import type { LonLat } from '../src/api';
import { metresTo } from '../src/distance';

// A square of about 1,100 m with a hole of about 110 m in its middle, near the equator.
const ring = (west: number, south: number, size: number): LonLat[] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];
const square = { properties: {}, geometry: { type: 'Polygon' as const, coordinates: [ring(0, 0, 0.01), ring(0.0045, 0.0045, 0.001)] } };
const many = { properties: {}, geometry: { type: 'MultiPolygon' as const, coordinates: [[ring(1, 1, 0.01)], square.geometry.coordinates] } };

describe.each([
  ['a polygon', square],
  ['a multipolygon', many],
])('metres to %s', (_, shape) => {
  it('is 0 inside', () => expect(metresTo(shape, [0.001, 0.002])).toBe(0));
  it('is the way to the nearest side', () => expect(metresTo(shape, [0.005, -0.001])).toBeCloseTo(111.195, 1));
  it('is the way to the corner', () => expect(metresTo(shape, [-0.003, -0.004])).toBeCloseTo(555.975, 1));
  it('counts a hole as outside', () => expect(metresTo(shape, [0.005, 0.005])).toBeCloseTo(55.6, 0));
});

it('an area without a boundary is nowhere near', () => expect(metresTo({ properties: {}, geometry: null }, [0, 0])).toBe(Infinity));
