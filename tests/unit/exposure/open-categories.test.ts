import { expect, test } from 'vitest';
import { openCategories } from '../../../src/exposure/open-categories.ts';
import type { Roughness } from '../../../src/roughness/category.ts';

/** A direction as `C`, or with what ground not seen leaves open: `C BD`. */
function direction(text: string) {
  const [exposure, others = ''] = text.split(' ') as [Roughness, string?];
  return {
    exposure,
    exposureStrict: [exposure, ...others].sort().at(-1) as Roughness,
    undetermined: others !== '',
    notExcluded: [...others].map((other) => ({
      exposure: other as Roughness,
      tileIds: [],
      fromM: 0,
    })),
  };
}

test.each<[Roughness, string[], string, string]>([
  ['C', ['C', 'B'], '', ''],
  ['C', ['C D', 'B'], '', 'D'],
  ['C', ['C BD', 'C BD'], 'B', 'D'],
  // One direction that is C whatever the ground keeps the site from being milder.
  ['C', ['C BD', 'C'], '', 'D'],
  ['B', ['B CD', 'B'], '', 'CD'],
  ['D', ['D BC', 'C'], 'C', ''],
])('%s of %j', (governing, texts, less, more) => {
  const open = openCategories(governing, texts.map(direction));
  expect(open).toEqual({ less: [...less], more: [...more] });
});
