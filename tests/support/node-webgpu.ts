import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { nodeGpu } from '../../src/platform/node/gpu.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * WebGPU in this Node process: the machine's own adapter, or the software one that comes with
 * Debian's Chromium. Null, with a printed line, where there is neither.
 */
export async function nodeWebGpuOrSkip(): Promise<GPU | null> {
  if (!process.env.VK_ICD_FILENAMES && existsSync(SWIFTSHADER)) {
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  }
  const found = await nodeGpu({ insist: true });
  if (!found.gpu) console.log(`Skipped WebGPU in Node: ${found.reason}.`);
  return found.gpu;
}

/** The GPU with every device it hands out, so that a test can break them. */
export function watchedGpu(gpu: GPU): { gpu: GPU; devices: GPUDevice[] } {
  const devices: GPUDevice[] = [];
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await gpu.requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return adapter;
  };
  return { gpu: { requestAdapter } as unknown as GPU, devices };
}

/** A device of earlier tests lives on in this thread; ends it, so that the next start makes one. */
export function endDevice(): void {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
}
