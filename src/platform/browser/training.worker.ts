import { expose } from 'comlink';
import { parseVitConfig } from '../../checkpoint/config.ts';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { decodeJson } from '../../checkpoint/parse-json.ts';
import { readCheckpoint } from '../../checkpoint/read-checkpoint.ts';
import { UserError } from '../../site/user-error.ts';
import { datasetProblems } from '../../training/dataset/check-dataset.ts';
import { UnknownClasses } from '../../training/dataset/class-map.ts';
import { countsOf } from '../../training/dataset/dataset.ts';
import type { Dataset } from '../../training/dataset/dataset.ts';
import { openDataset } from '../../training/dataset/open-dataset.ts';
import { estimateSeconds, measureSpeed } from '../../training/estimate-time.ts';
import { fineTuneOnDevice } from '../../training/fine-tune-on-device.ts';
import { finishCheckpoint } from '../../training/finished-checkpoint.ts';
import { judgeCheckpoint } from '../../training/judge.ts';
import { memoryLimit, parameterCounts, planMemory } from '../../training/memory.ts';
import { RunControl } from '../../training/run-control.ts';
import { decodeTrainerState, encodeTrainerState } from '../../training/trainer-state.ts';
import { chooseBackend } from '../../vit/backend.ts';
import type { Backend } from '../../vit/backend.ts';
import { DEFAULT_ORDER } from '../../vit/classifier.ts';
import type { BackendName } from '../../vit/classifier.ts';
import { keptFeatures } from '../kept-features.ts';
import { cacheStore } from './cache-store.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { createBrowserImageDecoder } from './image-decoder.ts';
import { openModelSource } from './model-source.ts';
import { thumbnailOf } from './thumbnail.ts';
import type {
  DatasetRequest,
  DatasetSummary,
  FileHost,
  RunRequest,
  TrainingHost,
} from './training-protocol.ts';
import { TrainingStore } from './training-store.ts';
import { wasmPaths } from './wasm-paths.ts';

/** Reads, decodes and trains here, so that the page never waits. */
const store = new TrainingStore();
const checkpoints = new CheckpointStore();
const decoder = createBrowserImageDecoder();
/** Features of the head's runs. */
const features = keptFeatures(cacheStore('upwind-features'));
const SAVE_EVERY_SECONDS = 20;

let dataset: Dataset | null = null;
let datasetRequest: DatasetRequest | null = null;
/** The files of the dataset, until a run has copied them into the store. */
let datasetFiles: CheckpointFiles | null = null;
let reading: AbortController | null = null;
let running: { control: RunControl; stop: AbortController } | null = null;

function opened(): Dataset {
  if (!dataset) throw new UserError('Choose pictures first.');
  return dataset;
}

const host: TrainingHost = {
  async openDataset(files, request, onProgress) {
    const set = filesOf(files, request.name);
    try {
      return await open(set, request, onProgress);
    } catch (error) {
      if (error instanceof UnknownClasses) return { unknownClasses: error.classNames };
      throw error;
    }
  },

  stopReading: () => reading?.abort(),

  async thumbnail(id, side) {
    const image = opened().images.find((one) => one.id === id);
    if (!image) throw new UserError(`There is no picture ${id}.`);
    return thumbnailOf(await image.picture(), side);
  },

  async estimate({ base, settings, order, softwareGpu }) {
    const files = await openModelSource(base);
    const path = (await files.list()).map((file) => file.path).find(isConfig);
    if (!path) throw new UserError(`${files.name} has no config.json.`);
    const shape = parseVitConfig(decodeJson(await files.read(path), 'config.json'));
    const backend = await startBackend(order, softwareGpu);
    const { train, validation } = countsOf(opened().images);
    const sum = (of: Record<string, number>) => Object.values(of).reduce((a, b) => a + b, 0);
    const counts = parameterCounts(shape, settings);
    const seconds = estimateSeconds(shape, settings, {
      train: sum(train),
      validation: sum(validation),
      flopsPerSecond: await measureSpeed(),
    });
    const rest = {
      seconds,
      trainedParameters: counts.trained,
      allParameters: counts.all,
      backend: backend.info,
    };
    try {
      const memory = planMemory(shape, settings, memoryLimit(backend.info.name));
      return { memory, tooLarge: null, ...rest };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { memory: null, tooLarge: error.message, ...rest };
    }
  },

  // Its control is there before the lock is, so that a stop pressed at once is heard.
  run(request, resume, onEvent) {
    const mine = (running = { control: new RunControl(), stop: new AbortController() });
    return alone(() => run(request, resume, onEvent, mine)).finally(() => {
      if (running === mine) running = null;
    });
  },

  pause: () => running?.control.pause(),
  goOn: () => running?.control.resume(),
  cancel: () => running?.stop.abort(),

  async judge(source, onProgress) {
    const checkpoint = await readCheckpoint(await openModelSource(source));
    await startBackend();
    const images = opened().images.filter(({ split }) => split === 'validation');
    return judgeCheckpoint(checkpoint, images, onProgress);
  },

  // A run that another tab is busy with was not interrupted: it is once that tab lets go of it.
  storedRun: ({ wait = false }) =>
    locked({ ifAvailable: !wait }, async (lock) => (lock ? store.run() : null)),

  async restoreDataset() {
    const stored = await store.run();
    if (!stored) throw new UserError('There is no stored run.');
    return open(await store.files('data', stored.dataset.name), stored.dataset);
  },

  forgetRun: () => alone(() => store.forget({ all: true })),
};

async function open(
  files: CheckpointFiles,
  request: DatasetRequest,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<DatasetSummary> {
  // Pictures that are read take the place of those before, whichever would be done first.
  reading?.abort();
  const { signal } = (reading = new AbortController());
  const found = await openDataset(files, {
    decoder,
    signal,
    given: request.classes,
    seed: request.seed,
    onProgress: ({ done, total }) => onProgress(done, total),
  });
  signal.throwIfAborted();
  [dataset, datasetFiles, datasetRequest] = [found, files, request];
  const { name, images, skipped, splitMade, classes } = found;
  return {
    name,
    counts: countsOf(images),
    classes,
    skipped,
    splitMade,
    problems: datasetProblems(found),
    problemsIfMissingAllowed: datasetProblems(found, { allowMissing: true }),
    images: images.map(({ id, label, split }) => ({ id, label, split })),
  };
}

async function run(
  request: RunRequest,
  resume: boolean,
  onEvent: Parameters<TrainingHost['run']>[2],
  { control, stop }: { control: RunControl; stop: AbortController },
) {
  const data = opened();
  const { signal } = stop;
  signal.throwIfAborted();
  const baseFiles =
    resume && request.base.kind === 'files'
      ? await store.files('base', request.base.name ?? 'model')
      : await openModelSource(request.base);
  const onRead = ({ loaded, total }: { loaded: number; total: number }) =>
    onEvent({ stage: 'base', loaded, total });
  const { seed } = request.settings;
  const base = await readCheckpoint(baseFiles, { signal, onProgress: onRead, seed });
  const state = resume ? await store.state() : null;
  if (!resume) {
    // A File does not outlive the tab: what the run needs is copied.
    const kept = request.base.kind === 'files' ? { ...request.base, files: [] } : request.base;
    await store.begin(
      { request: { ...request, base: kept }, dataset: datasetRequest! },
      new Date().toISOString(),
    );
    await store.keepFiles('data', datasetFiles!);
    if (request.base.kind === 'files') await store.keepFiles('base', baseFiles);
    datasetFiles = await store.files('data', data.name);
  }
  const result = await fineTuneOnDevice(
    {
      checkpoint: base,
      dataset: data,
      settings: request.settings,
      allowMissing: request.allowMissing,
      resume: state ? decodeTrainerState(state, 'The stored run') : null,
      features,
      control,
      signal,
      saveEverySeconds: SAVE_EVERY_SECONDS,
      saveState: async (kept) => {
        await store.saveState(encodeTrainerState(kept), {
          saved: new Date().toISOString(),
          epochs: kept.epochs,
          steps: kept.steps,
        });
        onEvent({ stage: 'stored', epoch: kept.epoch, step: kept.optimizer.step });
      },
      onProgress: onEvent,
    },
    {
      order: request.order ?? DEFAULT_ORDER,
      start: (order) => startBackend(order, request.softwareGpu),
      onBackend: (info) => onEvent({ stage: 'backend', info }),
    },
  );
  const { files } = await finishCheckpoint(result, {
    id: request.name,
    base,
    dataset: data,
    settings: request.settings,
    backend: result.backend.name,
  });
  const checkpoint = await checkpoints.save(request.name, files);
  await store.forget();
  const { metrics, bestEpoch, epochs, predictions, diverged, seconds, backend } = result;
  return {
    checkpoint,
    metrics,
    bestEpoch,
    epochs,
    predictions,
    diverged,
    seconds,
    backend,
  };
}

/** Two tabs that train would write over each other's state. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return locked({ ifAvailable: true }, async (lock) => {
    if (!lock) throw new UserError('Another tab of Upwind is training. Wait for it or stop it.');
    return work();
  });
}

const locked = <T>(
  options: { ifAvailable: boolean },
  work: (lock: Lock | null) => Promise<T>,
): Promise<T> => navigator.locks.request('upwind-training', options, work) as Promise<T>;

let backend: { key: string; started: Backend } | null = null;
async function startBackend(
  order: readonly BackendName[] = DEFAULT_ORDER,
  softwareGpu = false,
): Promise<Backend> {
  const key = `${order.join()} ${softwareGpu}`;
  const lost = await Promise.race([
    backend?.started.lost ?? new Promise<never>(() => {}),
    Promise.resolve(null),
  ]);
  if (backend?.key === key && lost === null) return backend.started;
  const started = await chooseBackend({
    order,
    softwareGpu,
    gpu: navigator.gpu,
    gpuMissing: 'this browser has no WebGPU',
    wasmPaths: wasmPaths(),
  });
  backend = { key, started };
  return started;
}

const isConfig = (path: string): boolean => /(^|\/)config\.json$/.test(path);

function filesOf(files: FileHost, name: string): CheckpointFiles {
  return {
    name,
    list: () => files.list(),
    async read(path, { signal } = {}) {
      signal?.throwIfAborted();
      return files.read(path);
    },
  };
}

expose(host);
