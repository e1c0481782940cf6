import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../src/imagery/patch.ts';
import { findNearDuplicates, signatureOf } from '../../../src/labels/near-duplicates.ts';

const SIDE = 72;
function paint(colour: (x: number, y: number) => [number, number, number]): RgbImage {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) rgb.set(colour(x, y), (y * SIDE + x) * 3);
  return { width: SIDE, height: SIDE, rgb };
}
const grey = (v: number): [number, number, number] => [v, v, v];

describe('near-duplicates', () => {
  test('signature, by hand', () => {
    // Darker to the right in every cell: all bits set. Mean of 160, 140, … 0 is 80 = 0x50.
    const falling = paint((x) => grey(160 - 20 * Math.floor(x / 8)));
    expect(signatureOf(falling)).toBe('f'.repeat(16) + '505050');
    // Brighter to the right, and even ground: no bit set.
    const rising = paint((x) => grey(20 * Math.floor(x / 8)));
    expect(signatureOf(rising)).toBe('0'.repeat(16) + '505050');
    // Top half falling, bottom half rising.
    const both = paint((x, y) =>
      grey(y < 36 ? 160 - 20 * Math.floor(x / 8) : 20 * Math.floor(x / 8)),
    );
    expect(signatureOf(both)).toBe('ffffffff00000000' + '505050');
  });

  test('the same picture a little brighter is one; another colour is not', () => {
    const wave = (x: number, y: number) => 100 + 60 * Math.sin(x / 7) * Math.cos(y / 9);
    const list = [
      { id: 'a', signature: signatureOf(paint((x, y) => grey(wave(x, y)))) },
      { id: 'b', signature: signatureOf(paint((x, y) => grey(wave(x, y) + 4))) },
      { id: 'c', signature: signatureOf(paint((x, y) => grey(wave(y, x)))) },
      { id: 'water', signature: signatureOf(paint(() => [20, 60, 90])) },
      { id: 'sand', signature: signatureOf(paint(() => [200, 180, 140])) },
    ];
    expect(findNearDuplicates(list)).toEqual([['a', 'b']]);
  });

  test('finds every pair within six bits, as a full comparison does', () => {
    // 300 hashes around 20 centres, up to 9 bits away: by brute force and by buckets.
    let state = 7;
    const random = (n: number) =>
      ((state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 12) % n;
    const centres = Array.from({ length: 20 }, () => Array.from({ length: 64 }, () => random(2)));
    const list = Array.from({ length: 300 }, (_, i) => {
      const bits = [...centres[i % 20]!];
      for (let k = random(10); k > 0; k--) bits[random(64)]! ^= 1;
      const hex = bits
        .join('')
        .match(/.{4}/g)!
        .map((b) => parseInt(b, 2).toString(16))
        .join('');
      return { id: `t${i}`, signature: `${hex}808080`, bits };
    });
    const linked = new Map(list.map(({ id }) => [id, id]));
    const root = (id: string): string => (linked.get(id) === id ? id : root(linked.get(id)!));
    for (const a of list) {
      for (const b of list) {
        const distance = a.bits.filter((bit, i) => bit !== b.bits[i]).length;
        if (distance <= 6 && root(a.id) !== root(b.id)) linked.set(root(b.id), root(a.id));
      }
    }
    const groups = new Map<string, string[]>();
    for (const { id } of list) groups.set(root(id), [...(groups.get(root(id)) ?? []), id]);
    const expected = [...groups.values()].filter((g) => g.length > 1).map((g) => g.sort());
    const sorted = (g: string[][]) => g.map((ids) => ids.join(' ')).sort();
    expect(sorted(findNearDuplicates(list))).toEqual(sorted(expected));
    expect(expected.length).toBeGreaterThan(10);
  });
});
