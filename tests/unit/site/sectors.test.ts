import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bearingInSector,
  buildingNormals,
  DIRECTIONS,
  rays,
  sectorFrom,
  sectorIndex,
  SECTORS,
  sectorsEitherSide,
} from '../../../src/site/sectors.ts';

test('the eight sectors and directions, clockwise from north', () => {
  expect(SECTORS.map(({ name }) => name)).toEqual([
    '0–45',
    '45–90',
    '90–135',
    '135–180',
    '180–225',
    '225–270',
    '270–315',
    '315–360',
  ]);
  expect(DIRECTIONS.map(({ name, bearingDeg }) => `${name} ${bearingDeg}`)).toEqual([
    'N 0',
    'NE 45',
    'E 90',
    'SE 135',
    'S 180',
    'SW 225',
    'W 270',
    'NW 315',
  ]);
});

test('a wind from the north lies between the last sector and the first', () => {
  const [left, right] = sectorsEitherSide(0);
  expect([left.name, right.name]).toEqual(['315–360', '0–45']);
  expect(sectorsEitherSide(32).map(({ name }) => name)).toEqual(['347–32', '32–77']);
});

test('every bearing lies in exactly one of the eight', () => {
  fc.assert(
    fc.property(fc.double({ min: -720, max: 720, noNaN: true }), (bearing) => {
      const holding = SECTORS.filter((sector) => bearingInSector(bearing, sector));
      expect(holding).toEqual([SECTORS[sectorIndex(bearing)]]);
    }),
  );
});

describe('rays', () => {
  test('one a degree, each in the middle of its slice', () => {
    expect(rays(SECTORS[0]!)).toEqual(Array.from({ length: 45 }, (_, i) => i + 0.5));
    expect(rays(SECTORS[7]!, 15)).toEqual([322.5, 337.5, 352.5]);
  });

  test('a sector over north wraps, and a step that does not divide it is narrowed', () => {
    expect(rays(sectorFrom(350, 20), 10)).toEqual([355, 5]);
    expect(rays(SECTORS[0]!, 20)).toEqual([7.5, 22.5, 37.5]);
  });

  test('all rays of a sector lie in it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 360, noNaN: true }), (from) => {
        const sector = sectorFrom(from);
        expect(rays(sector, 2).every((bearing) => bearingInSector(bearing, sector))).toBe(true);
      }),
    );
  });
});

test('four faces of a building, square to each other', () => {
  expect(buildingNormals(302).map(({ name, bearingDeg }) => `${name}: ${bearingDeg}`)).toEqual([
    'face 1 (302°): 302',
    'face 2 (32°): 32',
    'face 3 (122°): 122',
    'face 4 (212°): 212',
  ]);
});
