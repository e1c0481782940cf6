import { Option } from 'commander';
import type { Command } from 'commander';
import { openDatasetFiles } from '../../platform/node/dataset-files.ts';
import { loadClassifier } from '../../platform/node/engine.ts';
import { createNodeImageDecoder } from '../../platform/node/image-decoder.ts';
import { ROUGHNESS } from '../../roughness/category.ts';
import type { Roughness } from '../../roughness/category.ts';
import { UserError } from '../../site/user-error.ts';
import { parseClassMap } from '../../training/dataset/class-map.ts';
import { SPLITS } from '../../training/dataset/dataset.ts';
import type { LabelledImage, Split } from '../../training/dataset/dataset.ts';
import { openDataset } from '../../training/dataset/open-dataset.ts';
import { metricsOf } from '../../training/metrics.ts';
import type { Metrics } from '../../training/metrics.ts';
import type { BackendName, Classifier } from '../../vit/classifier.ts';
import { interruptSignal, printJson, progressLine, say, showingDownloads } from '../io.ts';
import type { CommonOptions } from '../io.ts';
import { threadsOption } from '../options.ts';
import { backendOption, sayBackend, someBatches } from './classify.ts';

interface EvaluateOptions extends CommonOptions {
  data: string;
  model: string;
  split?: Split | 'all';
  classes?: Record<string, Roughness>;
  backend: BackendName[];
  threads?: number;
}

/** Adds `upwind evaluate --data DIR --model DIR`. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('Accuracy, per-class recall and confusion matrix on labelled pictures.')
    .requiredOption(
      '--data <data>',
      'imagefolder, zip, parquet (file or folder), or Hub dataset id',
    )
    .requiredOption('--model <model>', 'folder, zip, bundled model, or Hub id')
    .addOption(
      new Option(
        '--split <name>',
        'train, validation, test or all; unless said, validation where there is one, else test, else all',
      ).choices([...SPLITS, 'all']),
    )
    .option(
      '--classes <map>',
      'what the classes are, such as urban=B,grass=C,water=D',
      parseClassMap,
    )
    .addOption(backendOption())
    .option('--threads <n>', 'threads of wasm; all cores unless said', threadsOption)
    .option('--json', 'one JSON document on stdout')
    .action(evaluate);
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const signal = interruptSignal();
  const line = progressLine();
  const files = showingDownloads(await openDatasetFiles(options.data), line);
  const { model, backend: order, threads } = options;
  const classifier = await loadClassifier(model, { order, threads, signal });
  try {
    sayBackend(classifier);
    if (classifier.model.roughness.every((category) => category === null)) {
      throw new UserError(
        `${classifier.model.id} has no class for B, C or D. Train it first (upwind train).`,
      );
    }
    const dataset = await openDataset(files, {
      decoder: createNodeImageDecoder(),
      given: options.classes,
      modelLabels: classifier.model.labels,
      holdBack: false,
      signal,
    });
    for (const { id, reason } of dataset.skipped) say(`Skipped ${id}: ${reason}`);
    const images = choose(dataset.images, options.split);
    const predicted = await predict(classifier, images, {
      signal,
      onDone: (done) => line.update(done, images.length, 'pictures'),
    });
    line.finish();
    const truth = images.map(({ label }) => label);
    print(metricsOf(truth, predicted), classifier, options);
  } finally {
    line.finish();
    await classifier.dispose();
  }
}

function choose(images: LabelledImage[], asked: EvaluateOptions['split']): LabelledImage[] {
  const of = (split: Split) => images.filter((image) => image.split === split);
  if (asked === 'all') return images;
  if (asked) {
    const chosen = of(asked);
    if (chosen.length === 0) throw new UserError(`The dataset has no ${asked} pictures.`);
    return chosen;
  }
  const split = (['validation', 'test'] as const).find((name) => of(name).length > 0);
  say(
    split ? `Evaluating the ${split} pictures.` : 'Evaluating all pictures: there are no splits.',
  );
  return split ? of(split) : images;
}

async function predict(
  classifier: Classifier,
  images: LabelledImage[],
  { signal, onDone }: { signal: AbortSignal; onDone: (done: number) => void },
): Promise<(Roughness | null)[]> {
  const predicted: (Roughness | null)[] = [];
  while (predicted.length < images.length) {
    const batch = images.slice(predicted.length, predicted.length + someBatches(classifier));
    const pictures = await Promise.all(batch.map((image) => image.picture()));
    for (const { logits } of await classifier.classify(pictures, { signal })) {
      predicted.push(classifier.model.roughness[logits.indexOf(Math.max(...logits))] ?? null);
    }
    onDone(predicted.length);
  }
  return predicted;
}

function print(metrics: Metrics, classifier: Classifier, { json }: CommonOptions): void {
  const { n, accuracy, labels, recall, confusion, unsafe, costly } = metrics;
  if (json) {
    const [model, backend] = [classifier.model.id, classifier.backend.name];
    return printJson({ n, accuracy, labels, recall, confusion, unsafe, costly, model, backend });
  }
  const lines = [
    `${n} pictures, accuracy ${accuracy.toFixed(3)}`,
    `truth\t${ROUGHNESS.map((label) => `said ${label}`).join('\t')}\trecall`,
    ...confusion.map(
      (row, i) => `${labels[i]}\t${row.join('\t')}\t${recall[i]?.toFixed(3) ?? '–'}`,
    ),
    `unsafe (B said, C or D true): ${unsafe}`,
    `costly (C or D said, B true): ${costly}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
