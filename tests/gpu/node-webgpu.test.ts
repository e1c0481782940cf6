import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import { chooseBackend } from '../../src/vit/backend.ts';
import { createClassifier } from '../../src/vit/create-classifier.ts';
import { forward } from '../../src/vit/forward.ts';
import { createParams, disposeParams } from '../../src/vit/params.ts';
import { imagesToPatches, resizeForModel } from '../../src/vit/preprocess.ts';
import { FusedVit } from '../../src/vit/webgpu/fused-vit.ts';
import { endDevice, nodeWebGpuOrSkip, watchedGpu } from '../support/node-webgpu.ts';
import {
  FIXTURES,
  folderFiles,
  maxDifference,
  nanoExpected,
  nanoImages,
} from '../support/vit-fixtures.ts';
import type { Values } from '../support/vit-fixtures.ts';

const expected = nanoExpected();
const gpu = await nodeWebGpuOrSkip();
let nano: Checkpoint;
let images: RgbImage[];

// Software adapters compile kernels slowly, and a busy machine makes that minutes.
describe.skipIf(!gpu)('WebGPU in Node (Dawn)', { timeout: 400_000 }, () => {
  beforeAll(async () => {
    nano = await readCheckpoint(folderFiles(`${FIXTURES}/vit-nano`));
    images = await nanoImages();
  });

  test.each([
    ['vit-nano', 'fused', 1e-4],
    ['vit-nano', 'stock', 1e-4],
    ['vit-nano-f16', 'fused', 2e-3],
    ['vit-nano-f16', 'stock', 2e-3],
    ['vit-nano-bf16', 'stock', 2e-2],
  ] as const)(
    '%s in %s kernels gives PyTorch’s logits within %f',
    async (folder, kernels, bound) => {
      const checkpoint = await readCheckpoint(folderFiles(`${FIXTURES}/${folder}`));
      const classifier = await createClassifier(checkpoint, { order: ['webgpu'], gpu, kernels });
      expect(classifier.backend.name).toBe('webgpu');
      expect(classifier.backend.detail.includes('fused kernels')).toBe(kernels === 'fused');
      const before = tf.memory().numTensors;
      const answers = await classifier.classify(images.slice(0, 4));
      const logits = answers.flatMap((answer) => [...answer.logits]);
      expect(maxDifference(logits, expected.logits.values.slice(0, 12))).toBeLessThan(bound);
      expect(tf.memory().numTensors).toBe(before);
      await classifier.dispose();
    },
  );

  // What a hardware GPU with `shader-f16` runs; Mesa's lavapipe has the feature too.
  test('F16 weights multiplied in half precision give PyTorch’s logits within 1e-2', async () => {
    const { device } = await chooseBackend({ order: ['webgpu'], gpu });
    if (!device!.features.has('shader-f16')) {
      return console.log('Skipped half precision: this adapter does not compute in it.');
    }
    const half = await readCheckpoint(folderFiles(`${FIXTURES}/vit-nano-f16`));
    const plan = { lanes: null, software: false, half: true };
    const vit = await FusedVit.create(device!, half, 4, plan);
    const { preprocessor, config } = half;
    const pictures = images.map((image) => resizeForModel(image, preprocessor, config.imageSize));
    const { logits } = await vit.forwardImages(pictures.slice(0, 4));
    vit.dispose();
    expect(maxDifference(logits, expected.logits.values.slice(0, 12))).toBeLessThan(1e-2);
  });

  test('pictures as bytes and as normalised patches give PyTorch’s figures, in any order', async () => {
    const { device } = await chooseBackend({ order: ['webgpu'], gpu });
    const { preprocessor, config } = nano;
    const pictures = images.map((image) => resizeForModel(image, preprocessor, config.imageSize));
    const vit = await FusedVit.create(device!, nano, 4);
    const figures = (first: number, count: number) => {
      const rows = ({ values, shape }: Values) => {
        const width = shape[1]!;
        return values.slice(first * width, (first + count) * width);
      };
      return { logits: rows(expected.logits), features: rows(expected.cls_features) };
    };
    const asBytes = (first: number, count: number) =>
      vit.forwardImages(pictures.slice(first, first + count));
    const asPatches = (first: number, count: number) =>
      vit.forward(
        imagesToPatches(pictures.slice(first, first + count), preprocessor, config),
        count,
      );
    // Asked all at once: buffers are shared, and a short batch follows a full one.
    const asked = [
      [asBytes, 0, 4],
      [asPatches, 4, 3],
      [asBytes, 7, 2],
      [asBytes, 9, 3],
    ] as const;
    const answers = await Promise.all(asked.map(([door, first, count]) => door(first, count)));
    answers.forEach(({ logits, features }, i) => {
      const [, first, count] = asked[i]!;
      const wanted = figures(first, count);
      expect(maxDifference(logits, wanted.logits)).toBeLessThan(1e-4);
      expect(maxDifference(features, wanted.features)).toBeLessThan(1e-4);
    });
    // Two are under way at once: the second is sent before the first is read.
    const log: string[] = [];
    const submit = vi.spyOn(device!.queue, 'submit').mockImplementation(function (
      this: GPUQueue,
      commands,
    ) {
      log.push('sent');
      return GPUQueue.prototype.submit.call(this, commands);
    });
    const answered = () => void log.push('answered');
    await Promise.all([0, 4, 8].map((first) => asBytes(first, 4).then(answered)));
    submit.mockRestore();
    expect(log).toEqual(['sent', 'sent', 'answered', 'sent', 'answered', 'answered']);
    const small = { width: 8, height: 8, rgb: new Uint8Array(8 * 8 * 3) };
    await expect(vit.forwardImages([small])).rejects.toThrow('A picture has 8×8 px, not 32×32.');
    // What was refused leaves nothing behind.
    const { logits } = await asBytes(0, 1);
    expect(maxDifference(logits, figures(0, 1).logits)).toBeLessThan(1e-4);
    vit.dispose();
  });

  test('hidden states are PyTorch’s after every block', async () => {
    const { info } = await chooseBackend({ order: ['webgpu'], gpu });
    expect(info.name).toBe('webgpu');
    const params = createParams(nano);
    const patches = tf.tensor2d(
      imagesToPatches(images.slice(0, 3), nano.preprocessor, nano.config),
      [48, 192],
    );
    const out = forward(params, nano.config, patches, { keepHiddenStates: true });
    const states = await Promise.all(out.hiddenStates.map((state) => state.data()));
    const values = states.flatMap((state) => [...state]);
    expect(maxDifference(values, expected.hidden_states_first3.values)).toBeLessThan(1e-4);
    tf.dispose([patches, out.logits, out.features, out.hiddenStates]);
    disposeParams(params);
  });

  test('a lost device is replaced and both batches on their way are done again', async () => {
    const { gpu: breakable, devices } = watchedGpu(gpu!);
    endDevice();
    const classifier = await createClassifier(nano, { order: ['webgpu'], gpu: breakable });
    const started = devices.length;
    const both = [classifier.classify(images.slice(0, 2)), classifier.classify(images.slice(2, 4))];
    devices.at(-1)!.destroy();
    const logits = (await Promise.all(both)).flat().flatMap((answer) => [...answer.logits]);
    expect(maxDifference(logits, expected.logits.values.slice(0, 12))).toBeLessThan(1e-4);
    expect(devices.length).toBe(started + 1);
    expect(classifier.backend).toMatchObject({ name: 'webgpu', rejected: [] });
    await classifier.dispose();
  });

  test('kernels that compute wrong numbers give way to the stock ones, and it says so', async () => {
    // A new device, which has not been checked yet.
    endDevice();
    const real = FusedVit.prototype.forwardImages;
    FusedVit.prototype.forwardImages = async function (pictures) {
      const out = await real.call(this, pictures);
      out.logits[0]! += 0.01;
      return out;
    };
    try {
      const options = { order: ['webgpu'], gpu, kernels: 'fused' } as const;
      const { info, kernels } = await chooseBackend(options);
      expect([info.name, kernels]).toEqual(['webgpu', 'stock']);
      expect(info.detail).toMatch(/stock kernels \(the fused ones: computes wrong numbers/);
    } finally {
      FusedVit.prototype.forwardImages = real;
    }
  });

  test('a device that reports an error is given up, and the answer says so', async () => {
    const { gpu: breakable, devices } = watchedGpu(gpu!);
    endDevice();
    const options = { order: ['webgpu', 'cpu'] as const, gpu: breakable, softwareGpu: true };
    const classifier = await createClassifier(nano, options);
    expect(classifier.backend.name).toBe('webgpu');
    // A shader that does not compile, as a driver bug would have it.
    devices.at(-1)!.createShaderModule({ code: 'fn broken( {' });
    const answers = await classifier.classify(images.slice(0, 2));
    const logits = answers.flatMap((answer) => [...answer.logits]);
    expect(maxDifference(logits, expected.logits.values.slice(0, 6))).toBeLessThan(1e-4);
    expect(classifier.backend.name).toBe('cpu');
    expect(classifier.backend.rejected).toEqual([
      { name: 'webgpu', reason: expect.stringMatching(/reported an error/) },
    ]);
    await classifier.dispose();
  });
});
