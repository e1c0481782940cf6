import { tokenCount } from '../../checkpoint/config.ts';
import type { VitConfig } from '../../checkpoint/config.ts';

/** What a host offers to compute on. */
export interface ThreadOffer {
  /** Threads at most. */
  most: number;
  /** Asked for by a person, so that a model that gains nothing from them gets them as well. */
  asked: boolean;
  /** Whether threads can see one memory: on a page where COOP and COEP isolate it, in Node always. */
  shared: boolean;
}

/** How many threads compute a model, and from which weights. */
export interface ThreadPlan {
  /** 1 is the calling thread itself. */
  count: number;
  /** The weights lie once, for all; else each thread has its own. */
  shared: boolean;
  /** Weights and activations of all threads [bytes]. */
  bytes: number;
  /** Why there are fewer than offered, for people. */
  held: string | null;
}

/** Memory that weights of several threads may take where each has its own [bytes]. */
export const COPIES_BYTES = 256 * 2 ** 20;

/** Products of a picture below which messages cost more than a second thread brings: some 5 ms. */
const WORTH_PRODUCTS = 50e6;

/** Products of one picture's forward. */
export function productsOf(config: VitConfig): number {
  const { hiddenSize: d, intermediateSize: wide, layers } = config;
  const tokens = tokenCount(config);
  return layers * tokens * (4 * d * d + 2 * d * wide + 2 * tokens * d);
}

const inMb = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/**
 * Shares the weights where the host can; where it cannot, takes as many threads as copies fit.
 * @param bytes of the weights, and of one thread's activations
 */
export function planThreads(
  config: VitConfig,
  { weights, activations }: { weights: number; activations: number },
  { most, asked, shared }: ThreadOffer,
): ThreadPlan {
  const one = { count: 1, shared: false, bytes: weights + activations, held: null };
  if (most < 2 || (!asked && productsOf(config) < WORTH_PRODUCTS)) return one;
  if (shared) return { count: most, shared, bytes: weights + most * activations, held: null };
  const copy = weights + activations;
  const fit = Math.min(most, Math.floor(COPIES_BYTES / copy));
  const held =
    fit === most
      ? null
      : `${most} would take ${inMb(most * copy)} without the headers COOP and COEP, which let them share the weights`;
  return fit < 2 ? { ...one, held } : { count: fit, shared: false, bytes: fit * copy, held };
}

/** The plan in words: `4 threads sharing their weights, 31 MB`. */
export function describeThreads({ count, shared, bytes, held }: ThreadPlan): string {
  const who =
    count === 1
      ? '1 thread'
      : `${count} threads ${shared ? 'sharing their weights' : 'with weights of their own'}`;
  return `${who}, ${inMb(bytes)}${held ? ` (${held})` : ''}`;
}
