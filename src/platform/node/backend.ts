import type { Backend } from '../../vit/backend.ts';
import type { BackendName } from '../../vit/classifier.ts';
import { nodeGpu } from './gpu.ts';

/**
 * Starts the first backend of `order` that works in this process.
 * @throws UserError where none does
 */
export async function startNodeBackend(
  order: readonly BackendName[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Backend> {
  const found = order.includes('webgpu')
    ? await nodeGpu({ insist: order.length === 1 })
    : { gpu: null, reason: 'not asked for' };
  signal?.throwIfAborted();
  // After navigator.gpu is set: TensorFlow.js looks for it when it is imported.
  const { chooseBackend } = await import('../../vit/backend.ts');
  const gpuMissing = found.gpu ? undefined : found.reason;
  return chooseBackend({ order, gpu: found.gpu, gpuMissing, signal });
}
