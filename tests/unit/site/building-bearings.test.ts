import { describe, expect, it } from 'vitest';
import { bearingsOf, buildingOf, quarterTurn } from '../../../src/site/building-bearings.ts';

describe('bearings of a building', () => {
  it('are the four faces, then the others, each once', () => {
    expect(bearingsOf({ facingDeg: 32, bearingsDeg: [10, 122, 57.25] })).toEqual([
      32, 122, 212, 302, 10, 57.3,
    ]);
    expect(bearingsOf({ facingDeg: null, bearingsDeg: [370, 10] })).toEqual([10]);
    // A rectangle looks the same after a quarter turn.
    expect(bearingsOf({ facingDeg: 302, bearingsDeg: [] })).toEqual([32, 122, 212, 302]);
    expect(quarterTurn(-1)).toBe(89);
    expect(quarterTurn(89.99)).toBe(0);
  });

  it.each([
    { facingDeg: 32, bearingsDeg: [10] },
    { facingDeg: 0, bearingsDeg: [] },
    { facingDeg: null, bearingsDeg: [5, 95] },
    { facingDeg: null, bearingsDeg: [] },
  ])('come back from a list: %j', (building) => {
    expect(buildingOf(bearingsOf(building))).toEqual(building);
  });
});
