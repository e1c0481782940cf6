import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SiteResult, TileResult } from '../../../src/analysis/site-result.ts';
import type { Patch } from '../../../src/imagery/patch.ts';
import { draftLabel } from '../../../src/labels/draft-label.ts';
import { decodePng } from '../../../src/labels/png.ts';
import { pictureOf } from '../../support/labels.ts';

const corner = (lng: number, lat: number) => ({ lng, lat });
const tile = {
  id: 'e1n0',
  lng: 0.0022457,
  lat: 0,
  eastM: 250,
  northM: 0,
  sizeM: 250,
  footprint: [
    corner(0.00112, -0.00113),
    corner(0.00337, -0.00113),
    corner(0.00337, 0.00113),
    corner(0.00112, 0.00113),
    corner(0.00112, -0.00113),
  ],
  probabilities: { B: 0.2, C: 0.7, D: 0.1 },
} as TileResult;
const image = pictureOf(4);
const patch: Patch = {
  ...image,
  tileId: 'e1n0',
  metresPerPixel: 1.12,
  coverage: 1,
  provenance: {
    sourceId: 'esri',
    sourceName: 'Esri',
    attribution: 'Esri, Maxar',
    urls: ['https://example.org/1'],
    acquired: '2022-07-01',
    nativeMetresPerPixel: 0.5,
    exportAllowed: false,
    synthetic: false,
    sha256: createHash('sha256').update(image.rgb).digest('hex'),
  },
};
const result = {
  site: { lng: 0, lat: 0, name: null, heightFt: 25 },
  settings: { tileM: 250 },
  imagery: { terms: 'No dataset export.' },
  model: { id: 'nano', sha256: 'e'.repeat(64) },
} as SiteResult;

test('a draft keeps pixels, place, source, dates, terms and the model’s opinion', async () => {
  const { draft, png } = await draftLabel(tile, patch, result);
  expect(decodePng(png)!.rgb).toEqual(image.rgb);
  expect(draft).toMatchObject({
    imageSha256: patch.provenance.sha256,
    siteId: '0.00000,0.00000',
    tileId: 'e1n0',
    footprint: tile.footprint,
    tileM: 250,
    metresPerPixel: 1.12,
    source: {
      id: 'esri',
      name: 'Esri',
      attribution: 'Esri, Maxar',
      terms: 'No dataset export.',
      exportAllowed: false,
    },
    acquired: '2022-07-01',
    nativeMetresPerPixel: 0.5,
    model: { id: 'nano', sha256: 'e'.repeat(64), probabilities: tile.probabilities },
  });
});

test('a picture wider than its tile keeps the ground it shows', async () => {
  const wide = { ...result, settings: { ...result.settings, tileM: 1000 } };
  const { draft } = await draftLabel(tile, patch, wide);
  // At the equator a degree of longitude is 111,319.5 m: 1000 m about 250 m east of 0.
  const lngs = draft.footprint!.map(({ lng }) => lng);
  expect((Math.max(...lngs) - Math.min(...lngs)) * 111_319.5).toBeCloseTo(1000, 0);
  expect(((Math.max(...lngs) + Math.min(...lngs)) / 2) * 111_319.5).toBeCloseTo(250, 0);
  expect(draft.tileM).toBe(1000);
});
