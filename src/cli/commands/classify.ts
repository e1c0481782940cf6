import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { loadClassifier } from '../../platform/node/engine.ts';
import { readImage } from '../../platform/node/read-image.ts';
import type { BackendInfo, BackendName, Classification, Classifier } from '../../vit/classifier.ts';
import { interruptSignal, printJson, progressLine, say } from '../io.ts';
import type { CommonOptions } from '../io.ts';
import { threadsOption } from '../options.ts';

interface ClassifyOptions extends CommonOptions {
  model: string;
  backend: BackendName[];
  threads?: number;
}

/** `--backend` as an order of backends; `auto` tries WebGPU, then wasm, then plain JavaScript. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'auto, webgpu, wasm or cpu')
    .argParser(backendOrder)
    .default(backendOrder('auto'), 'auto');

function backendOrder(text: string): BackendName[] {
  if (text === 'auto') return ['webgpu', 'wasm', 'cpu'];
  if (text === 'webgpu' || text === 'wasm' || text === 'cpu') return [text];
  throw new InvalidArgumentError('It must be auto, webgpu, wasm or cpu.');
}

/** Pictures to ask for in one call: several batches, so that a device need not wait for the next. */
export const someBatches = ({ batchSize }: Classifier): number => 4 * batchSize;

const backendDetail = ({ detail, threads }: BackendInfo): string =>
  threads === undefined ? detail : `${detail}, ${threads}`;

/** Says which backend runs, and why not a better one. */
export function sayBackend({ backend }: Classifier): void {
  for (const { name, reason } of backend.rejected) say(`${name} not used: ${reason}.`);
  say(`Computing on ${backend.name} (${backendDetail(backend)}).`);
}

/** Adds `upwind classify IMAGE… --model DIR`. */
export function registerClassify(program: Command): void {
  program
    .command('classify')
    .description('Logits and probabilities of each picture.')
    .argument('<image...>', 'picture files: PNG, JPEG, WebP')
    .requiredOption('--model <model>', 'folder, zip, bundled model, or Hub id (owner/name)')
    .addOption(backendOption())
    .option('--threads <n>', 'threads of wasm; all cores unless said', threadsOption)
    .option('--json', 'one JSON document on stdout')
    .action(classifyFiles);
}

async function classifyFiles(paths: string[], options: ClassifyOptions): Promise<void> {
  const signal = interruptSignal();
  const line = progressLine();
  const images = await Promise.all(paths.map(readImage));
  const { model, backend: order, threads } = options;
  const classifier = await loadClassifier(model, { order, threads, signal });
  try {
    sayBackend(classifier);
    if (!classifier.model.trained)
      say('This model has a fresh head: train it before you trust it.');
    const answers: Classification[] = [];
    while (answers.length < images.length) {
      const batch = images.slice(answers.length, answers.length + someBatches(classifier));
      answers.push(...(await classifier.classify(batch, { signal })));
      line.update(answers.length, images.length, 'pictures');
    }
    line.finish();
    print(paths, answers, classifier.model.labels, options);
  } finally {
    line.finish();
    await classifier.dispose();
  }
}

function print(
  paths: string[],
  answers: Classification[],
  labels: string[],
  { json }: CommonOptions,
): void {
  const rows = answers.map(({ logits, probabilities }, index) => ({
    image: paths[index]!,
    label: labels[probabilities.indexOf(Math.max(...probabilities))]!,
    logits: [...logits],
    probabilities: [...probabilities],
  }));
  if (json) return printJson(rows);
  for (const { image, label, probabilities } of rows) {
    const share = Math.round(100 * Math.max(...probabilities));
    process.stdout.write(`${image}\t${label}\t${share} %\n`);
  }
}
