import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { halfToNumber, numberToHalf, widenBrain } from '../../../src/checkpoint/half.ts';
import { castTensor, float32Tensor, toFloat32 } from '../../../src/checkpoint/named-tensor.ts';
import type { NamedTensor } from '../../../src/checkpoint/named-tensor.ts';
import { readSafetensors, writeSafetensors } from '../../../src/checkpoint/safetensors.ts';
import { FIXTURES } from '../../support/vit-fixtures.ts';

const nano = (folder: string) =>
  new Uint8Array(readFileSync(`${FIXTURES}/${folder}/model.safetensors`));

describe('half floats', () => {
  // Values and patterns from IEEE 754-2019, table 3.5 and its binary16 examples.
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [1 / 3, 0x3555],
    [Infinity, 0x7c00],
    [-0, 0x8000],
  ])('%f is %i', (value, half) => {
    expect(numberToHalf(value)).toBe(half);
    expect(Math.abs(halfToNumber(half) - value) || 0).toBeLessThan(2 ** -12);
    expect(Object.is(Math.sign(halfToNumber(half)), Math.sign(value))).toBe(true);
  });

  test('rounds to nearest, ties to even', () => {
    expect(halfToNumber(numberToHalf(2049))).toBe(2048); // midway between 2048 and 2050
    expect(halfToNumber(numberToHalf(2051))).toBe(2052); // midway between 2050 and 2052
    expect(halfToNumber(numberToHalf(2049.01))).toBe(2050);
    expect(halfToNumber(numberToHalf(65519))).toBe(65504);
    expect(halfToNumber(numberToHalf(65520))).toBe(Infinity);
    expect(numberToHalf(2 ** -25)).toBe(0); // midway between 0 and the least subnormal
    expect(numberToHalf(1.5 * 2 ** -24)).toBe(2); // midway between 1 and 2 of them
    expect(numberToHalf(2 ** -14 - 2 ** -25)).toBe(0x0400); // up into the normals
    expect(Number.isNaN(halfToNumber(numberToHalf(NaN)))).toBe(true);
  });

  test('every pattern survives the way to float32 and back', () => {
    for (let half = 0; half < 65536; half++) {
      const value = halfToNumber(half);
      if (Number.isNaN(value)) continue;
      if (numberToHalf(value) !== half) expect(numberToHalf(value), `pattern ${half}`).toBe(half);
    }
  });

  test('bfloat16 is the upper half of a float32', () => {
    expect([...widenBrain(Uint16Array.of(0x3f80, 0xc000, 0x7f80))]).toEqual([1, -2, Infinity]);
  });
});

describe('what PyTorch wrote', () => {
  test('F16 and BF16 files hold the F32 file rounded', () => {
    const { tensors } = readSafetensors(nano('vit-nano'), 'F32');
    const halves = readSafetensors(nano('vit-nano-f16'), 'F16').tensors;
    const brains = readSafetensors(nano('vit-nano-bf16'), 'BF16').tensors;
    expect(tensors.size).toBeGreaterThan(50);
    for (const [name, tensor] of tensors) {
      // PyTorch's rounding to F16 and ours agree in every bit.
      expect(castTensor(tensor, 'F16'), name).toEqual(halves.get(name));
      const exact = toFloat32(tensor);
      const rounded = toFloat32(brains.get(name)!);
      const off = exact.findIndex((value, i) => {
        return Math.abs(rounded[i]! - value) > Math.abs(value) * 2 ** -8;
      });
      expect(off, name).toBe(-1);
    }
  });

  test('reading and writing gives the same tensors, and the same bytes again', () => {
    const { tensors, metadata } = readSafetensors(nano('vit-nano'), 'F32');
    const written = writeSafetensors(tensors, metadata);
    expect(readSafetensors(written, 'written').tensors).toEqual(tensors);
    expect(writeSafetensors(tensors, metadata)).toEqual(written);
  });
});

test('any F32 tensors come back bit for bit', () => {
  const tensor = fc
    .uint8Array({ maxLength: 64 })
    .map((bytes) => bytes.slice(0, bytes.length - (bytes.length % 4)))
    .map((data): NamedTensor => ({ shape: [data.length / 4], dtype: 'F32', data }));
  const name = fc.string({ minLength: 1 }).filter((text) => text !== '__metadata__');
  fc.assert(
    fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 8 }), (entries) => {
      const tensors = new Map(entries);
      const read = readSafetensors(writeSafetensors(tensors), 'it').tensors;
      expect(new Set(read.keys())).toEqual(new Set(tensors.keys()));
      for (const [key, value] of tensors) {
        expect(read.get(key)).toEqual(value);
        // NaN payloads included: compare the bits, not the numbers.
        const words = new Uint8Array(toFloat32(read.get(key)!).buffer);
        expect(words).toEqual(value.data);
      }
    }),
  );
});

test('any bytes are read or refused in one line', () => {
  const whole = writeSafetensors(new Map([['a', float32Tensor([2], Float32Array.of(1, 2))]]));
  const damaged = fc
    .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
    .map(([at, byte, length]) => {
      const bytes = whole.slice();
      bytes[at] = byte;
      return bytes.subarray(0, length);
    });
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        const { tensors } = readSafetensors(bytes, 'it');
        for (const { data, shape } of tensors.values()) {
          expect(data.length).toBe(shape.reduce((product, side) => product * side, 4));
        }
      } catch (error) {
        expect((error as Error).name).toBe('UserError');
        expect((error as Error).message).not.toMatch(/\n/);
      }
    }),
    { numRuns: 500 },
  );
});
