import { describe, expect, it } from 'vitest';
import { siteTile, tileAfter } from '../../../components/upwind-map/tile-steps.ts';
import { roundLength } from '../../../components/upwind-map/scale-bar.ts';
import { nearestStop, nextStop } from '../../../components/upwind-app/sheet.ts';
import { mockResult } from '../../support/mock-result.ts';

const { tiles } = mockResult();
const tile = (id: string) => tiles.find((one) => one.id === id)!;
const after = (key: string, id: string) => tileAfter(key, tile(id), tiles)?.id;

describe('moving between tiles', () => {
  it('starts at the site', () => {
    expect(siteTile(tiles)?.id).toBe('e0n0');
    expect(siteTile([])).toBeNull();
    expect(after('Home', 'e5n3')).toBe('e0n0');
  });

  it('goes one tile in the direction of the arrow', () => {
    expect(after('ArrowUp', 'e0n0')).toBe('e0n1');
    expect(after('ArrowDown', 'e0n0')).toBe('e0n-1');
    expect(after('ArrowRight', 'e-2n3')).toBe('e-1n3');
    expect(after('ArrowLeft', 'e-2n3')).toBe('e-3n3');
  });

  it('stays at the edge, and leaves other keys alone', () => {
    expect(after('ArrowUp', 'e0n6')).toBe('e0n6');
    expect(after('Tab', 'e0n0')).toBeUndefined();
  });

  it('reaches every tile', () => {
    const seen = new Set(['e0n0']);
    const queue = ['e0n0'];
    for (const id of queue) {
      for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
        const next = after(key, id)!;
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      }
    }
    expect(seen.size).toBe(145);
  });
});

it('scale bars have round lengths that fit', () => {
  expect([999, 1000, 2400, 4999, 5000, 73].map(roundLength)).toEqual([
    500, 1000, 2000, 2000, 5000, 50,
  ]);
});

it('the sheet comes to rest at a stop, in the direction of the drag', () => {
  expect(nearestStop(0.5, 0)).toBe(0.52);
  expect(nearestStop(0.7, 1)).toBe(0.93);
  expect(nearestStop(0.74, -1)).toBe(0.52);
  expect([0.2, 0.52, 0.93].map(nextStop)).toEqual([0.52, 0.93, 0.2]);
});
