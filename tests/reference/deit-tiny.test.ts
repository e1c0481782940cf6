import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import { createClassifier } from '../../src/vit/create-classifier.ts';
import { SHARED, folderFiles, maxDifference, readRgb } from '../support/vit-fixtures.ts';

const FOLDER = join(SHARED, 'weights/deit-tiny-patch16-224');
const present = existsSync(FOLDER);
if (!present) console.log(`Skipped DeiT-Tiny: ${FOLDER} is not here.`);

interface Row {
  image: string;
  cls_features: number[];
  logits_first10: number[];
  top5: number[];
  top5_logits: number[];
}

test.skipIf(!present)(
  'a pretrained DeiT-Tiny gives PyTorch’s features, logits and top five',
  async () => {
    const { rows } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as {
      rows: Row[];
    };
    const checkpoint = await readCheckpoint(folderFiles(FOLDER));
    const classifier = await createClassifier(checkpoint, { order: ['wasm'] });
    const images = await Promise.all(rows.map(({ image }) => readRgb(join(FOLDER, image))));
    const answers = await classifier.classify(images);
    await classifier.dispose();
    expect(classifier.model.labels).toHaveLength(1000);
    rows.forEach((row, index) => {
      const { logits, features } = answers[index]!;
      expect(maxDifference(features, row.cls_features)).toBeLessThan(1e-3);
      expect(maxDifference(logits.slice(0, 10), row.logits_first10)).toBeLessThan(1e-3);
      const best = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, 5);
      expect(best).toEqual(row.top5);
      expect(
        maxDifference(
          best.map((at) => logits[at]!),
          row.top5_logits,
        ),
      ).toBeLessThan(1e-3);
    });
  },
);
