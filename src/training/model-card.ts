import { ROUGHNESS } from '../roughness/category.ts';
import { countsOf, SPLITS } from './dataset/dataset.ts';
import type { FineTuneResult } from './fine-tune.ts';
import type { FinishOptions } from './finished-checkpoint.ts';
import { describeMode } from './settings.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const table = (head: string[], rows: string[][]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

/** README.md of a fine-tuned model: what it is, from what, on what, how well, and what to doubt. */
export function modelCard(result: FineTuneResult, options: FinishOptions): string {
  const { id, base, dataset, settings, backend } = options;
  const { metrics } = result;
  const counts = countsOf(dataset.images);
  const tileM = base.upwind.tile_m;
  return [
    '---',
    'library_name: transformers',
    'pipeline_tag: image-classification',
    'tags: [vit, surface-roughness, asce-7, upwind]',
    '---',
    '',
    `# ${id}`,
    '',
    'A Vision Transformer that reads the ASCE 7 surface roughness (B, C or D) of an aerial tile,',
    `fine-tuned with Upwind from \`${base.id}\` (weights SHA-256 \`${base.sha256}\`).`,
    '',
    tileM
      ? `One input shows ${tileM} m of ground a side.`
      : 'The ground size of one input is not recorded: find out before you map with it.',
    '',
    '## Training',
    '',
    `- trained: ${describeMode(settings)}`,
    `- ${settings.epochs} epochs, batch ${settings.batchSize}, learning rate ${settings.learningRate} falling linearly to 0, AdamW with weight decay ${settings.weightDecay}, gradients clipped at norm ${settings.maxGradNorm}, seed ${settings.seed}`,
    `- ${settings.augment && settings.mode === 'full' ? 'random crops (8 to 100 % of the area) and mirrors' : 'pictures as they are'}`,
    `- epoch ${result.bestEpoch} of ${result.epochs.length} kept, the best by ${settings.bestBy} on validation`,
    `- computed on ${backend}`,
    ...(result.diverged ? [`- ${result.diverged}`] : []),
    '',
    '## Data',
    '',
    `\`${dataset.name}\`, content SHA-256 \`${dataset.sha256}\`.`,
    ...(dataset.splitMade
      ? [
          `Validation was held back by Upwind: ${percent(dataset.splitMade.share)}, ${dataset.splitMade.byGroup ? 'by place' : 'by picture'}, seed ${dataset.splitMade.seed}.`,
        ]
      : []),
    ...(dataset.skipped.length ? [`${dataset.skipped.length} pictures were skipped.`] : []),
    '',
    ...table(
      ['split', ...ROUGHNESS],
      SPLITS.map((split) => [split, ...ROUGHNESS.map((label) => String(counts[split][label]))]),
    ),
    '',
    '## Validation',
    '',
    `Accuracy ${percent(metrics.accuracy)} on ${metrics.n} pictures. Said B where the truth is C or D (unsafe): ${metrics.unsafe}. Said C or D where the truth is B (costly): ${metrics.costly}.`,
    '',
    ...table(
      ['truth', ...ROUGHNESS.map((label) => `said ${label}`), 'recall'],
      ROUGHNESS.map((label, row) => [
        label,
        ...metrics.confusion[row]!.map(String),
        metrics.recall[row] === null ? '–' : percent(metrics.recall[row]!),
      ]),
    ),
    '',
    `Logits are divided by ${result.calibration.temperature} before softmax, so that confidence is about the share of right answers; below ${result.calibration.confidenceFloor} a tile counts as unsure. Both are in \`upwind.json\`, found on these pictures; a dozen of them move the temperature little from 1.`,
    `The epoch was chosen by these same ${metrics.n} pictures, so the figures are a little too kind.`,
    ...(metrics.n < 50
      ? [
          `With ${metrics.n} pictures one more or less right moves accuracy by ${percent(1 / metrics.n)}.`,
        ]
      : []),
    '',
  ].join('\n');
}
