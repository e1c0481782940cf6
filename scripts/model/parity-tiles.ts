/**
 * Paints the tiles of the built-in scene on which the bundled checkpoint's logits are recorded:
 * OUT/tiles.json and, beside it, 224 x 224 RGB bytes a tile. `parity.py` reads them.
 *
 * Usage: npx tsx scripts/model/parity-tiles.ts OUT_FOLDER
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { truthAtScene } from '../../src/demo/truth.ts';
import { sceneTile } from '../../tests/support/scene-tile.ts';

/** Scene metres east and north; among them town, wood, field, heath, beach and sea. */
const PLACES = [-3900, -1300, 1300, 3900].flatMap((y) =>
  [-3900, -1300, 1300, 3900].map((x) => ({ x, y })),
);

const out = process.argv[2];
if (!out) throw new Error('Give the folder to write to.');
mkdirSync(out, { recursive: true });
const tiles = PLACES.map((place, index) => {
  const { rgb } = sceneTile(place);
  writeFileSync(path.join(out, `${index}.rgb`), rgb);
  const sha256 = createHash('sha256').update(rgb).digest('hex');
  return { ...place, truth: truthAtScene(place.x, place.y), sha256 };
});
writeFileSync(path.join(out, 'tiles.json'), JSON.stringify(tiles));
