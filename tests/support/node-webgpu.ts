import { existsSync } from 'node:fs';
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
