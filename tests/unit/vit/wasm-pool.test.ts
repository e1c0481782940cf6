import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../../src/imagery/patch.ts';
import { nodeThreads } from '../../../src/platform/node/compute-threads.ts';
import { createClassifier } from '../../../src/vit/create-classifier.ts';
import { imagesToPatches } from '../../../src/vit/preprocess.ts';
import { COPIES_BYTES, describeThreads, planThreads } from '../../../src/vit/wasm/plan-threads.ts';
import { serveThread } from '../../../src/vit/wasm/wasm-thread.ts';
import { WasmPool } from '../../../src/vit/wasm/wasm-pool.ts';
import type { ThreadHost } from '../../../src/vit/wasm/wasm-pool.ts';
import { WasmVit } from '../../../src/vit/wasm/wasm-vit.ts';
import { FIXTURES, folderFiles, nanoImages } from '../../support/vit-fixtures.ts';

let nano: Checkpoint;
let images: RgbImage[];
/** One thread's answers. */
let alone: { logits: Float32Array; features: Float32Array };
beforeAll(async () => {
  nano = await readCheckpoint(folderFiles(`${FIXTURES}/vit-nano`));
  images = await nanoImages();
  const vit = await WasmVit.create(nano, images.length);
  alone = vit.forward(imagesToPatches(images, nano.preprocessor, nano.config), images.length);
});

async function poolOn(host: ThreadHost): Promise<WasmPool> {
  const pool = await WasmPool.create(nano, host);
  if (!(pool instanceof WasmPool)) throw new Error('no pool');
  return pool;
}

/**
 * Threads that are none: `serveThread` answers in this one. Pictures wait between `hold` and `go`; a
 * thread whose number is in `dies` stops at a picture, the first at its second (it starts the pool).
 */
function stagedHost({ most = 3, dies = [] as number[], shared = true } = {}) {
  let [threads, given] = [0, 0];
  let gate = Promise.resolve();
  let go = () => {};
  const host: ThreadHost = {
    most,
    asked: true,
    shared,
    start(heard, stopped) {
      const number = ++threads;
      let pictures = 0;
      const hear = serveThread((message) => queueMicrotask(() => heard(message)));
      return {
        post(message) {
          if ('start' in message) return void hear(message);
          given += 1;
          const last = dies.includes(number) && ++pictures > (number === 1 ? 1 : 0);
          void gate.then(() => (last ? stopped('out of memory') : hear(message)));
        },
        end: () => {},
      };
    },
  };
  return {
    host,
    started: () => threads,
    /** Pictures that threads were given. */
    given: () => given,
    hold: () => void (gate = new Promise((resolve) => (go = resolve))),
    go: () => go(),
    /** Waits until so many more pictures lie with threads. */
    async gave(count: number, before: number) {
      await vi.waitFor(() => expect(given - before).toBe(count), { timeout: 60_000 });
    },
  };
}

describe('threads of Node', () => {
  test.each([2, 3])('%i of them give one thread’s numbers to the last bit', async (threads) => {
    const pool = await poolOn(nodeThreads(threads));
    try {
      const answers = await pool.run(images);
      expect(answers.logits).toEqual(alone.logits);
      expect(answers.features).toEqual(alone.features);
      expect(pool.description).toBe(`${threads} threads sharing their weights, 0 MB`);
    } finally {
      pool.dispose();
    }
  });

  test('a classifier on them says so, and its answers are those of one', async () => {
    const order = ['wasm'] as const;
    const one = await createClassifier(nano, { order });
    const two = await createClassifier(nano, { order, threads: nodeThreads(2) });
    expect(await two.classify(images)).toEqual(await one.classify(images));
    expect(one.backend.threads).toBe('1 thread, 0 MB');
    expect(two.backend.threads).toMatch(/^2 threads sharing their weights/);
    expect(two.batchSize).toBe(2);
    await one.dispose();
    await two.dispose();
    await expect(two.classify(images)).rejects.toThrow('disposed');
  });
});

describe('a pool', () => {
  test('gives the same numbers from weights of each thread’s own', async () => {
    const pool = await poolOn(stagedHost({ shared: false }).host);
    expect((await pool.run(images)).logits).toEqual(alone.logits);
    expect(pool.description).toMatch(/^3 threads with weights of their own/);
  });

  test('starts no thread before there is work for it', async () => {
    const { host, started } = stagedHost();
    const pool = await poolOn(host);
    expect(started()).toBe(1);
    await pool.run(images.slice(0, 1));
    expect(started()).toBe(1);
    await pool.run(images);
    expect(started()).toBe(3);
  });

  test('a thread that stops leaves its picture to the others, and the words say so', async () => {
    const { host, hold, go, given, gave } = stagedHost({ dies: [2] });
    const pool = await poolOn(host);
    hold();
    const [before, answers] = [given(), pool.run(images)];
    await gave(3, before);
    go();
    expect((await answers).logits).toEqual(alone.logits);
    expect(pool.count).toBe(2);
    expect(pool.description).toMatch(/^2 threads .*; 1 stopped: out of memory$/);
  });

  test('a picture that stops two threads is not tried on a third', async () => {
    const pool = await poolOn(stagedHost({ dies: [1, 2, 3] }).host);
    const one = pool.run(images.slice(0, 1));
    await expect(one).rejects.toThrow('A picture stopped two compute threads (out of memory).');
  });

  test('where every thread stops, the error is told', async () => {
    const pool = await poolOn(stagedHost({ most: 2, dies: [1, 2] }).host);
    await expect(pool.run(images)).rejects.toThrow(/out of memory/);
    await expect(pool.run(images)).rejects.toThrow(/Every compute thread stopped/);
  });

  test('a cancelled batch gives way to the next', async () => {
    const { host, given, gave, hold, go } = stagedHost({ most: 2 });
    const pool = await poolOn(host);
    const before = given();
    hold();
    const controller = new AbortController();
    const first = pool.run(images, controller.signal);
    const second = pool.run(images.slice(3, 5));
    await gave(2, before);
    controller.abort();
    await expect(first).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    go();
    const width = nano.config.labels.length;
    expect((await second).logits).toEqual(alone.logits.subarray(3 * width, 5 * width));
    // The two under way when it was cancelled, and the two of the next.
    expect(given() - before).toBe(4);
  });

  test('a model that is let go fails what still waits', async () => {
    const { host, hold } = stagedHost();
    const pool = await poolOn(host);
    hold();
    const waiting = pool.run(images);
    pool.dispose();
    await expect(waiting).rejects.toThrow('disposed');
  });
});

test('where no thread starts, the calling one computes and says why', async () => {
  const host: ThreadHost = {
    most: 4,
    asked: true,
    shared: true,
    start(_, stopped) {
      queueMicrotask(() => stopped('blocked by a policy'));
      return { post: () => {}, end: () => {} };
    },
  };
  const classifier = await createClassifier(nano, { order: ['wasm'], threads: host });
  expect(await classifier.classify(images)).toHaveLength(images.length);
  expect(classifier.backend.threads).toMatch(
    /^1 thread, 0 MB \(Every compute thread stopped \(blocked by/,
  );
  await classifier.dispose();
});

describe('how many threads', () => {
  const tiny = { hiddenSize: 192, layers: 12, heads: 3, intermediateSize: 768 };
  const vit = (sides: object) => ({ ...nano.config, imageSize: 224, patchSize: 16, ...sides });
  const mb = 2 ** 20;
  const sizes = { weights: 22 * mb, activations: 4 * mb };
  const offer = { most: 7, asked: false, shared: true };

  test('as many as there are, where they share the weights', () => {
    const plan = planThreads(vit(tiny), sizes, offer);
    expect(plan).toEqual({ count: 7, shared: true, bytes: 50 * mb, held: null });
    expect(describeThreads(plan)).toBe('7 threads sharing their weights, 50 MB');
  });

  test('copies of a small model, within the budget', () => {
    const plan = planThreads(vit(tiny), sizes, { ...offer, shared: false });
    expect(plan).toMatchObject({ count: 7, shared: false, held: null });
    expect(plan.bytes).toBe(182 * mb);
    expect(plan.bytes).toBeLessThanOrEqual(COPIES_BYTES);
  });

  test('one for a large model whose copies would not fit, with the way out', () => {
    const base = { ...tiny, hiddenSize: 768, heads: 12, intermediateSize: 3072 };
    const large = { weights: 330 * mb, activations: 12 * mb };
    const plan = planThreads(vit(base), large, { ...offer, shared: false });
    expect(describeThreads(plan)).toBe(
      '1 thread, 342 MB (7 would take 2394 MB without the headers COOP and COEP, which let them share the weights)',
    );
  });

  test('one for a model that is done before a message arrives, unless asked', () => {
    expect(planThreads(nano.config, sizes, offer).count).toBe(1);
    expect(planThreads(nano.config, sizes, { ...offer, asked: true }).count).toBe(7);
  });
});
