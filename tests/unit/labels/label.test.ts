import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { changeLabel, labelId, parseLabel, roughnessOf } from '../../../src/labels/label.ts';
import { entryOf, pictureOf, tileOf } from '../../support/labels.ts';

describe('label record', () => {
  test('its image hash is the SHA-256 of the RGB bytes', async () => {
    const { draft } = await tileOf({ seed: 5 });
    expect(draft.imageSha256).toBe(createHash('sha256').update(pictureOf(5).rgb).digest('hex'));
  });

  test('its id follows pixels and footprint, and nothing else', async () => {
    const sha = 'a'.repeat(64);
    const ring = [
      { lng: 1, lat: 2 },
      { lng: 1.1, lat: 2 },
      { lng: 1, lat: 2.1 },
      { lng: 1, lat: 2 },
    ];
    const id = await labelId(sha, ring);
    expect(
      await labelId(
        sha,
        ring.map(({ lng, lat }) => ({ lng: lng + 1e-9, lat })),
      ),
    ).toBe(id);
    expect(
      await labelId(
        sha,
        ring.map(({ lng, lat }) => ({ lng: lng + 1e-5, lat })),
      ),
    ).not.toBe(id);
    expect(await labelId('b'.repeat(64), ring)).not.toBe(id);
    // -0 and 0 are the same place.
    expect(await labelId(sha, [{ lng: -0, lat: 0 }])).toBe(
      await labelId(sha, [{ lng: 0, lat: -0 }]),
    );
  });

  test('every change is in the history, the first too', async () => {
    const { label } = await entryOf({ seed: 1 }, 'B', { label: 'C', note: 'an orchard' });
    expect(label.label).toBe('C');
    expect(label.history.map(({ change, label, by, note }) => [change, label, by, note])).toEqual([
      ['label', 'B', 'Ann', ''],
      ['label', 'C', 'Bo', 'an orchard'],
    ]);
  });

  test('a blind second answer is recorded and changes nothing', async () => {
    const { label } = await entryOf({ seed: 1 }, 'B');
    const twice = changeLabel(
      label,
      { label: 'D', by: 'Ann', at: '2024-04-01T00:00:00Z' },
      'repeat',
    );
    expect([twice.label, twice.labelledAt]).toEqual(['B', label.labelledAt]);
    expect(twice.history.at(-1)).toMatchObject({ change: 'repeat', label: 'D' });
  });

  test('unsure and unusable teach no category', () => {
    expect((['B', 'C', 'D', 'unsure', 'unusable'] as const).map(roughnessOf)).toEqual([
      'B',
      'C',
      'D',
      null,
      null,
    ]);
  });

  test.each([
    ['label', { label: 'E' }],
    ['history', { history: [] }],
    ['labelledAt', { labelledAt: 'yesterday' }],
    ['note', { note: 'x'.repeat(2001) }],
    ['footprint', { footprint: [{ lng: 0, lat: 91 }] }],
    ['width', { width: 1e9 }],
    ['siteId', { siteId: '__proto__' }],
  ])('refuses a wrong %s by name', async (field, change) => {
    const { label } = await entryOf({ seed: 1 }, 'B');
    expect(() => parseLabel({ ...label, ...change })).toThrow(field);
  });
});
