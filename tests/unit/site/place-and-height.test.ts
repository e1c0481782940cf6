import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { parseHeight } from '../../../src/site/height.ts';
import { assertSite, looksLikePlace, parsePlace } from '../../../src/site/place.ts';
import { UserError } from '../../../src/site/user-error.ts';

const lowerManhattan = { lat: 40.7127778, lng: -74.0061111 };

describe('parsePlace', () => {
  test.each([
    '40.7127778, -74.0061111',
    '40.7127778 -74.0061111',
    '40.7127778,-74.0061111',
    '(40.7127778; -74.0061111)',
    '40,7127778; -74,0061111',
    '40.7127778N 74.0061111W',
    'N40.7127778, W74.0061111',
    '74.0061111° W, 40.7127778° N',
    '40°42′46″N 74°0′22″W',
    `40° 42' 46" N, 74° 00' 22" W`,
    `40°42'46"n 74°0'22"w`,
    '40 42 46 N 74 0 22 W',
    '40:42:46, -74:00:22',
    '40°42.76667′N 74°0.36667′W',
    'lat 40.7127778, lng -74.0061111',
    'Latitude: 40.7127778 Longitude: -74.0061111',
    'geo:40.7127778,-74.0061111',
    '40.7127778, 285.9938889',
    '  40.7127778 ,  −74.0061111 ',
  ])('%s', (text) => {
    const { lat, lng } = parsePlace(text);
    expect(lat).toBeCloseTo(lowerManhattan.lat, 5);
    expect(lng).toBeCloseTo(lowerManhattan.lng, 5);
  });

  test.each([
    ['', /Cannot read "" as a place/],
    ['12 Main Street', /Cannot read/],
    ['40.7', /Cannot read/],
    ['1, 2, 3', /Cannot read/],
    ['NaN, 4', /Cannot read/],
    ['1e2, 4', /Cannot read/],
    ['40°61′N 74°W', /Cannot read/],
    ['40.5°30′N 74°W', /Cannot read/],
    ['-40 N, 74 W', /Cannot read/],
    ['40 N 41 N', /two latitudes/],
    [`40" 42°N 74 W`, /Cannot read/],
    ["40'N 74'W", /Cannot read/],
    ['1 2 3 4N 5W', /Cannot read/],
    ['40 W 41 E', /two longitudes/],
    ['-74.006, 400', /Longitude 400 is not on Earth/],
    ['-118.2, 34.05', /did you mean 34.05, -118.2\?/],
    ['91, 120', /Latitude 91 is not on Earth/],
    ['86, 10', /too near a pole/],
    ['-90, 0', /too near a pole/],
    [`${'1'.repeat(9000)} 1 1 1x, 4`, /too long to be a place/],
  ])('refuses %s in words', (text, words) => {
    expect(() => parsePlace(text)).toThrow(UserError);
    expect(() => parsePlace(text)).toThrow(words);
  });

  test('reads back whatever is printed', () => {
    const angle = (max: number) =>
      fc.double({ min: -max, max, noNaN: true }).map((d) => +d.toFixed(7));
    fc.assert(
      fc.property(angle(85), angle(179.9999999), (lat, lng) => {
        const place = parsePlace(`${lat.toFixed(7)}, ${lng.toFixed(7)}`);
        expect(place.lat).toBeCloseTo(lat, 9);
        expect(place.lng).toBeCloseTo(lng, 9);
      }),
    );
  });

  test('never throws anything but a UserError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          parsePlace(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

test('looksLikePlace tells coordinates, even wrong ones, from addresses', () => {
  for (const text of ['40, -74', '95, 10', '40°42′N 74°W', 'lat 40 lng 7']) {
    expect(looksLikePlace(text), text).toBe(true);
  }
  for (const text of ['12 Main Street', 'Berlin', '', '10 Downing St']) {
    expect(looksLikePlace(text), text).toBe(false);
  }
});

describe('assertSite', () => {
  test.each([
    [180, -180],
    [-180, -180],
    [190.5, -169.5],
    [-540, -180],
    [720.25, 0.25],
  ])('longitude %d becomes %d', (lng, wrapped) => {
    expect(assertSite({ lng, lat: 10 })).toEqual({ lng: wrapped, lat: 10 });
  });

  test.each([NaN, Infinity, -Infinity])('refuses %d', (bad) => {
    expect(() => assertSite({ lng: bad, lat: 0 })).toThrow(UserError);
    expect(() => assertSite({ lng: 0, lat: bad })).toThrow(UserError);
  });

  test('takes 85° and refuses the next bit', () => {
    expect(assertSite({ lng: 0, lat: 85 }).lat).toBe(85);
    expect(() => assertSite({ lng: 0, lat: -85.0001 })).toThrow(/too near a pole/);
  });
});

describe('parseHeight', () => {
  test.each([
    ['25ft', 25],
    ['25', 25],
    ['25 feet', 25],
    ["25'", 25],
    [`25' 6"`, 25.5],
    ['25 ft 6 in', 25.5],
    ['7.62m', 25],
    ['7,62 m', 25],
    ['7.62 metres', 25],
    [' 30 FT ', 30],
    ['.5 m', 1.640419947],
  ])('%s is %d ft', (text, feet) => expect(parseHeight(text)).toBeCloseTo(feet, 8));

  test('a bare number is in the unit beside the field, and complaints quote what was typed', () => {
    expect(parseHeight('7.62', { bareUnit: 'm' })).toBeCloseTo(25, 8);
    expect(parseHeight('25ft', { bareUnit: 'm' })).toBe(25);
    expect(() => parseHeight('-5', { bareUnit: 'm' })).toThrow(/height of "-5" is out of bounds/);
    expect(() => parseHeight('abc')).toThrow(/^Cannot read "abc"/);
    expect(() => parseHeight(' ')).toThrow(/^Type a mean roof height/);
  });

  test.each(['', 'tall', '-3', '25 yd', '0', '0 m', '1e3', '3001', '25ft!', 'NaN', 'Infinity'])(
    'refuses "%s"',
    (text) => expect(() => parseHeight(text)).toThrow(UserError),
  );
});
