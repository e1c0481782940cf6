import sharp from 'sharp';
import { expect, test } from 'vitest';
import { labelFiles } from '../../../src/labels/label-files.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { openDataset } from '../../../src/training/dataset/open-dataset.ts';
import { entryOf, pictureOf } from '../../support/labels.ts';

test('training reads labels straight from the store: splits by site, imagery that may not leave too', async () => {
  const store = new MemoryLabelStore();
  await store.putMany([
    await entryOf({ seed: 1, siteId: '1,1' }, 'B'),
    await entryOf({ seed: 2, siteId: '1,1', exportAllowed: false }, 'C'),
    await entryOf({ seed: 3, siteId: '2,2' }, 'D'),
    await entryOf({ seed: 4, siteId: '2,2' }, 'unsure'),
  ]);
  const files = labelFiles(store, { assigned: { '1,1': 'train', '2,2': 'validation' } });
  const decoder = {
    decode: async (bytes: Uint8Array) => {
      const { data, info } = await sharp(bytes)
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
    },
  };
  const dataset = await openDataset(files, { decoder });
  expect(dataset.skipped).toEqual([]);
  expect(dataset.splitMade).toBeNull();
  const found = dataset.images
    .map(({ label, split, group }) => `${split} ${label} ${group}`)
    .sort();
  expect(found).toEqual(['train B 1,1', 'train C 1,1', 'validation D 2,2']);
  const b = dataset.images.find(({ label }) => label === 'B')!;
  expect((await b.picture()).rgb).toEqual(pictureOf(1).rgb);
});
