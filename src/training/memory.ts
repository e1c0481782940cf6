import type { BackendName } from '../vit/classifier.ts';
import { UserError } from '../site/user-error.ts';
import type { FineTuneSettings } from './settings.ts';
import { firstTrainedBlock, patchCount, patchLength, tokenCount } from './vit-shape.ts';
import type { VitShape } from './vit-shape.ts';

/** Memory that a run will take on its backend [bytes]. */
export interface MemoryEstimate {
  weights: number;
  /** Gradients and the optimiser's two moments. */
  optimizer: number;
  /** What the forward pass keeps for the backward, and its largest temporary tensors. */
  activations: number;
  total: number;
}

const FLOAT = 4;

/** Numbers in one block: four [d, d] layers, the two of the MLP, biases and norms. */
const blockSize = ({ hiddenSize: d, intermediateSize: wide }: VitShape): number =>
  4 * (d * d + d) + 2 * d * wide + wide + d + 4 * d;

/** Numbers in the model and in the part that is trained. */
export function parameterCounts(
  shape: VitShape,
  settings: Pick<FineTuneSettings, 'mode' | 'lastBlocks'>,
  classes = 3,
): { all: number; trained: number } {
  const d = shape.hiddenSize;
  const head = classes * (d + 1);
  const embeddings = d * (patchLength(shape) + 2 + tokenCount(shape));
  const block = blockSize(shape);
  const all = embeddings + shape.layers * block + 2 * d + head;
  if (settings.mode === 'head') return { all, trained: head };
  const blocks = (shape.layers - firstTrainedBlock(shape, settings)) * block;
  return { all, trained: (settings.lastBlocks === null ? embeddings : 0) + blocks + 2 * d + head };
}

/**
 * One block at work, in multiples of what it keeps and of its own weights (which are transposed).
 * Fitted to the heap of `npm run bench -- memory`: temporaries live until the block is done.
 */
const AT_WORK = {
  forward: { times: 3, copies: 1 },
  backward: { times: 6, copies: 2 },
  /** Forward again and backward at one go. */
  again: { times: 9, copies: 3 },
};

/**
 * The heap against what lies in it: it grows by steps and fragments. 1.26 for ViT-Tiny of four
 * blocks, batch 2; 1.31 for ViT-Base with blocks computed again, batch 1.
 */
const HEAP = 1.3;

/**
 * Memory of a run. Counts what `blockForward` keeps: 20 rows of width d a token (with an MLP four
 * times as wide) and the attention of each head.
 */
export function estimateMemory(
  shape: VitShape,
  settings: Pick<FineTuneSettings, 'mode' | 'lastBlocks' | 'batchSize'>,
  { checkpointing, images = 0 }: { checkpointing: boolean; images?: number },
): MemoryEstimate {
  const { all, trained } = parameterCounts(shape, settings);
  const { hiddenSize: d, intermediateSize: wide, heads } = shape;
  const tokens = tokenCount(shape);
  const kept = settings.batchSize * tokens * (8 * d + 3 * wide + heads * tokens);
  const input = settings.batchSize * tokens * d;
  const pixels = settings.batchSize * patchCount(shape) * patchLength(shape);
  const blocks = shape.layers - firstTrainedBlock(shape, settings);
  const { times, copies } =
    settings.mode === 'head' ? AT_WORK.forward : checkpointing ? AT_WORK.again : AT_WORK.backward;
  const atWork = times * kept + copies * blockSize(shape);
  const stored =
    settings.mode === 'head'
      ? images * d
      : checkpointing
        ? blocks * input
        : Math.max(0, blocks - 1) * kept;
  const bytes = {
    weights: all * FLOAT * HEAP,
    optimizer: 3 * trained * FLOAT * HEAP,
    activations: (stored + atWork + pixels) * FLOAT * HEAP,
  };
  return { ...bytes, total: bytes.weights + bytes.optimizer + bytes.activations };
}

/** Most memory a backend can give [bytes]; null where nobody can say. */
export function memoryLimit(backend: BackendName): number | null {
  // The wasm build may grow to 65,536 pages of 64 KiB; the code and its stack take a little.
  return backend === 'wasm' ? 0.95 * 2 ** 32 : null;
}

/** Where nobody can say how much there is: what any device of these years should have [bytes]. */
const MODEST = 2.6e9;

export interface MemoryPlan extends MemoryEstimate {
  checkpointing: boolean;
}

/**
 * Decides whether blocks have to be computed again: where keeping all would pass the limit.
 * @param limitBytes null where it is not known: then nothing is refused
 * @throws UserError where the run cannot fit, with what to do instead
 */
export function planMemory(
  shape: VitShape,
  settings: FineTuneSettings,
  limitBytes: number | null,
): MemoryPlan {
  const choices = settings.checkpointing === null ? [false, true] : [settings.checkpointing];
  const plans = choices.map((checkpointing) => ({
    checkpointing,
    ...estimateMemory(shape, settings, { checkpointing }),
  }));
  const fits = plans.find(({ total }) => total <= (limitBytes ?? MODEST));
  if (fits) return fits;
  const least = plans.at(-1)!;
  if (limitBytes === null) return least;
  const { total } = least;
  const smaller = settings.batchSize > 1 ? ` or a batch smaller than ${settings.batchSize}` : '';
  throw new UserError(
    `This run would need ${gigabytes(total)}, and there are ${gigabytes(limitBytes)}. Train the head, fewer last blocks${smaller}.`,
  );
}

/** Bytes for people: `1.4 GB`, `230 MB`. */
export const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
