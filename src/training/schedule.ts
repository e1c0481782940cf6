/** Optimiser steps of a whole run; the last batch of an epoch may be smaller. */
export const totalSteps = (images: number, batchSize: number, epochs: number): number =>
  Math.ceil(images / batchSize) * epochs;

/**
 * Learning rate of a step: linear decay to 0 with no warm-up, as Hugging Face's `Trainer` has it
 * by default.
 * @param step 0 for the first
 */
export const linearDecay = (base: number, step: number, total: number): number =>
  base * Math.max(0, (total - step) / total);
