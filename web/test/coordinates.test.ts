import { describe, expect, it } from 'vitest';
import { metresBetween, nudged, parseCoordinates } from '../src/coordinates';
import type { BBox } from '../src/api';

const kediri: BBox = [111.95, -7.88, 112.09, -7.77];

function point(text: string, city: BBox | null = kediri): [number, number] {
  const found = parseCoordinates(text, city);
  if (typeof found === 'string') throw new Error(`${text}: ${found}`);
  expect(found.suggestion).toBeUndefined();
  return [Number(found.point[0].toFixed(5)), Number(found.point[1].toFixed(5))];
}

describe('coordinates as people write them', () => {
  const same: [string, string][] = [
    ['decimal point', '-7.81234, 112.01234'],
    ['decimal point, no space', '-7.81234,112.01234'],
    ['decimal comma', '-7,81234 112,01234'],
    ['decimal comma and semicolon', '-7,81234; 112,01234'],
    ['decimal comma and comma', '-7,81234, 112,01234'],
    ['a typographic minus', '−7.81234, 112.01234'],
    ['letters after', '7,81234 LS 112,01234 BT'],
    ['letters before', 'S 7.81234 E 112.01234'],
    ['letters before, longitude first', 'BT 112.01234, LS 7.81234'],
    ['longitude first by its letters', '112.01234° BT; 7.81234° LS'],
    ['words', 'lintang selatan 7.81234 bujur timur 112.01234'],
    ['names of the numbers', 'lat: -7.81234 lng: 112.01234'],
    ['degrees, minutes, seconds', `7°48'44.424" LS, 112°0'44.424" BT`],
    ['typographic quotes and decimal comma', '7°48’44,424” S 112°0’44,424” E'],
    ['degrees and minutes', `7° 48.7404' S, 112° 0.7404' E`],
    ['a geo: URI', 'geo:-7.81234,112.01234;u=12'],
    ['a Google link with its view', 'https://www.google.com/maps/@-7.81234,112.01234,17z'],
    ['a Google link with a pin beside its view', 'https://www.google.com/maps/place/X/@-7.9,112.1,17z/data=!3d-7.81234!4d112.01234'],
    ['a link with q', 'https://maps.google.com/?q=-7.81234,112.01234'],
    ['a link with an encoded comma', 'https://www.google.com/maps/search/?api=1&query=-7.81234%2C112.01234'],
    ['an OpenStreetMap link', 'https://www.openstreetmap.org/?mlat=-7.81234&mlon=112.01234#map=17/0/0'],
    ['an OpenStreetMap view', 'https://www.openstreetmap.org/#map=17/-7.81234/112.01234'],
  ];
  it.each(same)('%s', (_, text) => expect(point(text)).toEqual([112.01234, -7.81234]));

  it('real ones from survey sheets', () => {
    expect(point(`3°20'45" LS, 128°55'30" BT`, null)).toEqual([128.925, -3.34583]);
    expect(point(`4°36'37.44" LS, 119°37'01.20" BT`, null)).toEqual([119.617, -4.6104]);
    // The degree sign became a zero; in the first, the seconds cannot be.
    expect(point(`7048'44.4" lintang selatan dan 112001'58.0" bujur timur`)).toEqual([112.03278, -7.81233]);
    expect(parseCoordinates(`7081'86.5" lintang selatan dan 112001'58.0" bujur timur`, kediri)).toBe('range');
  });

  it('says whether it was typed or a link', () => {
    expect(parseCoordinates('-7.8, 112.0', kediri)).toMatchObject({ takenBy: 'ketik' });
    expect(parseCoordinates('geo:-7.8,112.0', kediri)).toMatchObject({ takenBy: 'tautan' });
  });
});

describe('proposals', () => {
  it('swapped axes', () => {
    expect(parseCoordinates('112.01234, -7.81234', kediri)).toMatchObject({ suggestion: { why: 'swapped', point: [112.01234, -7.81234] } });
  });
  it('a lost minus', () => {
    expect(parseCoordinates('7.81234, 112.01234', kediri)).toMatchObject({ suggestion: { why: 'sign', point: [112.01234, -7.81234] } });
  });
  it('swapped and without its minus', () => {
    expect(parseCoordinates('112.01234, 7.81234', kediri)).toMatchObject({ suggestion: { why: 'swapped', point: [112.01234, -7.81234] } });
  });
  it('nothing when the place is plausible', () => {
    expect(parseCoordinates('-7.9, 112.1', kediri)).not.toHaveProperty('suggestion');
  });
  it('without a city, anywhere in Indonesia is plausible', () => {
    expect(parseCoordinates('5.5, 95.3', null)).not.toHaveProperty('suggestion');
  });
});

describe('what is not coordinates', () => {
  it.each([
    ['', 'none'],
    ['Kelurahan Bandar Lor', 'none'],
    ['-7.81234', 'none'],
    ['1, 2, 3', 'none'],
    ['7.8 LS 7.9 LS', 'none'],
    ['https://maps.app.goo.gl/AbCdEf', 'short_link'],
    ['https://example.org/', 'none'],
    [`7°61'00" LS 112°00'00" BT`, 'range'],
    ['-97.8, 212.0', 'range'],
  ])('%s', (text, why) => expect(parseCoordinates(text, kediri)).toBe(why));
});

it('nudges by metres in every direction', () => {
  const from: [number, number] = [112.01, -7.82];
  for (const [east, north] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
    const to = nudged(from, east, north);
    expect(metresBetween(from, to)).toBeCloseTo(1, 3);
    expect(Math.sign(to[0] - from[0])).toBe(east);
    expect(Math.sign(to[1] - from[1])).toBe(north);
  }
});
