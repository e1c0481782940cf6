import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { filesInMemory } from '../../../src/checkpoint/file-set.ts';
import { toFloat32 } from '../../../src/checkpoint/named-tensor.ts';
import { readCheckpoint } from '../../../src/checkpoint/read-checkpoint.ts';
import { AdamW } from '../../../src/training/adamw.ts';
import type { Dataset } from '../../../src/training/dataset/dataset.ts';
import { fineTune } from '../../../src/training/fine-tune.ts';
import type { FineTuneOptions, FineTuneProgress } from '../../../src/training/fine-tune.ts';
import { fineTuneOnDevice } from '../../../src/training/fine-tune-on-device.ts';
import { keptFeatures } from '../../../src/platform/kept-features.ts';
import { finishCheckpoint } from '../../../src/training/finished-checkpoint.ts';
import { estimateMemory, parameterCounts, planMemory } from '../../../src/training/memory.ts';
import { RunControl } from '../../../src/training/run-control.ts';
import { TUTORIAL } from '../../../src/training/settings.ts';
import type { FineTuneSettings } from '../../../src/training/settings.ts';
import { decodeTrainerState, encodeTrainerState } from '../../../src/training/trainer-state.ts';
import type { TrainerState } from '../../../src/training/trainer-state.ts';
import type { Backend } from '../../../src/vit/backend.ts';
import { tinyDataset } from '../../support/tiny-dataset.ts';
import { NANO, checkpointAt, useWasm } from '../../support/training.ts';

let nano: Checkpoint;
let dataset: Dataset;
const settings: FineTuneSettings = { ...TUTORIAL, epochs: 3, batchSize: 4, learningRate: 1e-3 };

beforeAll(async () => {
  await useWasm();
  nano = await checkpointAt(NANO);
  dataset = await tinyDataset();
});

afterEach(() => vi.restoreAllMocks());

const run = (more: Partial<FineTuneOptions> = {}) =>
  fineTune({ checkpoint: nano, dataset, settings, ...more });

const valuesOf = (checkpoint: Checkpoint) =>
  Object.fromEntries(
    [...checkpoint.tensors].map(([name, tensor]) => [name, [...toFloat32(tensor)]]),
  );

describe('a run', () => {
  it('reports each epoch, lowers the loss, keeps the best, leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const seen: FineTuneProgress[] = [];
    const perStep = new Set<number>();
    const result = await run({
      settings: { ...settings, epochs: 8, augment: false },
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.stage === 'step' && progress.report.step > 1) {
          perStep.add(tf.memory().numTensors);
        }
      },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(perStep.size).toBe(1);
    const { epochs } = result;
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss * 0.7);
    expect(seen.filter(({ stage }) => stage === 'step')).toHaveLength(8 * 3);
    const best = epochs.find(({ epoch }) => epoch === result.bestEpoch)!;
    expect(best.accuracy).toBe(Math.max(...epochs.map(({ accuracy }) => accuracy)));
    expect(result.metrics.confusion).toEqual(best.confusion);
    expect(result.predictions).toHaveLength(3);
  });

  it('goes on from a stored state as if it had never stopped, to the bit', async () => {
    const whole = await run();
    const stop = new AbortController();
    let stored: Uint8Array | null = null;
    const saveState = async (state: TrainerState) => void (stored = encodeTrainerState(state));
    const stopped = run({
      signal: stop.signal,
      saveState,
      // In the middle of the second epoch.
      onProgress: (progress) => {
        if (progress.stage === 'step' && progress.report.step === 5) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const resume = decodeTrainerState(stored!, 'state');
    expect([resume.epoch, resume.stepInEpoch]).toEqual([1, 2]);
    const resumed = await run({ resume });
    expect(resumed.steps).toEqual(whole.steps);
    expect(resumed.bestEpoch).toBe(whole.bestEpoch);
    expect(valuesOf(resumed.checkpoint)).toEqual(valuesOf(whole.checkpoint));
  });

  it('refuses the state of another run', async () => {
    let state!: TrainerState;
    await run({ saveState: async (kept) => void (state = kept) });
    const other = { ...settings, learningRate: 2e-3 };
    await expect(run({ settings: other, resume: state })).rejects.toThrow(/another model, other/);
  });

  it('pauses between steps, keeps its state, and goes on', async () => {
    const control = new RunControl();
    const stages: string[] = [];
    let saves = 0;
    const result = await run({
      control,
      saveState: async () => void saves++,
      onProgress: (progress) => {
        stages.push(progress.stage);
        if (progress.stage === 'step' && progress.report.step === 2) control.pause();
        if (progress.stage === 'paused') {
          expect(saves).toBe(1);
          setTimeout(() => control.resume(), 30);
        }
      },
    });
    expect(stages.filter((stage) => stage === 'paused')).toHaveLength(1);
    expect(result.epochs).toHaveLength(3);
    expect(saves).toBe(1 + 3);
  });

  it('can be cancelled while it is paused', async () => {
    const control = new RunControl();
    const stop = new AbortController();
    control.pause();
    const paused = run({
      control,
      signal: stop.signal,
      onProgress: ({ stage }) => stage === 'paused' && stop.abort(),
    });
    await expect(paused).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('keeps the best epoch when the loss is lost, and says so', async () => {
    // Weights of NaN after the first epoch: what an exploding run comes to.
    const result = await run({
      settings: { ...settings, learningRate: 1, maxGradNorm: 0, epochs: 60, augment: false },
      onProgress: (progress) => {
        if (progress.stage === 'epoch' && progress.report.epoch === 1) poison();
      },
    });
    expect(result.diverged).toMatch(
      /epoch 2, step 4.*learning rate 1 is too high.*epoch, 1, is kept/,
    );
    expect(result.bestEpoch).toBe(1);
    expect(Object.values(valuesOf(result.checkpoint)).flat().every(Number.isFinite)).toBe(true);
  });

  it('says so where not even one epoch came through', async () => {
    poison();
    await expect(run()).rejects.toThrow(/loss was lost .* epoch 1, step 1.*Try a third/);
  });

  it('head changes the classifier alone; the last block that and what follows', async () => {
    const changed = async (more: Partial<FineTuneSettings>) => {
      const { checkpoint } = await run({ settings: { ...settings, ...more } });
      const [before, after] = [valuesOf(nano), valuesOf(checkpoint)];
      return Object.keys(before).filter((name) => `${before[name]}` !== `${after[name]}`);
    };
    expect(await changed({ mode: 'head', batchSize: 9 })).toEqual([
      'classifier.weight',
      'classifier.bias',
    ]);
    const last = await changed({ lastBlocks: 1 });
    expect(last.every((name) => /layer\.2\.|vit\.layernorm|classifier/.test(name))).toBe(true);
    expect(last.length).toBeGreaterThan(15);
  });

  it('head passes each picture through the backbone once, also over visits', async () => {
    const kept = new Map<string, Uint8Array>();
    const store = {
      get: async (key: string) => kept.get(key) ?? null,
      put: async (key: string, bytes: Uint8Array) => void kept.set(key, bytes),
    };
    const head = { ...settings, mode: 'head' as const };
    // A new cache over the same store is a new visit.
    const visit = async (more: Partial<FineTuneOptions> = {}) => {
      const done: number[] = [];
      const { steps } = await run({
        settings: head,
        features: keptFeatures(store),
        onProgress: (p) => p.stage === 'features' && done.push(p.done),
        ...more,
      });
      return { steps, done };
    };
    const first = await visit();
    expect(first.done).toEqual([0, 8, 12]);
    const second = await visit();
    expect(second.done).toEqual([12]);
    expect(second.steps).toEqual(first.steps);
    // Pictures prepared in another way are other pictures to the backbone.
    const { preprocessor } = nano;
    const bright = {
      ...nano,
      preprocessor: { ...preprocessor, rescale: preprocessor.rescale * 2 },
    };
    expect((await visit({ checkpoint: bright })).done).toEqual([0, 8, 12]);
    // A file cut short is computed again.
    for (const [key, bytes] of kept) kept.set(key, bytes.subarray(0, 90));
    const third = await visit();
    expect(third.done).toEqual([0, 8, 12]);
    expect(third.steps).toEqual(first.steps);
  });

  it('computing blocks again changes memory, not numbers', async () => {
    const kept = await run({ settings: { ...settings, checkpointing: false } });
    const again = await run({ settings: { ...settings, checkpointing: true } });
    expect(again.steps).toEqual(kept.steps);
  });

  it('says before it starts what cannot be trained', async () => {
    const images = dataset.images.filter(({ label }) => label === 'B');
    await expect(run({ dataset: { ...dataset, images } })).rejects.toThrow(/nothing to tell apart/);
    await expect(run({ settings: { ...settings, epochs: 0 } })).rejects.toThrow(/epochs must be/);
    await expect(run({ settings: { ...settings, lastBlocks: 9 } })).rejects.toThrow(/has 3 blocks/);
  });
});

describe('a device that fails', () => {
  const backend = (name: 'webgpu' | 'wasm'): Backend & { lose(reason: string): void } => {
    let lose!: (reason: string) => void;
    const lost = new Promise<string>((resolve) => (lose = resolve));
    const info = { name, detail: '', rejected: [] };
    return { info, kernels: 'stock', device: null, lost, takeErrors: () => [], lose };
  };

  it('is started again, and the run goes on from its last state', async () => {
    const whole = await run();
    const devices: ReturnType<typeof backend>[] = [];
    const seen: number[] = [];
    const result = await fineTuneOnDevice(
      {
        checkpoint: nano,
        dataset,
        settings,
        onProgress: (progress) => {
          if (progress.stage !== 'step') return;
          seen.push(progress.report.step);
          if (progress.report.step === 5 && devices.length === 1) devices[0]!.lose('driver reset');
        },
      },
      {
        order: ['webgpu', 'wasm'],
        start: async () => (devices.push(backend('webgpu')), devices.at(-1)!),
      },
    );
    expect(devices).toHaveLength(2);
    // The first epoch's three steps are not done again.
    expect(seen.filter((step) => step === 3)).toHaveLength(1);
    expect(seen.filter((step) => step === 4)).toHaveLength(2);
    expect(valuesOf(result.checkpoint)).toEqual(valuesOf(whole.checkpoint));
    expect(result.backend.name).toBe('webgpu');
  });

  it('that reports errors gives way to the next, and the result says so', async () => {
    let steps = 0;
    const faulty: Backend = {
      ...backend('webgpu'),
      takeErrors: () => (++steps > 4 ? ['invalid bind group'] : []),
    };
    const result = await fineTuneOnDevice(
      { checkpoint: nano, dataset, settings },
      {
        order: ['webgpu', 'wasm'],
        start: async (order) => (order[0] === 'webgpu' ? faulty : backend('wasm')),
      },
    );
    expect(result.backend.name).toBe('wasm');
    expect(result.backend.rejected).toEqual([
      { name: 'webgpu', reason: 'reported an error: invalid bind group' },
    ]);
  });
});

describe('the checkpoint that comes out', () => {
  it('is read back to the bit, with its papers', async () => {
    const upwindOfBase = { ...nano.upwind, tile_m: 250, temperature: 2 };
    const base = { ...nano, id: 'nano [ 1, 2 ]', upwind: upwindOfBase };
    const result = await run();
    const options = { id: 'mine', base, dataset, settings, backend: 'wasm' };
    const { checkpoint, files } = await finishCheckpoint(result, options);
    expect([...files.keys()].sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
      'trainer_state.json',
      'upwind.json',
    ]);
    const back = await readCheckpoint(filesInMemory('mine', files));
    expect(valuesOf(back)).toEqual(valuesOf(result.checkpoint));
    expect(back.sha256).toBe(checkpoint.sha256);
    expect(back.trained).toBe(true);
    expect(back.upwind).toMatchObject({
      tile_m: 250,
      parent: 'nano [ 1, 2 ]',
      parent_sha256: nano.sha256,
      metrics: { n: 3, accuracy: result.metrics.accuracy },
      training: { seed: 42, learningRate: 1e-3, data: { sha256: dataset.sha256 } },
    });
    // The old head's calibration says nothing of the new one; three pictures say little of it.
    expect(back.upwind.temperature).toBe(result.calibration.temperature);
    expect(back.upwind.temperature).toBeGreaterThan(0.7);
    expect(back.upwind.temperature).toBeLessThan(1.5);
    expect(back.upwind.confidence_floor).toBe(0.55);
    // A matrix takes a line a row, and what looks like one in a name stays as it is.
    const upwind = new TextDecoder().decode(files.get('upwind.json')!);
    expect(upwind).toMatch(/"confusion": \[\n +\[\d, \d, \d\],/);
    expect(JSON.parse(upwind).parent).toBe('nano [ 1, 2 ]');
    const history = JSON.parse(new TextDecoder().decode(files.get('trainer_state.json')!));
    expect(history).toMatchObject({ global_step: 9, max_steps: 9, num_train_epochs: 3 });
    expect(history.log_history.filter((row: object) => 'eval_loss' in row)).toHaveLength(3);
    // Same run, same bytes.
    const again = await finishCheckpoint(await run(), options);
    for (const name of ['model.safetensors', 'upwind.json', 'README.md']) {
      expect(again.files.get(name), name).toEqual(files.get(name));
    }
  });
});

describe('memory', () => {
  const base = {
    hiddenSize: 768,
    layers: 12,
    heads: 12,
    intermediateSize: 3072,
    imageSize: 224,
    patchSize: 16,
    layerNormEps: 1e-12,
  };
  const tiny = { ...base, hiddenSize: 192, heads: 3, intermediateSize: 768 };

  it('counts the parameters of published models', () => {
    // ViTForImageClassification with 1000 classes: 86,567,656 (Base/16) and 5,717,416 (Tiny/16).
    const count = (shape: typeof base) =>
      parameterCounts(shape, { mode: 'full', lastBlocks: null }, 1000);
    expect(count(base)).toEqual({ all: 86_567_656, trained: 86_567_656 });
    expect(count(tiny).all).toBe(5_717_416);
  });

  it('fits full ViT-Base into wasm only by computing blocks again', () => {
    const limit = 3e9;
    expect(planMemory(tiny, TUTORIAL, limit).checkpointing).toBe(false);
    expect(planMemory(base, TUTORIAL, limit).checkpointing).toBe(true);
    expect(() => planMemory(base, { ...TUTORIAL, batchSize: 64 }, limit)).toThrow(
      /would need .* GB.*Train the head.*smaller than 64/,
    );
    // A GPU does not say what it has: sparing where much is asked, and no run refused.
    expect(planMemory(tiny, TUTORIAL, null).checkpointing).toBe(false);
    expect(planMemory(base, TUTORIAL, null).checkpointing).toBe(true);
    expect(planMemory(base, { ...TUTORIAL, batchSize: 512 }, null).checkpointing).toBe(true);
    const head = estimateMemory(base, { ...TUTORIAL, mode: 'head' }, { checkpointing: false });
    expect(head.optimizer).toBeLessThan(1e5);
  });
});

/** Makes one gradient of the next step NaN, as an overflow does. */
function poison(): void {
  vi.spyOn(AdamW.prototype, 'update').mockImplementationOnce(function (
    this: AdamW,
    weights,
    gradients,
    learningRate,
  ) {
    const [name] = Object.keys(gradients) as [string];
    const bad = tf.mul(gradients[name]!, NaN);
    const norm = this.update(weights, { ...gradients, [name]: bad }, learningRate);
    bad.dispose();
    return norm;
  });
}
