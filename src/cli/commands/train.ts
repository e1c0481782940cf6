import { basename, join, resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../checkpoint/read-checkpoint.ts';
import { openModel } from '../../platform/node/checkpoint-files.ts';
import { openDatasetFiles } from '../../platform/node/dataset-files.ts';
import { keptFeatures } from '../../platform/kept-features.ts';
import { cacheFolder, directoryStore } from '../../platform/node/directory-store.ts';
import { startNodeBackend } from '../../platform/node/backend.ts';
import { nodeGpu } from '../../platform/node/gpu.ts';
import { createNodeImageDecoder } from '../../platform/node/image-decoder.ts';
import type { Roughness } from '../../roughness/category.ts';
import { UserError } from '../../site/user-error.ts';
import { assertTrainable } from '../../training/dataset/check-dataset.ts';
import { parseClassMap } from '../../training/dataset/class-map.ts';
import { countsOf } from '../../training/dataset/dataset.ts';
import type { Dataset } from '../../training/dataset/dataset.ts';
import { openDataset } from '../../training/dataset/open-dataset.ts';
import type { FineTuneProgress } from '../../training/fine-tune.ts';
import { BEST_BY } from '../../training/metrics.ts';
import type { BestBy } from '../../training/metrics.ts';
import { PRESETS, RANGES, checkSettings, describeMode } from '../../training/settings.ts';
import type { FineTuneSettings, PresetName } from '../../training/settings.ts';
import type { EpochReport } from '../../training/trainer-state.ts';
import type { BackendName } from '../../vit/classifier.ts';
import {
  interruptSignal,
  numberOption,
  printJson,
  progressLine,
  say,
  showingDownloads,
} from '../io.ts';
import type { CommonOptions } from '../io.ts';
import { TrainOut } from '../train-out.ts';
import { backendOption } from './classify.ts';

interface TrainOptions extends CommonOptions {
  data: string;
  base: string;
  out: string;
  preset?: PresetName;
  mode?: 'head' | 'full';
  lastBlocks?: number;
  epochs?: number;
  batch?: number;
  lr?: number;
  weightDecay?: number;
  seed?: number;
  metric?: BestBy;
  augment: boolean;
  classes?: Record<string, Roughness>;
  allowMissingClass?: boolean;
  dtype: 'f32' | 'f16';
  resume?: boolean;
  backend: BackendName[];
}

const whole = (flag: string, range: { min: number; max: number }) =>
  numberOption(flag, { ...range, integer: true });

/** Adds `upwind train --data DIR --base DIR --out DIR`. */
export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('Fine-tune a model on labelled tiles; one line of metrics an epoch.')
    .requiredOption(
      '--data <data>',
      'imagefolder, zip, parquet (file or folder), or Hub dataset id',
    )
    .requiredOption('--base <model>', 'model to start from: folder, zip, bundled model, or Hub id')
    .requiredOption('--out <folder>', 'where the checkpoint goes')
    .addOption(
      new Option('--mode <mode>', 'head (backbone frozen) or full').choices(['head', 'full']),
    )
    .option(
      '--last-blocks <k>',
      'train only the last k blocks',
      whole('--last-blocks', { min: 1, max: 1000 }),
    )
    .addOption(
      new Option('--preset <name>', 'tutorial, small-set or head; other flags override it').choices(
        ['tutorial', 'small-set', 'head'],
      ),
    )
    .option('--epochs <n>', 'epochs (tutorial: 6)', whole('--epochs', RANGES.epochs))
    .option('--batch <n>', 'pictures a step (tutorial: 5)', whole('--batch', RANGES.batchSize))
    .option(
      '--lr <rate>',
      'learning rate, falling linearly to 0 (tutorial: 2e-5)',
      numberOption('--lr', RANGES.learningRate),
    )
    .option(
      '--weight-decay <x>',
      'AdamW weight decay (tutorial: 0.01)',
      numberOption('--weight-decay', RANGES.weightDecay),
    )
    .option(
      '--seed <n>',
      'seed of head, shuffling, crops and split (42)',
      whole('--seed', RANGES.seed),
    )
    .addOption(
      new Option('--metric <name>', `what decides the best epoch: ${BEST_BY.join(', ')}`).choices(
        BEST_BY,
      ),
    )
    .option('--no-augment', 'train on the pictures as they are')
    .option(
      '--classes <map>',
      'what the classes are, such as urban=B,grass=C,water=D',
      parseClassMap,
    )
    .option('--allow-missing-class', 'train although a category has no pictures')
    .addOption(new Option('--dtype <type>', 'f32 or f16').choices(['f32', 'f16']).default('f32'))
    .option('--resume', 'go on from where a stopped run of the same --out was')
    .addOption(backendOption())
    .option('--json', 'one JSON document on stdout, epochs on stderr')
    .action(train);
}

/** The preset, with what was said overriding it. */
export function settingsOf(options: Partial<TrainOptions>): FineTuneSettings {
  const { preset, mode } = options;
  const base = PRESETS[preset ?? (mode === 'head' ? 'head' : 'tutorial')];
  if (mode === 'head' && options.lastBlocks !== undefined) {
    throw new UserError('--last-blocks needs --mode full: the head has no blocks.');
  }
  return {
    ...base,
    mode: mode ?? base.mode,
    lastBlocks: options.lastBlocks ?? base.lastBlocks,
    epochs: options.epochs ?? base.epochs,
    batchSize: options.batch ?? base.batchSize,
    learningRate: options.lr ?? base.learningRate,
    weightDecay: options.weightDecay ?? base.weightDecay,
    seed: options.seed ?? base.seed,
    bestBy: options.metric ?? base.bestBy,
    augment: options.augment ?? base.augment,
  };
}

async function train(options: TrainOptions): Promise<void> {
  const signal = interruptSignal();
  const settings = settingsOf(options);
  const out = new TrainOut(options.out);
  const resume = await out.storedRun(options.resume ?? false);
  const base = await readCheckpoint(await openModel(options.base), { signal, seed: settings.seed });
  checkSettings(settings, base.config.layers);
  const dataset = await readDataset(options, { settings, base, signal });
  sayDataset(dataset);
  assertTrainable(dataset, { allowMissing: options.allowMissingClass });
  await out.make(options.base);

  // The GPU first: TensorFlow.js must see navigator.gpu when it loads.
  if (options.backend.includes('webgpu')) await nodeGpu({ insist: options.backend.length === 1 });
  const start = (order: readonly BackendName[]) => startNodeBackend(order, { signal });
  const { fineTuneOnDevice } = await import('../../training/fine-tune-on-device.ts');
  const { finishCheckpoint } = await import('../../training/finished-checkpoint.ts');
  const epochLine = (line: string) =>
    options.json ? say(line) : void process.stdout.write(`${line}\n`);
  if (resume) {
    say(`Going on after epoch ${resume.epoch}, step ${resume.optimizer.step}.`);
    resume.epochs.forEach((report) => epochLine(describeEpoch(report)));
  }
  const { epochs } = settings;
  const length = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  say(`Training ${describeMode(settings)}, ${length}, seed ${settings.seed}.`);
  const line = progressLine();
  const result = await fineTuneOnDevice(
    {
      checkpoint: base,
      dataset,
      settings,
      resume,
      allowMissing: options.allowMissingClass,
      features: keptFeatures(directoryStore(join(cacheFolder(), 'features'))),
      saveState: (state) => out.saveState(state),
      onProgress: (progress) => showProgress(progress, line, epochLine),
      signal,
    },
    {
      order: options.backend,
      start,
      onBackend: (info) => say(`Computing on ${info.name} (${info.detail}).`),
    },
  )
    .catch((error: unknown) => {
      if (signal.aborted && out.hasState)
        say('The state is stored: the same command with --resume goes on.');
      throw error;
    })
    .finally(() => line.finish());

  const finished = await finishCheckpoint(result, {
    id: basename(resolve(options.out)),
    base,
    dataset,
    settings,
    backend: result.backend.name,
    dtype: options.dtype === 'f16' ? 'F16' : 'F32',
  });
  await out.finish(finished.files);
  if (result.diverged) say(result.diverged);
  say(
    `Epoch ${result.bestEpoch} kept: accuracy ${result.metrics.accuracy.toFixed(3)} on ${result.metrics.n} validation pictures. Written to ${options.out}.`,
  );
  if (options.json) {
    printJson({
      out: options.out,
      sha256: finished.checkpoint.sha256,
      mode: settings.mode,
      settings,
      backend: result.backend.name,
      bestEpoch: result.bestEpoch,
      metrics: result.metrics,
      epochs: result.epochs,
      diverged: result.diverged,
      seconds: result.seconds,
      skipped: dataset.skipped,
    });
  }
}

async function readDataset(
  options: TrainOptions,
  { settings, base, signal }: { settings: FineTuneSettings; base: Checkpoint; signal: AbortSignal },
): Promise<Dataset> {
  const line = progressLine();
  try {
    const files = showingDownloads(await openDatasetFiles(options.data), line);
    return await openDataset(files, {
      decoder: createNodeImageDecoder(),
      given: options.classes,
      modelLabels: base.config.labels,
      seed: settings.seed,
      signal,
      onProgress: ({ done, total }) => line.update(done, total, 'pictures read'),
    });
  } finally {
    line.finish();
  }
}

/** Counts and what is skipped, on stderr. */
export function sayDataset(dataset: Dataset): void {
  const counts = countsOf(dataset.images);
  const shown = Object.entries(counts)
    .filter(([, of]) => of.B + of.C + of.D > 0)
    .map(([split, of]) => `${split} B ${of.B} C ${of.C} D ${of.D}`);
  say(`${dataset.name}: ${shown.join('; ') || 'no pictures'}.`);
  if (dataset.splitMade) {
    const { share, byGroup, seed } = dataset.splitMade;
    say(
      `No validation pictures given: ${100 * share} % of training held back, ${byGroup ? 'by place' : 'picture by picture'}, seed ${seed}.`,
    );
  }
  for (const { id, reason } of dataset.skipped) say(`Skipped ${id}: ${reason}`);
}

function showProgress(
  progress: FineTuneProgress,
  line: ReturnType<typeof progressLine>,
  epochLine: (line: string) => void,
): void {
  if (progress.stage === 'features') line.update(progress.done, progress.total, 'features');
  if (progress.stage === 'step') {
    const { report, total, imagesPerSecond } = progress;
    const loss = report.loss.toFixed(3);
    line.update(report.step, total, `loss ${loss}, ${imagesPerSecond.toFixed(1)} pictures/s`);
  }
  if (progress.stage === 'epoch') {
    line.finish();
    epochLine(describeEpoch(progress.report));
  }
}

/** `epoch 3  train 0.812  val 0.790  acc .733  recall B .80 C .60 D .80  unsafe 1  best` */
export function describeEpoch(report: EpochReport): string {
  const recall = report.labels.map((label, i) => {
    const value = report.recall[i];
    return `${label} ${value === null || value === undefined ? '–' : value.toFixed(2)}`;
  });
  return [
    `epoch ${report.epoch}`,
    `train loss ${report.trainLoss.toFixed(4)}`,
    `val loss ${report.validationLoss.toFixed(4)}`,
    `accuracy ${report.accuracy.toFixed(3)}`,
    `recall ${recall.join(' ')}`,
    `unsafe ${report.unsafe}`,
    `costly ${report.costly}`,
    `lr ${report.learningRate.toExponential(2)}`,
    ...(report.best ? ['best'] : []),
  ].join('  ');
}
