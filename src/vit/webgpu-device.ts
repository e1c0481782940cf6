import * as tf from '@tensorflow/tfjs';
import { SOFTWARE_ADAPTER } from './batch.ts';
import type { BackendOptions, Started } from './backend.ts';

/** Features that kernels use where an adapter has them. */
const WANTED_FEATURES: GPUFeatureName[] = [
  'shader-f16',
  'subgroups' as GPUFeatureName,
  'timestamp-query',
];

/** Limits taken as high as the adapter goes: weights of a large model are one buffer each. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** The device in use, until it is lost. */
let live: Started | null = null;

/** Errors kept between two looks; a broken shader reports one a dispatch. */
const MAX_ERRORS = 20;

/**
 * Starts TensorFlow.js on a WebGPU device of our own, so that features, limits, errors and loss are
 * ours to see: its own start asks for no f16, resolves false without an adapter, and hears no loss.
 * @throws Error with the reason where there is no adapter or no device
 */
export async function startWebGpu({
  gpu,
  gpuMissing,
  softwareGpu,
}: BackendOptions): Promise<Started> {
  // One device a thread: a second start would free the tensors of whoever uses the first.
  if (live && tf.findBackend('webgpu')) {
    await tf.setBackend('webgpu');
    return live;
  }
  if (!gpu) throw new Error(gpuMissing ?? 'this host has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no WebGPU adapter');
  if (isSoftware(adapter.info) && !softwareGpu) {
    throw new Error(`${describeAdapter(adapter.info)} is a software adapter, slower than wasm`);
  }
  const device = await adapter.requestDevice({
    requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(
      WANTED_LIMITS.map((limit) => [limit, adapter.limits[limit]]),
    ),
  });
  const errors: string[] = [];
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    if (errors.length < MAX_ERRORS) errors.push((event as GPUUncapturedErrorEvent).error.message);
  });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // Every op on the GPU: the hand-off of small tensors to the CPU would read back in mid-forward.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js did not start on it');
  const started: Started = {
    detail: describeAdapter(adapter.info),
    device,
    lost: device.lost.then(({ message, reason }) => {
      if (live === started) live = null;
      return message || reason || 'unknown reason';
    }),
    takeErrors: () => errors.splice(0),
  };
  live = started;
  return started;
}

/** `SwiftShader`, `nvidia hopper`: what the adapter says of itself, for people. */
export function describeAdapter(info: GPUAdapterInfo): string {
  const { vendor, architecture, device, description } = info;
  return (
    description || [vendor, architecture, device].filter(Boolean).join(' ') || 'adapter unnamed'
  );
}

const isSoftware = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter === true || SOFTWARE_ADAPTER.test(describeAdapter(info));
